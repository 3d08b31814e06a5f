"""Invented contracts with their dates, and the obligations that follow from them."""

from datetime import date, timedelta
from typing import Any

from . import words
from .chance import Chance
from .customers import Customers
from .shape import DemoRecord, Ref

SERIES = {"framework": "RS", "work": "SOD", "purchase": "KS", "service": "SRV", "lease": "NAJ", "nda": "NDA"}
CATEGORIES = ("framework", "work", "work", "work", "purchase", "service", "service", "lease", "nda")
# Only these kinds are prolonged or ended by notice.
LASTING = ("framework", "service", "lease", "nda")
PAYMENTS = ("once", "monthly", "quarterly", "yearly")
VAT_PERCENT = 21


def contracts(
    chance: Chance, count: int, customers: Customers, sellers: tuple[Ref, ...], staff: tuple[Ref, ...]
) -> list[DemoRecord]:
    """So many contracts over the last years, some still being prepared, some about to end."""
    return [_contract(chance, place, customers, sellers, staff) for place in range(count)]


def obligations(chance: Chance, contracts: list[DemoRecord], staff: tuple[Ref, ...]) -> list[DemoRecord]:
    """One or two obligations of every contract that is in force or just ending."""
    made: list[DemoRecord] = []
    for place, contract in enumerate(contracts):
        if contract["values"]["status"] in ("in_force", "ending"):
            made += [_obligation(chance, ("contracts", place), staff) for _ in range(chance.whole(1, 2))]
    return made


def _contract(
    chance: Chance, place: int, customers: Customers, sellers: tuple[Ref, ...], staff: tuple[Ref, ...]
) -> DemoRecord:
    category = chance.pick(CATEGORIES)
    company, contact = customers.pick(chance, place)
    effective = chance.day(-1700, 60)
    year = effective.year
    long = place == 3
    values: dict[str, Any] = {
        "number": f"{SERIES[category]}-{place + 1:03d}/{year}",
        "subject": words.LONG_SUBJECT if long else chance.pick(words.SUBJECTS[category]),
        "company": company,
        "responsible": chance.pick(sellers),
        "participants": chance.some(staff, 2),
    }
    if contact is not None:
        values["contact"] = contact
    values |= _dates(chance, category, effective)
    values |= _price(chance, category)
    values |= _obligations(chance, category, values["status"])
    if chance.maybe(0.5):
        values["margin"] = chance.share(5, 35)
    if chance.maybe(0.7):
        values["archive_place"] = f"Šanon {year}/{chance.whole(1, 9)}"
    return {"category": category, "values": values}


def _dates(chance: Chance, category: str, effective: date) -> dict[str, Any]:
    if effective > chance.today or chance.maybe(0.07):
        return {"status": chance.pick(("draft", "negotiation"))}
    signed = effective - timedelta(days=chance.whole(0, 25))
    lasting = category in LASTING
    indefinite = lasting and chance.maybe(0.15)
    valid_to = None if indefinite else effective + timedelta(days=chance.whole(180, 2000))
    values: dict[str, Any] = {
        "status": _status(chance, valid_to),
        "signed_on": signed.isoformat(),
        "effective_from": effective.isoformat(),
        "indefinite": indefinite,
    }
    if valid_to is not None:
        values["valid_to"] = valid_to.isoformat()
    if lasting:
        values |= _notice(chance, valid_to)
    elif valid_to is not None and category != "nda":
        values["handover_on"] = valid_to.isoformat()
        values["warranty_until"] = (valid_to + timedelta(days=730)).isoformat()
    if chance.maybe(0.3):
        values["published_on"] = (signed + timedelta(days=chance.whole(1, 20))).isoformat()
    return values


def _status(chance: Chance, valid_to: date | None) -> str:
    if chance.maybe(0.04):
        return "terminated"
    if valid_to is None or valid_to > chance.today + timedelta(days=90):
        return "in_force"
    return "ending" if valid_to >= chance.today else "ended"


def _notice(chance: Chance, valid_to: date | None) -> dict[str, Any]:
    months = chance.pick((1, 2, 3, 6))
    values: dict[str, Any] = {"notice_months": months}
    if valid_to is not None:
        values["notice_by"] = (valid_to - timedelta(days=30 * months)).isoformat()
        values["renewal"] = chance.pick(("none", "automatic", "agreement"))
    return values


def _price(chance: Chance, category: str) -> dict[str, Any]:
    if category == "nda":
        return {}
    value = chance.amount(1_000, 2_500_000)
    values: dict[str, Any] = {
        "value": value,
        "value_with_vat": with_vat(value),
        "payments": "milestones" if category == "work" else chance.pick(PAYMENTS),
        "payment_days": chance.pick((14, 14, 21, 30)),
    }
    if category in ("framework", "service", "lease") and chance.maybe(0.5):
        values["indexation"] = chance.share(1, 5)
    if category in ("lease", "work") and chance.maybe(0.3):
        values["deposit"] = chance.amount(5_000, 200_000)
    return values


def with_vat(price: str) -> str:
    """The price with VAT, rounded to the haléř as invoices are."""
    cents = int(price.replace(".", "")) * (100 + VAT_PERCENT)
    rounded = (cents + 50) // 100
    return f"{rounded // 100}.{rounded % 100:02d}"


def _obligations(chance: Chance, category: str, status: str) -> dict[str, Any]:
    if category == "nda" or chance.maybe(0.2):
        return {}
    values: dict[str, Any] = {
        "our_obligations": chance.pick(words.OUR_OBLIGATIONS),
        "their_obligations": chance.pick(words.THEIR_OBLIGATIONS),
    }
    if status in ("in_force", "ending"):
        values["next_obligation"] = chance.pick(words.OBLIGATIONS)[0]
        values["next_due"] = chance.day(-7, 120).isoformat()
    if chance.maybe(0.5):
        values["penalty_percent"] = chance.pick(("0.05", "0.10", "0.20"))
        values["penalty_limit"] = f"{chance.whole(1, 20) * 10_000}.00"
    if category == "service":
        values["response_hours"] = chance.pick((4, 8, 24, 48))
    return values


def _obligation(chance: Chance, contract: Ref, staff: tuple[Ref, ...]) -> DemoRecord:
    name, category, repeats = chance.pick(words.OBLIGATIONS)
    due = chance.day(-60, 200)
    late = due < chance.today
    done = late and chance.maybe(0.8)
    values: dict[str, Any] = {
        "name": name,
        "contract": contract,
        "side": chance.pick(("ours", "ours", "theirs")),
        "due_on": due.isoformat(),
        "repeats": repeats,
        "status": "done" if done else "late" if late else "open",
        "responsible": chance.pick(staff),
    }
    if done:
        values["done_on"] = (due - timedelta(days=chance.whole(0, 6))).isoformat()
    if category == "payment":
        values["amount"] = chance.amount(1_000, 90_000)
    if chance.maybe(0.3):
        values["penalty"] = chance.amount(1_000, 50_000)
    return {"category": category, "values": values}
