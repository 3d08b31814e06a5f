"""Nobody learns by a watchdog what he may not see: not by its alerts, not by its silence, not by its refusal."""

from typing import Any

import pytest

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import people
from kartoteka.plugins.watchdogs import preview, verbs
from tests.integration.watchdogs.conftest import Kennel

TURNOVER = {"kind": "rises_above", "field": "turnover", "value": "1000"}


def _refused(kennel: Kennel, person: str, body: dict[str, Any]) -> dict[str, list[str]]:
    answers = []
    for verb in (verbs.create, preview.preview):
        with pytest.raises(Invalid) as refusal, kennel.firm.work(person, write=True) as work:
            verb(work, {"registry": "companies", **body})  # type: ignore[operator]
        answers.append(refusal.value.errors)
    assert answers[0] == answers[1]
    return {key: list(each) for key, each in answers[0].items()}


def test_what_is_hidden_is_refused_in_the_words_for_what_is_not_there(kennel: Kennel) -> None:
    hidden = _refused(kennel, "vera", {"when": TURNOVER})
    missing = _refused(kennel, "vera", {"when": {**TURNOVER, "field": "nothing"}})
    assert hidden == {"when.field": ["There is no field “turnover”."]}
    assert missing == {"when.field": ["There is no field “nothing”."]}
    for field in ("turnover", "nothing"):
        asked = {"when": {"kind": "created"}, "filter": {"field": field, "op": "not_empty"}}
        assert _refused(kennel, "vera", asked) == {"filter": [f"There is no field “{field}”."]}
    outside = kennel.firm.create("companies", name="Praha", city="Praha")
    for record in (outside, 999):
        found = _refused(kennel, "lola", {"record": record, "when": {"kind": "change", "field": "city"}})
        assert found == {"record": [f"There is no record {record}."]}


def test_on_one_record_a_detail_must_be_seen_on_that_record(kennel: Kennel) -> None:
    brno = kennel.firm.create("companies", name="A", city="Brno")
    praha = kennel.firm.create("companies", name="B", city="Praha")
    kennel.set("bara", record=brno, when=TURNOVER)
    assert _refused(kennel, "bara", {"record": praha, "when": TURNOVER}) == {
        "when.field": ["There is no field “turnover”."]
    }


def test_everybody_is_told_what_he_may_see_and_nothing_else(kennel: Kennel) -> None:
    firm = kennel.firm
    brno, praha = (firm.create("companies", name=name, city=name, turnover="1") for name in ("Brno", "Praha"))
    everybody = ["me", *(f"user:{firm.ids[name]}" for name in ("vera", "bara", "lola", "nik"))]
    kennel.set("ana", when=TURNOVER, to=everybody)
    kennel.set("ana", when={"kind": "change", "field": "about"}, to=everybody)
    wanted = {"field": "turnover", "op": "gte", "value": "1000"}
    kennel.set("ana", when={"kind": "change", "field": "about"}, filter=wanted, to=everybody)
    kennel.later()
    for record in (brno, praha):
        firm.change("companies", record, turnover="5000")
        firm.change("companies", record, about="new")
    kennel.work()
    assert {name: len(kennel.alerts(name)) for name in ("ana", "vera", "bara", "lola", "nik")} == {
        "ana": 6, "vera": 2, "bara": 4, "lola": 1, "nik": 0,
    }  # fmt: skip


def test_what_was_told_is_told_no_more_once_it_may_not_be_seen(kennel: Kennel) -> None:
    firm = kennel.firm
    record = firm.create("companies", name="ACME", city="Brno", turnover="1")
    dog = kennel.set("bara", when=TURNOVER, via=["email"])
    kennel.later()
    firm.change("companies", record, turnover="5000")
    kennel.work()
    assert len(kennel.alerts("bara")) == 1
    with kennel.office.begin_system() as work:
        people.change_user(work, firm.ids["bara"], {"roles": ["viewer"]})
    assert kennel.alerts("bara") == []
    kennel.later()
    kennel.work()
    assert [each.text for each in kennel.alerts("bara")] == [
        "This watchdog is silent: what it watches is not there for you."
    ]
    # The mail that was waiting has nothing left to say.
    assert not list((kennel.office.settings.data / "mail").glob("*.eml"))
    firm.change("companies", record, turnover="1")
    firm.change("companies", record, turnover="9000")
    kennel.work()
    assert len(kennel.alerts("bara")) == 1
    with firm.work("bara") as work:
        assert verbs.fetch(work, dog).silent


def test_silence_begins_with_the_rights_and_not_with_what_is_hidden(kennel: Kennel) -> None:
    """Else the moment of the silence would tell that something hidden has changed."""
    record = kennel.firm.create("companies", name="ACME", city="Brno", turnover="1")
    told = []
    for changes in (True, False):
        kennel.set("bara", when=TURNOVER)
        kennel.work()
        with kennel.office.begin_system() as work:
            people.change_user(work, kennel.firm.ids["bara"], {"roles": ["viewer"]})
        kennel.later()
        if changes:
            kennel.firm.change("companies", record, turnover="7000")
        kennel.work()
        told.append([each.text for each in kennel.alerts("bara", unread=True)])
        with kennel.firm.work("bara", write=True) as work:
            for each in verbs.mine(work):
                verbs.remove(work, each.id)
            from kartoteka.plugins.watchdogs import alerts

            alerts.read_all(work)
        with kennel.office.begin_system() as work:
            people.change_user(work, kennel.firm.ids["bara"], {"roles": ["viewer", "banker"]})
        kennel.later()
    assert told[0] == told[1] == ["This watchdog is silent: what it watches is not there for you."]


def test_another_persons_watchdog_is_none(kennel: Kennel) -> None:
    dog = kennel.set("ana", when={"kind": "created"})
    for id in (dog, 999):
        for deed in (verbs.fetch, verbs.remove, verbs.switch_off):
            from kartoteka.platform.kernel.errors import NotFound

            with (
                pytest.raises(NotFound, match=f"There is no watchdog {id}"),
                kennel.firm.work("vera", write=True) as w,
            ):
                deed(w, id)


def test_whoever_is_told_by_another_may_mute_it_unless_it_is_set_for_his_role(kennel: Kennel) -> None:
    from kartoteka.platform.kernel.errors import Forbidden

    vera = kennel.firm.ids["vera"]
    plain = kennel.set("ana", when={"kind": "created"}, to=[f"user:{vera}"])
    fixed = kennel.set("ana", when={"kind": "deleted"}, to=["role:viewer"], role="viewer")
    kennel.later()
    record = kennel.firm.create("companies", name="ACME")
    kennel.firm.remove("companies", record)
    kennel.work()
    with kennel.firm.work("vera", write=True) as work:
        verbs.switch_off(work, plain)
        with pytest.raises(Forbidden):
            verbs.switch_off(work, fixed)
    kennel.later()
    kennel.firm.remove("companies", kennel.firm.create("companies", name="Other"))
    kennel.work()
    told = [each.watchdog for each in kennel.alerts("vera", record=("companies", 2))]
    assert told == [fixed]
