"""Who buys: picks a customer and a person there, key customers more often than others."""

from collections import defaultdict

from .chance import Chance
from .companies import PORTAL_CUSTOMER, is_customer
from .shape import DemoRecord, Ref

KEY_ACCOUNT_WEIGHT = 6
# Every so many things belong to the portal's customer, so that his page is full.
PORTAL_SHARE = 12


class Customers:
    """The customers among the companies, with the people who are still there."""

    def __init__(self, companies: list[DemoRecord], contacts: list[DemoRecord]) -> None:
        self._weighted: list[Ref] = []
        for place, company in enumerate(companies):
            if is_customer(company):
                weight = KEY_ACCOUNT_WEIGHT if company["values"].get("key_account") else 1
                self._weighted += [("companies", place)] * weight
        self._people: dict[Ref, list[Ref]] = defaultdict(list)
        for place, contact in enumerate(contacts):
            if contact["values"].get("active"):
                self._people[contact["values"]["company"]].append(("contacts", place))

    def pick(self, chance: Chance, place: int) -> tuple[Ref, Ref | None]:
        """A customer for the thing at this place of its list, and one of his people if there is any."""
        company = PORTAL_CUSTOMER if place % PORTAL_SHARE == 0 else chance.pick(self._weighted)
        people = self._people.get(company)
        return company, chance.pick(people) if people else None
