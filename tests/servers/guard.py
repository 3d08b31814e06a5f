"""Fails every test that reaches for a machine other than this one."""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

LOCAL_NAMES = {"", "localhost", socket.gethostname()}
_reached: list[str] = []
_installed = False


def _watch(event: str, details: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        target = details[1]
        if isinstance(target, tuple) and not is_local(target[0]):
            _refuse(f"{target[0]}:{target[1]}")
    elif event == "socket.getaddrinfo" and not is_local(details[0]):
        _refuse(str(details[0]))


def _refuse(target: str) -> None:
    _reached.append(target)
    raise PermissionError(f"A test reached for {target}, outside of this machine.")


def is_local(host: object) -> bool:
    """Whether an address or a name belongs to this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[None]:
    """Fail the test when it reached outside, even if the program swallowed the refusal."""
    global _installed
    if not _installed:
        sys.addaudithook(_watch)
        _installed = True
    _reached.clear()
    yield
    assert not _reached, f"The test reached outside of this machine: {_reached}"
