"""Files are shown to a virus scanner (clamd) before anybody gets them, when one is set up."""

import logging
import socket
import struct
from contextlib import closing
from urllib.parse import urlsplit

from sqlalchemy import update

from kartoteka.platform.sdk import Office, files_of
from kartoteka.plugins.attachments.tables import ContentRow

PIECE = 1 << 18
PATIENCE = 120.0
logger = logging.getLogger(__name__)


def scan(office: Office, scanner: str, sha256: str) -> str:
    """This function will have a content looked at, and note the verdict; without an answer the file goes on waiting."""
    try:
        said = _asked(office, scanner, sha256)
    except OSError as error:
        logger.warning("The virus scanner does not answer: %s", type(error).__name__)
        return "waiting"
    verdict = "clean" if said.endswith("OK") else "infected" if said.endswith("FOUND") else "waiting"
    if verdict == "waiting":
        logger.warning("The virus scanner could not look at a file.")
    with office.session(write=True) as session:
        session.execute(update(ContentRow).where(ContentRow.sha256 == sha256).values(verdict=verdict))
    return verdict


def _asked(office: Office, scanner: str, sha256: str) -> str:
    """The file goes over in pieces, each with its length before it; an empty one is the end."""
    with closing(_reached(scanner)) as line:
        line.sendall(b"zINSTREAM\0")
        try:
            with files_of(office).open(sha256) as stream:
                while piece := stream.read(PIECE):
                    line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # It hangs up on what is larger than it takes, and has said why.
            pass
        return _answer(line)


def _answer(line: socket.socket) -> str:
    said = b""
    while len(said) < 4096 and (more := line.recv(1024)):
        said += more
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _reached(scanner: str) -> socket.socket:
    if scanner.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE)
        line.connect(scanner.removeprefix("unix:"))
        return line
    place = urlsplit(scanner)
    return socket.create_connection((place.hostname or "", place.port or 3310), PATIENCE)


__all__ = ["scan"]
