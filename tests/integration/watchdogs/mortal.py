"""Workers that are killed without warning: one process has imported everything and forks for each of them.

Each line of its input tells a worker the time by which it works, and where it is to die: before or after the n-th
thing that is said to the database (statements and commits), or before or after a letter is sent.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import Engine, event

from kartoteka.app import open_office
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.worker import Worker
from kartoteka.plugins.watchdogs import sending
from tests.house.tree import ROOT
from tests.integration.must_hold.processes import environment


class Mortals:
    """The process that forks, and how its workers end."""

    def __init__(self, settings: Settings, **more: str) -> None:
        self.program = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=ROOT, env={**environment(settings), **more}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def work(self, now: datetime, **death: int | str) -> bool:
        """Let a worker do all that waits; it tells whether the worker was killed."""
        assert self.program.stdin is not None and self.program.stdout is not None
        self.program.stdin.write(json.dumps({"now": now.isoformat(), **death}) + "\n")
        self.program.stdin.flush()
        said = self.program.stdout.readline().strip()
        assert said in ("0", str(-signal.SIGKILL)), f"the worker ended with {said}"
        return said != "0"

    def end(self) -> None:
        """Let it go."""
        self.program.kill()
        self.program.communicate()


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class _Death:
    """It comes at the n-th call."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def __call__(self, *_any: Any, **_named: Any) -> None:
        self.left -= 1
        if self.left == 0:
            _die()


def _await(engine: Engine, nth: int) -> None:
    death = _Death(nth)
    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(engine, name, death)


def _beside_sending(place: str) -> None:
    send: Callable[..., None] = sending.send_letter

    def mortal(*given: Any) -> None:
        if place == "before":
            _die()
        send(*given)
        _die()

    sending.send_letter = mortal  # type: ignore[assignment]


def _work(asked: dict[str, Any]) -> None:
    office = open_office(Settings.from_environment())
    now = datetime.fromisoformat(asked["now"])
    office.clock = lambda: now
    if "nth" in asked:
        _await(office.engine, asked["nth"])
    if "sending" in asked:
        _beside_sending(asked["sending"])
    Worker(office).run_once()


def main() -> None:
    """Fork for each line, and tell how the child has ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                _work(json.loads(line))
                status = 0
            finally:
                os._exit(status)
        _child, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
