"""What registers announce and say anew: looked at at once, and told by watchdogs to whoever may hear of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import modelling, plugins, records
from kartoteka.platform.services.worker import Worker
from kartoteka.plugins.ares import telling, watching
from kartoteka.plugins.ares.registers.answers import Person
from kartoteka.plugins.ares.registers.ares_reading import read_company
from kartoteka.plugins.ares.standin import companies
from kartoteka.plugins.watchdogs import alerts, preview, verbs
from tests.integration.ares.conftest import ROLES, Bureau

SAWMILL = companies.SAWMILL
FEED = "/ekonomicke-subjekty-notifikace"


@pytest.fixture
def pass_time(bureau: Bureau) -> Callable[[timedelta], None]:
    """Let time pass."""
    now = [bureau.office.clock()]
    bureau.office.clock = lambda: now[0]

    def go(time: timedelta) -> None:
        now[0] += time

    return go


def watch(bureau: Bureau, *whole: str) -> None:
    """Watch whole registries, and look at their companies for the first time."""
    with bureau.office.begin_system(design=True) as work:
        plugins.change(work, "ares", {"settings": {"watched": list(whole)}})
    watching.watch_all(bureau.office)


def set_dog(bureau: Bureau, who: str, **more: Any) -> int:
    """Set a watchdog on what ARES says."""
    when = {"kind": "company_changed", **more.pop("when", {})}
    with bureau.office.begin(bureau.ids[who], write=True) as work:
        return verbs.create(work, {"registry": "firms", "when": when, **more}).id


def told(bureau: Bureau, who: str) -> list[str]:
    """What somebody was told."""
    Worker(bureau.office).run_once()
    with bureau.office.begin(bureau.ids[who]) as work:
        return [f"{each.title}: {each.text}" for each in alerts.page(work)[0][::-1]]


def asked_for(bureau: Bureau, part: str) -> int:
    """How often the register was asked at an address."""
    return sum(part in path for _method, path, _body in bureau.standin.asked)


def test_a_change_that_is_announced_is_told_at_once_to_whoever_may_hear_of_it(
    bureau: Bureau, pass_time: Callable[[timedelta], None]
) -> None:
    tab = {**ROLES["clerk"]["firms"], "sections": {"basic": "edit", "ares": "read"}}
    with bureau.office.begin_system(design=True) as work:
        modelling.change_role(work, "clerk", {"grants": {"firms": tab}})
    record = bureau.create(name="Pila", ico=SAWMILL)
    bureau.create(name="Jedle", ico=companies.ico_of(3_811_000))
    watch(bureau, "firms")
    dog = set_dog(bureau, "ana")
    set_dog(bureau, "cyril", when={"what": ["liquidation", "persons"]}, record=record)
    # Rita sees the number and not the tab; whoever sees neither can wait for nothing.
    set_dog(bureau, "ana", to=["me", f"user:{bureau.ids['rita']}", f"user:{bureau.ids['nik']}"])
    with pytest.raises(Invalid) as refused:
        set_dog(bureau, "nik")
    assert "registry" in refused.value.errors
    # It moves and is wound up; the list of the day says so, and nobody waits for its turn.
    pass_time(timedelta(hours=7))
    subject = bureau.standin.subjects[SAWMILL]
    subject["obchodniJmeno"] += " v likvidaci"
    subject["sidlo"] = companies.seat("Horní", 1, 79001, "Jeseník")
    watching.watch_all(bureau.office)
    assert told(bureau, "ana") == []
    pass_time(timedelta(hours=7))
    bureau.standin.feed["res"][2] = [SAWMILL, "ARES_00000001"]
    watching.watch_all(bureau.office)
    news = "ARES: another seat, it is being wound up, another name"
    assert told(bureau, "ana") == [f"Pila: {news}"] * 2
    assert told(bureau, "cyril") == ["Pila: ARES: it is being wound up"]
    assert told(bureau, "rita") == told(bureau, "nik") == []
    # Another of those who act for it; and the same list is read once.
    pass_time(timedelta(hours=7))
    bureau.standin.feed["vr"][2] = [SAWMILL]
    bureau.standin.public_register[SAWMILL]["zaznamy"][0]["statutarniOrgany"] = []
    watching.watch_all(bureau.office)
    assert told(bureau, "cyril")[1:] == ["Pila: ARES: others act for it"]
    before = asked_for(bureau, f"{FEED}/datovy-zdroj")
    pass_time(timedelta(hours=7))
    watching.watch_all(bureau.office)
    assert asked_for(bureau, f"{FEED}/datovy-zdroj") == before == 2
    # The same engine says what it would have told; and what may not be heard of any more is not shown any more.
    with bureau.office.begin(bureau.ids["ana"]) as work:
        past = preview.preview(
            work, {"registry": "firms", "when": {"kind": "company_changed", "what": ["name"]}}
        )
        assert [(each.title, each.new) for each in past.past] == [("Pila", "another name")]
        assert "ARES says something new of the company (another name)" in past.sentence
        assert len(alerts.page(work, watchdog=dog)[0]) == 2
    with bureau.office.begin_system(design=True) as work:
        modelling.change_role(work, "clerk", {"grants": {"firms": ROLES["clerk"]["firms"]}})
    assert told(bureau, "cyril") == []


def test_a_feed_that_fails_is_read_later_and_nothing_is_asked_when_nothing_is_watched(
    bureau: Bureau, pass_time: Callable[[timedelta], None]
) -> None:
    watching.watch_all(bureau.office)
    assert bureau.standin.asked == []
    record = bureau.create(name="Pila", ico=SAWMILL)
    watch(bureau, "firms")
    bureau.standin.subjects[SAWMILL]["datumZaniku"] = "2026-01-31"
    bureau.standin.feed["res"][2] = [SAWMILL]
    set_dog(bureau, "ana", when={"what": ["ended", "gone"]})
    pass_time(timedelta(hours=7))
    bureau.standin.always = "html_502"
    watching.watch_all(bureau.office)
    assert told(bureau, "ana") == []
    bureau.standin.always = ""
    pass_time(timedelta(hours=1))
    watching.watch_all(bureau.office)
    assert told(bureau, "ana") == ["Pila: ARES: it has ended"]
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        records.remove(work, "firms", record)
    assert told(bureau, "ana") == []


def test_what_is_new_follows_from_what_the_register_says_alone() -> None:
    company = read_company(companies.subjects()[SAWMILL], companies_day())
    assert company is not None
    before = telling.said_of(company)
    assert telling.news_of({}, before) == (), "the first look is no news"
    assert telling.news_of(before, telling.said_of(None)) == ("gone",)
    from dataclasses import replace

    with_people = {**before, **telling.said_of(replace(company, persons=(Person("Petr", "jednatel"),)))}
    assert telling.news_of(before, with_people) == (), "who acts for it was not known before"
    assert telling.news_of(with_people, telling.said_of(replace(company, persons=()))) == ("persons",)
    assert telling.news_of(with_people, before) == (), "not asked for is no news"
    spaced = replace(company, name=company.name.replace(",", " ,"))
    assert telling.news_of(before, telling.said_of(spaced)) == ()


def companies_day() -> Any:
    """A day on which the companies are looked at."""
    from datetime import date

    return date(2026, 10, 1)
