"""What the invented firm remembers: activities, tasks and notes on its companies and contracts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kartoteka.platform import sdk

from .chance import Chance

# Who of the staff works with which tabs of plugins; the customer's role sees none of them.
TABS = {"sales": "edit", "service": "edit"}

_CALLS = (
    "Volali kvůli termínu dodávky, posíláme potvrzení do zítřka.",
    "Chtějí rozšířit servisní smlouvu o druhou halu.",
    "Reklamace vyřízena, zákazník je spokojen.",
    "Ptali se na slevu při odběru nad 50 kusů.",
    "Domluvena schůzka u nich na příští týden.",
)
_MEETINGS = (
    "Prošli jsme nabídku bod po bodu, čeká se na schválení vedením.",
    "Prohlídka provozu, stroje jsou v dobrém stavu.",
    "Roční vyhodnocení spolupráce, chtějí pokračovat.",
    "Předvedení nové řady, zájem o zkušební provoz.",
)
_TASKS = (
    "Poslat aktualizovanou nabídku",
    "Zavolat kvůli podpisu smlouvy",
    "Ověřit fakturační adresu",
    "Připravit podklady k revizi",
    "Objednat náhradní díly",
    "Domluvit termín servisu",
    "Zaslat zápis ze schůzky",
)
_NOTES = (
    "Platí spolehlivě, ale až po druhé upomínce.",
    "Nevolat v pátek odpoledne.",
    "Rozhoduje **jednatel**, technik jen doporučuje.",
    "Vjezd do areálu z boční ulice, vrátnice má naše telefonní číslo.",
)
_RESULTS = (None, None, "Domluveno.", "Čeká se na odpověď.")


# Who can be spoken to at which company: places in the lists of both.
People = dict[int, list[int]]


@dataclass(frozen=True)
class Thing:
    """Something that lies on a record."""

    kind: str
    registry: str
    place: int
    values: dict[str, Any]
    category: str | None = None


def things(chance: Chance, now: datetime, staff: int) -> Iterator[Thing]:
    """Some two hundred things on the first companies and contracts, always the same."""
    for number in range(90):
        registry = "companies" if number % 3 else "contracts"
        called = number % 2 == 0
        at = chance.moment(chance.day(-120, 0))
        texts = {
            "at": min(at, now).isoformat(),
            "text": chance.pick(_CALLS if called else _MEETINGS),
            "result": chance.pick(_RESULTS),
            "who": [chance.whole(0, staff - 1)],
        }
        yield Thing("_activities", registry, chance.whole(0, 39), texts, "call" if called else "meeting")
    for _number in range(60):
        due = chance.day(-6, 30)
        values = {
            "title": chance.pick(_TASKS),
            "due": due.isoformat(),
            "assignee": [chance.whole(0, staff - 1)],
            "state": chance.pick(("open", "open", "in_progress", "done")),
            "priority": chance.pick(("normal", "normal", "high", "low")),
        }
        yield Thing("_tasks", "companies", chance.whole(0, 39), values)
    for _number in range(30):
        yield Thing("_notes", "companies", chance.whole(0, 39), {"text": chance.pick(_NOTES)})


def remember(
    work: sdk.Work, chance: Chance, staff: list[int], ids: dict[str, list[int]], people: People
) -> None:
    """Put things on the records of the firm, as far as the plugins for them are there."""
    for each in things(chance, work.now, len(staff)):
        if each.kind not in work.catalog.registries:
            continue
        values = {
            key: [staff[place] for place in value] if key in ("who", "assignee") else value
            for key, value in each.values.items()
        }
        if each.kind == "_activities" and each.registry == "companies":
            spoken_to = people.get(each.place, [])[:1]
            values |= {"contacts": [ids["contacts"][place] for place in spoken_to]}
        on = sdk.Bearer(each.registry, ids[each.registry][each.place])
        sdk.create(work, each.kind, values, category=each.category, on=on)


def with_tabs(work: sdk.Work, role: dict[str, Any]) -> dict[str, Any]:
    """A role of the firm that also works with the tabs of the plugins that are there."""
    if role.get("kind") == "portal":
        return _with_window(work, role)
    level = TABS.get(str(role["key"]))
    tabs = [each.key for each in work.catalog.plugins.values() if each.tab] if level else []
    grants = {
        registry: {**grant, "sections": {**grant["sections"], **dict.fromkeys(tabs, level)}}
        for registry, grant in role["grants"].items()
    }
    return {**role, "grants": grants}


# Where customers and the firm talk with each other.
TALKED_ABOUT = ("requests", "orders", "contracts", "contacts")


def _with_window(work: sdk.Work, role: dict[str, Any]) -> dict[str, Any]:
    """A role of customers that also sees what is said to them, if the portal is there; not who handles it."""
    state = work.catalog.plugins.get("portal")
    if state is None or not state.tab:
        return role
    shown = [
        key for key in ("portal", "attachments", "tasks") if (at := work.catalog.plugins.get(key)) and at.tab
    ]
    grants = {
        registry: {**grant, "sections": {**grant["sections"], **dict.fromkeys(shown, "read")}}
        if registry in TALKED_ABOUT
        else grant
        for registry, grant in role["grants"].items()
    }
    inside: dict[str, Any] = {"rights": [], "rows": None, "sections": {"message": "read", "matter": "read"}}
    return {**role, "grants": {**grants, "_portal": inside, **_steps(work)}}


def _steps(work: sdk.Work) -> dict[str, Any]:
    """Of tasks customers see those that are meant for them, and of these what and when; not who, nor what was said."""
    if "_tasks" not in work.catalog.registries:
        return {}
    told = ("title", "due", "state", "done_at", "public")
    every = work.catalog.registries["_tasks"].active_fields
    public = {"field": "public", "op": "eq", "value": True}
    nothing: dict[str, Any] = {"rights": [], "rows": {"field": "id", "op": "eq", "value": 0}, "sections": {}}
    hidden = {each.key: "hidden" for each in every if each.key not in told}
    steps = {"rights": [], "rows": public, "sections": {"task": "read"}, "fields": hidden}
    return {"_tasks": steps, "_task_comments": nothing}
