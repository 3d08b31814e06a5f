"""Names of files: kept as they were given, as far as they can be shown, and made harmless for whoever saves one."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 400
LONGEST_SAVED = 180
# What turns the direction of writing or cannot be seen at all: `\u202egpj.exe` looks like a picture.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\\/\x00-\x1f]')
UNKNOWN = "file"


def shown_name(given: str) -> str:
    """This function will give a name as it is shown: all that was given, with a mark for what cannot be seen."""
    plain = unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode())
    marked = "".join("\N{REPLACEMENT CHARACTER}" if _unseen(each) else each for each in plain)
    return " ".join(marked.split())[:LONGEST] or UNKNOWN


def _unseen(letter: str) -> bool:
    return letter not in "\t\n\r" and unicodedata.category(letter) in _UNSEEN


def saved_name(name: str) -> str:
    """This function will give a name under which any system can save a file, in the folder chosen and nowhere else."""
    last = re.split(r"[\\/]", shown_name(name).replace("\N{REPLACEMENT CHARACTER}", "_"))[-1]
    plain = _FORBIDDEN.sub("_", last).strip(" .") or UNKNOWN
    stem, dot, ending = plain.rpartition(".")
    if not stem or len(ending) > 12:
        stem, dot, ending = plain, "", ""
    if _RESERVED.fullmatch(plain.partition(".")[0].strip()):
        stem = f"_{stem}"
    room = LONGEST_SAVED - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + ending


def disposition(name: str, *, inline: bool = False) -> str:
    """This function will write the header that names a download (RFC 6266), for old readers in plain letters too."""
    saved = saved_name(name)
    plain = unicodedata.normalize("NFKD", saved).encode("ascii", "ignore").decode() or UNKNOWN
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain.replace('%', '_')}\"; filename*=UTF-8''{quote(saved, safe='')}"


__all__ = ["LONGEST", "disposition", "saved_name", "shown_name"]
