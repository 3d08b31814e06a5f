"""Many records checked and filled in: a question for each hundred, a right report, one batch that can be undone."""

from datetime import timedelta
from threading import Event
from typing import Any

from kartoteka.platform.services import history, jobs, modelling, records
from kartoteka.platform.services.records import Query
from kartoteka.plugins.ares import checking
from kartoteka.plugins.ares.standin import companies
from kartoteka.plugins.ares.standin.likeness import likeness_of
from tests.integration.ares.conftest import Bureau

SAWMILL, DEAD, ODD = companies.SAWMILL, companies.DEAD, companies.ODD
NOWHERE = companies.ico_of(3_899_999)
# A wrong check digit, and nobody has it.
WRONG = "38999990" if not companies.ico_of(3_899_999).endswith("0") else "38999991"


def check(
    bureau: Bureau, deed: str, who: str = "ana", ids: list[int] | None = None, **asked: Any
) -> dict[str, Any]:
    """Order a check, let the worker do it, and give the report."""
    with bureau.office.begin(bureau.ids[who], write=True) as work:
        job = checking.start(work, "firms", Query(**asked), ids, deed)
    jobs.run_job(bureau.office, job.id)
    with bureau.office.begin(bureau.ids[who]) as work:
        found = jobs.fetch(work, job.id)
    assert found.state == "done", found.error
    assert isinstance(found.result, dict)
    return found.result


def firms(bureau: Bureau, **of_each: dict[str, Any]) -> dict[str, int]:
    """Some firms by a nickname."""
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        made = records.batch(work, "firms", create=[{"values": each} for each in of_each.values()]).created
    return {name: record.id for name, record in zip(of_each, made, strict=True)}


def states(report: dict[str, Any], record: int) -> list[str]:
    """What the report tells of a record."""
    return [each["state"] for each in report["lines"] if each["id"] == record]


def some(bureau: Bureau) -> dict[str, int]:
    """One of every kind."""
    return firms(
        bureau,
        new={"name": "Pila", "ico": SAWMILL},
        dead={"name": "Zaniklé Mlýny s.r.o.", "ico": DEAD},
        odd={"name": "Stará Sklárna s.p.", "ico": ODD},
        nowhere={"name": "Nikdo", "ico": NOWHERE},
        wrong={"name": "Překlep", "ico": WRONG},
        without={"name": "Bez čísla"},
        zeros={"name": "Josef", "ico": companies.JOINER.lstrip("0")},
        liquidated={"name": "Lanovka", "ico": companies.CABLEWAY},
    )


def test_told_and_nothing_changed(bureau: Bureau) -> None:
    ids = some(bureau)
    report = check(bureau, checking.TELL)
    assert report["checked"] == 8 and report["batch"] is None and report["filled"] == 0
    assert (report["ended"], report["not_found"], report["wrong_digit"], report["without"]) == (1, 1, 1, 1)
    assert report["troubled"] == 1 and report["unavailable"] == 0
    assert states(report, ids["new"]) == ["changed"]
    assert states(report, ids["dead"]) == ["ended", "changed"]
    assert states(report, ids["nowhere"]) == ["not_found"] and states(report, ids["wrong"]) == ["wrong_digit"]
    assert (
        states(report, ids["zeros"]) == ["changed"] and states(report, ids["liquidated"])[0] == "liquidation"
    )
    assert bureau.values(ids["new"])["dic"] is None
    assert [(method, len(body["ico"])) for method, _path, body in bureau.standin.asked] == [("POST", 7)]
    # What was asked is known: checking again asks nobody.
    check(bureau, checking.TELL)
    assert len(bureau.standin.asked) == 1


def test_what_is_empty_is_filled_and_the_rest_stays(bureau: Bureau) -> None:
    ids = some(bureau)
    report = check(bureau, checking.EMPTY, who="cyril")
    now = bureau.values(ids["new"])
    assert now["name"] == "Pila" and now["dic"] == f"CZ{SAWMILL}" and now["legal_form"] == "limited"
    # The clerk does not see the inner section, so nothing was filled in there.
    assert now["founded_on"] is None and now["file_number"] is None
    with bureau.office.begin(bureau.ids["ana"]) as work:
        newest = history.entries(work, "firms", ids["new"])[0]
    assert newest.via == "ares" and newest.batch == report["batch"] and newest.by.id == bureau.ids["cyril"]
    inner = {key for each in report["lines"] for key, *_more in each.get("differs", ())}
    assert not inner & {"founded_on", "ended_on", "file_number", "persons"}


def test_all_that_differs_and_undone_at_once(bureau: Bureau) -> None:
    ids = some(bureau)
    before = {name: bureau.values(record) for name, record in ids.items()}
    report = check(bureau, checking.ALL)
    assert bureau.values(ids["new"])["name"] == "Pila Javorník & synové, s.r.o."
    assert str(bureau.values(ids["dead"])["ended_on"]) == "2026-02-28"
    assert report["filled"] == 5
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        undone = history.undo_batch(work, report["batch"])
    assert undone.undone == 5
    assert {name: bureau.values(record) for name, record in ids.items()} == before


