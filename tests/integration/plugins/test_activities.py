"""Activities: the timeline of a record and of those that point at it, by rights; dialogs; overview; calls; mail."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from email.message import EmailMessage
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from kartoteka.platform.sdk import (
    Bearer,
    NotFound,
    Query,
    Spans,
    Work,
    browse,
    create,
    create_field,
    create_registry,
    create_role,
    create_user,
    fetch,
    remove,
    tally,
)
from kartoteka.platform.services.modelling import apply_design, change_category, export_design
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.ready_made import lay_beside
from kartoteka.plugins.activities.filing import Filed, file_stream
from kartoteka.plugins.activities.timeline import Wanted, of_record
from kartoteka.plugins.activities.verbs import log
from kartoteka.registries import beside
from tests.servers.apps import app_for
from tests.servers.offices import Furnish

ALL = ["view", "create", "edit", "delete"]
PASSWORD = "four quiet words here"
COMPANIES = {
    "key": "companies", "name": "Companies", "title": "{name}",
    "sections": [{"key": "basic", "name": "Basic", "fields": [
        {"key": "name", "name": "Name", "type": "text", "required": True},
        {"key": "phone", "name": "Phone", "type": "phone"},
        {"key": "vip", "name": "Important", "type": "boolean"},
        {"key": "mail", "name": "Mail", "type": "email"},
    ]}],
}  # fmt: skip
CONTACTS = {
    "key": "contacts", "name": "Contacts", "title": "{name}",
    "sections": [{"key": "basic", "name": "Basic", "fields": [
        {"key": "name", "name": "Name", "type": "text", "required": True},
        {"key": "company", "name": "Company", "type": "relation", "options": {"target": "companies"}},
        {"key": "phone", "name": "Phone", "type": "phone"},
        {"key": "mail", "name": "Mail", "type": "email"},
    ]}],
}  # fmt: skip


def grant(**sections: str) -> dict[str, object]:
    return {"rights": ALL, "sections": {"basic": "edit", **sections}}


def set_up(office: Office) -> None:
    """Two companies, a contact of the first, and people who see all, less or nothing of what lies there."""
    edit, read = grant(activities="edit"), grant(activities="read")
    with office.begin_system(design=True) as work:
        create_registry(work, COMPANIES)
        create_registry(work, CONTACTS)
        for who, grants in {
            "seller": {"companies": edit, "contacts": edit},
            "reader": {"companies": read, "contacts": grant()},
            "blind": {"companies": grant(), "contacts": grant()},
            "lone": {"companies": edit},
        }.items():
            create_role(work, {"key": who, "name": who, "grants": grants})
            create_user(
                work, {"email": f"{who}@example.com", "name": who, "roles": [who], "password": PASSWORD}
            )
        create(
            work,
            "companies",
            {"name": "Acme", "phone": "777123456", "vip": True, "mail": "info@acme.example"},
        )
        create(work, "companies", {"name": "Bolt", "phone": "777999888"})
        create(
            work,
            "contacts",
            {"name": "Ann", "company": 1, "phone": "+420777123456", "mail": "ann@acme.example"},
        )
    note(office, "seller", "companies", 1, "met Acme", at="2026-03-02T10:00", category="meeting")
    note(office, "seller", "contacts", 1, "called Ann", at="2026-03-03T10:00", category="call")
    note(office, "seller", "companies", 2, "visited Bolt", at="2026-03-04T10:00", category="visit")


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm."""
    return set_up


@pytest.fixture
def firm(office: Office) -> Office:
    """The firm, on each database."""
    return office


@contextmanager
def as_(office: Office, who: str) -> Iterator[Work]:
    with office.begin_as(f"{who}@example.com", write=True) as work:
        yield work


def note(
    office: Office,
    writer: str,
    registry: str,
    record: int,
    text: str,
    /,
    category: str = "call",
    **more: object,
) -> int:
    with as_(office, writer) as work:
        values = {"text": text, **more}
        return log(work, "_activities", values, category=category, on=Bearer(registry, record)).id


