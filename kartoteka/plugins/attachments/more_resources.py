"""What else of attachments goes over REST: marks, who is working on a file, share links, what takes the space."""

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    Described,
    Invalid,
    _,
    answer,
    begin,
    known_names,
    needs,
    nothing,
    page_of,
    signed_in,
)
from kartoteka.plugins.attachments.checkouts import Checkout, checkout_of, release_file, take_out
from kartoteka.plugins.attachments.marks import KINDS, mark, marks_of, unmark
from kartoteka.plugins.attachments.resources import (
    ONE,
    FileVersion,
    attachments,
    moment_text,
    person_document,
    version_document,
)
from kartoteka.plugins.attachments.shares import Share, revoke, share, shares_of
from kartoteka.plugins.attachments.usage import Part, usage_of
from kartoteka.plugins.attachments.verbs import versions_of


class MarkGiven(Described):
    """A mark for a version."""

    mark = f.Str(required=True, metadata={"enum": list(KINDS)})


class CheckoutState(ma.Schema):
    """Who is working on a file; all null when nobody is."""

    by = f.Dict(allow_none=True)
    at = f.Str(allow_none=True)
    version = f.Int(allow_none=True, metadata={"description": "The version from which he set out."})


class ShareWish(Described):
    """A link to be made."""

    days = f.Int(required=True, metadata={"minimum": 1, "maximum": 365})
    label = f.Str(metadata={"maxLength": 120, "description": "For whom it is; only colleagues read it."})


class ShareLink(ma.Schema):
    """A link by which people from outside open a file."""

    id = f.Int()
    label = f.Str()
    at = f.Str()
    by = f.Dict()
    expires_at = f.Str()
    revoked_at = f.Str(allow_none=True)
    revoked_by = f.Dict(allow_none=True)
    good = f.Bool(metadata={"description": "Whether it still opens the file, as far as its own life goes."})
    opened = f.Int()
    openings = f.List(f.Dict(), metadata={"description": "The last ones: when, which version, from where."})
    link = f.Str(metadata={"description": "The address; told only when the link is made."})


class UsageDocument(ma.Schema):
    """What takes the space, in bytes."""

    stored = f.Int(metadata={"description": "What the store holds; equal contents count once."})
    contents = f.Int()
    versions = f.Int(metadata={"description": "All versions, each in full."})
    registries = f.List(f.Dict())
    people = f.List(f.Dict())


@attachments.verb(
    "POST", f"{ONE}/versions/<id:number>/marks", signed_in, body=MarkGiven, gives=FileVersion, status=201
)
def create_mark(body: dict[str, Any], thing: int, number: int) -> Response:
    """This function will mark a version of a file as sent, approved or signed."""
    known_names(body, "mark")
    with begin(write=True) as work:
        mark(work, thing, number, str(body.get("mark") or "")[:40])
        marks = marks_of(work, thing)
        found = next(each for each in versions_of(work, thing) if each.number == number)
        return answer(version_document(thing, found, marks.get(number, ())), 201)


@attachments.verb("DELETE", f"{ONE}/versions/<id:number>/marks/<mark>", signed_in, status=204)
def delete_mark(thing: int, number: int, mark: str) -> Response:
    """This function will take a mark of a version back; that it stood stays known."""
    with begin(write=True) as work:
        unmark(work, thing, number, mark)
    return nothing()


@attachments.verb("GET", f"{ONE}/checkout", signed_in, gives=CheckoutState)
def get_checkout(thing: int) -> Response:
    """This function will tell who is working on a file."""
    with begin() as work:
        return answer(_checkout(checkout_of(work, thing)))


@attachments.verb("POST", f"{ONE}/checkout", signed_in, gives=CheckoutState, status=201)
def create_checkout(thing: int) -> Response:
    """This function will tell the others that the caller is working on a file; it hinders nobody."""
    with begin(write=True) as work:
        return answer(_checkout(take_out(work, thing)), 201)


@attachments.verb("DELETE", f"{ONE}/checkout", signed_in, status=204)
def delete_checkout(thing: int) -> Response:
    """This function will tell that nobody is working on a file any more."""
    with begin(write=True) as work:
        release_file(work, thing)
    return nothing()


def _checkout(found: Checkout | None) -> dict[str, Any]:
    if found is None:
        return {"by": None, "at": None, "version": None}
    return {"by": person_document(found.by), "at": moment_text(found.at), "version": found.number}


@attachments.verb("GET", f"{ONE}/shares", signed_in, gives=page_of(ShareLink))
def list_shares(thing: int) -> Response:
    """This function will list the share links of a file; for this the power `share` is needed."""
    with begin() as work:
        return answer({"items": [_share(each) for each in shares_of(work, thing)], "next": None})


@attachments.verb("POST", f"{ONE}/shares", signed_in, body=ShareWish, gives=ShareLink, status=201)
def create_share(body: dict[str, Any], thing: int) -> Response:
    """This function will make a share link of a file; its address is told this once."""
    known_names(body, "days", "label")
    label = body.get("label", "")
    if not isinstance(label, str):
        raise Invalid({"label": [_("This is not a text.")]})
    with begin(write=True) as work:
        made, key = share(work, thing, body.get("days", 0), label)
        link = f"{work.office.settings.base_url.rstrip('/')}/shared/{key}"
        return answer({**_share(made), "link": link}, 201)


@attachments.verb("DELETE", f"{ONE}/shares/<id:link>", signed_in, status=204)
def delete_share(thing: int, link: int) -> Response:
    """This function will take a share link back."""
    with begin(write=True) as work:
        revoke(work, thing, link)
    return nothing()


@attachments.verb("GET", "/attachments/usage", needs("design"), gives=UsageDocument)
def get_usage() -> Response:
    """This function will tell what takes the space."""
    with begin() as work:
        found = usage_of(work)
        return answer(
            {"stored": found.stored, "contents": found.contents, "versions": found.versions,
             "registries": [_part(each) for each in found.registries],
             "people": [_part(each) for each in found.people]}
        )  # fmt: skip


def _part(each: Part) -> dict[str, Any]:
    return {
        "key": each.key,
        "name": each.name,
        "files": each.files,
        "versions": each.versions,
        "size": each.size,
    }


def _share(each: Share) -> dict[str, Any]:
    return {
        "id": each.id, "label": each.label, "at": moment_text(each.at), "by": person_document(each.by),
        "expires_at": moment_text(each.expires_at),
        "revoked_at": moment_text(each.revoked_at) if each.revoked_at else None,
        "revoked_by": person_document(each.revoked_by) if each.revoked_by else None,
        "good": each.good, "opened": each.opened,
        "openings": [{"at": moment_text(one.at), "version": one.number, "from": one.place} for one in each.openings],
    }  # fmt: skip


__all__ = ["attachments"]
