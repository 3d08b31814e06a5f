"""Activities begun from the firm's texts, and next steps that become tasks."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from kartoteka.platform.sdk import (
    Bearer,
    Invalid,
    Query,
    Record,
    browse,
    create,
    create_registry,
    create_role,
    create_user,
)
from kartoteka.platform.services.office import Office
from kartoteka.plugins.activities.templating import Template, keep_templates, templates_of
from tests.integration.plugins.test_activities import COMPANIES, PASSWORD, grant
from tests.servers.apps import app_for

VISIT = Template("Visit of a roof", "visit", "Seen:\nAgreed:")


@pytest.fixture
def firm(office: Office) -> Office:
    """Somebody who notes down and sets tasks, and somebody who only notes down."""
    with office.begin_system(design=True) as work:
        create_registry(work, COMPANIES)
        for who, more in (("seller", {"tasks": "edit"}), ("writer", {})):
            grants = {"companies": grant(activities="edit", **more)}
            create_role(work, {"key": who, "name": who, "grants": grants})
            body = {"email": f"{who}@example.com", "name": who.title(), "roles": [who], "password": PASSWORD}
            create_user(work, body)
        body = {"email": "boss@example.com", "name": "Boss", "roles": ["admin"], "password": PASSWORD}
        create_user(work, body)
        create(work, "companies", {"name": "Acme"})
    return office


def come_in(office: Office, who: str) -> tuple[FlaskClient, str]:
    client = app_for(office).test_client()
    token = client.get("/sign-in").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    form = {"email": f"{who}@example.com", "password": PASSWORD, "csrf_token": token}
    client.post("/sign-in", data=form)
    page = client.get("/activities/new?on=companies/1").get_data(as_text=True)
    return client, page.split('name="csrf_token" value="')[1].split('"')[0]


def tasks(office: Office) -> list[Record]:
    with office.begin_system() as work:
        return browse(work, "_tasks", Query()).items


def note(office: Office, who: str, **more: str) -> int:
    client, token = come_in(office, who)
    form = {"csrf_token": token, "category": "call", "v.text": "Talked", **more}
    return client.post("/activities/new?on=companies/1", data=form).status_code


def test_the_next_step_becomes_a_task_of_whoever_is_chosen(firm: Office) -> None:
    step = {"v.next_step": "Send the offer", "step.task": "1", "step.due": "2027-01-15", "step.who": "3"}
    assert note(firm, "seller", **step) < 400
    (made,) = tasks(firm)
    assert (made.title, made.values["due"], made.on) == (
        "Send the offer", date(2027, 1, 15), Bearer("companies", 1, "Acme"),
    )  # fmt: skip
    assert [each.title for each in made.values["assignee"]] == ["Writer"]
    assert made.created_by.title == "Seller"


def test_no_step_no_task_and_a_wrong_day_is_said_beside_it(firm: Office) -> None:
    assert note(firm, "seller", **{"step.task": "1"}) < 400
    assert note(firm, "seller", **{"v.next_step": "Send the offer"}) < 400
    assert tasks(firm) == []
    assert note(firm, "seller", **{"step.task": "1", "step.due": "2027-01-15"}) == 422
    assert note(firm, "seller", **{"v.next_step": "x", "step.task": "1", "step.due": "soon"}) == 422
    with firm.begin_system() as work:
        assert len(browse(work, "_activities", Query()).items) == 2


def test_whoever_may_set_no_tasks_is_not_asked(firm: Office) -> None:
    shown = {
        who: come_in(firm, who)[0].get("/activities/new?on=companies/1").get_data(as_text=True)
        for who in ("seller", "writer")
    }
    assert "step.task" in shown["seller"]
    assert "step.task" not in shown["writer"]


def test_the_admin_writes_templates_and_everybody_begins_with_them(firm: Office) -> None:
    client, token = come_in(firm, "boss")
    form = {"csrf_token": token, "name": [VISIT.name, "", "Call"], "kind": ["visit", "", "nothing"],
            "text": ["Seen:\r\nAgreed:", "lost", "Hello"]}  # fmt: skip
    refused = client.post("/activities/templates", data=form)
    assert refused.status_code == 422 and "nothing" in refused.get_data(as_text=True)
    assert (
        client.post("/activities/templates", data={**form, "kind": ["visit", "", "call"]}).status_code == 303
    )
    with firm.begin_system() as work:
        assert templates_of(work) == [Template("Call", "call", "Hello"), VISIT]
    page = come_in(firm, "writer")[0].get("/activities/new?on=companies/1").get_data(as_text=True)
    assert f'data-text="{VISIT.text}" data-kind="visit">{VISIT.name}' in page
    writer, token = come_in(firm, "writer")
    assert writer.post("/activities/templates", data={**form, "csrf_token": token}).status_code in (403, 404)


@pytest.mark.parametrize("wrong", [Template("", "", "x"), Template("x", "", ""), Template("x", "none", "x")])
def test_a_template_that_will_not_do(firm: Office, wrong: Template) -> None:
    with firm.begin_system(design=True) as work:
        with pytest.raises(Invalid):
            keep_templates(work, [wrong])
        assert templates_of(work) == []
