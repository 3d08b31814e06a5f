"""Letters fetched from a mailbox over IMAP: filed once, whatever state they are in, and never round in circles."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage

import pytest

from kartoteka.platform.sdk import (
    Conflict,
    Query,
    Record,
    browse,
    change_plugin,
    create,
    create_registry,
    create_role,
    create_user,
)
from kartoteka.platform.services import duties
from kartoteka.platform.services.office import Office
from kartoteka.plugins.activities import filing
from kartoteka.plugins.activities.mailbox import fetch_letters
from tests.integration.plugins.test_activities import COMPANIES, CONTACTS, grant
from tests.servers.databases import SQLiteFiles
from tests.servers.imap import Post


@pytest.fixture
def firm(office: Office) -> Office:
    """A company and its contact, each with an address, and a colleague who sees both."""
    with office.begin_system(design=True) as work:
        create_registry(work, COMPANIES)
        create_registry(work, CONTACTS)
        both = {"companies": grant(activities="edit"), "contacts": grant(activities="edit")}
        create_role(work, {"key": "seller", "name": "Seller", "grants": both})
        create_user(work, {"email": "seller@example.com", "name": "Sam", "roles": ["seller"]})
        create(work, "companies", {"name": "Acme", "mail": "info@acme.example"})
        create(work, "contacts", {"name": "Ann", "mail": "ann@acme.example", "company": 1})
    return office


@pytest.fixture
def databases(sqlite_files: SQLiteFiles) -> SQLiteFiles:
    """What a letter comes to is tested on both databases; here the way to it is."""
    return sqlite_files


def letter(
    subject: str, *, sender: str = "info@acme.example", text: str = "Hello", **headers: str
) -> EmailMessage:
    """A letter to the colleague who sees the company whose address is the sender's."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "seller@example.com", subject
    message["Message-ID"] = f"<{subject.replace(' ', '-').lower()}@acme.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def set_up(office: Office, post: Post, **more: object) -> None:
    with office.begin_system(design=True) as work:
        change_plugin(work, "activities", {"settings": {**post.settings, **more}})


def filed(office: Office) -> list[tuple[str, str]]:
    """The letters that are filed, each with what it lies on; those in the tray on nothing."""
    with office.begin_system() as work:
        asked = Query(filter={"field": "message_id", "op": "not_empty"}, sort="id")
        return [
            (_first(each), each.on.title if each.on else "")
            for each in browse(work, "_activities", asked).items
        ]


def _first(each: Record) -> str:
    return str(each.values["text"]).split("\n")[0]


@contextmanager
def limited(monkeypatch: pytest.MonkeyPatch, size: int) -> Iterator[None]:
    """As if letters could be no larger than so many octets."""
    monkeypatch.setattr(filing, "LARGEST", size)
    monkeypatch.setattr("kartoteka.plugins.activities.mailbox.LARGEST", size)
    yield


def test_a_letter_goes_by_smtp_into_the_mailbox_and_from_there_to_its_record_once(
    firm: Office, post: Post
) -> None:
    set_up(firm, post)
    post.send(letter("The roof leaks"))
    post.send(letter("Who are you", sender="stranger@example.org"))
    assert fetch_letters(firm).all == 2
    assert filed(firm) == [("The roof leaks", "Acme"), ("Who are you", "")]
    assert post.unread() == 0
    box = post.box()
    box.store("1:*", "-FLAGS", r"(\Seen)")
    box.logout()
    post.send(letter("The roof leaks"))
    again = fetch_letters(firm)
    assert (again.filed, again.waiting, again.others) == (0, 0, 3)
    assert len(filed(firm)) == 2


def test_the_worker_fetches_and_a_server_that_is_down_is_asked_again(firm: Office, post: Post) -> None:
    set_up(firm, post, imap_port=1)
    post.send(letter("The roof leaks"))
    duties.do_duties(firm)
    with pytest.raises(Conflict, match="cannot be read"):
        fetch_letters(firm)
    assert filed(firm) == []
    set_up(firm, post)
    later = firm.clock() + timedelta(hours=1)
    firm.clock = lambda: later
    duties.do_duties(firm)
    assert filed(firm) == [("The roof leaks", "Acme")]


def test_a_wrong_password_is_said_and_nothing_is_told_of_the_right_one(firm: Office, post: Post) -> None:
    set_up(firm, post, imap_password="wrong word")
    with pytest.raises(Conflict) as refusal:
        fetch_letters(firm)
    assert "cannot be read" in str(refusal.value) and "wrong word" not in str(refusal.value)
    set_up(firm, post, imap_folder="Nothing here")
    with pytest.raises(Conflict, match="cannot be read"):
        fetch_letters(firm)
    with firm.begin_system(design=True) as work:
        change_plugin(work, "activities", {"settings": {"imap_host": ""}})
    with pytest.raises(Conflict, match="No mailbox"):
        fetch_letters(firm)


def test_automatic_letters_turn_in_no_circle(firm: Office, post: Post) -> None:
    set_up(firm, post)
    for number, (name, value) in enumerate((
        ("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("X-Autoreply", "yes"), ("Return-Path", "<>"),
    )):  # fmt: skip
        message = letter(f"Away {number}")
        message[name] = value
        post.lay(bytes(message))
    bounce = letter("Undelivered")
    bounce.make_mixed()
    bounce.replace_header("Content-Type", 'multipart/report; report-type=delivery-status; boundary="x"')
    post.lay(bytes(bounce))
    assert fetch_letters(firm).others == 5
    assert filed(firm) == []
    assert post.unread() == 0


def test_a_huge_letter_is_noted_by_its_head_and_stays_in_the_mailbox(
    firm: Office, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(firm, post)
    post.lay(bytes(letter("Plans", text="x" * 200_000)))
    with limited(monkeypatch, 100_000):
        assert fetch_letters(firm).filed == 1
    (shown,) = filed(firm)
    assert shown == ("Plans", "Acme")
    with firm.begin_system() as work:
        (each,) = browse(work, "_activities", Query(filter={"field": "message_id", "op": "not_empty"})).items
    assert "it stays in the mailbox" in each.values["text"] and "xxx" not in each.values["text"]
    box = post.box()
    assert box.search(None, "FLAGGED")[1] == [b"1"]
    box.logout()


def test_broken_letters_hold_up_nobody(firm: Office, post: Post) -> None:
    set_up(firm, post)
    post.lay(b"\xff\xfe nothing like a letter\r\n\r\n\x00\x00")
    post.lay(b"From: info@acme.example\r\nTo: seller@example.com\r\nSubject: =?utf-8?B?broken\r\n"
             b"Content-Type: multipart/mixed; boundary=\"\xff\"\r\n\r\n--\xff\r\nhalf a part")  # fmt: skip
    post.send(letter("The roof leaks"))
    assert fetch_letters(firm).all == 3
    assert filed(firm)[-1] == ("The roof leaks", "Acme")
    assert post.unread() == 0
    kept = list((firm.settings.data / "letters").glob("*.eml"))
    assert [each.read_bytes() for each in kept] == [b"\xff\xfe nothing like a letter\r\n\r\n\x00\x00"]


def test_a_letter_between_colleagues_about_a_customer(firm: Office, post: Post) -> None:
    set_up(firm, post)
    with firm.begin_system() as work:
        create_user(work, {"email": "boss@example.com", "name": "Boss", "roles": ["admin"]})
    copied = letter("Offer", sender="boss@example.com")
    copied["Cc"] = "ann@acme.example"
    post.send(copied)
    fetch_letters(firm)
    assert filed(firm) == [("Offer", "Ann")]
