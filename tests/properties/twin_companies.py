"""Companies in the twin worlds: numbers that the reader sees on some records only, and what ARES has said of them.

Nobody answers for a register there, so its answers are known from before, the same in both worlds.
"""

from typing import TYPE_CHECKING, Any

from kartoteka.plugins.ares.registers.answers import Found
from kartoteka.plugins.ares.registers.ares import today_in_prague
from kartoteka.plugins.ares.registers.ares_reading import read_company
from kartoteka.plugins.ares.standin import companies
from kartoteka.plugins.ares.tables import Kept

if TYPE_CHECKING:
    from tests.properties.twin_worlds import World

# One on records that the reader sees, one on hidden rows in one world and one in the other.
OPEN, ONLY_A, ONLY_B = companies.SAWMILL, companies.INSURER, companies.CABLEWAY
NUMBERS = (OPEN, ONLY_A, ONLY_B, "27082440")
FIELD = {"key": "ico", "name": "IČO", "type": "ico"}


def number_of(side: str, n: int) -> str | None:
    """The number of a firm: hidden ones differ from world to world, and some are missing in one of them."""
    if n % 2 == 0:
        return OPEN
    return {"a": ONLY_A, "b": ONLY_B}[side] if n % 4 == 1 else (OPEN if side == "a" else None)


def know_companies(world: "World") -> None:
    """Keep what ARES has said, as if somebody had just asked."""
    told: dict[str, Any] = companies.subjects()
    now = world.office.clock()
    with world.office.session(write=True) as session:
        for number in (OPEN, ONLY_A, ONLY_B):
            company = read_company(told[number], today_in_prague())
            assert company is not None
            session.add(
                Kept(register="ares", part="company", question=number, state=Found.state,
                     document=company.as_json(), raw={}, asked_at=now, found_at=now, failure="")
            )  # fmt: skip


__all__ = ["FIELD", "NUMBERS", "OPEN", "know_companies", "number_of"]
