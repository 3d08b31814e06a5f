"""The engine without an index of its own: the full-text tables of the lists, asked through the gate."""

from collections.abc import Sequence

from kartoteka.platform.access.gate import Selection
from kartoteka.platform.services.finding.engine import Candidate, Scope
from kartoteka.platform.services.finding.matching import EXACT, IN_TITLE, Question, errors_allowed

# For each registry; of more that match, the newest are judged.
MOST = 200


class DatabaseEngine:
    """Finds by words and beginnings of words; an error is forgiven after the first letters of a word."""

    def candidates(self, scopes: Sequence[Scope], asked: Question) -> list[Candidate]:
        """This function will propose the newest records in which every word, or its beginning, occurs."""
        q = " ".join(_stem(word) if asked.forgiving else word for word in asked.words)
        bound = EXACT * IN_TITLE * len(asked.words)
        selection = Selection(q=q, sort="-updated_at", fields=(), size=MOST)
        found = [
            Candidate(scope.opened.registry.key, row.id, bound)
            for scope in scopes
            for row in scope.opened.page(selection)[0]
        ]
        return sorted(found, key=lambda each: each.place)


def _stem(word: str) -> str:
    """The letters that must be right; the shorter the word, the fewer of it can be asked."""
    return word[: 1 + errors_allowed(word)] if errors_allowed(word) else word


__all__ = ["DatabaseEngine"]
