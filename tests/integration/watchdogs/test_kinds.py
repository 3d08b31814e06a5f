"""Every kind of watchdog speaks when it should, once, and at nothing else; and it would have said the same before."""

from datetime import datetime
from typing import Any

import pytest

from kartoteka.platform.services import records
from kartoteka.platform.services.records import Bearer
from kartoteka.plugins.watchdogs import preview, reacting, verbs
from tests.integration.watchdogs.conftest import Kennel

Values = dict[str, Any]
BRNO = {"field": "city", "op": "eq", "value": "Brno"}
# When it speaks, the values of a record, and changes of it with whether the watchdog speaks at each.
KINDS: dict[str, tuple[Values, Values, list[tuple[Values, bool]]]] = {
    "change": (
        {"kind": "change", "field": "city"}, {"city": "Brno"},
        [({"city": "Brno"}, False), ({"city": "Praha"}, True), ({"code": "7"}, False), ({"city": None}, True)],
    ),
    "change to": (
        {"kind": "change", "field": "city", "to": "Praha"}, {"city": "Brno"},
        [({"city": "Zlín"}, False), ({"city": "Praha"}, True)],
    ),
    "change from": (
        {"kind": "change", "field": "city", "from": "Brno"}, {"city": "Brno"},
        [({"city": "Zlín"}, True), ({"city": "Praha"}, False)],
    ),
    "anything": (
        {"kind": "change", "field": None}, {"city": "Brno"},
        [({"about": "x"}, True), ({"turnover": "7"}, True), ({"turnover": "7"}, False)],
    ),
    "reaches": (
        {"kind": "reaches", "field": "status", "value": "won"}, {"status": "lead"},
        [({"city": "x"}, False), ({"status": "won"}, True), ({"city": "y"}, False), ({"status": None}, False)],
    ),
    "leaves": (
        {"kind": "leaves", "field": "status", "value": "won"}, {"status": "won"},
        [({"city": "x"}, False), ({"status": "lead"}, True), ({"status": "won"}, False), ({"status": None}, True)],
    ),
    "rises": (
        {"kind": "rises_above", "field": "turnover", "value": "1000"}, {"turnover": "999.99"},
        [({"turnover": "1000"}, False), ({"turnover": "1000.01"}, True), ({"turnover": "5000"}, False),
         ({"turnover": None}, False), ({"turnover": "2000"}, True)],
    ),
    "falls": (
        {"kind": "falls_below", "field": "employees", "value": 10}, {"employees": 10},
        [({"employees": 11}, False), ({"employees": 9}, True), ({"employees": 3}, False), ({"employees": None}, False),
         ({"employees": 2}, False)],
    ),
    "changes by": (
        {"kind": "changes_by", "field": "turnover", "percent": "10"}, {"turnover": "100"},
        [({"turnover": "110"}, False), ({"turnover": "98.99"}, True), ({"turnover": "0"}, True),
         ({"turnover": "1"}, True)],
    ),
    "emptied": (
        {"kind": "emptied", "field": "city"}, {"city": "Brno"},
        [({"city": "x"}, False), ({"city": None}, True), ({"about": "x"}, False)],
    ),
    "choices": (
        {"kind": "reaches", "field": "tags", "value": ["y"]}, {"tags": ["x"]},
        [({"tags": ["x", "y"]}, True), ({"tags": ["y"]}, False), ({"tags": []}, False)],
    ),
}  # fmt: skip


def test_it_speaks_when_it_should_and_would_have_said_the_same(kennel: Kennel) -> None:
    made = {
        name: kennel.firm.create("companies", name=name, **values)
        for name, (_when, values, _changes) in KINDS.items()
    }
    kennel.later()
    dogs = {
        name: (kennel.set("ana", record=made[name], when=when), kennel.set("ana", when=when))
        for name, (when, *_rest) in KINDS.items()
    }
    begin = kennel.now
    wanted: dict[str, list[datetime]] = {name: [] for name in KINDS}
    for name, (_when, _values, changes) in KINDS.items():
        for change, speaks in changes:
            kennel.later()
            kennel.firm.change("companies", made[name], **change)
            wanted[name] += [kennel.now] if speaks else []
    kennel.work()
    kennel.work()
    for name, (when, *_rest) in KINDS.items():
        for dog in dogs[name]:
            told = kennel.alerts("ana", watchdog=dog)
            assert [each.at for each in told if each.title == name] == wanted[name], name
        with kennel.firm.work("ana") as work:
            past = preview.preview(work, {"registry": "companies", "record": made[name], "when": when}).past
        assert [each.at for each in reversed(past) if each.at > begin] == wanted[name], name


