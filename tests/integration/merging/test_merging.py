"""Records made into one: values, links in both directions, things of plugins, people; and all of it taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from kartoteka.platform.access.models import User
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from kartoteka.platform.services import history, merging, modelling, people, records, search, tokens
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.records import Bearer, Query
from kartoteka.platform.services.work import Work
from kartoteka.platform.services.worker import Worker
from tests.servers.apps import app_for
from tests.servers.offices import Furnish

API, PASSWORD = "/api/v1", "four quiet words here"
COMPANIES: dict[str, Any] = {
    "key": "companies", "name": "Companies", "name_one": "Company", "title": "{name}",
    "categories": [{"key": "customer", "name": "Customer"}, {"key": "supplier", "name": "Supplier"}],
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text", "required": True},
            {"key": "code", "name": "Code", "type": "text", "unique": True},
            {"key": "number", "name": "Number", "type": "autonumber"},
            {"key": "city", "name": "City", "type": "text"},
            {"key": "about", "name": "About", "type": "long_text"},
            {"key": "tags", "name": "Tags", "type": "multi_choice", "options": {"choices": [
                {"key": "big", "name": "Big"}, {"key": "old", "name": "Old"}, {"key": "far", "name": "Far"}]}},
            {"key": "mother", "name": "Mother", "type": "relation", "options": {"target": "companies"}},
            {"key": "partners", "name": "Partners", "type": "relation",
             "options": {"target": "companies", "many": True}},
            {"key": "papers", "name": "Papers", "type": "file", "options": {"many": True}},
        ]},
        {"key": "finance", "name": "Finance", "fields": [
            {"key": "turnover", "name": "Turnover", "type": "money"},
            {"key": "deals", "name": "Deals", "type": "relation", "options": {"target": "deals", "many": True}},
            {"key": "deal", "name": "Main deal", "type": "relation", "options": {"target": "deals"}},
        ]},
    ],
}  # fmt: skip
DEALS: dict[str, Any] = {
    "key": "deals", "name": "Deals", "title": "{name}",
    "sections": [{"key": "basic", "name": "Basic", "fields": [
        {"key": "name", "name": "Name", "type": "text"},
    ]}],
}  # fmt: skip
CONTACTS: dict[str, Any] = {
    "key": "contacts", "name": "Contacts", "title": "{name}",
    "sections": [{"key": "basic", "name": "Basic", "fields": [
        {"key": "name", "name": "Name", "type": "text"},
        {"key": "company", "name": "Company", "type": "relation", "options": {"target": "companies"}},
        {"key": "others", "name": "Others", "type": "relation", "options": {"target": "companies", "many": True}},
    ]}],
}  # fmt: skip
ALL = ["view", "create", "edit", "delete"]
BASIC = {"rights": ALL, "sections": {"basic": "edit"}}


def _grant(*, sections: dict[str, str], rights: list[str] = ALL) -> dict[str, Any]:
    return {"companies": {"rights": rights, "sections": {**sections}}, "contacts": BASIC}


WHOLE = {"basic": "edit", "finance": "edit", "notes": "edit"}
ROLES = {
    "whole": _grant(sections=WHOLE),
    "reads_finance": _grant(sections={**WHOLE, "finance": "read"}),
    "no_finance": _grant(sections={key: WHOLE[key] for key in WHOLE if key != "finance"}),
    "reads_notes": _grant(sections={**WHOLE, "notes": "read"}),
    "no_delete": _grant(sections=WHOLE, rights=["view", "create", "edit"]),
    "no_relation": {**_grant(sections=WHOLE), "contacts": {**BASIC, "fields": {"company": "hidden"}}},
}


def set_up(office: Office) -> None:
    """Companies with contacts, and people who may do more and less with them."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, DEALS)
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, COMPANIES)
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, CONTACTS)
        tabs = dict.fromkeys(work.catalog.tabs(work.catalog.registries["companies"]).values(), "edit")
        for key, grants in ROLES.items():
            of_companies = grants["companies"]
            grants = {
                **grants,
                "companies": {**of_companies, "sections": {**tabs, **of_companies["sections"]}},
            }
            modelling.create_role(work, {"key": key, "name": key, "grants": grants})
    with office.begin_system() as work:
        for who in ("admin", *ROLES):
            person = {"email": f"{who}@example.com", "name": who, "roles": [who], "password": PASSWORD}
            people.create_user(work, person)