def told(office: Office, who: str, record: int = 1, wanted: Wanted | None = None) -> list[str]:
    with as_(office, who) as work:
        shown = of_record(work, fetch(work, "companies", record), wanted or Wanted())
        return [each.text for day in shown.days for each in day.items]


class Browser:
    """Somebody who is signed in and asks as the pages do."""

    def __init__(self, client: FlaskClient, who: str) -> None:
        self.client = client
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
        assert found is not None
        given = {"csrf_token": found[1], "email": f"{who}@example.com", "password": PASSWORD}
        assert client.post("/sign-in", data=given).status_code == 303
        token = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/").text)
        assert token is not None
        self.headers = {"X-CSRFToken": token[1], "HX-Request": "true"}

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def post(self, address: str, **given: object) -> TestResponse:
        data = {name.replace("__", "."): value for name, value in given.items()}
        return self.client.post(address, data=data, headers=self.headers)


@pytest.fixture
def browser(firm: Office) -> Callable[[str], Browser]:
    """Sign somebody in."""
    app = app_for(firm)
    return lambda who: Browser(app.test_client(), who)


def test_a_company_shows_what_happened_with_its_contacts(firm: Office) -> None:
    assert told(firm, "seller") == ["called Ann", "met Acme"]
    assert told(firm, "seller", wanted=Wanted(related=False)) == ["met Acme"]
    with as_(firm, "seller") as work:
        first = of_record(work, fetch(work, "companies", 1), Wanted()).days[0].items[0]
    assert first.on is not None and (first.on.registry, first.on.title, first.icon) == (
        "contacts",
        "Ann",
        "phone",
    )


def test_only_what_the_reader_sees_is_gathered(firm: Office) -> None:
    assert told(firm, "reader") == ["met Acme"], "the tab is hidden on contacts"
    assert told(firm, "lone") == ["met Acme"], "contacts are hidden"
    assert told(firm, "blind") == []


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        (Wanted(kind="call"), ["called Ann"]),
        (Wanted(since="2026-03-03"), ["called Ann"]),
        (Wanted(until="2026-03-02"), ["met Acme"]),
        (Wanted(q="acme"), ["met Acme"]),
        (Wanted(who=99999), []),
        (Wanted(since="nonsense", until="9999-12-31"), ["called Ann", "met Acme"]),
    ],
)
def test_a_timeline_is_narrowed(firm: Office, wanted: Wanted, texts: list[str]) -> None:
    assert told(firm, "seller", wanted=wanted) == texts


def test_activities_that_name_a_record_are_gathered_too(firm: Office) -> None:
    with firm.begin_system(design=True) as work:
        body = {"key": "met", "name": "With whom", "type": "relation", "section": "activity",
                "options": {"target": "companies", "many": True}}  # fmt: skip
        create_field(work, "_activities", body)
    note(firm, "seller", "companies", 2, "all of us", at="2026-03-05T10:00", met=[1])
    assert told(firm, "seller") == ["all of us", "called Ann", "met Acme"]


