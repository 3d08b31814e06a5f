"""Records over the API, on each database: what goes in comes out as the contract says, and what is wrong is told."""

import json
from typing import Any

from tests.integration.rest.conftest import RECORDS, Caller

FULL = {
    "name": "ACME", "ico": "27082440", "founded": "30. 6. 2020", "seen": "2026-11-21T10:30:00+01:00", "status": "Lead",
    "turnover": "24 977,8 Kč", "margin": "7,5 %",
}  # fmt: skip


def filtered(field: str, op: str, value: Any) -> str:
    return json.dumps({"field": field, "op": op, "value": value})


def test_a_created_record_comes_back_as_the_contract_says(companies: Caller) -> None:
    made = companies.post(
        RECORDS, {"values": {**FULL, "keeper": [companies.user_id]}, "category": "customer"}
    )
    assert made.status_code == 201
    record = made.json
    assert made.headers["Location"] == f"/api/v1{RECORDS}/{record['id']}"
    assert made.headers["ETag"] == '"1"'
    assert (record["version"], record["title"], record["category"]) == (1, "ACME", "customer")
    assert record["values"] == {
        "name": "ACME", "ico": "27082440", "founded": "2020-06-30", "seen": "2026-11-21T09:30:00Z", "status": "lead",
        "turnover": "24977.80", "margin": "7.50", "parent": None,
        "keeper": [{"id": companies.user_id, "title": "admin"}],
    }  # fmt: skip
    assert record["created_at"].endswith("Z") and record["updated_at"].endswith("Z")
    assert record["created_by"] == {"id": companies.user_id, "name": "admin"} == record["updated_by"]
    fetched = companies.get(f"{RECORDS}/{record['id']}")
    assert (fetched.status_code, fetched.json, fetched.headers["ETag"]) == (200, record, '"1"')


def test_a_relation_goes_in_as_ids_and_comes_out_with_titles(companies: Caller) -> None:
    mother = companies.create({"name": "Mother"})
    daughter = companies.create({"name": "Daughter", "parent": [mother]})
    shown = companies.get(f"{RECORDS}/{daughter}").json
    assert shown["values"]["parent"] == [{"id": mother, "title": "Mother"}]
    related = companies.get(f"{RECORDS}/{mother}/related").json["items"]
    assert related == [
        {"registry": "companies", "registry_name": "Companies", "field": "parent", "field_name": "Parent",
         "items": [{"id": daughter, "title": "Daughter"}], "more": False}
    ]  # fmt: skip


def test_a_suspicious_value_is_kept_with_a_warning(companies: Caller) -> None:
    made = companies.post(RECORDS, {"values": {"name": "Old", "ico": "12345678"}})
    assert made.status_code == 201
    assert list(made.json["warnings"]) == ["ico"]


def test_all_that_is_wrong_is_told_at_once_by_field(companies: Caller) -> None:
    refused = companies.post(
        RECORDS, {"values": {"founded": "yesterday", "turnover": "much", "colour": "red"}}
    )
    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    problem = refused.json
    assert set(problem) == {"type", "title", "status", "detail", "errors"}
    assert {"founded", "turnover", "colour"} == set(problem["errors"])
    assert all(
        sentences and all(isinstance(one, str) for one in sentences)
        for sentences in problem["errors"].values()
    )
    assert companies.get(RECORDS).json["items"] == []


def test_a_required_field_must_be_filled_in(companies: Caller) -> None:
    assert "name" in companies.post(RECORDS, {"values": {}}).json["errors"]
    record = companies.create({"name": "ACME"})
    assert "name" in companies.patch(f"{RECORDS}/{record}", {"values": {"name": None}}).json["errors"]


def test_a_body_of_the_wrong_shape_is_refused(companies: Caller) -> None:
    bodies: list[Any] = [
        {"values": []},
        {"values": "x"},
        {"value": {}},
        {"values": {"name": "x"}, "category": "nobody"},
        {"values": {"name": "x"}, "category": 7},
        {"values": {"name": "x"}, "id": 5},
    ]
    for body in bodies:
        refused = companies.post(RECORDS, body)
        assert refused.status_code == 422 and refused.json["errors"], body


def test_a_unique_value_cannot_be_used_twice(companies: Caller) -> None:
    companies.create({"name": "ACME", "ico": "27082440"})
    refused = companies.post(RECORDS, {"values": {"name": "Other", "ico": "27082440"}})
    assert refused.status_code == 409
    assert "ico" in refused.json["errors"]
    assert "ACME" not in refused.text


