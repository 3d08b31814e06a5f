"""The history of the design over the API: what a change would do, what it did, and the way back."""

from typing import Any

import pytest

from tests.integration.rest.conftest import RECORDS, Caller, Somebody

REGISTRY = "/registries/companies"
HISTORY = "/design/history"


def newest(caller: Caller) -> Any:
    return caller.get(HISTORY, page_size="1").json["items"][0]  # type: ignore[index]


def value(caller: Caller, record: int, field: str) -> Any:
    return caller.get(f"{RECORDS}/{record}").json["values"].get(field, "no such field")  # type: ignore[index]


def notes(companies: Caller, *texts: str) -> list[int]:
    """A text field with some values, and the records that have them."""
    assert (
        companies.post(f"{REGISTRY}/fields", {"key": "note", "name": "Note", "type": "text"}).status_code
        == 201
    )
    return [companies.create({"name": f"Firm {text}", "note": text}) for text in texts]


def test_a_dry_run_tells_and_does_nothing(companies: Caller) -> None:
    notes(companies, "12", "many", "7")
    rule = {"field": "note", "op": "not_empty"}
    grant = {"rights": ["view"], "sections": {"basic": "read"}, "rows": rule}
    companies.post("/roles", {"key": "sales", "name": "Sales", "grants": {"companies": grant}})
    version, before = newest(companies)["version"], companies.get(REGISTRY).json

    told = companies.patch(f"{REGISTRY}/fields/note", {"type": "integer"}, query_string={"dry_run": "1"})
    assert told.status_code == 200, told.text
    impact: Any = told.json
    assert impact["asks"] is True
    assert [(each["action"], each["subject"]) for each in impact["steps"]][:1] == [("convert_field", "note")]
    assert [(each["count"], each["acceptable"]) for each in impact["against"]] == [(1, True)]
    assert "many" in impact["against"][0]["examples"][0]
    assert [each["count"] for each in impact["touched"]] == [3]
    assert [(each["kind"], each["place"]) for each in impact["uses"]] == [("row_rule", "companies.note")]
    assert "Sales" in impact["uses"][0]["sentence"]

    gone: Any = companies.delete(f"{REGISTRY}/fields/note", query_string={"dry_run": "1"}).json
    assert [each["count"] for each in gone["touched"]] == [3]
    role: Any = companies.delete("/roles/sales", query_string={"dry_run": "1"}).json
    assert [each["action"] for each in role["steps"]] == ["role"]
    made = companies.post(f"{REGISTRY}/sections", {"name": "More"}, query_string={"dry_run": "1"})
    assert made.json["asks"] is False  # type: ignore[index]
    wrong = companies.patch(f"{REGISTRY}/fields/note", {"type": "nothing"}, query_string={"dry_run": "1"})
    assert wrong.status_code == 422
    assert (newest(companies)["version"], companies.get(REGISTRY).json) == (version, before)


def test_the_history_is_told_in_the_language_of_the_reader(companies: Caller) -> None:
    notes(companies, "1")
    assert newest(companies)["steps"][0]["sentence"] == "Add the field “Companies › Note” (Text)."
    assert companies.patch("/me", {"language": "cs"}).status_code == 200
    czech = newest(companies)["steps"][0]["sentence"]
    assert czech != "Add the field “Companies › Note” (Text)." and "Note" in czech


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 10**16])
def test_versions_beyond_all_that_can_be(companies: Caller, number: int) -> None:
    items = companies.get(HISTORY).json["items"]
    assert companies.get(HISTORY, before=str(number)).json["items"] == items
    assert companies.get(HISTORY, before=str(-number)).json["items"] == []
    assert companies.post(f"{HISTORY}/{number}/return", {}).status_code == 404
    assert companies.post(f"{HISTORY}/{number}/undo", {}).status_code == 404


