"""The invented firm is whole, believable, harmless and always the same."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import phonenumbers
import pytest
from email_validator import validate_email
from stdnum import iban

from kartoteka.registries import fields, templates
from kartoteka.registries.demo import DEMO_PASSWORD, KEYS, Demo, DemoRecord, Ref, firm, resolved
from kartoteka.registries.demo.chance import Chance, domain, internet_name, with_check_digit
from kartoteka.registries.demo.contracts import with_vat

TODAY = date(2026, 11, 22)
LINKS = {"relation", "user", "file"}
RIGHTS = {"view", "create", "edit", "delete", "import", "export"}


@pytest.fixture(scope="module")
def demo() -> Demo:
    return firm(TODAY)


def values(demo: Demo) -> Iterator[tuple[str, DemoRecord, dict[str, Any], Any]]:
    """Every value of the firm: registry, record, field, value."""
    for registry in demo.registries:
        by_key = {field["key"]: field for field in fields(templates()[registry])}
        for record in demo.records[registry]:
            for key, value in record["values"].items():
                yield registry, record, by_key[key], value


def values_of(demo: Demo, field_type: str) -> list[Any]:
    return [value for _, _, field, value in values(demo) if field["type"] == field_type]


def refs(value: Any) -> list[Ref]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, tuple)]


def test_it_has_the_promised_size(demo: Demo) -> None:
    size = {registry: len(records) for registry, records in demo.records.items()}
    assert (size["companies"], size["contacts"], size["contracts"]) == (200, 300, 150)
    assert all(size[key] >= 50 for key in ("deals", "requests", "orders", "assets", "obligations"))
    assert tuple(size) == demo.registries == KEYS
    assert set(KEYS) <= set(templates())


def test_it_is_always_the_same(demo: Demo) -> None:
    assert firm(TODAY) == demo
    assert firm(TODAY, seed=7) != demo


def test_its_dates_move_with_the_day() -> None:
    def ends(firm_of_a_day: Demo) -> list[str]:
        found = [record["values"].get("valid_to") for record in firm_of_a_day.records["contracts"]]
        return sorted(each for each in found if each)

    early, late = ends(firm(TODAY)), ends(firm(TODAY + timedelta(days=1000)))
    assert early[0] < TODAY.isoformat() < early[-1]
    assert (date.fromisoformat(late[0]) - date.fromisoformat(early[0])).days == 1000


def test_every_reference_leads_to_a_record_or_person_of_the_right_kind(demo: Demo) -> None:
    sizes = {registry: len(records) for registry, records in demo.records.items()} | {
        "users": len(demo.users)
    }
    seen = 0
    for registry, record, field, value in values(demo):
        found = refs(value)
        if field["type"] not in LINKS:
            assert found == [], (registry, field["key"])
            continue
        target = "users" if field["type"] == "user" else field["options"]["target"]
        many = field.get("options", {}).get("many", False)
        assert isinstance(value, list) == many, (registry, field["key"])
        assert len(set(found)) == len(found) > 0
        for kind, place in found:
            seen += 1
            assert kind == target and 0 <= place < sizes[kind], (registry, field["key"], record)
    assert seen > 1000


def test_a_reference_within_a_registry_leads_only_to_earlier_records(demo: Demo) -> None:
    """So that records can be made one after another, each pointing to what is already there."""
    for registry, records in demo.records.items():
        for place, record in enumerate(records):
            for value in record["values"].values():
                assert all(there < place for kind, there in refs(value) if kind == registry)


def test_no_record_fills_in_a_field_that_its_category_does_not_have(demo: Demo) -> None:
    section_of = {
        (registry, field["key"]): section
        for registry, definition in templates().items()
        if registry in KEYS
        for section in definition["sections"]
        for field in section["fields"]
    }
    for registry, record, field, _ in values(demo):
        section = section_of[registry, field["key"]]
        for thing in (field, section):
            assert record["category"] in thing.get("categories", [record["category"]]), (
                registry,
                field["key"],
            )


def test_required_is_there_unique_is_unique_choices_exist(demo: Demo) -> None:
    for registry in demo.registries:
        definition, records = templates()[registry], demo.records[registry]
        categories = {category["key"] for category in definition["categories"]}
        assert {record["category"] for record in records} <= categories
        for field in fields(definition):
            found = [record["values"].get(field["key"]) for record in records]
            if field.get("required"):
                assert all(found), field["key"]
            if field.get("unique"):
                told = [each for each in found if each is not None]
                assert len(set(told)) == len(told), field["key"]
            if field["type"] in {"choice", "multi_choice"}:
                known = {choice["key"] for choice in field["options"]["choices"]}
                picked = {
                    key for each in found if each for key in ([each] if isinstance(each, str) else each)
                }
                assert picked <= known, field["key"]


def test_texts_keep_to_their_length_and_pattern(demo: Demo) -> None:
    for _, _, field, value in values(demo):
        if field["type"] == "text":
            options = field.get("options", {})
            assert 0 < len(value) <= options.get("max_length", 255), field["key"]
            assert re.fullmatch(options.get("pattern", ".*"), value), field["key"]
            assert value == value.strip()


def test_almost_every_field_is_filled_in_somewhere_and_left_empty_somewhere(demo: Demo) -> None:
    filled = {(registry, field["key"]) for registry, _, field, _ in values(demo)}
    possible = {
        (registry, field["key"])
        for registry, definition in templates().items()
        if registry in KEYS
        for field in fields(definition)
        if field["type"] not in {"file", "autonumber"}
    }
    assert len(filled) > 0.85 * len(possible)
    companies = demo.records["companies"]
    for key in ("ico", "phone", "discount", "credit_limit", "billing_address"):
        empty = sum(key not in company["values"] for company in companies)
        assert 0 < empty < len(companies), key


def test_company_numbers_are_right_and_nobodys(demo: Demo) -> None:
    icos = values_of(demo, "ico")
    assert len(icos) > 180
    for ico in icos:
        assert re.fullmatch(r"39[1-9]\d{5}", ico)
        weighted = sum(int(digit) * weight for digit, weight in zip(ico, range(8, 1, -1), strict=False))
        assert (11 - weighted % 11) % 10 == int(ico[7])


@pytest.mark.parametrize("ico", ["27082440", "00177041", "45274649", "39000010", "39000028", "39000036"])
def test_check_digit_agrees_with_known_numbers(ico: str) -> None:
    assert with_check_digit(ico[:7]) == ico


def test_phones_accounts_and_addresses_are_valid_and_belong_to_nobody(demo: Demo) -> None:
    for phone in values_of(demo, "phone"):
        assert re.fullmatch(r"\+420\d{3}000\d{3}|\+442079460\d{3}", phone)
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone))
    accounts = values_of(demo, "iban")
    assert len(set(accounts)) == len(accounts) > 100
    for account in accounts:
        assert iban.validate(account) == account and account[4:8] == "9999"
    emails = values_of(demo, "email") + [user["email"] for user in demo.users]
    for email in emails:
        assert email.endswith(".example")
        assert validate_email(email, check_deliverability=False).normalized == email
    assert all(re.fullmatch(r"https://[a-z0-9.-]+\.example", url) for url in values_of(demo, "url"))


def test_money_is_exact_and_some_of_it_not_round(demo: Demo) -> None:
    amounts = values_of(demo, "money")
    assert all(re.fullmatch(r"\d+\.\d\d", amount) for amount in amounts)
    assert any(amount.endswith(".00") for amount in amounts)
    assert any(not amount.endswith("00") for amount in amounts)


@pytest.mark.parametrize(
    ("price", "total"),
    [
        ("100.00", "121.00"),
        ("0.01", "0.01"),
        ("84077.98", "101734.36"),
        ("0.50", "0.61"),
        ("24977.80", "30223.14"),
    ],
)
def test_vat_is_rounded_to_the_hundredth(price: str, total: str) -> None:
    assert with_vat(price) == total


def test_costs_leave_the_margin(demo: Demo) -> None:
    for order in demo.records["orders"]:
        price, costs, margin = (Decimal(order["values"][key]) for key in ("price", "costs", "margin"))
        assert abs(price * (100 - margin) / 100 - costs) <= Decimal("0.01")


def test_dates_of_a_contract_follow_each_other_and_agree_with_its_status(demo: Demo) -> None:
    today = TODAY.isoformat()
    for contract in demo.records["contracts"]:
        told = contract["values"]
        if told["status"] in ("draft", "negotiation"):
            assert "signed_on" not in told
            continue
        assert told["signed_on"] <= told["effective_from"] < told.get("valid_to", "9999-12-31")
        assert told["indefinite"] == ("valid_to" not in told)
        if told["status"] in ("in_force", "ending"):
            assert told["effective_from"] <= today <= told.get("valid_to", today)
        if told["status"] == "ended":
            assert told["valid_to"] < today


def test_a_contact_of_a_contract_order_or_request_works_at_its_company(demo: Demo) -> None:
    for registry in ("contracts", "deals", "orders", "requests"):
        for record in demo.records[registry]:
            if "contact" in record["values"]:
                place = record["values"]["contact"][1]
                assert demo.records["contacts"][place]["values"]["company"] == record["values"]["company"]


def test_names_are_varied_long_czech_and_english(demo: Demo) -> None:
    names = [company["values"]["name"] for company in demo.records["companies"]]
    assert len(set(names)) == len(names)
    assert sum(len(name) > 90 for name in names) >= 4
    assert {"Ř", "ž", "ě", "Č", "ů"} <= set("".join(names))
    people = {
        (each["values"]["first_name"], each["values"]["last_name"]) for each in demo.records["contacts"]
    }
    assert len(people) > 200
    assert any(first == "Siobhán" or last == "O'Sullivan" for first, last in people)
    assert any(len(f"{first} {last}") > 50 for first, last in people)


def test_four_people_and_four_customers_in_five_roles_can_sign_in(demo: Demo) -> None:
    assert len(demo.users) == 8
    assert {role for user in demo.users for role in user["roles"]} == {
        "admin",
        "sales",
        "service",
        "customer",
        "customer_technician",
    }
    portal = {role["key"] for role in demo.roles if role.get("kind") == "portal"}
    assert portal == {"customer", "customer_technician"}
    assert {role["key"] for role in demo.roles} - portal == {"sales", "service"}
    assert {user["password"] for user in demo.users} == {DEMO_PASSWORD} and len(DEMO_PASSWORD) >= 12
    assert len({user["email"] for user in demo.users}) == 8


def test_every_grant_names_existing_registries_sections_rights_and_fields(demo: Demo) -> None:
    definitions = templates()
    for role in demo.roles:
        assert role["names"]["cs"]
        for registry, grant in role["grants"].items():
            sections = {section["key"] for section in definitions[registry]["sections"]}
            assert set(grant["sections"]) <= sections
            assert set(grant["sections"].values()) <= {"read", "edit"}
            assert "view" in grant["rights"] and set(grant["rights"]) <= RIGHTS
            assert grant.keys() == {"rights", "rows", "sections"}
            if grant["rows"] is not None:
                own = {field["key"] for field in fields(definitions[registry])} | {"id", "category"}
                assert grant["rows"]["field"].partition(".")[0] in own
            if "create" in grant["rights"]:
                assert grant["sections"][definitions[registry]["sections"][0]["key"]] == "edit"
            if "edit" in grant["rights"]:
                assert "edit" in grant["sections"].values()


def test_service_sees_no_business_terms_and_no_money(demo: Demo) -> None:
    grants = {role["key"]: role["grants"] for role in demo.roles}["service"]
    assert {"terms", "finance", "billing"}.isdisjoint(grants["companies"]["sections"])
    for registry, grant in grants.items():
        for section in templates()[registry]["sections"]:
            if section["key"] in grant["sections"] and (registry, section["key"]) != (
                "contracts",
                "obligations",
            ):
                assert {field["type"] for field in section["fields"]}.isdisjoint({"money"}), (
                    registry,
                    section["key"],
                )


def test_the_customer_has_a_row_rule_on_everything_and_no_internal_section(demo: Demo) -> None:
    grants = {role["key"]: role["grants"] for role in demo.roles}["customer"]
    assert "deals" not in grants
    inner = {"internal", "finance", "terms", "billing", "care", "technical", "relationship", "price", "value"}
    for registry, grant in grants.items():
        assert grant["rows"]["op"] == "eq" and grant["rows"]["value"]["var"].startswith("identity"), registry
        assert inner.isdisjoint(grant["sections"]), registry
    assert grants["companies"]["rows"] == {"field": "id", "op": "eq", "value": {"var": "identity.company"}}
    assert grants["contacts"]["rows"] == {"field": "id", "op": "eq", "value": {"var": "identity"}}


def test_the_portal_has_two_customers_with_two_people_each(demo: Demo) -> None:
    companies: dict[object, set[str]] = {}
    for user in demo.users:
        if user["identity"] is not None:
            contact = demo.records["contacts"][user["identity"][1]]["values"]
            assert contact["active"] and contact["email"] == user["email"]
            assert f"{contact['first_name']} {contact['last_name']}" == user["name"]
            companies.setdefault(contact["company"], set()).update(user["roles"])
    assert len(companies) == 2
    assert all(roles == {"customer", "customer_technician"} for roles in companies.values())


def test_the_first_portal_user_is_a_contact_whose_company_has_something_of_everything(demo: Demo) -> None:
    customer = next(user for user in demo.users if user["roles"] == ["customer"])
    assert customer["identity"] == ("contacts", 0)
    contact = demo.records["contacts"][0]["values"]
    for registry in ("contracts", "orders", "requests", "assets"):
        own = [each for each in demo.records[registry] if each["values"].get("company") == contact["company"]]
        assert 5 <= len(own) < len(demo.records[registry]) / 3, registry


def test_references_are_replaced_by_ids_at_any_depth() -> None:
    ids = {"companies": [11, 12], "users": [3]}
    assert resolved(("companies", 1), ids) == 12
    assert resolved([("users", 0), ("companies", 0)], ids) == [3, 11]
    assert resolved("companies", ids) == "companies"
    assert resolved(["material", "work"], ids) == ["material", "work"]
    assert resolved(None, ids) is None


def test_chance_stays_within_its_bounds() -> None:
    chance = Chance(1, TODAY)
    for _ in range(500):
        assert 1000 <= Decimal(chance.amount(1000, 2000)) <= 2000
        assert -5 <= (chance.day(-5, 5) - TODAY).days <= 5
        assert 1 <= len(chance.some("abcdef", 3)) <= 3
    assert len({chance.ico() for _ in range(2000)}) == 2000


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        ("Rytec & syn s.r.o.", "rytec-syn.example"),
        ("O'Sullivan Sawmills Ltd", "o-sullivan-sawmills.example"),
        ("Řáholecká Lhotka", "raholecka-lhotka.example"),
        ("Spolek Žula, z. s.", "spolek-zula.example"),
    ],
)
def test_a_domain_is_made_of_plain_letters(company: str, expected: str) -> None:
    assert domain(company) == expected
    assert len(internet_name("dlouhé " * 40)) <= 40
