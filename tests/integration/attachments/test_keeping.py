"""Nothing is lost and nothing is left behind: crashes at every step, a full store, two at once, checks, scanners."""

import io
import socket
import struct
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from openpyxl import Workbook

from kartoteka.platform.cli.checkup import checkup
from kartoteka.platform.kernel.errors import TooLarge, Unavailable
from kartoteka.platform.sdk import Query, browse
from kartoteka.platform.services import search
from kartoteka.platform.services.files import files_of
from kartoteka.platform.services.worker import Worker
from kartoteka.platform.storage.files import Vault
from kartoteka.plugins.attachments import contents, uploads, verbs
from kartoteka.plugins.attachments.checking import check, check_some
from kartoteka.plugins.attachments.contents import secure, sweep
from kartoteka.plugins.attachments.inside import MOST_UNPACKED
from kartoteka.plugins.attachments.looking import look
from kartoteka.plugins.attachments.verbs import Sent, attach
from tests.integration.attachments.firm import PNG, Firm, firm, settle

__all__ = ["firm"]


class Killed(BaseException):
    """The machine lost its power."""


def _kill(*_args: object, **_more: object) -> None:
    raise Killed


STEPS: dict[str, tuple[Any, str]] = {
    "before the row": (contents, "_mean"),
    "before its place": (Vault, "settle"),
    "before the version": (verbs, "_add_version"),
    "before the record": (verbs, "create"),
    "at the end": (verbs, "_connect"),
}


def _later(firm: Firm, **gone: float) -> None:
    now = firm.office.clock
    firm.office.clock = lambda: now() + timedelta(**gone)


