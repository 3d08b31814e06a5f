"""What goes on at an invented firm: deals, orders, equipment and requests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from . import words
from .chance import Chance
from .contracts import with_vat
from .customers import Customers
from .shape import DemoRecord, Ref

STAGES = {"interest": 10, "meeting": 25, "offer": 50, "negotiation": 75, "won": 100, "lost": 0}
NEXT_STEPS = ("Zavolat a domluvit obhlídku", "Poslat nabídku", "Upřesnit termín")
ORDER_STATES = (("received", 0), ("confirmed", 10), ("in_production", 55), ("ready", 90))


def deals(
    chance: Chance, count: int, customers: Customers, companies: list[DemoRecord], sellers: tuple[Ref, ...]
) -> list[DemoRecord]:
    """So many deals in all stages."""
    rivals: list[Ref] = [
        ("companies", place) for place, company in enumerate(companies) if company["category"] == "competitor"
    ]
    return [_deal(chance, place, customers, rivals, sellers) for place in range(count)]


def orders(
    chance: Chance, count: int, customers: Customers, contracts: list[DemoRecord], staff: tuple[Ref, ...]
) -> list[DemoRecord]:
    """So many orders, from the one just received to the one paid long ago."""
    return [_order(chance, place, customers, contracts, staff) for place in range(count)]


def assets(
    chance: Chance, count: int, customers: Customers, companies: list[DemoRecord], staff: tuple[Ref, ...]
) -> list[DemoRecord]:
    """So many pieces of equipment, two thirds of them at customers."""
    suppliers: list[Ref] = [
        ("companies", place) for place, company in enumerate(companies) if company["category"] == "supplier"
    ]
    return [_asset(chance, place, customers, suppliers, staff) for place in range(count)]


def requests(
    chance: Chance, count: int, customers: Customers, assets: list[DemoRecord], staff: tuple[Ref, ...]
) -> list[DemoRecord]:
    """So many requests of the last months."""
    return [_request(chance, place, customers, assets, staff) for place in range(count)]


def _asked(customers: Customers, chance: Chance, place: int) -> dict[str, Any]:
    company, contact = customers.pick(chance, place)
    return {"company": company} if contact is None else {"company": company, "contact": contact}


def _deal(
    chance: Chance, place: int, customers: Customers, rivals: list[Ref], sellers: tuple[Ref, ...]
) -> DemoRecord:
    category = chance.pick(("new_business", "new_business", "repeat", "tender"))
    stage = chance.pick(tuple(STAGES))
    values = _asked(customers, chance, place) | {
        "name": chance.pick(words.DEALS),
        "stage": stage,
        "responsible": chance.pick(sellers),
        "source": chance.pick(("recommendation", "web", "fair", "customer", "own")),
        "value": chance.amount(15_000, 3_000_000),
        "probability": str(STAGES[stage]),
    }
    if stage in ("won", "lost"):
        values["closed_on"] = chance.day(-300, -1).isoformat()
    else:
        values["expected_on"] = chance.day(-10, 150).isoformat()
        values["next_step"] = chance.pick(NEXT_STEPS)
        values["next_step_on"] = chance.day(-3, 30).isoformat()
    if stage == "lost":
        values["lost_reason"] = chance.pick(("price", "date", "competitor", "cancelled"))
    if category == "tender":
        values["tender_number"] = f"VZ-{chance.whole(100, 999)}/{chance.today.year}"
        values["offer_by"] = _stamp(chance.moment(chance.day(-60, 60)))
    if rivals and chance.maybe(0.3):
        values["competitors"] = chance.some(rivals, min(2, len(rivals)))
    if chance.maybe(0.6):
        values["margin"] = chance.share(5, 35)
        values["costs"] = chance.costs(values["value"], values["margin"])
    return {"category": category, "values": values}


def _order(
    chance: Chance, place: int, customers: Customers, contracts: list[DemoRecord], staff: tuple[Ref, ...]
) -> DemoRecord:
    subject, category = chance.pick(words.ORDERS)
    ordered = chance.day(-150, 0)
    promised = ordered + timedelta(days=chance.whole(7, 90))
    price, margin = chance.amount(900, 400_000), chance.share(3, 40)
    asked = _asked(customers, chance, place)
    values = asked | {
        "subject": subject,
        "ordered_on": ordered.isoformat(),
        "promised_on": promised.isoformat(),
        "responsible": chance.pick(staff),
        "price": price,
        "total": with_vat(price),
        "costs": chance.costs(price, margin),
        "margin": margin,
    }
    under = _contract_of(asked["company"], contracts)
    if under is not None and chance.maybe(0.6):
        values["contract"] = under
    if chance.maybe(0.5):
        values["customer_number"] = f"OBJ {chance.whole(1000, 9999)}/{ordered.year}"
    if chance.maybe(0.3):
        values["delivery_address"] = chance.address(*chance.pick(words.TOWNS))
    if promised < chance.today:
        values |= {"state": "done", "progress": "100", "delivered_on": promised.isoformat()}
        values |= {"payment": chance.pick(("paid", "paid", "paid", "overdue"))}
        values |= {"due_on": (promised + timedelta(days=14)).isoformat()}
    else:
        state, progress = chance.pick(ORDER_STATES)
        values |= {"state": state, "progress": str(progress), "payment": "not_invoiced"}
    return {"category": category, "values": values}


def _contract_of(company: Ref, contracts: list[DemoRecord]) -> Ref | None:
    for place, contract in enumerate(contracts):
        if contract["values"]["company"] == company and contract["values"]["status"] == "in_force":
            return ("contracts", place)
    return None


def _asset(
    chance: Chance, place: int, customers: Customers, suppliers: list[Ref], staff: tuple[Ref, ...]
) -> DemoRecord:
    name, category, manufacturer, model = chance.pick(words.EQUIPMENT)
    at_customer = place % 3 != 1
    bought = chance.day(-2500, -60)
    values: dict[str, Any] = {
        "name": name,
        "manufacturer": manufacturer,
        "model": model,
        "serial_number": f"{manufacturer[:2].upper()}{place + 1:04d}-{chance.whole(1000, 9999)}",
        "state": chance.pick(("in_use", "in_use", "in_use", "in_store", "in_repair", "broken")),
        "made_in": bought.year,
        "service_months": chance.pick((6, 12, 24)),
        "last_service_on": chance.day(-400, -5).isoformat(),
        "next_service_on": chance.day(-10, 300).isoformat(),
    }
    if at_customer:
        values["company"] = customers.pick(chance, place)[0]
    else:
        values |= {"holder": chance.pick(staff), "place": "Sklad Trutnov", "bought_on": bought.isoformat()}
        values |= {"price": chance.amount(5_000, 1_900_000), "supplier": chance.pick(suppliers)}
    return {"category": category, "values": values | _measured(chance, category)}


def _measured(chance: Chance, category: str) -> dict[str, Any]:
    if category == "machine":
        return {
            "hours": f"{chance.whole(10, 9000)}.{chance.whole(0, 9)}",
            "power": f"{chance.whole(8, 120)}.5",
            "weight": f"{chance.whole(90, 4200)}.25",
        }
    if category == "vehicle":
        return {
            "plate": f"{chance.whole(1, 9)}H0 {chance.whole(0, 9999):04d}",
            "technical_until": chance.day(-20, 700).isoformat(),
            "mileage": chance.whole(500, 320_000),
        }
    return {}


def _request(
    chance: Chance, place: int, customers: Customers, assets: list[DemoRecord], staff: tuple[Ref, ...]
) -> DemoRecord:
    subject, category = chance.pick(words.REQUESTS)
    came = chance.moment(chance.day(-45, -1))
    asked = _asked(customers, chance, place)
    values = asked | {
        "subject": subject,
        "description": f"{subject}. Prosíme o zprávu, kdy to bude v pořádku.",
        "came_at": _stamp(came),
        "channel": chance.pick(("phone", "email", "portal", "visit")),
        "priority": chance.pick(("low", "normal", "normal", "high", "critical")),
        "responsible": chance.pick(staff),
        "due_at": _stamp(came + timedelta(days=chance.whole(1, 7))),
    }
    old = came < datetime.combine(chance.today - timedelta(days=14), came.timetz())
    state = "solved" if old else chance.pick(("received", "in_work", "waiting_parts", "waiting_customer"))
    values["state"] = state
    if state == "solved":
        values["solution"] = "Vyřízeno při návštěvě technika, vyzkoušeno se zákazníkem."
        values["solved_at"] = _stamp(came + timedelta(hours=chance.whole(2, 200)))
    if category in ("fault", "complaint"):
        values |= _repair(chance, category == "fault", state, _equipment_of(asked["company"], assets))
    return {"category": category, "values": values}


def _equipment_of(company: Ref, assets: list[DemoRecord]) -> list[Ref]:
    return [
        ("assets", place) for place, asset in enumerate(assets) if asset["values"].get("company") == company
    ]


def _repair(chance: Chance, fault: bool, state: str, equipment: list[Ref]) -> dict[str, Any]:
    values: dict[str, Any] = {"under_warranty": chance.maybe(0.4)}
    if equipment:
        values["equipment"] = chance.some(equipment, min(2, len(equipment)))
    if fault and state == "solved":
        values |= {"cause": chance.pick(words.CAUSES), "parts_used": chance.pick(words.PARTS)}
        values |= {"hours": f"{chance.whole(0, 9)}.{chance.pick(('25', '50', '75'))}"}
        values |= {"distance": chance.whole(2, 140), "costs": chance.amount(200, 19_000)}
    return values


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
