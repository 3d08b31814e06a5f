"""ARES and other registers over REST: a company by its number, by name, beside a record, and into it."""

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    Described,
    Invalid,
    NotFound,
    Resource,
    Unavailable,
    Work,
    _,
    answer,
    begin,
    fetch,
    office,
    shown_record,
    signed_in,
)
from kartoteka.plugins.ares import desk, filling, known
from kartoteka.plugins.ares.filling import Comparison, document_of, moment, said_unavailable
from kartoteka.plugins.ares.mapping import mapping_of, registry_of
from kartoteka.plugins.ares.particulars import NUMBER
from kartoteka.plugins.ares.registers.answers import Found, Hits, Refused
from kartoteka.plugins.ares.registers.answers import NotFound as Missing

LONGEST_NUMBER, SHORTEST_NAME, LONGEST_NAME, MOST_HITS = 40, 3, 80, 20
# What documents of companies call otherwise.
_ALSO = {"dic": "vat_id"}
_ON_RECORD = "/registries/<registry>/records/<id:record>/ares"


class ActingPerson(Described):
    """Somebody who acts for a company."""

    name = f.Str()
    role = f.Str()
    since = f.Str(allow_none=True)


class Company(Described):
    """A company as a register tells of it; what the register does not say is null."""

    state = f.Str(metadata={"description": "found; anything else is a problem with its status."})
    ico = f.Str()
    name = f.Str()
    address = f.Str(metadata={"description": "The seat in one line."})
    street = f.Str(allow_none=True)
    district = f.Str(allow_none=True)
    city = f.Str(allow_none=True)
    postcode = f.Str(allow_none=True)
    country = f.Str(allow_none=True)
    vat_id = f.Str(allow_none=True)
    dic = f.Str(allow_none=True)
    vat = f.Str(metadata={"description": "yes, no or unknown: what ARES says of the VAT register."})
    legal_form = f.Str(allow_none=True)
    legal_form_code = f.Str(allow_none=True)
    founded = f.Str(allow_none=True)
    ended = f.Str(allow_none=True)
    standing = f.Str(metadata={"description": "alive, ended, liquidation, insolvency_record or unknown."})
    nace = f.List(f.Str())
    file_number = f.Str(allow_none=True)
    persons = f.List(
        f.Nested(ActingPerson), allow_none=True, metadata={"description": "null when not asked for."}
    )
    ids = f.Dict(keys=f.Str(), values=f.Str())
    source = f.Str()
    source_url = f.Str(allow_none=True)
    as_of = f.Str(metadata={"description": "When the register said so."})


class LookUp(Described):
    """How to look a company up."""

    anyway = f.Str(metadata={"description": "1: ask although the check digit does not fit."})
    persons = f.Str(metadata={"description": "1: tell also who acts for the company."})


class NameQuery(Described):
    """How to search for companies."""

    name = f.Str(
        required=True,
        validate=ma.validate.Length(SHORTEST_NAME, LONGEST_NAME),
        metadata={"description": "How the name begins, with its diacritics."},
    )


class Companies(Described):
    """Companies found by name."""

    items = f.List(f.Nested(Company))
    next = f.Str(allow_none=True)
    count = f.Int(metadata={"description": "How many there are, those left out too."})
    as_of = f.Str()


class Difference(Described):
    """One particular of a record and of its company."""

    name = f.Str(metadata={"description": "What “apply” takes."})
    field = f.Str()
    old = f.Str(allow_none=True)
    new = f.Str(allow_none=True)
    differs = f.Bool()
    may_take = f.Bool()
    refusal = f.Str(metadata={"description": "Why the field cannot take it."})


class Differences(Described):
    """A record beside its company."""

    state = f.Str()
    ico = f.Str()
    as_of = f.Str()
    company = f.Nested(Company)
    differences = f.List(f.Nested(Difference))


class Apply(Described):
    """What of a company is to be written into the record."""

    apply = f.List(
        f.Str(), required=True, metadata={"description": "Names of particulars, or of fields that take them."}
    )
    version = f.Int(metadata={"description": "The version of the record that the wish was based on."})


class Applied(Described):
    """The record as it is now."""

    id = f.Int()
    version = f.Int()
    title = f.Str()
    category = f.Str(allow_none=True)
    values = f.Dict(keys=f.Str(), values=f.Raw(allow_none=True))
    applied = f.List(f.Str(), metadata={"description": "The fields that were filled in."})
    as_of = f.Str()


ares = Resource("ares", "Companies from public registers.")