@pytest.fixture
def furnished() -> Furnish:
    """Every test begins with the firm."""
    return set_up


@pytest.fixture
def firm(office: Office) -> Iterator[Office]:
    """The firm, on each database; whatever a test did, the chain of history holds and the index knows all."""
    yield office
    with office.begin_system(write=False) as work:
        assert history.verify(work).broken is None
    Worker(office).run_once()
    assert search.difference(office) == []


@contextmanager
def as_(office: Office, who: str = "admin") -> Iterator[Work]:
    with office.begin_as(f"{who}@example.com", write=True) as work:
        yield work


def make(office: Office, registry: str, who: str = "admin", **values: Any) -> int:
    with as_(office, who) as work:
        return records.create(work, registry, values).id


def shown(office: Office, registry: str, record: int, who: str = "admin") -> dict[str, Any]:
    """The values of a record, links as ids."""
    with as_(office, who) as work:
        found = records.fetch(work, registry, record).values
    return {
        key: [one.id for one in value] if isinstance(value, list) else value for key, value in found.items()
    }


def merge(office: Office, survivor: int, *merged: Any, who: str = "admin", **more: Any) -> int:
    with as_(office, who) as work:
        return merging.merge(work, "companies", survivor, list(merged), **more).batch


def undo(office: Office, batch: int, who: str = "admin") -> history.UndoResult:
    with as_(office, who) as work:
        return history.undo_batch(work, batch)


def gone(office: Office, record: int) -> bool:
    with as_(office) as work:
        try:
            records.fetch(work, "companies", record)
        except NotFound:
            return records.fetch(work, "companies", record, removed=True).id == record
    return False


def test_chosen_values_stay_empty_ones_are_filled_and_several_are_united(firm: Office) -> None:
    one = make(firm, "companies", name="Acme", city="Brno", tags=["big"], turnover="1")
    two = make(firm, "companies", name="ACME s.r.o.", code="A1", city="Praha", tags=["old"], about="xylofon")
    three = make(firm, "companies", name="Akme", code="A3", about="varhany", tags=["old", "far"])
    before = [shown(firm, "companies", each) for each in (one, two, three)]
    batch = merge(
        firm, one, two, three, values={"name": "ACME s.r.o.", "turnover": None}, category="supplier"
    )
    now = shown(firm, "companies", one)
    assert (now["name"], now["code"], now["city"], now["about"]) == ("ACME s.r.o.", "A1", "Brno", "xylofon")
    assert set(now["tags"]) == {"big", "old", "far"} and now["turnover"] is None
    assert now["number"] == before[0]["number"] and gone(firm, two) and gone(firm, three)
    with as_(firm) as work:
        assert [each.id for each in records.browse(work, "companies", Query(q="xylofon")).items] == [one]
        assert records.fetch(work, "companies", one).category == "supplier"
        (last, *_more) = history.entries(work, "companies", two)
        (told,) = last.changes
        assert (last.action, last.batch, told.field, told.new) == (
            "remove", batch, "merged", [{"id": one, "title": "ACME s.r.o."}])  # fmt: skip
        told = {each.field: each.new for each in history.entries(work, "companies", one)[0].changes}
        assert [each["id"] for each in told["merged"]] == [two, three]
    assert undo(firm, batch).undone == 3
    assert [shown(firm, "companies", each) for each in (one, two, three)] == before
    with as_(firm) as work:
        assert records.fetch(work, "companies", one).category is None
        assert [each.id for each in records.browse(work, "companies", Query(q="xylofon")).items] == [two]
    with pytest.raises(Conflict):
        undo(firm, batch)


