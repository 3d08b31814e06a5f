"""On a record: what ARES says beside what is kept, taken field by field, watched, or left as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    N_,
    Adding,
    Forbidden,
    Invalid,
    KartotekaError,
    NotFound,
    Record,
    Tab,
    Work,
    _,
    begin,
    fetch,
    go,
    office,
    plural,
    tell,
)
from kartoteka.plugins.ares import acting, desk, filling, known, watching
from kartoteka.plugins.ares.comparing import Line, beside_record
from kartoteka.plugins.ares.faces import pages
from kartoteka.plugins.ares.mapping import PLUGIN, mapping_of, number_field, registry_of
from kartoteka.plugins.ares.registers.answers import Company, Found, Person, Refused, Unavailable
from kartoteka.plugins.ares.wording import StandingView, Trouble, is_old, standing_of, trouble_in, trouble_of


@dataclass(frozen=True)
class Panel:
    """What the tab and the dialog show."""

    registry: str
    record: int
    version: int
    number: str
    title: str
    lines: Sequence[Line] = ()
    company: Company | None = None
    standing: StandingView | None = None
    as_of: datetime | None = None
    trouble: Trouble | None = None
    # Not asked yet, or so long ago that the page asks by itself.
    asks: bool = False
    watched: bool = False
    may_watch: bool = False
    vat_id: str = ""
    # Particulars that have changed in the register since somebody last looked.
    news: frozenset[str] = frozenset()
    # Those who act for it, where there is room for contacts.
    people: Sequence[acting.Suggestion] = ()

    @property
    def differing(self) -> int:
        """How many particulars differ."""
        return sum(each.differs for each in self.lines)

    @property
    def may_take(self) -> bool:
        """Whether the reader may take any of it."""
        return any(each.may_take and each.differs for each in self.lines)

    def url(self, endpoint: str) -> str:
        """An address of this record's."""
        return url_for(f"ares.{endpoint}", registry=self.registry, id=self.record)


def show(work: Work, record: Record) -> str:
    """This function will give the tab: what is known already; the page asks for the rest by itself."""
    field = number_field(work, record.registry)
    number = str(record.values.get(field.key) or "") if field is not None else ""
    if not number:
        return render_template("ares/nothing.html", has_field=field is not None)
    reply = desk.newest(work.office, known.ares_of(work.office), [number]).get(number)
    persons = desk.persons_known(work.office, known.ares_of(work.office), number)
    panel = _panel(work, record, number, _with(reply or desk.Reply(Unavailable()), persons))
    missing = persons is None and panel.company is not None and _wants_persons(work, record.registry)
    asks = missing or reply is None or is_old(reply.as_of, work.now)
    trouble = None if reply is None else panel.trouble
    return render_template("ares/tab.html", panel=replace(panel, asks=asks, trouble=trouble))


def _with(reply: desk.Reply, persons: tuple[Person, ...] | None) -> desk.Reply:
    if persons is None or reply.company is None:
        return reply
    return replace(reply, answer=Found(replace(reply.company, persons=persons)))


def _wants_persons(work: Work, registry: str) -> bool:
    """Those who act for a company are asked for where a detail takes them, or where they can become contacts."""
    return filling.wants_persons(work, registry) or acting.place_for(work, registry) is not None


def number_beside(work: Work, record: Record) -> str:
    """This function will count what has changed in the register and was neither taken nor left."""
    found = watching.open_findings(work, record)
    return str(len(found)) if found else ""


def suits(work: Work, record: Record) -> bool:
    """This function will tell whether the record could have an IČO."""
    return number_field(work, record.registry) is not None


tab = Tab(
    N_("ARES"),
    show,
    number_beside,
    Adding(N_("Load from ARES"), "building-community", lambda record: _dialog_url(record)),
    suits,
)


def _dialog_url(record: Record) -> str:
    return url_for("ares.dialog", registry=record.registry, id=record.id)


def _panel(work: Work, record: Record, number: str, reply: desk.Reply) -> Panel:
    company = reply.company
    return Panel(
        record.registry,
        record.id,
        record.version,
        number,
        record.title,
        beside_record(work, record, company) if company is not None else (),
        company,
        standing_of(company) if company is not None else None,
        reply.as_of,
        trouble_in(reply, number),
        watched=watching.is_watched(work, record),
        may_watch=record.tabs.get(PLUGIN) == "edit",
        vat_id=_vat_id(work, record),
        news=frozenset(watching.open_findings(work, record)),
        people=_people(work, record, company),
    )


def _people(work: Work, record: Record, company: Company | None) -> Sequence[acting.Suggestion]:
    place = acting.place_for(work, record.registry)
    if place is None or company is None:
        return ()
    return acting.suggestions(work, place, record.id, company.persons or ())


def _vat_id(work: Work, record: Record) -> str:
    key = mapping_of(work, record.registry).get("vat_id", "")
    return str(record.values.get(key) or "")


