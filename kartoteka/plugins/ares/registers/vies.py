"""VIES, the exchange by which the states of the EU confirm numbers of VAT payers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from kartoteka.plugins.ares.registers import answers, numbers
from kartoteka.plugins.ares.registers.asking import Said, Service

# What is our fault; whatever else is told as an error means that the state could not be asked.
_OURS = frozenset({"INVALID_INPUT", "INVALID_REQUESTER_INFO", "VOW-ERR-2600"})
# Several states confirm a number without telling whose it is.
_UNTOLD = "---"


class Vies:
    """The exchange at a base address."""

    key: ClassVar[str] = "vies"
    label: ClassVar[str] = "VIES"
    number_name: ClassVar[str] = "VAT"

    def __init__(self, service: Service) -> None:
        self.service = service

    def read(self, text: str) -> str:
        """Read a VAT number with its country."""
        return numbers.read_vat(text)

    def fits(self, number: str) -> bool:
        """Every state has its own check digits; the exchange knows them."""
        return bool(number)

    def look_up(self, number: str) -> answers.Answer:
        """Ask whether a number is valid now; one that is not is not found."""
        return self.service.get(f"/ms/{number[:2]}/vat/{number[2:]}", lambda said: _answer(said, number))


def _answer(said: Said, number: str) -> answers.Answer:
    errors = said.document.get("errorWrappers")
    if said.document.get("actionSucceed") is False or isinstance(errors, list):
        return _error(errors if isinstance(errors, list) else [])
    valid = said.document.get("isValid", said.document.get("valid"))
    if said.status != 200 or not isinstance(valid, bool):
        return answers.Unavailable("answer")
    told = said.document.get("userError")
    if not valid and told not in ("INVALID", None):
        # The state was not asked: `MS_UNAVAILABLE` and others come here, too.
        return answers.Refused("number") if told in _OURS else answers.Unavailable("answer")
    return answers.Found(_company(said.document, number), said.document) if valid else answers.NotFound()


def _error(errors: list[Any]) -> answers.Answer:
    codes = {str(each.get("error")) for each in errors if isinstance(each, dict)}
    return answers.Refused("number") if codes and codes <= _OURS else answers.Unavailable("state")


def _company(document: Mapping[str, Any], number: str) -> answers.Company:
    lines = [line.strip() for line in _told(document, "address").splitlines() if line.strip()]
    return answers.Company(
        provider=Vies.key,
        number=number,
        name=_told(document, "name"),
        ids={"vat": number},
        address=answers.Address(text=", ".join(" ".join(line.split()) for line in lines), country=number[:2]),
        vat_id=number,
        vat=answers.Known.YES,
        source_url="https://ec.europa.eu/taxation_customs/vies/",
    )


def _told(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return "" if not isinstance(value, str) or value.strip() == _UNTOLD else value.strip()[:2000]