def test_only_what_is_ticked_or_fits_the_list(bureau: Bureau) -> None:
    ids = some(bureau)
    assert check(bureau, checking.TELL, ids=[ids["new"], ids["dead"]])["checked"] == 2
    named = {"field": "name", "op": "contains", "value": "Mlýny"}
    assert check(bureau, checking.TELL, filter=named)["checked"] == 1
    # Lola reaches one town; nobody of these is there yet.
    mine = bureau.create(name="Pila", address="Jeseník", ico=companies.INSURER)
    report = check(bureau, checking.TELL, who="lola")
    assert report["checked"] == 1 and {each["id"] for each in report["lines"]} == {mine}


def test_one_that_cannot_be_saved_leaves_the_others_alone(bureau: Bureau) -> None:
    # Filled in, the address is no longer in the town that she reaches: her own rule keeps her from it.
    mine = bureau.create(name="Mlýn", ico=companies.INSURER, address="Jeseník")
    report = check(bureau, checking.ALL, who="lola", ids=[mine])
    assert report["refused"] == 1 and report["filled"] == 0
    assert bureau.values(mine)["address"] == "Jeseník"


def test_two_hundred_and_fifty_take_three_questions(bureau: Bureau) -> None:
    numbers = [companies.ico_of(3_860_000 + n) for n in range(250)]
    for ico in numbers[:120]:
        where = companies.seat("Nová", 1, 10000, "Praha")
        bureau.standin.subjects[ico] = companies.subject(ico, f"Firma {ico}", where)
    firms(bureau, **{f"f{n}": {"name": f"Firma {ico}", "ico": ico} for n, ico in enumerate(numbers)})
    report = check(bureau, checking.TELL)
    assert report["checked"] == 250 and report["not_found"] == 130
    assert [len(body["ico"]) for _method, _path, body in bureau.standin.asked] == [100, 100, 50]


def test_a_service_in_trouble_changes_nothing_and_says_so(bureau: Bureau) -> None:
    ids = some(bureau)
    bureau.standin.always = "html_502"
    report = check(bureau, checking.ALL)
    assert report["unavailable"] == 7 and report["not_found"] == 0 and report["filled"] == 0
    assert bureau.values(ids["new"])["dic"] is None
    bureau.standin.always = ""
    later = bureau.office.clock() + timedelta(minutes=5)
    bureau.office.clock = lambda: later
    assert check(bureau, checking.ALL)["unavailable"] == 0


def test_a_run_that_was_interrupted_goes_on(bureau: Bureau) -> None:
    numbers = [companies.ico_of(3_860_000 + n) for n in range(150)]
    firms(bureau, **{f"f{n}": {"name": f"Firma {ico}", "ico": ico} for n, ico in enumerate(numbers)})
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        job = checking.start(work, "firms", Query(), None, checking.TELL)
    stop = Event()
    stop.set()
    jobs.run_job(bureau.office, job.id, stop=stop)
    with bureau.office.begin(bureau.ids["ana"]) as work:
        assert jobs.fetch(work, job.id).done == 100
    jobs.run_job(bureau.office, job.id)
    with bureau.office.begin(bureau.ids["ana"]) as work:
        found = jobs.fetch(work, job.id)
    assert found.state == "done" and isinstance(found.result, dict)
    assert found.result["checked"] == 150 and found.result["not_found"] == 150


def test_the_stand_in_can_play_the_firm_itself(bureau: Bureau) -> None:
    place = "Nádražní 412/7a, Bukovice, 790 01 Jeseník"
    numbers = [companies.ico_of(3_870_000 + n) for n in range(24)]
    same = {"address": place, "legal_form": "sole_trader", "founded_on": "2001-01-01"}
    firms(bureau, **{f"f{n}": {"name": f"F {n}", "ico": ico, **same} for n, ico in enumerate(numbers)})
    with bureau.office.begin_system(write=False) as work:
        bureau.standin.subjects = {each["ico"]: each for each in likeness_of(work, "firms")}
    report = check(bureau, checking.TELL)
    # Two are gone, some have ended, been renamed or moved; the others differ in the VAT number alone, which is empty.
    assert report["not_found"] == 2 and report["ended"] == 2 and report["troubled"] == 2
    fields = {key for each in report["lines"] for key, *_more in each.get("differs", ())}
    assert fields == {"dic", "name", "address", "ended_on"}


def test_the_stand_in_reads_addresses_that_are_kept_in_parts(bureau: Bureau) -> None:
    basic = {"key": "basic", "name": "Basic", "fields": [
        {"key": "name", "name": "Name", "type": "text"}, {"key": "ico", "name": "IČO", "type": "ico"},
        {"key": "street", "name": "Street", "type": "text"}, {"key": "city", "name": "City", "type": "text"},
        {"key": "zip", "name": "ZIP", "type": "text"},
    ]}  # fmt: skip
    with bureau.office.begin_system(design=True) as work:
        modelling.create_registry(work, {"key": "suppliers", "name": "Suppliers", "sections": [basic]})
    values = {"name": "Gravo Tech s.r.o.", "street": "Platanová 665", "city": "Benátky", "zip": "29471"}
    with bureau.office.begin_system() as work:
        records.create(work, "suppliers", {**values, "ico": companies.ico_of(3_870_001)})
    with bureau.office.begin_system(write=False) as work:
        (told,) = likeness_of(work, "suppliers")
    assert told["sidlo"]["nazevUlice"] == "Platanová" and told["sidlo"]["cisloDomovni"] == 665
    assert told["sidlo"]["psc"] == 29471 and told["sidlo"]["nazevObce"] == "Benátky"
