"""Which encoding a text table is in: by its mark, by being valid UTF-8, or by the letters it would hold."""

import codecs
import math
from collections import Counter
from typing import IO

from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.sheets.refusing import refusal

CHUNK = 2**20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What people may name; Python knows more, but some of those are no encodings of text.
_KNOWN = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "ascii",
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257", "cp437", "cp850", "cp852",
    "iso8859-1", "iso8859-2", "iso8859-15", "mac-latin2", "mac-roman",
)  # fmt: skip
# Order decides between equals: files without accents beyond the shared ones are mostly from Windows.
_CANDIDATES = ("cp1250", "cp1252", "iso8859-2")
_NAMES = {"cp1250": "windows-1250", "cp1252": "windows-1252", "iso8859-2": "iso-8859-2", "utf-8-sig": "utf-8"}

# The letters above ASCII that a language uses, most frequent ones first; each encoding has its languages.
_EASTERN = (
    "íáéěřžčýšůúóňťď",
    "áíéýčžšúťľôňďóäĺŕ",
    "łóążęśćńź",
    "áéóöőíúüű",
    "čšžćđ",
    "ăîâşţ",
    "üäößé",
)
_WESTERN = (
    "éèàêçôîûâùïœë",
    "óíáéñúü",
    "ãçéáíóõêúâàô",
    "èàòùìé",
    "øåæéä",
    "äöåé",
    "üäößé",
)
_LANGUAGES = {"cp1250": _EASTERN, "iso8859-2": _EASTERN, "cp1252": _WESTERN}
_PUNCTUATION = frozenset("„“”‚‘’–—…€§°«»\u00a0•")
_RARE_LETTER, _PUNCTUATION_MARK, _SYMBOL, _CONTROL = 2e-3, 1e-2, 5e-4, 1e-9


def recognise_encoding(stream: IO[bytes]) -> str:
    """This function will name the encoding of the stream, read from its first byte to its last."""
    head = stream.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    stream.seek(0)
    decoder, high, valid = codecs.getincrementaldecoder("utf-8")(), Counter[int](), True
    ascii_only = bytes(range(128))
    while chunk := stream.read(CHUNK):
        high.update(chunk.translate(None, ascii_only))
        valid = valid and _continues(decoder, chunk)
    if valid and _continues(decoder, b"", final=True):
        return "utf-8"
    return max(_CANDIDATES, key=lambda encoding: _likeness(high, encoding))


def _continues(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _likeness(high: Counter[int], encoding: str) -> float:
    """How well the bytes above ASCII, read in an encoding, fit the language that they fit best."""
    letters = Counter[str]()
    for byte, times in high.items():
        letters[bytes([byte]).decode(encoding, "replace").lower()] += times
    return max(
        sum(times * math.log(_share(letter, language)) for letter, times in letters.items())
        for language in _LANGUAGES[encoding]
    )


def _share(letter: str, language: str) -> float:
    """How much of a language's text above ASCII a letter makes up, roughly."""
    if letter == "\ufffd" or "\x80" <= letter < "\xa0":
        return _CONTROL
    place = language.find(letter)
    if place >= 0:
        return 1 / (place + 2) / math.log(len(language) + 2)
    if letter in _PUNCTUATION:
        return _PUNCTUATION_MARK
    return _RARE_LETTER if letter.isalpha() else _SYMBOL


def known_encoding(asked: str) -> str:
    """This function will give Python's name of an encoding that somebody has asked for."""
    try:
        found = codecs.lookup(asked).name
    except (LookupError, ValueError):
        found = ""
    if found not in {codecs.lookup(name).name for name in _KNOWN}:
        raise refusal(_("There is no encoding “{encoding}”.", encoding=asked), about="encoding")
    # The variant that steps over a mark at the beginning reads files without the mark as well.
    return "utf-8-sig" if found == "utf-8" else found


def shown_encoding(encoding: str) -> str:
    """This function will give the name of an encoding as people know it."""
    return _NAMES.get(encoding, encoding)
