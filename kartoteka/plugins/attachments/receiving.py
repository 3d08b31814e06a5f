"""Files as they come in over HTTP: read piece by piece and written on at once, so that size costs no memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData, Preamble

from kartoteka.platform.sdk import Arrived, Invalid, TooLarge, Vault, _

PIECE = 1 << 18
# What may stand around the file in a body: names, folders, comments.
AROUND = 1 << 20
MOST_PARTS = 40
LONGEST_FIELD = 20_000
# What may wait to be understood at a time, such as the head of a part; the data of a file does not wait.
MOST_AT_HAND = 2 << 20


@dataclass
class Form:
    """A form with a file in it: the file is in the store already, its fields are texts."""

    arrived: Arrived | None = None
    name: str = ""
    fields: dict[str, str] = field(default_factory=dict)


class _Parts:
    """The parts of a multipart body, as they come along."""

    def __init__(self, limit: int) -> None:
        boundary = request.mimetype_params.get("boundary", "")
        if request.mimetype != "multipart/form-data" or not boundary:
            raise UnsupportedMediaType
        self.decoder = MultipartDecoder(
            boundary.encode("latin-1", "ignore"), max_form_memory_size=MOST_AT_HAND, max_parts=MOST_PARTS
        )
        self.stream = body(limit + AROUND)

    def next(self) -> Event:
        """This function will give the next event, reading on where there is none yet."""
        try:
            while isinstance(event := self.decoder.next_event(), NeedData):
                piece = self.stream.read(PIECE)
                self.decoder.receive_data(piece or None)
        except ValueError as error:
            raise BadRequest(
                _("The body is not a whole form; something of it got lost on the way.")
            ) from error
        return event

    def data(self) -> Iterator[bytes]:
        """This function will give the data of the present part."""
        more = True
        while more:
            event = self.next()
            if not isinstance(event, Data):
                raise BadRequest(_("The body is not a whole form; something of it got lost on the way."))
            more = event.more_data
            yield event.data


class Body:
    """The body of a request; whatever its head said, no more than a limit is taken."""

    def __init__(self, limit: int) -> None:
        request.max_content_length = limit
        if (request.content_length or 0) > limit:
            raise TooLarge(_("A file can have {n} MB at most.", n=max(1, (limit - AROUND) >> 20)))
        self.stream = request.stream

    def read(self, size: int = PIECE) -> bytes:
        """This function will read on; nothing at the end."""
        return self.stream.read(size)

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read():
            yield piece


def body(limit: int) -> Body:
    """This function will open the body of the present request.

    :raises TooLarge: when its head already says that it is longer.
    """
    return Body(limit)


def receive_form(vault: Vault, limit: int) -> Form:
    """This function will read a form whose file goes to the store at once.

    :raises Invalid: when there is no file, or more than one. :raises TooLarge: when it is too large.
    """
    form, parts = Form(), _Parts(limit)
    try:
        while not isinstance(event := parts.next(), Epilogue):
            _take(event, form, parts, vault, limit)
    except BaseException:
        if form.arrived is not None:
            vault.discard(form.arrived.key)
        raise
    if form.arrived is None:
        raise Invalid({"file": [_("There is no file in what was sent.")]})
    return form


def _take(event: Event, form: Form, parts: _Parts, vault: Vault, limit: int) -> None:
    if isinstance(event, File):
        if event.name != "file":
            raise Invalid({_plain(event.name)[:60]: [_("There is no such attribute.")]})
        if form.arrived is not None:
            raise Invalid({"file": [_("Send one file at a time.")]})
        form.name = _plain(event.filename or "")
        form.arrived = vault.receive(parts.data(), limit)
    elif isinstance(event, Field):
        text = b"".join(_bounded(parts.data()))
        form.fields[_plain(event.name)[:60]] = _plain(text.decode("utf-8", "replace"))
    elif not isinstance(event, Preamble):
        raise BadRequest(_("The body is not a whole form; something of it got lost on the way."))


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = LONGEST_FIELD
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise Invalid({"body": [_("A text beside the file is too long.")]})
        yield piece


def _plain(text: str | None) -> str:
    """A text that both databases can hold; a part of a form may have no name."""
    return (text or "").replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


__all__ = ["Body", "Form", "body", "receive_form"]