def test_a_retyped_field_comes_back_with_its_values(companies: Caller) -> None:
    first, second, third = notes(companies, "12", "many", "007")
    version = newest(companies)["version"]
    refused = companies.patch(f"{REGISTRY}/fields/note", {"type": "integer"})
    assert refused.status_code == 409 and "many" in str(refused.json)
    changed = companies.patch(f"{REGISTRY}/fields/note", {"type": "integer", "accept_loss": True})
    assert changed.status_code == 200
    assert [value(companies, each, "note") for each in (first, second, third)] == [12, None, 7]
    assert companies.patch(f"{RECORDS}/{first}", {"values": {"note": 99}}).status_code == 200
    companies.post(f"{REGISTRY}/fields", {"key": "later", "name": "Later", "type": "text"})
    late = companies.create({"name": "Late", "note": 5, "later": "kept"})

    plan: Any = companies.post(f"{HISTORY}/{version}/return", {}, query_string={"dry_run": "1"}).json
    assert plan["asks"] is True and plan["steps"][0]["action"] == "return"
    assert value(companies, first, "note") == 99, "only told"
    back = companies.post(f"{HISTORY}/{version}/return", {})
    assert back.status_code == 200, back.text
    assert [value(companies, each, "note") for each in (first, second, third, late)] == [
        "99",
        "many",
        "007",
        "5",
    ]
    assert value(companies, late, "later") == "no such field"

    again = companies.post(f"{HISTORY}/{newest(companies)['version'] - 1}/return", {"accept_loss": True})
    assert again.status_code == 200, again.text
    assert [value(companies, each, "note") for each in (first, second, third, late)] == [99, None, 7, 5]
    assert value(companies, late, "later") == "kept"


def test_values_entered_since_that_cannot_come_along_are_listed(companies: Caller) -> None:
    companies.post(f"{REGISTRY}/fields", {"key": "size", "name": "Size", "type": "integer"})
    record = companies.create({"name": "Firm", "size": 4})
    version = newest(companies)["version"]
    companies.patch(f"{REGISTRY}/fields/size", {"type": "text"})
    companies.patch(f"{RECORDS}/{record}", {"values": {"size": "huge"}})
    refused = companies.post(f"{HISTORY}/{version}/return", {})
    assert refused.status_code == 409 and "huge" in refused.text
    assert companies.post(f"{HISTORY}/{version}/return", {"accept_loss": True}).status_code == 200
    assert value(companies, record, "size") is None
    assert companies.post(f"{HISTORY}/{version + 1}/return", {}).status_code == 200
    assert value(companies, record, "size") == "huge", "it stayed in the column that was left"


def test_choices_and_links_come_back(companies: Caller) -> None:
    choices = [{"key": key, "name": key.title()} for key in ("small", "large")]
    companies.post(
        f"{REGISTRY}/fields",
        {"key": "size", "name": "Size", "type": "choice", "options": {"choices": choices}},
    )
    owner = companies.create({"name": "Owner"})
    record = companies.create({"name": "Firm", "size": "large", "parent": [owner]})
    version = newest(companies)["version"]
    body = {"options": {"choices": choices[:1]}, "accept_loss": True}
    assert companies.patch(f"{REGISTRY}/fields/size", body).status_code == 200
    assert companies.patch(f"{REGISTRY}/fields/parent", {"type": "text", "options": {}}).status_code == 200
    assert (value(companies, record, "size"), value(companies, record, "parent")) == (None, "Owner")
    twin = companies.create({"name": "Owner"})
    assert companies.post(f"{HISTORY}/{version}/return", {}).status_code == 200
    assert value(companies, record, "size") == "large"
    assert [each["id"] for each in value(companies, record, "parent")] == [owner], (
        "not the other one of this name"
    )
    assert twin != owner


