"""The design over the API: made, changed, switched off and on again, and only by whoever may."""

from typing import Any

import pytest

from tests.integration.rest.conftest import COMPANIES, RECORDS, Caller

REGISTRY = "/registries/companies"


def sections_of(registry: Any) -> dict[str, list[str]]:
    return {section["key"]: [field["key"] for field in section["fields"]] for section in registry["sections"]}


def test_a_registry_is_made_from_a_nested_definition(admin: Caller) -> None:
    made = admin.post("/registries", COMPANIES)
    assert made.status_code == 201
    assert made.headers["Location"] == "/api/v1/registries/companies"
    assert sections_of(made.json) == {
        "basic": ["name", "ico", "founded", "seen", "status", "parent", "keeper"],
        "finance": ["turnover", "margin"],
    }
    assert [each["key"] for each in made.json["categories"]] == ["customer", "supplier"]
    assert admin.get(REGISTRY).json == made.json
    assert [each["key"] for each in admin.get("/registries").json["items"]] == ["companies"]
    name = made.json["sections"][0]["fields"][0]
    assert (name["type"], name["required"], name["unique"], name["active"]) == ("text", True, False, True)


def test_what_is_given_can_be_sent_back(companies: Caller) -> None:
    document = companies.get(REGISTRY).json
    again = companies.patch(REGISTRY, document)
    assert (again.status_code, again.json) == (200, document)


def test_keys_are_made_from_names(admin: Caller) -> None:
    made = admin.post("/registries", {"name": "Naše smlouvy", "sections": [
        {"name": "Hlavní údaje", "fields": [{"name": "Název smlouvy", "type": "text"}]}]})  # fmt: skip
    assert made.json["key"] == "nase_smlouvy"
    assert sections_of(made.json) == {"hlavni_udaje": ["nazev_smlouvy"]}


def test_a_ready_made_registry_is_a_beginning(admin: Caller) -> None:
    made = admin.post("/registries", {"template": "companies", "name": "Clients"})
    assert (made.status_code, made.json["key"], made.json["name"]) == (201, "companies", "Clients")
    assert len(made.json["sections"]) > 3
    assert admin.post("/registries", {"template": "nothing"}).json["errors"].keys() == {"template"}
    assert admin.post("/registries", {"template": ["x"]}).status_code == 422
    assert made.json["helps"]["cs"].startswith("Všichni")
    second = admin.post("/registries", {"template": "companies", "key": "firms"})
    assert (
        second.status_code == 201 and admin.post("/registries", {"template": "companies"}).status_code == 409
    )


def test_a_ready_made_registry_with_what_it_leads_to_and_samples(admin: Caller) -> None:
    assert admin.post("/registries", {"template": "vehicles"}).status_code == 422
    assert admin.post("/registries", {"template": "vehicles", "along": "yes"}).json["errors"].keys() == {
        "along"
    }
    body = {"template": "vehicles", "along": True, "samples": True}
    assert admin.post("/registries", body).json["key"] == "vehicles"
    assert len(admin.get("/registries/employees/records").json["items"]) == 8
    assert len(admin.get("/registries/vehicles/records").json["items"]) == 6
    alone = admin.post("/registries", {"template": "documents", "along": False}).json
    relations = [
        each["key"]
        for section in alone["sections"]
        for each in section["fields"]
        if each["type"] == "relation"
    ]
    assert relations == ["replaces", "company"]


WRONG: list[tuple[Any, str | None]] = [
    (
        {"name": "X", "sections": [{"name": "S", "fields": [{"name": "F", "type": "nothing"}]}]},
        "sections.0.fields.0.type",
    ),
    ({"name": "X", "colours": "red"}, "colours"),
    ({}, "name"),
    ({"name": "X", "key": "No Key"}, "key"),
    ({"name": "X", "sections": {}}, "sections"),
    ({"name": 5}, "name"),
    (
        {
            "name": "X",
            "sections": [
                {"name": "S", "fields": [{"name": "F", "type": "relation", "options": {"target": "none"}}]}
            ],
        },
        None,
    ),
]


def test_what_is_wrong_with_a_definition_is_told_by_place(admin: Caller) -> None:
    for body, place in WRONG:
        refused = admin.post("/registries", body)
        assert refused.status_code == 422, refused.text
        assert refused.json["errors"] and (place is None or place in refused.json["errors"]), refused.json
    assert admin.get("/registries").json["items"] == []


@pytest.mark.parametrize("key", [{}, [], {"k": [1]}, 7, True])
def test_a_part_whose_key_is_no_text_is_refused(companies: Caller, key: Any) -> None:
    for parts in ("sections", "categories"):
        refused = companies.patch("/registries/companies", {parts: [{"key": key, "name": "New"}]})
        assert refused.status_code == 422 and parts in str(refused.json["errors"])
    fields = {
        "sections": [{"key": "basic", "name": "Basic", "fields": [{"key": key, "name": "N", "type": "text"}]}]
    }
    assert companies.patch("/registries/companies", fields).status_code == 422


def test_a_key_is_never_used_twice(companies: Caller) -> None:
    assert companies.post("/registries", COMPANIES).status_code in (409, 422)
    field = {"key": "name", "name": "Name again", "type": "text"}
    assert companies.post(f"{REGISTRY}/fields", field).status_code in (409, 422)


def test_a_registry_is_switched_off_and_on(companies: Caller) -> None:
    record = companies.create({"name": "ACME"})
    assert companies.delete(REGISTRY).status_code == 204
    assert companies.get(RECORDS).status_code == 404
    assert companies.get(REGISTRY).json["active"] is False
    assert companies.patch(REGISTRY, {"active": True}).json["active"] is True
    assert companies.get(f"{RECORDS}/{record}").json["values"]["name"] == "ACME"


