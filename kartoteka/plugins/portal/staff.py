"""The staff's side of the portal: what customers sent, on a record and in one inbox, answered, assigned, settled."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from kartoteka.platform.sdk import (
    EDIT,
    Bearer,
    Conflict,
    Forbidden,
    Invalid,
    LinkView,
    NotFound,
    Picker,
    Query,
    Record,
    Registry,
    Role,
    Work,
    _,
    begin,
    browse,
    change,
    count,
    create,
    fetch,
    go,
    intake_of,
    label,
    markdown,
    render,
    tell,
)
from kartoteka.plugins.portal.access import accounts_of
from kartoteka.plugins.portal.approving import Asked, asked
from kartoteka.plugins.portal.design import (
    ACCEPTED,
    APPROVAL,
    COMMENT,
    DONE,
    OPEN,
    PROPOSAL,
    REFUSED,
    REQUEST,
    TALKS,
    UPLOAD,
    WAITING,
)
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.matters import detail_name, files_sent, matters, readable, seen_part
from kartoteka.plugins.portal.settings import NAME
from kartoteka.plugins.portal.tables import Matter, Opening
from kartoteka.plugins.portal.talking import LONGEST, kind, on, talks, thread, words_of

HIDDEN = "hidden"
AT_ONCE = 30
MOST_OPENINGS = 12
OUTSIDE = {"field": "outside", "op": "eq", "value": True}
STILL_OPEN = {"field": "state", "op": "eq", "value": OPEN}
MINE = {"field": "assignee", "op": "eq", "value": {"var": "me"}}
NOBODYS = {"field": "assignee", "op": "is_empty"}
SHOWN: dict[str, dict[str, Any]] = {
    "": {"and": [OUTSIDE, STILL_OPEN]},
    "mine": {"and": [OUTSIDE, STILL_OPEN, MINE]},
    "nobodys": {"and": [OUTSIDE, STILL_OPEN, NOBODYS]},
    "done": {"and": [OUTSIDE, {"not": STILL_OPEN}]},
}


@dataclass(frozen=True)
class Item:
    """Something that a customer sent, as the inbox shows it."""

    id: int
    category: str
    category_label: str
    html: Markup
    who: str
    at: datetime
    on: str
    on_url: str
    open: bool
    assignee: str
    assignee_links: Sequence[LinkView]
    may: bool
    files: Sequence[str] = ()
    files_url: str = ""
    proposal: "Proposal | None" = None
    approval: Asked | None = None


@dataclass(frozen=True)
class Proposal:
    """A proposed change of one detail."""

    label: str
    old: str
    new: str
    verdict: str
    reason: str

    @property
    def waiting(self) -> bool:
        """Whether nobody has decided yet."""
        return self.verdict == WAITING


@dataclass(frozen=True)
class Opened:
    """A guest has opened the record."""

    who: str
    at: datetime


def number(work: Work, record: Record) -> str:
    """This function will count what on a record waits for somebody of the firm."""
    return str(_counted(work, {"and": [on(record), OUTSIDE, STILL_OPEN]}) or "")


def waiting_number(work: Work) -> str:
    """This function will count what waits in the inbox."""
    return str(_counted(work, SHOWN[""]) or "")


def sees_inbox(work: Work) -> bool:
    """This function will tell whether somebody sees anything that customers send."""
    try:
        work.open(TALKS)
    except NotFound:
        return False
    return not work.actor.is_guest


def _counted(work: Work, condition: Any) -> int:
    try:
        return count(work, TALKS, Query(filter=condition))
    except NotFound:
        return 0


def show(work: Work, record: Record) -> str:
    """This function will show on a record what customers and the firm have to do with each other there."""
    found = talks(work, {"and": [on(record), kind(REQUEST, PROPOSAL, APPROVAL)]})
    may = record.tabs.get(NAME) == EDIT
    return render_template(
        "portal/tab.html",
        thread=thread(work, record),
        items=items_of(
            work, [each for each in found if each.values.get("outside") or each.category == APPROVAL]
        ),
        may=may,
        answer_url=url_for("portal.answer", registry=record.registry, id=record.id),
        approval_url=url_for("portal.ask_approval", registry=record.registry, id=record.id),
        openings=openings(work, record),
        seen_by=seen_by(work, record),
        accounts=accounts_of(work, record) if "users" in work.actor.powers else [],
        invite_url=url_for("portal.invite", registry=record.registry, id=record.id)
        if "users" in work.actor.powers and _can_be_somebody(work, record)
        else "",
        looks=work.actor.is_admin and work.actor.seen_by is None,
        beside_url=url_for("portal.beside", registry=record.registry, id=record.id)
        if work.actor.is_admin and work.actor.seen_by is None
        else "",
        here=url_for("web.plugin_tab", registry=record.registry, id=record.id, plugin=NAME),
        record=record,
    )


def _can_be_somebody(work: Work, record: Record) -> bool:
    """Whoever is invited gets his mail at the address in his record."""
    roles = any(role.for_guests for role in work.catalog.roles.values())
    return roles and any(each.type == "email" for each in work.open(record.registry).fields)


def seen_by(work: Work, record: Record) -> list[tuple[str, list[str]]]:
    """This function will tell which roles of the portal see which sections of such records."""
    registry, language, found = work.catalog.registries[record.registry], work.actor.locale.language, []
    for role in work.catalog.roles.values():
        grant = role.grants.get(registry.key)
        if role.for_guests and grant is not None and "view" in grant.rights:
            seen = [each for each in registry.active_sections if grant.level(each.key) != HIDDEN]
            found.append(
                (label(role, language), [_section_of(registry, role, each, language) for each in seen])
            )
    return found


def _section_of(registry: Registry, role: Role, section: Any, language: str) -> str:
    """The name of a section, and which of its details are kept back nevertheless."""
    grant = role.grants[registry.key]
    inside = [each for each in registry.active_fields if each.section == section.key]
    kept = [label(each, language) for each in inside if grant.level(section.key, each.key) == HIDDEN]
    name = label(section, language)
    return _("{section} (without {details})", section=name, details=", ".join(kept)) if kept else name


def openings(work: Work, record: Record) -> list[Opened]:
    """This function will tell which guests have opened a record, newest first."""
    asked_for = (
        select(Opening.user_id, Opening.at)
        .where(Opening.of_registry == record.registry, Opening.of_record == record.id)
        .order_by(Opening.id.desc())
        .limit(MOST_OPENINGS)
    )
    rows = work.session.execute(asked_for).all()
    titles = work.gate.titles({"users": {row[0] for row in rows}}) if rows else {}
    return [Opened(titles.get(("users", row[0]), ""), row[1]) for row in rows]


def items_of(work: Work, found: Sequence[Record]) -> list[Item]:
    """This function will show what customers sent, as much of each as the reader sees of the record that it lies on."""
    kept = matters(work, found)
    files, read = files_sent(work, found, kept), readable(work, found, kept)
    return [
        _item(work, each, kept.get(each.id), files[each.id], read.get(each.id, frozenset())) for each in found
    ]


def _item(work: Work, item: Record, kept: Matter | None, files: Sequence[str], read: Set[str]) -> Item:
    values, place = item.values, item.on
    registry = work.catalog.registries[TALKS]
    category = registry.category(item.category or "")
    assigned = values.get("assignee") or []
    return Item(
        item.id,
        item.category or "",
        label(category, work.actor.locale.language) if category else "",
        markdown(words_of(item)),
        ", ".join(each.title for each in values.get("by") or ()) or item.created_by.title,
        values.get("answered_at") or item.created_at,
        place.title if place else "",
        url_for("web.plugin_tab", registry=place.registry, id=place.id, plugin=NAME) if place else "",
        values.get("state") == OPEN,
        ", ".join(each.title for each in assigned),
        [LinkView(each.id, each.title) for each in assigned],
        "edit" in item.may,
        files,
        _files_url(work, item) if files else "",
        _proposal(work, item, kept, read) if item.category == PROPOSAL else None,
        asked(item, "", seen_part(kept, read)) if item.category == APPROVAL else None,
    )


def _files_url(work: Work, item: Record) -> str:
    there, place = intake_of(work), item.on
    if place is None or there is None:
        return ""
    return url_for("web.plugin_tab", registry=place.registry, id=place.id, plugin=there[0])


def _proposal(work: Work, item: Record, kept: Matter | None, read: Set[str]) -> Proposal:
    values, name = item.values, detail_name(work, item, kept, read)
    verdict, reason = values.get("verdict") or WAITING, values.get("reason") or ""
    # Who may not read a detail of the record reads it here no more than there.
    if kept is None or not name:
        return Proposal(_("A detail that you do not see"), "", "", verdict, reason)
    return Proposal(name, kept.old or "", kept.new or "", verdict, reason)


@pages.page("/from-customers")
def inbox() -> str:
    """Everything that customers asked, proposed and approved, in one place."""
    which = request.args.get("show", "")
    which = which if which in SHOWN else ""
    with begin() as work:
        if not sees_inbox(work):
            raise NotFound(_("There is nothing at this address."))
        cursor = request.args.get("cursor") or None
        found = browse(
            work,
            TALKS,
            Query(filter=SHOWN[which], sort="-created_at", page_size=AT_ONCE, cursor=cursor),
            flags=True,
        )
        here = url_for("portal.inbox", show=which or None)
        tabs = [
            ("", _("Not dealt with")),
            ("mine", _("Mine")),
            ("nobodys", _("Nobody's yet")),
            ("done", _("Dealt with")),
        ]
        return render(
            work,
            "portal/inbox.html",
            at="from_customers",
            items=list(
                zip(items_of(work, found.items), (_picker(work, each) for each in found.items), strict=True)
            ),
            tabs=[(name, url_for("portal.inbox", show=key or None), key == which) for key, name in tabs],
            more_url=url_for("portal.inbox", show=which or None, cursor=found.next) if found.next else "",
            here=here,
            which=which,
            people_url=url_for("portal.people") if "users" in work.actor.powers else "",
        )


def _picker(work: Work, item: Record) -> Picker:
    assigned = [LinkView(each.id, each.title) for each in item.values.get("assignee") or []]
    return Picker(_("Assigned to"), url_for("web.pick_people"), f"assignee-{item.id}", "assignee", assigned)


@pages.page("/from-customers/on/<registry>/<int:id>/answer", "POST")
def answer(registry: str, id: int) -> ResponseReturnValue:
    """An answer that the customer sees; what waited on this record is settled by it, unless it is kept open."""
    text = request.form.get("text", "").strip()
    with begin(write=True) as work:
        record = _workable(work, registry, id)
        if not text or len(text) > LONGEST:
            raise Invalid({"text": [_("Write something first, of at most {max} characters.", max=LONGEST)]})
        create(work, TALKS, {"text": text, "outside": False}, category=COMMENT, on=Bearer(registry, id))
        if request.form.get("keep") != "1":
            for each in talks(
                work, {"and": [on(record), OUTSIDE, STILL_OPEN, kind(COMMENT, REQUEST, UPLOAD)]}
            ):
                change(work, TALKS, each.id, {"state": DONE})
        tell(_("Sent. The customer sees it in the portal."))
    return go(_back(registry, id))


@pages.page("/from-customers/on/<registry>/<int:id>/approval", "POST")
def ask_approval(registry: str, id: int) -> ResponseReturnValue:
    """What customers see of the record is put before them to be approved."""
    text = request.form.get("text", "").strip()[:LONGEST]
    with begin(write=True) as work:
        record = _workable(work, registry, id)
        waiting = {"field": "verdict", "op": "eq", "value": WAITING}
        if talks(work, {"and": [on(record), kind(APPROVAL), waiting]}):
            raise Conflict(_("An approval waits already."))
        values = {"text": text or _("Please look at this and approve it."), "verdict": WAITING}
        create(work, TALKS, values, category=APPROVAL, on=Bearer(registry, id))
        tell(_("The customer is asked for his approval."))
    return go(_back(registry, id))


@pages.page("/from-customers/<int:item>/<any(accept, refuse, done, again, assign):deed>", "POST")
def deal(item: int, deed: str) -> ResponseReturnValue:
    """A proposal accepted or refused; anything settled, opened again, or given to somebody."""
    with begin(write=True) as work:
        found = fetch(work, TALKS, item)
        if deed == "accept":
            _accept(work, found)
        elif deed == "refuse":
            _settle(work, found, REFUSED)
        elif deed == "assign":
            chosen = [
                int(each) for each in request.form.getlist("assignee") if each.isdecimal() and len(each) < 10
            ]
            change(work, TALKS, item, {"assignee": chosen or None})
            tell(_("Assigned."))
        else:
            change(work, TALKS, item, {"state": DONE if deed == "done" else OPEN})
            tell(_("Saved."))
        back = request.form.get("back", "")
        place = found.on
    if back == "tab" and place is not None:
        return go(_back(place.registry, place.id))
    return go(url_for("portal.inbox"))


def _accept(work: Work, item: Record) -> None:
    """Somebody of the firm makes the change with his own rights, under his own name."""
    place, known = item.on, matters(work, [item])
    kept = known.get(item.id)
    if place is None or kept is None or item.category != PROPOSAL:
        raise NotFound(_("There is nothing at this address."))
    if not detail_name(work, item, kept, readable(work, [item], known).get(item.id, frozenset())):
        raise Forbidden(_("You do not see the detail that is to be changed."))
    change(work, place.registry, place.id, {kept.field: kept.new})
    _settle(work, item, ACCEPTED)


def _settle(work: Work, item: Record, verdict: str) -> None:
    if item.category != PROPOSAL or item.values.get("verdict") != WAITING:
        raise Conflict(_("This has been answered already."))
    reason = request.form.get("reason", "").strip()[:LONGEST] or None
    values = {
        "verdict": verdict,
        "reason": reason,
        "by": [work.actor.user_id],
        "answered_at": work.now,
        "state": DONE,
    }
    change(work, TALKS, item.id, values, version=item.version)
    tell(_("Changed as proposed.") if verdict == ACCEPTED else _("Refused; the customer is told."))


def _workable(work: Work, registry: str, id: int) -> Record:
    record = fetch(work, registry, id)
    if NAME not in record.tabs:
        raise NotFound(_("There is nothing at this address."))
    if record.tabs[NAME] != EDIT:
        raise Forbidden(_("You may not add anything here."))
    return record


def _back(registry: str, id: int) -> str:
    return url_for("web.plugin_tab", registry=registry, id=id, plugin=NAME)


__all__ = ["number", "sees_inbox", "show", "waiting_number"]
