"""What a register of companies answers: found, not found, invalid, or unknown because it cannot be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar


class Standing(StrEnum):
    """How a company stands; an insolvency record says that there is or was one, not that it is insolvent now."""

    ALIVE = "alive"
    ENDED = "ended"
    LIQUIDATION = "liquidation"
    INSOLVENCY = "insolvency_record"
    UNKNOWN = "unknown"


class Known(StrEnum):
    """An answer that has three values: silence is no “no”."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Address:
    """A seat in parts, and in one line."""

    text: str = ""
    street: str = ""
    city: str = ""
    district: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody who acts for a company, without what is private about him."""

    name: str
    role: str = ""
    since: str = ""


@dataclass(frozen=True)
class Company:
    """A company as any register tells of it; what a register does not say is empty."""

    provider: str
    number: str
    name: str
    ids: Mapping[str, str] = field(default_factory=dict)
    address: Address = field(default_factory=Address)
    legal_form_code: str = ""
    legal_form: str = ""
    vat_id: str = ""
    vat: Known = Known.UNKNOWN
    founded: date | None = None
    ended: date | None = None
    standing: Standing = Standing.UNKNOWN
    nace: tuple[str, ...] = ()
    file_number: str = ""
    # None as long as nobody has asked for them.
    persons: tuple[Person, ...] | None = None
    source_url: str = ""

    def as_json(self) -> dict[str, Any]:
        """This function will give the company as a document."""
        document = asdict(self)
        for key in ("founded", "ended"):
            value = getattr(self, key)
            document[key] = value.isoformat() if value is not None else None
        return {**document, "nace": list(self.nace), "vat": str(self.vat), "standing": str(self.standing)}

    @classmethod
    def of_json(cls, document: Mapping[str, Any]) -> "Company":
        """This function will read a document that an earlier version may have written."""
        known = {each.name for each in fields(cls)}
        given = {key: value for key, value in document.items() if key in known}
        persons = given.get("persons")
        return cls(
            **{
                **given,
                "address": Address(**given.get("address", {})),
                "vat": Known(given.get("vat", Known.UNKNOWN)),
                "standing": Standing(given.get("standing", Standing.UNKNOWN)),
                "nace": tuple(given.get("nace", ())),
                "founded": _day(given.get("founded")),
                "ended": _day(given.get("ended")),
                "persons": None if persons is None else tuple(Person(**each) for each in persons),
            }
        )


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None


@dataclass(frozen=True)
class Found:
    """The register has the company; `raw` is its own document, kept as proof."""

    state: ClassVar[str] = "found"
    company: Company
    raw: Any = None


@dataclass(frozen=True)
class NotFound:
    """The register was asked and has no such company."""

    state: ClassVar[str] = "not_found"


@dataclass(frozen=True)
class Refused:
    """The question was wrong, so the register was not asked or would not answer it; `reason` is a code of ours."""

    state: ClassVar[str] = "invalid"
    reason: str = "number"


@dataclass(frozen=True)
class Unavailable:
    """Nobody knows: the register could not be asked or did not answer properly. Never the same as “no”."""

    state: ClassVar[str] = "unavailable"
    reason: str = "transport"
    retry_after: float = 0.0


Answer = Found | NotFound | Refused | Unavailable


@dataclass(frozen=True)
class Hits:
    """Companies found by a part of a name; `total` counts those that were left out, too."""

    companies: Sequence[Company]
    total: int


Search = Hits | Refused | Unavailable
__all__ = [
    "Address", "Answer", "Company", "Found", "Hits", "Known", "NotFound", "Person", "Refused", "Search", "Standing",
    "Unavailable",
]  # fmt: skip
