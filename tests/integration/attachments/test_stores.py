"""The same on a folder and in an object store: what comes in is whole, lies there once, and goes in the end."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from kartoteka.app import open_office
from kartoteka.platform.kernel.errors import NotFound, TooLarge, Unavailable
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.readiness import lacking
from kartoteka.platform.storage.files import Vault
from kartoteka.plugins.attachments.checking import check
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
