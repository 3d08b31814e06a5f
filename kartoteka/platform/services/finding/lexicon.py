"""Words of an index that are a typing error away from another, found without comparing them letter by letter."""

from collections.abc import Iterable, Iterator

from kartoteka.platform.services.finding.matching import errors_between


class Lexicon:
    """The words of one field of one segment; segments never change, so it is made once."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_length: dict[int, list[tuple[int, str]]] = {}
        for word in words:
            self._by_length.setdefault(len(word), []).append((_letters(word), word))

    def near(self, word: str, errors: int) -> Iterator[tuple[str, int]]:
        """This function will find words within some typing errors, with the number of errors."""
        letters = _letters(word)
        # Each error changes at most two letters of the set: one goes, another comes.
        for length in range(len(word) - errors, len(word) + errors + 1):
            for others, other in self._by_length.get(length, ()):
                if (letters ^ others).bit_count() <= 2 * errors:
                    count = errors_between(word, other, errors)
                    if count is not None:
                        yield other, count


def _letters(word: str) -> int:
    """The set of letters as bits; letters that share a bit only let more words through to the comparison."""
    found = 0
    for letter in word:
        found |= 1 << (ord(letter) & 63)
    return found


__all__ = ["Lexicon"]
