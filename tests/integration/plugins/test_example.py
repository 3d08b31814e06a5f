"""The example plugin, installed from its own folder: found, set up, and all of it works."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import catalogues
from kartoteka.app import create_app
from kartoteka.platform.extension import discover
from kartoteka.platform.sdk import Office, create, create_field, create_registry
from kartoteka.platform.services import plugins, tokens
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.worker import Worker
from tests.house.tree import ROOT
from tests.servers.offices import settings_for

EXAMPLE = ROOT / "examples" / "kartoteka-loans"
ADMIN = "admin@example.com"
THINGS = {"key": "tools", "name": "Tools", "sections": [
    {"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"}]}]}  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip has put the example."""
    list(catalogues.compile_all())
    place = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps"]
    done = subprocess.run(
        [*pip, "--target", str(place), str(EXAMPLE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def office(
    installed: Path, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """A Kartoteka with the example switched on."""
    monkeypatch.syspath_prepend(str(installed))
    found = [each for each in discover().plugins if each.name == "loans"]
    running = Office(settings_for(database_url, tmp_path / "data"), plugins=found)
    install(running, ADMIN, "a long password for tests")
    with running.begin_system(design=True) as work:
        plugins.change(work, "loans", {"active": True})
        create_registry(work, THINGS)
        create_field(work, "tools", {"section": "basic", "name": "Code", "type": "barcode"})
        create(work, "tools", {"name": "Drill", "code": "4 006381 333931"})
    yield running
    running.engine.dispose()


def test_the_installed_example_works(office: Office) -> None:
    client = create_app(office=office).test_client()
    headers = {"Authorization": f"Bearer {tokens.create_token(office, ADMIN)}"}

    def ask(method: str, path: str, body: Any = None) -> Any:
        return client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    record = "/registries/tools/records/1"
    assert ask("GET", record).json["values"]["code"] == "4006381333931"
    wrong = ask("PATCH", record, {"values": {"code": "4006381333932"}})
    assert wrong.status_code == 422
    lent = ask("POST", f"{record}/loans", {"borrower": "Jana", "until": "2020-01-01"})
    assert lent.status_code == 201
    assert ask("POST", f"{record}/loans", {"borrower": "Petr"}).status_code == 409
    job = ask("POST", "/loans/overdue").json["job"]
    Worker(office).run_once()
    assert ask("GET", f"/jobs/{job}").json["state"] == "done"
    (loan,) = ask("GET", f"{record}/loans").json["items"]
    assert loan["late"] is True
    assert ask("DELETE", f"{record}/loans").json["returned"]
    assert ask("DELETE", f"{record}/loans").status_code == 409
    czech = client.get("/api/v1/plugins", headers={**headers})
    assert [each["name"] for each in czech.json["items"]] == ["Loans"]


def test_its_tile_shows_what_is_out_to_whoever_sees_it(office: Office) -> None:
    from kartoteka.platform.web.tiles import kinds, usable

    create_app(office=office)
    kind = kinds()["out_now"]
    lending = sys.modules["kartoteka_loans.lending"]
    with office.begin_system() as work:
        lending.lend(work, "tools", 1, "Jana")
        shown = kind.render(work, None)["loans"]  # type: ignore[arg-type]
        assert [(loan.borrower, thing.title) for loan, thing in shown] == [("Jana", "Drill")]
        assert "out_now" in usable(work)
    with office.begin_system(design=True) as work:
        plugins.change(work, "loans", {"active": False})
        assert "out_now" not in usable(work)
        assert kind.render(work, None)["loans"] == []  # type: ignore[arg-type]


@pytest.mark.timeout(240)
def test_its_own_tests_pass(installed: Path) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KARTOTEKA_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests"],
        cwd=EXAMPLE, env={**inherited, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}"}, capture_output=True,
        text=True, timeout=230, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
