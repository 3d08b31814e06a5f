"""Over the form of a record: a company found by its number or name, shown beside what is typed, and taken."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from kartoteka.platform.sdk import (
    Forbidden,
    FormAid,
    KartotekaError,
    Record,
    Work,
    _,
    begin,
    fetch,
    office,
    parts_filled,
)
from kartoteka.plugins.ares import desk, filling, known
from kartoteka.plugins.ares.comparing import Line, beside_form
from kartoteka.plugins.ares.faces import pages
from kartoteka.plugins.ares.mapping import number_field, registry_of
from kartoteka.plugins.ares.registers.answers import Company, Hits, Refused
from kartoteka.plugins.ares.wording import Hit, Trouble, hit_of, standing_of, trouble_in

SHORTEST_NAME, LONGEST, MOST_HITS = 3, 80, 20


def _aid(work: Work, registry: str, record: Record | None) -> str:
    """The line over the form, for whoever may put a number into it."""
    field = number_field(work, registry)
    if field is None or not _may_write(work, registry, record, field):
        return ""
    number = record.values.get(field.key) if record is not None else ""
    return render_template(
        "ares/aid.html",
        find_url=url_for("ares.find", registry=registry, record=record.id if record is not None else None),
        number=number or "",
    )


aid = FormAid(_aid)


def _may_write(work: Work, registry: str, record: Record | None, field: Any) -> bool:
    if record is not None:
        return record.writes(field)
    return bool(work.open(registry).may_write(field, "create"))


@pages.page("/r/<registry>/ares/find")
def find(registry: str) -> str:
    """Companies with a number, or whose names begin like what is typed, to choose one."""
    asked = " ".join(request.args.get("q", "").split())[:LONGEST]
    record = _record_id(request.args.get("record", ""))
    with begin() as work:
        _form_of(work, registry, record)
        running = office()
    hits, trouble, more = _found(running, asked, insist=request.args.get("anyway") == "1")
    with begin() as work:
        shown = [_hit(work, registry, each, record) for each in hits]
        return render_template(
            "ares/found.html",
            hits=shown,
            trouble=trouble,
            more=more,
            asked=asked,
            anyway_url=url_for("ares.find", registry=registry, q=asked, record=record, anyway=1),
            preview_url=url_for("ares.preview", registry=registry, record=record),
        )


def _found(running: Any, asked: str, *, insist: bool) -> tuple[Sequence[Company], Trouble | None, int]:
    """What was found, what stands in the way, and how many more there are."""
    ares = known.ares_of(running)
    number = ares.read(asked)
    if number:
        reply = desk.ask(running, ares, number, insist=insist)
        if isinstance(reply.answer, Refused) and reply.answer.reason == "check_digit":
            return (), Trouble(_("The check digit of IČO {ico} does not fit. Is the number really right?", ico=number),
                               insist=True), 0  # fmt: skip
        return ([reply.company] if reply.company else []), trouble_in(reply, number), 0
    if len(asked) < SHORTEST_NAME:
        return (), None, 0
    found, _as_of = desk.find(running, ares, asked, MOST_HITS)
    match found:
        case Hits(companies=companies, total=total):
            nobody = Trouble(_("No living company has a name that begins like this. Diacritics count."))
            return companies, None if companies else nobody, max(0, total - len(companies))
        case Refused(reason="too_many"):
            return (), Trouble(_("Too many names begin like this; write more of it.")), 0
        case Refused():
            return (), Trouble(_("ARES cannot search for this.")), 0
        case _unavailable:
            return (), Trouble(filling.said_unavailable(), unknown=True), 0


def _hit(work: Work, registry: str, company: Company, record: int | None) -> Hit:
    same = filling.twins(work, registry, company.number, without=record)
    return hit_of(
        company, tuple((url_for("web.record", registry=registry, id=each.id), each.title) for each in same)
    )


@pages.page("/r/<registry>/ares/preview", "POST")
def preview(registry: str) -> str:
    """A company beside what is typed in the form, to tick what is to be taken."""
    record = _record_id(request.args.get("record", ""))
    number = request.form.get("ico", "")[:LONGEST]
    with begin() as work:
        _form_of(work, registry, record)
        persons, running = filling.wants_persons(work, registry), office()
    try:
        reply = filling.look_up(running, number, persons=persons, insist=True)
    except KartotekaError as error:
        return render_template("ares/preview.html", trouble=Trouble(error.message), company=None)
    with begin() as work:
        company = reply.company
        assert company is not None
        lines = _lines(work, registry, record, company)
        return render_template(
            "ares/preview.html",
            trouble=None,
            company=company,
            standing=standing_of(company),
            as_of=reply.as_of,
            lines=lines,
            new=record is None,
            twins=_hit(work, registry, company, record).twins,
            fill_url=url_for("ares.fill", registry=registry, record=record),
        )


@pages.page("/r/<registry>/ares/fill", "POST")
def fill(registry: str) -> ResponseReturnValue:
    """The form again, with what was typed and what was ticked; nothing is saved yet."""
    record = _record_id(request.args.get("record", ""))
    number, wanted = request.form.get("ico", "")[:LONGEST], set(request.form.getlist("take"))
    with begin() as work:
        _form_of(work, registry, record)
        persons, running = filling.wants_persons(work, registry), office()
    reply = filling.look_up(running, number, persons=persons, insist=True)
    company = reply.company
    assert company is not None
    with begin() as work:
        given = request.form.copy()
        taken = {each.field: each for each in _lines(work, registry, record, company) if each.what in wanted}
        for line in taken.values():
            given.setlist(f"v.{line.field}", [_typed(line.value)])
        field = number_field(work, registry)
        given.setlist(f"v.{field.key}", [company.number])
        said = _("Filled in from ARES. Look it over and save.")
        happenings = {"say": {"text": said, "undo": ""}, "shut-dialog": {}}
        headers = {"HX-Reswap": "none", "HX-Trigger": json.dumps(happenings)}
        return Response(parts_filled(work, registry, record, given), headers=headers)


def _lines(work: Work, registry: str, record: int | None, company: Company) -> list[Line]:
    found = fetch(work, registry, record) if record is not None else None
    opened = work.open(registry)
    typed = {
        each.key: _read(opened.kind(each), request.form.getlist(f"v.{each.key}"))
        for each in opened.fields
        if f"v.{each.key}" in request.form
    }
    kept: Mapping[str, Any] = found.values if found is not None else {}
    return beside_form(
        work, registry, company, {**kept, **typed}, lambda each: _may_write(work, registry, found, each)
    )


def _read(kind: Any, typed: Sequence[str]) -> Any:
    """What was typed, as far as it can be read."""
    if kind.linking or not typed[-1]:
        return None
    try:
        return kind.schema.deserialize(typed[-1])
    except ValidationError:
        return None


def _typed(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _form_of(work: Work, registry: str, record: int | None) -> None:
    """Whoever cannot come to the form does not come here.

    :raises NotFound: :raises Forbidden: when the record or the registry is not to be had, or must not be written.
    """
    registry_of(work, registry)
    if record is not None:
        if "edit" not in fetch(work, registry, record).may:
            raise Forbidden(_("You may read this record, not change it."))
    elif not work.open(registry).may("create"):
        raise Forbidden(_("You may not make new records here."))


def _record_id(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and 0 < len(text) < 19 else None
