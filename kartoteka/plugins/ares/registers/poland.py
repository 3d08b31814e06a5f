"""Biała lista, the Polish list of VAT payers, asked by NIP."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar

from kartoteka.plugins.ares.registers import answers, numbers
from kartoteka.plugins.ares.registers.ares import today_in_prague
from kartoteka.plugins.ares.registers.asking import Said, Service

# Its codes for numbers that will not do; other codes say that it cannot answer now.
_WRONG_NUMBER = frozenset({"WL-112", "WL-113", "WL-114", "WL-115"})


class WhiteList:
    """The list at a base address. It knows who pays VAT, not who exists."""

    key: ClassVar[str] = "pl"
    label: ClassVar[str] = "Biała lista"
    number_name: ClassVar[str] = "NIP"

    def __init__(self, service: Service, today: Callable[[], date] = today_in_prague) -> None:
        self.service, self.today = service, today

    def read(self, text: str) -> str:
        """Read a NIP."""
        return numbers.read_nip(text)

    def fits(self, number: str) -> bool:
        """A NIP that was read has the right check digit."""
        return bool(number)

    def look_up(self, number: str) -> answers.Answer:
        """Ask how somebody stands today."""
        path = f"/api/search/nip/{number}?date={self.today().isoformat()}"
        return self.service.get(path, lambda said: _answer(said, number))


def _answer(said: Said, number: str) -> answers.Answer:
    if said.status == 400:
        wrong = said.document.get("code") in _WRONG_NUMBER
        return answers.Refused("number") if wrong else answers.Unavailable("answer")
    result = said.document.get("result")
    if said.status != 200 or not isinstance(result, dict) or "subject" not in result:
        return answers.Unavailable("answer")
    subject = result["subject"]
    if subject is None:
        return answers.NotFound()
    if not isinstance(subject, dict) or subject.get("nip") != number:
        return answers.Unavailable("answer")
    return answers.Found(_company(subject, number), said.document)


def _company(subject: Mapping[str, Any], number: str) -> answers.Company:
    ids = {key: _text(subject.get(key)) for key in ("nip", "regon", "krs") if _text(subject.get(key))}
    status = _text(subject.get("statusVat"))
    vat = {"Czynny": answers.Known.YES, "Zwolniony": answers.Known.NO, "Niezarejestrowany": answers.Known.NO}
    return answers.Company(
        provider=WhiteList.key,
        number=number,
        name=_text(subject.get("name")),
        ids=ids,
        address=_address(_text(subject.get("workingAddress")) or _text(subject.get("residenceAddress"))),
        vat_id=f"PL{number}",
        vat=vat.get(status, answers.Known.UNKNOWN),
        file_number=ids.get("krs", ""),
        source_url="https://www.podatki.gov.pl/wykaz-podatnikow-vat-wyszukiwarka",
    )


def _address(line: str) -> answers.Address:
    """One line: `TESTOWA 10, 00-123 WARSZAWA`."""
    street, _comma, rest = line.rpartition(", ")
    postcode, _blank, city = rest.partition(" ")
    known = len(postcode) == 6 and postcode[2] == "-"
    return answers.Address(
        text=line,
        street=street if known else "",
        city=city if known else "",
        postcode=postcode if known else "",
        country="PL",
    )


def _text(value: Any) -> str:
    return " ".join(value.split())[:2000] if isinstance(value, str) else ""
