"""What a watchdog is told to do, as data: what it watches, when it speaks, to whom, how and how often."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, time
from typing import Any

from kartoteka.plugins.watchdogs.days import Offset, clock_of

CHANGE, REACHES, LEAVES = "change", "reaches", "leaves"
RISES, FALLS, CHANGES_BY = "rises_above", "falls_below", "changes_by"
EMPTIED, DATE, ANNIVERSARY, SILENCE = "emptied", "date", "anniversary", "silence"
ENTERS, QUITS, CREATED, DELETED = "enters_list", "leaves_list", "created", "deleted"
ADDED, RELATED, COUNT, DAY, EVERY, ANY = "added", "related", "count", "day", "every", "any"

# How a kind is found out: by a step in a record's history, by time, by what is put on a record, by what points at it,
# or by the number of records in a list. Kinds that are not here are signals of other plugins.
STEP, TIME, THING, POINTING, NUMBER, SIGNAL = "step", "time", "thing", "pointing", "number", "signal"
SORTS: Mapping[str, str] = {
    CHANGE: STEP, REACHES: STEP, LEAVES: STEP, RISES: STEP, FALLS: STEP, CHANGES_BY: STEP, EMPTIED: STEP,
    ENTERS: STEP, QUITS: STEP, CREATED: STEP, DELETED: STEP,
    DATE: TIME, ANNIVERSARY: TIME, SILENCE: TIME, DAY: TIME, EVERY: TIME,
    ADDED: THING, RELATED: POINTING, COUNT: NUMBER,
}  # fmt: skip
OF_FIELD = frozenset({CHANGE, REACHES, LEAVES, RISES, FALLS, CHANGES_BY, EMPTIED, DATE, ANNIVERSARY})
OF_NUMBER = frozenset({RISES, FALLS, CHANGES_BY})
OF_DATE = frozenset({DATE, ANNIVERSARY})
OF_LIST = frozenset({ENTERS, QUITS, COUNT})

APP, EMAIL, WEBHOOK = "app", "email", "webhook"
AT_ONCE, DAILY, WEEKLY = "at_once", "daily", "weekly"
USUAL_TIME = "07:30"
# Behind the name of things whose new versions are meant, such as `attachments.versions`.
VERSIONS = ".versions"
MOST_PARTS = 5


@dataclass(frozen=True, slots=True)
class When:
    """What makes a watchdog speak. Values are in their JSON form; what a kind does not use stays as it is here."""

    kind: str
    field: str = ""
    value: Any = None
    # Only a change from this value.
    old: Any = None
    percent: str = ""
    days: int = 0
    unit: str = "days"
    # What silence listens to, what is added, the registry that points here, or the topics of a signal (none: all).
    of: tuple[str, ...] = ()
    day: str = ""
    rule: str = ""
    above: int | None = None
    below: int | None = None
    parts: tuple["When", ...] = ()

    @property
    def each(self) -> tuple["When", ...]:
        """The parts of which any is enough; a single one is its own."""
        return self.parts if self.kind == ANY else (self,)

    @property
    def sort(self) -> str:
        """How it is found out."""
        return SORTS.get(self.kind, SIGNAL)

    @property
    def offset(self) -> Offset:
        """How long before or after a date."""
        return Offset(self.days, self.unit)

    @property
    def start(self) -> date:
        """The fixed day, or the first of a rule."""
        return date.fromisoformat(self.day)

    def document(self) -> dict[str, Any]:
        """This function will give it in the shape in which it came."""
        if self.kind == ANY:
            return {"kind": ANY, "of": [each.document() for each in self.parts]}
        said: dict[str, Any] = {"kind": self.kind}
        if self.sort == SIGNAL:
            return said | ({"what": list(self.of)} if self.of else {})
        if self.kind in OF_FIELD:
            said["field"] = self.field or None
        more = {
            CHANGE: {"from": self.old, "to": self.value},
            REACHES: {"value": self.value}, LEAVES: {"value": self.value},
            RISES: {"value": self.value}, FALLS: {"value": self.value},
            CHANGES_BY: {"percent": self.percent},
            DATE: {"days": self.days, "unit": self.unit},
            ANNIVERSARY: {"days": self.days, "unit": self.unit},
            SILENCE: {"days": self.days, "of": list(self.of)},
            ADDED: {"what": list(self.of)},
            RELATED: {"registry": self.of[0] if self.of else None},
            COUNT: {"above": self.above} if self.above is not None else {"below": self.below},
            DAY: {"day": self.day},
            EVERY: {"rule": self.rule, "from": self.day},
        }.get(self.kind, {})  # fmt: skip
        usual = {"unit": "days", "from": None, "to": None} if self.kind != EVERY else {}
        return said | {
            name: value for name, value in more.items() if name not in usual or usual[name] != value
        }


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom to tell when an alert has stayed unread for some days."""

    days: int
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deed:
    """What else is done: a task or a note on the record."""

    kind: str
    text: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole watchdog, apart from whose it is."""

    name: str
    registry: str
    when: When
    record: int | None = None
    filter: Any = None
    to: tuple[str, ...] = ("me",)
    via: tuple[str, ...] = (APP,)
    pace: str = AT_ONCE
    at: str = USUAL_TIME
    weekday: int = 0
    substitutes: bool = True
    webhook: str = ""
    escalation: Escalation | None = None
    deeds: tuple[Deed, ...] = field(default=())

    @property
    def time(self) -> time:
        """The time of day at which dates are looked at and digests are sent."""
        return clock_of(self.at) or time(7, 30)

    def document(self) -> dict[str, Any]:
        """This function will give it as it is kept, and as it is shown over the API."""
        return {
            "name": self.name,
            "registry": self.registry,
            "record": self.record,
            "filter": self.filter,
            "when": self.when.document(),
            "to": list(self.to),
            "via": list(self.via),
            "pace": self.pace,
            "at": self.at,
            "weekday": self.weekday,
            "substitutes": self.substitutes,
            "webhook": self.webhook or None,
            "escalate": {"days": self.escalation.days, "to": list(self.escalation.to)}
            if self.escalation
            else None,
            "then": [asdict(each) for each in self.deeds],
        }


def stored(document: Mapping[str, Any]) -> Definition:
    """This function will read what is kept; it was checked before it was."""
    escalate = document.get("escalate")
    return Definition(
        name=document["name"],
        registry=document["registry"],
        when=when_of(document["when"]),
        record=document.get("record"),
        filter=document.get("filter"),
        to=tuple(document["to"]),
        via=tuple(document["via"]),
        pace=document["pace"],
        at=document["at"],
        weekday=document.get("weekday", 0),
        substitutes=document.get("substitutes", True),
        webhook=document.get("webhook") or "",
        escalation=Escalation(escalate["days"], tuple(escalate["to"])) if escalate else None,
        deeds=tuple(Deed(**each) for each in document.get("then", ())),
    )


def when_of(said: Mapping[str, Any]) -> When:
    """This function will read a `when` that is in order."""
    kind = said["kind"]
    if kind == ANY:
        return When(ANY, parts=tuple(when_of(each) for each in said["of"]))
    of = said.get("of") or said.get("what") or ([said["registry"]] if kind == RELATED else ())
    return When(
        kind,
        field=said.get("field") or "",
        value=said.get("to") if kind == CHANGE else said.get("value"),
        old=said.get("from") if kind == CHANGE else None,
        percent=said.get("percent", ""),
        days=said.get("days", 0),
        unit=said.get("unit", "days"),
        of=tuple(of),
        day=said.get("day") or (said.get("from", "") if kind == EVERY else ""),
        rule=said.get("rule", ""),
        above=said.get("above"),
        below=said.get("below"),
    )


__all__ = [
    "Deed",
    "Definition",
    "Escalation",
    "When",
    "stored",
    "when_of",
]
