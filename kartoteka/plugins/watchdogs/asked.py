"""The form of a watchdog: what it offers for the kind that is chosen, and what was filled in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from kartoteka.platform.sdk import (
    N_,
    FieldView,
    LinkView,
    Picker,
    Work,
    _,
    filter_sentence,
    label,
    names_of,
    renewed_by,
    signals_of,
    titles_of,
)
from kartoteka.plugins.watchdogs import definition as d
from kartoteka.plugins.watchdogs.definition import Definition, when_of
from kartoteka.plugins.watchdogs.reading import PARTS
from kartoteka.plugins.watchdogs.sentences import RULES, reason, versions_text

NUMBERS = frozenset({"integer", "decimal", "money", "percent"})
DATES = frozenset({"date", "datetime"})
KINDS: Mapping[str, str] = {
    d.CHANGE: N_("a detail changes"),
    d.REACHES: N_("a detail gets a value"),
    d.LEAVES: N_("a detail loses a value"),
    d.RISES: N_("a number rises above"),
    d.FALLS: N_("a number falls below"),
    d.CHANGES_BY: N_("a number changes by more than"),
    d.EMPTIED: N_("a detail is emptied"),
    d.DATE: N_("a date comes near or has passed"),
    d.ANNIVERSARY: N_("a date has its anniversary"),
    d.SILENCE: N_("nothing happens for some days"),
    d.ENTERS: N_("a record comes into the list"),
    d.QUITS: N_("a record leaves the list"),
    d.CREATED: N_("a record is added"),
    d.DELETED: N_("a record is removed"),
    d.ADDED: N_("something is put on a record"),
    d.RELATED: N_("a record begins to point here"),
    d.COUNT: N_("the number of records passes a bound"),
    d.DAY: N_("a certain day comes"),
    d.EVERY: N_("a time comes round"),
}
UNITS: Mapping[str, str] = {
    "days": N_("days"),
    "weeks": N_("weeks"),
    "months": N_("months"),
    "years": N_("years"),
    "working_days": N_("working days"),
}
# A rule that somebody writes himself.
OWN = "own"
# What makes no sense of one record, or of a whole list.
_NOT_OF_ONE = frozenset({d.ENTERS, d.QUITS, d.CREATED, d.COUNT})


@dataclass
class Entry:
    """How a value is entered, in the shape that lists/clause_value.html draws."""

    entry: str = ""
    values: Sequence[str] = ()
    choices: Sequence[Any] = ()
    picker: Picker | None = None
    inputs: int = 1
    several: bool = False
    errors: Sequence[str] = ()


@dataclass
class Asked:
    """The form as it stands."""

    body: dict[str, Any]
    kinds: Sequence[tuple[str, str]] = ()
    fields: Sequence[tuple[str, str]] = ()
    value: Entry | None = None
    # The value that it must have had before.
    before: Entry | None = None
    things: Sequence[tuple[str, str]] = ()
    # Things of which new versions can be waited for.
    versions: Sequence[tuple[str, str]] = ()
    topics: Sequence[tuple[str, str]] = ()
    pointing: Sequence[tuple[str, str]] = ()
    units: Sequence[tuple[str, str]] = ()
    rules: Sequence[tuple[str, str]] = ()
    registries: Sequence[tuple[str, str]] = ()
    clauses: Sequence[str] = ()
    # The other reasons to speak, in words, and as the form carries them.
    reasons: Sequence[str] = ()
    more_text: str = ""
    roles: Sequence[tuple[str, str]] = ()
    # For whose holders an admin may set it.
    binding: Sequence[tuple[str, str]] = ()
    people_fields: Sequence[tuple[str, str]] = ()
    colleagues: Picker | None = None
    escalate_to: Picker | None = None
    record_title: str = ""
    filter_text: str = ""
    list_url: str = ""
    weekdays: Sequence[tuple[int, str]] = ()
    errors: Sequence[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """What decides which questions are asked about when it speaks."""
        own = " own" if self.own_rule else ""
        return f"{self.body['registry']} {self.when.get('kind')} {self.when.get('field') or ''}{own}"

    @property
    def own_rule(self) -> bool:
        """Whether its rule is none of those that can be chosen."""
        return self.when.get("kind") == d.EVERY and self.when.get("rule", "FREQ=DAILY") not in RULES

    @property
    def when(self) -> dict[str, Any]:
        """What makes it speak, so far."""
        found: dict[str, Any] = self.body["when"]
        return found


def body_of(work: Work, form: MultiDict[str, str]) -> dict[str, Any]:
    """This function will turn what was filled in into what the verbs take; of wrong numbers they say so themselves."""
    kind = form.get("kind", d.CHANGE)
    record = _number(form.get("record"))
    body: dict[str, Any] = {
        "name": form.get("name", ""),
        "registry": form.get("registry", ""),
        "record": record,
        "filter": _filter(form),
        "when": _when(work, kind, form),
        "more": _more(form),
        "to": _to(form),
        "via": ["app", *(each for each in form.getlist("via") if each in (d.EMAIL, d.WEBHOOK))],
        "pace": form.get("pace", d.AT_ONCE),
        "at": form.get("at") or d.USUAL_TIME,
        "weekday": _number(form.get("weekday")) or 0,
        "substitutes": "substitutes" in form,
        "webhook": form.get("webhook", "").strip() or None,
        "then": _deeds(form),
        "escalate": _escalation(form),
        **({"role": form["role"]} if form.get("role") else {}),
    }
    if "another" in form:
        # What was filled in so far is one reason; the questions are asked anew for the next.
        body |= {"more": [*body["more"], body["when"]][: d.MOST_PARTS - 1], "when": {"kind": d.DELETED}}
    return body


def whole(body: Mapping[str, Any]) -> dict[str, Any]:
    """This function will give what the form holds as the verbs take it: several reasons as one."""
    rest = {key: value for key, value in body.items() if key != "more"}
    if body.get("more"):
        rest["when"] = {"kind": d.ANY, "of": [body["when"], *body["more"]]}
    return rest


def _more(form: MultiDict[str, str]) -> list[Any]:
    """The reasons beside that which is asked about, apart from one that was just taken away."""
    try:
        found = json.loads(form.get("more", "")[:8000] or "[]")
    except (ValueError, RecursionError):
        return []
    gone = _number(form.get("without_reason"))
    listed = found if isinstance(found, list) else []
    return [each for place, each in enumerate(listed) if place != gone and isinstance(each, dict)]


def _number(text: str | None) -> int | None:
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.removeprefix("-").isdecimal() and len(plain) < 16 else None


def _filter(form: MultiDict[str, str]) -> Any:
    text = form.get("filter", "")
    try:
        document = json.loads(text) if 0 < len(text) < 8000 else None
    except (ValueError, RecursionError):
        return None
    gone = _number(form.get("without"))
    nodes = document.get("and") if isinstance(document, dict) and len(document) == 1 else None
    if gone is not None and isinstance(document, dict):
        kept = [
            each
            for place, each in enumerate(nodes if isinstance(nodes, list) else [document])
            if place != gone
        ]
        return {"and": kept} if kept else None
    return document


def _when(work: Work, kind: str, form: MultiDict[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": kind}
    names = PARTS.get(kind, ())
    if "field" in names:
        said["field"] = form.get("field") or None
    if kind in (d.REACHES, d.LEAVES, d.RISES, d.FALLS):
        said["value"] = _value(work, form, "value")
    if kind == d.CHANGE:
        both = {"from": _value(work, form, "old"), "to": _value(work, form, "value")}
        said |= {name: value for name, value in both.items() if value is not None}
    if "percent" in names:
        said["percent"] = form.get("percent") or "10"
    if "days" in names:
        said |= _how_long(kind, form)
    return said | _listed(kind, form) | _bounded(kind, form)


def _how_long(kind: str, form: MultiDict[str, str]) -> dict[str, Any]:
    days = _number(form.get("days"))
    days = 30 if days is None else days
    if kind == d.SILENCE:
        return {"days": days}
    sign = {"before": -1, "on": 0}.get(form.get("direction", "before"), 1)
    return {"days": days * sign, "unit": form.get("unit", "days")}


def _listed(kind: str, form: MultiDict[str, str]) -> dict[str, Any]:
    if kind == d.SILENCE:
        return {"of": form.getlist("of") or None}
    if kind == d.ADDED:
        return {"what": form.getlist("of")}
    if kind not in KINDS:
        return {"what": form.getlist("of")}
    return {"registry": form.get("pointing", "")} if kind == d.RELATED else {}


def _bounded(kind: str, form: MultiDict[str, str]) -> dict[str, Any]:
    if kind == d.COUNT:
        side = "above" if form.get("bound", "above") == "above" else "below"
        return {side: _number(form.get("number")) or 0}
    if kind == d.DAY:
        return {"day": form.get("day", "")}
    if kind == d.EVERY:
        rule = form.get("own_rule", "").strip() if form.get("rule") == OWN else form.get("rule", "")
        return {"rule": rule, **({"from": form["day"]} if form.get("day") else {})}
    return {}


def _value(work: Work, form: MultiDict[str, str], name: str) -> Any:
    """One value, or several where the detail holds several; links as ids."""
    values = [each for each in form.getlist(name) if each]
    each = work.open(form.get("registry", "")).seen.field(form.get("field", ""))
    if each is None or not values:
        return None
    kind = work.open(form.get("registry", "")).kind(each)
    if kind.linking:
        return [number for value in values if (number := _number(value)) is not None]
    return list(values) if each.type == "multi_choice" else values[0]


def _to(form: MultiDict[str, str]) -> list[str]:
    people = [f"user:{each}" for each in form.getlist("colleague") if each]
    bound = [f"role:{form['role']}"] if form.get("role") else []
    return list(dict.fromkeys([*form.getlist("to"), *bound, *people]))


def _deeds(form: MultiDict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if form.get("task", "").strip():
        found.append(
            {"kind": "task", "text": form["task"].strip(), "days": _number(form.get("task_days")) or 0}
        )
    if form.get("note", "").strip():
        found.append({"kind": "note", "text": form["note"].strip()})
    return found


def _escalation(form: MultiDict[str, str]) -> dict[str, Any] | None:
    people = [f"user:{each}" for each in form.getlist("escalate_to") if each]
    days = _number(form.get("escalate_days"))
    return {"days": days, "to": people} if people and days else None


def asked_of(work: Work, body: dict[str, Any], errors: Sequence[str] = ()) -> Asked:
    """This function will put together what the form offers for what is chosen so far."""
    language, registry = work.actor.locale.language, body["registry"]
    found = Asked(body, errors=list(errors))
    found.registries = [(each.key, label(each, language)) for each in work.registries()]
    if registry not in dict(found.registries):
        return found
    opened, kind = work.open(registry), body["when"].get("kind")
    alone = body["record"] is not None
    found.things = _things(work, registry)
    found.versions = [
        (f"{key}{d.VERSIONS}", versions_text(name))
        for key, name in found.things
        if renewed_by(work, f"_{key}")
    ]
    found.pointing = _pointing(work, registry)
    found.kinds = [
        (key, _(name)) for key, name in KINDS.items()
        if not (alone and key in _NOT_OF_ONE) and (key != d.RELATED or found.pointing)
        and (key != d.ADDED or found.things) and _suits(opened, key)
    ]  # fmt: skip
    _signals(work, registry, found)
    found.fields = [(each.key, label(each, language)) for each in opened.fields if _takes(kind, each.type)]
    # What was chosen for another kind may be nothing that this one can be asked about.
    chosen = body["when"].get("field") if body["when"].get("field") in dict(found.fields) else None
    if chosen is None and found.fields and kind != d.CHANGE:
        chosen = found.fields[0][0]
    if "field" in PARTS.get(kind, ()):
        body["when"]["field"] = chosen
    found.value = _entry(work, opened, kind, chosen, body["when"])
    found.before = _entry(work, opened, kind, chosen, body["when"], "old") if kind == d.CHANGE else None
    found.units = [(key, _(name)) for key, name in UNITS.items()]
    found.rules = [(key, _(name)) for key, name in RULES.items()]
    found.clauses = _clauses(work, registry, body["filter"])
    found.reasons = _reasons(work, registry, body.get("more") or [])
    found.more_text = json.dumps(body.get("more") or [], ensure_ascii=False)
    found.filter_text = json.dumps(body["filter"], ensure_ascii=False) if body["filter"] else ""
    found.list_url = url_for("web.registry", registry=registry, filter=found.filter_text or None)
    found.record_title = titles_of(work, {registry: [body["record"]]}).get((registry, body["record"]), "")
    _people(work, opened, found)
    return found


def _signals(work: Work, registry: str, found: Asked) -> None:
    """What other plugins notice about the records of this registry."""
    for kind, signal in signals_of(work).items():
        topics = signal.offers(work, registry)
        found.kinds = [*found.kinds, *([(kind, _(signal.label))] if topics else [])]
        if kind == found.when.get("kind"):
            found.topics = [(each, _(signal.topics[each])) for each in topics]


def _suits(opened: Any, kind: str) -> bool:
    return kind not in d.OF_FIELD or any(_takes(kind, each.type) for each in opened.fields)


def _takes(kind: str, field_type: str) -> bool:
    if kind in d.OF_NUMBER:
        return field_type in NUMBERS
    return field_type in DATES if kind in d.OF_DATE else field_type != "autonumber"


def _entry(
    work: Work, opened: Any, kind: str, key: str | None, when: Mapping[str, Any], name: str = "value"
) -> Entry | None:
    each = opened.seen.field(key) if key else None
    if each is None or (kind not in (d.REACHES, d.LEAVES, d.RISES, d.FALLS) and kind != d.CHANGE):
        return None
    known = opened.kind(each)
    raw = when.get({"old": "from", "value": "to"}[name] if kind == d.CHANGE else "value")
    values = [str(one) for one in (raw if isinstance(raw, list) else [raw]) if one not in (None, "")]
    if known.linking:
        # What he does not see he cannot choose from; not even its name may stand in the page.
        there = {"users", *(other.key for other in work.registries())}
        return (
            Entry("picker", picker=_picker(work, opened, each, values, name))
            if opened.target(each) in there
            else None
        )
    if each.type == "choice" or each.type == "multi_choice":
        return Entry("choices", values, FieldView(each, known, work.actor.locale).choices)
    if each.type == "boolean":
        return Entry("boolean", [one.lower() for one in values])
    return Entry("date" if each.type == "date" else "text", values)


def _picker(work: Work, opened: Any, each: Any, values: Sequence[str], name: str) -> Picker:
    target = opened.target(each)
    ids = [int(one) for one in values if one.isdecimal()]
    titles = titles_of(work, {target: ids}) if ids else {}
    address = url_for("web.pick_people") if target == "users" else url_for("web.pick", registry=target)
    links = [LinkView(one, titles[target, one]) for one in ids if (target, one) in titles]
    return Picker(label(each, work.actor.locale.language), address, f"dog-{name}", name, links, many=True)


def _things(work: Work, registry: str) -> list[tuple[str, str]]:
    catalog, language = work.catalog, work.actor.locale.language
    there = {each.key for each in work.registries(plugins=True)}
    tabs = catalog.tabs(catalog.registries[registry])
    return [
        (each.key.removeprefix("_"), label(each, language)) for each in catalog.active_registries
        if each.attached and each.key in there and each.plugin in tabs
    ]  # fmt: skip


def _pointing(work: Work, registry: str) -> list[tuple[str, str]]:
    there = {each.key for each in work.registries()}
    found = {
        other.key: label(other, work.actor.locale.language)
        for other, each in work.catalog.relations_to.get(registry, ())
        if other.key in there and work.open(other.key).seen.field(each.key) is not None
    }
    return list(found.items())


def _clauses(work: Work, registry: str, document: Any) -> list[str]:
    if not isinstance(document, dict):
        return []
    inner = document.get("and") if len(document) == 1 else None
    nodes = inner if isinstance(inner, list) else [document]
    return [filter_sentence(work, registry, node) for node in nodes if isinstance(node, dict)]


def _reasons(work: Work, registry: str, more: Sequence[Mapping[str, Any]]) -> list[str]:
    """What cannot be said will be refused when the watchdog is set."""
    found = []
    for each in more:
        try:
            found.append(reason(work, registry, when_of(each)))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            found.append("?")
    return found


def _people(work: Work, opened: Any, found: Asked) -> None:
    language, to = work.actor.locale.language, found.body["to"]
    told = work.actor.powers & {"design", "users"}
    roles = work.catalog.roles.values() if told else work.actor.roles
    found.roles = [(role.key, label(role, language)) for role in roles]
    found.binding = found.roles if "users" in work.actor.powers else ()
    found.people_fields = [(each.key, label(each, language)) for each in opened.fields if each.type == "user"]
    escalation = found.body.get("escalate") or {"to": []}
    named = {
        int(each[5:])
        for each in (*to, *escalation["to"])
        if each.startswith("user:") and each[5:].isdecimal()
    }
    names = names_of(work, named)
    for attribute, listed in (("colleague", to), ("escalate_to", escalation["to"])):
        ids = [int(each[5:]) for each in listed if each.startswith("user:") and each[5:].isdecimal()]
        links = [LinkView(one, names.get(one, f"#{one}")) for one in ids]
        picker = Picker(
            _("Colleagues"), url_for("web.pick_people"), f"dog-{attribute}", attribute, links, many=True
        )
        if attribute == "colleague":
            found.colleagues = picker
        else:
            found.escalate_to = picker


def usual(registry: str, record: int | None, key: str, document: Any, field_type: str) -> dict[str, Any]:
    """This function will give what a new watchdog says at first: of a date that it comes, of a list who enters it."""
    when: dict[str, Any] = {"kind": d.CHANGE, "field": key or None}
    if field_type in DATES:
        when = {"kind": d.DATE, "field": key, "days": -30}
    elif document is not None and not key:
        when = {"kind": d.ENTERS}
    elif record is None and not key:
        when = {"kind": d.CREATED}
    return {
        "name": "", "registry": registry, "record": record, "filter": document, "when": when, "to": ["me"],
        "via": ["app"], "pace": d.AT_ONCE, "at": d.USUAL_TIME, "weekday": 0, "substitutes": True, "webhook": None,
        "then": [], "escalate": None,
    }  # fmt: skip


def body_from(definition: Definition) -> dict[str, Any]:
    """This function will give a watchdog that is there as the form holds it."""
    first, *more = (part.document() for part in definition.when.each)
    return {**definition.document(), "name": definition.name, "when": first, "more": more}


__all__ = ["Asked", "asked_of", "body_from", "body_of", "usual", "whole"]
