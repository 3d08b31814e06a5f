"""What a caller may not see is the same as what does not exist, in every parameter and every answer."""

import json

from tests.integration.rest.conftest import RECORDS, SECRETS, Caller, Somebody

DESIGN = [
    ("POST", "/registries", {"name": "X"}),
    ("PATCH", "/registries/companies", {"name": "X"}),
    ("DELETE", "/registries/companies", None),
    ("POST", "/registries/companies/sections", {"name": "X"}),
    ("PATCH", "/registries/companies/sections/basic", {"name": "X"}),
    ("DELETE", "/registries/companies/sections/basic", None),
    ("POST", "/registries/companies/fields", {"name": "X", "type": "text"}),
    ("PATCH", "/registries/companies/fields/name", {"name": "X"}),
    ("DELETE", "/registries/companies/fields/name", None),
    ("POST", "/registries/companies/categories", {"name": "X"}),
    ("PATCH", "/registries/companies/categories/customer", {"name": "X"}),
    ("DELETE", "/registries/companies/categories/customer", None),
    ("GET", "/roles", None),
    ("POST", "/roles", {"name": "X"}),
    ("PATCH", "/roles/sales", {"name": "X"}),
    ("DELETE", "/roles/sales", None),
    ("GET", "/roles/sales/grants/companies", None),
    ("PUT", "/roles/sales/grants/companies", {"rights": ["view"]}),
    ("GET", "/users", None),
    ("POST", "/users", {"email": "x@example.com"}),
    ("GET", "/users/2", None),
    ("PATCH", "/users/2", {"name": "X"}),
]


def test_the_design_and_accounts_need_a_power(seller: Caller, companies: Caller) -> None:
    before = [companies.get(path).json for path in ("/registries", "/roles", "/users")]
    for method, path, body in DESIGN:
        refused = seller(method, path, body)
        assert (refused.status_code, refused.content_type) == (403, "application/problem+json"), (
            method,
            path,
        )
    assert before == [companies.get(path).json for path in ("/registries", "/roles", "/users")]


def test_an_existing_thing_is_forbidden_like_one_that_does_not_exist(
    seller: Caller, companies: Caller
) -> None:
    companies.post("/registries", SECRETS)
    for method, body in (("PATCH", {"name": "X"}), ("DELETE", None)):
        there, not_there = (
            seller(method, "/registries/secrets", body),
            seller(method, "/registries/nothing", body),
        )
        assert (there.status_code, there.json) == (not_there.status_code, not_there.json)


def test_definitions_are_cut_to_what_the_reader_may_see(seller: Caller, companies: Caller) -> None:
    companies.post("/registries", SECRETS)
    companies.post(
        "/registries/companies/fields",
        {
            "key": "secret",
            "name": "Secret",
            "type": "relation",
            "section": "basic",
            "options": {"target": "secrets"},
        },
    )
    companies.patch("/registries/companies", {"title": "{name} {turnover}", "columns": ["name", "turnover"]})
    listed = seller.get("/registries").json["items"]
    assert [each["key"] for each in listed] == ["companies"]
    (registry,) = listed
    assert seller.get("/registries/companies").json == registry
    assert [each["key"] for each in registry["sections"]] == ["basic"]
    assert registry["sections"][0]["access"] == "edit"
    assert registry["columns"] == ["name"] and registry["title"] == ""
    assert registry["rights"] == ["view", "create", "edit", "delete", "export"]
    for path in ("", "/sections", "/fields", "/categories"):
        told = seller.get(f"/registries/companies{path}").text
        assert not any(
            word in told for word in ("turnover", "margin", "finance", "Finance", "secrets", "Secrets")
        ), told
    assert seller.get("/registries/secrets").status_code == 404
    there, not_there = seller.get("/registries/secrets").json, seller.get("/registries/sesames").json
    assert there == {**not_there, "detail": not_there["detail"].replace("sesames", "secrets")}


