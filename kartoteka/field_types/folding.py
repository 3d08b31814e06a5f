"""Two keys of a text: one for finding it without accents and case, one for its place in Czech order."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

# --- folding ---------------------------------------------------------------------------------------------

_WITHOUT_DECOMPOSITION = {
    "Æ": "a", "æ": "a", "Ð": "d", "ð": "d", "Ø": "o", "ø": "o", "Þ": "t", "þ": "t", "ß": "s", "ẞ": "s",
    "Đ": "d", "đ": "d", "Ħ": "h", "ħ": "h", "ı": "i", "Ĳ": "i", "ĳ": "i", "ĸ": "k", "Ŀ": "l", "ŀ": "l",
    "Ł": "l", "ł": "l", "ŉ": "n", "Ŋ": "n", "ŋ": "n", "Œ": "o", "œ": "o", "Ŧ": "t", "ŧ": "t", "ſ": "s",
}  # fmt: skip


def _span(first: int, last: int) -> Iterator[str]:
    return (chr(code) for code in range(first, last + 1))


def _plain_latin(letter: str) -> str:
    known = _WITHOUT_DECOMPOSITION.get(letter)
    return known or unicodedata.normalize("NFD", letter)[0].lower()


def _plain_greek(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter)[0].lower()
    return "σ" if plain == "ς" else plain


def _plain_cyrillic(letter: str) -> str:
    lower = letter.lower()
    return "е" if lower == "ё" else lower


def _folding_pairs() -> Iterator[tuple[str, str]]:
    """Every folded character with its plain form, the frequent ones first."""
    for letter in _span(ord("A"), ord("Z")):
        yield letter, letter.lower()
    for letter in (*_span(0xC0, 0x17F), "ẞ"):
        if letter.isalpha():
            yield letter, _plain_latin(letter)
    for letter in _span(0x386, 0x3CE):
        if letter.isalpha():
            yield letter, _plain_greek(letter)
    for letter in (*_span(0x400, 0x45F), "Ґ"):
        if letter.isalpha():
            yield letter, _plain_cyrillic(letter)


_FOLDED = {letter: plain for letter, plain in _folding_pairs() if letter != plain}
FOLD_FROM = "".join(_FOLDED)
FOLD_TO = "".join(_FOLDED.values())
_FOLDING = str.maketrans(FOLD_FROM, FOLD_TO)
# Nearly every text fits this code page, and bytes are changed many times quicker than characters.
_PAGE = "cp1250"


def _folded_bytes() -> bytes:
    folded = (
        (bytes([each]), bytes([each]).decode(_PAGE, "ignore").translate(_FOLDING)) for each in range(256)
    )
    return b"".join(plain.encode(_PAGE) if plain else byte for byte, plain in folded)


_FOLDED_BYTES = _folded_bytes()


def fold(text: str) -> str:
    """The text without diacritics and case; `translate(text, FOLD_FROM, FOLD_TO)` in SQL gives the same."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", text)
    try:
        return text.encode(_PAGE).translate(_FOLDED_BYTES).decode(_PAGE)
    except UnicodeEncodeError:
        return text.translate(_FOLDING)


# --- Czech order -----------------------------------------------------------------------------------------

# Stand-ins for the digraph, which has a place of its own: control characters, which no text may contain.
_CH, _CH_TITLE, _CH_CAPITALS, _CH_ODD = "\x01", "\x02", "\x03", "\x04"
_DIGRAPHS = {"ch": _CH, "Ch": _CH_TITLE, "CH": _CH_CAPITALS, "cH": _CH_ODD}

_LETTERS = (*"abcčdefgh", "ch", *"ijklmnopqrřsštuvwxyzž")
_PUNCTUATION = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_DIGITS = "0123456789"
_LOOKALIKES = dict(zip("–—‐‑−’‘‚“”„«»…×", '-----\'\'\'""""".*', strict=True))
_BLANKS = " \t\n\r\u00a0\u2009\u200a\u202f\u3000"

# In the order in which they decide between words that are otherwise equal (that of Unicode's collation).
_ACCENTS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0327\u0328\u0304"
_NO_ACCENT, _OTHER_ACCENT = "0", "Z"
_ACCENT_WEIGHTS = dict(zip(_ACCENTS, "123456789ABCD", strict=True))

_LEVEL = " "  # ends a level; lower than every weight, so that the shorter text comes first
_UNKNOWN = "~"


class _Weights(dict[int, str]):
    """Weights by code point, with one for the characters that have no entry."""

    def __init__(self, unknown: str) -> None:
        super().__init__()
        self._unknown = unknown

    def __missing__(self, code: int) -> str:
        return self._unknown


class _PrimaryWeights(_Weights):
    """Rarer accented letters go to their plain ones; other scripts follow the Latin one, by code point."""

    def __missing__(self, code: int) -> str:
        plain = ord(unicodedata.normalize("NFD", chr(code))[0])
        if plain != code and plain in self:
            return self[plain]
        return f"{_UNKNOWN}{code:06x}"


_PRIMARY = _PrimaryWeights(_UNKNOWN)
_SECONDARY = _Weights(_NO_ACCENT)
_TERTIARY = _Weights("0")


def _weigh(characters: str, primary: str, secondary: str = _NO_ACCENT, tertiary: str = "0") -> None:
    for character in characters:
        _PRIMARY[ord(character)] = primary
        _SECONDARY[ord(character)] = secondary
        _TERTIARY[ord(character)] = tertiary


