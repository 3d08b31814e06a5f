"""How well words match a text: by themselves alone, never by how often a word occurs anywhere.

A statistic over all records would let hidden ones influence what is shown; so each word of a query counts by its
best match in this very record: the whole word, a beginning, or a word with a typing error.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from kartoteka.field_types.folding import fold
from kartoteka.platform.access.texts import TITLE, WORD, Passage, Readable, words

EXACT, BEGINNING, ONE_ERROR, TWO_ERRORS = 8, 4, 2, 1
IN_TITLE = 2
MAX_WORDS = 10
SHORTEST_BEGINNING = 2
WINDOW = 160
Part = tuple[str, bool]


@dataclass(frozen=True)
class Question:
    """The words asked for, and whether typing errors are forgiven."""

    words: tuple[str, ...]
    forgiving: bool = False


def question(q: str) -> Question:
    """This function will split what somebody typed into words to look for."""
    return Question(tuple(dict.fromkeys(words(q)))[:MAX_WORDS])


def errors_allowed(word: str) -> int:
    """This function will tell how many typing errors a word is long enough for."""
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


def errors_between(word: str, other: str, limit: int) -> int | None:
    """This function will count letters too many, missing, wrong or swapped with their neighbour, up to a limit."""
    if abs(len(word) - len(other)) > limit:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        oldest, before, row = before, row, [i]
        for j, there in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == there:
                cost = min(cost, oldest[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return None
    return row[-1] if row[-1] <= limit else None


def grade(word: str, token: str, forgiving: bool) -> int:
    """This function will tell how well a word of the query fits a word of a text; 0 for not at all."""
    if token == word:
        return EXACT
    if len(word) >= SHORTEST_BEGINNING and token.startswith(word):
        return BEGINNING
    allowed = errors_allowed(word) if forgiving else 0
    errors = errors_between(word, token, allowed) if allowed else None
    return 0 if errors is None else ONE_ERROR if errors == 1 else TWO_ERRORS


def weight(found: int, slot: int) -> int:
    """This function will count a match in the title for more."""
    return found * IN_TITLE if slot == TITLE else found


def score(asked: Question, record: Readable) -> int:
    """This function will tell how well a record answers; 0 when some word is nowhere in it."""
    best = dict.fromkeys(asked.words, 0)
    for passage in record.passages:
        for token in set(words(passage.searched)):
            for word in asked.words:
                found = weight(grade(word, token, asked.forgiving), passage.slot)
                best[word] = max(best[word], found)
    return sum(best.values()) if all(best.values()) else 0


def best_passage(asked: Question, record: Readable) -> Passage | None:
    """This function will choose the text that shows best why a record was found; a field rather than the title."""
    ranked = [(_fits(asked, each), each.slot != TITLE, -place) for place, each in enumerate(record.passages)]
    return record.passages[-max(ranked)[2]] if ranked else None


def _fits(asked: Question, passage: Passage) -> int:
    tokens = set(words(passage.searched))
    return sum(
        max((grade(word, token, asked.forgiving) for token in tokens), default=0) for word in asked.words
    )


def highlighted(asked: Question, passage: Passage) -> tuple[Part, ...]:
    """This function will cut a text to a window around its matches, as parts that match and parts that do not."""
    for source in (passage.shown, passage.searched):
        text = normalize("NFC", " ".join(source.split()))
        places = list(_places(asked, text))
        if places:
            return tuple(_parts(text, places))
    return ((_cut(passage.shown, 0, WINDOW), False),)


def _places(asked: Question, text: str) -> Iterator[tuple[int, int]]:
    # Folding keeps the length of a composed text, so places in the one are places in the other.
    for token in WORD.finditer(fold(text)):
        if any(grade(word, token[0], asked.forgiving) for word in asked.words):
            yield token.span()


def _parts(text: str, places: Sequence[tuple[int, int]]) -> Iterable[Part]:
    start = max(0, places[0][0] - WINDOW // 3)
    end = start + WINDOW
    at = start
    for first, last in (each for each in places if each[1] <= end):
        if first > at:
            yield _cut(text, at, first, start), False
        yield text[first:last], True
        at = last
    if at < min(end, len(text)):
        yield _cut(text, at, end, start), False


def _cut(text: str, first: int, last: int, start: int = 0) -> str:
    before = "…" if first == start and first > 0 else ""
    return f"{before}{text[first:last]}{'…' if last < len(text) and last - start >= WINDOW else ''}"


__all__ = [
    "BEGINNING",
    "EXACT",
    "ONE_ERROR",
    "SHORTEST_BEGINNING",
    "TWO_ERRORS",
    "Part",
    "Question",
    "best_passage",
    "errors_allowed",
    "errors_between",
    "grade",
    "highlighted",
    "question",
    "score",
    "weight",
]
