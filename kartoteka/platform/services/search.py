"""The global search: one question to all registries that the actor sees, answered from what he may read.

An engine proposes candidates; each is read again through the gate and judged by its readable words alone. Hidden
texts have no part in what is found, in its order, or in what is shown of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kartoteka.platform.access.gate import OpenRegistry, Selection
from kartoteka.platform.access.reach import rows_for
from kartoteka.platform.access.texts import Readable, read_some, readable_slots
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.finding.engine import Candidate, Engine, Scope
from kartoteka.platform.services.finding.engines import engine_of
from kartoteka.platform.services.finding.feeding import Difference, difference, make_anew, rebuild
from kartoteka.platform.services.finding.matching import (
    Part,
    Question,
    best_passage,
    highlighted,
    question,
    score,
)
from kartoteka.platform.services.work import Work

MAX_HITS = 100
FEW_ROWS = 5000
LARGEST_HANDFUL = 500


@dataclass(frozen=True)
class Hit:
    """A record found; `snippet` is a text out of it in parts that match (True) and parts that do not."""

    registry: str
    id: int
    title: str
    snippet: tuple[Part, ...]
    section: str | None


class _Judged(NamedTuple):
    """A visible match; the fields before the record make its place, a smaller one is better."""

    minus: int
    registry: str
    id: int
    record: Readable


def search(work: Work, q: str, registry: str | None = None, limit: int = 20) -> list[Hit]:
    """This function will find records by words, beginnings of words and, after those, words with typing errors.

    :raises NotFound: when the registry does not exist for the actor.
    """
    if not 1 <= limit <= MAX_HITS:
        raise Invalid({"limit": [_("A search gives 1 to {max} records.", max=MAX_HITS)]})
    opened = (
        [work.open(registry)]
        if registry is not None
        else [work.open(each.key) for each in work.registries(plugins=True)]
    )
    asked = question(q)
    if not asked.words:
        return []
    searching = _Searching(engine_of(work.office), [_scope(each) for each in opened], limit)
    found = searching.best(asked)
    hits = [_hit(asked, each) for each in found]
    if len(hits) < limit:
        forgiving = Question(asked.words, forgiving=True)
        known = {(each.registry, each.id) for each in found}
        more = [each for each in searching.best(forgiving) if (each.registry, each.id) not in known]
        hits += [_hit(forgiving, each) for each in more]
    return hits[:limit]


def _scope(opened: OpenRegistry) -> Scope:
    slots = readable_slots(opened)
    if rows_for(opened.gate.sight.actor, opened.registry, "view").everything:
        return Scope(opened, slots)
    # Whoever sees few rows would have a whole index read in vain for them.
    ids = opened.ids(Selection(), FEW_ROWS + 1)
    return Scope(opened, slots, frozenset(ids) if len(ids) <= FEW_ROWS else None)


def _hit(asked: Question, found: _Judged) -> Hit:
    passage = best_passage(asked, found.record)
    snippet = highlighted(asked, passage) if passage is not None else ()
    return Hit(found.registry, found.id, found.record.title, snippet, passage.section if passage else None)


@dataclass(frozen=True)
class _Searching:
    """Candidates judged handful by handful until no other can come before the worst of those kept."""

    engine: Engine
    scopes: Sequence[Scope]
    limit: int

    def best(self, asked: Question) -> list[_Judged]:
        """The best visible matches, exactly: as if every record that the actor may see had been judged."""
        waiting = self.engine.candidates(self.scopes, asked)
        kept: list[_Judged] = []
        start, size = 0, 2 * self.limit
        while start < len(waiting) and not self._settled(kept, waiting[start]):
            kept = sorted([*kept, *self._judged(asked, waiting[start : start + size])])[: self.limit]
            start, size = start + size, min(2 * size, LARGEST_HANDFUL)
        return kept

    def _settled(self, kept: Sequence[_Judged], following: Candidate) -> bool:
        return len(kept) == self.limit and kept[-1][:3] < following.place

    def _judged(self, asked: Question, handful: Sequence[Candidate]) -> list[_Judged]:
        found = []
        for scope in self.scopes:
            key = scope.opened.registry.key
            ids = [each.id for each in handful if each.registry == key]
            for record in read_some(scope.opened, ids).values() if ids else ():
                points = score(asked, record)
                if points:
                    found.append(_Judged(-points, key, record.id, record))
        return found


__all__ = ["Difference", "Hit", "difference", "make_anew", "rebuild", "search"]
