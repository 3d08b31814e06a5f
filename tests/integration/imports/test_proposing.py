"""A registry out of a spreadsheet: looked at, corrected, made and filled; or refused with nothing made."""

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest

from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kartoteka.platform.services import jobs, modelling, people, proposals, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.proposals import Corrected, Proposal, Proposed

ADMIN, DESIGNER = "ana@sheets.example", "dan@sheets.example"
SECTIONS = {"basic": "Basic details", "contact": "Contact details", "finance": "Finance"}
CARS = """Plate;Make;Keeper;Price;Depot
5H2 0101;Škoda;Ana;100,50;Brno
5H2 0102;Tatra;Ana;200;Most
5H2 0103;Ford;Bo;1;Brno
"""
DEPOTS = "Name\nBrno\n"


@pytest.fixture
def furnished() -> None:
    """Nothing stands there before: what is proposed is the first registry."""


@pytest.fixture
def office_with_people(office: Office) -> Office:
    with office.begin_system(design=True) as work:
        modelling.create_role(work, {"key": "designer", "name": "Designer", "powers": ["design"]})
        for email, name, role in ((ADMIN, "Ana", "admin"), (DESIGNER, "Dan", "designer")):
            body = {"email": email, "name": name, "roles": [role], "password": "four quiet words"}
            people.create_user(work, body)
    return office


def received(office: Office, text: str, name: str = "cars.csv", by: str = ADMIN) -> str:
    with office.begin_as(by, write=False) as work:
        owner = work.actor.user_id
    folder = proposals.receive(office, owner, io.BytesIO(text.encode()), name).folder
    with office.begin_as(by) as work:
        proposals.look(work, folder)
    return folder


def proposed(office: Office, folder: str) -> Proposal:
    with office.begin_as(ADMIN, write=False) as work:
        found = proposals.proposal(work, folder)
    assert found is not None
    return found


def wish(found: Proposal, columns: Sequence[Proposed] | None = None, name: str = "") -> Corrected:
    kept = [each for each in columns or found.columns if each.include]
    return Corrected(name or found.name, "", found.title, kept, SECTIONS, create_missing=True)


def made(office: Office, folder: str, corrected: Corrected) -> tuple[str, int]:
    with office.begin_as(ADMIN, design=True) as work:
        key, job = proposals.make(work, folder, corrected)
    assert jobs.run_job(office, job.id)
    with office.begin_as(ADMIN, write=False) as work:
        done = jobs.fetch(work, job.id)
        assert (done.state, done.error) == ("done", None)
    return key, int(done.result["created"])


def test_it_is_made_and_filled_with_relations_to_what_is_there(office_with_people: Office) -> None:
    office = office_with_people
    folder = received(office, DEPOTS, "depots.csv")
    assert made(office, folder, wish(proposed(office, folder))) == ("depots", 1)
    folder = received(office, CARS + "5H2 0104;Iveco;Ana;2;Brno\n")
    found = proposed(office, folder)
    assert (found.name, found.rows, found.title) == ("Cars", 4, "make")
    kinds = {each.key: each.type for each in found.columns}
    assert kinds == {"plate": "text", "make": "text", "keeper": "text", "price": "money", "depot": "text"}
    columns = [
        proposals.with_type(each, "relation", "depots") if each.key == "depot" else each
        for each in found.columns
    ]
    assert made(office, folder, wish(found, columns, "Our cars")) == ("our_cars", 4)
    with office.begin_as(ADMIN, write=False) as work:
        rows = records.browse(work, "our_cars", records.Query(sort="plate")).items
        assert [each.title for each in rows] == ["Škoda", "Tatra", "Ford", "Iveco"]
        assert [[link.title for link in each.values["depot"]] for each in rows[:2]] == [["Brno"], ["Most"]]
        assert records.count(work, "depots", records.Query()) == 2
        with pytest.raises(NotFound):
            proposals.about(work, folder)


def test_a_wrong_type_makes_nothing(office_with_people: Office) -> None:
    office = office_with_people
    folder = received(office, CARS)
    found = proposed(office, folder)
    columns = [proposals.with_type(each, "date") if each.key == "make" else each for each in found.columns]
    for wrong, place in (
        (wish(found, columns), "columns.make"),
        (replace(wish(found), columns=[]), "columns"),
        (replace(wish(found), name=" "), "name"),
    ):
        with pytest.raises(Invalid) as refused, office.begin_as(ADMIN, design=True) as work:
            proposals.make(work, folder, wrong)
        assert set(refused.value.errors) == {place}
    with office.begin_as(ADMIN, write=False) as work:
        assert [each.key for each in work.registries()] == []
        assert jobs.browse(work) == []
    assert made(office, folder, wish(found))[1] == 3


@pytest.mark.parametrize("text", ["", "Name;City\n", "\n\n"])
def test_what_cannot_be_used_is_told(office_with_people: Office, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        received(office_with_people, text)
    assert set(refused.value.errors) == {"file"}


def test_a_file_is_its_senders_and_used_once(office_with_people: Office) -> None:
    office = office_with_people
    folder = received(office, CARS)
    with office.begin_as(DESIGNER, write=False) as work, pytest.raises(NotFound):
        proposals.proposal(work, folder)
    found = proposed(office, folder)
    with office.begin_as(ADMIN, design=True) as work:
        proposals.make(work, folder, wish(found))
    with pytest.raises(Conflict), office.begin_as(ADMIN, design=True) as work:
        proposals.make(work, folder, wish(found))
    with office.begin_as(ADMIN, write=False) as work:
        assert [each.key for each in work.registries()] == ["cars"]
        for place in ("../secret", "0" * 24, ""):
            with pytest.raises(NotFound):
                proposals.about(work, place)
    own = received(office, CARS, "vans.csv", DESIGNER)
    with pytest.raises(Forbidden), office.begin_as(DESIGNER, design=True) as work:
        proposals.make(work, own, wish(found))


def test_a_large_file_is_looked_at_by_a_worker(
    office_with_people: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = office_with_people
    monkeypatch.setattr(proposals, "AT_ONCE", 10)
    folder = received(office, CARS)
    with office.begin_as(ADMIN, write=False) as work:
        assert proposals.proposal(work, folder) is None
        known = proposals.about(work, folder)
    assert known.job is not None and jobs.run_job(office, known.job)
    assert proposed(office, folder).rows == 3
    folder = received(office, "Name;City and country\n", "header.csv")
    with office.begin_as(ADMIN, write=False) as work:
        waiting = proposals.about(work, folder).job
    assert waiting is not None and jobs.run_job(office, waiting)
    with office.begin_as(ADMIN, write=False) as work:
        assert "only a header" in (jobs.fetch(work, waiting).error or "")
