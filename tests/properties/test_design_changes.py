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

from kartoteka.platform.catalog.snapshot import load
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.services import modelling, records
from kartoteka.platform.services.office import Office
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

    @initialize()
    def begin(self) -> None:
        """Two registries; records point from one to the other."""
        with self.office.begin_system(design=True) as work:
            modelling.create_registry(work, OTHERS)
            modelling.create_registry(work, THINGS)
        with self.office.begin_system() as work:
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
                self._table_is_as_if_made_today()
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

    @rule(name=st.sampled_from(["clerk", "boss"]), rows=st.booleans())
    def role(self, name: str, rows: bool) -> None:
        """A role made, changed or removed."""
        rule = {"field": "a", "op": "not_empty"} if rows else None
        grant = {"rights": ["view"], "sections": {"first": "read"}, "rows": rule}

        def change(work: Any) -> None:
            if name not in work.catalog.roles:
                modelling.create_role(work, {"key": name, "name": name, "grants": {"things": grant}})
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
        self._design(lambda work: modelling.undo(work, version, accept_loss=True))

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

    # How

    def _design(self, change: Callable[[Any], Any]) -> None:
        before = self._stored()
        with suppress(Invalid, Conflict), self.office.begin_system(design=True) as work:
            change(work)
        with self.office.begin_system(write=False) as work:
            if work.catalog.version != self.version:
                self.left[self.version] = before
                self.version = self._note()

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
        after = self._stored()
        if plan.steps:
            self.left[self.version] = since
            self.version = self._note()
        if not way.eased:
            assert _without_newer(now, self.documents[version]) == _compared(self.documents[version])
        for each in self._fields(self.documents[version]):
            key = each["key"]
            for record in range(1, RECORDS + 1):
                was = self.left.get(version, since)[key][record]
                if self.typed.get((key, record), 0) <= version:
                    assert after[key][record] == was, (key, record, version)
                    # It is as if it had been typed then: a return to later versions finds it so.
                elif plan.steps:
                    self.typed[key, record] = self.version

    def _table_is_as_if_made_today(self) -> None:
        """A registry made by the present definition has the same columns and indexes."""
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
