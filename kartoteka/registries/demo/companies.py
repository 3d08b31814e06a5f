"""Invented companies: customers, suppliers, partners and competitors of the demo firm."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from . import words
from .chance import Chance, domain
from .shape import DemoRecord, Ref

# The customer whose person signs in to the portal, and on whom the most hangs.
PORTAL_CUSTOMER: Ref = ("companies", 0)
PORTAL_CUSTOMER_NAME = "Rytec & syn s.r.o."

CATEGORIES = ("customer",) * 13 + ("supplier",) * 4 + ("partner",) * 2 + ("competitor",)
FORMS = (
    ("limited", "{noun} {epithet} s.r.o."),
    ("limited", "{surname} & syn s.r.o."),
    ("limited", "{noun} {surname} s.r.o."),
    ("joint_stock", "{noun} {epithet} a.s."),
    ("sole_trader", "{person} – {noun}"),
    ("cooperative", "Zemědělské družstvo {epithet}"),
    ("association", "Spolek {epithet}, z. s."),
)
STATUSES = ("lead", "active", "active", "active", "dormant", "lost", "ended")
INDUSTRIES = ("forestry", "construction", "manufacturing", "agriculture", "trade", "transport", "services")


def companies(chance: Chance, count: int, sellers: tuple[Ref, ...]) -> list[DemoRecord]:
    """So many companies with different names; the first is always the portal's customer."""
    names = _names(chance)
    made: list[DemoRecord] = []
    while len(made) < count:
        name, form = next(names)
        made.append(_company(chance, name, form, sellers, made))
    return made


def is_customer(company: DemoRecord) -> bool:
    """Whether contracts and orders can be made with the company."""
    return company["category"] == "customer"


def _names(chance: Chance) -> Iterator[tuple[str, str]]:
    special = [(PORTAL_CUSTOMER_NAME, "limited")]
    special += words.LONG_NAMES
    special += [(name, "foreign") for name in words.ENGLISH_COMPANIES]
    special += [(f"Obec {village}", "municipality") for village, _ in words.VILLAGES]
    yield from special
    told = {name for name, _ in special}
    while True:
        form, pattern = chance.pick(FORMS)
        surname = chance.pick(words.SURNAMES)[0]
        name = pattern.format(
            noun=chance.pick(words.NOUNS),
            epithet=chance.pick(words.EPITHETS),
            surname=surname,
            person=f"{chance.pick(words.MEN)} {surname}",
        )
        if name not in told:
            told.add(name)
            yield name, form


def _company(
    chance: Chance, name: str, form: str, sellers: tuple[Ref, ...], before: list[DemoRecord]
) -> DemoRecord:
    first = not before
    category = "customer" if first or form == "municipality" else chance.pick(CATEGORIES)
    founded = chance.day(-12_000, -400)
    values: dict[str, Any] = {
        "name": name,
        "legal_form": form,
        "industry": "public" if form == "municipality" else chance.pick(INDUSTRIES),
        "founded_on": founded.isoformat(),
        "responsible": chance.pick(sellers),
    }
    if not first and chance.maybe(0.04):
        values["parent"] = ("companies", chance.whole(0, len(before) - 1))
    values |= _abroad(chance, name) if form == "foreign" else _at_home(chance, name, form)
    values |= _technical(chance)
    if category in ("customer", "partner"):
        values |= _care(chance, founded, first)
    if category == "customer":
        values |= _terms(chance)
    if category in ("supplier", "partner"):
        values |= _supply(chance)
    if category != "competitor":
        values |= _finance(chance)
    return {"category": category, "values": values}


def _at_home(chance: Chance, name: str, form: str) -> dict[str, Any]:
    villages = {f"Obec {village}": (village, postcode) for village, postcode in words.VILLAGES}
    town, postcode = villages.get(name) or chance.pick(words.TOWNS)
    ico = chance.ico()
    site = domain(name)
    payer = form not in ("municipality", "association", "sole_trader", "state")
    values: dict[str, Any] = {
        "ico": ico,
        "city": town,
        "address": chance.address(town, postcode),
        "email": f"info@{site}",
        "vat_payer": payer,
        "data_box": chance.data_box(),
    }
    if payer:
        values["dic"] = f"CZ{ico}"
    if chance.maybe(0.8):
        values["phone"] = chance.phone()
    if chance.maybe(0.7):
        values["website"] = f"https://www.{site}"
    if chance.maybe(0.3):
        values["delivery_address"] = chance.address(*chance.pick(words.TOWNS))
    return values | _billing(chance, site, values["address"])


