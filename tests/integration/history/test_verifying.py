"""The chains of history: whoever tampers with the database behind our back is found out."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kartoteka.platform.kernel.errors import Forbidden
from kartoteka.platform.services import history
from kartoteka.platform.services import records as verbs
from kartoteka.platform.services.history import Verification
from kartoteka.platform.services.office import Office
from tests.integration.firm import Firm

UNLOCK = {
    "sqlite": ("DROP TRIGGER history_no_update", "DROP TRIGGER history_no_delete"),
    "postgresql": ("DROP TRIGGER history_append_only ON history",),
}


def verify(firm: Firm) -> Verification:
    with firm.work("ana") as work:
        return history.verify(work)


def tamper(office: Office, *statements: str) -> None:
    """Do what only the owner of the database could."""
    with office.session(write=True) as session:
        for statement in (*UNLOCK[office.engine.dialect.name], *statements):
            session.execute(text(statement))


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(DBAPIError, match="append-only"):
        yield


@pytest.fixture
def records(firm: Firm) -> tuple[int, int, int]:
    alfa, beta, gama = (firm.create("companies", name=name) for name in ("Alfa", "Beta", "Gama"))
    for city in ("Brno", "Praha", "Zlín"):
        firm.change("companies", beta, city=city)
    return alfa, beta, gama


def test_what_was_written_by_the_gate_is_sound(firm: Firm, records: tuple[int, int, int]) -> None:
    report = verify(firm)
    assert (report.broken, report.entries, report.records, report.seals) == (None, 6, 3, 0)


def test_the_power_audit_is_needed(firm: Firm) -> None:
    with firm.work("eda") as work, pytest.raises(Forbidden):
        history.verify(work)


def test_the_database_refuses_changes_of_history(firm: Firm, records: tuple[int, int, int]) -> None:
    for statement in ("UPDATE history SET via = 'api'", "DELETE FROM history"):
        with refused(), firm.office.session(write=True) as session:
            session.execute(text(statement))
    assert verify(firm).broken is None


@pytest.mark.parametrize(
    ("change", "version"),
    [
        ("changes = '{}'", 3),
        ("changes = replace(changes, 'Praha', 'Plzeň')", 3),
        ("by_id = 1", 3),
        ("via = 'import'", 3),
        ("action = 'restore'", 3),
        ("hash = 'ab'", 3),
    ],
)
def test_an_altered_entry_is_named(
    firm: Firm, records: tuple[int, int, int], change: str, version: int
) -> None:
    tamper(firm.office, f"UPDATE history SET {change} WHERE record_id = {records[1]} AND version = {version}")
    report = verify(firm)
    assert report.first_break is not None
    assert (report.first_break.registry, report.first_break.record) == ("companies", records[1])
    assert report.first_break.version == version
    assert f"companies/{records[1]}" in (report.broken or "")


def test_a_missing_entry_is_named(firm: Firm, records: tuple[int, int, int]) -> None:
    tamper(firm.office, f"DELETE FROM history WHERE record_id = {records[1]} AND version = 2")
    found = verify(firm).first_break
    assert found is not None
    assert (found.record, found.version) == (records[1], 2)


def test_a_missing_end_is_named(firm: Firm, records: tuple[int, int, int]) -> None:
    tamper(firm.office, f"DELETE FROM history WHERE record_id = {records[1]} AND version = 4")
    found = verify(firm).first_break
    assert found is not None
    assert (found.record, found.version) == (records[1], 4)


def test_a_missing_chain_and_a_missing_record_are_named(firm: Firm, records: tuple[int, int, int]) -> None:
    tamper(firm.office, f"DELETE FROM history WHERE record_id = {records[0]}")
    found = verify(firm).first_break
    assert found is not None
    assert found.record == records[0]
    with firm.office.session(write=True) as session:
        session.execute(text(f"DELETE FROM r_companies WHERE id = {records[0]}"))
    assert verify(firm).broken is None
    with firm.office.session(write=True) as session:
        session.execute(text(f"DELETE FROM r_companies WHERE id = {records[2]}"))
    found = verify(firm).first_break
    assert found is not None
    assert found.record == records[2]


def test_seals_find_what_chains_cannot(firm: Firm, records: tuple[int, int, int]) -> None:
    assert history.seal(firm.office)
    assert not history.seal(firm.office)
    firm.change("companies", records[2], city="Brno")
    assert history.seal(firm.office)
    assert (verify(firm).seals, verify(firm).broken) == (2, None)
    # A whole record with its whole chain: every link that is left holds.
    tamper(
        firm.office,
        f"DELETE FROM history WHERE record_id = {records[0]}",
        f"DELETE FROM r_companies WHERE id = {records[0]}",
    )
    report = verify(firm)
    assert report.first_break is not None
    assert report.first_break.registry is None
    assert "1" in (report.broken or "")


def test_sealing_waits_for_those_who_write(firm: Firm, records: tuple[int, int, int]) -> None:
    with firm.work("eda", write=True) as work:
        verbs.change(work, "companies", records[0], {"city": "Brno"})
        # On SQLite there is one writer at a time, and what others see is committed: nothing to wait for.
        if not firm.office.settings.embedded:
            assert not history.seal(firm.office)
    assert history.seal(firm.office)
    assert (verify(firm).broken, verify(firm).seals) == (None, 1)


def test_a_missing_seal_is_found(firm: Firm, records: tuple[int, int, int]) -> None:
    history.seal(firm.office)
    firm.change("companies", records[0], city="Brno")
    history.seal(firm.office)
    with firm.office.session(write=True) as session:
        session.execute(text("DELETE FROM history_seals WHERE id = 1"))
    assert verify(firm).broken is not None