def test_links_lead_to_the_one_that_stays_once_and_come_back(firm: Office) -> None:
    one, two, three, other = (make(firm, "companies", name=name) for name in ("A", "B", "C", "D"))
    with as_(firm) as work:
        records.change(work, "companies", one, {"mother": two, "partners": [three, other, two]})
        records.change(work, "companies", two, {"mother": one, "partners": [other, one]})
        records.change(work, "companies", three, {"mother": other})
        records.change(work, "companies", other, {"mother": three, "partners": [two, one, three]})
    first = make(firm, "contacts", name="x", company=two, others=[other, three, one])
    second = make(firm, "contacts", name="y", company=one, others=[two, three])
    third = make(firm, "contacts", name="z", company=three)
    with as_(firm) as work:
        records.remove(work, "contacts", third)
    places = [("companies", each) for each in (one, two, three, other)] + [
        ("contacts", first),
        ("contacts", second),
    ]
    before = [shown(firm, *place) for place in places]
    batch = merge(firm, one, two, three)
    now = shown(firm, "companies", one)
    assert (now["mother"], now["partners"]) == ([other], [other]), "a record never becomes its own mother"
    assert (shown(firm, "companies", other)["mother"], shown(firm, "companies", other)["partners"]) == (
        [one],
        [one],
    )
    assert (shown(firm, "contacts", first)["company"], shown(firm, "contacts", first)["others"]) == (
        [one],
        [other, one],
    )
    assert shown(firm, "contacts", second)["others"] == [one]
    with as_(firm) as work:
        assert {each.id for group in records.related(work, "companies", one) for each in group.items} == {
            first, second, other}  # fmt: skip
        records.restore(work, "contacts", third)
        assert [each.id for each in records.fetch(work, "contacts", third).values["company"]] == [one]
        records.remove(work, "contacts", third)
    result = undo(firm, batch)
    assert [(each.registry, each.id) for each in result.changed_since] == [] and result.undone == 3
    assert [shown(firm, *place) for place in places] == before
    again = undo(firm, result.batch)
    assert shown(firm, "contacts", second)["others"] == [one] and gone(firm, two) and gone(firm, three)
    assert undo(firm, again.batch).undone == 3
    assert [shown(firm, *place) for place in places] == before


THINGS = {
    "_notes": {"text": "said"},
    "_activities": {"text": "called"},
    "_tasks": {"title": "do it"},
    "_portal": {"text": "hello"},
}


def _lying(firm: Office, record: int, who: str = "admin") -> set[tuple[str, int]]:
    on = {"field": "on", "op": "eq", "value": {"registry": "companies", "id": record}}
    with as_(firm, who) as work:
        return {
            (each.key, thing.id)
            for each in work.registries(plugins=True)
            if each.attached
            for thing in records.browse(work, each.key, Query(filter=on)).items
        }


def test_things_of_every_plugin_go_along_also_those_of_others_and_in_the_bin(firm: Office) -> None:
    one, two = make(firm, "companies", name="A"), make(firm, "companies", name="B")
    with as_(firm, "whole") as work:
        on = Bearer("companies", two)
        made = {(key, records.create(work, key, values, on=on).id) for key, values in THINGS.items()}
        secret = records.create(work, "_notes", {"text": "between us", "private": True}, on=on).id
        binned = records.create(work, "_notes", {"text": "no more"}, on=on).id
        records.remove(work, "_notes", binned)
    batch = merge(firm, one, two)
    assert _lying(firm, one) == made
    assert _lying(firm, one, "whole") == made | {("_notes", secret)}
    with as_(firm, "whole") as work:
        records.restore(work, "_notes", binned)
        assert records.fetch(work, "_notes", binned).on == Bearer("companies", one, "A")
        assert history.entries(work, "_notes", secret)[0].changes[0].new["title"] == "A"
    result = undo(firm, batch)
    assert (result.undone, [each.id for each in result.changed_since]) == (2, [binned])
    assert _lying(firm, two, "whole") == made | {("_notes", secret)}
    assert _lying(firm, one, "whole") == {("_notes", binned)}