def test_no_statement_is_there_because_of_more_activities(firm: Office) -> None:
    def statements() -> int:
        asked: list[str] = []

        def keep(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            asked.append(statement)

        with as_(firm, "seller") as work:
            record = fetch(work, "companies", 1)
            event.listen(firm.engine, "before_cursor_execute", keep)
            try:
                of_record(work, record, Wanted())
            finally:
                event.remove(firm.engine, "before_cursor_execute", keep)
        return len(asked)

    before = statements()
    for n in range(12):
        note(firm, "seller", "contacts" if n % 2 else "companies", 1, f"again {n}")
    assert statements() == before <= 8


def test_older_ones_come_after_the_others_and_each_once(
    firm: Office, browser: Callable[[str], Browser]
) -> None:
    for n in range(40):
        note(firm, "seller", "companies", 1, f"number {n:02}", at=f"2026-04-{n % 20 + 1:02}T10:00")
    seller = browser("seller")
    page = seller.get("/activities/on/companies/1?related=1").text
    texts = re.findall(r'<p class="said">(.*?)</p>', page)
    more = re.search(r'hx-get="([^"]*cursor=[^"]*)"', page)
    assert more is not None
    texts += re.findall(r'<p class="said">(.*?)</p>', seller.get(more[1].replace("&amp;", "&")).text)
    assert len(texts) == len(set(texts)) == 42


def test_the_dialog_notes_down_changes_removes_and_brings_back(
    firm: Office, browser: Callable[[str], Browser]
) -> None:
    seller = browser("seller")
    form = seller.get("/activities/new?on=companies/1").text
    assert "What happened" in form and 'value="call" data-category checked' in form
    refused = seller.post("/activities/new?on=companies/1", category="call", v__text="")
    assert refused.status_code == 422 and "must be filled in" in refused.text
    done = seller.post("/activities/new?on=companies/1", category="visit", v__text="Saw the house")
    assert list(json.loads(done.headers["HX-Trigger"])) == ["say", "activities-changed", "shut-dialog"]
    assert "Saw the house" in told(firm, "seller")
    assert "Saw the house" in seller.get("/activities/4/form").text
    assert seller.post("/activities/4/form", version=1, category="visit", v__text="Saw it").status_code == 200
    stale = seller.post("/activities/4/form", version=1, category="visit", v__text="Mine")
    assert stale.status_code == 412 and "Saw it" in stale.text and "Mine" in stale.text
    gone = seller.post("/activities/4/remove")
    assert "Saw it" not in told(firm, "seller")
    seller.post(json.loads(gone.headers["HX-Trigger"])["say"]["undo"])
    assert "Saw it" in told(firm, "seller")


def test_dialogs_are_for_those_who_may(browser: Callable[[str], Browser]) -> None:
    reader, blind = browser("reader"), browser("blind")
    assert reader.get("/activities/new?on=companies/1").status_code == 403
    assert reader.post("/activities/new?on=companies/1", v__text="no").status_code == 403
    assert reader.get("/activities/1/form").status_code == 403
    assert reader.get("/activities/2/form").status_code == 404, "on a contact, where the tab is hidden"
    assert blind.get("/activities/1/form").status_code == 404
    assert blind.get("/activities/on/companies/1").status_code == 404
    assert "met Acme" in reader.get("/r/companies/1/tab/activities").text
    assert "New activity" not in reader.get("/r/companies/1/tab/activities").text
    assert 'data-key="c"' in browser("seller").get("/r/companies/1").text
    assert 'data-key="c"' not in reader.get("/r/companies/1").text


def test_what_people_type_is_no_html(firm: Office, browser: Callable[[str], Browser]) -> None:
    note(firm, "seller", "companies", 1, "<script>alert(1)</script>", next_step="<img src=x>")
    shown = browser("seller").get("/r/companies/1/tab/activities").text
    assert "&lt;script&gt;" in shown and "<script>alert" not in shown and "<img" not in shown


def test_a_kind_has_a_picture_that_goes_with_the_design(firm: Office) -> None:
    with firm.begin_system(design=True) as work:
        change_category(work, "_activities", "visit", {"icon": "car"})
        document = export_design(work)
        change_category(work, "_activities", "visit", {"icon": "plane"})
        apply_design(work, document)
        kind = work.catalog.registries["_activities"].category("visit")
        assert kind is not None and kind.icon == "car"
    with as_(firm, "seller") as work:
        (day,) = of_record(work, fetch(work, "companies", 2), Wanted()).days
        assert day.items[0].icon == "car"


def test_an_activity_lies_on_one_of_the_records_asked_for(firm: Office) -> None:
    def lying(who: str, value: object) -> list[str]:
        with as_(firm, who) as work:
            asked = Query(filter={"field": "on", "op": "eq", "value": value}, sort="at")
            return [each.values["text"] for each in browse(work, "_activities", asked).items]

    assert lying("seller", {"registry": "companies", "id": [1, 2]}) == ["met Acme", "visited Bolt"]
    assert lying("seller", {"registry": "companies", "id": []}) == []
    assert lying("blind", {"registry": "companies", "id": [1, 2]}) == []
    with pytest.raises(NotFound):
        note(firm, "blind", "companies", 1, "no")


def letter(
    sender: str, to: str, identity: str = "<1@acme.example>", more: str = "", body: str = "Hello"
) -> bytes:
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: An offer\r\nMessage-ID: {identity}\r\n{more}"
        f"Date: Mon, 02 Mar 2026 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    ).encode()


def filed(office: Office, raw: bytes) -> Filed:
    return file_stream(office, BytesIO(raw))


SELLER, READER = "Seller <seller@example.com>", "reader@example.com"


def test_a_letter_is_filed_at_the_contact_it_came_from_or_went_to(firm: Office) -> None:
    came = filed(firm, letter("Ann <ANN@acme.example>", SELLER))
    assert came.on == Bearer("contacts", 1, "Ann")
    sent = filed(firm, letter(SELLER, "info@acme.example", "<2@x>"))
    assert sent.on == Bearer("companies", 1, "Acme")
    both = filed(firm, letter(SELLER, "info@acme.example, ann@acme.example", "<3@x>"))
    assert both.on == Bearer("companies", 1, "Acme"), "the first of those it went to"
    with as_(firm, "seller") as work:
        found = fetch(work, "_activities", came.activity)
        assert (found.category, found.values["text"]) == ("correspondence", "An offer\n\nHello")
        assert found.created_by.title == "seller" and found.values["who"][0].title == "seller"


def test_a_letter_is_filed_once(firm: Office) -> None:
    assert filed(firm, letter("ann@acme.example", SELLER)).activity
    assert not filed(firm, letter("ann@acme.example", SELLER)).activity
    nameless = letter("ann@acme.example", SELLER, "")
    assert filed(firm, nameless).activity and not filed(firm, nameless).activity


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "This is no letter"),
        (b"\x00\xff\xfe garbage\r\n\r\n", "This is no letter"),
        (letter("ann@acme.example", SELLER, more="Auto-Submitted: auto-replied\r\n"), "automatic"),
    ],
)
def test_what_is_no_letter_or_an_echo_is_not_filed(firm: Office, raw: bytes, said: str) -> None:
    found = filed(firm, raw)
    assert said in found.said and not found.activity
    kept = list((firm.settings.data / "letters").glob("*.eml"))
    assert [path.read_bytes() for path in kept] == ([raw] if said == "This is no letter" else [])