def test_hidden_fields_do_not_exist_in_records(seller: Caller, companies: Caller) -> None:
    record = companies.create({"name": "ACME", "turnover": "5", "margin": "1"})
    shown = seller.get(f"{RECORDS}/{record}").json
    assert not {"turnover", "margin"} & set(shown["values"])
    for parameters in (
        {"filter": json.dumps({"field": "turnover", "op": "eq", "value": "5"})},
        {"sort": "turnover"},
        {"sort": "-turnover"},
        {"fields": "turnover"},
        {"filter": json.dumps({"field": "parent.turnover", "op": "eq", "value": "5"})},
    ):
        hidden = seller.get(RECORDS, **parameters)
        unknown = seller.get(
            RECORDS, **{name: text.replace("turnover", "sesame") for name, text in parameters.items()}
        )
        assert hidden.status_code == unknown.status_code == 422
        assert hidden.text == unknown.text.replace("sesame", "turnover")
    for parameters in ({"group_by": "turnover"}, {"measure": "sum:turnover"}):
        address = "/registries/companies/summary"
        hidden = seller.get(address, **parameters)
        unknown = seller.get(
            address, **{name: text.replace("turnover", "sesame") for name, text in parameters.items()}
        )
        assert hidden.status_code == unknown.status_code == 422
        assert hidden.text == unknown.text.replace("sesame", "turnover")
    hidden = seller.patch(f"{RECORDS}/{record}", {"values": {"turnover": "6"}})
    unknown = seller.patch(f"{RECORDS}/{record}", {"values": {"sesame": "6"}})
    assert hidden.status_code == unknown.status_code == 422
    assert hidden.text == unknown.text.replace("sesame", "turnover")
    companies.patch(f"{RECORDS}/{record}", {"values": {"turnover": "7"}})
    assert "turnover" not in seller.get(f"{RECORDS}/{record}/history").text


def test_a_record_out_of_reach_is_like_one_that_does_not_exist(companies: Caller, somebody: Somebody) -> None:
    companies.post("/roles", {"key": "winners", "name": "Winners"})
    grant = {"rights": ["view", "create", "edit", "delete"], "sections": {"basic": "edit"},
             "rows": {"field": "status", "op": "eq", "value": "won"}}  # fmt: skip
    companies("PUT", "/roles/winners/grants/companies", grant)
    reader = somebody("reader@example.com", "winners")
    won, lead = (
        companies.create({"name": "Won", "status": "won"}),
        companies.create({"name": "Lead", "status": "lead"}),
    )
    assert [each["id"] for each in reader.get(RECORDS).json["items"]] == [won]
    for method, path, body in (("GET", "", None), ("PATCH", "", {"values": {"name": "X"}}), ("DELETE", "", None),
                               ("GET", "/history", None), ("GET", "/related", None), ("POST", "/restore", {}),
                               ("POST", "/restore", {"version": 1})):  # fmt: skip
        there, not_there = (
            reader(method, f"{RECORDS}/{lead}{path}", body),
            reader(method, f"{RECORDS}/9{lead}{path}", body),
        )
        assert there.status_code == not_there.status_code == 404, (method, path)
        assert there.text == not_there.text.replace(f"9{lead}", str(lead))
    assert reader.patch(f"{RECORDS}/{won}", {"values": {"status": "lead"}}).status_code in (403, 422)
    assert companies.get(f"{RECORDS}/{won}").json["values"]["status"] == "won"


def test_a_new_grant_is_in_force_at_the_next_request(seller: Caller, companies: Caller) -> None:
    record = companies.create({"name": "ACME", "turnover": "5"})
    both = {"rights": ["view"], "sections": {"basic": "read", "finance": "read"}, "rows": None}
    companies("PUT", "/roles/sales/grants/companies", both)
    assert seller.get(f"{RECORDS}/{record}").json["values"]["turnover"] == "5.00"
    assert seller.patch(f"{RECORDS}/{record}", {"values": {"name": "B"}}).status_code == 403
    companies("PUT", "/roles/sales/grants/companies", {"rights": [], "sections": {}, "rows": None})
    assert seller.get(f"{RECORDS}/{record}").status_code == 404
    assert seller.get(RECORDS).status_code == 404
    assert seller.get("/registries").json["items"] == []
