"""Filling records from ARES: as the actor may, in his name, through the channel `ares`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kartoteka.platform.sdk import (
    Forbidden,
    Invalid,
    NotFound,
    Office,
    Query,
    Record,
    Unavailable,
    Work,
    _,
    browse,
    change,
    fetch,
)
from kartoteka.plugins.ares import desk, known
from kartoteka.plugins.ares.comparing import Line, beside_record
from kartoteka.plugins.ares.desk import Reply
from kartoteka.plugins.ares.mapping import mapping_of, number_field, registry_of
from kartoteka.plugins.ares.particulars import NUMBER, PERSONS
from kartoteka.plugins.ares.registers.answers import Found, Refused
from kartoteka.plugins.ares.registers.answers import NotFound as Missing

VIA = "ares"
MOST_TWINS = 5


@dataclass(frozen=True)
class Comparison:
    """A record, what ARES said of its company, and how they compare."""

    record: Record
    number: str
    reply: Reply
    lines: Sequence[Line]


def number_on(work: Work, record: Record) -> str:
    """This function will give the IČO of a record as far as the actor sees it.

    :raises NotFound: when the registry has no field for it. :raises Invalid: when there is none on the record.
    """
    registry_of(work, record.registry)
    number = record.values.get(number_field(work, record.registry).key)
    if not number:
        raise Invalid({NUMBER: [_("This record has no IČO.")]})
    return str(number)


def look_up(
    office: Office, number: str, *, persons: bool = False, insist: bool = False, fresh: bool = False
) -> Reply:
    """This function will ask ARES for a company, outside of any transaction.

    :raises Invalid: when this cannot be an IČO. :raises NotFound: when ARES has no such company.
    :raises Unavailable: when it cannot be asked.
    """
    ares = known.ares_of(office)
    ico = ares.read(number)
    if not ico:
        raise Invalid({NUMBER: [_("An IČO has eight digits, such as {example}.", example="27082440")]})
    reply = desk.ask(office, ares, ico, insist=insist, fresh=fresh)
    return desk.with_persons(office, ares, insisted(reply, ico), persons=persons)


def insisted(reply: Reply, number: str) -> Reply:
    """This function will give a reply that has a company.

    :raises Invalid: :raises NotFound: :raises Unavailable: otherwise, in words for people.
    """
    match reply.answer:
        case Found():
            return reply
        case Missing():
            raise NotFound(said_missing(reply, number))
        case Refused(reason="check_digit"):
            raise Invalid(
                {
                    NUMBER: [
                        _(
                            "The check digit of IČO {ico} does not fit. Is the number really right?",
                            ico=number,
                        )
                    ]
                }
            )
        case Refused():
            raise Invalid({NUMBER: [_("ARES does not take {ico} for an IČO.", ico=number)]})
        case _unavailable:
            raise Unavailable(said_unavailable())


def said_missing(reply: Reply, number: str) -> str:
    """This function will say that ARES has no such company; one that was there before has gone."""
    if reply.found_before is not None:
        return _("IČO {ico} is no longer in ARES; on {day} it still was.", ico=number,
                 day=reply.found_before.date().isoformat())  # fmt: skip
    return _("ARES has no subject with IČO {ico}.", ico=number)


def said_unavailable() -> str:
    """This function will say that nobody knows."""
    return _(
        "ARES cannot be asked at the moment. Nothing was changed; try again in a while, or fill it in by hand."
    )


def wants_persons(work: Work, registry: str) -> bool:
    """This function will tell whether a registry keeps who acts for a company, which costs one more question."""
    return PERSONS in mapping_of(work, registry)


def compared(work: Work, registry: str, record: int, reply: Reply) -> Comparison:
    """This function will compare a record with what ARES said of its company."""
    found = fetch(work, registry, record)
    number = number_on(work, found)
    company = reply.company
    lines = beside_record(work, found, company) if company is not None else []
    return Comparison(found, number, reply, lines)


def take(work: Work, registry: str, record: int, reply: Reply, wanted: Iterable[str], *,
         version: int | None = None) -> tuple[Record, list[str]]:  # fmt: skip
    """This function will write particulars of a company into the fields that take them, and tell into which.

    :raises Invalid: when a particular is not to be had here. :raises Forbidden: when its field may not be written.
    """
    comparison = compared(work, registry, record, reply)
    company = reply.company
    if company is None or company.number != comparison.number:
        raise Invalid({NUMBER: [_("The IČO has been changed meanwhile; look it up again.")]})
    lines = {each.what: each for each in comparison.lines}
    values = {}
    for what in wanted:
        line = lines.get(what)
        if line is None:
            raise Invalid({"apply": [_("ARES does not fill in “{name}” here.", name=what[:40])]})
        if line.value is None:
            raise Invalid({line.field: [line.refusal]})
        if not line.may_take:
            raise Forbidden(_("You may read this detail, not change it."))
        values[line.field] = line.value
    if not values:
        return comparison.record, []
    return change(work.through(VIA), registry, record, values, version=version), sorted(values)


def twins(work: Work, registry: str, number: str, *, without: int | None = None) -> list[Record]:
    """This function will list the records with an IČO that the actor sees; of others nothing is told."""
    field = number_field(work, registry)
    if field is None:
        return []
    same = {"field": field.key, "op": "eq", "value": number}
    found = browse(work, registry, Query(filter=same, page_size=MOST_TWINS, fields=())).items
    return [each for each in found if each.id != without]


def document_of(reply: Reply) -> Mapping[str, Any]:
    """This function will give a found company as the interface shows it."""
    company = reply.company
    assert company is not None
    address = company.address
    return {
        "state": "found",
        "ico": company.number,
        "name": company.name,
        "address": address.text,
        "street": address.street or None,
        "district": address.district or None,
        "city": address.city or None,
        "postcode": address.postcode or None,
        "country": address.country or None,
        "vat_id": company.vat_id or None,
        "dic": company.vat_id or None,
        "vat": str(company.vat),
        "legal_form": company.legal_form or None,
        "legal_form_code": company.legal_form_code or None,
        "founded": company.founded,
        "ended": company.ended,
        "standing": str(company.standing),
        "nace": list(company.nace),
        "file_number": company.file_number or None,
        "persons": None
        if company.persons is None
        else [
            {"name": each.name, "role": each.role, "since": each.since or None} for each in company.persons
        ],
        "ids": dict(company.ids),
        "source": company.provider,
        "source_url": company.source_url or None,
        "as_of": moment(reply.as_of),
    }


def moment(at: datetime | None) -> str | None:
    """This function will write a moment as the interface does."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")