def test_lists_are_entered_and_left_also_by_making_removing_and_restoring(kennel: Kennel) -> None:
    entering = kennel.set("ana", when={"kind": "enters_list"}, filter=BRNO)
    leaving = kennel.set("ana", when={"kind": "leaves_list"}, filter=BRNO)
    kennel.later()
    there = kennel.firm.create("companies", name="There", city="Brno")
    kennel.firm.create("companies", name="Elsewhere", city="Praha")
    kennel.later()
    kennel.firm.change("companies", there, city="Praha")
    kennel.later()
    kennel.firm.change("companies", there, city="Brno")
    kennel.later()
    kennel.firm.remove("companies", there)
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        records.restore(work, "companies", there)
    kennel.work()
    minutes = [
        [
            round((each.at - kennel.now).total_seconds() / 60) + 5
            for each in kennel.alerts("ana", watchdog=dog)
        ]
        for dog in (entering, leaving)
    ]
    assert minutes == [[1, 3, 5], [2, 4]]


def test_made_and_removed(kennel: Kennel) -> None:
    made, removed = (kennel.set("ana", when={"kind": kind}, filter=BRNO) for kind in ("created", "deleted"))
    kennel.later()
    first = kennel.firm.create("companies", name="First", city="Brno")
    second = kennel.firm.create("companies", name="Second", city="Zlín")
    kennel.later()
    for each in (first, second):
        kennel.firm.remove("companies", each)
    kennel.work()
    assert [each.title for each in kennel.alerts("ana", watchdog=made)] == ["First"]
    assert [(each.title, each.text) for each in kennel.alerts("ana", watchdog=removed)] == [
        ("First", "It was removed.")
    ]


def test_a_condition_on_another_record_is_asked_as_it_is_today(kennel: Kennel) -> None:
    acme = kennel.firm.create("companies", name="ACME", city="Brno")
    other = kennel.firm.create("companies", name="Other", city="Praha")
    wanted = {"field": "companies.city", "op": "eq", "value": "Brno"}
    kennel.set("ana", "contacts", when={"kind": "created"}, filter=wanted)
    kennel.later()
    for name, company in (("Jan", acme), ("Petr", other)):
        kennel.firm.create("contacts", name=name, companies=[company])
    kennel.work()
    assert kennel.texts("ana") == ["Jan: It was added."]


def test_what_is_put_on_a_record_and_what_points_at_it(kennel: Kennel) -> None:
    acme, other = (kennel.firm.create("companies", name=name) for name in ("ACME", "Other"))
    kennel.set("ana", record=acme, when={"kind": "added", "what": ["tasks", "notes"]})
    kennel.set("ana", record=acme, when={"kind": "related", "registry": "contacts"})
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        for company in (acme, other):
            on = Bearer("companies", company)
            records.create(work, "_tasks", {"title": f"Call {company}"}, on=on)
            records.create(work, "_activities", {"text": "Rang"}, category="call", on=on)
    kennel.firm.create("contacts", name="Jan", companies=[other])
    kennel.later()
    jana = kennel.firm.create("contacts", name="Jana", companies=[acme, other])
    kennel.later()
    kennel.firm.change("contacts", jana, name="Jana Nová")
    kennel.work()
    assert kennel.texts("ana") == [f"ACME: New in Tasks: Call {acme}", "ACME: New in Contacts: Jana Nová"]


def test_the_number_of_records_passes_a_bound_again_only_after_it_has_come_back(kennel: Kennel) -> None:
    made = [kennel.firm.create("companies", name=f"C{n}", city="Brno") for n in range(2)]
    kennel.later()
    dog = kennel.set("ana", when={"kind": "count", "above": 2}, filter=BRNO)
    for _turn in range(2):
        kennel.later()
        made.append(kennel.firm.create("companies", name="More", city="Brno"))
        kennel.work()
        kennel.later()
        made.append(kennel.firm.create("companies", name="Even more", city="Brno"))
        kennel.work()
        for each in made[2:]:
            kennel.firm.remove("companies", each)
        made = made[:2]
        kennel.work()
    assert len(kennel.alerts("ana", watchdog=dog)) == 2
    with kennel.firm.work("ana") as work:
        body = {"registry": "companies", "when": {"kind": "count", "above": 2}, "filter": BRNO}
        assert len(preview.preview(work, body).past) == 2


