"""Who works at the invented firm, in which roles, and what each role may."""

from typing import Any

from . import words
from .contacts import PORTAL_PEOPLE
from .shape import DemoRecord, DemoRole, DemoUser, Ref

# Said aloud at the first start: it opens an invented firm only.
DEMO_PASSWORD = "kartoteka-demo"  # noqa: S105

SELLERS: tuple[Ref, ...] = (("users", 1), ("users", 2))
TECHNICIAN: Ref = ("users", 3)
STAFF: tuple[Ref, ...] = (*SELLERS, TECHNICIAN)

EVERYTHING = ["view", "create", "edit", "delete", "import", "export"]
OFFICE = ["view", "create", "edit", "export"]
OWN_COMPANY = {"var": "identity.company"}
# Access ends by itself as soon as somebody is noted as gone.
STILL_THERE = {"field": "active", "op": "ne", "value": False}


def users(contacts: list[DemoRecord]) -> list[DemoUser]:
    """Four people of the firm, whose places in the list are what the records refer to, and four customers."""
    return [
        _user("hana", "Hana Králová", "admin"),
        _user("jana", "Jana Nováková", "sales"),
        _user("petr", "Petr Malý", "sales"),
        _user("tomas", "Tomáš Žďárský", "service"),
        *(_customer_user(contacts, person, role) for person, role in PORTAL_PEOPLE),
    ]


def _customer_user(contacts: list[DemoRecord], person: Ref, role: str) -> DemoUser:
    values = contacts[person[1]]["values"]
    return {
        "email": values["email"],
        "name": f"{values['first_name']} {values['last_name']}",
        "password": DEMO_PASSWORD,
        "roles": [role],
        "identity": person,
    }


def roles() -> list[DemoRole]:
    """The roles beside the built-in admin."""
    return [
        {"key": "sales", "name": "Sales", "names": {"cs": "Obchod"}, "grants": _sales()},
        {"key": "service", "name": "Service", "names": {"cs": "Servis"}, "grants": _service()},
        {
            "key": "customer",
            "name": "Customer",
            "names": {"cs": "Zákazník", "pl": "Klient"},
            "grants": _customer(),
            "kind": "portal",
            "holds": STILL_THERE,
        },
        {
            "key": "customer_technician",
            "name": "Customer's technician",
            "names": {"cs": "Technik zákazníka", "pl": "Technik klienta"},
            "grants": _customer_technician(),
            "kind": "portal",
            "holds": STILL_THERE,
        },
    ]


def _user(nick: str, name: str, role: str) -> DemoUser:
    return {
        "email": f"{nick}@{words.FIRM_DOMAIN}",
        "name": name,
        "password": DEMO_PASSWORD,
        "roles": [role],
        "identity": None,
    }


def _grant(rights: list[str], sections: dict[str, str], rows: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"rights": list(rights), "rows": rows, "sections": sections}


def _is(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": "eq", "value": value}


def _all(level: str, *sections: str) -> dict[str, str]:
    return dict.fromkeys(sections, level)


def _sales() -> dict[str, dict[str, Any]]:
    companies = _all("edit", "basic", "contact", "care", "billing", "terms", "supply", "finance")
    return {
        "companies": _grant(EVERYTHING, companies | {"technical": "read"}),
        "contacts": _grant(
            EVERYTHING, _all("edit", "basic", "contact", "relationship", "consents", "internal")
        ),
        "contracts": _grant(OFFICE, _all("edit", "basic", "dates", "price", "obligations", "internal")),
        "obligations": _grant(OFFICE, _all("edit", "basic", "progress", "finance")),
        "deals": _grant(EVERYTHING, _all("edit", "basic", "next_step", "value", "internal")),
        "orders": _grant(OFFICE, _all("edit", "basic", "delivery", "amounts", "internal")),
        "assets": _grant(["view", "export"], _all("read", "basic", "service")),
        "requests": _grant(OFFICE, _all("edit", "basic", "progress") | {"finance": "read"}),
    }


def _service() -> dict[str, dict[str, Any]]:
    """Technicians: everything about machines, nothing about prices."""
    maintained = {"field": "category", "op": "in", "value": ["framework", "service", "lease"]}
    return {
        "companies": _grant(
            ["view", "edit"], _all("read", "basic", "contact", "care") | {"technical": "edit"}
        ),
        "contacts": _grant(["view", "create", "edit"], _all("edit", "basic", "contact")),
        "contracts": _grant(["view"], _all("read", "basic", "dates", "obligations"), maintained),
        "obligations": _grant(["view", "edit"], {"basic": "read", "progress": "edit"}),
        "orders": _grant(["view", "edit"], {"basic": "read", "delivery": "edit"}),
        "assets": _grant(OFFICE, _all("edit", "basic", "service", "technical")),
        "requests": _grant(OFFICE, _all("edit", "basic", "progress", "technical")),
    }


def _customer() -> dict[str, dict[str, Any]]:
    """A window for customers: their own company, themselves, and what belongs to their company."""
    own = _is("company", OWN_COMPANY)
    return {
        "companies": _grant(["view"], _all("read", "basic", "contact"), _is("id", OWN_COMPANY)),
        "contacts": _grant(["view"], {"basic": "read", "contact": "read"}, _is("id", {"var": "identity"})),
        "contracts": _grant(["view"], _all("read", "basic", "dates"), own),
        "obligations": _grant(["view"], _all("read", "basic"), _is("contract.company", OWN_COMPANY)),
        "orders": _grant(["view", "export"], _all("read", "basic", "delivery", "amounts"), own),
        "assets": _grant(["view"], _all("read", "basic", "service"), own),
        "requests": _grant(["view", "create", "export"], {"basic": "edit", "progress": "read"}, own),
    }


def _customer_technician() -> dict[str, dict[str, Any]]:
    """Of the same customer, and sees no prices and no contracts."""
    own = _is("company", OWN_COMPANY)
    return {
        "companies": _grant(["view"], _all("read", "basic"), _is("id", OWN_COMPANY)),
        "contacts": _grant(["view"], {"basic": "read", "contact": "read"}, _is("id", {"var": "identity"})),
        "orders": _grant(["view"], _all("read", "basic", "delivery"), own),
        "assets": _grant(["view"], _all("read", "basic", "service"), own),
        "requests": _grant(["view", "create"], {"basic": "edit", "progress": "read"}, own),
    }
