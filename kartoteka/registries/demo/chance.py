"""Reproducible chance: picks, dates, amounts and numbers that belong to nobody living."""

import random
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from . import words

T = TypeVar("T")

ICO_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)
MOBILE_PREFIXES = ("601", "602", "603", "605", "608", "721", "728", "731", "736", "773", "776", "777")
# What follows the name of a company and is no part of its internet address.
LEGAL_FORM = re.compile(r",? (s\.r\.o\.|a\.s\.|z\. s\.|Ltd|LLP|plc)$")
# No Czech bank has this code, so no account made here can exist.
NO_BANK = "9999"


class Chance:
    """A seeded source of invented facts around a given day: the same seed and day always tell the same."""

    def __init__(self, seed: int, today: date) -> None:
        self.today = today
        self._random = random.Random(seed)  # noqa: S311 - invented data, no secret
        self._icos: set[str] = set()

    def maybe(self, share: float) -> bool:
        """True in about the given share of cases."""
        return self._random.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return self._random.choice(choices)

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        """One to `most` different choices, in their original order."""
        places = self._random.sample(range(len(choices)), self._random.randint(1, most))
        return [choices[place] for place in sorted(places)]

    def whole(self, low: int, high: int) -> int:
        """A whole number within bounds."""
        return self._random.randint(low, high)

    def amount(self, low: int, high: int) -> str:
        """An amount of money between whole bounds; some are round, some go to the last haléř."""
        if self.maybe(0.4):
            return f"{self.whole(low // 1000, high // 1000) * 1000}.00"
        return f"{self.whole(low, high - 1)}.{self.whole(0, 99):02d}"

    def share(self, low: int, high: int) -> str:
        """A percentage with halves."""
        return f"{self.whole(low, high)}.{self.pick(('00', '50'))}"

    def costs(self, price: str, margin: str) -> str:
        """What something costs that is sold for a price with a margin."""
        hundredths = int(price.replace(".", "")) * (10_000 - int(margin.replace(".", ""))) // 10_000
        return f"{hundredths // 100}.{hundredths % 100:02d}"

    def day(self, earliest: int, latest: int) -> date:
        """A day so many days from today (negative: in the past)."""
        return self.today + timedelta(days=self.whole(earliest, latest))

    def moment(self, day: date) -> datetime:
        """A moment of a working day, to the minute."""
        return datetime.combine(day, time(self.whole(6, 16), self.whole(0, 59)), UTC)

    def ico(self) -> str:
        """An IČO that nobody has, from a range not yet given out, with a right check digit."""
        while True:
            ico = with_check_digit(f"39{self.whole(10_000, 99_999)}")
            if ico not in self._icos:
                self._icos.add(ico)
                return ico

    def phone(self) -> str:
        """A Czech mobile number that looks made up: the middle is always 000."""
        return f"+420{self.pick(MOBILE_PREFIXES)}000{self.whole(0, 999):03d}"

    def foreign_phone(self) -> str:
        """A number out of the block kept for British films."""
        return f"+442079460{self.whole(0, 999):03d}"

    def iban(self) -> str:
        """A Czech IBAN with right check digits at a bank that does not exist."""
        account = f"{NO_BANK}{self.whole(0, 10**16 - 1):016d}"
        # C and Z count as 12 and 35 in the check sum.
        return f"CZ{98 - int(account + '123500') % 97:02d}{account}"

    def address(self, town: str, postcode: str) -> str:
        """A street and a number in a town."""
        return f"{self.pick(words.STREETS)} {self.whole(1, 2400)}, {postcode} {town}"

    def data_box(self) -> str:
        """Seven letters and digits."""
        return "".join(self._random.choices("abcdefghijkmnpqrstuvwxyz23456789", k=7))


def with_check_digit(seven: str) -> str:
    """Seven digits of an IČO with the eighth, which checks them (modulo 11)."""
    total = sum(weight * int(digit) for weight, digit in zip(ICO_WEIGHTS, seven, strict=True))
    return f"{seven}{(11 - total % 11) % 10}"


def domain(company: str) -> str:
    """The internet domain of a company, under the ending that is kept for examples."""
    return f"{internet_name(LEGAL_FORM.sub('', company))}.example"


def internet_name(name: str) -> str:
    """A name as it stands in an internet address: no diacritics, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())[:40].strip("-")