def test_a_letter_that_is_too_large_is_kept_whole(firm: Office) -> None:
    raw = letter("ann@acme.example", SELLER, body="x" * (50 * 1024 * 1024))
    assert "larger than 25 MB" in filed(firm, raw).said
    (kept,) = (firm.settings.data / "letters").glob("*.eml")
    assert kept.stat().st_size == len(raw)


def test_a_letter_goes_only_where_its_colleague_may_write(firm: Office) -> None:
    assert filed(firm, letter("ann@acme.example", READER)).on is None
    assert filed(firm, letter("info@acme.example", READER, "<2@x>")).on is None
    assert filed(firm, letter("ann@acme.example", "system@kartoteka.invalid", "<3@x>")).on is None
    assert filed(firm, letter("ann@acme.example", "stranger@example.net", "<4@x>")).on is None


@pytest.mark.parametrize("head", [
    "---------- Forwarded message ---------\r\nFrom: Ann <ann@acme.example>\r\nTo: <seller@example.com>",
    "Předávám.\r\n\r\n-----Původní zpráva-----\r\nKomu: info@acme.example\r\nOd: Ann [mailto:ANN@acme.example]",
    "> *Od:* Ann <ann@acme.example>",
])  # fmt: skip
def test_what_a_colleague_forwards_is_filed_where_it_came_from(firm: Office, head: str) -> None:
    sent = filed(firm, letter(SELLER, "crm@example.com", body=f"{head}\r\n\r\nHello"))
    assert sent.on == Bearer("contacts", 1, "Ann")
    stranger = filed(firm, letter("thief@example.net", SELLER, "<2@x>", body=f"{head}\r\n\r\nHello"))
    assert stranger.on is None, "what a stranger quotes decides nothing"


