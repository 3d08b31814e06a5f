"""Notes over REST: on a record, and free ones."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    Attached,
    AttachedResource,
    Invalid,
    ListQuery,
    Record,
    Shape,
    Work,
    _,
    bearer_of,
    begin,
    page_of,
    query_of,
    signed_in,
)
from kartoteka.plugins.notes.design import KEY, ROLES
from kartoteka.plugins.notes.sharing import keys, text_of


class Note(Attached):
    """What somebody thinks of a record."""

    text = f.Str()
    private = f.Bool(metadata={"description": "Seen by its author alone."})
    pinned = f.Bool()
    roles = f.List(
        f.Str(), metadata={"description": "Keys of roles; if there are any, only their holders see it."}
    )


class NoteShape(Shape):
    """A note with its roles as a list."""

    def read(self, work: Work, body: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        """This function will read values out of a document."""
        values, category = super().read(work, body)
        if isinstance(values.get(ROLES), list):
            if not all(isinstance(each, str) and " " not in each for each in values[ROLES]):
                raise Invalid({ROLES: [_("This is a list of keys of roles.")]})
            values[ROLES] = text_of(values[ROLES])
        return values, category


def _finish(work: Work, record: Record, document: dict[str, Any]) -> dict[str, Any]:
    return {**document, ROLES: keys(document[ROLES])} if ROLES in document else document


notes = AttachedResource(
    "notes", "What people think of records.", NoteShape(KEY, finish=_finish), document=Note
)


@notes.verb("GET", "/notes", signed_in, query=ListQuery, gives=page_of(Note))
def list_notes(query: dict[str, str]) -> Response:
    """This function will list all notes that the caller sees, on records and free ones."""
    with begin() as work:
        return notes.page(work, query_of(query))


@notes.verb("POST", "/notes", signed_in, body=Note, gives=Note, status=201)
def create_note(body: dict[str, Any]) -> Response:
    """This function will make a note, on a record if `on` names one; a free one is its author's alone."""
    with begin(write=True) as work:
        return notes.made(work, body, bearer_of(body))


__all__ = ["notes"]
