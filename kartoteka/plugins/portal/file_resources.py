"""Files of customers over REST: what lies on a record of theirs, its bytes, and more of them sent."""

from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from marshmallow import fields as f

from kartoteka.platform.sdk import FILE, Described, Invalid, Record, _, answer, guests, intake_of
from kartoteka.plugins.portal.resources import portal
from kartoteka.plugins.portal.talking import LONGEST
from kartoteka.plugins.portal.uploading import INPUT, chosen, lay_down, note_sent, received, sends_files
from kartoteka.plugins.portal.visitors import Visit, nowhere, visiting

ON_RECORD = "/portal/<page>/<id:record>/files"
SENT = {
    "type": "object",
    "required": [INPUT],
    "properties": {
        INPUT: {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 10},
        "note": {"type": "string", "maxLength": LONGEST},
    },
}


class PortalFile(Described):
    """A file on a record, as a guest sees it."""

    id = f.Int(dump_only=True)
    name = f.Str(dump_only=True)
    size = f.Int(dump_only=True, allow_none=True)
    version = f.Int(dump_only=True, metadata={"description": "How often it has been sent anew, from 1."})
    url = f.Str(dump_only=True, metadata={"description": "Where the bytes are."})


class PortalFiles(Described):
    """The files on a record that a guest sees, by their names."""

    items = f.List(f.Nested(PortalFile))


def _listed(visit: Visit, record: Record) -> list[dict[str, Any]]:
    there = intake_of(visit.work)
    at = f"/api/v1/portal/{record.registry}/{record.id}/files"
    found = there[1].lying(visit.work, record) if there is not None and there[0] in record.tabs else ()
    return [
        {
            "id": each.id,
            "name": each.name,
            "size": each.size,
            "version": each.version,
            "url": f"{at}/{each.id}/content",
        }
        for each in found
    ]


@portal.verb("GET", ON_RECORD, guests, gives=PortalFiles)
def portal_files(page: str, record: int) -> Response:
    """This function will give the files on a record that the caller sees."""
    with visiting() as visit:
        return answer({"items": _listed(visit, visit.record(page, record))})


@portal.verb("GET", f"{ON_RECORD}/<id:file>/content", guests, gives=FILE)
def portal_file_content(page: str, record: int, file: int) -> ResponseReturnValue:
    """This function will give the bytes of a file on a record."""
    with visiting() as visit:
        there = intake_of(visit.work)
        known = {each["id"] for each in _listed(visit, visit.record(page, record))}
    if there is None or there[1].hand_out is None or file not in known:
        raise nowhere()
    return there[1].hand_out(file)


@portal.verb("POST", ON_RECORD, guests, form=SENT, gives=PortalFiles, status=201)
def portal_send_files(page: str, record: int) -> Response:
    """This function will put files on a record, for the firm to find; one that will not do keeps all of them back."""
    with visiting() as visit:
        _takes(visit, page, record)
        parcels = received(visit) if chosen() else []
    if not parcels:
        raise Invalid({INPUT: [_("Choose a file first.")]})
    with visiting(write=True) as visit:
        found = _takes(visit, page, record)
        sent = lay_down(visit, found, parcels)
        note_sent(visit, found, sent, request.form.get("note", "").strip()[:LONGEST])
        new = {id for _registry, id, _name in sent}
        return answer({"items": [each for each in _listed(visit, found) if each["id"] in new]}, 201)


def _takes(visit: Visit, page: str, record: int) -> Record:
    found = visit.record(page, record)
    if not sends_files(visit, found):
        raise nowhere()
    return found


__all__ = ["PortalFile", "PortalFiles"]
