"""The portal over REST: the only routes that a token of somebody from outside opens."""

from typing import Any

from flask import Response
from marshmallow import fields as f
from marshmallow import validate

from kartoteka.platform.sdk import (
    Described,
    Invalid,
    Query,
    Record,
    Resource,
    _,
    answer,
    browse,
    create,
    guests,
    shown_record,
)
from kartoteka.plugins.portal.design import COMMENT, REQUEST, WORDLESS
from kartoteka.plugins.portal.home import waiting
from kartoteka.plugins.portal.listing import asked_for, query_of
from kartoteka.plugins.portal.settings import NAME
from kartoteka.plugins.portal.talking import LONGEST, put_down, thread
from kartoteka.plugins.portal.visitors import Visit, nowhere, visiting

portal = Resource("portal", "What customers and partners see: their own, and nothing else.")
# What a guest is told of a record: neither who of the firm made it nor when something unseen was changed.
TOLD = ("id", "title", "category", "values")
MOST = 100


class PortalPage(Described):
    """A registry as it is called and shown in the portal."""

    key = f.Str()
    name = f.Str()
    columns = f.List(f.Str())
    state = f.Str(allow_none=True)
    form = f.Bool(metadata={"description": "Whether new records can be made."})


class PortalHome(Described):
    """The pages of the portal, and what waits."""

    pages = f.List(f.Nested(PortalPage))
    waiting = f.List(f.Dict(keys=f.Str(), values=f.Str()))


class PortalRecord(Described):
    """A record as a guest sees it."""

    id = f.Int(dump_only=True)
    title = f.Str(dump_only=True)
    category = f.Str(allow_none=True)
    values = f.Dict(keys=f.Str())


class PortalRecords(Described):
    """A page of records."""

    items = f.List(f.Nested(PortalRecord))
    next = f.Str(allow_none=True)


class PortalAsked(Described):
    """What a list is asked for."""

    q = f.Str()
    show = f.Str(metadata={"description": "A quick filter: the key of a state, or the number of a filter."})
    sort = f.Str()
    cursor = f.Str()


class PortalMessage(Described):
    """A message of the public thread of a record."""

    id = f.Int(dump_only=True)
    text = f.Str(required=True, validate=validate.Length(max=LONGEST))
    at = f.DateTime(dump_only=True)
    by = f.Str(dump_only=True)
    outside = f.Bool(dump_only=True)


class PortalMessages(Described):
    """The public thread of a record, oldest first."""

    items = f.List(f.Nested(PortalMessage))


def _told(visit: Visit, record: Record) -> dict[str, Any]:
    document = shown_record(visit.work, record)
    return {name: document[name] for name in TOLD if name in document}


@portal.verb("GET", "/portal", guests, gives=PortalHome)
def portal_home() -> Response:
    """This function will tell what the caller has in the portal, and what waits for him."""
    with visiting() as visit:
        pages = [
            {
                "key": each.key,
                "name": each.label,
                "columns": list(each.page.columns),
                "state": each.page.state or None,
                "form": each.form is not None,
            }
            for each in visit.pages.values()
        ]
        lines = [{"title": each.title, "about": each.about, "url": each.url} for each in waiting(visit)]
        return answer({"pages": pages, "waiting": lines})


@portal.verb("GET", "/portal/<page>", guests, query=PortalAsked, gives=PortalRecords)
def portal_list(query: dict[str, str], page: str) -> Response:
    """This function will give the records of a page of the portal."""
    with visiting() as visit:
        shown = visit.page(page)
        wanted: Query = query_of(
            visit, shown, asked_for(query), cursor=query.get("cursor") or None, size=MOST
        )
        found = browse(visit.work, page, wanted)
        return answer({"items": [_told(visit, each) for each in found.items], "next": found.next})


@portal.verb("GET", "/portal/<page>/<id:record>", guests, gives=PortalRecord)
def portal_record(page: str, record: int) -> Response:
    """This function will give a record of a page of the portal."""
    with visiting() as visit:
        return answer(_told(visit, visit.record(page, record)))


@portal.verb("POST", "/portal/<page>", guests, body=PortalRecord, gives=PortalRecord, status=201)
def portal_create(body: dict[str, Any], page: str) -> Response:
    """This function will make a record by the form of a page of the portal."""
    values = body.get("values")
    with visiting(write=True) as visit:
        shown = visit.page(page)
        if shown.form is None:
            raise nowhere()
        if not isinstance(values, dict):
            raise Invalid({"values": [_("Values are an object with field keys.")]})
        made = create(visit.work, page, values, category=body.get("category"))
        if NAME in made.tabs:
            put_down(visit, made, REQUEST, {"text": WORDLESS})
        return answer(_told(visit, made), 201)


@portal.verb("GET", "/portal/<page>/<id:record>/talk", guests, gives=PortalMessages)
def portal_thread(page: str, record: int) -> Response:
    """This function will give the public thread of a record."""
    with visiting() as visit:
        found = thread(visit.work, visit.record(page, record))
        items = [
            {
                "id": each.id,
                "text": each.text,
                "at": each.at.isoformat(),
                "by": each.who,
                "outside": each.outside,
            }
            for each in found
        ]
        return answer({"items": items})


@portal.verb(
    "POST", "/portal/<page>/<id:record>/talk", guests, body=PortalMessage, gives=PortalMessage, status=201
)
def portal_talk(body: dict[str, Any], page: str, record: int) -> Response:
    """This function will say something about a record."""
    text = body.get("text")
    with visiting(write=True) as visit:
        found = visit.record(page, record)
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
            raise Invalid({"text": [_("Write something first, of at most {max} characters.", max=LONGEST)]})
        if not visit.page(page).page.talks:
            raise nowhere()
        put_down(visit, found, COMMENT, {"text": text.strip()})
        last = thread(visit.work, found)[-1]
        told = {"id": last.id, "text": last.text, "at": last.at.isoformat(), "by": last.who, "outside": True}
        return answer(told, 201)


__all__ = ["portal"]
