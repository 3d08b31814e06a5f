"""Words that match, and the lexicon that finds them without comparing all."""

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from kartoteka.platform.access.texts import Passage
from kartoteka.platform.services.finding.lexicon import Lexicon
from kartoteka.platform.services.finding.matching import errors_between, grade, highlighted, question

WORDS = st.text("abcd", min_size=1, max_size=7)


def distance(one: str, other: str) -> int:
    """Letters too many, missing, wrong or swapped, by the definition."""

    @cache
    def between(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        found = min(
            between(i - 1, j) + 1, between(i, j - 1) + 1, between(i - 1, j - 1) + (one[i - 1] != other[j - 1])
        )
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            found = min(found, between(i - 2, j - 2) + 1)
        return found

    return between(len(one), len(other))


@given(WORDS, WORDS, st.integers(0, 3))
def test_errors_are_counted(one: str, other: str, limit: int) -> None:
    expected = distance(one, other)
    assert errors_between(one, other, limit) == (expected if expected <= limit else None)


@given(st.lists(WORDS, max_size=30), WORDS, st.integers(1, 2))
def test_the_lexicon_finds_all_that_are_near(words: list[str], word: str, errors: int) -> None:
    found = dict(Lexicon(set(words)).near(word, errors))
    assert found == {each: distance(word, each) for each in words if distance(word, each) <= errors}


def test_whole_words_before_beginnings_before_errors() -> None:
    grades = [grade("okna", token, True) for token in ("okna", "oknar", "okno", "oken", "dvere")]
    assert grades == sorted(grades, reverse=True)
    assert grades[-1] == 0
    assert grade("okna", "okno", False) == 0


def test_short_words_are_taken_as_they_are() -> None:
    assert not grade("abc", "abd", True)
    assert not grade("a", "ab", True)
    assert grade("a", "a", False)


@given(st.text("aáč bB…-\n", min_size=1, max_size=400))
def test_a_snippet_is_a_piece_of_the_text(text: str) -> None:
    parts = highlighted(question("ac"), Passage(1, "basic", text, text))
    shown = "".join(part for part, _matches in parts)
    assert len(shown) <= 162
    assert shown.strip("…") in " ".join(text.split()) or shown.strip("…") in text
    assert all(part.lower() in ("ac", "áč", "ač", "ác") or part.lower().startswith(("ac", "áč", "ač", "ác"))
               for part, matches in parts if matches)  # fmt: skip