def test_sections_are_added_changed_and_switched_off(companies: Caller) -> None:
    made = companies.post(f"{REGISTRY}/sections", {"name": "Delivery", "collapsed": True})
    assert (made.status_code, made.json["key"], made.json["collapsed"]) == (201, "delivery", True)
    assert (
        companies.patch(f"{REGISTRY}/sections/delivery", {"name": "Shipping", "position": 0}).json["name"]
        == "Shipping"
    )
    assert [each["key"] for each in companies.get(f"{REGISTRY}/sections").json["items"]] == [
        "delivery",
        "basic",
        "finance",
    ]
    assert companies.delete(f"{REGISTRY}/sections/finance").status_code == 204
    assert "turnover" not in companies.get(RECORDS, fields="name").json
    assert companies.get(RECORDS, fields="turnover").status_code == 422
    companies.patch(f"{REGISTRY}/sections/finance", {"active": True})
    assert companies.get(RECORDS, fields="turnover").status_code == 200
    assert companies.patch(f"{REGISTRY}/sections/nothing", {"name": "X"}).status_code == 404


def test_a_field_that_is_switched_off_loses_nothing(companies: Caller) -> None:
    record = companies.create({"name": "ACME", "turnover": "5"})
    assert companies.delete(f"{REGISTRY}/fields/turnover").status_code == 204
    assert "turnover" not in companies.get(f"{RECORDS}/{record}").json["values"]
    assert companies.patch(f"{RECORDS}/{record}", {"values": {"turnover": "6"}}).status_code == 422
    back = companies.patch(f"{REGISTRY}/fields/turnover", {"active": True})
    assert (back.status_code, back.json["active"], back.json["section"]) == (200, True, "finance")
    assert companies.get(f"{RECORDS}/{record}").json["values"]["turnover"] == "5.00"


def test_a_field_is_added_to_a_section_and_used_at_once(companies: Caller) -> None:
    made = companies.post(
        f"{REGISTRY}/fields", {"name": "Počet lidí", "type": "integer", "section": "finance"}
    )
    assert (made.status_code, made.json["key"], made.json["section"]) == (201, "pocet_lidi", "finance")
    assert made.headers["Location"] == "/api/v1/registries/companies/fields/pocet_lidi"
    record = companies.create({"name": "ACME", "pocet_lidi": 12})
    assert companies.get(f"{RECORDS}/{record}").json["values"]["pocet_lidi"] == 12
    assert (
        companies.post(f"{REGISTRY}/fields", {"name": "X", "type": "text", "section": "nothing"}).status_code
        == 422
    )
    assert companies.post("/registries/nothing/fields", {"name": "X", "type": "text"}).status_code == 404


def test_offenders_are_told_before_a_field_becomes_unique(companies: Caller) -> None:
    for _number in range(2):
        companies.create({"name": "Twin", "founded": "2020-01-01"})
    refused = companies.patch(f"{REGISTRY}/fields/name", {"unique": True})
    assert refused.status_code == 409, refused.text
    assert "Twin" in refused.text
    assert companies.get(f"{REGISTRY}/fields").json["items"][0]["unique"] is False


def test_categories_are_added_renamed_and_switched_off(companies: Caller) -> None:
    made = companies.post(f"{REGISTRY}/categories", {"name": "Partner", "colour": "green"})
    assert (made.status_code, made.json["key"]) == (201, "partner")
    record = companies.create({"name": "ACME"}, category="partner")
    assert companies.patch(f"{REGISTRY}/categories/partner", {"name": "Ally"}).json["name"] == "Ally"
    assert companies.delete(f"{REGISTRY}/categories/partner").status_code == 204
    assert companies.get(f"{RECORDS}/{record}").json["category"] == "partner"
    assert companies.post(RECORDS, {"values": {"name": "B"}, "category": "partner"}).status_code == 422


def test_roles_and_grants(companies: Caller) -> None:
    made = companies.post("/roles", {"name": "Sales", "powers": ["users"]})
    assert (made.status_code, made.json["key"], made.json["powers"]) == (201, "sales", ["users"])
    grant = {
        "rights": ["edit", "view"],
        "rows": {"field": "status", "op": "eq", "value": "won"},
        "sections": {"basic": "edit"},
    }
    address = "/roles/sales/grants/companies"
    assert companies.get(address).json == {"rights": [], "rows": None, "sections": {}}
    assert companies("PUT", address, grant).json == grant
    assert companies.get(address).json == grant
    assert companies.patch("/roles/sales", {"name": "Sellers"}).json["grants"] == {"companies": grant}
    assert {each["key"] for each in companies.get("/roles").json["items"]} == {"admin", "sales"}
    for wrong in ({"rights": ["fly"]}, {"sections": {"nothing": "read"}}, {"sections": {"basic": "all"}}, {"rows": 5},
                  {"rows": {"field": "nothing", "op": "eq", "value": 1}}, {"rites": []}):  # fmt: skip
        assert companies("PUT", address, wrong).status_code == 422, wrong
    assert companies.get(address).json == grant
    assert companies("PUT", "/roles/nobody/grants/companies", grant).status_code == 404
    assert companies("PUT", "/roles/sales/grants/nothing", grant).status_code == 404
    assert companies.delete("/roles/sales").status_code == 204
    assert companies.patch("/roles/sales", {"name": "X"}).status_code == 404
    assert companies.delete("/roles/admin").status_code == 409
