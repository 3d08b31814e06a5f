"""See it as …: an admin sees what somebody else sees, changes nothing, and the journal tells of it."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from kartoteka.platform.access.guises import Guise
from kartoteka.platform.access.models import User, UserChange
from kartoteka.platform.kernel.errors import Forbidden, NotFound
from kartoteka.platform.services import exports, jobs, looking, people, records, tokens
from kartoteka.platform.services.records import Query
from tests.integration.firm import Firm
from tests.servers.apps import app_for

PASSWORD = "a long password of tests"


_KEY = re.compile(r'"X-CSRFToken": "([^"]+)"')


def post(client: FlaskClient, path: str, **form: object) -> TestResponse:
    """Send a form as a page does, with the key against forged ones that the page holds."""
    found = _KEY.search(client.get("/forgotten").text)
    assert found is not None
    return client.post(path, data=form, headers={"X-CSRFToken": found[1]})


@pytest.fixture
def client(firm: Firm) -> Iterator[FlaskClient]:
    """A browser in which the admin has signed in."""
    app = app_for(firm.office)
    with firm.work("ana", write=True) as work:
        for name in ("ana", "vera"):
            people.set_password(work, people.find(work, firm.ids[name]), PASSWORD)
    with app.test_client() as made:
        answer = post(made, "/sign-in", email="ana@firm.example", password=PASSWORD)
        assert answer.status_code == 303, answer.text
        yield made


def look(client: FlaskClient, **chosen: object) -> None:
    answer = post(client, "/see-as", **chosen)
    assert answer.status_code == 303, answer.text


def test_the_whole_application_shows_what_the_person_sees(firm: Firm, client: FlaskClient) -> None:
    alfa = firm.create("companies", name="Alfa", city="Brno", turnover="10")
    zeta = firm.create("companies", name="Zeta", city="Zlín")
    look(client, person=firm.ids["lola"])
    page = client.get("/r/companies").text
    assert "You see Kartoteka as Lola" in page
    assert "Alfa" in page
    assert "Zeta" not in page
    assert "Turnover" not in page
    assert client.get(f"/r/companies/{alfa}").status_code == 200
    assert client.get(f"/r/companies/{zeta}").status_code == 404
    assert client.get("/admin/people").status_code == 403


def test_every_change_is_refused_and_nothing_private_opens(firm: Firm, client: FlaskClient) -> None:
    alfa = firm.create("companies", name="Alfa", city="Brno")
    look(client, person=firm.ids["eda"])
    for path, form in (
        ("/r/companies/new", {"v.name": "Nová"}),
        (f"/r/companies/{alfa}/edit", {"v.name": "Jiná"}),
        (f"/r/companies/{alfa}/remove", {}),
        ("/preferences", {"theme": "dark"}),
    ):
        answer = post(client, path, **form)
        assert answer.status_code == 403, path
        assert "nothing can be changed" in answer.text, path
        assert "End" in answer.text, path
    for path in ("/settings", "/second-factor"):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "belongs to Eda alone" in answer.text or "nothing can be changed" in answer.text
    for path in ("/settings", "/settings/password", "/settings/tokens"):
        assert post(client, path, name="x", old=PASSWORD, new=PASSWORD).status_code == 403, path
    with firm.work("eda") as work:
        assert [each.title for each in records.browse(work, "companies", Query()).items] == ["Alfa"]
        assert tokens.tokens(work) == []


def test_ending_gives_back_ones_own_eyes_and_the_journal_tells_both(firm: Firm, client: FlaskClient) -> None:
    look(client, role="viewer")
    assert "as the role “Viewer”" in client.get("/").text
    look(client, person=firm.ids["vera"])
    assert "You see Kartoteka as Vera" in client.get("/").text
    for back in (
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "/r\\evil",
        "//evil.example",
    ):
        assert post(client, "/see-as/end", back=back).headers["Location"] == "/", back
    assert "You see Kartoteka as" not in client.get("/").text
    assert client.get("/settings").status_code == 200
    with firm.office.session() as session:
        told = session.execute(
            select(UserChange.by_id, UserChange.user_id, UserChange.action)
            .order_by(UserChange.id.desc())
            .limit(3)
        ).all()
    ana, vera = firm.ids["ana"], firm.ids["vera"]
    assert [(by, who, action) for by, who, action in told] == [
        (ana, vera, "looking_ended"), (ana, vera, "looked_as"), (ana, ana, "looked_as_role"),
    ]  # fmt: skip


def test_only_admins_look_and_only_at_somebody_who_is_there(firm: Firm) -> None:
    with firm.work("eda", write=True) as work, pytest.raises(Forbidden, match="Only administrators"):
        looking.begin_looking(work, Guise(user_id=firm.ids["vera"]))
    with firm.work("ana", write=True) as work:
        for guise in (Guise(user_id=10**6), Guise(role="admin"), Guise(role="nothing")):
            with pytest.raises(NotFound):
                looking.begin_looking(work, guise)


def test_a_guise_without_the_role_of_an_admin_is_no_guise(firm: Firm) -> None:
    with firm.office.session() as session:
        kept = session.get_one(User, firm.ids["eda"]).epoch
    with firm.office.begin_session(firm.ids["eda"], kept, guise=Guise(user_id=firm.ids["ana"])) as work:
        assert work.actor.user_id == firm.ids["eda"]
        assert work.actor.seen_by is None


def test_what_is_kept_for_the_person_does_not_serve_the_admin(firm: Firm) -> None:
    """Sights are kept by who looks; an admin in a guise must never get the very person's own."""
    with firm.office.session() as session:
        epoch = session.get_one(User, firm.ids["ana"]).epoch
    with firm.work("vera") as work:
        own = work.gate.sight.signature
    with firm.office.begin_session(firm.ids["ana"], epoch, guise=Guise(user_id=firm.ids["vera"])) as work:
        assert work.actor.user_id == firm.ids["vera"]
        assert work.actor.seen_by is not None
        assert work.gate.sight.signature != own
        assert work.gate.sight.own.actor.user_id == 0


def test_a_file_that_the_person_took_out_stays_with_the_person(firm: Firm) -> None:
    """It may hold what nobody but the person sees, such as private notes."""
    firm.create("companies", name="Alfa", city="Brno")
    with firm.work("eda", write=True) as work:
        job = exports.start(work, "companies", "csv").id
    jobs.run_job(firm.office, job)
    with firm.work("eda") as work:
        assert exports.collect(work, job).path is not None
    with firm.office.session() as session:
        epoch = session.get_one(User, firm.ids["ana"]).epoch
    with (
        firm.office.begin_session(firm.ids["ana"], epoch, guise=Guise(user_id=firm.ids["eda"])) as work,
        pytest.raises(Forbidden),
    ):
        exports.collect(work, job)
