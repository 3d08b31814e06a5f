"""The production server: gunicorn, with the background worker as a child that ends with it."""

import os
import signal
import socket
import subprocess
import sys
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from kartoteka.platform.cli.composition import Composition
from kartoteka.platform.kernel.errors import Misconfigured
from kartoteka.platform.kernel.settings import Settings

WORKER_PATIENCE = 20


class _Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings; the application is made after the fork, so that no connection is shared."""

    def __init__(self, composition: Composition, options: dict[str, Any]) -> None:
        self.composition = composition
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self.composition.make_app(self.composition.open_office(Settings.from_environment()))


def serve_forever(composition: Composition, host: str, port: int, workers: int, *, with_worker: bool) -> None:
    """This function will serve until it is told to stop, and end the worker that it started."""
    _check_free(host, port)
    office = composition.open_office(Settings.from_environment())
    with office.begin_system(write=False):
        pass
    office.engine.dispose()
    beside = _start_worker() if with_worker else None
    options = {
        "bind": f"{f'[{host}]' if ':' in host else host}:{port}",
        "workers": workers,
        "threads": 4,
        "worker_class": "gthread",
        "timeout": 120,
        "graceful_timeout": 20,
        "proc_name": "kartoteka",
        "loglevel": os.environ.get("KARTOTEKA_LOG_LEVEL", "warning"),
        "limit_request_line": 8190,
        "when_ready": lambda server: print(f"Kartoteka serves on http://{host}:{port}", flush=True),
    }
    try:
        _Server(composition, options).run()
    finally:
        _stop(beside)


def _check_free(host: str, port: int) -> None:
    """Gunicorn would try again and again, and say it in the words of the operating system."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Misconfigured(
                f"The address {host}:{port} cannot be used ({error.strerror}); choose another --port."
            ) from error


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "kartoteka", "worker"])


def _stop(beside: subprocess.Popen[bytes] | None) -> None:
    if beside is None or beside.poll() is not None:
        return
    beside.send_signal(signal.SIGTERM)
    try:
        beside.wait(WORKER_PATIENCE)
    except subprocess.TimeoutExpired:
        beside.kill()
