"""A plugin is removed: everything is handed over first, its tables go, and its records only when they are purged."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect

from kartoteka.platform.cli import main
from kartoteka.platform.cli.composition import Composition
from kartoteka.platform.sdk import (
    Bearer,
    Invalid,
    Office,
    OwnRegistry,
    Plugin,
    Query,
    browse,
    create,
    create_field,
    create_registry,
    create_role,
    fetch,
    remove,
)
from kartoteka.platform.services import plugins, removing
from kartoteka.platform.services.installing import install
from tests.servers.offices import settings_for

MINE = {"field": "created_by", "op": "eq", "value": {"var": "me"}}
WORDS = OwnRegistry(
    {"key": "_words", "name": "Words", "title": "{text}", "sections": [
        {"key": "s", "name": "S", "fields": [{"key": "text", "name": "Text", "type": "text"}]}]},
    narrow=MINE,
)  # fmt: skip
PLUGIN = Plugin("words", "Words", at_once=True, has_tab=True, registries=(WORDS,))
THINGS = {"key": "things", "name": "Things", "sections": [
    {"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"}]}]}  # fmt: skip


@pytest.fixture
def firm(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """A thing on which somebody has written what nobody else sees, and a role that speaks of the plugin."""
    office = Office(settings_for(database_url, tmp_path / "data"), plugins=[PLUGIN])
    install(office, "ana@example.com", "a long password for tests")
    with office.begin_system(design=True) as work:
        create_registry(work, THINGS)
        create_role(work, {"key": "reads", "name": "Reads", "grants": {
            "things": {"rights": ["view"], "sections": {"basic": "read", "words": "read"}}}})  # fmt: skip
        create(work, "things", {"name": "Drill"})
    with office.begin_as("ana@example.com") as work:
        create(work, "_words", {"text": '=mine; "all" mine'}, on=Bearer("things", 1))
        gone = create(work, "_words", {"text": "removed"}, on=Bearer("things", 1))
        remove(work, "_words", gone.id)
    yield office
    office.engine.dispose()


def test_everything_is_handed_over_and_stays_until_it_is_purged(firm: Office, tmp_path: Path) -> None:
    with firm.begin_system() as work:
        found = removing.belongings(work, "words")
        assert (dict(found.registries), dict(found.tables)) == ({"_words": 2}, {})
    removing.remove(firm, "words", tmp_path / "out")
    rows = json.loads((tmp_path / "out" / "words.json").read_text(encoding="utf-8"))
    assert [each["values"]["text"] for each in rows] == ['=mine; "all" mine', "removed"]
    assert [each["on"] for each in rows] == [{"registry": "things", "id": 1}] * 2
    assert [each["removed_at"] is None for each in rows] == [True, False]
    sheet = (tmp_path / "out" / "words.csv").read_text(encoding="utf-8-sig")
    # Nothing in it is a formula to a spreadsheet.
    assert ";=mine" not in sheet
    with firm.begin_system(design=True) as work:
        assert plugins.fetch(work, "words").active is False
        plugins.change(work, "words", {"active": True})
    with firm.begin_as("ana@example.com") as work:
        assert browse(work, "_words", Query(count=True)).count == 1


def test_purged_it_leaves_the_design_too(firm: Office, tmp_path: Path) -> None:
    removing.remove(firm, "words", tmp_path / "out", purge=True)
    assert not {"r__words", "x__words"} & set(inspect(firm.engine).get_table_names())
    with firm.begin_system(design=True) as work:
        assert "words" not in work.catalog.plugins
        assert "words" not in work.catalog.roles["reads"].grants["things"].sections
        assert fetch(work, "things", 1).values == {"name": "Drill"}
        create_field(work, "things", {"section": "basic", "name": "More", "type": "text"})
    install(firm)
    with firm.begin_as("ana@example.com") as work:
        assert browse(work, "_words", Query(count=True)).count == 0


def test_nothing_is_dropped_when_it_cannot_be_written(firm: Office, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "old.csv").write_text("x")
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "full", tmp_path / "file" / "below"):
        with pytest.raises(Invalid):
            removing.remove(firm, "words", folder, purge=True)
    with firm.begin_system() as work:
        assert plugins.fetch(work, "words").active
        assert removing.belongings(work, "words").registries == {"_words": 2}


def test_the_command_asks_first(firm: Office, tmp_path: Path) -> None:
    composition = Composition(lambda _settings: firm, lambda _office: None, lambda _work: [])
    asked = ["plugin", "remove", "words", "--export", str(tmp_path / "out")]
    environment = {"KARTOTEKA_SECRET_KEY": "a secret that only tests know"}
    refused = CliRunner().invoke(main, asked, obj=composition, env=environment, input="n\n")
    assert refused.exit_code == 1
    assert "2 records of _words are written down and stay until it comes back." in refused.output
    assert not (tmp_path / "out").exists()
    done = CliRunner().invoke(main, asked, obj=composition, env=environment, input="y\n")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "words.json").is_file()
    unknown = CliRunner().invoke(main, [*asked[:2], "nothing", *asked[3:]], obj=composition, env=environment)
    assert unknown.output == "There is no plugin “nothing”.\n"
