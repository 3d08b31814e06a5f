"""Plugins that fail in everything that they are asked: a sentence, a line in the log, and the rest works."""

import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import marshmallow as ma
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from marshmallow import fields as f

from kartoteka.app import create_app
from kartoteka.field_types.words import Text
from kartoteka.platform.cli import main
from kartoteka.platform.cli.checkup import checkup
from kartoteka.platform.cli.composition import Composition
from kartoteka.platform.extension import discover
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.sdk import (
    Adding,
    AfterImport,
    Duty,
    FieldMark,
    FormAid,
    Invalid,
    ListDeed,
    ListLink,
    NavEntry,
    Office,
    OwnRegistry,
    Pages,
    Plugin,
    Query,
    Reaction,
    RecordsChanged,
    Resource,
    Signal,
    Tab,
    TileKind,
    begin,
    browse,
    change,
    create,
    create_field,
    create_registry,
    fetch,
    job_kind,
    nothing,
    public,
    signed_in,
    start_job,
)
from kartoteka.platform.services import jobs, plugins, tokens
from kartoteka.platform.services.contributions import signals_of
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.modelling import apply_design, export_design
from kartoteka.platform.services.worker import Worker
from tests.servers.offices import settings_for

PASSWORD = "a long password for tests"
ADMIN = "admin@example.com"


def fail(*_given: object, **_named: object) -> Any:
    """Whatever it is asked."""
    raise RuntimeError("nasty")


class Nasty(Text):
    """A type that can be designed and then fails."""

    name = "nasty"
    fails = False

    def text(self, value: Any, options: Any, locale: Any) -> str:
        return str(fail()) if Nasty.fails else super().text(value, options, locale)

    def schema(self, options: Any) -> Any:
        found = super().schema(options)
        if Nasty.fails:
            found.deserialize = fail  # type: ignore[method-assign]
        return found


class Broken(Text):
    """A type that cannot even say how it is stored."""

    name = "broken"
    fails = False

    def column_type(self, options: Any) -> Any:
        return fail() if Broken.fails else super().column_type(options)


class NastySettings(ma.Schema):
    """Settings that cannot be read."""

    word = f.Str(load_default="x")

    @ma.pre_load
    def _fail(self, _data: Any, **_named: Any) -> Any:
        return fail()


class NastyTile(TileKind):
    """A tile that cannot be drawn."""

    name = "nasty_tile"
    icon = "puzzle"
    about_records = False

    def label(self) -> str:
        return "Nasty"

    def about(self) -> str:
        return "It fails."

    def render(self, work: Any, tile: Any) -> Any:
        return fail()


@click.command("nasty")
def nasty_command() -> None:
    """Fail."""
    fail()


@job_kind("nasty.job")
def nasty_job(office: Office, task: Any) -> Iterator[Any]:
    fail()
    yield


def nasty_plugin() -> Plugin:
    pages = Pages("nasty", __name__, Path(__file__).parent)
    pages.page("/nasty")(lambda: fail())
    resource = Resource("nasty", "It fails.")

    def get_nasty() -> Any:
        with begin():
            return fail()

    def get_open() -> Any:
        return nothing()

    resource.verb("GET", "/nasty", signed_in)(get_nasty)
    resource.verb("GET", "/nasty/open", public, status=204)(get_open)
    return Plugin(
        name="nasty",
        label="Nasty",
        has_tab=True,
        at_once=True,
        field_types=(Nasty(), Broken()),
        tab=Tab("Nasty", fail, fail, adding=Adding("Nasty thing", "puzzle", fail, "y")),
        outside=Tab("Nasty", fail),
        below=fail,
        form_aids=(FormAid(fail),),
        list_deeds=(
            ListDeed("Nasty deed", "puzzle", fail, lambda _work, _registry: True),
            ListDeed("Never offered", "puzzle", fail, fail),
        ),
        field_marks=(FieldMark("Nasty mark", "puzzle", fail),),
        list_links=(ListLink("Nasty link", "puzzle", fail),),
        condition_taker="nasty.nowhere",
        signals=(Signal("nasty_news", "nasty", "Nasty news", {"x": "X"}, fail, fail, fail),),
        after_import=AfterImport("Nasty work", fail, fail),
        checkups=(fail,),
        settle=fail,
        news_outside=fail,
        samples=fail,
        pages=pages,
        resources=(resource,),
        navigation=(
            NavEntry("nasty", "Nasty", "puzzle", "nasty.<lambda>", fail, fail),
            NavEntry("lost", "Lost way", "puzzle", "nasty.nowhere"),
            NavEntry("silent", "Silent", "puzzle", "nasty.<lambda>", live="nasty.nowhere"),
        ),
        reactions=(Reaction("all", frozenset({RecordsChanged.kind}), fail),),
        duties=(Duty("often", 0.0, fail),),
        settings=NastySettings,
        uses=(fail,),
        tiles=(NastyTile(),),
        commands=(nasty_command,),
    )


