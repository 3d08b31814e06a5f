"""ARES, the Czech register of economic subjects."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from kartoteka.plugins.ares.registers import answers, numbers
from kartoteka.plugins.ares.registers.ares_reading import read_company, read_persons
from kartoteka.plugins.ares.registers.asking import Said, Service

SUBJECTS = "/ekonomicke-subjekty"
PUBLIC_REGISTER = "/ekonomicke-subjekty-vr"
SEARCH = f"{SUBJECTS}/vyhledat"
FEED = "/ekonomicke-subjekty-notifikace"
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

    def look_up(self, number: str) -> answers.Answer:
        """Ask for one subject."""
        return self.service.get(f"{SUBJECTS}/{number}", lambda said: self._found(said, number))

    def _found(self, said: Said, number: str) -> answers.Answer:
        if said.status != 200:
            return _refusal(said)
        company = read_company(said.document, self.today())
        # Somebody else's record would be worse than none.
        if company is None or company.number != number:
            return answers.Unavailable("answer")
        return answers.Found(company, said.document)

    def look_up_many(self, wanted: Sequence[str]) -> Mapping[str, answers.Answer] | answers.Unavailable:
        """Ask for up to a hundred subjects; those that the answer leaves out are not there."""
        asked = {"ico": list(wanted), "start": 0, "pocet": MOST_AT_ONCE}
        return self.service.post(SEARCH, asked, lambda said: self._many(said, wanted))

    def _many(self, said: Said, wanted: Sequence[str]) -> Mapping[str, answers.Answer] | answers.Unavailable:
        subjects = _subjects(said)
        if subjects is None:
            return answers.Unavailable("answer")
        found: dict[str, answers.Answer] = {}
        for document in subjects:
            company = read_company(document, self.today()) if isinstance(document, dict) else None
            if company is not None and company.number in wanted:
                found[company.number] = answers.Found(company, document)
        told = said.document.get("pocetCelkem")
        # An answer that was cut short says nothing of those that it left out.
        whole = isinstance(told, int) and told <= len(subjects)
        missing: answers.Answer = answers.NotFound() if whole else answers.Unavailable("answer")
        return {number: found.get(number, missing) for number in wanted}

    def search(self, name: str, most: int) -> answers.Search:
        """Ask for subjects whose names begin like this; those without a number cannot be kept and are left out."""
        return self.service.post(SEARCH, {"obchodniJmeno": name, "start": 0, "pocet": most}, self._hits)

    def _hits(self, said: Said) -> answers.Search:
        if said.status == 400:
            return answers.Refused("too_many" if _code(said) == _TOO_MANY else "name")
        subjects = _subjects(said)
        if subjects is None:
            return answers.Unavailable("answer")
        read = [read_company(each, self.today()) for each in subjects if isinstance(each, dict)]
        companies: list[answers.Company] = [each for each in read if each is not None and each.number]
        told = said.document.get("pocetCelkem")
        beyond = told - len(subjects) if isinstance(told, int) else 0
        return answers.Hits(companies, len(companies) + max(0, beyond))

    def persons(self, number: str) -> tuple[answers.Person, ...] | answers.Unavailable:
        """Ask the public register; a company that is not in it has nobody to tell of."""
        return self.service.get(f"{PUBLIC_REGISTER}/{number}", _persons)

    def batches(self, source: str) -> Sequence[int] | answers.Unavailable:
        """Ask which lists of changes there are of a source, such as `vr`; none where the service has no such thing."""
        return self.service.post(f"{FEED}/vyhledat", {"datovyZdroj": source}, _batches)

    def changed(self, source: str, batch: int) -> frozenset[str] | answers.Unavailable:
        """Ask whose records one list says to have changed."""
        return self.service.get(f"{FEED}/datovy-zdroj/{source}/cislo-davky/{batch}", _changed)


def _persons(said: Said) -> tuple[answers.Person, ...] | answers.Unavailable:
    if said.status == 200:
        return read_persons(said.document)
    return () if isinstance(_refusal(said), answers.NotFound) else answers.Unavailable("answer")


def _batches(said: Said) -> Sequence[int]:
    told = [each.get("cisloDavky") for each in _objects(said, "notifikacniDavky") or ()]
    return sorted(each for each in told if type(each) is int and 0 < each < 2**31)


def _changed(said: Said) -> frozenset[str] | answers.Unavailable:
    listed = _objects(said, "seznamNotifikaci")
    if listed is None:
        return answers.Unavailable("answer")
    return frozenset(each["icoId"] for each in listed if isinstance(each.get("icoId"), str))


def _objects(said: Said, key: str) -> list[Mapping[str, Any]] | None:
    listed = said.document.get(key) if said.status == 200 else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else None


def _subjects(said: Said) -> list[Any] | None:
    found = said.document.get("ekonomickeSubjekty")
    return found if said.status == 200 and isinstance(found, list) else None


def _code(said: Said) -> str:
    return str(said.document.get("subKod") or "")


def _refusal(said: Said) -> answers.Answer:
    """A 404 is an answer only with its code; without one it is an address that is not there."""
    if said.status == 404 and (_code(said) == _NOT_FOUND or said.document.get("kod") == "NENALEZENO"):
        return answers.NotFound()
    if said.status == 400:
        return answers.Refused("number")
    return answers.Unavailable("answer")
