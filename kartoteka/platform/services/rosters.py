"""Pasted lists of people: names and addresses out of mail programs, spreadsheets and hand-written lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kartoteka.field_types.folding import fold
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.particulars import MAX_NAME, normal_email

_CELL = re.compile(r'\s*("(?:[^"]|"")*"(?:[^\t;,]*)|[^\t;,]*)([\t;,]|$)')
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>?")
_HEADINGS = frozenset(
    {"e-mail", "email", "e-mailova adresa", "mail", "name", "full name", "first name", "last name", "surname",
     "jmeno", "prijmeni", "jmeno a prijmeni", "adresa", "address", "e-mail address", "email address"}
)  # fmt: skip

_FIRST, _LAST = frozenset({"jmeno", "first name"}), frozenset({"prijmeni", "last name", "surname"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of a list: the line he stands in, name and address as they were understood, and what is wrong."""

    line: int
    name: str
    email: str
    wrong: str = ""


def read(text: str) -> list[Entry]:
    """This function will read a list of people, one a line or several, in any usual form.

    `Jana Nová <jana@x.cz>`, `"Nová, Jana" <jana@x.cz>; …`, bare addresses, and columns of a spreadsheet: tabs,
    semicolons or commas between names and address, in any order, with a heading or without.
    """
    seen: dict[str, int] = {}
    found: list[Entry] = []
    turned = False
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        cells = [part for cell in _cells(line) if cell for part in _parted(cell)]
        if cells and all(fold(cell) in _HEADINGS for cell in cells):
            turned = _surname_first([fold(cell) for cell in cells])
            continue
        for name, email in _people(cells, turned):
            entry = _checked(number, name, email)
            first = seen.setdefault(entry.email, number) if not entry.wrong else number
            if first != number or (not entry.wrong and any(_same(each, entry) for each in found)):
                entry = Entry(number, entry.name, entry.email, _("Is in the list twice."))
            found.append(entry)
    return found


def _same(one: Entry, other: Entry) -> bool:
    return not one.wrong and one.email == other.email


def _checked(number: int, name: str, typed: str) -> Entry:
    if "@" not in typed:
        return Entry(number, "", typed, _("There is no e-mail address."))
    try:
        email = normal_email(typed)
    except ValueError as error:
        return Entry(number, name, typed, str(error))
    if len(name) > MAX_NAME or not name.isprintable():
        return Entry(number, "", email, _("A name is one line of at most {max} characters.", max=MAX_NAME))
    return Entry(number, name, email)


def _surname_first(headings: Sequence[str]) -> bool:
    first = next((at for at, each in enumerate(headings) if each in _FIRST), len(headings))
    return any(each in _LAST for each in headings[:first])


def _parted(cell: str) -> list[str]:
    """“jana@x.cz petr@x.cz” are two."""
    return cell.split() if "<" not in cell and cell.count("@") > 1 else [cell.removeprefix("mailto:")]


def _people(cells: Sequence[str], turned: bool) -> Iterator[tuple[str, str]]:
    addresses = sum("@" in cell for cell in cells)
    if addresses == 1 and not any("<" in cell for cell in cells):
        yield _row(cells, turned)
        return
    waiting: list[str] = []
    for cell in cells:
        if "@" not in cell:
            waiting.append(cell)
            continue
        name, email = _named(cell)
        # “Nová, Jana <jana@x.cz>”: the comma has parted the two halves of one name.
        yield (_turned(", ".join([*waiting, name])) if waiting else _turned(name)), email
        waiting = []
    yield from (("", cell) for cell in waiting)


def _row(cells: Sequence[str], turned: bool) -> tuple[str, str]:
    """Columns of a spreadsheet: one holds the address, those that look like names are the name."""
    email = next(cell for cell in cells if "@" in cell)
    if " " in email:
        # “Jana Nová jana@x.cz”, with nothing but a blank between.
        *words, email = sorted(email.split(), key=lambda word: "@" in word)
        return " ".join(words), email
    names = [cell for cell in cells if "@" not in cell and _looks_like_a_name(cell)]
    return " ".join(reversed(names[:2]) if turned else names[:2]), email


def _looks_like_a_name(cell: str) -> bool:
    return any(letter.isalpha() for letter in cell) and not any(letter.isdigit() for letter in cell)


def _named(cell: str) -> tuple[str, str]:
    found = _NAMED.fullmatch(cell)
    if found:
        return found["name"].strip().strip("\"'").strip(), found["email"].strip()
    return "", cell


def _turned(name: str) -> str:
    """“Nová, Jana” becomes “Jana Nová”."""
    last, comma, first = name.partition(",")
    return " ".join(f"{first} {last}".split()) if comma else name


def _cells(line: str) -> Iterator[str]:
    place = 0
    while place <= len(line):
        found = _CELL.match(line, place)
        if found is None:
            yield line[place:].strip()
            return
        yield _unquoted(found[1].strip())
        if not found[2]:
            return
        place = found.end()


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"').strip() if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
