"""An admin sees as a role what these plugins show: everywhere a page, and nothing breaks down behind one."""

import logging
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kartoteka.platform.access.guises import Guise
from kartoteka.platform.access.models import User
from kartoteka.platform.sdk import (
    Bearer,
    Query,
    browse,
    count,
    create,
    create_registry,
    create_role,
    create_user,
)
from kartoteka.platform.services.office import Office
from tests.integration.plugins.test_attached import ALL, COMPANIES
from tests.servers.apps import app_for

PASSWORD = "four quiet words here"
ON = Bearer("companies", 1)
PAGES = (
    "/", "/r/companies", "/r/companies/1", "/r/companies/1/history", "/r/companies/1/latest",
    *(f"/r/companies/1/tab/{each}" for each in ("tasks", "activities", "notes")),
    *(f"/tasks?whose={whose}&shape={shape}" for whose in ("mine", "team", "asked", "waiting", "done")
      for shape in ("list", "board", "calendar")),
    "/tasks/1", "/tasks/2", "/tasks/new", "/tasks/new?on=companies/1", "/tasks/1/form", "/tasks/places",
    "/activities", "/activities/list", "/activities/numbers", "/activities?who=1",
    "/activities/on/companies/1?related=1",
    "/activities/new?on=companies/1", "/activities/1/form", "/activities/tray", "/call", "/call/found?number=777123456",
    "/notes", "/notes?show=mine", "/notes?show=pinned", "/notes/new", "/notes/new?on=companies/1", "/notes/1/form",
)  # fmt: skip


@pytest.fixture
def firm(office: Office) -> Office:
    """A company with a task for a role, one for a person, an activity and a note."""
    with office.begin_system(design=True) as work:
        create_registry(work, COMPANIES)
        tabs = {"tasks": "edit", "activities": "edit", "notes": "edit"}
        grant = {"rights": ALL, "sections": {"basic": "edit", **tabs}}
        role = create_role(work, {"key": "clerk", "name": "Clerk", "grants": {"companies": grant}})
        for who, roles in (("ana", ["admin"]), ("eda", ["clerk"])):
            person = {"email": f"{who}@example.com", "name": who.title(), "roles": roles}
            made = create_user(work, {**person, "password": PASSWORD})
        create(work, "companies", {"name": "Acme"})
        create(work, "_tasks", {"title": "For the role", "role": role.id}, on=ON)
        create(work, "_tasks", {"title": "For Eda", "assignee": [made.id]}, on=ON)
        create(work, "_tasks", {"title": "For Eda alone", "assignee": [made.id]})
        create(work, "_activities", {"text": "Talked"}, category="call", on=ON)
        create(work, "_notes", {"text": "Thought"}, on=ON)
        create(work, "_notes", {"text": "Thought alone", "private": True}, on=ON)
    return office


@pytest.fixture
def admin(firm: Office) -> Iterator[FlaskClient]:
    """The browser of the admin, who looks as the role."""
    with app_for(firm).test_client() as client:
        _send(client, "/sign-in", email="ana@example.com", password=PASSWORD)
        _send(client, "/see-as", role="clerk")
        yield client


def _send(client: FlaskClient, path: str, **form: str) -> None:
    key = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/forgotten").text)
    assert key is not None
    assert client.post(path, data=form, headers={"X-CSRFToken": key[1]}).status_code == 303


def test_every_page_shows_itself_and_nothing_is_logged(
    admin: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        shown = {path: admin.get(path) for path in PAGES}
    assert {path: answer.status_code for path, answer in shown.items() if answer.status_code != 200} == {}
    assert [record.getMessage() for record in caplog.records] == []
    assert "as the role “Clerk”" in shown["/tasks?whose=mine&shape=list"].text
    assert "For the role" in shown["/tasks?whose=mine&shape=list"].text, "it waits for whoever has the role"
    assert "For Eda" not in shown["/tasks?whose=mine&shape=list"].text
    assert "For Eda" in shown["/tasks?whose=team&shape=list"].text
    assert "Thought alone" not in shown["/notes"].text and "Thought" in shown["/notes"].text


def test_what_is_said_of_me_holds_for_nobody(firm: Office) -> None:
    """Neither true of everything nor an error: it is a question that can be answered."""
    with firm.session() as session:
        ana = session.query(User).filter_by(email="ana@example.com").one()
    with firm.begin_session(ana.id, ana.epoch, guise=Guise(role="clerk")) as work:
        for operator, value in (("eq", {"var": "me"}), ("in", [{"var": "me"}])):
            mine = {"field": "assignee", "op": operator, "value": value}
            assert count(work, "_tasks", Query(filter=mine)) == 0
            assert count(work, "_tasks", Query(filter={"not": mine})) == 2
        titles = {each.title for each in browse(work, "_tasks", Query()).items}
    assert titles == {"For the role", "For Eda"}