@ares.verb("GET", "/ares", signed_in, query=NameQuery, gives=Companies)
def find_companies(query: dict[str, str]) -> Response:
    """This function will list companies whose names begin like a text."""
    name = " ".join(query.get("name", "").split())
    with begin():
        running = office()
    if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        raise Invalid(
            {
                "name": [
                    _(
                        "Write {least} to {most} characters of the name.",
                        least=SHORTEST_NAME,
                        most=LONGEST_NAME,
                    )
                ]
            }
        )
    found, as_of = desk.find(running, known.ares_of(running), name, MOST_HITS)
    match found:
        case Hits():
            replies = [desk.Reply(Found(each), as_of) for each in found.companies]
            items = [document_of(each) for each in replies]
            return answer({"items": items, "next": None, "count": found.total, "as_of": moment(as_of)})
        case Refused(reason="too_many"):
            raise Invalid({"name": [_("Too many names begin like this; write more of it.")]})
        case Refused():
            raise Invalid({"name": [_("ARES cannot search for this.")]})
        case _unavailable:
            raise Unavailable(said_unavailable())


@ares.verb("GET", "/ares/<ico>", signed_in, query=LookUp, gives=Company)
def get_company(query: dict[str, str], ico: str) -> Response:
    """This function will give a company by its IČO."""
    with begin():
        running = office()
    reply = filling.look_up(
        running, ico[:LONGEST_NUMBER], persons=query.get("persons") == "1", insist=query.get("anyway") == "1"
    )
    return answer(document_of(reply))


@ares.verb("GET", "/registers/<register>/<number>", signed_in, gives=Company)
def get_from_register(register: str, number: str) -> Response:
    """This function will give a company of a register: ares by IČO, vies by VAT number, pl by NIP."""
    with begin():
        running = office()
    asked = known.register_of(running, register)
    read = asked.read(number[:LONGEST_NUMBER])
    if not read:
        raise Invalid({"number": [_("This is no number of {register}.", register=asked.label)]})
    reply = desk.ask(running, asked, read)
    match reply.answer:
        case Found():
            return answer(document_of(reply))
        case Missing():
            raise NotFound(_("{register} has nothing under {number}.", register=asked.label, number=read))
        case Refused():
            raise Invalid({"number": [_("This is no number of {register}.", register=asked.label)]})
        case _unavailable:
            raise Unavailable(
                _("{register} cannot be asked at the moment; try again in a while.", register=asked.label)
            )


@ares.verb("GET", _ON_RECORD, signed_in, gives=Differences)
def get_differences(registry: str, record: int) -> Response:
    """This function will compare a record with what ARES says of its company."""
    reply = _asked_for(registry, record)
    with begin() as work:
        return answer(_shown(filling.compared(work, registry, record, reply)))


@ares.verb("POST", _ON_RECORD, signed_in, body=Apply, gives=Applied)
def fill_in(body: dict[str, Any], registry: str, record: int) -> Response:
    """This function will write particulars of its company into a record."""
    wanted = body.get("apply")
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted) or len(wanted) > 100:
        raise Invalid({"apply": [_("This is a list of names, such as “name” and “address”.")]})
    version = body.get("version")
    if version is not None and (
        isinstance(version, bool) or not isinstance(version, int) or not 0 < version < 2**31
    ):
        raise Invalid({"version": [_("This is the number of a version.")]})
    reply = _asked_for(registry, record)
    with begin(write=True) as work:
        # The number is what it was looked up by, so there is nothing to be written.
        names = [_particular(work, registry, each) for each in wanted if each != NUMBER]
        found, applied = filling.take(work, registry, record, reply, names, version=version)
        return answer({**shown_record(work, found), "applied": applied, "as_of": moment(reply.as_of)})


def _asked_for(registry: str, record: int) -> desk.Reply:
    """What ARES says of the company of a record; it is asked while no transaction is open."""
    with begin() as work:
        registry_of(work, registry)
        number = filling.number_on(work, fetch(work, registry, record))
        persons, running = filling.wants_persons(work, registry), office()
    # The number stands on the record, so somebody has insisted on it already.
    return filling.look_up(running, number, persons=persons, insist=True)


def _particular(work: Work, registry: str, name: str) -> str:
    """The particular of this name, or that which a field of this name takes."""
    mapping = mapping_of(work, registry)
    fields = {field: what for what, field in mapping.items()}
    return name if name in mapping else fields.get(name, _ALSO.get(name, name))


def _shown(comparison: Comparison) -> dict[str, Any]:
    reply = comparison.reply
    return {
        "state": "found",
        "ico": comparison.number,
        "as_of": moment(reply.as_of),
        "company": document_of(reply),
        "differences": [
            {
                "name": each.what,
                "field": each.field,
                "old": each.ours or None,
                "new": each.theirs or None,
                "differs": each.differs,
                "may_take": each.may_take,
                "refusal": each.refusal,
            }
            for each in comparison.lines
        ],
    }


__all__ = ["ares"]
