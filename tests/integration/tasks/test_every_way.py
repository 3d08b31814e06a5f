"""One rule serves all ways to a task: the record's own verbs, batches, undoing, imports and the API."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kartoteka.platform.sdk import Bearer, Conflict, Invalid, Query, batch, browse, change, create, fetch
from kartoteka.platform.services import history, imports, people, tokens
from kartoteka.platform.services.office import Office
from kartoteka.plugins.tasks import verbs
from kartoteka.plugins.tasks.design import KEY
from tests.integration.tasks.test_verbs import NOON, add, as_, firm, number, seen, task
from tests.servers.apps import app_for

__all__ = ["firm"]
YESTERDAY = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WEEKLY = {"due": "2026-11-23", "repeat": "FREQ=WEEKLY"}


def test_a_batch_finishes_as_the_tick_does_and_is_undone_whole(firm: Office) -> None:
    tech = number(firm, "tech")
    once = add(firm, "boss", "Once", assignee=tech)
    weekly = add(firm, "boss", "Weekly", assignee=tech, **WEEKLY)
    with as_(firm, "tech") as work:
        both = [{"id": each, "values": {"state": "done"}} for each in (once, weekly)]
        done = batch(work, KEY, update=both)
        assert [each.values["done_at"] for each in done.updated] == [NOON, NOON]
        following = browse(work, KEY, Query(filter={"field": "follows", "op": "eq", "value": weekly})).items
        assert [each.values["due"] for each in following] == [date(2026, 11, 30)]
    with as_(firm, "tech") as work:
        assert history.undo_batch(work, done.batch).changed_since == []
        left = browse(work, KEY, Query(sort="id")).items
        assert [(each.id, each.values["state"], each.values["done_at"]) for each in left] == [
            (once, "open", None), (weekly, "open", None),
        ]  # fmt: skip


def test_a_batch_does_not_pass_by_what_waits(firm: Office) -> None:
    first = add(firm, "boss", "first")
    second = add(firm, "boss", "second", depends_on=[first])
    with as_(firm, "boss") as work, pytest.raises(Invalid) as refusal:
        batch(work, KEY, update=[{"id": second, "values": {"state": "done"}}])
    assert "first" in str(refusal.value.errors["update.0.state"])
    with as_(firm, "boss") as work, pytest.raises(Invalid) as refusal:
        batch(work, KEY, create=[{"values": {"title": "x", "repeat": "FREQ=DAILY"}}])
    assert "create.0.due" in refusal.value.errors
    assert task(firm, "boss", second).values["state"] == "open"


def test_taking_the_tick_back_takes_the_next_time_back_until_somebody_touches_it(firm: Office) -> None:
    weekly = add(firm, "boss", "Weekly", **WEEKLY)
    with as_(firm, "boss") as work:
        verbs.finish(work, weekly)
        verbs.reopen(work, weekly)
    assert seen(firm, "boss") == ["Weekly"]
    with as_(firm, "boss") as work:
        verbs.finish(work, weekly)
        (following,) = browse(work, KEY, Query(filter={"field": "state", "op": "eq", "value": "open"})).items
        change(work, KEY, following.id, {"title": "Weekly, by car"})
        verbs.reopen(work, weekly)
        verbs.finish(work, weekly)
    assert seen(firm, "boss") == ["Weekly", "Weekly, by car"]


def test_the_next_time_comes_when_its_author_has_gone(firm: Office) -> None:
    other = number(firm, "other")
    weekly = add(firm, "boss", "Weekly", on=True, assignee=other, watchers=[number(firm, "mate")], **WEEKLY)
    boss = number(firm, "boss")
    with firm.begin_system() as work:
        people.change_user(work, boss, {"active": False})
    with as_(firm, "other") as work:
        verbs.finish(work, weekly)
    with firm.begin_system() as work:
        (following,) = browse(work, KEY, Query(filter={"field": "state", "op": "eq", "value": "open"})).items
        assert following.on == Bearer("companies", 1, "Acme")
        assert [each.id for each in following.values["assignee"]] == [other]
        assert following.created_by.id == boss


def test_the_time_at_which_it_was_done_may_be_put_right_but_only_then(firm: Office) -> None:
    made = add(firm, "boss", "Call")
    with as_(firm, "boss") as work:
        with pytest.raises(Invalid) as refusal, work.attempt():
            change(work, KEY, made, {"done_at": YESTERDAY})
        assert "done_at" in refusal.value.errors
        changed = change(work, KEY, made, {"state": "done", "done_at": YESTERDAY})
        assert changed.values["done_at"] == YESTERDAY
        with pytest.raises(Invalid) as refusal, work.attempt():
            change(work, KEY, made, {"follows": 77})
        assert "follows" in refusal.value.errors


def test_an_earlier_version_comes_back_with_what_belongs_to_it(firm: Office) -> None:
    made = add(firm, "boss", "Weekly", **WEEKLY)
    with as_(firm, "boss") as work:
        verbs.finish(work, made)
        back = history.restore_version(work, KEY, made, 1)
        assert (back.values["state"], back.values["done_at"]) == ("open", None)
    assert seen(firm, "boss") == ["Weekly"]


def test_an_import_keeps_the_rules_row_by_row(firm: Office, tmp_path: Path) -> None:
    sheet = tmp_path / "tasks.csv"
    sheet.write_text(
        "title,state,done_at,due,repeat,depends_on\n"
        "Old one,done,2026-01-05 10:00,,,\n"
        "Just done,done,,,,\n"
        "Never,open,,2026-12-01,FREQ=HOURLY,\n"
        "Weekly,open,,2026-12-01,freq=weekly,Old one\n",
        encoding="utf-8",
    )
    found = imports.run_file(firm, KEY, sheet, {"mode": "add"})
    assert found.result["created"] == 3
    (fault,) = found.result["errors"]
    assert (fault["row"], fault["column"]) == (4, "repeat")
    with firm.begin_system() as work:
        tasks = {each.title: each.values for each in browse(work, KEY, Query()).items}
    assert tasks["Old one"]["done_at"].astimezone(UTC).day == 5
    assert tasks["Just done"]["done_at"] == NOON
    assert tasks["Weekly"]["repeat"] == "FREQ=WEEKLY"
    assert [each.title for each in tasks["Weekly"]["depends_on"]] == ["Old one"]


def test_a_rule_that_breaks_down_lets_nothing_through(firm: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = add(firm, "boss", "Call")
    monkeypatch.setattr("kartoteka.plugins.tasks.keeping._keep_time", lambda *_given: 1 / 0)
    with as_(firm, "boss") as work, pytest.raises(Conflict, match="nothing was saved"):
        change(work, KEY, made, {"state": "done"})
    assert task(firm, "boss", made).values["state"] == "open"


@pytest.fixture
def client(firm: Office) -> FlaskClient:
    return app_for(firm).test_client()


def test_over_the_api_a_task_is_finished_alike_and_lies_where_it_is_put(
    firm: Office, client: FlaskClient
) -> None:
    weekly = add(firm, "boss", "Weekly", on=True, **WEEKLY)
    head = {"Authorization": f"Bearer {tokens.create_token(firm, 'boss@example.com')}"}
    plain = f"/api/v1/registries/{KEY}/records"
    here = {"registry": "companies", "id": 1}
    with firm.begin_system() as work:
        elsewhere = {"registry": "companies", "id": create(work, "companies", {"name": "Bolt"}).id}
    for place in (elsewhere, None, here):
        answer = client.patch(f"/api/v1/tasks/{weekly}", json={"on": place}, headers=head)
        assert answer.status_code == 200
        assert (answer.json["on"] or {}).get("id") == (place or {}).get("id")
    answer = client.patch(f"{plain}/{weekly}", json={"on": elsewhere}, headers=head)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["on"])
    moved = {"update": [{"id": weekly, "values": {}, "on": elsewhere}]}
    answer = client.post(f"{plain}/batch", json=moved, headers=head)
    assert (answer.status_code, answer.json["updated"][0]["id"]) == (200, weekly)
    assert client.get(f"/api/v1/tasks/{weekly}", headers=head).json["on"]["title"] == "Bolt"
    wrong = {"title": "x", "on": elsewhere}
    answer = client.post("/api/v1/registries/companies/records/1/tasks", json=wrong, headers=head)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["on"])
    answer = client.patch(f"{plain}/{weekly}", json={"values": {"state": "done"}}, headers=head)
    assert answer.status_code == 200
    assert answer.json["values"]["done_at"] == "2026-11-22T11:00:00Z"
    made = client.post(f"{plain}/batch", headers=head, json={
        "create": [{"values": {"title": "On Bolt"}, "on": elsewhere}]}).json["created"][0]["id"]  # fmt: skip
    assert client.get(f"/api/v1/tasks/{made}", headers=head).json["on"]["title"] == "Bolt"
    with firm.begin_system() as work:
        assert fetch(work, KEY, made).on == Bearer("companies", elsewhere["id"], "Bolt")
        assert len(browse(work, KEY, Query()).items) == 3