def test_a_change_leaves_other_fields_and_counts_the_version(companies: Caller) -> None:
    record = companies.create(FULL, category="customer")
    changed = companies.patch(f"{RECORDS}/{record}", {"values": {"status": "won", "margin": None}})
    assert changed.status_code == 200
    assert (changed.json["version"], changed.json["category"]) == (2, "customer")
    assert changed.headers["ETag"] == '"2"'
    assert (changed.json["values"]["status"], changed.json["values"]["margin"]) == ("won", None)
    assert changed.json["values"]["turnover"] == "24977.80"
    emptied = companies.patch(f"{RECORDS}/{record}", {"category": None})
    assert emptied.json["category"] is None


def test_an_old_version_is_refused_and_nothing_is_changed(companies: Caller) -> None:
    record = companies.create({"name": "ACME"})
    address = f"{RECORDS}/{record}"
    assert companies.patch(address, {"values": {"name": "A"}}, headers={"If-Match": '"1"'}).status_code == 200
    late = companies.patch(address, {"values": {"name": "B"}}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json["status"]) == (412, 412)
    assert companies.delete(address, headers={"If-Match": '"1"'}).status_code == 412
    assert companies.get(address).json["values"]["name"] == "A"
    assert companies.patch(address, {"values": {"name": "C"}}, headers={"If-Match": "*"}).status_code == 200
    assert (
        companies.patch(address, {"values": {"name": "D"}}, headers={"If-Match": 'W/"3"'}).status_code == 200
    )
    assert companies.patch(address, {"values": {"name": "E"}}, headers={"If-Match": '"x"'}).status_code == 422


def test_a_removed_record_waits_in_the_bin_and_comes_back(companies: Caller) -> None:
    record = companies.create({"name": "ACME"})
    address = f"{RECORDS}/{record}"
    removed = companies.delete(address)
    assert (removed.status_code, removed.data) == (204, b"")
    assert companies.get(address).status_code == 404
    assert companies.get(RECORDS).json["items"] == []
    binned = companies.get(RECORDS, removed=1).json["items"]
    assert [each["id"] for each in binned] == [record] and binned[0]["removed_at"].endswith("Z")
    assert companies.get(address, removed=1).status_code == 200
    back = companies.post(f"{address}/restore", {})
    assert (back.status_code, back.json["id"]) == (200, record)
    assert companies.get(address).status_code == 200


def test_a_record_can_be_put_back_to_a_version(companies: Caller) -> None:
    record = companies.create({"name": "First", "status": "lead"})
    companies.patch(f"{RECORDS}/{record}", {"values": {"name": "Second", "status": "won"}})
    back = companies.post(f"{RECORDS}/{record}/restore", {"version": 1})
    assert back.status_code == 200
    assert (back.json["version"], back.json["values"]["name"], back.json["values"]["status"]) == (
        3,
        "First",
        "lead",
    )
    assert companies.post(f"{RECORDS}/{record}/restore", {"version": 99}).status_code == 404
    for wrong in ("1", 0, -1, True, None, 2**40):
        assert companies.post(f"{RECORDS}/{record}/restore", {"version": wrong}).status_code == 422


def test_history_is_told_newest_first(companies: Caller) -> None:
    record = companies.create({"name": "ACME", "turnover": "1"})
    companies.patch(f"{RECORDS}/{record}", {"values": {"turnover": "2.5"}})
    told = companies.get(f"{RECORDS}/{record}/history").json
    assert [each["version"] for each in told] == [2, 1]
    assert told[0]["via"] == "api" and told[0]["at"].endswith("Z")
    assert told[0]["by"] == {"id": companies.user_id, "name": "admin"}
    assert told[0]["changes"] == [{"field": "turnover", "old": "1.00", "new": "2.50"}]
    assert [each["version"] for each in companies.get(f"{RECORDS}/{record}/history", limit=1).json] == [2]
    assert [each["version"] for each in companies.get(f"{RECORDS}/{record}/history", before=2).json] == [1]


def test_a_record_is_given_as_it_was(companies: Caller) -> None:
    record = companies.create({"name": "First"})
    then = companies.get(f"{RECORDS}/{record}").json["updated_at"]
    companies.patch(f"{RECORDS}/{record}", {"values": {"name": "Second"}})
    assert companies.get(f"{RECORDS}/{record}", as_of=then).json["values"]["name"] == "First"
    assert companies.get(f"{RECORDS}/{record}", as_of="2020-01-01").status_code == 404
    for wrong in ("soon", "9999-12-31", "2026-13-40"):
        assert companies.get(f"{RECORDS}/{record}", as_of=wrong).status_code == 422