def test_files_lie_on_the_one_that_stays_in_their_folders_and_details(firm: Office) -> None:
    one, two = make(firm, "companies", name="A"), make(firm, "companies", name="B")
    lone, paper = _file(firm, two), _file(firm, two, field="papers")
    assert shown(firm, "companies", two)["papers"] == [paper]
    batch = merge(firm, one, two)
    assert {("_attachments", lone), ("_attachments", paper)} == _lying(firm, one)
    assert shown(firm, "companies", one)["papers"] == [paper]
    undo(firm, batch)
    assert _lying(firm, one) == set() and shown(firm, "companies", two)["papers"] == [paper]


def _file(firm: Office, record: int, **said: str) -> int:
    head = {"Authorization": f"Bearer {tokens.create_token(firm, 'admin@example.com')}"}
    data = {"file": (BytesIO(b"hello"), "a.txt"), **said}
    place = f"{API}/registries/companies/records/{record}/attachments"
    made = app_for(firm).test_client().post(place, headers=head, data=data)
    assert made.status_code == 201, made.text
    return int(made.json["id"])


def test_who_signs_in_as_a_record_signs_in_as_the_one_that_stays(firm: Office) -> None:
    one, two = make(firm, "companies", name="A"), make(firm, "companies", name="B")
    with firm.begin_system() as work:
        who = people.create_user(work, {"email": "guest@example.com", "name": "Guest", "roles": ["whole"],
                                        "identity": {"registry": "companies", "id": two}}).id  # fmt: skip

    def identity() -> int | None:
        with firm.begin_system(write=False) as work:
            return work.session.scalar(select(User.identity_id).where(User.id == who))

    batch = merge(firm, one, two)
    assert identity() == one
    undo(firm, batch)
    assert identity() == two


@pytest.mark.parametrize("who", [each for each in ROLES if each != "whole"])
def test_who_may_not_change_everything_merges_nothing_and_hears_no_reason_in_the_records(
    firm: Office, who: str
) -> None:
    empty = [make(firm, "companies", name=name) for name in "AB"]
    full = [make(firm, "companies", name=name, turnover="5") for name in "CD"]
    with as_(firm) as work:
        records.create(work, "_notes", {"text": "here"}, on=Bearer("companies", full[1]))
    make(firm, "contacts", name="x", company=full[1])
    said = set()
    for pair in (empty, full):
        with pytest.raises(Forbidden) as refusal:
            merge(firm, *pair, who=who)
        said.add(refusal.value.message)
    assert len(said) == 1 and not any(gone(firm, each) for each in (*empty, *full))


def test_links_to_what_one_does_not_see_go_along_untold(firm: Office) -> None:
    """Whoever may change everything about companies sees no deals: he is told the same whether there are some."""
    deals = [make(firm, "deals", name=name) for name in "KLM"]
    pairs = []
    for given in ({}, {"deals": deals[1:], "deal": deals[2]}):
        one = make(firm, "companies", name="A", deals=deals[:2] if given else [])
        pairs.append((one, make(firm, "companies", name="B", **given)))
    told = []
    for one, two in pairs:
        batch = merge(firm, one, two, who="whole")
        with as_(firm, "whole") as work:
            found, last = records.fetch(work, "companies", one), history.entries(work, "companies", one)[0]
            told.append((found.version, found.values["deals"], [each.field for each in last.changes]))
    assert told[0] == told[1]
    assert shown(firm, "companies", one)["deals"] == deals and shown(firm, "companies", one)["deal"] == [
        deals[2]
    ]
    undo(firm, batch, "whole")
    assert shown(firm, "companies", one)["deals"] == deals[:2] and shown(firm, "companies", one)["deal"] == []
    for hidden in (deals[0], 999):
        with pytest.raises(Invalid, match=f"There is no record {hidden} to choose") as refusal:
            merge(firm, one, two, who="whole", values={"deals": [hidden]})
        assert set(refusal.value.errors) == {"deals"}


