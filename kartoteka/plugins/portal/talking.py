"""The public thread of a record: what customers and the firm say to each other, apart from internal notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kartoteka.platform.sdk import (
    Bearer,
    Forbidden,
    Invalid,
    NotFound,
    Query,
    Record,
    Work,
    _,
    browse,
    create,
    go,
    guests,
    markdown,
    tell,
)
from kartoteka.plugins.portal.design import COMMENT, OPEN, TALKS, UPLOAD, WORDLESS
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.matters import files_sent, matters
from kartoteka.plugins.portal.settings import NAME
from kartoteka.plugins.portal.visitors import Visit, visiting

MOST = 200
LONGEST = 10_000


@dataclass(frozen=True)
class Message:
    """One message of a thread."""

    id: int
    text: str
    who: str
    at: datetime
    outside: bool
    mine: bool
    files: Sequence[str] = ()

    @property
    def html(self) -> Markup:
        """The message as it is shown; the names of files stand below."""
        return markdown(self.text)


def talks(work: Work, asked: Any, *, sort: str = "-created_at", size: int = MOST) -> list[Record]:
    """This function will find what was said, as far as the reader sees it; nothing where he sees no such things."""
    try:
        return browse(work, TALKS, Query(filter=asked, sort=sort, page_size=size)).items
    except NotFound:
        return []


def words_of(item: Record) -> str:
    """This function will give what was written; nothing where somebody only did what its kind tells."""
    text = item.values.get("text") or ""
    return "" if text == WORDLESS else str(text)


def on(record: Record) -> dict[str, Any]:
    """This function will write the condition that something lies on a record."""
    return {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}


def kind(*categories: str) -> dict[str, Any]:
    """This function will write the condition that something is of one of some kinds."""
    return {"field": "category", "op": "in", "value": list(categories)}


def thread(work: Work, record: Record) -> Sequence[Message]:
    """This function will give the public thread of a record, oldest first."""
    if NAME not in record.tabs:
        return []
    found = talks(work, {"and": [on(record), kind(COMMENT, UPLOAD)]}, sort="created_at")
    files = files_sent(work, found, matters(work, found))
    return [
        Message(
            each.id,
            words_of(each),
            each.created_by.title,
            each.created_at,
            bool(each.values.get("outside")),
            each.created_by.id == work.actor.user_id,
            files[each.id],
        )
        for each in found
    ]


def put_down(visit: Visit, record: Record, category: str, values: Mapping[str, Any]) -> Record:
    """This function will put down what a guest says, asks or answers; in the history stands that he did.

    He needs no right to change the record for that: that it is his to see, and that the firm talks with him there, is
    enough. So it is written beside his own work.

    :raises Forbidden: when the firm does not talk with him there, or an admin only looks as him.
    """
    work = visit.work
    if NAME not in record.tabs or work.actor.seen_by is not None:
        raise Forbidden(_("Nothing can be said here."))
    aside = work.office.beside(work, signed_by=work.actor.user_id)
    told = {"outside": True, "state": OPEN, **values}
    return create(aside, TALKS, told, category=category, on=Bearer(record.registry, record.id))


def typed_text(name: str = "text") -> str:
    """This function will read a message out of a form.

    :raises Invalid: when it is empty or too long.
    """
    text = request.form.get(name, "").strip()
    if not text:
        raise Invalid({name: [_("Write something first.")]})
    if len(text) > LONGEST:
        raise Invalid({name: [_("At most {max} characters.", max=LONGEST)]})
    return text


@pages.page("/portal/<registry>/<int:id>/talk", "POST", right=guests)
def talk(registry: str, id: int) -> ResponseReturnValue:
    """Something said about a record."""
    with visiting(write=True) as visit:
        record = visit.record(registry, id)
        if not visit.page(registry).page.talks:
            raise Forbidden(_("Nothing can be said here."))
        put_down(visit, record, COMMENT, {"text": typed_text()})
        tell(_("Sent. You will find the answer here."))
    return go(url_for("portal.record", registry=registry, id=id, _anchor="talk"))


__all__ = ["Message", "kind", "on", "put_down", "talks", "thread", "typed_text", "words_of"]
