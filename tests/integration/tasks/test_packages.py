"""Task packages: designed by the admin, started by a click, over the API or by a new record."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kartoteka.platform.sdk import (
    Bearer,
    Delivery,
    Forbidden,
    Invalid,
    NotFound,
    Query,
    Record,
    browse,
    create,
    create_field,
    remove,
)
from kartoteka.platform.services import delivery, imports, modelling, people, tokens
from kartoteka.platform.services.office import Office
from kartoteka.plugins.tasks.design import KEY
from kartoteka.plugins.tasks.packages import PackageOf, StepOf, keep_package, packages_of
from kartoteka.plugins.tasks.starting import start, start_on_new
from tests.integration.tasks.test_pages import signed_in, token_of
from tests.integration.tasks.test_verbs import NOON, as_, firm, number
from tests.servers.apps import app_for

__all__ = ["firm"]
ACME = Bearer("companies", 1)
WELCOME = PackageOf("welcome", "Welcome", "companies", steps=(
    StepOf("Call", 0), StepOf("Send the contract", 3, "role:crew", waits=True), StepOf("Visit", 30, "field:keeper"),
))  # fmt: skip


@pytest.fixture
def welcoming(firm: Office) -> Office:
    """A firm whose companies have a keeper and a day, and one package for them."""
    with firm.begin_system(design=True) as work:
        for key, kind in (("keeper", "user"), ("signed", "date")):
            create_field(
                work, "companies", {"key": key, "name": key.title(), "type": kind, "section": "basic"}
            )
        keep_package(work, WELCOME)
    return firm


def tasks(office: Office) -> list[Record]:
    with office.begin_system() as work:
        return browse(work, KEY, Query(sort="id")).items


def told(each: Record) -> tuple[object, ...]:
    who = [link.title for link in each.values["assignee"]]
    return each.title, each.values["due"], who, each.values["role"], each.on


def work_off(office: Office) -> None:
    while delivery.deliver(office):
        pass


def test_a_click_sets_all_tasks_with_their_days_and_people(welcoming: Office) -> None:
    with welcoming.begin_system() as work:
        crew = work.catalog.roles["crew"].id
        mate = next(each.id for each in people.users(work) if each.name == "Mate")
        bolt = create(work, "companies", {"name": "Bolt", "keeper": mate}).id
    with as_(welcoming, "boss") as work:
        made = start(work, "welcome", Bearer("companies", bolt))
    on = Bearer("companies", bolt, "Bolt")
    assert [told(each) for each in tasks(welcoming)] == [
        ("Call", date(2026, 11, 22), ["Boss"], None, on),
        ("Send the contract", date(2026, 11, 25), [], crew, on),
        ("Visit", date(2026, 12, 22), ["Mate"], None, on),
    ]
    assert [each.id for each in tasks(welcoming)[1].values["depends_on"]] == [made[0].id]
    assert {each.created_by.title for each in made} == {"Boss"}


def test_only_who_may_set_tasks_there_starts_it(welcoming: Office) -> None:
    with as_(welcoming, "tech") as work, pytest.raises(NotFound):
        start(work, "welcome", ACME)
    sections = {"basic": "read", "tasks": "read"}
    with welcoming.begin_system(design=True) as work:
        modelling.set_grant(work, "crew", "companies", {"rights": ["view"], "sections": sections})
    with as_(welcoming, "tech") as work, pytest.raises(Forbidden):
        start(work, "welcome", ACME)
    with as_(welcoming, "boss") as work, pytest.raises(NotFound):
        start(work, "farewell", ACME)
    assert tasks(welcoming) == []


def test_days_count_from_a_date_of_the_record(welcoming: Office) -> None:
    with welcoming.begin_system(design=True) as work:
        keep_package(work, PackageOf("end", "End", "companies", base="signed", steps=(StepOf("Ask", -30),)))
    with as_(welcoming, "boss") as work:
        bolt = create(work, "companies", {"name": "Bolt", "signed": "2027-03-31"}).id
        assert start(work, "end", Bearer("companies", bolt))[0].values["due"] == date(2027, 3, 1)
        with pytest.raises(Invalid, match="Signed"), work.attempt():
            start(work, "end", ACME)


def test_a_new_record_starts_it_once_and_an_import_does_not(welcoming: Office, tmp_path: Path) -> None:
    work_off(welcoming)
    with welcoming.begin_system(design=True) as work:
        keep_package(work, replace(WELCOME, automatic=True))
    with as_(welcoming, "boss") as work:
        bolt = create(work, "companies", {"name": "Bolt"}).id
    sheet = tmp_path / "companies.csv"
    sheet.write_text("name\nCogs\n", encoding="utf-8")
    assert imports.run_file(welcoming, "companies", sheet, {"mode": "add"}).result["created"] == 1
    work_off(welcoming)
    assert [each.title for each in tasks(welcoming)] == ["Call", "Send the contract", "Visit"]
    assert {each.on.id for each in tasks(welcoming) if each.on} == {bolt}
    assert [link.title for link in tasks(welcoming)[2].values["assignee"]] == ["Boss"]
    set_before = tasks(welcoming)
    with welcoming.begin_system() as work:
        for each in set_before:
            remove(work, KEY, each.id)
    body = {"registry": "companies", "records": [bolt], "action": "create"}
    start_on_new(welcoming, [Delivery(1, "records_changed", body, NOON, 0)])
    assert tasks(welcoming) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"registry": "nothing"}, "registry"),
        ({"base": "name"}, "base"),
        ({"steps": ()}, "steps"),
        ({"registry": "", "automatic": True}, "automatic"),
        ({"steps": (StepOf("x", 0, "role:nobody"),)}, "steps.0.who"),
        ({"steps": (StepOf("x", 99999),)}, "steps.0.days"),
        ({"name": ""}, "name"),
    ],
)
def test_what_does_not_exist_is_refused_beside_its_place(
    firm: Office, change: dict[str, object], wrong: str
) -> None:
    plain = {"key": "p", "name": "P", "registry": "companies", "steps": (StepOf("x"),)}
    with firm.begin_system(design=True) as work:
        with pytest.raises(Invalid) as refusal:
            keep_package(work, PackageOf(**{**plain, **change}))  # type: ignore[arg-type]
        assert wrong in refusal.value.errors
        assert packages_of(work) == []


def test_the_admin_designs_it_in_the_browser(firm: Office) -> None:
    boss = number(firm, "boss")
    with firm.begin_system() as work:
        people.change_user(work, boss, {"roles": ["admin"]})
    client = signed_in(firm, "boss")
    page = client.get("/tasks/packages/new").get_data(as_text=True)
    form = {"csrf_token": token_of(page), "name": "New", "registry": "companies", "title": ["Call", "", "Visit"],
            "days": ["1", "", "soon"], "who": ["starter", "starter", "role:boss"], "waits": ["2"]}  # fmt: skip
    refused = client.post("/tasks/packages/new", data=form)
    assert refused.status_code == 422 and "“soon”" in refused.get_data(as_text=True)
    answer = client.post("/tasks/packages/new", data={**form, "days": ["1", "", "7"]})
    assert answer.status_code == 303
    with firm.begin_system() as work:
        (kept,) = packages_of(work)
        assert kept == PackageOf("new_2", "New", "companies", steps=(
            StepOf("Call", 1), StepOf("Visit", 7, "role:boss", waits=True)))  # fmt: skip
        document = modelling.export_design(work)
    assert "packages" in str(document["plugins"])
    assert "New" in client.get("/tasks/packages").get_data(as_text=True)
    assert 'value="Visit"' in client.get("/tasks/packages/new_2").get_data(as_text=True)
    assert client.post("/tasks/packages/new_2", data={**form, "remove": "1"}).status_code == 303
    with firm.begin_system() as work:
        assert packages_of(work) == []
    assert signed_in(firm, "tech").get("/tasks/packages").status_code in (403, 404)


def test_over_the_api(welcoming: Office) -> None:
    head = {"Authorization": f"Bearer {tokens.create_token(welcoming, 'boss@example.com')}"}
    client = app_for(welcoming).test_client()
    listed = client.get("/api/v1/tasks/packages", headers=head).json["items"]
    assert [(each["key"], each["registry"]) for each in listed] == [("welcome", "companies")]
    body = {"on": {"registry": "companies", "id": 1}}
    answer = client.post("/api/v1/tasks/packages/welcome/start", json=body, headers=head)
    assert (answer.status_code, len(answer.json["items"])) == (201, 3)
    assert client.post("/api/v1/tasks/packages/none/start", json=body, headers=head).status_code == 404
    assert client.post("/api/v1/tasks/packages/welcome/start", json={}, headers=head).status_code == 422