def test_any_of_several_reasons_is_enough(kennel: Kennel) -> None:
    record = kennel.firm.create("companies", name="ACME", city="Brno", status="lead")
    kennel.later()
    reasons = [{"kind": "change", "field": "city"}, {"kind": "reaches", "field": "status", "value": "won"}]
    kennel.set("ana", when={"kind": "any", "of": reasons})
    kennel.later()
    kennel.firm.change("companies", record, city="Praha")
    kennel.later()
    kennel.firm.change("companies", record, status="won")
    kennel.work()
    assert kennel.texts("ana") == ["ACME: City: Brno → Praha", "ACME: Status: Lead → Won"]


def test_what_happened_before_it_was_set_or_while_it_was_off_is_not_told(kennel: Kennel) -> None:
    record = kennel.firm.create("companies", name="ACME", city="Brno")
    kennel.firm.change("companies", record, city="Praha")
    kennel.later()
    dog = kennel.set("ana", when={"kind": "change", "field": "city"})
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        verbs.change(work, dog, {"active": False})
    kennel.firm.change("companies", record, city="Zlín")
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        verbs.change(work, dog, {"active": True})
    kennel.later()
    kennel.firm.change("companies", record, city="Most")
    kennel.work()
    assert kennel.texts("ana") == ["ACME: City: Zlín → Most"]


def test_of_very_many_at_once_each_is_told_as_if_it_had_come_alone(
    kennel: Kennel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reacting, "FEW", 2)
    old = [kennel.firm.create("companies", name=f"Old {n}", city="Brno", employees=n) for n in range(8)]
    kennel.later()
    whens: list[Values] = [
        {"kind": "created"}, {"kind": "enters_list"}, {"kind": "leaves_list"}, {"kind": "deleted"}, {"kind": "change"},
        {"kind": "reaches", "field": "status", "value": "won"},
        {"kind": "rises_above", "field": "employees", "value": 3},
        {"kind": "change", "field": "code"},
        {"kind": "any", "of": [{"kind": "falls_below", "field": "employees", "value": 4}, {"kind": "leaves_list"}]},
    ]  # fmt: skip
    begin = kennel.now
    dogs = [(kennel.set("ana", when=when, filter=BRNO), when) for when in whens]
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        new = [
            {"values": {"name": f"New {n}", "city": ("Brno", "Praha")[n % 2], "status": "won"}}
            for n in range(6)
        ]
        records.batch(work, "companies", create=new)
    kennel.later()
    for place, each in enumerate(old):
        change: Values = (
            {"city": "Praha"},
            {"status": "won"},
            {"employees": 9 - place},
            {"code": f"X{place}"},
        )[place % 4]
        kennel.firm.change("companies", each, **change)
    kennel.later()
    # Two steps of one record, of which the second takes back what the first has done.
    for city in ("Praha", "Brno"):
        kennel.later()
        kennel.firm.change("companies", old[2], city=city, status="won")
    kennel.firm.remove("companies", old[3])
    kennel.work()
    spoken = 0
    for dog, when in dogs:
        with kennel.firm.work("ana") as work:
            past = preview.preview(work, {"registry": "companies", "when": when, "filter": BRNO}).past
        wanted = sorted((each.record, each.at) for each in past if each.at > begin)
        told = [(each.record, each.at) for each in kennel.alerts("ana", watchdog=dog)]
        assert sorted(told) == wanted, when
        spoken += bool(wanted)
    assert spoken == len(dogs), "each has something to say"


def test_silence_lasts_though_something_else_happens(kennel: Kennel) -> None:
    quiet = kennel.firm.create("companies", name="Quiet", city="Brno")
    spoken = kennel.firm.create("companies", name="Spoken to", city="Brno")
    kennel.later()
    dog = kennel.set("ana", when={"kind": "silence", "days": 10, "of": ["activities"]}, at="08:00")
    for day in range(12):
        kennel.later(days=1)
        kennel.firm.change("companies", quiet, city=f"City {day}")
        if day == 4:
            with kennel.firm.work("ana", write=True) as work:
                on = Bearer("companies", spoken)
                records.create(work, "_activities", {"text": "Rang"}, category="call", on=on)
        kennel.work()
    told = kennel.alerts("ana", watchdog=dog)
    assert [(each.title, each.text) for each in told] == [
        ("Quiet", "Nothing has happened since Jun 1, 2026.")
    ]