def test_a_letter_forwarded_as_an_attachment_is_filed_with_its_text(firm: Office) -> None:
    inner, outer = EmailMessage(), EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "ann@acme.example", "seller@example.com", "The roof"
    inner.set_content("It leaks.")
    outer["From"], outer["To"], outer["Subject"] = "seller@example.com", "crm@example.com", "Fwd: The roof"
    outer.set_content("See below")
    outer.add_attachment(inner)
    sent = filed(firm, outer.as_bytes())
    assert sent.on == Bearer("contacts", 1, "Ann")
    with as_(firm, "seller") as work:
        assert fetch(work, "_activities", sent.activity).values["text"] == (
            "Fwd: The roof\n\nSee below\n\nThe roof\n\nIt leaks."
        )


def test_the_tray_lets_one_choose_the_record(firm: Office, browser: Callable[[str], Browser]) -> None:
    waiting = filed(firm, letter("stranger@example.net", SELLER))
    seller, blind = browser("seller"), browser("blind")
    assert "An offer" in seller.get("/activities/tray").text
    assert "An offer" not in blind.get("/activities/tray").text
    offered = seller.get("/activities/places?q=bolt").json
    assert offered == {"items": [{"id": "companies/2", "note": "Companies", "title": "Bolt"}]}
    address = f"/activities/{waiting.activity}/file"
    assert blind.post(address, on="companies/2").status_code == 404
    assert seller.post(address, on="").status_code == 422
    assert seller.post(address, on="companies/2").status_code == 200
    assert told(firm, "seller", 2) == ["visited Bolt", "An offer\n\nHello"]
    assert "The tray is empty" in seller.get("/activities/tray").text
    assert not filed(firm, letter("stranger@example.net", SELLER)).activity, "it is still the same letter"


@pytest.mark.parametrize("number", ["777 123 456", "+420777123456", "00420 777 123 456", "123456"])
def test_who_is_calling(browser: Callable[[str], Browser], number: str) -> None:
    seller, lone = browser("seller"), browser("lone")
    shown = seller.get(f"/call/found?number={number.replace('+', '%2B')}").text
    assert "Acme" in shown and "Ann" in shown and "Important" in shown and "Bolt" not in shown
    assert "on=contacts/1" in shown and "category=call" in shown
    alone = lone.get(f"/call/found?number={number.replace('+', '%2B')}").text
    assert "Acme" in alone and "Ann" not in alone


def test_whom_a_caller_belongs_to_is_told_as_far_as_it_is_seen(
    firm: Office, browser: Callable[[str], Browser]
) -> None:
    with as_(firm, "seller") as work:
        create(work, "contacts", {"name": "Eve", "company": 1, "phone": "608111222"})
    shown = browser("seller").get("/call/found?number=608111222").text
    assert "Eve" in shown and "/r/companies/1" in shown and "Important" in shown
    with firm.begin_system(design=True) as work:
        create_role(work, {"key": "phones", "name": "Phones", "grants": {"contacts": grant()}})
        body = {"email": "phones@example.com", "name": "p", "roles": ["phones"], "password": PASSWORD}
        create_user(work, body)
    alone = browser("phones").get("/call/found?number=608111222").text
    assert "Eve" in alone and "Acme" not in alone and "Important" not in alone


def test_with_whom_one_has_met_is_kept_where_contacts_are_ready_made(
    firm: Office, browser: Callable[[str], Browser]
) -> None:
    with firm.begin_system(design=True) as work:
        for _twice in range(2):
            lay_beside(work, beside("contacts"), "contacts")
        keys = [each.key for each in work.catalog.registries["_activities"].active_fields]
        assert keys[keys.index("who") + 1] == "contacts"
    note(firm, "seller", "companies", 2, "lunch with Ann", at="2026-03-05T10:00", contacts=[1])
    shown = browser("seller").get("/activities/on/contacts/1?related=1").text
    assert shown.index("lunch with Ann") < shown.index("With whom") < shown.index("called Ann")
    assert "companies: Bolt".lower() in shown.lower()
    assert "With whom" not in browser("lone").get("/activities/on/companies/2?related=1").text
    with as_(firm, "lone") as work:
        (only,) = browse(work, "_activities", Query(q="lunch")).items
        assert only.values.get("contacts") in (None, []), "he sees no contacts"


