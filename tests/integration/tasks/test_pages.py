"""The pages of tasks, the calendar behind a private link and the reminder of a morning."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import unquote

import icalendar
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kartoteka.platform.kernel.mail import OutgoingMail
from kartoteka.platform.services import people, plugins
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import change
from kartoteka.plugins.tasks import verbs
from kartoteka.plugins.tasks.design import KEY
from kartoteka.plugins.tasks.months import month_of
from kartoteka.plugins.tasks.reminders import remind
from tests.integration.tasks.test_verbs import NOON, add, as_, away, firm, number, task
from tests.servers.apps import app_for

PASSWORD = "four quiet words here"
__all__ = ["firm"]


def signed_in(office: Office, who: str) -> FlaskClient:
    """The browser of somebody who has signed in."""
    user = number(office, who)
    with office.begin_system() as work:
        people.change_user(work, user, {"password": PASSWORD})
    client = app_for(office).test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-in", data={"email": f"{who}@example.com", "password": PASSWORD, "csrf_token": token})
    return client


def token_of(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_each_shape_shows_what_is_mine(firm: Office) -> None:
    tech = number(firm, "tech")
    add(firm, "tech", "Late one", assignee=tech, due="2026-11-20")
    add(firm, "tech", "Today one", assignee=tech, due="2026-11-22", priority="high")
    add(firm, "boss", "Not for him", assignee=number(firm, "boss"), due="2026-11-22")
    client = signed_in(firm, "tech")
    for shape in ("list", "board", "calendar"):
        text = client.get(f"/tasks?shape={shape}").get_data(as_text=True)
        assert "Late one" in text
        assert "Today one" in text
        assert "Not for him" not in text
    assert "Late one" not in client.get("/tasks?priority=high").get_data(as_text=True)
    for whose in ("team", "asked", "waiting", "done", "nonsense"):
        assert client.get(f"/tasks?whose={whose}").status_code == 200


def test_who_stands_in_reads_for_whom(firm: Office) -> None:
    add(firm, "boss", "Visit", assignee=number(firm, "tech"))
    away(firm, "tech", "mate", "2026-11-20", "2026-11-24")
    assert "Mate for Tech" in signed_in(firm, "mate").get("/tasks").get_data(as_text=True)


def test_a_calendar_program_reads_the_link_until_it_is_taken_back(firm: Office) -> None:
    tech = number(firm, "tech")
    long = "Přečíst; elektroměry, vodoměry \\ plynoměry a všechno ostatní, co v domě najdete" * 2
    add(firm, "boss", long, on=True, assignee=tech, due="2027-03-28", due_time="02:30", description="a\nb")
    add(firm, "boss", "Whole day", assignee=tech, due="9999-12-31")
    add(firm, "boss", "Some day", assignee=tech)
    add(firm, "boss", "Not his")
    client = signed_in(firm, "tech")
    page = client.get("/tasks/calendar-link").get_data(as_text=True)
    made = client.post("/tasks/calendar-link", data={"csrf_token": token_of(page)}).get_data(as_text=True)
    link = "/tasks/feed/" + made.split("/tasks/feed/")[1].split('"')[0]
    reader = app_for(firm).test_client()
    answer = reader.get(link)
    assert answer.mimetype == "text/calendar"
    assert max(len(line) for line in answer.data.split(b"\r\n")) <= 75
    read = icalendar.Calendar.from_ical(answer.data)
    to_do = {str(each["SUMMARY"]): each for each in read.walk("VTODO")}
    assert set(to_do) == {long, "Whole day", "Some day"}
    assert to_do["Whole day"]["DUE"].dt == date(9999, 12, 31)
    # That night the clocks go on from two to three: the time that is not there is read an hour on.
    assert to_do[long]["DUE"].dt == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert str(to_do[long]["DESCRIPTION"]) == "a\nb\n\nAcme"
    assert len(read.walk("VEVENT")) == 2
    page = client.get("/tasks/calendar-link").get_data(as_text=True)
    assert link not in page
    client.post("/tasks/calendar-link", data={"csrf_token": token_of(page), "revoke": "1"})
    assert reader.get(link).status_code == 404


def test_the_link_shows_nothing_of_what_is_switched_off(firm: Office) -> None:
    client = signed_in(firm, "tech")
    page = client.get("/tasks/calendar-link").get_data(as_text=True)
    made = client.post("/tasks/calendar-link", data={"csrf_token": token_of(page)}).get_data(as_text=True)
    link = "/tasks/feed/" + made.split("/tasks/feed/")[1].split('"')[0]
    assert client.get(link).status_code == 200
    assert client.get("/tasks/feed/guess.ics").status_code == 404
    with firm.begin_system(design=True) as work:
        plugins.change(work, "tasks", {"active": False})
    assert client.get(link).status_code == 404
    assert client.get("/tasks").status_code == 404


def letters(office: Office) -> list[tuple[str, str]]:
    with office.session() as session:
        kept = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    read = [(each.recipient, message_from_bytes(each.message, policy=default)) for each in kept]
    found = []
    for recipient, message in read:
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        assert body is not None
        if "tasks" in str(message["Subject"]).lower():
            found.append((recipient, str(body.get_content())))
    return found


def test_everybody_is_reminded_once_a_day_of_what_he_may_see(firm: Office) -> None:
    tech = number(firm, "tech")
    add(firm, "boss", "Late one", assignee=tech, due="2026-11-20")
    add(firm, "boss", "Tomorrow", assignee=tech, due="2026-11-23")
    remind(firm)
    remind(firm)
    (letter,) = letters(firm)
    assert letter[0] == "tech@example.com"
    assert "Late one" in letter[1]
    assert "Tomorrow" not in letter[1]
    firm.clock = lambda: NOON.replace(hour=3) + timedelta(days=1)
    remind(firm)
    assert len(letters(firm)) == 1
    firm.clock = lambda: NOON + timedelta(days=1)
    remind(firm)
    assert "Tomorrow" in letters(firm)[1][1]
    with as_(firm, "tech") as work:
        for each in (1, 2):
            verbs.finish(work, each)
    firm.clock = lambda: NOON + timedelta(days=2)
    remind(firm)
    assert len(letters(firm)) == 2


@pytest.mark.parametrize("text", ["", "2026-13", "99999-1", "x-y", "2026-11-22", "-5"])
def test_a_month_that_is_none_is_the_present_one(text: str) -> None:
    assert month_of(text, date(2026, 11, 22)).first == date(2026, 11, 1)


def test_months_lead_on_over_the_years() -> None:
    assert (month_of("2026-12", NOON.date()).after, month_of("2026-01", NOON.date()).before) == (
        "2027-01",
        "2025-12",
    )


def test_two_people_who_tick_at_once_both_get_what_they_meant(firm: Office) -> None:
    tech = number(firm, "tech")
    made = add(firm, "tech", "Read meters", assignee=tech, checklist="Hall\nRoof\nHall")
    client = signed_in(firm, "tech")
    head = {
        "X-CSRFToken": token_of(client.get(f"/tasks/{made}").get_data(as_text=True)),
        "HX-Request": "true",
    }

    def say(deed: str, **given: str) -> tuple[int, str]:
        answer = client.post(f"/tasks/{made}/{deed}", data=given, headers=head)
        return answer.status_code, unquote(answer.headers.get("X-Sentence", ""))

    def now(key: str) -> object:
        return task(firm, "tech", made).values[key]

    assert [say("tick", done="1") for _twice in range(2)] == [(200, "")] * 2 and now("state") == "done"
    assert say("tick", done="0") == (200, "") and now("state") == "open"
    # A colleague has written a line above and taken one out since the page was drawn.
    with as_(firm, "tech") as work:
        change(work, KEY, made, {"checklist": "Gate\nHall\nCellar"})
    assert say("item", line="0", text="Hall", done="1") == (200, "")
    assert now("checklist") == "Gate\n- [x] Hall\nCellar"
    assert say("item", line="1", text="Roof", done="1") == (409, "“Roof” is not in the checklist any more.")
    assert now("checklist") == "Gate\n- [x] Hall\nCellar"
    assert say("state", section="waiting", was="open") == (200, "")
    refused = (409, "Tech has moved this task meanwhile; look where it is now.")
    assert say("state", section="in_progress", was="open") == refused and now("state") == "waiting"
    assert say("state", section="waiting", was="open") == (200, "")