def test_demands_that_values_do_not_meet_any_more_stay_off(companies: Caller) -> None:
    companies.post(f"{REGISTRY}/fields", {"key": "code", "name": "Code", "type": "text", "unique": True})
    version = newest(companies)["version"]
    companies.patch(f"{REGISTRY}/fields/code", {"unique": False})
    for name in ("A", "B"):
        companies.create({"name": name, "code": "same"})
    back: Any = companies.post(f"{HISTORY}/{version}/return", {}).json
    assert len(back["left"]) == 1 and "same" in back["left"][0]
    fields = {each["key"]: each for each in companies.get(f"{REGISTRY}/fields").json["items"]}  # type: ignore[index]
    assert fields["code"]["unique"] is False


def test_values_that_become_the_same_by_converting_are_refused_not_a_failure(companies: Caller) -> None:
    notes(companies, "7", "007")
    assert companies.patch(f"{REGISTRY}/fields/note", {"unique": True}).status_code == 200
    answer = companies.patch(f"{REGISTRY}/fields/note", {"type": "integer", "accept_loss": True})
    assert answer.status_code == 409 and "7 (2×)" in answer.text


def test_ids_of_one_registry_never_become_ids_of_another(companies: Caller) -> None:
    owner = companies.create({"name": "Owner"})
    record = companies.create({"name": "Firm", "parent": [owner]})
    companies.post("/registries", {"key": "people", "name": "People", "title": "{name}", "sections": [
        {"key": "s", "name": "S", "fields": [{"key": "name", "name": "Name", "type": "text"}]}]})  # fmt: skip
    companies.create({"name": "Somebody else"}, "people")
    body = {"options": {"target": "people"}, "accept_loss": True}
    assert companies.patch(f"{REGISTRY}/fields/parent", body).status_code == 200
    assert not value(companies, record, "parent")


def test_one_change_is_taken_back_unless_something_depends_on_it(companies: Caller) -> None:
    notes(companies, "x")
    made = newest(companies)["version"]
    companies.patch(f"{REGISTRY}/fields/note", {"name": "Remark", "help": "Anything."})
    renamed = newest(companies)["version"]
    companies.patch(f"{REGISTRY}/fields/note", {"required": True})
    assert companies.post(f"{HISTORY}/{renamed}/undo", {}).status_code == 200
    fields = {each["key"]: each for each in companies.get(f"{REGISTRY}/fields").json["items"]}  # type: ignore[index]
    assert (fields["note"]["name"], fields["note"]["help"], fields["note"]["required"]) == ("Note", "", True)

    companies.patch(REGISTRY, {"title": "{name} {note}"})
    refused = companies.post(f"{HISTORY}/{made}/undo", {})
    assert refused.status_code == 409 and "names of the records" in refused.text
    companies.patch(REGISTRY, {"title": "{name}"})
    assert companies.post(f"{HISTORY}/{made}/undo", {}).status_code == 200
    off = {
        each["key"]: each
        for section in companies.get(REGISTRY).json["sections"]
        for each in section["fields"]
    }  # type: ignore[index]
    assert off["note"]["active"] is False
    assert companies.post(f"{HISTORY}/{renamed}/undo", {}).status_code in (200, 409)


def test_a_removed_role_comes_back_to_those_who_had_it(companies: Caller, somebody: Somebody) -> None:
    grant = {"rights": ["view"], "sections": {"basic": "read"}, "rows": None}
    companies.post("/roles", {"key": "sales", "name": "Sales", "grants": {"companies": grant}})
    seller = somebody("sela@example.com", "sales")
    version = newest(companies)["version"]
    companies.delete("/roles/sales")
    companies.post("/roles", {"key": "sales", "name": "Sales", "grants": {"companies": grant}})
    assert seller.get(REGISTRY).status_code == 404, "a later role of its name is another"
    assert companies.post(f"{HISTORY}/{version}/return", {}).status_code == 200
    assert seller.get(REGISTRY).status_code == 200
    assert companies.post(f"{HISTORY}/{version + 2}/return", {}).status_code == 200
    assert seller.get(REGISTRY).status_code == 404


