"""Any sequence of design changes, with values entered in between: nothing is lost, and every version can come back."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, inspect

from kartoteka.platform.access.guises import actor_of
from kartoteka.platform.catalog.snapshot import load
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.services import modelling, people, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.people import find
from kartoteka.platform.services.records import Query
from tests.servers.databases import PostgreSQL, SQLiteFiles
from tests.servers.offices import _install, settings_for

EXAMPLES, STEPS, RECORDS = 10, 10, 4
CHOICES = {"choices": [{"key": key, "name": key} for key in ("one", "two", "abc")]}
TYPES: Mapping[str, tuple[Mapping[str, Any], tuple[Any, ...]]] = {
    "text": ({}, ("1", "007", "abc", "2026-01-05", "one", "Alfa", None)),
    "integer": ({}, (1, 7, -3, 20260105, None)),
    "decimal": ({}, ("1.50", "7", "0", None)),
    "date": ({}, ("2026-01-05", "1999-12-31", None)),
    "boolean": ({}, (True, False, None)),
    "choice": (CHOICES, ("one", "two", "abc", None)),
    "relation": ({"target": "others", "many": True}, ([1], [2, 1], [])),
}
KINDS = st.sampled_from(sorted(TYPES))
FIELDS = st.integers(0, 5)
OTHERS = {"key": "others", "name": "Others", "title": "{name}",
          "sections": [{"key": "s", "name": "S", "fields": [
              {"key": "name", "name": "Name", "type": "text"}]}]}  # fmt: skip
THINGS = {
    "key": "things", "name": "Things", "title": "{a}",
    "categories": [{"key": "big", "name": "Big"}],
    "sections": [
        {"key": "first", "name": "First", "fields": [
            {"key": "a", "name": "A", "type": "text"}, {"key": "b", "name": "B", "type": "integer"}]},
        {"key": "second", "name": "Second", "fields": [
            {"key": "c", "name": "C", "type": "choice", "options": CHOICES},
            {"key": "d", "name": "D", "type": "relation", "options": {"target": "others", "many": True}}]},
    ],
}  # fmt: skip


class Designing(RuleBasedStateMachine):
    """Somebody who changes his mind, and others who go on working."""

    def __init__(self, databases: SQLiteFiles | PostgreSQL) -> None:
        super().__init__()
        self.opened = ExitStack()
        url = self.opened.enter_context(databases.database(databases.template("installed", _install)))
        data = self.opened.enter_context(TemporaryDirectory())
        self.office = Office(settings_for(url, Path(data)))
        self.opened.callback(self.office.engine.dispose)
        self.documents: dict[int, dict[str, Any]] = {}
        # By version: what was stored when it was left. By field and record: the version of the last typing.
        self.left: dict[int, dict[str, dict[int, Any]]] = {}
        self.typed: dict[tuple[str, int], int] = {}
        self.made = 0
        # Ids that roles have had, and those of them that were given to somebody.
        self.roles: set[int] = set()
        self.given: set[int] = set()

    @initialize()
    def begin(self) -> None:
        """Two registries; records point from one to the other."""
        with self.office.begin_system(design=True) as work:
            modelling.create_registry(work, OTHERS)
            modelling.create_registry(work, THINGS)
        with self.office.begin_system() as work:
            self.holder = people.create_user(work, {"email": "rita@firm.example"}).id
            for name in ("Alfa", "1"):
                records.create(work, "others", {"name": name})
            for n in range(RECORDS):
                records.create(
                    work,
                    "things",
                    {
                        "a": ("1", "007", "abc", None)[n],
                        "b": n,
                        "c": ("one", "abc")[n % 2],
                        "d": [[1], [1, 2], [], [2]][n],
                    },
                )
        self.version = self._note()

    def teardown(self) -> None:
        """At the end: tables as if made today, and every earlier version once more."""
        try:
            if hasattr(self, "version"):
                self._is_filled_as_if_typed_today(self._table_is_as_if_made_today())
                for version in sorted(self.documents, reverse=True)[1::3]:
                    self._return(version)
                self._table_is_as_if_made_today()
        finally:
            self.opened.close()

    # What is done

    @rule(kind=KINDS, section=st.sampled_from(["first", "second"]), place=st.integers(0, 2))
    def add_field(self, kind: str, section: str, place: int) -> None:
        """A field more, somewhere in a section."""
        self.made += 1
        body = {"key": f"f{self.made}", "name": f"F {self.made}", "type": kind, "options": TYPES[kind][0]}
        self._design(
            lambda work: modelling.create_field(
                work, "things", {**body, "section": section, "position": place}
            )
        )

    @rule(field=FIELDS, kind=KINDS)
    def retype(self, field: int, kind: str) -> None:
        """Another type, whatever becomes of the values."""
        body = {"type": kind, "options": TYPES[kind][0], "accept_loss": True}
        self._change(field, body)

    @rule(field=FIELDS, kind=KINDS, record=st.integers(1, RECORDS), pick=st.integers(0, 6), on=st.booleans())
    def retype_and_go_back(self, field: int, kind: str, record: int, pick: int, on: bool) -> None:
        """Another type or fewer choices, a value typed in meanwhile, and the way back."""
        each, version = self._field(field), self.version
        if each["type"] == "choice" and on:
            self._change(field, {"options": {"choices": CHOICES["choices"][1:]}, "accept_loss": True})
        else:
            self._change(field, {"type": kind, "options": TYPES[kind][0], "accept_loss": True})
        if on:
            self.type_in(field, record, pick)
        self._return(version)

    @rule(field=FIELDS, on=st.booleans())
    def switch(self, field: int, on: bool) -> None:
        """A field off or on."""
        self._change(field, {"active": on})

    @rule(field=FIELDS, demand=st.sampled_from(["unique", "required"]), on=st.booleans())
    def demand(self, field: int, demand: str, on: bool) -> None:
        """More or less asked of the values; refused when they do not meet it."""
        self._change(field, {demand: on})

    @rule(
        field=FIELDS,
        section=st.sampled_from(["first", "second"]),
        place=st.integers(0, 3),
        name=st.sampled_from("XYZ"),
    )
    def move(self, field: int, section: str, place: int, name: str) -> None:
        """A field elsewhere, under another name."""
        self._change(field, {"section": section, "position": place, "name": name})

    @rule(section=st.sampled_from(["first", "second"]), on=st.booleans())
    def switch_section(self, section: str, on: bool) -> None:
        """A whole section off or on."""
        self._design(lambda work: modelling.change_section(work, "things", section, {"active": on}))

    @rule(field=FIELDS)
    def retitle(self, field: int) -> None:
        """Other names of records."""
        self._design(
            lambda work: modelling.change_registry(
                work, "things", {"title": f"{{{self._field(field)['key']}}}"}
            )
        )

    @rule(name=st.sampled_from(["clerk", "boss"]), rows=st.booleans(), hidden=st.sampled_from(["", "a", "c"]))
    def role(self, name: str, rows: bool, hidden: str) -> None:
        """A role made, changed or removed; who has it loses it with the role, and has no other of its name."""
        rule = {"field": "a", "op": "not_empty"} if rows else None
        grant = {"rights": ["view"], "sections": {"first": "read", "second": "edit"}, "rows": rule}
        if hidden:
            grant["fields"] = {hidden: "hidden"}

        def change(work: Any) -> None:
            if name not in work.catalog.roles:
                made = modelling.create_role(work, {"key": name, "name": name, "grants": {"things": grant}})
                assert made.id not in self.roles, "a role made anew under a key is another one"
                self.roles.add(made.id)
            elif rows:
                modelling.set_grant(work, name, "things", grant)
            else:
                modelling.remove_role(work, name)

        self._design(change)

    @rule(field=FIELDS, record=st.integers(1, RECORDS), pick=st.integers(0, 6))
    def type_in(self, field: int, record: int, pick: int) -> None:
        """Somebody enters a value."""
        each = self._field(field)
        pool = TYPES[each["type"]][1]
        with suppress(Invalid, Conflict), self.office.begin_system(write=True) as work:
            records.change(work, "things", record, {each["key"]: pool[pick % len(pool)]})
            self.typed[each["key"], record] = self.version

    @precondition(lambda self: len(self.documents) > 1)
    @rule(data=st.data())
    def go_back(self, data: Any) -> None:
        """The whole design as it was."""
        self._return(data.draw(st.sampled_from(sorted(self.documents))))

    @precondition(lambda self: len(self.documents) > 1)
    @rule(data=st.data())
    def undo(self, data: Any) -> None:
        """One change taken back, if nothing depends on it."""
        version = data.draw(st.sampled_from(sorted(self.documents)[1:]))
        known = sorted(self.documents)
        since, eased, done = self._stored(), False, False

        def undo(work: Any) -> None:
            nonlocal eased, done
            eased = bool(modelling.plan_undo(work, version).eased)
            modelling.undo(work, version, accept_loss=True)
            done = True

        changed = self._design(undo)
        if done and version == known[-1]:
            assert changed or eased, "the newest change is not taken back by doing nothing"
            self._is_as_it_was(known[-2], self.documents[self.version], since, eased=eased, changed=True)

    @precondition(lambda self: "clerk" in {each["key"] for each in self.documents[self.version]["roles"]})
    @rule()
    def give(self) -> None:
        """Somebody is given a role."""
        with self.office.begin_system() as work:
            self.given.add(work.catalog.roles["clerk"].id)
            people.change_user(work, self.holder, {"roles": ["clerk"]})

    # What holds after each of them

    @invariant()
    def the_design_comes_back_out_of_its_document(self) -> None:
        """Export, apply, export: no step to take, the same document; and the database holds what is in force."""
        if not hasattr(self, "version"):
            return
        with self.office.begin_system(design=True) as work:
            document = modelling.export_design(work)
            assert document == self.documents[self.version]
            plan = modelling.apply_design(work, deepcopy(document))
            assert plan.sentences() == []
            assert modelling.export_design(work) == document
            stored = load(work.connection, work.catalog.version)
            assert (stored.registries, stored.roles) == (work.catalog.registries, work.catalog.roles)
            assert list(stored.registries) == list(work.catalog.registries)
            held = {role.id for role in actor_of(work.session, work.catalog, find(work, self.holder)).roles}
            assert held <= self.given, "nobody has a role that he was not given"

    # How

    def _design(self, change: Callable[[Any], Any]) -> bool:
        before, version = self._stored(), self.version
        with suppress(Invalid, Conflict), self.office.begin_system(design=True) as work:
            change(work)
        with self.office.begin_system(write=False) as work:
            if work.catalog.version != self.version:
                self.left[self.version] = before
                self.version = self._note()
        return self.version != version

    def _note(self) -> int:
        with self.office.begin_system(write=False) as work:
            self.documents[work.catalog.version] = modelling.export_design(work)
            return work.catalog.version

    def _change(self, field: int, body: Mapping[str, Any]) -> None:
        key = self._field(field)["key"]
        self._design(lambda work: modelling.change_field(work, "things", key, dict(body)))

    def _field(self, number: int) -> dict[str, Any]:
        fields = self._fields(self.documents[self.version])
        found: dict[str, Any] = fields[number % len(fields)]
        return found

    @staticmethod
    def _fields(document: Mapping[str, Any]) -> list[dict[str, Any]]:
        things = next(each for each in document["registries"] if each["key"] == "things")
        return [field for section in things["sections"] for field in section["fields"]]

    def _stored(self) -> dict[str, dict[int, Any]]:
        """Every value of every field, switched off or not, as the columns in use and the links hold them."""
        with self.office.begin_system(write=False) as work:
            registry = work.catalog.registries["things"]
            table = work.layout.table(registry)
            rows = {row.id: row for row in work.connection.execute(table.select())}
            found: dict[str, dict[int, Any]] = {}
            for each in registry.fields:
                if work.layout.kind(each).linking:
                    links = work.connection.exec_driver_sql(
                        f"SELECT source, target FROM links WHERE field_id = {each.id} ORDER BY source, position"
                    ).all()
                    found[each.key] = {
                        record: tuple(target for source, target in links if source == record) or None
                        for record in rows
                    }
                else:
                    found[each.key] = {record: row._mapping[each.column] for record, row in rows.items()}
            return found

    def _return(self, version: int) -> None:
        since = self._stored()
        with self.office.begin_system(design=True) as work:
            way = modelling.plan_return(work, version)
            plan = modelling.return_to(work, version, accept_loss=True)
            now = modelling.export_design(work)
            assert plan.sentences() == way.plan.sentences()
        if plan.steps:
            self.left[self.version] = since
            self.version = self._note()
        self._is_as_it_was(version, now, since, eased=bool(way.eased), changed=bool(plan.steps))

    def _is_as_it_was(
        self, version: int, now: Mapping[str, Any], since: Any, *, eased: bool, changed: bool
    ) -> None:
        """The design is that of a version again, and so is every value that nobody has typed since."""
        after = self._stored()
        if not eased:
            assert _without_newer(now, self.documents[version]) == _compared(self.documents[version])
        for each in self._fields(self.documents[version]):
            key = each["key"]
            for record in range(1, RECORDS + 1):
                was = self.left.get(version, since)[key][record]
                if self.typed.get((key, record), 0) <= version:
                    assert after[key][record] == was, (key, record, version)
                    # It is as if it had been typed then: a return to later versions finds it so.
                elif changed:
                    self.typed[key, record] = self.version

    def _table_is_as_if_made_today(self) -> str:
        """A registry made by the present definition has the same columns and indexes; its key."""
        things = next(each for each in self.documents[self.version]["registries"] if each["key"] == "things")
        twin = f"twin_{self.version}"
        with self.office.begin_system(design=True) as work:
            modelling.create_registry(work, {**deepcopy(things), "key": twin})
            self.version = work.catalog.version
        self._note()
        with self.office.begin_system(write=False) as work:
            shapes = [_shape(self.office.engine, work.catalog.registries[key]) for key in ("things", twin)]
            twins = work.catalog.registries[twin]
        assert shapes[0] == shapes[1]
        assert [each.key for each in twins.fields] == [
            each.key for each in work.catalog.registries["things"].fields
        ]
        return twin

    def _is_filled_as_if_typed_today(self, twin: str) -> None:
        """The same values typed into the new registry: names, keys of order and words to be found by are the same."""
        with self.office.begin_system(write=False) as work:
            items = records.browse(work, "things", Query(sort="created_at")).items
            typed = {each.id: {key: _raw(value) for key, value in each.values.items()} for each in items}
        pairs: dict[int, int] = {}
        for record, values in sorted(typed.items()):
            with suppress(Invalid, Conflict), self.office.begin_system() as work:
                pairs[record] = records.create(work, twin, values).id
        with self.office.begin_system(write=False) as work:
            kept, made = _rows(work, "things"), _rows(work, twin)
            for record, other in pairs.items():
                assert kept[record] == made[other], (record, self.version)
            for word in ("1", "abc", "Alfa"):
                found = [
                    {each.id for each in records.browse(work, key, Query(q=word)).items}
                    for key in ("things", twin)
                ]
                assert {pairs[each] for each in found[0] if each in pairs} == found[1], (word, self.version)


def _raw(value: Any) -> Any:
    """A value as it would be typed in."""
    if isinstance(value, tuple | list):
        return [getattr(each, "id", each) for each in value]
    return value


def _rows(work: Any, key: str) -> dict[int, dict[str, Any]]:
    """What is stored of each record beside its values: its name, and the keys by which it is ordered."""
    registry = work.catalog.registries[key]
    table = work.layout.table(registry)
    columns = {"_title": "_title", "_s_title": "_s_title"}
    columns |= {f"_o_{each.column}": f"order of {each.key}" for each in registry.active_fields}
    columns |= {
        each.column: each.key for each in registry.active_fields if not work.layout.kind(each).linking
    }
    return {
        row.id: {name: row._mapping[column] for column, name in columns.items() if column in table.c}
        for row in work.connection.execute(table.select())
    }


def _compared(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "registries": {each["key"]: _registry(each) for each in document["registries"]},
        "roles": {each["key"]: each for each in document["roles"]},
        "order": [each["key"] for each in document["registries"]],
    }


def _registry(document: Mapping[str, Any]) -> dict[str, Any]:
    """A registry with its parts by key, in their order."""
    sections = [
        {**section, "fields": [(field["key"], field) for field in section["fields"]]}
        for section in document["sections"]
    ]
    return {**document, "sections": [(section["key"], section) for section in sections]}


def _without_newer(now: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    """Today's document without what did not exist then; it must be switched off."""
    known = {each["key"]: each for each in then["registries"]}
    found = []
    for each in now["registries"]:
        if each["key"] not in known:
            assert each["active"] is False
            continue
        fields = {field["key"] for section in known[each["key"]]["sections"] for field in section["fields"]}
        kept = []
        for section in each["sections"]:
            newer = [field for field in section["fields"] if field["key"] not in fields]
            assert all(field["active"] is False for field in newer)
            kept.append(
                {**section, "fields": [field for field in section["fields"] if field["key"] in fields]}
            )
        found.append({**each, "sections": kept})
    return _compared({**now, "registries": found})


