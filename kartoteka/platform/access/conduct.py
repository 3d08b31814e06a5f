"""How conditional rules bind one actor: judged on what he may see, so that no rule tells him what he may not.

A rule that asks about something hidden from him is not asked: he sees the field, need not fill it in, and may not
change what such a rule might lock. See docs/decisions/rules-judge-what-the-writer-sees.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kartoteka.platform.access.seen import Seen
from kartoteka.platform.catalog import conditions
from kartoteka.platform.catalog.conditions import (
    CATEGORY,
    EMPTY,
    READONLY,
    REQUIRED,
    VISIBLE,
    Asker,
    Facts,
    Judgement,
    Unanswerable,
)
from kartoteka.platform.catalog.definitions import Field, Section
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in force: what it says, what it asks about, and whether all of that exists for the actor."""

    says: Judgement
    names: frozenset[str]
    known: bool

    def holds(self, facts: Facts, unseen: frozenset[str], otherwise: bool) -> bool:
        """This function will judge a record; where the actor may not see what is asked: `otherwise`."""
        if not self.known or self.names & unseen:
            return otherwise
        try:
            return self.says(facts)
        except Unanswerable:
            return otherwise


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a field is to be treated on one record."""

    visible: bool = True
    required: bool = False
    readonly: bool = False


@dataclass
class Known:
    """A record as its writer sees it: values, category, and the names of what is hidden from him on this record."""

    values: Mapping[str, Any]
    category: str | None = None
    unseen: frozenset[str] = NOTHING


@dataclass
class Rules:
    """The rules of one registry that are in force, as they bind one actor."""

    seen: Seen
    _of: dict[tuple[str, str], tuple[Rule, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.registry = self.seen.registry
        for each in self.registry.active_fields:
            section = self.registry.section(each.section)
            for word in conditions.RULES_OF_FIELDS:
                found = tuple(self._in_force((each, section), word))
                if found:
                    self._of[each.key, word] = found
        self.any = bool(self._of)
        every = [rule for rules in self._of.values() for rule in rules]
        self.names = frozenset().union(*(rule.names for rule in every))
        self.order = [each.key for each in conditions.in_order(self.registry)] if self.any else []
        sight = self.seen.sight
        self.asker = Asker(sight.actor.user_id, sight.today, sight.actor.locale.timezone)

    def _in_force(self, things: Iterable[Field | Section | None], word: str) -> Iterator[Rule]:
        for thing in things:
            document = thing.when.get(word) if thing is not None else None
            if document is None or conditions.rests(self.registry, document):
                continue
            names = conditions.names_of(document)
            try:
                says = conditions.judgement(self.registry, document, self.seen.sight.layout.kind)
            except Invalid:
                continue  # such as a rule about a type that a plugin has taken away with it
            yield Rule(says, names, all(map(self._exists, names)))

    def _exists(self, name: str) -> bool:
        known = self.registry.field(name)
        if known is None:
            return name == CATEGORY
        if self.seen.field(name) is None:
            return False
        return known.type != "relation" or self.seen.target_of(known) is not None

    def bind(self, each: Field, *words: str) -> bool:
        """This function will tell whether a field has a rule in force, its section's included."""
        return bool(self._of) and any((each.key, word) in self._of for word in words)

    def visible(self, each: Field, record: Known) -> bool:
        """This function will tell whether a field is asked for on a record."""
        return self._all(each, VISIBLE, record)

    def required(self, each: Field, record: Known) -> bool:
        """This function will tell whether a field must be filled in, always or by a rule; never what is not shown."""
        return (each.required or self._some(each, REQUIRED, record, unknown=False)) and self.visible(
            each, record
        )

    def readonly(self, each: Field, record: Known) -> bool:
        """This function will tell whether a field of a record as it stands cannot be changed."""
        return self._some(each, READONLY, record, unknown=True)

    def conduct(self, each: Field, record: Known, before: Known | None) -> Conduct:
        """This function will tell all three; a record that is not there yet has nothing to lock."""
        locked = before is not None and self.readonly(each, before)
        return Conduct(self.visible(each, record), self.required(each, record), locked)

    def _all(self, each: Field, word: str, record: Known) -> bool:
        rules = self._of.get((each.key, word), ())
        return not rules or all(rule.holds(self._facts(record), record.unseen, True) for rule in rules)

    def _some(self, each: Field, word: str, record: Known, *, unknown: bool) -> bool:
        rules = self._of.get((each.key, word), ())
        return bool(rules) and any(rule.holds(self._facts(record), record.unseen, unknown) for rule in rules)

    def _facts(self, record: Known) -> Facts:
        return Facts(record.values, record.category, self.asker)

    def decided_by(self, each: Field, *words: str) -> frozenset[str]:
        """This function will collect the names that rules of a field ask about."""
        return frozenset().union(
            *(rule.names for word in words for rule in self._of.get((each.key, word), ()))
        )

    def settled(self, typed: Known, before: Mapping[str, Any]) -> dict[str, Any]:
        """This function will put back what was typed into fields that are not asked for, each after those before it."""
        values = dict(typed.values)
        for key in self.order:
            each = self.registry.field(key)
            if each is None or key not in values or (key, VISIBLE) not in self._of:
                continue
            if not self.visible(each, Known(values, typed.category, typed.unseen)):
                values[key] = before.get(key)
        return values

    def out_of_place(self, record: Known, keys: Iterable[str]) -> dict[str, list[str]]:
        """This function will refuse values of fields that are not asked for on a record."""
        found = {}
        for key in keys:
            each = self.registry.field(key)
            if each is None or (key, VISIBLE) not in self._of or record.values.get(key) in EMPTY:
                continue
            if not self.visible(each, record):
                found[key] = [self.said_hidden(each, record)]
        return found

    def said_hidden(self, each: Field, record: Known) -> str:
        """This function will say why a value is refused where the field is not asked for."""
        because = self._because(each, VISIBLE, record)
        if because:
            return _("“{field}” does not belong here because of {names}; leave it empty.",
                     field=each.name, names=because)  # fmt: skip
        return _("“{field}” does not belong here; leave it empty.", field=each.name)

    def said_required(self, each: Field, record: Known) -> str:
        """This function will say that a field must be filled in, and because of what."""
        because = "" if each.required else self._because(each, REQUIRED, record)
        if because:
            return _("“{field}” must be filled in because of {names}.", field=each.name, names=because)
        return _("“{field}” must be filled in.", field=each.name)

    def said_readonly(self, each: Field, record: Known) -> str:
        """This function will say that a field is locked, and because of what."""
        because = self._because(each, READONLY, record)
        if because:
            return _("“{field}” cannot be changed because of {names}.", field=each.name, names=because)
        return _("“{field}” cannot be changed here.", field=each.name)

    def _because(self, each: Field, word: str, record: Known) -> str:
        """The names of what decides, as far as the actor may see it on this record."""
        names: set[str] = set()
        for rule in self._of.get((each.key, word), ()):
            if rule.known and not rule.names & record.unseen:
                names |= rule.names
        fields = [self.registry.field(name) for name in sorted(names)]
        return ", ".join(f"“{found.name}”" if found else f"“{_('Category')}”" for found in fields)


__all__ = ["Conduct", "Known", "Rules"]