def test_a_batch_is_all_or_nothing(companies: Caller) -> None:
    first, second = companies.create({"name": "A"}), companies.create({"name": "B"})
    wrong = {"create": [{"values": {"name": "C"}}, {"values": {"founded": "x"}}], "delete": [second]}
    refused = companies.post(f"{RECORDS}/batch", wrong)
    assert refused.status_code == 422
    assert {"create.1.founded"} <= set(refused.json["errors"])
    assert companies.get(RECORDS, count=1).json["count"] == 2
    right = {
        "create": [{"values": {"name": "C"}}],
        "update": [{"id": first, "values": {"name": "A2"}}],
        "delete": [second],
    }
    done = companies.post(f"{RECORDS}/batch", right)
    assert done.status_code == 200
    assert [each["title"] for each in done.json["created"] + done.json["updated"]] == ["C", "A2"]
    assert done.json["deleted"] == [second]
    stale = companies.post(
        f"{RECORDS}/batch", {"update": [{"id": first, "version": 1, "values": {"name": "A3"}}]}
    )
    assert stale.status_code == 412
    undone = companies.post(f"/batches/{done.json['batch']}/undo")
    assert undone.status_code == 200 and undone.json["changed_since"] == []
    assert {each["title"] for each in companies.get(RECORDS).json["items"]} == {"A", "B"}
    assert companies.post(f"/batches/{done.json['batch']}/undo").status_code == 409
    assert companies.post("/batches/123456/undo").status_code == 404


def test_lists_are_filtered_sorted_and_paged(companies: Caller) -> None:
    for number in range(7):
        companies.create(
            {
                "name": f"Firm {number}",
                "turnover": str(number * 100),
                "status": "won" if number % 2 else "lead",
            }
        )
    page = companies.get(
        RECORDS, filter=filtered("turnover", "gte", "200"), sort="-turnover,name", page_size=2, count=1
    ).json
    assert [each["title"] for each in page["items"]] == ["Firm 6", "Firm 5"]
    assert page["count"] == 5
    following = companies.get(RECORDS, filter=filtered("turnover", "gte", "200"), sort="-turnover,name", page_size=2,
                              cursor=page["next"]).json  # fmt: skip
    assert [each["title"] for each in following["items"]] == ["Firm 4", "Firm 3"]
    assert "count" not in following
    found = companies.get(RECORDS, q="firm 3").json
    assert [each["title"] for each in found["items"]] == ["Firm 3"] and found["next"] is None
    few = companies.get(RECORDS, fields="name,status", page_size=1).json["items"][0]
    assert set(few["values"]) == {"name", "status"}


WRONG_PARAMETERS = [
    ("filter", "{"),
    ("filter", "[]"),
    ("filter", '{"field": "nothing", "op": "eq", "value": 1}'),
    ("filter", '{"field": "name", "op": "like", "value": 1}'),
    ("filter", '{"field": "turnover", "op": "gte", "value": "x"}'),
    ("filter", '{"not":' * 60 + "{}" + "}" * 60),
    ("filter", "[" * 5000),
    ("filter", '{"field": "name", "value": "\\u0000"}'),
    ("filter", '{"field": "name", "value": "\\ud800"}'),
    ("filter", '{"field": "turnover", "op": "lt", "value": 1e999}'),
    ("sort", "nothing"),
    ("sort", "--name"),
    ("fields", "name,nothing"),
    ("page_size", "0"),
    ("page_size", "501"),
    ("page_size", "many"),
    ("page_size", "9" * 30),
    ("cursor", "no cursor"),
    ("count", "perhaps"),
    ("q", "a\x00b"),
]


def test_a_wrong_parameter_is_refused_under_its_name(companies: Caller) -> None:
    companies.create({"name": "ACME"})
    for parameter, value in WRONG_PARAMETERS:
        answered = companies.get(RECORDS, **{parameter: value})
        assert answered.status_code == 422, (parameter, value[:60], answered.text)
        assert list(answered.json["errors"]) == [parameter]


def test_a_summary_counts_and_measures(companies: Caller) -> None:
    for name, status, turnover in (("A", "lead", "10.5"), ("B", "won", "1"), ("C", "won", "2")):
        companies.create({"name": name, "status": status, "turnover": turnover})
    address = "/registries/companies/summary"
    groups = companies.get(address, group_by="status", measure="sum:turnover").json["items"]
    assert {each["key"]: (each["text"], each["count"], each["value"]) for each in groups} == {
        "lead": ("Lead", 1, "10.50"), "won": ("Won", 2, "3.00")}  # fmt: skip
    everything = companies.get(address, measure="max:turnover").json["items"]
    assert [(each["count"], each["value"]) for each in everything] == [(3, "10.50")]
    one = companies.get(address, filter=filtered("status", "eq", "lead")).json["items"]
    assert [each["count"] for each in one] == [1]
    for wrong in ({"group_by": "nothing"}, {"measure": "sum:name"}, {"measure": "all"}, {"filter": "{"}):
        assert companies.get(address, **wrong).status_code == 422