def _abroad(chance: Chance, name: str) -> dict[str, Any]:
    city, address, country = chance.pick(words.ABROAD)
    site = domain(name)
    values: dict[str, Any] = {
        "dic": f"{country}{chance.whole(100_000_000, 999_999_999)}",
        "city": city,
        "address": address,
        "email": f"office@{site}",
        "phone": chance.foreign_phone(),
        "website": f"https://{site}",
    }
    return values | {"billing_address": address, "invoicing": "in_advance"}


def _billing(chance: Chance, site: str, address: str) -> dict[str, Any]:
    values: dict[str, Any] = {"invoicing": chance.pick(("each_order", "each_order", "monthly"))}
    if chance.maybe(0.9):
        values["billing_address"] = address
    if chance.maybe(0.6):
        values["billing_email"] = f"fakturace@{site}"
    if chance.maybe(0.75):
        values["iban"] = chance.iban()
    return values


def _care(chance: Chance, founded: date, first: bool) -> dict[str, Any]:
    status = "active" if first else chance.pick(STATUSES)
    values: dict[str, Any] = {
        "status": status,
        "key_account": first or (status == "active" and chance.maybe(0.15)),
        "source": chance.pick(("recommendation", "web", "fair", "campaign", "own")),
        "last_contact_on": chance.day(-240, -1).isoformat(),
    }
    if status != "lead":
        values["customer_since"] = max(founded, chance.day(-3000, -300)).isoformat()
    if status in ("lead", "active") and chance.maybe(0.6):
        values["next_contact_on"] = chance.day(-5, 90).isoformat()
    return values


def _terms(chance: Chance) -> dict[str, Any]:
    values: dict[str, Any] = {
        "payment_days": chance.pick((0, 14, 14, 14, 21, 30, 60)),
        "price_level": chance.pick(("standard", "standard", "wholesale", "individual")),
    }
    if chance.maybe(0.5):
        values["credit_limit"] = f"{chance.whole(1, 40) * 50_000}.00"
    if chance.maybe(0.45):
        values["discount"] = chance.share(1, 14)
    if chance.maybe(0.6):
        values["terms_agreed_on"] = chance.day(-1500, -30).isoformat()
    if chance.maybe(0.1):
        values["terms_note"] = "Doprava zdarma od 50 000 Kč.\nPlatby jen převodem."
    return values


def _supply(chance: Chance) -> dict[str, Any]:
    goods = ("material", "machines", "spare_parts", "transport", "work", "it")
    return {
        "goods": chance.some(goods, 3),
        "our_number": f"K{chance.whole(10_000, 99_999)}",
        "lead_time": chance.whole(1, 60),
        "approved": chance.maybe(0.8),
        "approved_until": chance.day(-60, 700).isoformat(),
    }


def _technical(chance: Chance) -> dict[str, Any]:
    if chance.maybe(0.6):
        return {}
    return {
        "service_level": chance.pick(("basic", "extended", "around_clock")),
        "opening_hours": chance.pick(("Po–Pá 6:00–14:30", "Po–Pá 7–15, So po dohodě", "nepřetržitě")),
        "site_access": "Vjezd zadní branou, klíč na vrátnici.\nPřilba a vesta povinné.",
    }


def _finance(chance: Chance) -> dict[str, Any]:
    values: dict[str, Any] = {
        "turnover": chance.amount(0, 4_000_000),
        "risk": chance.pick(("low", "low", "low", "medium", "high")),
    }
    if chance.maybe(0.2):
        values["receivables"] = chance.amount(1_000, 300_000)
    if chance.maybe(0.7):
        values["margin"] = chance.share(4, 38)
    if chance.maybe(0.1):
        values["internal_note"] = "Platí až po druhé upomínce."
    return values
