"""What a search engine does: propose records that may match, the most promising first; the verb judges them itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.services.finding.matching import Question


@dataclass(frozen=True)
class Scope:
    """A registry to search in: opened for the actor, the sections he may read somewhere, his rows if they are few."""

    opened: OpenRegistry
    slots: frozenset[int]
    only: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may match, and the most that it can come to."""

    registry: str
    id: int
    bound: int

    @property
    def place(self) -> tuple[int, str, int]:
        """The best place among the hits that the record can have; a smaller one is better."""
        return -self.bound, self.registry, self.id


class Engine(Protocol):
    """Proposes candidates. It may propose too many, never promise too little."""

    def candidates(self, scopes: Sequence[Scope], asked: Question) -> list[Candidate]:
        """Candidates in the order of their places."""


__all__ = ["Candidate", "Engine", "Scope"]
