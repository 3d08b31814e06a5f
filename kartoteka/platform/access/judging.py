"""A change of one record held against the conditional rules of its registry, before it is written."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from kartoteka.platform.access.conduct import Known, Rules
from kartoteka.platform.access.passage import Passage
from kartoteka.platform.access.reading import Reading
from kartoteka.platform.catalog.conditions import CATEGORY, EMPTY, REQUIRED, VISIBLE, suits
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.storage import rows

Row = Mapping[Any, Any]


class Judged(StrEnum):
    """Which rules a change is held against: all, those of a record that is still being made, or none."""

    CHANGE = "change"
    MAKING = "making"
    NOTHING = "nothing"


class Judging:
    """One change, with the row as it was."""

    def __init__(self, opened: Reading, current: Row, judged: Judged) -> None:
        self.opened = opened
        self.rules: Rules = opened.rules
        self.current = current
        self.judged = judged
        self.unseen = frozenset(name for name in self.rules.names if not current.get(f"_n_{name}", True))

    def check(self, changed: Mapping[str, Any], category: Any) -> None:
        """This function will refuse a change that a rule stands against.

        :raises Invalid: with a sentence for each field that is locked, not asked for, or missing.
        """
        old_category = self.current["_category"]
        new_category = category if category is None or isinstance(category, str) else old_category
        touched = set(changed) | ({CATEGORY} if new_category != old_category else set())
        waiting = self._waiting(touched, changed)
        if not touched or not (waiting or self._bound(changed)):
            return
        values = self._values({*self.rules.names, *changed, *(each.key for each in waiting)})
        before = Known(values, old_category, self.unseen)
        after = Known({**values, **changed}, new_category, self.unseen)
        wrong = self._locked(changed, before) | self.rules.out_of_place(after, changed)
        for each in waiting:
            if each.key not in wrong and self._lacks(each, before, after):
                wrong[each.key] = [self.rules.said_required(each, after)]
        if wrong:
            raise Invalid(wrong)

    def _bound(self, changed: Iterable[str]) -> bool:
        fields = (self.opened.registry.field(key) for key in changed)
        return any(each is not None and self.rules.bind(each, "visible", "readonly") for each in fields)

    def _waiting(self, touched: set[str], changed: Mapping[str, Any]) -> list[Field]:
        """Fields that a change may make required: those it touches, or whose rules ask about what it touches."""
        return [
            each
            for each in self.opened.fields
            if self.rules.bind(each, VISIBLE, REQUIRED)
            and (each.required or self.rules.bind(each, REQUIRED))
            and (each.key in changed or self.rules.decided_by(each, VISIBLE, REQUIRED) & touched)
            and self.opened.may_change(self.current, each)
            and not self.opened.kind(each).numbering
        ]

    def _locked(self, changed: Iterable[str], before: Known) -> dict[str, list[str]]:
        if self.judged is Judged.MAKING:
            return {}
        fields = [each for key in changed if (each := self.opened.registry.field(key)) is not None]
        return {
            each.key: [self.rules.said_readonly(each, before)]
            for each in fields
            if self.rules.readonly(each, before)
        }

    def _lacks(self, each: Field, before: Known, after: Known) -> bool:
        """A locked field is not asked for: nobody could fill it in."""
        locked = self.judged is Judged.CHANGE and self.rules.readonly(each, before)
        return (
            after.values.get(each.key) in EMPTY
            and suits(self.opened.registry, each, after.category)
            and not locked
            and self.rules.required(each, after)
        )

    def _values(self, keys: set[str]) -> dict[str, Any]:
        """Values as the writer sees them: links to what he may not see are not there."""
        fields = [each for key in sorted(keys) if (each := self.opened.registry.field(key)) is not None]
        linking = [each for each in fields if self.opened.kind(each).linking]
        links = self._links(linking) if linking else {}
        return {
            each.key: links[each.key] if each.key in links else self.current[each.column] for each in fields
        }

    def _links(self, linking: list[Field]) -> dict[str, tuple[int, ...]]:
        gate, record = self.opened.gate, self.current["id"]
        found = rows.read_links(gate.connection, [each.id for each in linking], [record])
        stored = {each.key: found.get((each.id, record), ()) for each in linking}
        return seen_links(gate, {each.key: self.opened.target(each) for each in linking}, stored)


def seen_links(
    gate: Passage, targets: Mapping[str, str], links: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    """This function will leave out links to records that do not exist for the actor."""
    wanted: dict[str, set[int]] = {}
    for key, ids in links.items():
        wanted.setdefault(targets[key], set()).update(ids)
    known = gate.titles(wanted) if any(wanted.values()) else {}
    return {key: tuple(each for each in ids if (targets[key], each) in known) for key, ids in links.items()}


__all__ = ["Judged", "Judging", "seen_links"]
