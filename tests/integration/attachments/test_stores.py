"""The same on a folder and in an object store: what comes in is whole, lies there once, and goes in the end."""

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kartoteka.app import open_office
from kartoteka.platform.kernel.errors import Misconfigured, NotFound, TooLarge, Unavailable
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.readiness import lacking
from kartoteka.platform.storage.files import Vault
from kartoteka.plugins.attachments.checking import check
from kartoteka.plugins.attachments.contents import sweep
from kartoteka.plugins.attachments.moving import move_all
from tests.integration.attachments.firm import Firm, found_firm
from tests.servers.offices import settings_for
from tests.servers.s3 import Store, object_store


@pytest.fixture(scope="module")
def remote() -> Iterator[tuple[str, Store]]:
    """One object store for all of them."""
    with object_store() as (url, store):
        yield url, store


@pytest.fixture(params=["folder", "s3"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, remote: tuple[str, Store], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Where files are kept."""
    address, store = remote
    store.objects.clear()
    named = {"ENDPOINT_URL": address, "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret", "REGION": "eu",
             "ALLOW_HTTP": "true"}  # fmt: skip
    for name, value in named.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return "s3://bucket/firm" if request.param == "s3" else f"file://{tmp_path}/files"


def test_contents_come_and_go(place: str) -> None:
    vault = Vault(place)
    vault.answer()
    arrived = vault.receive([b"0123", b"456789"])
    assert (arrived.size, arrived.head) == (10, b"0123456789") and not vault.has(arrived.sha256)
    vault.settle(arrived)
    again = vault.receive([b"0123456789"])
    assert again.sha256 == arrived.sha256
    vault.settle(again)
    assert list(vault.contents()) == [(arrived.sha256, 10)] and vault.has(arrived.sha256)
    with vault.open(arrived.sha256) as stream:
        stream.seek(4)
        assert stream.read(3) == b"456" and stream.read() == b"789"
    assert vault.digest_of(arrived.sha256) == arrived.sha256
    vault.put(arrived.sha256, "words", b"digits")
    assert vault.get(arrived.sha256, "words") == b"digits" and vault.get(arrived.sha256, "other") is None
    vault.drop(arrived.sha256, "words", "other")
    vault.drop(arrived.sha256)
    assert not vault.has(arrived.sha256) and vault.get(arrived.sha256, "words") is None
    with pytest.raises(FileNotFoundError):
        vault.open(arrived.sha256).read(1)


def test_what_is_too_much_or_broken_off_leaves_nothing(place: str) -> None:
    vault = Vault(place)

    def broken() -> Iterator[bytes]:
        yield b"x" * 1000
        raise ConnectionResetError

    with pytest.raises(TooLarge):
        vault.receive([b"x" * 600, b"x" * 600], 1000)
    with pytest.raises(Unavailable):
        vault.receive(broken())
    assert vault.sweep(-1) == 0
    kept = vault.receive([b"left"])
    assert vault.sweep(3600) == 0
    assert vault.sweep(-1, keep=lambda key: key == kept.key) == 0
    assert vault.sweep(-1) == 1


@pytest.mark.parametrize("sha256", ["", "..", "../" * 20, "0" * 63, "g" * 64, "A" * 64])
def test_nothing_but_a_hash_is_an_address(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(NotFound):
        Vault(f"file://{tmp_path}").open(sha256)


def test_a_store_that_does_not_answer(remote: tuple[str, Store], place: str, tmp_path: Path) -> None:
    """It is told in one way, nothing is taken for a no, and nothing half open is left to the collector."""
    if place.startswith("file:"):
        (tmp_path / "files").write_bytes(b"no folder")
    else:
        remote[1].failing = 403
    try:
        vault = Vault(place)
        for ask in (
            lambda: vault.receive([b"x"]),
            lambda: vault.receive([b"x" * (6 << 20)] * 3),
            lambda: vault.open("0" * 64),
            lambda: vault.open_arriving("0" * 32),
            vault.answer,
        ):
            with pytest.raises(Unavailable):
                ask()
            gc.collect()
    finally:
        remote[1].failing = 0


@pytest.mark.parametrize("remains", ["nothing", "no sense"])
def test_an_object_store_that_is_gone(
    remote: tuple[str, Store], monkeypatch: pytest.MonkeyPatch, remains: str
) -> None:
    """With its address or its settings it takes no file along that would fail later."""
    named = {"ENDPOINT_URL": "http://127.0.0.1:9", "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret",
             "REGION": "eu", "ALLOW_HTTP": "true" if remains == "nothing" else "maybe"}  # fmt: skip
    for name, value in named.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    vault = Vault(f"s3://{remains.replace(' ', '-')}/firm")
    for ask in (lambda: vault.receive([b"x"]), lambda: vault.open("0" * 64)):
        with pytest.raises(Unavailable):
            ask()
        gc.collect()


def test_a_firm_keeps_its_files_there(place: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kartoteka.db"
    office = open_office(settings_for(url, tmp_path / "data", {"KARTOTEKA_FILES_URL": place}))
    install(office)
    firm: Firm = found_firm(office)
    assert lacking(office) == []
    made = firm.sent("boss", b"hello there", "a.txt")
    firm.renew("boss", made["id"], b"second")
    assert firm.ask("boss", "GET", made["url"], headers={"Range": "bytes=0-2"}).data == b"sec"
    first = f"/attachments/{made['id']}/versions/1/content"
    assert firm.ask("boss", "GET", first).data == b"hello there"
    assert check(office, thorough=True).well and len(firm.stored()) == 2
    office.engine.dispose()


class Killed(BaseException):
    """The program ends here, and does nothing any more."""


def test_files_move_while_they_are_in_use(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, old = f"sqlite:///{tmp_path}/kartoteka.db", f"file://{tmp_path}/old"

    def opened(**places: str) -> Office:
        return open_office(settings_for(url, tmp_path / "data", places))

    office = opened(KARTOTEKA_FILES_URL=old)
    install(office)
    firm = found_firm(office)
    kept = [firm.sent("boss", f"file {n}".encode(), f"{n}.txt") for n in range(5)]
    purged = firm.sent("boss", b"to be forgotten", "p.txt")
    for each in kept:
        firm.vault().put(each["sha256"], "words", b"words")
    body = {"name": "long.bin", "size": 6}
    begun = firm.ask("boss", "POST", "/registries/companies/records/1/attachments/uploads", json=body).json
    firm.ask("boss", "PUT", f"/attachments/uploads/{begun['upload']}/0", data=b"abc")
    with pytest.raises(Misconfigured, match="KARTOTEKA_FILES_ALSO"):
        move_all(office)
    office.engine.dispose()

    office = opened(KARTOTEKA_FILES_URL=place, KARTOTEKA_FILES_ALSO=old)
    firm, new, before = Firm(office), Vault(place), Vault(old)
    # From the first moment both are read, and what is new lies in the new place.
    assert firm.ask("boss", "GET", kept[1]["url"]).data == b"file 1" and check(office, thorough=True).well
    fresh = firm.sent("boss", b"fresh", "new.txt")
    assert new.has(fresh["sha256"]) and not before.has(fresh["sha256"])
    for name, when in (("receive", 0), ("settle", 1), ("put", 0)):
        with monkeypatch.context() as dying:
            _die(dying, name, when)
            with pytest.raises(Killed):
                move_all(office)
        assert all(firm.ask("boss", "GET", each["url"]).data[:4] == b"file" for each in kept)
    firm.ask("boss", "DELETE", f"/attachments/{purged['id']}")
    firm.ask("admin", "POST", f"/attachments/{purged['id']}/purge")
    sweep(office)
    assert not new.has(purged["sha256"]) and not before.has(purged["sha256"])
    Path(before._of(kept[2]["sha256"])).write_bytes(b"FILE 2")
    if not new.has(kept[2]["sha256"]):
        assert move_all(office).changed == [kept[2]["sha256"]]
    Path(before._of(kept[2]["sha256"])).write_bytes(b"file 2")
    moved = move_all(office)
    assert moved.whole and moved.numbers.total() == 6
    assert move_all(office).numbers == {"there": 6}
    office.engine.dispose()

    shutil.rmtree(tmp_path / "old")
    office = opened(KARTOTEKA_FILES_URL=place)
    firm = Firm(office)
    assert check(office, thorough=True).well and len(firm.stored()) == 6
    assert firm.vault().get(kept[0]["sha256"], "words") == b"words"
    done = firm.ask("boss", "PUT", f"/attachments/uploads/{begun['upload']}/3", data=b"def").json
    assert firm.ask("boss", "GET", done["attachment"]["url"]).data == b"abcdef"
    office.engine.dispose()


def _die(dying: pytest.MonkeyPatch, name: str, when: int) -> None:
    """Let the program end when it does something for the second time, before or after that."""
    done = getattr(Vault, name)
    times = iter(range(100))

    def last(self: Vault, *given: Any, **named: Any) -> Any:
        ends = next(times) == 1
        if ends and not when:
            raise Killed
        told = done(self, *given, **named)
        if ends:
            raise Killed
        return told

    dying.setattr(Vault, name, last)
