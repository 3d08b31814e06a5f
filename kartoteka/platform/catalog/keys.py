"""Keys made from labels: short, ASCII, unique, and never changed afterwards."""

import re
import unicodedata
from collections.abc import Container

PATTERN = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Words of the filter language and the one system column whose name has no underscore before it.
RESERVED = frozenset({"id", "and", "or", "not"})
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def is_key(text: object) -> bool:
    """This function will tell whether `text` may be a key at all."""
    return isinstance(text, str) and PATTERN.fullmatch(text) is not None


def make_key(label: str, taken: Container[str] = (), *, fallback: str = "field") -> str:
    """This function will make a key from a label: `Název smlouvy` gives `nazev_smlouvy`, `DocID` gives `doc_id`.

    A key that is taken or reserved gets a number: `name_2`.
    """
    plain = unicodedata.normalize("NFKD", _HUMP.sub("_", label)).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    key = words if words[:1].isalpha() else f"{fallback}_{words}".rstrip("_")
    key = key[:40].rstrip("_")
    candidate, number = key, 1
    while candidate in taken or candidate in RESERVED:
        number += 1
        candidate = f"{key[: 39 - len(str(number))]}_{number}"
    return candidate