def test_a_merge_needs_several_living_records_of_one_registry(firm: Office) -> None:
    ids = [make(firm, "companies", name=f"N{n}") for n in range(7)]
    with as_(firm) as work:
        records.remove(work, "companies", ids[6])
    for merged in ([], [ids[0]], [ids[1], ids[1]], ids[1:6]):
        with pytest.raises(Invalid) as refusal:
            merge(firm, ids[0], *merged)
        assert set(refusal.value.errors) == {"merge"}
    for merged in ([ids[6]], [999], ["x"], [True]):
        with pytest.raises(NotFound):
            merge(firm, ids[0], *merged)
    with pytest.raises(NotFound):
        merge(firm, ids[6], ids[0])
    note = make(firm, "_notes", text="one"), make(firm, "_notes", text="two")
    with as_(firm) as work, pytest.raises(Invalid, match="plugin"):
        merging.merge(work, "_notes", note[0], [note[1]])
    assert not any(gone(firm, each) for each in ids[:6])


def test_what_will_not_do_is_refused_as_a_whole(firm: Office) -> None:
    one, two = make(firm, "companies", name="A"), make(firm, "companies", name="B", code="B2")
    make(firm, "companies", name="C", code="C3")
    before = shown(firm, "companies", one), shown(firm, "companies", two)
    for values, key in (
        ({"name": None}, "name"),
        ({"nothing": 1}, "nothing"),
        ({"turnover": "x"}, "turnover"),
    ):
        with pytest.raises(Invalid) as refusal:
            merge(firm, one, two, values=values)
        assert set(refusal.value.errors) == {key}
    with pytest.raises(Conflict):
        merge(firm, one, two, values={"code": "C3"})
    assert (shown(firm, "companies", one), shown(firm, "companies", two)) == before


def test_whoever_chose_from_something_older_is_told(firm: Office) -> None:
    one, two = make(firm, "companies", name="A"), make(firm, "companies", name="B")
    with as_(firm) as work:
        records.change(work, "companies", one, {"city": "Brno"})
        records.change(work, "companies", two, {"city": "Brno"})
    for more in ({"version": 1}, {"version": 2, "versions": {two: 1}}):
        with pytest.raises(StaleVersion):
            merge(firm, one, two, **more)
    merge(firm, one, two, version=2, versions={two: 2})
    assert gone(firm, two)


def test_what_was_changed_since_stays_and_the_rest_comes_back(firm: Office) -> None:
    one, two = make(firm, "companies", name="A"), make(firm, "companies", name="B", city="Brno")
    contact = make(firm, "contacts", name="x", company=two)
    batch = merge(firm, one, two)
    with as_(firm) as work:
        records.change(work, "companies", one, {"city": "Praha"})
    result = undo(firm, batch)
    assert [each.id for each in result.changed_since] == [one] and result.undone == 1
    assert shown(firm, "companies", one)["city"] == "Praha" and not gone(firm, two)
    assert shown(firm, "contacts", contact)["company"] == [two]


def test_programs_merge_by_the_same_rules(firm: Office) -> None:
    one, two = make(firm, "companies", name="A"), make(firm, "companies", name="B", city="Brno")
    client = app_for(firm).test_client()
    head = {"Authorization": f"Bearer {tokens.create_token(firm, 'admin@example.com')}"}
    place = f"{API}/registries/companies/records/{one}"

    def ask(body: Any, **more: str) -> Any:
        return client.post(f"{place}/merge", json=body, headers={**head, **more})

    assert ask({"merge": [two], "version": 7}).status_code == 412
    assert ask({"merge": [two]}, **{"If-Match": '"7"'}).status_code == 412
    assert ask({"merge": [two], "versions": {str(two): 7}}).status_code == 412
    for wrong in ({"merge": "x"}, {"merge": []}, {"merge": [two], "other": 1}, {"merge": [two], "versions": {"x": 1}},
                  {"merge": [two], "version": "x"}, {"merge": [two], "values": []}):  # fmt: skip
        assert ask(wrong).status_code == 422, wrong
    done = ask({"merge": [two], "version": 1, "versions": {str(two): 1}, "values": {"name": "Both"}})
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')
    assert done.json["record"]["values"]["city"] == "Brno" and done.json["record"]["title"] == "Both"
    back = client.post(f"{API}/batches/{done.json['batch']}/undo", headers=head, json={})
    assert (back.status_code, back.json["undone"]) == (200, 2) and not gone(firm, two)