def _weigh_everything() -> None:
    """Fill the three tables; every primary weight is one printable ASCII character above the blank."""
    weights: Iterator[str] = _span(0x21, 0x7D)
    _weigh(_BLANKS, next(weights))
    for mark in _PUNCTUATION + _DIGITS:
        _weigh(mark, next(weights))
    for lookalike, mark in _LOOKALIKES.items():
        _weigh(lookalike, _PRIMARY[ord(mark)], _OTHER_ACCENT)
    for letter in _LETTERS:
        weight = next(weights)
        _weigh(_DIGRAPHS.get(letter, letter), weight)
        _weigh(_CH_TITLE if letter == "ch" else letter.upper(), weight, tertiary="1")
    _weigh(_CH_CAPITALS, _PRIMARY[ord(_CH)], tertiary="2")
    _weigh(_CH_ODD, _PRIMARY[ord(_CH)], tertiary="3")
    _weigh_accented(_FOLDED)


def _weigh_accented(folded: Iterable[str]) -> None:
    for letter in folded:
        if ord(letter) in _PRIMARY:
            continue
        plain = {"æ": "ae", "œ": "oe", "ß": "ss", "ĳ": "ij"}.get(letter.lower(), _FOLDED[letter])
        marks = unicodedata.normalize("NFD", letter)[1:]
        secondary = _ACCENT_WEIGHTS.get(marks[:1], _OTHER_ACCENT) if plain.isascii() or marks else _NO_ACCENT
        primary = "".join(_PRIMARY[ord(part)] for part in plain)
        _weigh(letter, primary, secondary, "1" if letter.isupper() else "0")


_weigh_everything()

_SEVERAL = 0xFF  # a character of several weights; no weight is this byte


def _weights_of_bytes(weights: _Weights) -> bytes:
    characters = (bytes([each]).decode(_PAGE, "replace") for each in range(256))
    found = (weights[ord(each)] for each in characters)
    return bytes(ord(weight) if len(weight) == 1 else _SEVERAL for weight in found)


_PRIMARY_BYTES, _SECONDARY_BYTES, _TERTIARY_BYTES = map(_weights_of_bytes, (_PRIMARY, _SECONDARY, _TERTIARY))

# Many texts are weighed as one, with a mark between two of them that no text may contain.
_BETWEEN, _BETWEEN_KEYS = "\x00", "\n"
_TOGETHER = 200


def _ending_texts(weights: bytes) -> bytes:
    return weights.replace(weights[:1], _BETWEEN_KEYS.encode(), 1)


_LEVELS_TOGETHER = tuple(map(_ending_texts, (_PRIMARY_BYTES, _SECONDARY_BYTES, _TERTIARY_BYTES)))


def sort_key(text: str, length: int = 60) -> str:
    """A key of printable ASCII whose byte order is the Czech order of the texts' first `length` characters.

    It has three levels, as ČSN 97 6030 has: letters with ch, č, ř, š, ž in their own places, accents, case.
    """
    text = text[:length]
    plain = text.isascii()
    if not plain:
        text = unicodedata.normalize("NFC", text)
    lower = text.islower()
    if "h" in text or "H" in text:
        text = _with_digraphs(text, lower)
    return _key(*_weighed(text, plain, lower))


def sort_keys(texts: Sequence[str], length: int = 60) -> list[str]:
    """What `sort_key` gives for each of many texts, in a fraction of the time."""
    keys: list[str] = []
    for first in range(0, len(texts), _TOGETHER):
        some = [text[:length] for text in texts[first : first + _TOGETHER]]
        keys += _weighed_together(some) or [sort_key(each, length) for each in some]
    return keys


def _weighed_together(texts: Sequence[str]) -> list[str]:
    """The keys of texts; none when one of them cannot be weighed by its bytes."""
    joined = unicodedata.normalize("NFC", _BETWEEN.join(texts))
    try:
        paged = _with_digraphs(joined, lower=False).encode(_PAGE)
    except UnicodeEncodeError:
        return []
    levels = [paged.translate(weights) for weights in _LEVELS_TOGETHER]
    if _SEVERAL in levels[0] or paged.count(_BETWEEN.encode()) != len(texts) - 1:
        return []
    return [
        _key(key, accents.rstrip(_NO_ACCENT), case.rstrip("0"))
        for key, accents, case in zip(
            *(level.decode("ascii").split(_BETWEEN_KEYS) for level in levels), strict=True
        )
    ]


def _key(key: str, accents: str, case: str) -> str:
    if case:
        return f"{key}{_LEVEL}{accents}{_LEVEL}{case}"
    return f"{key}{_LEVEL}{accents}" if accents else key


def _weighed(text: str, plain: bool, lower: bool) -> tuple[str, str, str]:
    """The three levels of a text; one without accents (`plain`) or capitals (`lower`) has nothing on that level."""
    try:
        paged = text.encode("ascii" if text.isascii() else _PAGE)
    except UnicodeEncodeError:
        return _weighed_slowly(text, plain, lower)
    key = paged.translate(_PRIMARY_BYTES)
    if _SEVERAL in key:
        return _weighed_slowly(text, plain, lower)
    accents = "" if plain else paged.translate(_SECONDARY_BYTES).decode("ascii").rstrip(_NO_ACCENT)
    case = "" if lower else paged.translate(_TERTIARY_BYTES).decode("ascii").rstrip("0")
    return key.decode("ascii"), accents, case


def _weighed_slowly(text: str, plain: bool, lower: bool) -> tuple[str, str, str]:
    accents = "" if plain else text.translate(_SECONDARY).rstrip(_NO_ACCENT)
    case = "" if lower else text.translate(_TERTIARY).rstrip("0")
    return text.translate(_PRIMARY), accents, case


def _with_digraphs(text: str, lower: bool) -> str:
    text = text.replace("ch", _CH)
    if lower:
        return text
    return text.replace("Ch", _CH_TITLE).replace("CH", _CH_CAPITALS).replace("cH", _CH_ODD)