def _asked(registry: str, id: int, *, fresh: bool = False) -> Panel:
    """What ARES says of a record, asked for while no transaction is open."""
    with begin() as work:
        record = fetch(work, registry, id)
        number = filling.number_on(work, record)
        persons, running = _wants_persons(work, registry), office()
    ares, trouble = known.ares_of(running), None
    reply = desk.ask(running, ares, number, insist=True, fresh=fresh)
    if reply.company is None and isinstance(reply.answer, Unavailable):
        trouble = trouble_in(reply, number)
        # What was said before is better than nothing, with its age beside it.
        reply = desk.newest(running, ares, [number]).get(number, reply)
    reply = desk.with_persons(running, ares, reply, persons=persons)
    with begin() as work:
        panel = _panel(work, fetch(work, registry, id), number, reply)
        return replace(panel, asks=False, trouble=trouble or panel.trouble)


@pages.page("/r/<registry>/<int:id>/ares")
def panel(registry: str, id: int) -> str:
    """What ARES says of a record, for the tab."""
    return _shown("ares/panel.html", registry, id)


@pages.page("/r/<registry>/<int:id>/ares/dialog")
def dialog(registry: str, id: int) -> str:
    """What ARES says of a record, as a dialog on any of its pages."""
    return _shown("ares/dialog.html", registry, id)


@pages.page("/r/<registry>/<int:id>/ares/again", "POST")
def again(registry: str, id: int) -> str:
    """The same, asked for anew."""
    return _shown("ares/panel.html", registry, id, fresh=True)


def _shown(template: str, registry: str, id: int, *, fresh: bool = False) -> str:
    try:
        found = _asked(registry, id, fresh=fresh)
    except Invalid as error:
        return render_template(template, panel=None, trouble=trouble_of(error))
    return render_template(template, panel=found)


@pages.page("/r/<registry>/<int:id>/ares/take", "POST")
def take(registry: str, id: int) -> ResponseReturnValue:
    """What is ticked is written into the record, under the channel of its own."""
    form = request.form
    with begin() as work:
        number = filling.number_on(work, fetch(work, registry, id))
        persons, running = filling.wants_persons(work, registry), office()
    try:
        reply = filling.look_up(running, number, persons=persons, insist=True)
        with begin(write=True) as work:
            wanted = form.getlist("take")
            record, applied = filling.take(
                work, registry, id, reply, wanted, version=_version(form.get("version", ""))
            )
            watching.settle(work, record, wanted, watching.TAKEN)
            tell(_said(len(applied)))
    except KartotekaError as error:
        tell(error.message, tone="bad")
    return go(url_for("web.record", registry=registry, id=id))


def _said(number: int) -> str:
    if not number:
        return _("Nothing was ticked, and nothing was changed.")
    return plural("{n} detail was taken from ARES.", "{n} details were taken from ARES.", number)


@pages.page("/r/<registry>/<int:id>/ares/leave", "POST")
def leave(registry: str, id: int) -> ResponseReturnValue:
    """What has changed in the register is left as it is here, and not proposed again."""
    with begin(write=True) as work:
        record = _changeable(work, registry, id)
        watching.settle(work, record, request.form.getlist("what"), watching.LEFT)
        tell(_("Left as it is; it is not proposed again."))
    return go(url_for("web.plugin_tab", registry=registry, id=id, plugin=PLUGIN))


@pages.page("/r/<registry>/<int:id>/ares/watch", "POST")
def watch(registry: str, id: int) -> ResponseReturnValue:
    """A company watched, or no longer."""
    on = request.form.get("on") == "1"
    with begin(write=True) as work:
        record = _changeable(work, registry, id)
        watching.watch(work, record, on)
        began = _("ARES is asked about it again and again; what changes stands here.")
        tell(began if on else _("It is watched no longer."))
    return go(url_for("web.plugin_tab", registry=registry, id=id, plugin=PLUGIN))


@pages.page("/r/<registry>/<int:id>/ares/vat")
def vat(registry: str, id: int) -> str:
    """What the VAT exchange of the EU says of the VAT number of a record."""
    with begin() as work:
        registry_of(work, registry)
        vat_id, running = _vat_id(work, fetch(work, registry, id)), office()
    vies = known.vies_of(running)
    number = vies.read(vat_id)
    reply = desk.ask(running, vies, number) if number else desk.Reply(Refused())
    with begin():
        return render_template(
            "ares/vat.html", number=number or vat_id, reply=reply, state=reply.answer.state
        )


def _changeable(work: Work, registry: str, id: int) -> Record:
    """A record on which the actor may change what lies in the tab.

    :raises NotFound: when he does not see the tab. :raises Forbidden: when he may only read it.
    """
    record = fetch(work, registry, id)
    registry_of(work, registry)
    level = record.tabs.get(PLUGIN)
    if level is None:
        raise NotFound(_("There is nothing at this address."))
    if level != "edit":
        raise Forbidden(_("You may see this, not change it."))
    return record


def _version(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and 0 < len(text) < 10 else None
