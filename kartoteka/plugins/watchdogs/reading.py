"""A watchdog as somebody asks for it: read strictly, and held against what he may see."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import marshmallow as ma

from kartoteka.platform.sdk import (
    Fit,
    Invalid,
    NotFound,
    Work,
    _,
    fetch,
    may_name,
    renewed_by,
    role_known,
    signals_of,
    states_of,
)
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.days import MOST, UNITS, clock_of, is_rule
from kartoteka.plugins.watchdogs.definition import Deed, Definition, Escalation, When

MAX_NAME, MAX_TEXT, MAX_TO, MAX_URL = 200, 500, 30, 500
MAX_ID = 2**53
KNOWN = (
    "name", "registry", "record", "filter", "when", "to", "via", "pace", "at", "weekday", "substitutes", "webhook",
    "escalate", "then", "active",
)  # fmt: skip
PARTS: Mapping[str, tuple[str, ...]] = {
    d.CHANGE: ("field", "from", "to"),
    d.REACHES: ("field", "value"), d.LEAVES: ("field", "value"),
    d.RISES: ("field", "value"), d.FALLS: ("field", "value"),
    d.CHANGES_BY: ("field", "percent"), d.EMPTIED: ("field",),
    d.DATE: ("field", "days", "unit"), d.ANNIVERSARY: ("field", "days", "unit"),
    d.SILENCE: ("days", "of"), d.ENTERS: (), d.QUITS: (), d.CREATED: (), d.DELETED: (),
    d.ADDED: ("what",), d.RELATED: ("registry",), d.COUNT: ("above", "below"),
    d.DAY: ("day",), d.EVERY: ("rule", "from"), d.ANY: ("of",),
}  # fmt: skip
CHANGES = "changes"
Errors = dict[str, list[str]]


def read(work: Work, body: Mapping[str, Any], before: Definition | None = None) -> Definition:
    """This function will read a watchdog; what a body does not name stays as it was, or is as usual.

    What its owner may not see is refused in the words for what does not exist.

    :raises Invalid: with a sentence for everything that is wrong.
    """
    return _Reader(work, body, before).read()


class _Reader:
    """One body, and all that is wrong with it."""

    def __init__(self, work: Work, body: Mapping[str, Any], before: Definition | None) -> None:
        self.work = work
        self.body = {**(before.document() if before else {}), **body}
        self.errors: Errors = {}

    def read(self) -> Definition:
        for name in self.body:
            if name not in KNOWN:
                self.wrong(str(name)[:60], _("There is no such attribute."))
        registry = self._registry()
        if registry is None:
            raise Invalid(self.errors)
        found = Definition(
            name=self._text("name", MAX_NAME),
            registry=registry,
            record=self._record(registry),
            filter=self._filter(registry),
            when=self._when(registry, self.body.get("when"), "when"),
            to=self._people("to", self.body.get("to", ["me"]), registry),
            via=self._via(),
            pace=self._one_of("pace", (d.AT_ONCE, d.DAILY, d.WEEKLY), d.AT_ONCE),
            at=self._time(),
            weekday=self._number("weekday", 0, 6, 0),
            substitutes=self._flag("substitutes", usual=True),
            webhook=self._webhook(),
            escalation=self._escalation(registry),
            deeds=self._deeds(),
        )
        self._check_together(found)
        if self.errors:
            raise Invalid(self.errors)
        return found

    def wrong(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, []).append(sentence)

    def _registry(self) -> str | None:
        key = self.body.get("registry")
        known = {each.key for each in self.work.registries()}
        if not isinstance(key, str) or key not in known:
            self.wrong("registry", _("There is no registry “{registry}”.", registry=str(key)[:60]))
            return None
        return key

    def _record(self, registry: str) -> int | None:
        record = self.body.get("record")
        if record is None:
            return None
        try:
            if not _whole(record) or not 0 < record < MAX_ID:
                raise NotFound("")
            fetch(self.work, registry, record)
        except NotFound:
            self.wrong("record", _("There is no record {id}.", id=str(record)[:20]))
            return None
        return int(record)

    def _filter(self, registry: str) -> Any:
        document = self.body.get("filter")
        if document in (None, {}):
            return None
        try:
            Fit(self.work, registry, document)
        except Invalid as error:
            for sentences in error.errors.values():
                for sentence in sentences:
                    self.wrong("filter", sentence)
        return document

    def _when(self, registry: str, said: Any, place: str, *, inner: bool = False) -> When:
        nothing = When(d.CREATED)
        signals = self._signals(registry)
        known = {**PARTS, **dict.fromkeys(signals, ("what",))}
        if (
            not isinstance(said, Mapping)
            or not isinstance(said.get("kind"), str)
            or said["kind"] not in known
        ):
            self.wrong(f"{place}.kind", _("Say when it is to speak: {kinds}.", kinds=", ".join(known)))
            return nothing
        kind = said["kind"]
        for name in said:
            if name != "kind" and name not in known[kind]:
                self.wrong(f"{place}.{str(name)[:40]}", _("There is no such attribute."))
        if kind == d.ANY:
            return self._any(registry, said.get("of"), place, inner=inner)
        if kind in signals:
            return When(kind, of=self._chosen(said.get("what") or [], signals[kind], f"{place}.what"))
        key, value, old = "", None, None
        if kind in d.OF_FIELD:
            key, value, old = self._field(registry, kind, said, place)
        return When(
            kind, field=key, value=value, old=old,
            percent=self._percent(said, place) if kind == d.CHANGES_BY else "",
            days=self._days(kind, said, place),
            unit=said.get("unit", "days") if kind in d.OF_DATE and said.get("unit") in UNITS else "days",
            of=self._of(kind, said, place),
            day=self._day(kind, said, place),
            rule=self._rule(kind, said, place),
            above=self._bound(kind, said, "above", place), below=self._bound(kind, said, "below", place),
        )  # fmt: skip

    def _signals(self, registry: str) -> Mapping[str, Sequence[str]]:
        """Which topics of which signals the reader can wait for in a registry."""
        offered = {
            kind: list(each.offers(self.work, registry)) for kind, each in signals_of(self.work).items()
        }
        return {kind: topics for kind, topics in offered.items() if topics}

    def _any(self, registry: str, of: Any, place: str, *, inner: bool) -> When:
        if inner or not isinstance(of, list) or not 1 <= len(of) <= d.MOST_PARTS:
            self.wrong(f"{place}.of", _("Name one to {max} reasons to speak.", max=d.MOST_PARTS))
            return When(d.CREATED)
        parts = [self._when(registry, each, f"{place}.of.{n}", inner=True) for n, each in enumerate(of)]
        return When(d.ANY, parts=tuple(parts))

    def _field(self, registry: str, kind: str, said: Mapping[str, Any], place: str) -> tuple[str, Any, Any]:
        key = said.get("field")
        if key is None and kind == d.CHANGE and said.get("from") is None and said.get("to") is None:
            return "", None, None
        opened = self.work.open(registry)
        each = opened.seen.field(key) if isinstance(key, str) else None
        if each is None or not self._readable_there(registry, each.key):
            self.wrong(f"{place}.field", _("There is no field “{name}”.", name=str(key)[:80]))
            return "", None, None
        known = opened.kind(each)
        numeric = each.type in ("integer", "decimal", "money", "percent")
        if (kind in d.OF_NUMBER and not numeric) or (
            kind in d.OF_DATE and each.type not in ("date", "datetime")
        ):
            self.wrong(f"{place}.field", _("“{field}” cannot be watched like this.", field=each.name))
            return each.key, None, None
        names = {d.CHANGE: ("to", "from")}.get(kind, ("value",) if "value" in PARTS[kind] else ())
        values = [
            self._value(known, said.get(name), f"{place}.{name}", needed=name == "value") for name in names
        ]
        return each.key, *(*values, None, None)[:2]

    def _readable_there(self, registry: str, key: str) -> bool:
        """On a single record a field must be readable on this very row."""
        record = self.body.get("record")
        if record is None or "record" in self.errors:
            return True
        there = states_of(self.work, registry, [key], [record]).get(record)
        return there is not None and key in there.readable

    def _value(self, known: Any, raw: Any, place: str, *, needed: bool) -> Any:
        if raw is None and not needed:
            return None
        try:
            value = known.schema.deserialize(raw)
        except ma.ValidationError as error:
            for message in error.messages if isinstance(error.messages, list) else [str(error)]:
                self.wrong(place, str(message))
            return None
        if value in (None, ()):
            self.wrong(place, _("Fill in the value."))
            return None
        return list(value) if known.linking else known.schema.serialize("value", {"value": value})

    def _percent(self, said: Mapping[str, Any], place: str) -> str:
        text = str(said.get("percent", "")).strip()
        if not text.replace(".", "", 1).isdecimal() or len(text) > 9 or not float(text) > 0:
            self.wrong(f"{place}.percent", _("Say by how many percent, such as 10."))
            return "10"
        return text

    def _days(self, kind: str, said: Mapping[str, Any], place: str) -> int:
        if "days" not in PARTS[kind]:
            return 0
        unit = said.get("unit", "days")
        if kind in d.OF_DATE and unit not in UNITS:
            self.wrong(f"{place}.unit", _("This must be one of {known}.", known=", ".join(UNITS)))
            return 0
        days, most = (
            said.get("days", 0 if kind != d.SILENCE else None),
            MOST[unit if kind in d.OF_DATE else "days"],
        )
        low = 1 if kind == d.SILENCE else -most
        if not isinstance(days, int) or not _whole(days) or not low <= days <= most:
            self.wrong(
                f"{place}.days", _("This must be a whole number from {min} to {max}.", min=low, max=most)
            )
            return 1
        return int(days)

    def _of(self, kind: str, said: Mapping[str, Any], place: str) -> tuple[str, ...]:
        if kind == d.RELATED:
            key = said.get("registry")
            known = {each.key for each in self.work.registries()}
            relations = self.work.catalog.relations_to.get(self.body["registry"], ())
            pointing = {other.key for other, each in relations
                        if other.key in known and self.work.open(other.key).seen.field(each.key)}  # fmt: skip
            if key not in pointing:
                self.wrong(
                    f"{place}.registry", _("There is no registry “{registry}”.", registry=str(key)[:60])
                )
            return (str(key),)
        if kind not in (d.SILENCE, d.ADDED):
            return ()
        things = self._things()
        usual = [CHANGES, *things] if kind == d.SILENCE else None
        named = said.get("of" if kind == d.SILENCE else "what") or usual
        versions = {f"{each}{d.VERSIONS}" for each in things if renewed_by(self.work, f"_{each}")}
        offered = {*things, CHANGES} if kind == d.SILENCE else {*things, *versions}
        part = f"{place}.{'of' if kind == d.SILENCE else 'what'}"
        if not named:
            self.wrong(part, _("Choose from the list."))
            return ()
        return self._chosen(named, offered, part)

    def _chosen(self, named: Any, offered: Collection[str], place: str) -> tuple[str, ...]:
        listed = [named] if isinstance(named, str) else named
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            self.wrong(place, _("Choose from the list."))
            return ()
        for each in listed:
            if each not in offered:
                self.wrong(place, _("There is nothing called “{name}” here.", name=each[:60]))
        return tuple(dict.fromkeys(listed))

    def _things(self) -> list[str]:
        """What plugins put on records and the reader sees here: `activities`, `tasks` …"""
        catalog = self.work.catalog
        registry = catalog.registries[self.body["registry"]]
        there = {each.key for each in self.work.registries(plugins=True)}
        return [
            each.key.removeprefix("_")
            for each in catalog.active_registries
            if each.attached and each.key in there and each.plugin in catalog.tabs(registry)
        ]

    def _day(self, kind: str, said: Mapping[str, Any], place: str) -> str:
        if kind not in (d.DAY, d.EVERY):
            return ""
        name = "day" if kind == d.DAY else "from"
        text = said.get(name)
        if text is None and kind == d.EVERY:
            return self.work.now.date().isoformat()
        try:
            day = date.fromisoformat(text) if isinstance(text, str) else None
        except ValueError:
            day = None
        if day is None or not 1900 <= day.year <= 9000:
            self.wrong(f"{place}.{name}", _("This must be a date, such as 2027-01-15."))
            return "2000-01-01"
        return day.isoformat()

    def _rule(self, kind: str, said: Mapping[str, Any], place: str) -> str:
        if kind != d.EVERY:
            return ""
        rule = said.get("rule")
        if not isinstance(rule, str) or not is_rule(rule):
            self.wrong(
                f"{place}.rule", _("This must be a rule of RFC 5545, such as FREQ=MONTHLY;BYMONTHDAY=1.")
            )
            return "FREQ=YEARLY"
        return rule

    def _bound(self, kind: str, said: Mapping[str, Any], name: str, place: str) -> int | None:
        if kind != d.COUNT or said.get(name) is None:
            return None
        if not _whole(said[name]) or not 0 <= said[name] < 10**9:
            self.wrong(f"{place}.{name}", _("This must be a whole number."))
            return None
        return int(said[name])

    def _people(self, place: str, said: Any, registry: str) -> tuple[str, ...]:
        listed = said if isinstance(said, list) else [said]
        if not 1 <= len(listed) <= MAX_TO:
            self.wrong(place, _("Say who is to be told."))
            return ("me",)
        found = [self._person(place, each, registry) for each in listed]
        return tuple(dict.fromkeys(each for each in found if each)) or ("me",)

    def _person(self, place: str, said: Any, registry: str) -> str:
        if isinstance(said, Mapping) and len(said) == 1:
            ((word, value),) = said.items()
            said = f"{word}:{value}"
        word, _colon, value = str(said).partition(":")
        if said == "me" or said == "substitute":
            return str(said)
        if word == "user":
            id = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
            if may_name(self.work, id):
                return f"user:{id}"
        elif word == "role" and role_known(self.work, value):
            return f"role:{value}"
        elif word == "field":
            each = self.work.open(registry).seen.field(value)
            if each is not None and each.type == "user":
                return f"field:{value}"
        self.wrong(place, _("There is nobody called “{name}” to tell.", name=str(said)[:60]))
        return ""

    def _via(self) -> tuple[str, ...]:
        said = self.body.get("via", [d.APP])
        listed = said if isinstance(said, list) else [said]
        for each in listed:
            if each not in (d.APP, d.EMAIL, d.WEBHOOK):
                self.wrong("via", _("This must be one of {known}.", known="app, email, webhook"))
        return tuple(dict.fromkeys([d.APP, *(str(each) for each in listed)]))

    def _webhook(self) -> str:
        said = self.body.get("webhook")
        if said in (None, ""):
            return ""
        sound = isinstance(said, str) and len(said) <= MAX_URL and said.isprintable() and said.isascii()
        try:
            parts = urlsplit(said) if sound else None
            fine = (
                parts is not None
                and parts.scheme in ("http", "https")
                and parts.hostname
                and not parts.username
            )
            fine = fine and (parts is not None and (parts.port is None or parts.port > 0))
        except ValueError:
            fine = False
        if not fine:
            self.wrong("webhook", _("This must be an address that begins with https:// or http://."))
            return ""
        return str(said)

    def _escalation(self, registry: str) -> Escalation | None:
        said = self.body.get("escalate")
        if said is None:
            return None
        if not isinstance(said, Mapping) or set(said) - {"days", "to"}:
            self.wrong("escalate", _("This must be an object."))
            return None
        days = said.get("days")
        if not isinstance(days, int) or not _whole(days) or not 1 <= days <= 365:
            self.wrong("escalate.days", _("This must be a whole number from {min} to {max}.", min=1, max=365))
            days = 1
        return Escalation(int(days), self._people("escalate.to", said.get("to", []), registry))

    def _deeds(self) -> tuple[Deed, ...]:
        said = self.body.get("then") or []
        if not isinstance(said, list) or len(said) > 2:
            self.wrong("then", _("This must be a list."))
            return ()
        found = []
        for n, each in enumerate(said):
            kind = each.get("kind") if isinstance(each, Mapping) else None
            if kind not in ("task", "note") or set(each) - {"kind", "text", "days"}:
                self.wrong(f"then.{n}", _("It can make a task or a note."))
                continue
            text, days = each.get("text", ""), each.get("days", 0)
            if (
                not isinstance(text, str)
                or not text.strip()
                or len(text) > MAX_TEXT
                or not text.isprintable()
            ):
                self.wrong(f"then.{n}.text", _("Say what is to be done."))
                continue
            if not _whole(days) or not 0 <= days <= 3660:
                self.wrong(
                    f"then.{n}.days", _("This must be a whole number from {min} to {max}.", min=0, max=3660)
                )
                continue
            found.append(Deed(kind, text.strip(), int(days)))
        return tuple(found)

    def _check_together(self, found: Definition) -> None:
        for part in found.when.each:
            if part.kind in d.OF_LIST and found.record is not None:
                self.wrong("record", _("A list is watched as a whole, not one record of it."))
            if part.kind in (d.ENTERS, d.QUITS) and found.filter is None and "filter" not in self.errors:
                self.wrong("filter", _("Say which list is meant."))
            if part.kind == d.COUNT and (part.above is None) == (part.below is None):
                self.wrong("when.above", _("Name one bound: above or below."))
            if part.kind in (d.CREATED, d.ENTERS) and found.record is not None and part.kind == d.CREATED:
                self.wrong("record", _("This record is there already."))
        if d.WEBHOOK in found.via and not found.webhook:
            self.wrong("webhook", _("Say where it is to be sent."))

    def _text(self, name: str, longest: int) -> str:
        said = self.body.get(name) or ""
        if not isinstance(said, str) or len(said) > longest or not said.isprintable():
            self.wrong(name, _("This may have {max} characters on one line.", max=longest))
            return ""
        return said.strip()

    def _one_of(self, name: str, known: Sequence[str], usual: str) -> str:
        said = self.body.get(name, usual)
        if said not in known:
            self.wrong(name, _("This must be one of {known}.", known=", ".join(known)))
            return usual
        return str(said)

    def _time(self) -> str:
        said = self.body.get("at") or d.USUAL_TIME
        if not isinstance(said, str) or clock_of(said) is None:
            self.wrong("at", _("This must be a time of day, such as 07:30."))
            return d.USUAL_TIME
        return said

    def _number(self, name: str, low: int, high: int, usual: int) -> int:
        said = self.body.get(name, usual)
        if not _whole(said) or not low <= said <= high:
            self.wrong(name, _("This must be a whole number from {min} to {max}.", min=low, max=high))
            return usual
        return int(said)

    def _flag(self, name: str, *, usual: bool) -> bool:
        said = self.body.get(name, usual)
        if not isinstance(said, bool):
            self.wrong(name, _("This must be true or false."))
            return usual
        return said


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


__all__ = ["CHANGES", "read"]