def test_an_unknown_caller_can_be_made_a_record(browser: Callable[[str], Browser]) -> None:
    shown = browser("seller").get("/call?number=602111222").text
    assert "Nobody that you see" in shown and "/r/contacts/new?v.phone=602111222" in shown
    assert "Nobody that you see" not in browser("seller").get("/call/found?number=77").text


def test_the_overview_counts_what_its_reader_sees(browser: Callable[[str], Browser]) -> None:
    def numbers(who: str) -> list[str]:
        shown = browser(who).get("/activities/numbers?until=2026-03-08").text
        row = re.search(r'<th scope="row">seller</th>(.*?)</tr>', shown, re.S)
        return re.findall(r">(\d+)<", row[1]) if row else []

    assert numbers("seller") == ["0", "0", "0", "0", "0", "3", "3"]
    assert numbers("reader") == ["0", "0", "0", "0", "0", "2", "2"]
    assert numbers("blind") == []
    assert "called Ann" not in browser("reader").get("/activities").text


def test_a_tally_is_what_one_counts_by_hand(firm: Office) -> None:
    """Several people at one activity, nobody, borders of weeks and years, what is in the bin, what is hidden."""
    people = [_person(firm, name) for name in ("adam", "bara")]
    moments = "2025-12-28T23:59 2025-12-29T00:00 2026-01-04T23:59 2026-01-05T00:00 2026-01-11T23:59 2026-01-12T00:00"
    for number, at in enumerate(moments.split()):
        who = [people, people[:1], people[1:], []][number % 4]
        kind = ("call", "visit")[number % 2]
        note(firm, "seller", "companies", 1, f"n{number}", category=kind, at=at, who=who)
        note(firm, "seller", "contacts", 1, f"c{number}", category="meeting", at=at, who=who)
    gone = note(firm, "seller", "companies", 1, "gone", at="2026-01-05T10:00", who=people)
    with as_(firm, "seller") as work:
        remove(work, "_activities", gone)
        create(work, "companies", {"name": "Gone"})
    note(firm, "seller", "companies", 3, "on what is gone", at="2026-01-05T10:00", who=people)
    with as_(firm, "seller") as work:
        remove(work, "companies", 3)
    days = [date(2025, 12, 29), date(2026, 1, 5), date(2026, 1, 12)]
    for reader in ("seller", "reader", "blind"):
        with as_(firm, reader) as work:
            zone = ZoneInfo(work.actor.locale.timezone)
            by_who, by_kind = Counter[tuple[int | None, int]](), Counter[tuple[str | None, int]]()
            for each in browse(work, "_activities", Query(page_size=500)).items:
                day = each.values["at"].astimezone(zone).date()
                if not days[0] <= day < days[-1]:
                    continue
                week = (day - days[0]).days // 7
                by_kind[each.category, week] += 1
                for person in each.values["who"] or [None]:
                    by_who[person and person.id, week] += 1
            found = tally(work, "_activities", ("who", "category"), Spans("at", days))
            for name, counted in (("who", by_who), ("category", by_kind)):
                told = {(each.key, week): each.counts[week] for each in found[name] for week in (0, 1)}
                assert {key: number for key, number in told.items() if number} == counted, (reader, name)
            only = tally(work, "_activities", ["category"], Spans("at", days[1:]), Query(q="n3"))
            assert [(each.key, each.counts) for each in only["category"]] == (
                [] if reader == "blind" else [("visit", [1])]
            )
            assert bool(by_kind) == (reader != "blind")


def _person(office: Office, name: str) -> int:
    with office.begin_system() as work:
        return create_user(work, {"email": f"{name}@example.com", "name": name, "roles": ["seller"]}).id


def test_the_overview_asks_once_for_all_its_numbers(firm: Office, browser: Callable[[str], Browser]) -> None:
    seller, asked = browser("seller"), list[str]()

    def keep(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(firm.engine, "before_cursor_execute", keep)
    try:
        assert seller.get("/activities/numbers?until=2026-03-08").status_code == 200
    finally:
        event.remove(firm.engine, "before_cursor_execute", keep)
    assert len([each for each in asked if "count(" in each and "r__activities" in each]) == 1, asked
