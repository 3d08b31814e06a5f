"""What every plugin promises, as a class of tests that whoever writes one takes over.

    from kartoteka.platform.testkit.plugins import PluginPromises
    from kartoteka_loans import plugin as loans

    class TestLoans(PluginPromises):
        plugin = loans

Each test has a Kartoteka of its own with nothing but this plugin, on SQLite.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from gettext import translation
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect

from kartoteka.platform.catalog.keys import is_key
from kartoteka.platform.extension.discovery import fits
from kartoteka.platform.extension.plugin import Plugin
from kartoteka.platform.front.rights import right_of
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.kernel.tables import own_prefix
from kartoteka.platform.kernel.texts import OF_STAFF
from kartoteka.platform.services import own_tables, plugins, removing, tokens
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.modelling import create_registry, create_role
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.people import create_user
from kartoteka.platform.services.records import create
from kartoteka.platform.testkit.field_types import CHECKS, Subject

PASSWORD = "a long password for tests"  # noqa: S105
ADMIN, BLIND = "admin@example.com", "blind@example.com"
THINGS = {
    "key": "things",
    "name": "Things",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"}]},
    ],
}
API = "/api/v1"


class PluginPromises:
    """The promises. A subclass names its `plugin`; `make_app` makes the application of an office."""

    plugin: ClassVar[Plugin]
    # What it is translated to, beside English.
    languages: ClassVar[Collection[str]] = tuple(set(OF_STAFF) - {"en"})

    @staticmethod
    def make_app(office: Office) -> Flask:
        """This function will make the application with all its faces."""
        from importlib import import_module

        # By name: the application stands above the platform and imports it.
        app: Flask = import_module("kartoteka.app").create_app(office=office)
        return app

    @pytest.fixture
    def office(self, tmp_path: Path) -> Iterator[Office]:
        """A Kartoteka with this plugin, switched on, and one record."""
        environment = {
            "KARTOTEKA_DATA": str(tmp_path / "data"),
            "KARTOTEKA_SECRET_KEY": "a secret that only tests know",
        }
        running = Office(Settings.from_environment(environment), plugins=[self.plugin])
        install(running, ADMIN, PASSWORD)
        with running.begin_system(design=True) as work:
            create_registry(work, THINGS)
            create_role(
                work,
                {
                    "key": "blind",
                    "name": "Blind",
                    "grants": {"things": {"rights": ["view"], "sections": {"basic": "read"}}},
                },
            )
            create_user(work, {"email": BLIND, "name": "Blind", "roles": ["blind"], "password": PASSWORD})
            create(work, "things", {"name": "A drill"})
        self._switch(running, True)
        yield running
        running.engine.dispose()

    def _switch(self, office: Office, active: bool) -> None:
        with office.begin_system(design=True) as work:
            plugins.change(work, self.plugin.name, {"active": active})

    def signed_in(self, office: Office, email: str = ADMIN) -> FlaskClient:
        """This function will give the browser of somebody who has signed in."""
        client = self.make_app(office).test_client()
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
        assert found is not None
        given = {"csrf_token": found[1], "email": email, "password": PASSWORD}
        answer = client.post("/sign-in", data=given)
        assert answer.status_code in (200, 302, 303), answer.status_code
        return client

    def test_its_definition_is_sound(self) -> None:
        """It has a name, a label, and asks for a version of Kartoteka that there is."""
        import kartoteka

        plugin = self.plugin
        assert isinstance(plugin, Plugin)
        assert is_key(plugin.name)
        assert plugin.label and plugin.version
        assert fits(plugin.needs, kartoteka.__version__), plugin.needs
        assert plugin.has_tab == (plugin.tab is not None), "has_tab and tab go together"
        assert bool(plugin.migrations) == (plugin.tables is not None), "migrations and tables go together"
        for own in plugin.registries:
            assert str(own.definition["key"]).startswith("_")
            json.dumps(own.definition)
        if plugin.tables is not None:
            prefix = own_prefix(plugin.name)
            assert all(name.startswith(prefix) for name in plugin.tables.tables), prefix

    def test_it_is_set_up_twice_without_a_change(self, office: Office) -> None:
        """The second time finds everything as it should be."""
        assert [each for each in office.unfit if each.name == self.plugin.name] == []
        before = self._version(office)
        assert plugins.adopt(office) == []
        assert self._version(office) == before

    @staticmethod
    def _version(office: Office) -> int:
        with office.begin_system(write=False) as work:
            return work.catalog.version

    def test_its_migrations_make_what_its_models_describe(self, office: Office) -> None:
        """Models and migrations do not drift apart, and the way back leads to nothing."""
        with office.begin_system(write=True, design=True) as work:
            assert own_tables.differences(self.plugin, work.connection) == []
            own_tables.take_down(self.plugin.name, work.connection, self.plugin)
            assert own_tables.names(self.plugin.name, work.connection, counted=False) == []
            own_tables.bring_up(self.plugin, work.connection)
            assert own_tables.differences(self.plugin, work.connection) == []

    def test_every_route_declares_a_right(self, office: Office) -> None:
        """Nothing of it is open by mistake."""
        app = self.make_app(office)
        views = [app.view_functions[rule.endpoint] for rule in self._rules(app)]
        assert [view.__name__ for view in views if right_of(view) is None] == []

    def _rules(self, app: Flask) -> list[Any]:
        names = {each.name + "-api" for each in self.plugin.resources}
        names |= {self.plugin.pages.name} if self.plugin.pages is not None else set()
        return [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in names]

    def test_its_tab_opens_for_whoever_may_and_for_nobody_else(self, office: Office) -> None:
        """An admin sees it; somebody whose role says nothing of it does not."""
        tab = f"/r/things/1/tab/{self.plugin.name}"
        if self.plugin.tab is None:
            pytest.skip("it has no tab")
        with office.begin_system(write=False) as work:
            from kartoteka.platform.services.records import fetch

            record = fetch(work, "things", 1)
            assert record.tabs[self.plugin.name] == "edit"
        shown = self.signed_in(office).get(tab)
        assert shown.status_code == 200
        assert "could not be shown" not in shown.text
        assert self.signed_in(office, BLIND).get(tab).status_code == 404

    def test_its_pages_and_routes_answer(self, office: Office) -> None:
        """Whatever can be asked without an address of its own is answered, by a refusal at worst."""
        web = self.signed_in(office)
        api = {"Authorization": f"Bearer {tokens.create_token(office, ADMIN)}"}
        for path in self._plain_paths(office):
            answer = web.get(path, headers=api if path.startswith(API) else None)
            assert answer.status_code < 500, (path, answer.status_code)

    def test_switched_off_nothing_of_it_is_there(self, office: Office) -> None:
        """Pages, routes and the tab answer 404, the record page stays, and on again all is as before."""
        self._switch(office, False)
        web = self.signed_in(office)
        api = {"Authorization": f"Bearer {tokens.create_token(office, ADMIN)}"}
        for path in self._plain_paths(office):
            answer = web.get(path, headers=api if path.startswith(API) else None)
            assert answer.status_code == 404, (path, answer.status_code)
        assert web.get(f"/r/things/1/tab/{self.plugin.name}").status_code == 404
        assert web.get("/r/things/1").status_code == 200
        self._switch(office, True)
        assert web.get("/r/things/1").status_code == 200

    def _plain_paths(self, office: Office) -> list[str]:
        """The addresses that can be asked with GET, filled in with the one record where they want one."""
        filled = {"registry": "things", "record": 1, "id": 1}
        app = self.make_app(office)
        rules = [rule for rule in self._rules(app) if "GET" in (rule.methods or ())]
        adapter = app.url_map.bind("localhost")
        return [
            adapter.build(rule.endpoint, {name: filled[name] for name in rule.arguments})
            for rule in rules
            if rule.arguments <= set(filled)
        ]

    def test_its_settings_have_defaults(self, office: Office) -> None:
        """A plugin works before anybody has set it up."""
        with office.begin_system(write=False) as work:
            plugins.settings_of(work, self.plugin.name)
            assert plugins.fetch(work, self.plugin.name).missing == ""

    def test_it_is_named_in_every_language(self) -> None:
        """Its label, its summary and its tab."""
        texts = {self.plugin.label, self.plugin.summary} - {""}
        texts |= {self.plugin.tab.label} if self.plugin.tab is not None else set()
        for language in self.languages:
            known = self._catalogue(language)
            assert {text for text in texts if not known(text)} == set(), language

    def _catalogue(self, language: str) -> Callable[[str], bool]:
        import kartoteka

        own = self.plugin.translations
        folders = [Path(str(kartoteka.__file__)).parent / "translations", *([own] if own is not None else [])]
        found = [translation("messages", str(each), [language], fallback=True) for each in folders]
        catalogues = [getattr(each, "_catalog", {}) for each in found]
        return lambda text: any(catalogue.get(text) for catalogue in catalogues)

    def test_its_field_types_keep_their_promises(self) -> None:
        """The same checks as for those built in."""
        for kind in self.plugin.field_types:
            for check in CHECKS:
                check(Subject(kind))

    def test_its_names_are_its_own(self) -> None:
        """Reactions and duties have one name each."""
        for group in (self.plugin.reactions, self.plugin.duties):
            named = [each.name for each in group]
            assert len(named) == len(set(named))

    def test_removed_it_leaves_nothing(self, office: Office, tmp_path: Path) -> None:
        """Everything is written down, then gone: tables, registries, state, what waits."""
        folder = tmp_path / "handed over"
        written = removing.remove(office, self.plugin.name, folder, purge=True)
        assert sorted(folder.iterdir()) == sorted(written)
        for path in written:
            if path.suffix == ".json":
                json.loads(path.read_text(encoding="utf-8"))
        left = set(inspect(office.engine).get_table_names())
        own = {f"{mark}_{each.definition['key']}" for each in self.plugin.registries for mark in ("r", "x")}
        assert not own & left
        assert not [name for name in left if name.startswith(own_prefix(self.plugin.name))]
        with office.begin_system(write=False) as work:
            assert self.plugin.name not in work.catalog.plugins
            assert not [each for each in work.catalog.registries.values() if each.plugin == self.plugin.name]
        assert self.signed_in(office).get("/r/things/1").status_code == 200


__all__ = ["PluginPromises"]
