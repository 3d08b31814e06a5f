"""A registry of deals with rules of every kind, in the firm of the other tests."""

from typing import Any

import pytest

from kartoteka.platform.services import modelling, people
from kartoteka.platform.services.office import Office
from tests.integration.firm import Firm, build, found
from tests.servers.offices import Furnish


def at(name: str, *keys: str) -> dict[str, Any]:
    """The condition that a choice is one of some."""
    return {"field": name, "op": "in", "value": list(keys)}


STATUS = {"choices": [{"key": key, "name": key.title()} for key in ("lead", "won", "lost")]}
LOST, WON = at("status", "lost"), at("status", "won")
GRADED = {"field": "grade", "op": "eq", "value": "x"}
LINKED = {"field": "partner", "op": "not_empty"}
DEALS = {
    "key": "deals", "name": "Deals", "title": "{name}",
    "categories": [{"key": "big", "name": "Big"}, {"key": "small", "name": "Small"}],
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text", "required": True},
            {"key": "status", "name": "Status", "type": "choice", "options": STATUS},
            {"key": "reason", "name": "Reason", "type": "text", "when": {"visible": LOST, "required": LOST}},
            {"key": "amount", "name": "Amount", "type": "money", "when": {"readonly": WON}},
            {"key": "plan", "name": "Plan", "type": "text",
             "when": {"required": {"field": "category", "op": "eq", "value": "big"}}},
            {"key": "hint", "name": "Hint", "type": "text", "default": "call",
             "when": {"visible": at("status", "lead")}},
            {"key": "guarded", "name": "Guarded", "type": "text",
             "when": {"visible": GRADED, "required": GRADED, "readonly": GRADED}},
            {"key": "partner", "name": "Partner", "type": "relation", "options": {"target": "companies"}},
            {"key": "terms", "name": "Terms", "type": "text", "when": {"required": LINKED}},
            {"key": "parent", "name": "Parent", "type": "relation", "options": {"target": "deals"},
             "when": {"readonly": WON}},
        ]},
        {"key": "closing", "name": "Closing", "when": {"visible": WON}, "fields": [
            {"key": "signed", "name": "Signed", "type": "date", "required": True},
        ]},
        {"key": "secret", "name": "Secret", "fields": [{"key": "grade", "name": "Grade", "type": "text"}]},
    ],
}  # fmt: skip
ALL = ["view", "create", "edit", "delete", "import", "export"]
OPEN = {"basic": "edit", "closing": "edit"}
MINE = {"field": "name", "op": "starts_with", "value": "mine"}
# Does not see the grade; sees companies in Brno only, as the role “local” does.
SELLER = {"deals": {"rights": ALL, "sections": OPEN}}
# Sees the grade of his own deals.
OWNER = {"deals": {"rights": ["view"], "rows": MINE, "sections": {**OPEN, "secret": "read"}}}


def equip(office: Office) -> Firm:
    """The firm with its deals, a seller without and an owner with a sight of some grades."""
    firm = build(office)
    with firm.work("ana", design=True) as work:
        modelling.create_registry(work, DEALS)
        for key, grants in (("seller", SELLER), ("owner", OWNER)):
            modelling.create_role(work, {"key": key, "name": key.title(), "grants": grants})
    with office.begin_system() as work:
        for name, roles in (("sid", ["seller", "local"]), ("otto", ["seller", "owner"])):
            body = {"email": f"{name}@firm.example", "name": name.title(), "roles": roles}
            firm.ids[name] = people.create_user(work, body).id
    return firm


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm and its deals."""
    return equip


@pytest.fixture
def firm(office: Office) -> Firm:
    """The firm with its deals, on each database."""
    return found(office)
