"""Records of an installation as ARES might tell of them: mostly the same, some renamed, moved, ended or gone."""

import re
from collections.abc import Iterator, Mapping

from kartoteka.platform.sdk import Invalid, Query, Record, Work, _, browse
from kartoteka.plugins.ares.mapping import mapping_of, number_field
from kartoteka.plugins.ares.registers.legal_forms import LEGAL_FORMS, words_for
from kartoteka.plugins.ares.standin.companies import Document, seat, subject

_LINE = re.compile(r"(.*?)\s*(\d+)(?:/(\d+)([a-z]?))?,\s*(?:(.+),\s*)?(\d{3}) ?(\d{2})\s+(.+)")


def likeness_of(work: Work, registry: str) -> Iterator[Document]:
    """This function will tell of the records of a registry as a register might, by the field that has the IČO.

    :raises Invalid: when there is no such field.
    """
    field = number_field(work, registry)
    if field is None:
        raise Invalid({"registry": [_("This registry has no field for an IČO.")]})
    fields, cursor = mapping_of(work, registry), None
    name = fields.get("name", "")
    form, founded = fields.get("legal_form", ""), fields.get("founded", "")
    while True:
        page = browse(work, registry, Query(sort="id", page_size=500, cursor=cursor))
        for each in page.items:
            number = each.values.get(field.key)
            # Every twelfth is not there.
            if number and each.id % 12:
                told = str(each.values.get(name) or each.title)
                same = {
                    "form": _form(each.values.get(form)),
                    "founded": str(each.values.get(founded) or "2012-04-01"),
                }
                yield _told(each.id, str(number), told, _seat_of(each, fields), same)
        cursor = page.next
        if cursor is None:
            return


def _told(place: int, number: str, name: str, where: Document, same: Mapping[str, str]) -> Document:
    """Always the same for the same record, so that one can look twice."""
    more: Document = dict(same)
    if place % 11 == 5:
        more["datumZaniku"] = "2026-06-30"
    elif place % 13 == 6:
        name = f"{name} v likvidaci"
    elif place % 9 == 4:
        name = f"{name} Nová"
    return subject(number, name, where, **more)


def _form(kept: object) -> str:
    """The code of a legal form by whatever a choice or a text calls it."""
    return next((code for code in LEGAL_FORMS if str(kept or "") in words_for(code)), "112")


def _seat_of(record: Record, fields: Mapping[str, str]) -> Document:
    found = _LINE.fullmatch(_address_of(record, fields))
    if found is None or record.id % 7 == 3:
        return seat("Nová", 10, 10000, "Praha", part="Strašnice")
    street, house, orientation, letter, part, first, second, city = found.groups()
    return seat(
        street, int(house), int(first + second), city, part=part or "",
        orientation=int(orientation) if orientation else None, letter=letter or "",
    )  # fmt: skip


def _address_of(record: Record, fields: Mapping[str, str]) -> str:
    """The address in one line, put together where it is kept in parts."""

    def kept(what: str) -> str:
        return " ".join(str(record.values.get(fields.get(what, "")) or "").split())

    return kept("address") or f"{kept('street')}, {kept('postcode')} {kept('city')}"