def _shape(engine: Engine, registry: Any) -> tuple[dict[str, str], set[tuple[Any, ...]]]:
    """Columns in use by the keys of their fields, and all indexes in the same words."""
    names = {each.column: f"field {each.key}" for each in registry.fields}
    names |= {f"_o_{each.column}": f"order of {each.key}" for each in registry.fields}
    seen = inspect(engine)
    table = f"r_{registry.key}"
    columns = {
        names.get(each["name"], each["name"]): str(each["type"])
        for each in seen.get_columns(table)
        if each["name"] in names or (each["name"].startswith("_") and not each["name"][1].isdigit() and not
                                     each["name"].startswith("_o_")) or each["name"] == "id"
    }  # fmt: skip
    indexes = {
        (bool(each["unique"]), tuple(names.get(str(name), name) for name in each["column_names"]))
        for each in seen.get_indexes(table)
    }
    return columns, indexes


@pytest.mark.timeout(900)
def test_any_sequence_of_design_changes(databases: SQLiteFiles | PostgreSQL) -> None:
    run_state_machine_as_test(
        lambda: Designing(databases),
        settings=hypothesis_settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None),
    )


@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_the_comparison_of_documents_sees_a_difference(key: str) -> None:
    document = {"registries": [deepcopy(THINGS)], "roles": []}
    changed = deepcopy(document)
    for section in changed["registries"][0]["sections"]:  # type: ignore[index]
        for field in section["fields"]:
            if field["key"] == key:
                field["name"] = "Another"
    assert _compared(document) != _compared(changed)
