"""ARES, the Czech register of economic subjects."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from kartoteka.plugins.ares.registers import numbers
from kartoteka.plugins.ares.registers.answers import (
    Answer,
    Company,
    Found,
    Hits,
    NotFound,
    Person,
    Refused,
    Search,
    Unavailable,
)
from kartoteka.plugins.ares.registers.ares_reading import read_company, read_persons
from kartoteka.plugins.ares.registers.asking import Said, Service

SUBJECTS = "/ekonomicke-subjekty"
PUBLIC_REGISTER = "/ekonomicke-subjekty-vr"
SEARCH = f"{SUBJECTS}/vyhledat"
MOST_AT_ONCE = 100
_NOT_FOUND = "VYSTUP_SUBJEKT_NENALEZEN"
_TOO_MANY = "VYSTUP_PRILIS_MNOHO_VYSLEDKU"
_PRAGUE = ZoneInfo("Europe/Prague")


def today_in_prague() -> date:
    """This function will tell the day by which the register counts."""
    return datetime.now(UTC).astimezone(_PRAGUE).date()


class Ares:
    """The register at a base address. Branches on status and code alone: its sentences may change."""

    key: ClassVar[str] = "ares"
    label: ClassVar[str] = "ARES"
    number_name: ClassVar[str] = "IČO"
    most_at_once: ClassVar[int] = MOST_AT_ONCE

    def __init__(self, service: Service, today: Callable[[], date] = today_in_prague) -> None:
        self.service, self.today = service, today

    def read(self, text: str) -> str:
        """Read an IČO, with the zeros that spreadsheets lose."""
        return numbers.read_ico(text)

    def fits(self, number: str) -> bool:
        """Tell whether the check digit is right."""
        return numbers.ico_fits(number)

    def look_up(self, number: str) -> Answer:
        """Ask for one subject."""
        said = self.service.get(f"{SUBJECTS}/{number}")
        if isinstance(said, Unavailable):
            return said
        if said.status == 200:
            return self._found(said.document, number)
        return _refusal(said)

    def _found(self, document: Mapping[str, Any], number: str) -> Answer:
        company = read_company(document, self.today())
        # Somebody else's record would be worse than none.
        if company is None or company.number != number:
            return Unavailable("answer")
        return Found(company, document)

    def look_up_many(self, wanted: Sequence[str]) -> Mapping[str, Answer] | Unavailable:
        """Ask for up to a hundred subjects; those that the answer leaves out are not there."""
        said = self.service.post(SEARCH, {"ico": list(wanted), "start": 0, "pocet": MOST_AT_ONCE})
        if isinstance(said, Unavailable):
            return said
        subjects = _subjects(said)
        if subjects is None:
            return Unavailable("answer")
        answers: dict[str, Answer] = {}
        for document in subjects:
            company = read_company(document, self.today()) if isinstance(document, dict) else None
            if company is not None and company.number in wanted:
                answers[company.number] = Found(company, document)
        told = said.document.get("pocetCelkem")
        # An answer that was cut short says nothing of those that it left out.
        whole = isinstance(told, int) and told <= len(subjects)
        missing: Answer = NotFound() if whole else Unavailable("answer")
        return {number: answers.get(number, missing) for number in wanted}

    def search(self, name: str, most: int) -> Search:
        """Ask for subjects whose names begin like this; those without a number cannot be kept and are left out."""
        said = self.service.post(SEARCH, {"obchodniJmeno": name, "start": 0, "pocet": most})
        if isinstance(said, Unavailable):
            return said
        if said.status == 400 and _code(said) == _TOO_MANY:
            return Refused("too_many")
        if said.status == 400:
            return Refused("name")
        subjects = _subjects(said)
        if subjects is None:
            return Unavailable("answer")
        read = [read_company(each, self.today()) for each in subjects if isinstance(each, dict)]
        companies: list[Company] = [each for each in read if each is not None and each.number]
        told = said.document.get("pocetCelkem")
        beyond = told - len(subjects) if isinstance(told, int) else 0
        return Hits(companies, len(companies) + max(0, beyond))

    def persons(self, number: str) -> tuple[Person, ...] | Unavailable:
        """Ask the public register; a company that is not in it has nobody to tell of."""
        said = self.service.get(f"{PUBLIC_REGISTER}/{number}")
        if isinstance(said, Unavailable):
            return said
        if said.status == 200:
            return read_persons(said.document)
        return () if isinstance(_refusal(said), NotFound) else Unavailable("answer")


def _subjects(said: Said) -> list[Any] | None:
    found = said.document.get("ekonomickeSubjekty")
    return found if said.status == 200 and isinstance(found, list) else None


def _code(said: Said) -> str:
    return str(said.document.get("subKod") or "")


def _refusal(said: Said) -> Answer:
    """A 404 is an answer only with its code; without one it is an address that is not there."""
    if said.status == 404 and (_code(said) == _NOT_FOUND or said.document.get("kod") == "NENALEZENO"):
        return NotFound()
    if said.status == 400:
        return Refused("number")
    return Unavailable("answer")
