"""Merging by people whose rights depend on the row: what they may not change they do not merge, whatever it holds."""

from typing import Any

import pytest

from kartoteka.platform.kernel.errors import Forbidden, NotFound
from kartoteka.platform.services import history, modelling, people, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Bearer
from tests.integration.merging.test_merging import (
    ALL,
    PASSWORD,
    WHOLE,
    as_,
    firm,
    gone,
    make,
    merge,
    set_up,
    shown,
)
from tests.integration.merging.test_merging import undo as undo_merge
from tests.servers.offices import Furnish

__all__ = ["firm"]
BRNO = {"field": "city", "op": "eq", "value": "Brno"}
SHOWN = {"basic": "edit"}


def _grants(tabs: dict[str, str], **of_companies: Any) -> dict[str, Any]:
    whole = {"rights": ALL, "sections": {**tabs, **WHOLE}}
    return {"companies": {**whole, **of_companies}, "contacts": {"rights": ALL, "sections": SHOWN}}


def _roles(tabs: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Each person may do the whole in Brno; elsewhere he sees nothing, reads, sees no finance, or may not delete."""
    whole = {**tabs, **WHOLE}
    local = _grants(tabs, rows=BRNO)
    poor = {key: level for key, level in whole.items() if key != "finance"}
    elsewhere = {
        "reads_others": {"rights": ["view"], "sections": dict.fromkeys(whole, "read")},
        "no_finance_elsewhere": {"rights": ALL, "sections": poor},
        "deletes_in_brno": {"rights": ["view", "edit"], "sections": whole},
    }
    some = {"rights": ALL, "sections": SHOWN, "rows": {"field": "name", "op": "eq", "value": "open"}}
    return {
        "brno": [local],
        **{who: [local, {"companies": grant}] for who, grant in elsewhere.items()},
        "some_contacts": [{**_grants(tabs), "contacts": some}],
    }


def _furnish(office: Office) -> None:
    set_up(office)
    with office.begin_system(design=True) as work:
        tabs = dict.fromkeys(work.catalog.tabs(work.catalog.registries["companies"]).values(), "edit")
        named: dict[str, list[str]] = {}
        for who, every in _roles(tabs).items():
            for place, grants in enumerate(every):
                key = f"{who}_{place}"
                modelling.create_role(work, {"key": key, "name": key, "grants": grants})
                named.setdefault(who, []).append(key)
    with office.begin_system() as work:
        for who, roles in named.items():
            body = {"email": f"{who}@example.com", "name": who, "roles": roles, "password": PASSWORD}
            people.create_user(work, body)


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm and people whose rights depend on where a company sits."""
    return _furnish


def test_what_is_wholly_ones_own_is_merged_and_taken_back(firm: Office) -> None:
    one = make(firm, "companies", name="A", city="Brno")
    two = make(firm, "companies", name="B", city="Brno", turnover="5", about="old")
    contact = make(firm, "contacts", name="x", company=two)
    with as_(firm) as work:
        records.create(work, "_notes", {"text": "mine alone", "private": True}, on=Bearer("companies", two))
    for who in ("brno", "reads_others", "no_finance_elsewhere", "deletes_in_brno"):
        batch = merge(firm, one, two, who=who)
        assert gone(firm, two) and shown(firm, "contacts", contact)["company"] == [one], who
        assert shown(firm, "companies", one, who)["turnover"] is not None
        assert undo_merge(firm, batch, who).undone == 2
        assert not gone(firm, two) and shown(firm, "contacts", contact)["company"] == [two], who


@pytest.mark.parametrize("who", ["reads_others", "no_finance_elsewhere", "deletes_in_brno"])
def test_what_is_not_wholly_ones_own_is_refused_whatever_it_holds(firm: Office, who: str) -> None:
    here = make(firm, "companies", name="A", city="Brno")
    empty = make(firm, "companies", name="B", city="Praha")
    full = make(firm, "companies", name="C", city="Praha", turnover="5")
    make(firm, "contacts", name="x", company=full)
    said = set()
    for other in (empty, full):
        with pytest.raises(Forbidden) as refusal:
            merge(firm, here, other, who=who)
        said.add(refusal.value.message)
    assert len(said) == 1 and not gone(firm, empty) and not gone(firm, full)
    with as_(firm, who) as work:
        assert history.entries(work, "companies", here)[0].version == 1


def test_what_is_out_of_reach_is_not_there_and_nothing_goes_out_of_reach(firm: Office) -> None:
    here, there = (make(firm, "companies", name=name, city="Brno") for name in "AB")
    far = make(firm, "companies", name="C", city="Praha")
    for survivor, other in ((here, far), (far, here)):
        with pytest.raises(NotFound, match=str(far)):
            merge(firm, survivor, other, who="brno")
    with pytest.raises(Forbidden):
        merge(firm, here, there, who="brno", values={"city": "Praha"})
    assert shown(firm, "companies", here)["city"] == "Brno" and not gone(firm, there)


def test_records_that_one_does_not_see_point_at_the_one_that_stays_untold(firm: Office) -> None:
    told = []
    for hidden in (False, True):
        one, two = (make(firm, "companies", name=name, city="Brno") for name in "AB")
        contact = make(firm, "contacts", name="closed", company=two if hidden else None)
        seen = make(firm, "contacts", name="open", company=two)
        merge(firm, one, two, who="some_contacts")
        assert shown(firm, "contacts", seen, "some_contacts")["company"] == [one]
        assert shown(firm, "contacts", contact)["company"] == ([one] if hidden else [])
        with as_(firm, "some_contacts") as work:
            found = history.entries(work, "companies", one)[0]
            related = records.related(work, "companies", one)
            told.append((found.version, [each.field for each in found.changes],
                         [[link.title for link in group.items] for group in related]))  # fmt: skip
    assert told[0] == told[1]
