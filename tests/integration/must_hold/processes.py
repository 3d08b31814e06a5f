"""Whole processes of Kartoteka for tests: started, spoken to over HTTP, and killed without warning."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from kartoteka.platform.kernel.settings import Settings
from tests.servers.offices import SECRET
from tests.servers.ports import free_port, wait_for


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    etag: str | None


@dataclass
class Process:
    """A running `kartoteka serve` with everything that it started."""

    port: int
    program: subprocess.Popen[bytes]
    # How many seconds an answer may take.
    patience: int = 30

    def kill(self) -> None:
        """End it and its children at once, as a power cut would."""
        os.killpg(self.program.pid, signal.SIGKILL)
        self.program.wait()

    def stop(self) -> None:
        """Ask it to end."""
        self.program.terminate()
        try:
            self.program.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def call(self, token: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Call the API.

        :raises OSError: or HTTPException, when nobody answers any more.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            sent |= {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            text = answer.read()
            return Answer(answer.status, json.loads(text) if text else None, answer.getheader("ETag"))
        finally:
            connection.close()


GONE = (OSError, HTTPException, ValueError)


def environment(settings: Settings) -> Mapping[str, str]:
    """The environment in which a process finds the database and the data folder of a test."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("KARTOTEKA_")},
        "KARTOTEKA_DATA": str(Path(settings.data).resolve()),
        "KARTOTEKA_DATABASE_URL": settings.database_url,
        "KARTOTEKA_SECRET_KEY": SECRET,
    }


def serve(settings: Settings, *options: str) -> Process:
    """Start a server; the caller waits for it with `wait_for(process.port)`."""
    port = free_port()
    command = [sys.executable, "-m", "kartoteka", "serve", "--port", str(port), *options]
    quiet = subprocess.DEVNULL
    program = subprocess.Popen(
        command, env=environment(settings), start_new_session=True, stdout=quiet, stderr=quiet
    )
    return Process(port, program)


def served(settings: Settings, *options: str) -> Process:
    """Start a server and wait until it answers."""
    process = serve(settings, *options)
    wait_for(process.port, 60)
    return process


__all__ = ["GONE", "Answer", "Process", "serve", "served"]
