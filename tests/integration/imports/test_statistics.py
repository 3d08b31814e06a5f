"""After many records have come, the database knows it, and reads lists by the right index."""

from datetime import timedelta
from pathlib import Path

from kartoteka.platform.services import imports, modelling, statistics
from kartoteka.platform.services.office import Office

BODY = {
    "key": "wells",
    "name": "Wells",
    "title": "{name}",
    "sections": [
        {
            "key": "basic",
            "name": "Basic",
            "fields": [
                {"key": "name", "name": "Name", "type": "text"},
                {"key": "town", "name": "Town", "type": "text"},
                {"key": "depth", "name": "Depth", "type": "integer"},
            ],
        }
    ],
}
BY_TOWN = "SELECT id FROM r_wells WHERE _removed_at IS NULL ORDER BY _o_town, id LIMIT 51"


def way(office: Office) -> str:
    """How SQLite means to read a list by something that has no index."""
    with office.engine.connect() as connection:
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {BY_TOWN}").first())


def known(office: Office, table: str) -> int:
    """How many rows the planner of the database believes a table to have."""
    with office.engine.connect() as connection:
        if office.engine.dialect.name == "sqlite":
            found = connection.exec_driver_sql(
                f"SELECT stat FROM sqlite_stat1 WHERE tbl = '{table}' AND idx IS NULL"
            )
        else:
            found = connection.exec_driver_sql(f"SELECT reltuples FROM pg_class WHERE relname = '{table}'")
        return int(found.scalar_one())


def bring_in(office: Office, folder: Path, count: int) -> None:
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, BODY)
    file = folder / "wells.csv"
    lines = [f"Well {n},Town {n % 50},{n % 90}" for n in range(count)]
    file.write_text("\n".join(["name,town,depth", *lines]), encoding="utf-8")
    job = imports.run_file(office, "wells", file, {})
    assert job.result is not None and job.result["created"] == count


def test_an_import_of_many_tells_the_database(office: Office, tmp_path: Path) -> None:
    bring_in(office, tmp_path, statistics.MANY)
    assert abs(known(office, "r_wells") - statistics.MANY) < statistics.MANY / 5
    if office.engine.dialect.name == "sqlite":
        office.engine.dispose()
        assert "INDEX" not in way(office)


def test_a_worker_looks_over_all_tables_once_an_hour(office: Office, tmp_path: Path) -> None:
    bring_in(office, tmp_path, 20)
    sqlite = office.engine.dialect.name == "sqlite"
    if sqlite:
        assert "INDEX" in way(office), "without knowledge it takes an index of all rows for one of a few"
    assert statistics.look_over_all(office) is sqlite
    assert statistics.look_over_all(office) is False
    if sqlite:
        office.engine.dispose()
        assert "INDEX" not in way(office) and known(office, "r_wells") == 20
    now = office.clock()
    office.clock = lambda: now + timedelta(hours=1, minutes=1)
    assert statistics.look_over_all(office) is sqlite


def test_a_few_more_of_very_many_are_left_to_the_usual_round(office: Office, tmp_path: Path) -> None:
    bring_in(office, tmp_path, statistics.MANY)
    with office.begin_system(write=True) as work:
        known_before = known(office, "r_wells")
        statistics.look_over_registry(work, "wells", statistics.MANY - 1)
    assert known(office, "r_wells") == known_before
    with office.begin_system(write=True) as work:
        work.connection.exec_driver_sql("DELETE FROM r_wells WHERE id > 500")
        statistics.look_over_registry(work, "wells", statistics.MANY)
    assert abs(known(office, "r_wells") - 500) < 100
