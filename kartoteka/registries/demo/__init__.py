"""An invented firm to look around in: its people, roles and some eleven hundred records, always the same."""

from datetime import date

from . import words
from .affairs import assets, deals, orders, requests
from .chance import Chance
from .companies import companies
from .contacts import contacts
from .contracts import contracts, obligations
from .customers import Customers
from .people import DEMO_PASSWORD, SELLERS, STAFF, TECHNICIAN, roles, users
from .shape import Demo, DemoRecord, DemoRole, DemoUser, Ref, resolved

# What the firm keeps records of: not all that is ready-made.
KEYS = ("companies", "contacts", "contracts", "obligations", "deals", "orders", "assets", "requests")

__all__ = ["DEMO_PASSWORD", "KEYS", "Demo", "DemoRecord", "DemoRole", "DemoUser", "Ref", "firm", "resolved"]


def firm(today: date, seed: int = 2026) -> Demo:
    """The invented firm as it stands on the given day; the same day and seed always tell the same."""
    chance = Chance(seed, today)
    its_companies = companies(chance, 200, SELLERS)
    its_contacts = contacts(chance, 300, its_companies, SELLERS)
    customers = Customers(its_companies, its_contacts)
    its_contracts = contracts(chance, 150, customers, SELLERS, STAFF)
    its_assets = assets(chance, 70, customers, its_companies, STAFF)
    records: dict[str, list[DemoRecord]] = {
        "companies": its_companies,
        "contacts": its_contacts,
        "contracts": its_contracts,
        "obligations": obligations(chance, its_contracts, STAFF),
        "deals": deals(chance, 60, customers, its_companies, SELLERS),
        "orders": orders(chance, 90, customers, its_contracts, STAFF),
        "assets": its_assets,
        "requests": requests(chance, 80, customers, its_assets, (TECHNICIAN, *SELLERS)),
    }
    return Demo(words.FIRM, KEYS, roles(), users(its_contacts), records)
