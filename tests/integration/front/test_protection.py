"""What protects the application: declared rights, forged forms, ended sessions, headers, sizes, health."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from kartoteka.app import create_app
from kartoteka.platform.access.models import User
from kartoteka.platform.front import begin, needs, public, rights, signed_in
from kartoteka.platform.kernel.errors import Misconfigured
from kartoteka.platform.services import people, sessions
from kartoteka.platform.services.office import Office

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def app(office: Office) -> Flask:
    """The application over the office."""
    return create_app(office=office)


@pytest.fixture
def epoch(office: Office) -> str:
    """The epoch of the one user that there is."""
    with office.begin_system() as work:
        made = people.create_user(work, {"email": "jana@example.com", "roles": ["admin"]})
        return str(work.session.scalar(select(User.epoch).where(User.id == made.id)))


@pytest.fixture
def jana(app: Flask, office: Office, epoch: str) -> FlaskClient:
    """A browser with a session of that user."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"2.{epoch}.{sessions.begin(office, 2, epoch, 'A browser')}"
    return client


def changing_addresses(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/"):
            path = "/".join("1" if "<" in part else part for part in rule.rule.split("/"))
            yield from ((method, path) for method in CHANGING & (rule.methods or set()))


def test_a_route_without_a_right_does_not_start(office: Office) -> None:
    app = create_app(office=office)
    app.add_url_rule("/open/door", "door", lambda: "come in")
    with pytest.raises(Misconfigured, match=r"/open/door \(door\)"):
        rights.check_declared(app)


def test_a_right_names_a_power_that_exists() -> None:
    with pytest.raises(Misconfigured, match="fly"):
        needs("fly")
    with pytest.raises(Misconfigured):
        needs()


def test_every_route_declares_its_right(app: Flask) -> None:
    declared = {
        rule.endpoint: rights.right_of(app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()
    }
    assert len(declared) > 60 and None not in declared.values()


def test_a_view_that_never_began_work_gives_nothing_away(office: Office) -> None:
    app = create_app(office=office)
    app.add_url_rule("/forgetful", "forgetful", signed_in(lambda: "a secret"))
    app.add_url_rule("/careful", "careful", public(lambda: "no secret"))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "2.an epoch long gone.and a key"
    assert client.get("/forgetful").status_code == 500
    assert "a secret" not in client.get("/forgetful").text
    assert client.get("/careful").text == "no secret"


def test_a_view_may_be_for_holders_of_a_power_only(office: Office, epoch: str) -> None:
    app = create_app(office=office)

    def audited() -> str:
        with begin() as work:
            return work.actor.email

    app.add_url_rule("/audited", "audited", needs("audit")(audited))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"2.{epoch}.{sessions.begin(office, 2, epoch, 'A browser')}"
    assert client.get("/audited").text == "jana@example.com"
    with office.begin_system() as work:
        people.create_user(
            work, {"email": "spare@example.com", "roles": ["admin"], "password": "a spare key under the mat"}
        )
        people.change_user(work, 2, {"roles": []})
    assert client.get("/audited").status_code == 403


def test_a_session_ends_with_its_epoch(office: Office, jana: FlaskClient) -> None:
    assert jana.get("/").status_code == 200
    assert "jana@example.com" in jana.get("/").text
    with office.session(write=True) as session:
        session.execute(update(User).where(User.id == 2).values(epoch="a new one"))
    assert "jana@example.com" not in jana.get("/").text


def test_forged_forms_are_refused_everywhere(app: Flask, jana: FlaskClient) -> None:
    addresses = sorted(set(changing_addresses(app)))
    assert len(addresses) > 5
    for _repetition in range(2):
        for method, path in addresses:
            for more in ({}, {"data": {"csrf_token": "forged"}}, {"headers": {"X-CSRFToken": "forged"}},
                         {"data": "{}", "content_type": "text/plain"}, {"json": {}}):  # fmt: skip
                answered = jana.open(path, method=method, **more)  # type: ignore[arg-type]
                assert answered.status_code == 400, (method, path, more)
        # Whoever calls the API, or anything without signing in, must not open the way for forms.
        stranger = app.test_client()
        for method, path in addresses:
            stranger.open(path, method=method, headers={"Authorization": "Bearer kt_x"})
            stranger.open(f"/api/v1{path}", method=method)


def form_token(client: FlaskClient) -> str:
    found = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/").text.replace("&#34;", '"'))
    assert found is not None
    return found[1]


def test_a_form_needs_the_token_of_its_own_session(app: Flask, jana: FlaskClient) -> None:
    address = app.url_map.bind("localhost").build("web.preferences")
    own, foreign = form_token(jana), form_token(app.test_client())
    assert jana.post(address, data={"csrf_token": foreign, "theme": "dark"}).status_code == 400
    assert jana.post(address, data={"csrf_token": own, "theme": "dark"}).status_code < 400


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(office: Office, app: Flask) -> None:
    def cookie_of(answering: Flask) -> str:
        return next(
            each
            for each in answering.test_client().get("/").headers.getlist("Set-Cookie")
            if "session" in each
        )

    plain = cookie_of(app)
    assert "HttpOnly" in plain and "SameSite=Lax" in plain and "Secure" not in plain
    office.settings = replace(office.settings, base_url="https://kartoteka.example")
    behind_https = create_app(office=office)
    assert "Secure" in cookie_of(behind_https)
    assert "max-age" in behind_https.test_client().get("/healthz").headers["Strict-Transport-Security"]


def test_pages_carry_the_protecting_headers(jana: FlaskClient) -> None:
    headers = jana.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert (
        "'unsafe-inline'" not in policy and "'unsafe-eval'" not in policy and "default-src 'none'" in policy
    )
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store" and "Cookie" in headers["Vary"]
    missing = jana.get("/no/such/page").headers
    assert "Content-Security-Policy" in missing and missing["Cache-Control"] == "no-store"


def test_static_files_are_kept_by_browsers(app: Flask) -> None:
    with app.test_client().get("/static/api.css") as answered:
        assert answered.status_code == 200 and answered.headers["Cache-Control"] == "public, max-age=3600"
    assert app.test_client().get("/static/../app.py").status_code == 404


def test_health_and_readiness(app: Flask, office: Office) -> None:
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"status": "ok", "lacking": []})
    office.settings = replace(office.settings, files_url=f"file://{office.settings.data / 'secret'}")
    (office.settings.data / "secret").write_text("a file where a folder should be")
    broken = client.get("/readyz")
    assert (broken.status_code, broken.json["lacking"]) == (503, ["files"])  # type: ignore[index]
    assert client.get("/healthz").status_code == 200