THINGS = {
    "key": "things",
    "name": "Things",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [
            {"key": "name", "name": "Name", "type": "text"},
            {"key": "odd", "name": "Odd", "type": "nasty"},
            {"key": "lost", "name": "Lost", "type": "broken", "required": True},
        ]},
    ],
}  # fmt: skip


@pytest.fixture
def firm(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """A Kartoteka with the nasty plugin, still tame while its fields are designed and filled."""
    office = Office(settings_for(database_url, tmp_path / "data"), plugins=[nasty_plugin()])
    install(office, ADMIN, PASSWORD)
    with office.begin_system(design=True) as work:
        create_registry(work, THINGS)
        create(work, "things", {"name": "Drill", "odd": "one", "lost": "two"})
    Nasty.fails = Broken.fails = True
    office.forget_layouts()
    yield office
    Nasty.fails = Broken.fails = False
    office.engine.dispose()


@pytest.fixture
def browser_of(firm: Office) -> FlaskClient:
    client = create_app(office=firm).test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert found is not None
    client.post("/sign-in", data={"csrf_token": found[1], "email": ADMIN, "password": PASSWORD})
    return client


def test_the_record_stays_when_its_types_fail(firm: Office) -> None:
    with firm.begin_system() as work:
        assert fetch(work, "things", 1).values == {"name": "Drill", "odd": "one", "lost": "two"}
        assert change(work, "things", 1, {"name": "Saw"}).values["name"] == "Saw"
        for key in ("odd", "lost"):
            with pytest.raises(Invalid) as refused:
                change(work, "things", 1, {key: "new"})
            assert list(refused.value.errors) == [key]
        # What must be filled in cannot be, so it does not stand in the way.
        assert create(work, "things", {"name": "New"}).values["lost"] is None
        assert browse(work, "things", Query(count=True)).count == 2


def test_pages_stay_when_a_plugin_fails(browser_of: FlaskClient) -> None:
    for path in (
        "/", "/r/things", "/r/things?q=drill", "/r/things/new", "/r/things/1/edit", "/r/things/import",
        "/r/things/1/history", "/r/things/1/details/name", "/r/things/1/details/name/form", "/r/things/condition",
        "/admin/plugins", "/admin/plugins/nasty", "/admin/r/things", "/admin/roles", "/settings",
    ):  # fmt: skip
        shown = browser_of.get(path)
        assert shown.status_code == 200, (path, shown.status_code)
        assert not re.search("Lost way|Nasty (mark|link|deed|thing|work)|Never offered", shown.text), path
    shown = browser_of.get("/r/things/1")
    assert shown.status_code == 200
    assert "Drill" in shown.text
    tab = browser_of.get("/r/things/1/tab/nasty")
    assert tab.status_code == 200
    assert "“Nasty” could not be shown." in tab.text
    page = browser_of.get("/nasty")
    assert page.status_code == 500
    assert "Something went wrong here" in page.text
    assert "RuntimeError" not in page.text


def test_a_failing_route_is_a_problem_with_a_number(firm: Office) -> None:
    client = create_app(office=firm).test_client()
    headers = {"Authorization": f"Bearer {tokens.create_token(firm, ADMIN)}"}
    answer = client.get("/api/v1/nasty", headers=headers)
    assert answer.status_code == 500
    assert answer.json is not None
    assert answer.json["instance"].startswith("urn:kartoteka:failure:")
    assert client.get("/api/v1/registries/things/records/1", headers=headers).status_code == 200
    listed = client.get("/api/v1/plugins", headers=headers)
    assert [each["key"] for each in listed.json["items"]] == ["nasty"]  # type: ignore[index]
    assert client.get("/api/v1/nasty/open").status_code == 204
    refused = client.patch("/api/v1/plugins/nasty", headers=headers, json={"settings": {"word": "y"}})
    assert refused.status_code == 422
    off = client.patch("/api/v1/plugins/nasty", headers=headers, json={"active": False})
    assert off.status_code == 200, off.text
    assert client.get("/api/v1/nasty", headers=headers).status_code == 404
    assert client.get("/api/v1/nasty/open").status_code == 404


def test_what_it_would_notice_or_settle_is_refused_in_words(firm: Office) -> None:
    with firm.begin_system() as work:
        signal = signals_of(work)["nasty_news"]
        assert (signal.offers(work, "things"), signal.hears(work, "things", [1])) == ((), ())
    with firm.begin_system(design=True) as work, pytest.raises(Invalid, match="has failed") as refused:
        state = {
            **export_design(work),
            "plugins": [{"key": "nasty", "settings": {"word": "y"}, "active": True}],
        }
        apply_design(work, state)
    assert set(refused.value.errors) == {"settings"}
    assert [each for each in checkup(firm) if each.subject == "nasty" and not each.well]


def test_the_worker_goes_on(firm: Office) -> None:
    with firm.begin_system() as work:
        job = start_job(work, "nasty.job", {}).id
    Worker(firm).run_once()
    with firm.begin_system() as work:
        ended = jobs.fetch(work, job)
        assert ended.state == "failed"
        assert ended.error == jobs.UNEXPECTED


def test_a_failing_command_says_a_sentence(firm: Office) -> None:
    composition = Composition(lambda _settings: firm, fail, fail, lambda: [("nasty", nasty_command)])
    environment = {"KARTOTEKA_SECRET_KEY": "x" * 30}
    answer = CliRunner().invoke(main, ["nasty"], obj=composition, env=environment)
    assert answer.exit_code == 1
    assert answer.output == "The plugin nasty has failed: RuntimeError: nasty\n"
    assert "nasty" in CliRunner().invoke(main, ["--help"], obj=composition, env=environment).output
    with firm.begin_system(design=True) as work:
        plugins.change(work, "nasty", {"active": False})
    off = CliRunner().invoke(main, ["nasty"], obj=composition, env=environment)
    assert off.exit_code == 1
    assert "is off" in off.output


# --- what does not even begin -----------------------------------------------------------------------------


def entry(name: str, make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> EntryPoint:
    """An entry point whose module does something when the plugin is taken out of it."""

    class Module(ModuleType):
        def __getattr__(self, attribute: str) -> Any:
            return make() if attribute == "plugin" else fail()

    monkeypatch.setitem(sys.modules, f"planted_{name}", Module(f"planted_{name}"))
    return EntryPoint(name, f"planted_{name}:plugin", "kartoteka.plugins")


def leave() -> None:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (fail, "It cannot be loaded: RuntimeError: nasty"),
        (leave, "It cannot be loaded: SystemExit: 3"),
        (lambda: 7, "The entry point names no plugin."),
        (lambda: Plugin("new", "New", needs=">=99"), "It needs Kartoteka >=99; this is "),
        (lambda: Plugin("Not a key", "New"), "“Not a key” cannot be the name of a plugin."),
        (lambda: Plugin("good", "Another"), "Another plugin has the name “good” already."),
    ],
)
def test_one_that_will_not_do_stands_in_nobodys_way(
    make: Callable[[], Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = entry("good", lambda: Plugin("good", "Good"), monkeypatch)
    found = discover([good, entry("ugly", make, monkeypatch)])
    assert [each.name for each in found.plugins] == ["good"]
    (unfit,) = found.unfit
    assert unfit.name == "ugly"
    assert unfit.reason.startswith(reason)


def test_two_that_claim_one_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [entry("same", lambda: Plugin("same", "Same"), monkeypatch)] * 2
    found = discover(points)
    assert [each.name for each in found.plugins] == ["same"]
    assert [each.name for each in found.unfit] == ["same (planted_same:plugin)"]


def test_one_that_cannot_be_set_up_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    unsound = OwnRegistry({"key": "_bad", "name": "Bad", "sections": [
        {"key": "s", "name": "S", "fields": [{"key": "x", "name": "X", "type": "no_such_type"}]}]})  # fmt: skip
    without = Plugin("lost", "Lost", migrations="no.such.package")
    wrong = Plugin("wrong", "Wrong", registries=(unsound,))
    office = Office(
        settings_for(database_url, tmp_path), plugins=[wrong, Plugin("fine", "Fine", at_once=True), without]
    )
    install(office)
    with office.begin_system(write=False) as work:
        told = {each.key: (each.active, each.missing) for each in plugins.browse(work)}
        assert "_bad" not in work.catalog.registries
    office.engine.dispose()
    assert told["fine"] == (True, "")
    assert not told["wrong"][0] and "no_such_type" in told["wrong"][1]
    assert not told["lost"][0] and "ModuleNotFoundError" in told["lost"][1]


# --- what is not there any more ---------------------------------------------------------------------------


def test_a_field_of_a_type_that_is_gone(firm: Office, tmp_path: Path) -> None:
    bare = Office(Settings.from_environment({
        "KARTOTEKA_DATA": str(tmp_path), "KARTOTEKA_SECRET_KEY": "a secret that only tests know",
        "KARTOTEKA_DATABASE_URL": firm.settings.database_url}))  # fmt: skip
    with bare.begin_system(design=True) as work:
        (state,) = plugins.browse(work)
        assert state.missing == "This plugin is not installed any more; its data is kept."
        record = fetch(work, "things", 1)
        assert record.values == {"name": "Drill", "odd": "one", "lost": "two"}
        with pytest.raises(Invalid, match="not installed"):
            change(work, "things", 1, {"odd": ""})
        # The design goes on, but nothing new can be of the type.
        create_field(work, "things", {"section": "basic", "name": "More", "type": "text"})
        with pytest.raises(Invalid):
            create_field(work, "things", {"section": "basic", "name": "No", "type": "nasty"})
    with bare.begin_system() as work:
        change(work, "things", 1, {"name": "Saw", "more": "x"})
        create(work, "things", {"name": "New"})
        asked = Query(filter={"field": "odd", "op": "not_empty"}, count=True)
        assert browse(work, "things", asked).count == 1
    bare.engine.dispose()
    Nasty.fails = Broken.fails = False
    firm.forget_layouts()
    with firm.begin_system() as work:
        assert change(work, "things", 1, {"odd": "three"}).values["odd"] == "three"
        assert fetch(work, "things", 1).values["lost"] == "two"
