"""Attachments over REST: sending, versions, bytes, uploads in pieces."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    Attached,
    AttachedResource,
    Described,
    Invalid,
    Link,
    ListQuery,
    Record,
    Shape,
    Work,
    answer,
    begin,
    expected_version,
    fetch,
    files_of,
    known_names,
    office,
    page_of,
    query_of,
    signed_in,
)
from kartoteka.plugins.attachments import uploads
from kartoteka.plugins.attachments.contents import secure
from kartoteka.plugins.attachments.design import KEY, SHOWN
from kartoteka.plugins.attachments.marks import Mark, marks_of
from kartoteka.plugins.attachments.receiving import Form, body, receive_form
from kartoteka.plugins.attachments.rooms import bearer_with_tab
from kartoteka.plugins.attachments.serving import send
from kartoteka.plugins.attachments.uploads import PIECE, Progress
from kartoteka.plugins.attachments.verbs import (
    Sent,
    Version,
    add_version,
    attach,
    limit_of,
    purge,
    restore_file,
    versions_of,
)

API = "/api/v1"
MOST = 500
FILE = {"type": "string", "format": "binary"}
FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": FILE,
        "folder": {"type": "string"},
        "field": {"type": "string"},
        "description": {"type": "string"},
        "comment": {"type": "string"},
    },
}


class Attachment(Attached):
    """A file on a record, in its newest version."""

    name = f.Str()
    size = f.Int(dump_only=True)
    type = f.Str(dump_only=True, metadata={"description": "What it is by its content."})
    sha256 = f.Str(dump_only=True)
    version = f.Int(dump_only=True, metadata={"description": "The number of the file's newest version."})
    revision = f.Int(
        dump_only=True,
        metadata={"description": "Counts every change, of the name too; what If-Match asks for."},
    )
    url = f.Str(dump_only=True, metadata={"description": "Where the bytes are."})
    folder = f.Str(allow_none=True)
    field = f.Str(allow_none=True, dump_only=True)
    description = f.Str(allow_none=True)
    tags = f.Str(allow_none=True)
    marks = f.List(
        f.Str(),
        allow_none=True,
        dump_only=True,
        metadata={"description": "What the version in force is marked as: sent, approved, signed."},
    )


class FileVersion(Described):
    """One version of a file."""

    version = f.Int()
    name = f.Str()
    size = f.Int()
    type = f.Str()
    sha256 = f.Str()
    comment = f.Str()
    at = f.Str()
    by = f.Dict()
    restored_from = f.Int(allow_none=True)
    url = f.Str()
    marks = f.List(
        f.Dict(),
        metadata={
            "description": "What it was marked as, when and by whom; those taken back say when and by whom."
        },
    )


class Upload(Described):
    """A file that comes in pieces."""

    name = f.Str()
    size = f.Int(metadata={"description": "How many bytes it has."})
    folder = f.Str()
    field = f.Str()
    description = f.Str()
    comment = f.Str()


class UploadState(ma.Schema):
    """How far an upload is."""

    upload = f.Str()
    offset = f.Int(metadata={"description": "Where the next piece begins."})
    size = f.Int()
    piece = f.Int(metadata={"description": "How many bytes a piece has at most."})
    attachment = f.Nested(Attachment, allow_none=True)


def _finish(work: Work, record: Record, document: dict[str, Any]) -> dict[str, Any]:
    """The version is that of the file; that of the record, which rises with its name too, is its revision."""
    more = {key: value for key, value in document.pop("values", {}).items() if key != "text"}
    document.pop("text", None)
    number = document.pop("number", None)
    return {
        **document,
        "values": more,
        "revision": record.version,
        "version": number,
        "url": f"{API}/attachments/{record.id}/content",
    }


SHAPE = Shape(KEY, finish=_finish)
attachments = AttachedResource(
    "attachments", "Files on records.", SHAPE, document=Attachment, creates=False, listed=SHOWN
)
ON_RECORD = "/registries/<registry>/records/<id:record>/attachments"
ONE = "/attachments/<id:thing>"


def _received(limit: int, *names: str) -> tuple[Form, Sent]:
    """The file goes to its place in the store before a transaction of the database begins."""
    form = receive_form(files_of(office()), limit)
    assert form.arrived is not None
    try:
        known_names(form.fields, *names)
    except Invalid:
        files_of(office()).discard(form.arrived.key)
        raise
    secure(office(), form.arrived, form.name)
    said = form.fields
    return form, Sent(form.arrived, form.name, said.get("comment", ""), said.get("description", ""))


@attachments.verb("POST", ON_RECORD, signed_in, form=FORM, gives=Attachment, status=201)
def create_attachment(registry: str, record: int) -> Response:
    """This function will put a file on a record."""
    with begin() as work:
        bearer_with_tab(work, registry, record, changes=True)
        limit = limit_of(work)
    form, sent = _received(limit, "folder", "field", "description", "comment")
    with begin(write=True) as work:
        made = attach(work, registry, record, sent, form.fields.get("folder"), form.fields.get("field"))
        return _answer(work, made, 201)


def _answer(work: Work, found: Record, status: int = 200) -> Response:
    where = f"{API}/attachments/{found.id}"
    return answer(SHAPE.shown(work, found), status, ETag=f'"{found.version}"', Location=where)


@attachments.verb("GET", "/attachments", signed_in, query=ListQuery, gives=page_of(Attachment))
def list_attachments(query: dict[str, str]) -> Response:
    """This function will list all files that the caller sees, on whatever records they lie."""
    with begin() as work:
        return attachments.page(work, query_of(query))


@attachments.verb("GET", f"{ONE}/content", signed_in, gives=FILE)
def get_content(thing: int) -> Response:
    """This function will give the bytes of a file, whole or in part (Range)."""
    return send(thing)


@attachments.verb("GET", f"{ONE}/versions", signed_in, gives=page_of(FileVersion))
def list_versions(thing: int) -> Response:
    """This function will list the versions of a file, the newest first."""
    with begin() as work:
        marks = marks_of(work, thing)
        shown = [
            version_document(thing, each, marks.get(each.number, ())) for each in versions_of(work, thing)
        ]
        return answer({"items": shown, "next": None})


def version_document(thing: int, each: Version, marks: Sequence[Mark]) -> dict[str, Any]:
    """This function will show one version of a file with its marks."""
    return {
        "version": each.number, "name": each.name, "size": each.size, "type": each.type, "sha256": each.sha256,
        "comment": each.comment, "at": moment_text(each.at), "by": person_document(each.by),
        "restored_from": each.restored_from,
        "url": f"{API}/attachments/{thing}/versions/{each.number}/content",
        "marks": [_mark(given) for given in marks],
    }  # fmt: skip


def _mark(given: Mark) -> dict[str, Any]:
    told: dict[str, Any] = {"mark": given.kind, "at": moment_text(given.at), "by": person_document(given.by)}
    if given.taken_at is None:
        return told
    taken_by = person_document(given.taken_by) if given.taken_by is not None else None
    return {**told, "taken_at": moment_text(given.taken_at), "taken_by": taken_by}


def moment_text(at: datetime) -> str:
    """This function will write a moment as the API does."""
    return at.isoformat().replace("+00:00", "Z")


def person_document(who: Link) -> dict[str, Any]:
    """This function will name a person as the API does."""
    return {"id": who.id, "name": who.title}


@attachments.verb("GET", f"{ONE}/versions/<id:number>/content", signed_in, gives=FILE)
def get_version_content(thing: int, number: int) -> Response:
    """This function will give the bytes of one version of a file."""
    return send(thing, number)


@attachments.verb("POST", f"{ONE}/versions", signed_in, form=FORM, gives=Attachment, status=201)
def create_version(thing: int) -> Response:
    """This function will make what is sent the newest version of a file."""
    return _new_version(thing)


@attachments.verb(
    "POST", f"{ON_RECORD}/<id:thing>/versions", signed_in, form=FORM, gives=Attachment, status=201
)
def create_version_on_record(registry: str, record: int, thing: int) -> Response:
    """This function will make what is sent the newest version of a file on a record."""
    return _new_version(thing)


def _new_version(thing: int) -> Response:
    expected = expected_version()
    with begin() as work:
        found = fetch(work, KEY, thing)
        if "edit" not in found.may:
            raise uploads.not_to_be_changed()
        limit = limit_of(work)
    _form, sent = _received(limit, "comment")
    with begin(write=True) as work:
        return _answer(work, add_version(work, thing, sent, version=expected), 201)


@attachments.verb("POST", f"{ONE}/versions/<id:number>/restore", signed_in, gives=Attachment)
def restore_one_version(thing: int, number: int) -> Response:
    """This function will make an earlier version of a file the newest one again."""
    with begin(write=True) as work:
        return _answer(work, restore_file(work, thing, number))


@attachments.verb("POST", f"{ONE}/restore", signed_in, gives=Attachment)
def restore_attachment(thing: int) -> Response:
    """This function will take a file out of the recycle bin."""
    with begin(write=True) as work:
        return _answer(work, uploads.restore_removed(work, thing))


@attachments.verb("POST", f"{ONE}/purge", signed_in, status=204)
def purge_attachment(thing: int) -> Response:
    """This function will take a file out of the recycle bin for good, with all its versions."""
    with begin(write=True) as work:
        purge(work, [thing])
    return Response(status=204)


@attachments.verb("POST", f"{ON_RECORD}/uploads", signed_in, body=Upload, gives=UploadState, status=201)
def begin_upload(body: dict[str, Any], registry: str, record: int) -> Response:
    """This function will begin an upload in pieces, for large files and bad lines."""
    known_names(body, "name", "size", "folder", "field", "description", "comment")
    with begin(write=True) as work:
        return answer(_state(uploads.begin_upload(work, (registry, record), None, body)), 201)


@attachments.verb("POST", f"{ONE}/uploads", signed_in, body=Upload, gives=UploadState, status=201)
def begin_version_upload(body: dict[str, Any], thing: int) -> Response:
    """This function will begin an upload of a new version in pieces."""
    known_names(body, "name", "size", "comment")
    with begin(write=True) as work:
        return answer(_state(uploads.begin_upload(work, None, thing, body)), 201)


def _state(known: Progress, made: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "upload": known.key,
        "offset": known.offset,
        "size": known.size,
        "piece": PIECE,
        "attachment": made,
    }


@attachments.verb("GET", "/attachments/uploads/<key>", signed_in, gives=UploadState)
def get_upload(key: str) -> Response:
    """This function will tell how far an upload is: where the next piece begins."""
    with begin() as work:
        return answer(_state(uploads.progress(work, key)))


@attachments.verb("PUT", "/attachments/uploads/<key>/<id:offset>", signed_in, gives=UploadState)
def put_piece(key: str, offset: int) -> Response:
    """This function will take the piece of an upload that begins at an offset; with the last one the file is there."""
    known, made = take_piece(key, offset)
    if made is None:
        return answer(_state(known))
    with begin() as work:
        return answer(_state(known, SHAPE.shown(work, fetch(work, KEY, made))))


def take_piece(key: str, offset: int) -> tuple[Progress, int | None]:
    """This function will take a piece of an upload from the request; at the end it gives the id of the attachment."""
    with begin() as work:
        known = uploads.progress(work, key)
    if known.attachment is not None:
        return known, known.attachment
    if not known.whole or offset != known.offset:
        size = uploads.keep_piece(files_of(office()), known, offset, body(PIECE + (1 << 20)))
        with begin(write=True) as work:
            known = uploads.note_piece(work, key, offset, size)
    if not known.whole:
        return known, None
    with begin() as work:
        name, pieces = uploads.wanted(work, key)
    sent = uploads.put_together(office(), known, pieces, name)
    with begin(write=True) as work:
        made = uploads.finish(work, key, sent)
    uploads.forget_pieces(office(), key, pieces)
    return known, made.id


__all__ = ["ONE", "FileVersion", "attachments", "moment_text", "person_document", "take_piece",
           "version_document"]  # fmt: skip