def _rows(firm: Firm) -> dict[str, int]:
    tables = ("p_attachments__contents", "p_attachments__versions", "r__attachments")
    with firm.office.engine.connect() as connection:
        return {
            each: connection.exec_driver_sql(f"SELECT count(*) FROM {each}").scalar() or 0 for each in tables
        }


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_nothing_behind(
    firm: Firm, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send() -> None:
        arrived = files_of(firm.office).receive([b"half ", b"way"])
        secure(firm.office, arrived, "a.txt")
        with firm.as_("boss") as work:
            attach(work, "companies", 1, Sent(arrived, "a.txt"), field="logo")

    place, name = STEPS[step]
    with monkeypatch.context() as broken, pytest.raises(Killed):
        broken.setattr(place, name, _kill)
        send()
    # Nobody sees half a file, and no entry is there without its content.
    assert firm.names("boss") == set()
    assert _rows(firm)["p_attachments__versions"] == _rows(firm)["r__attachments"] == 0
    assert check(firm.office).missing == [] or step in ("before its place", "before the row")
    send()
    assert firm.names("boss") == {"a.txt"} and check(firm.office, thorough=True).well
    _later(firm, hours=2)
    sweep(firm.office)
    assert firm.names("boss") == {"a.txt"} and len(firm.stored()) == 1
    assert _rows(firm) == {"p_attachments__contents": 1, "p_attachments__versions": 1, "r__attachments": 1}


def test_what_a_crash_left_is_swept(firm: Firm) -> None:
    arrived = files_of(firm.office).receive([b"nobody came back"])
    secure(firm.office, arrived, "a.txt")
    assert sweep(firm.office) == 0 and len(firm.stored()) == 1
    _later(firm, hours=2)
    assert sweep(firm.office) == 1 and firm.stored() == set()
    assert _rows(firm)["p_attachments__contents"] == 0
    assert firm.sent("boss", b"nobody came back")["size"] == 16


def test_a_store_that_is_full_or_gone(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = firm.sent("boss", b"kept")
    with monkeypatch.context() as broken:
        broken.setattr(Vault, "_writing", _full)
        answer = firm.send("boss", b"no room")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "nothing was saved" in answer.json["detail"]
    assert firm.names("boss") == {"a.txt"}
    place = Path(firm.office.settings.files_url.removeprefix("file://"))
    hidden = place.rename(place.with_name("elsewhere"))
    answer = firm.ask("boss", "GET", kept["url"])
    assert answer.status_code == 503 and "missing" in answer.json["detail"]
    hidden.rename(place)
    assert firm.ask("boss", "GET", kept["url"]).data == b"kept"


@contextmanager
def _full(self: Vault, path: str) -> Iterator[Any]:
    raise OSError(28, "No space left on device")
    yield


def test_two_who_send_a_new_version_at_once(firm: Firm) -> None:
    made = firm.sent("boss", b"one")
    firm.ask("sales", "GET", made["url"])
    answers: list[int] = []

    def send(who: str) -> None:
        answers.append(firm.renew(who, made["id"], who.encode()).status_code)

    threads = [threading.Thread(target=send, args=(who,)) for who in ("boss", "sales")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == [201, 201]
    listed = firm.ask("boss", "GET", f"/attachments/{made['id']}/versions").json["items"]
    assert [each["version"] for each in listed] == [3, 2, 1]
    assert {firm.ask("boss", "GET", each["url"]).data for each in listed} == {b"one", b"boss", b"sales"}


def test_an_upload_in_pieces(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PIECE", 4)
    path, body = "/registries/companies/records/1/attachments/uploads", {"name": "big.txt", "size": 10}
    begun = firm.ask("sales", "POST", path, json=body)
    assert begun.status_code == 201
    place = f"/attachments/uploads/{begun.json['upload']}"

    def put(offset: int, content: bytes, who: str = "sales") -> tuple[int, Any]:
        answer = firm.ask(who, "PUT", f"{place}/{offset}", data=content)
        return answer.status_code, answer.json

    assert put(0, b"0123")[1]["offset"] == 4
    assert put(0, b"0123")[0] == 409 == put(8, b"89")[0]
    assert put(4, b"45678")[0] == 413
    assert put(4, b"45", "boss")[0] == 404
    assert put(4, b"")[1]["offset"] == 4
    assert firm.ask("sales", "GET", place).json["offset"] == 4
    assert put(4, b"45")[1]["offset"] == 6
    code, done = put(6, b"6789")
    assert code == 200 and done["attachment"]["size"] == 10
    assert firm.ask("sales", "GET", done["attachment"]["url"]).data == b"0123456789"
    # Whoever has not heard the answer asks again and gets the same.
    assert put(6, b"6789")[1]["attachment"]["id"] == done["attachment"]["id"]
    assert firm.names("boss") == {"big.txt"} and len(firm.stored()) == 1
    assert firm.ask("reader", "POST", path, json=body).status_code == 403
    assert firm.ask("blind", "POST", path, json=body).status_code == 404
    assert firm.ask("sales", "POST", path, json={"name": "x", "size": 2**40}).status_code == 413
    assert firm.ask("sales", "POST", path, json={"name": "x", "size": "much"}).status_code == 422
    left = firm.ask("sales", "POST", path, json=body).json["upload"]
    firm.ask("sales", "PUT", f"/attachments/uploads/{left}/0", data=b"0123")
    _later(firm, hours=30)
    sweep(firm.office)
    assert firm.ask("sales", "GET", f"/attachments/uploads/{left}").status_code == 404
    assert list((Path(firm.office.settings.files_url[7:]) / "arriving").iterdir()) == []


def test_checks_find_what_is_missing_changed_or_nobodys(firm: Firm) -> None:
    gone, changed = firm.sent("boss", b"gone"), firm.sent("boss", b"changed", "b.txt")
    vault = files_of(firm.office)
    Path(vault._of(changed["sha256"])).write_bytes(b"CHANGED")
    vault.drop(gone["sha256"])
    vault.settle(vault.receive([b"nobody's"]))
    report = check(firm.office, thorough=True)
    assert (report.missing, report.changed, len(report.strays)) == ([gone["sha256"]], [changed["sha256"]], 1)
    told = {each.subject: each for each in checkup(firm.office)}["attachments"]
    assert not told.well and "1 missing" in told.sentence and "1 changed" in told.sentence
    assert firm.ask("boss", "GET", gone["url"]).status_code == 503
    firm.sent("sales", b"gone", "the same.txt", record=2)
    Path(vault._of(changed["sha256"])).write_bytes(b"changed")
    _later(firm, days=40)
    assert check_some(firm.office) == 2
    assert check(firm.office, thorough=True, mend=True).well
    assert firm.ask("boss", "GET", gone["url"]).data == b"gone"
    assert {each.subject: each.well for each in checkup(firm.office)}["attachments"]


def _docx(words: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(
            "word/document.xml", f"<w:document xmlns:w='w'><w:p><w:t>{words}</w:t></w:p></w:document>"
        )
    return out.getvalue()


def _xlsx(words: str) -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.append([words])
    book.save(out)
    return out.getvalue()


def _bomb() -> bytes:
    """It unpacks to more than is allowed, and not by its words, of which there would soon be enough."""
    return _docx("</w:t>" + " " * (MOST_UNPACKED + 1) + "<w:t>platypus")


def _dtd() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(
            "word/document.xml", "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a><t>&e;</t></a>"
        )
    return out.getvalue()


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 44>>stream\nBT /F 12 Tf 20 100 Td (inside platypus) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


def test_words_inside_files_are_found_and_nasty_ones_cost_only_themselves(firm: Firm) -> None:
    mail = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: platypus\r\n\r\nhello"
    good = {"a.pdf": PDF, "a.docx": _docx("a platypus"), "a.xlsx": _xlsx("platypus"), "a.eml": mail,
            "a.txt": b"Platypus!",
            "a.html": b"<html><script>echidna</script><p>platypus</html>"}  # fmt: skip
    nasty = {"bomb.docx": _bomb(), "dtd.docx": _dtd(), "cut.docx": _docx("platypus")[:90], "cut.pdf": PDF[:200],
             "huge.png": PNG[:16] + struct.pack(">II", 60_000, 60_000) + PNG[24:], "pixel.png": PNG}  # fmt: skip
    for name, content in {**good, **nasty}.items():
        firm.sent("boss", content, name)
    while look(firm.office):
        pass
    Worker(firm.office).run_once()
    with firm.as_("boss") as work:
        found = {hit.title for hit in search.search(work, "platypus")}
        assert {each.title for each in browse(work, "_attachments", Query(q="platypus")).items} == found
        assert search.search(work, "echidna") == [] == search.search(work, "root")
    assert found >= set(good) and not found & set(nasty)
    with firm.office.engine.connect() as connection:
        looked = connection.exec_driver_sql(
            "SELECT looked, count(*) FROM p_attachments__contents GROUP BY looked"
        )
        assert set(dict(tuple(each) for each in looked.all())) <= {"done", "failed"}
    made = {each["name"]: each["id"] for each in firm.ask("boss", "GET", "/attachments").json["items"]}
    with firm.as_("boss") as work:
        drawn = {
            name
            for name, id in made.items()
            if verbs.content_of(work, verbs.version(work, id)[1].sha256).thumbnail
        }
    assert drawn == {"a.pdf", "pixel.png"}
    assert firm.renew("boss", made["a.txt"], b"something else").status_code == 201
    look(firm.office)
    with firm.as_("boss") as work:
        assert "a.txt" not in {each.title for each in browse(work, "_attachments", Query(q="platypus")).items}


def _clamd(line: socket.socket) -> None:
    with suppress(OSError):
        while True:
            asked, _address = line.accept()
            with closing(asked), asked.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                sent = b""
                while size := struct.unpack("!I", stream.read(4))[0]:
                    sent += stream.read(size)
                asked.sendall(b"stream: Eicar FOUND\0" if b"EICAR" in sent else b"stream: OK\0")


def test_a_file_is_given_out_after_the_scanner_has_passed_it(firm: Firm) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as line:
        settle(firm.office, clamd=f"tcp://127.0.0.1:{line.getsockname()[1]}")
        good, bad = firm.sent("boss", b"good"), firm.sent("boss", b"an EICAR test", "bad.txt")
        for each in (good, bad):
            answer = firm.ask("boss", "GET", each["url"])
            assert answer.status_code == 503 and "checked" in answer.json["detail"]
        threading.Thread(target=_clamd, args=(line,), daemon=True).start()
        look(firm.office)
        assert firm.ask("boss", "GET", good["url"]).data == b"good"
        answer = firm.ask("boss", "GET", bad["url"])
        assert answer.status_code == 404 and "scanner" in answer.json["detail"]


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


def test_size_costs_no_memory(firm: Firm) -> None:
    """200 MB come in and go out; what the process takes meanwhile rises by a fraction of that."""
    firm.sent("boss", b"warm")
    taken: list[int] = []
    before, piece, times = _memory(), b"x" * (1 << 20), 200
    head = b'--X\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n'

    class Stream(io.RawIOBase):
        parts = iter([head, *([piece] * times), b"\r\n--X--\r\n"])
        left = b""

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            given = self.read(len(buffer))
            buffer[: len(given)] = given
            return len(given)

        at = 0

        def tell(self) -> int:
            return self.at

        def seek(self, offset: int, whence: int = 0) -> int:
            self.at = length if whence == 2 else offset
            return self.at

        def read(self, size: int = -1) -> bytes:
            taken.append(_memory())
            while not self.left:
                self.left = next(self.parts, b"")
                if not self.left:
                    return b""
            given, self.left = self.left[:size], self.left[size:]
            return given

    length = len(head) + times * len(piece) + 9
    client = firm.client()
    firm.ask("boss", "GET", "/attachments")
    answer = client.open(
        "/api/v1/registries/companies/records/1/attachments", method="POST", input_stream=Stream(),
        content_length=length, content_type="multipart/form-data; boundary=X",
        headers={"Authorization": f"Bearer {firm._tokens['boss']}"},
    )  # fmt: skip
    assert answer.status_code == 201 and answer.json["size"] == times << 20
    given = client.open(
        answer.json["url"], headers={"Authorization": f"Bearer {firm._tokens['boss']}"}, buffered=False
    )
    length = 0
    for each in given.response:
        length += len(each)
        taken.append(_memory())
    assert length == times << 20
    given.close()
    assert max(taken) - before < 60 << 20


def test_the_vault_stops_in_time(tmp_path: Path) -> None:
    vault = Vault(f"file://{tmp_path}/files")
    with pytest.raises(TooLarge):
        vault.receive((b"x" * 100 for _each in range(10)), 500)
    (tmp_path / "files" / "a-file").write_bytes(b"")
    with pytest.raises(Unavailable):
        Vault(f"file://{tmp_path}/files/a-file/inside").receive([b"x"])
    assert not list((tmp_path / "files" / "arriving").iterdir())
