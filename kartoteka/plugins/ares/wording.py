"""How companies are shown to people: their state as a chip, the age of an answer, what stands in the way."""

from dataclasses import dataclass
from datetime import date, datetime

from babel import dates

from kartoteka.platform.sdk import KartotekaError, _
from kartoteka.platform.sdk import Unavailable as CannotAsk
from kartoteka.plugins.ares import desk, filling
from kartoteka.plugins.ares.desk import Reply
from kartoteka.plugins.ares.particulars import STANDINGS
from kartoteka.plugins.ares.registers.answers import Company, Standing

_TONES = {
    Standing.ALIVE: "green",
    Standing.ENDED: "red",
    Standing.LIQUIDATION: "amber",
    Standing.INSOLVENCY: "amber",
    Standing.UNKNOWN: "",
}


@dataclass(frozen=True)
class StandingView:
    """How a company stands, as a chip."""

    label: str
    tone: str


def standing_of(company: Company) -> StandingView:
    """This function will show how a company stands."""
    return StandingView(_(STANDINGS[company.standing]), _TONES[company.standing])


@dataclass(frozen=True)
class Trouble:
    """Why there is nothing to show; a number that looks wrong may be asked for all the same."""

    sentence: str
    # Nobody knows: it is worth another try.
    unknown: bool = False
    insist: bool = False


def trouble_of(error: KartotekaError) -> Trouble:
    """This function will put a refusal of the desk into words."""
    return Trouble(error.message, isinstance(error, CannotAsk))


def trouble_in(reply: Reply, number: str) -> Trouble | None:
    """This function will tell what stands in the way of an answer, if anything does."""
    try:
        filling.insisted(reply, number)
    except KartotekaError as error:
        return trouble_of(error)
    return None


@dataclass(frozen=True)
class Hit:
    """A company to choose."""

    ico: str
    name: str
    address: str
    standing: StandingView
    # The records that have it already, as far as the reader sees them: address and title.
    twins: tuple[tuple[str, str], ...] = ()


def hit_of(company: Company, twins: tuple[tuple[str, str], ...]) -> Hit:
    """This function will show a company to choose."""
    return Hit(company.number, company.name, company.address.text, standing_of(company), twins)


def is_old(at: datetime | None, now: datetime) -> bool:
    """This function will tell whether an answer should be asked for anew."""
    return at is None or now - at > desk.FOUND_FOR


def day_text(iso: str, language: str) -> str:
    """This function will write a day as people do."""
    return str(dates.format_date(date.fromisoformat(iso), "medium", locale=language))
