"""A command `kartoteka` that starts at once: one process has imported everything and forks for each call.

The command runs as it would otherwise: a process of its own, with the folder, environment, input and output of who
called it. Only the seconds that Python needs to read the modules are spent once instead of at every call.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from tests.house.tree import ROOT

_CALLER = """\
#!{python} -SE
import json, os, socket, sys
told = {{"words": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
with socket.socket(socket.AF_UNIX) as line:
    line.connect({door!r})
    socket.send_fds(line, [b"."], [0, 1, 2])
    line.sendall(json.dumps(told).encode() + b"\\n")
    sys.exit(int(line.makefile().readline() or 1))
"""


@contextmanager
def command(folder: Path) -> Iterator[Path]:
    """A folder with the program `kartoteka`, for the path of a shell."""
    folder.mkdir(parents=True, exist_ok=True)
    door, program = folder / "door", folder / "kartoteka"
    program.write_text(_CALLER.format(python=sys.executable, door=str(door)), encoding="utf-8")
    program.chmod(0o755)
    server = subprocess.Popen(
        [sys.executable, "-m", __name__, str(door)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None and server.stdout.readline() == "ready\n"
        yield folder
    finally:
        server.kill()
        server.communicate()


def _answer_calls(path: str) -> NoReturn:
    from kartoteka.__main__ import main

    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        print("ready", flush=True)
        while True:
            line, _caller = door.accept()
            if os.fork() == 0:
                door.close()
                _answer(line, main)
            line.close()


def _answer(line: socket.socket, main: object) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _told, streams, _flags, _address = socket.recv_fds(line, 1, 3)
    told = json.loads(line.makefile().readline())
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(told["environment"])
    os.chdir(told["folder"])
    sys.argv = ["kartoteka", *told["words"]]
    status = _status(main)
    sys.stdout.flush()
    sys.stderr.flush()
    line.sendall(f"{status}\n".encode())
    os._exit(status)


def _status(main: object) -> int:
    assert callable(main)
    try:
        main()
    except SystemExit as left:
        if isinstance(left.code, str):
            print(left.code, file=sys.stderr)
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


if __name__ == "__main__":
    _answer_calls(sys.argv[1])