def test_a_version_is_read_and_unknown_ones_are_not_there(companies: Caller) -> None:
    first = newest(companies)["version"]
    companies.patch(REGISTRY, {"name": "Firms"})
    then: Any = companies.get(f"{HISTORY}/{first}").json
    assert [each["name"] for each in then["registries"] if each["key"] == "companies"] == ["Companies"]
    for path in (f"{HISTORY}/99999", f"{HISTORY}/0"):
        assert companies.get(path).status_code == 404
    assert companies.post(f"{HISTORY}/99999/return", {}).status_code == 404
    assert companies.post(f"{HISTORY}/99999/undo", {}).status_code == 404


def test_only_designers_go_back(companies: Caller, seller: Caller) -> None:
    version = newest(companies)["version"]
    assert seller.get(HISTORY).status_code == 403
    assert seller.post(f"{HISTORY}/{version}/return", {}).status_code == 403
    assert "ETag" not in seller.get(REGISTRY).headers


def test_two_designers_at_once_overwrite_nothing_silently(companies: Caller, somebody: Somebody) -> None:
    other = somebody("other@example.com", "admin")
    mark = companies.get(REGISTRY).headers["ETag"]
    first = other.patch(f"{REGISTRY}/fields/name", {"name": "Title"}, headers={"If-Match": "*"})
    assert first.status_code == 200
    stale = companies.patch(REGISTRY, {"name": "Firms"}, headers={"If-Match": mark})
    assert stale.status_code == 412
    assert "other" in stale.text and "Rename “Name” to “Title”" in stale.text
    fresh = companies.get(REGISTRY).headers["ETag"]
    assert companies.patch(REGISTRY, {"name": "Firms"}, headers={"If-Match": fresh}).status_code == 200

    mark = first.headers["ETag"]
    assert (
        other.patch(f"{REGISTRY}/fields/name", {"help": "1"}, headers={"If-Match": mark}).status_code == 200
    )
    late = companies.patch(f"{REGISTRY}/fields/name", {"help": "2"}, headers={"If-Match": mark})
    assert late.status_code == 412
    assert companies.delete(f"{REGISTRY}/fields/name", headers={"If-Match": mark}).status_code == 412
    grant = {"rights": ["view"], "sections": {"basic": "read"}, "rows": None}
    companies.post("/roles", {"key": "sales", "name": "Sales"})
    path = "/roles/sales/grants/companies"
    seen = companies.get(path).headers["ETag"]
    assert other("PUT", path, grant, headers={"If-Match": seen}).status_code == 200
    assert companies("PUT", path, {**grant, "rights": []}, headers={"If-Match": seen}).status_code == 412


def test_a_key_made_again_inherits_nothing(companies: Caller, seller: Caller) -> None:
    notes(companies, "secret")
    rule = {"field": "note", "op": "eq", "value": "secret"}
    grant = {"rights": ["view"], "sections": {"basic": "read"}, "rows": rule}
    companies("PUT", "/roles/sales/grants/companies", grant)
    companies.patch(REGISTRY, {"columns": ["name", "note"], "title": "{name} {note}"})
    companies.delete(f"{REGISTRY}/fields/note")
    refused = companies.post(f"{REGISTRY}/fields", {"key": "note", "name": "Note", "type": "text"})
    assert refused.status_code == 409 and "switched off" in refused.text, (
        "with the offer to switch it on again"
    )
    made: Any = companies.post(f"{REGISTRY}/fields", {"name": "Note", "type": "text"}).json
    assert made["key"] == "note_2"
    record = companies.create({"name": "New", "note_2": "secret"})
    assert seller.get(f"{RECORDS}/{record}").status_code == 404, "the row rule asks the old field"
    shown: Any = companies.get(f"{RECORDS}/{record}").json
    assert shown["title"] == "New" and shown["values"]["note_2"] == "secret"
    registry: Any = companies.get(REGISTRY).json
    assert "note_2" not in registry["columns"] and "note_2" not in registry["title"]
