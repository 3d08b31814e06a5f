"""Watching: what changes in ARES becomes a proposal on the record, for those who see what it is about."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select

from kartoteka.platform.kernel.mail import OutgoingMail
from kartoteka.platform.services import history, merging, modelling, plugins, records
from kartoteka.platform.services.delivery import deliver
from kartoteka.plugins.ares import filling, watching
from kartoteka.plugins.ares.standin import companies
from tests.integration.ares.conftest import Bureau

SAWMILL = companies.SAWMILL


@pytest.fixture
def pass_days(bureau: Bureau) -> Callable[[int], None]:
    """Let days pass."""
    now = bureau.office.clock()
    passed = [0]

    def go(days: int) -> None:
        passed[0] += days
        bureau.office.clock = lambda: now + timedelta(days=passed[0])

    return go


def findings(bureau: Bureau, record: int, who: str = "ana") -> list[str]:
    """What is proposed to somebody."""
    with bureau.office.begin(bureau.ids[who]) as work:
        return watching.open_findings(work, records.fetch(work, "firms", record))


def watch(bureau: Bureau, record: int) -> None:
    """Watch one firm."""
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        watching.watch(work, records.fetch(work, "firms", record), True)


def letters(bureau: Bureau) -> list[tuple[str, str]]:
    """What waits to be sent, and to whom."""
    with bureau.office.session() as session:
        waiting = list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))
    return [
        (each.recipient, str(message_from_bytes(each.message, policy=default)["Subject"])) for each in waiting
    ]


def searches(bureau: Bureau) -> int:
    """How often many companies were asked for with one question."""
    return sum(
        path.endswith("/ekonomicke-subjekty/vyhledat") for _method, path, _body in bureau.standin.asked
    )


def take_all(bureau: Bureau, record: int) -> None:
    """Fill everything in, so that nothing differs."""
    reply = filling.look_up(bureau.office, SAWMILL, persons=True)
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        lines = filling.compared(work, "firms", record, reply).lines
        filling.take(work, "firms", record, reply, [each.what for each in lines if each.differs])


def test_a_change_is_proposed_taken_or_left(bureau: Bureau, pass_days: Callable[[int], None]) -> None:
    record, other = bureau.create(name="Pila", ico=SAWMILL), bureau.create(name="X", ico=companies.DEAD)
    watch(bureau, record)
    take_all(bureau, record)
    pass_days(8)
    watching.watch_all(bureau.office)
    assert findings(bureau, record) == [] and findings(bureau, other) == []
    # It moves and gets another name.
    bureau.standin.subjects[SAWMILL]["obchodniJmeno"] = "Pila Nová, s.r.o."
    bureau.standin.subjects[SAWMILL]["sidlo"] = companies.seat("Horní", 1, 79001, "Jeseník")
    watching.watch_all(bureau.office)
    assert findings(bureau, record) == [], "its turn has not come"
    pass_days(8)
    watching.watch_all(bureau.office)
    assert findings(bureau, record) == ["address", "name"]
    assert letters(bureau) == [
        ("ana@firm.example", "ARES says something new of “Pila Javorník & synové, s.r.o.”")
    ]
    reply = filling.look_up(bureau.office, SAWMILL)
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        done, _applied = filling.take(work, "firms", record, reply, ["name"])
        watching.settle(work, done, ["name"], watching.TAKEN)
        watching.settle(work, done, ["address"], watching.LEFT)
    assert findings(bureau, record) == []
    # What was left is not proposed again, until ARES says something else.
    pass_days(8)
    watching.watch_all(bureau.office)
    assert findings(bureau, record) == []
    bureau.standin.subjects[SAWMILL]["sidlo"] = companies.seat("Dolní", 2, 79001, "Jeseník")
    pass_days(8)
    watching.watch_all(bureau.office)
    assert findings(bureau, record) == ["address"]


def test_the_end_and_the_going_are_told(bureau: Bureau, pass_days: Callable[[int], None]) -> None:
    record = bureau.create(name="Pila", ico=SAWMILL)
    watch(bureau, record)
    watching.watch_all(bureau.office)
    take_all(bureau, record)
    pass_days(8)
    bureau.standin.subjects[SAWMILL]["obchodniJmeno"] += " v likvidaci"
    watching.watch_all(bureau.office)
    assert findings(bureau, record) == ["name", "standing"]
    del bureau.standin.subjects[SAWMILL]
    pass_days(8)
    watching.watch_all(bureau.office)
    assert "standing" in findings(bureau, record)


def test_nobody_hears_of_what_he_does_not_see(bureau: Bureau, pass_days: Callable[[int], None]) -> None:
    record = bureau.create(name="Pila Javorník & synové, s.r.o.", ico=SAWMILL)
    watch(bureau, record)
    watching.watch_all(bureau.office)
    assert {"file_number", "founded"} <= set(findings(bureau, record))
    assert not {"file_number", "founded"} & set(findings(bureau, record, "cyril"))
    assert "address" in findings(bureau, record, "cyril")


def test_a_whole_registry_and_no_more_than_needed(bureau: Bureau, pass_days: Callable[[int], None]) -> None:
    for n in range(5):
        bureau.create(name=f"J{n}", ico=companies.ico_of(3_811_000 + n))
    bureau.create(name="No number")
    with bureau.office.begin_system(design=True) as work:
        plugins.change(work, "ares", {"settings": {"watched": ["firms"], "watch_days": 3}})
    watching.watch_all(bureau.office)
    watching.watch_all(bureau.office)
    assert searches(bureau) == 1
    pass_days(4)
    watching.watch_all(bureau.office)
    assert searches(bureau) == 2
    # A day on which nobody can be asked proposes nothing and is caught up with.
    bureau.standin.always = "error_500"
    pass_days(4)
    watching.watch_all(bureau.office)
    bureau.standin.always = ""
    pass_days(1)
    bureau.standin.subjects[companies.ico_of(3_811_000)]["obchodniJmeno"] = "Jedle Jiná s.r.o."
    watching.watch_all(bureau.office)
    assert "name" in findings(bureau, 1)


def test_an_admin_decides_what_goes_where(bureau: Bureau) -> None:
    record = bureau.create(name="Pila", ico=SAWMILL)
    wish = {"mapping": {"firms": {"ico": "ico", "name": "file_number"}}}
    with bureau.office.begin_system(design=True) as work:
        plugins.change(work, "ares", {"settings": wish})
    said = bureau.call("ana", "GET", f"/registries/firms/records/{record}/ares").body["differences"]
    assert [(each["name"], each["field"]) for each in said] == [("name", "file_number")]
    with bureau.office.begin_system(design=True) as work:
        modelling.change_field(work, "firms", "file_number", {"active": False})
    said = bureau.call("ana", "GET", f"/registries/firms/records/{record}/ares")
    assert said.status == 200 and said.body["differences"] == []


def test_marks_and_findings_go_along_with_a_merge_and_back(bureau: Bureau) -> None:
    sawmill = bureau.create(name="Sawmill", ico=SAWMILL)
    watch(bureau, sawmill)
    watching.watch_all(bureau.office)
    before = findings(bureau, sawmill)
    assert "name" in before
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        watching.settle(work, records.fetch(work, "firms", sawmill), ["name"], watching.LEFT)
    plain = bureau.create(name="Plain")
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        batch = merging.merge(work, "firms", plain, [sawmill]).batch
    _work(bureau)
    assert is_watched(bureau, plain) and findings(bureau, plain) == [
        each for each in before if each != "name"
    ]
    watching.watch_all(bureau.office)
    assert "name" not in findings(bureau, plain), "what was left stays left"
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        history.undo_batch(work, batch)
    _work(bureau)
    assert not is_watched(bureau, plain) and findings(bureau, plain) == []
    assert is_watched(bureau, sawmill) and "name" not in findings(bureau, sawmill)


def test_a_firm_that_was_compared_before_keeps_its_own_findings_in_a_merge(bureau: Bureau) -> None:
    one, two = bureau.create(name="One", ico=SAWMILL), bureau.create(name="Two")
    watch(bureau, one)
    watching.watch_all(bureau.office)
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        watching.watch(work, records.fetch(work, "firms", one), False)
        watching.watch(work, records.fetch(work, "firms", two), True)
    before = findings(bureau, one)
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        batch = merging.merge(work, "firms", one, [two]).batch
    _work(bureau)
    assert is_watched(bureau, one) and findings(bureau, one) == before != []
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        history.undo_batch(work, batch)
    _work(bureau)
    assert not is_watched(bureau, one) and findings(bureau, one) == before and is_watched(bureau, two)


def is_watched(bureau: Bureau, record: int) -> bool:
    """Whether a firm is watched."""
    with bureau.office.begin(bureau.ids["ana"]) as work:
        return watching.is_watched(work, records.fetch(work, "firms", record))


def _work(bureau: Bureau) -> None:
    while deliver(bureau.office):
        pass
