"""A row rule tried before it holds: which records it would reach for somebody, told to whoever designs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, not_, select

from kartoteka.platform.access.actor import Actor
from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.access.reach import EVERYTHING, Rows
from kartoteka.platform.access.seen import Bool, Seen, Sight
from kartoteka.platform.kernel.tables import canonical_json

SAMPLE = 5
Rule = Mapping[str, Any] | None


@dataclass(frozen=True)
class Trial:
    """How many records a rule reaches, and how that differs from the rule in force; with titles of some."""

    reached: int
    every: int
    gained: int
    lost: int
    titles: tuple[tuple[int, str], ...]
    more: tuple[tuple[int, str], ...]
    fewer: tuple[tuple[int, str], ...]


def tried(opened: OpenRegistry, person: Actor, rule: Rule, before: Rule) -> Trial:
    """This function will try a rule among the records that its designer sees, with somebody in the place of “me”."""
    new, old = _condition(opened, person, rule), _condition(opened, person, before)
    gained, lost = and_(new, not_(old)), and_(old, not_(new))
    return Trial(
        _count(opened, new), _count(opened, None), _count(opened, gained), _count(opened, lost),
        _titles(opened, new), _titles(opened, gained), _titles(opened, lost),
    )  # fmt: skip


def _condition(opened: OpenRegistry, person: Actor, rule: Rule) -> Bool:
    mine = opened.gate.sight
    sight = Sight(person, mine.catalog, mine.layout, mine.dialect, mine.now)
    rows = EVERYTHING if rule is None else Rows(rules=frozenset({canonical_json(rule)}))
    return Seen(sight, opened.registry, opened.seen.table).condition_of(rows)


def _count(opened: OpenRegistry, condition: Bool | None) -> int:
    seen = opened.seen
    statement = select(func.count()).select_from(seen.table).where(seen.alive, seen.reach("view"))
    counted = statement if condition is None else statement.where(condition)
    return opened.gate.connection.scalar(counted) or 0


def _titles(opened: OpenRegistry, condition: Bool) -> tuple[tuple[int, str], ...]:
    seen = opened.seen
    statement = (
        select(seen.table.c.id, seen.title())
        .where(seen.alive, seen.reach("view"), condition)
        .order_by(seen.table.c.id.desc())
        .limit(SAMPLE)
    )
    return tuple((row[0], row[1] or f"#{row[0]}") for row in opened.gate.connection.execute(statement))


__all__ = ["Trial", "tried"]
