"""The programs that tests run against are real, and the guard around them holds."""

import smtplib
import socket
import urllib.request
from email.message import EmailMessage

import pytest
import redis
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from kartoteka.platform.services.office import Office
from tests.servers.databases import PostgreSQL, SQLiteFiles
from tests.servers.guard import _reached
from tests.servers.mail import Mailbox
from tests.servers.sites import Site


def test_each_database_is_fresh(databases: SQLiteFiles | PostgreSQL) -> None:
    for _ in range(2):
        with databases.database() as url:
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE mark (id INTEGER)"))
            engine.dispose()


def test_a_template_is_copied(databases: SQLiteFiles | PostgreSQL) -> None:
    filled = []

    def fill(url: str) -> None:
        filled.append(url)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE mark (id INTEGER)"))
            connection.execute(text("INSERT INTO mark VALUES (7)"))
        engine.dispose()

    for _ in range(2):
        with databases.database(databases.template("marked", fill)) as url:
            engine = create_engine(url)
            with engine.begin() as connection:
                assert connection.scalar(text("SELECT id FROM mark")) == 7
                connection.execute(text("DELETE FROM mark"))
            engine.dispose()
    assert len(filled) == 1


def test_postgresql_is_real(postgresql: PostgreSQL) -> None:
    with postgresql.database() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert "PostgreSQL" in str(connection.scalar(text("SELECT version()")))
        engine.dispose()


def test_redis_is_real(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.keys() == []
        client.set("key", "value")
        assert client.get("key") == b"value"


def test_mail_arrives(smtp_server: Mailbox) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "Příliš žluťoučký"
    message.set_content("kůň")
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        client.send_message(message)
    assert [m["Subject"] for m in smtp_server.messages] == ["Příliš žluťoučký"]
    assert smtp_server.messages[0].get_content().strip() == "kůň"
    assert smtp_server.recipients == [["b@example.com"]]


def test_the_browser_draws(page: Page) -> None:
    page.set_content("<h1>Kartotéka</h1>")
    assert page.locator("h1").inner_text() == "Kartotéka"


@pytest.mark.parametrize("host", ["192.0.2.1", "example.com"])
def test_nobody_reaches_outside(host: str) -> None:
    with pytest.raises(PermissionError, match=host), socket.create_connection((host, 80), timeout=1):
        pass
    assert _reached
    _reached.clear()


def test_an_office_is_installed_and_its_own(office: Office) -> None:
    with office.begin_system() as work:
        work.require("design")
        assert work.registries() == []


def test_a_site_answers(site: Site) -> None:
    with urllib.request.urlopen(f"{site.url}/healthz", timeout=10) as answer:
        assert answer.status == 200
