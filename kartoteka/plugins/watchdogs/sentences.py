"""A watchdog as one sentence, in the reader's language; its parts are what he clicks on to change it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

import marshmallow as ma
from babel import dates

from kartoteka.platform.sdk import (
    N_,
    NotFound,
    Signal,
    Work,
    _,
    date_text,
    filter_sentence,
    label,
    names_of,
    plural,
    signals_of,
    states_of,
    text_of,
)
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.definition import Definition, Escalation, When

WHOM, WHEN, WHERE, HOW, ALSO = "whom", "when", "where", "how", "also"
SENTENCE = N_("Tell {whom} {when} {where}, {how}")
RULES: Mapping[str, str] = {
    "FREQ=DAILY": N_("every day"),
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": N_("every working day"),
    "FREQ=WEEKLY": N_("every week"),
    "FREQ=MONTHLY": N_("every month"),
    "FREQ=MONTHLY;BYMONTHDAY=1": N_("on the first of every month"),
    "FREQ=MONTHLY;BYMONTHDAY=-1": N_("on the last of every month"),
    "FREQ=MONTHLY;INTERVAL=3": N_("every three months"),
    "FREQ=YEARLY": N_("every year"),
}


@dataclass(frozen=True)
class Piece:
    """A piece of the sentence: plain words, or a part that can be changed."""

    text: str
    slot: str = ""


def sentence(work: Work, definition: Definition) -> str:
    """This function will say a whole watchdog."""
    return "".join(piece.text for piece in pieces(work, definition))


def brief(work: Work, definition: Definition) -> str:
    """This function will call a watchdog by what it watches, in the words and with the eyes of whoever reads it."""
    if definition.name:
        return definition.name
    if definition.registry not in {each.key for each in work.registries()}:
        return _("A watchdog")
    said = f"{when(work, definition)} {where(work, definition)}"
    return said[:1].upper() + said[1:]


def pieces(work: Work, definition: Definition) -> list[Piece]:
    """This function will take the sentence apart, into words and parts."""
    parts = {
        WHOM: whom(work, definition.registry, definition.to),
        WHEN: when(work, definition),
        WHERE: where(work, definition),
        HOW: how(work, definition),
    }
    found: list[Piece] = []
    for words, slot, _spec, _conversion in Formatter().parse(_(SENTENCE)):
        found += [Piece(words)] if words else []
        found += [Piece(parts[slot], slot)] if slot else []
    more = also(work, definition)
    return [*found, *([Piece("; "), Piece(more, ALSO)] if more else []), Piece(".")]


def whom(work: Work, registry: str, to: Iterable[str]) -> str:
    """This function will name everybody who is told."""
    said = [each.partition(":") for each in to]
    known = names_of(work, [int(value) for word, _colon, value in said if word == "user"])
    return _joined([_person(work, registry, word, value, known) for word, _colon, value in said])


def _person(work: Work, registry: str, word: str, value: str, known: Mapping[int, str]) -> str:
    if word == "me":
        return _("me")
    if word == "substitute":
        return _("whoever stands in for me")
    if word == "user":
        return known.get(int(value), "?")
    if word == "role":
        role = work.catalog.roles.get(value)
        return _(
            "everybody in the role “{role}”", role=label(role, work.actor.locale.language) if role else value
        )
    return _("whoever stands in “{field}”", field=_field(work, registry, value))


def _joined(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return _("{first} and {last}", first=", ".join(texts[:-1]), last=texts[-1])


def when(work: Work, definition: Definition) -> str:
    """This function will say what makes it speak."""
    return _(" or ").join(reason(work, definition.registry, part) for part in definition.when.each)


def reason(work: Work, registry: str, part: When) -> str:
    field = _field(work, registry, part.field)
    if part.kind == d.CHANGE:
        return _change(work, registry, part, field)
    if part.kind in d.OF_DATE:
        return _dated(part, field)
    if part.sort == d.SIGNAL:
        return _signal(work, part)
    value = _value(work, registry, part.field, part.value)
    texts = {
        d.REACHES: lambda: _("when “{field}” becomes {value}", field=field, value=value),
        d.LEAVES: lambda: _("when “{field}” is no longer {value}", field=field, value=value),
        d.RISES: lambda: _("when “{field}” rises above {value}", field=field, value=value),
        d.FALLS: lambda: _("when “{field}” falls below {value}", field=field, value=value),
        d.CHANGES_BY: lambda: _(
            "when “{field}” changes by more than {percent} %", field=field, percent=part.percent
        ),
        d.EMPTIED: lambda: _("when “{field}” is emptied", field=field),
        d.SILENCE: lambda: _silence(work, part),
        d.ENTERS: lambda: _("when a record comes into the list"),
        d.QUITS: lambda: _("when a record leaves the list"),
        d.CREATED: lambda: _("when a record is added"),
        d.DELETED: lambda: _("when a record is removed"),
        d.ADDED: lambda: _("when something is added: {things}", things=things(work, part.of)),
        d.RELATED: lambda: _(
            "when a record of “{registry}” begins to point here", registry=things(work, part.of)
        ),
        d.COUNT: lambda: _count(part),
        d.DAY: lambda: _("on {date}", date=date_text(part.start, work.actor.locale.language)),
        d.EVERY: lambda: (
            _(RULES[part.rule]) if part.rule in RULES else _("by the rule {rule}", rule=part.rule)
        ),
    }
    return texts[part.kind]()


def _change(work: Work, registry: str, part: When, field: str) -> str:
    if not part.field:
        return _("when anything changes")
    old, new = (_value(work, registry, part.field, each) for each in (part.old, part.value))
    if old and new:
        return _("when “{field}” changes from {old} to {new}", field=field, old=old, new=new)
    if old:
        return _("when “{field}” changes from {old}", field=field, old=old)
    if new:
        return _("when “{field}” changes to {new}", field=field, new=new)
    return _("when “{field}” changes", field=field)


def _dated(part: When, field: str) -> str:
    if part.kind == d.ANNIVERSARY:
        if not part.days:
            return _("on every anniversary of “{field}”", field=field)
        if part.days < 0:
            return _("{time} before every anniversary of “{field}”", time=time_text(part), field=field)
        return _("{time} after every anniversary of “{field}”", time=time_text(part), field=field)
    if not part.days:
        return _("on the day of “{field}”", field=field)
    if part.days < 0:
        return _("{time} before “{field}”", time=time_text(part), field=field)
    return _("{time} after “{field}”", time=time_text(part), field=field)


def time_text(part: When) -> str:
    """This function will say how long an offset is."""
    number = abs(part.days)
    if part.unit == "weeks":
        return plural("{n} week", "{n} weeks", number)
    if part.unit == "months":
        return plural("{n} month", "{n} months", number)
    if part.unit == "years":
        return plural("{n} year", "{n} years", number)
    if part.unit == "working_days":
        return plural("{n} working day", "{n} working days", number)
    return plural("{n} day", "{n} days", number)


def _signal(work: Work, part: When) -> str:
    signal = signals_of(work).get(part.kind)
    if signal is None:
        return _("when something is noticed")
    if not part.of:
        return _("when {something}", something=_(signal.label))
    return _("when {something} ({topics})", something=_(signal.label), topics=topics_text(signal, part.of))


def topics_text(signal: Signal, topics: Iterable[str]) -> str:
    """This function will name what of a signal is meant."""
    return ", ".join(_(signal.topics[each]) for each in topics if each in signal.topics)


def _silence(work: Work, part: When) -> str:
    listed = [each for each in part.of if each != "changes"]
    days = plural("{n} day", "{n} days", part.days)
    if "changes" in part.of:
        return _("when nothing happens for {time}", time=days)
    return _("when for {time} there is nothing new: {things}", time=days, things=things(work, listed))


def things(work: Work, names: Iterable[str]) -> str:
    """This function will name what plugins put on records, or registries, by their labels."""
    language, every = work.actor.locale.language, work.catalog.registries
    found = []
    for name in names:
        bare = name.removesuffix(d.VERSIONS)
        each = every.get(f"_{bare}") or every.get(bare)
        if each is not None:
            found.append(label(each, language) if bare == name else versions_text(label(each, language)))
    return ", ".join(found)


def versions_text(things: str) -> str:
    """This function will say that new versions of some things are meant."""
    return _("{things} in a new version", things=things)


def _count(part: When) -> str:
    if part.above is not None:
        return _("when there are more than {n} records", n=part.above)
    return _("when there are fewer than {n} records", n=part.below)


def where(work: Work, definition: Definition) -> str:
    """This function will say what is watched: a record, a list, a registry."""
    language = work.actor.locale.language
    registry = label(work.catalog.registries[definition.registry], language)
    if definition.record is not None:
        found = states_of(work, definition.registry, [], [definition.record]).get(definition.record)
        place = _("of {title}", title=found.title if found is not None else f"#{definition.record}")
    else:
        place = _("in “{registry}”", registry=registry)
    if definition.filter is None:
        return place
    return _("{place} where {conditions}", place=place, conditions=conditions(work, definition))


def conditions(work: Work, definition: Definition) -> str:
    """This function will say the conditions of a watchdog."""
    try:
        return filter_sentence(work, definition.registry, definition.filter)
    except NotFound:
        return "?"


def how(work: Work, definition: Definition) -> str:
    """This function will say how it tells, and how often."""
    ways = {d.APP: _("in the application"), d.EMAIL: _("by e-mail"), d.WEBHOOK: _("to a webhook")}
    told = _joined([ways[each] for each in definition.via])
    return f"{told}, {pace(work, definition)}"


def pace(work: Work, definition: Definition) -> str:
    """This function will say how often it tells."""
    if definition.pace == d.DAILY:
        return _("once a day at {time}", time=definition.at)
    if definition.pace == d.WEEKLY:
        day = dates.format_date(
            date(2024, 1, 1 + definition.weekday), "EEEE", locale=work.actor.locale.language
        )
        return _("once a week ({day}) at {time}", day=day, time=definition.at)
    timed = any(part.sort == d.TIME for part in definition.when.each)
    return _("at {time}", time=definition.at) if timed else _("at once")


def also(work: Work, definition: Definition) -> str:
    """This function will say what else it does."""
    said = [_("make the task “{text}”", text=each.text) if each.kind == "task" else _("write the note “{text}”",
            text=each.text) for each in definition.deeds]  # fmt: skip
    if definition.escalation is not None:
        said.append(_escalates(work, definition.registry, definition.escalation))
    return "; ".join(said)


def _escalates(work: Work, registry: str, escalation: Escalation) -> str:
    days = plural("{n} day", "{n} days", escalation.days)
    return _("unread for {time}, tell {people} too", time=days, people=whom(work, registry, escalation.to))


def _field(work: Work, registry: str, key: str) -> str:
    each = work.open(registry).seen.field(key) if key else None
    return label(each, work.actor.locale.language) if each is not None else key


def _value(work: Work, registry: str, key: str, raw: Any) -> str:
    opened = work.open(registry)
    each = opened.seen.field(key) if key and raw is not None else None
    if each is None:
        return ""
    try:
        return text_of(work, registry, key, opened.kind(each).schema.deserialize(raw))
    except ma.ValidationError:
        return str(raw)


__all__ = [
    "RULES",
    "Piece",
    "brief",
    "conditions",
    "pieces",
    "reason",
    "sentence",
    "things",
    "time_text",
    "topics_text",
    "versions_text",
    "whom",
]
