"""Files in folders and details of a section are seen by whoever sees that section, and told of to nobody else."""

import pytest

from kartoteka.platform.sdk import Forbidden, Query, browse, count
from kartoteka.platform.services import search
from kartoteka.platform.services.worker import Worker
from tests.integration.attachments.firm import Firm, firm, settle

__all__ = ["firm"]
SECRET = b"the xylophone costs a million"


def _told(firm: Firm, who: str, id: int) -> set[int]:
    """The statuses of everything that can be asked of a file."""
    one, record = f"/attachments/{id}", f"/registries/_attachments/records/{id}"
    paths = (one, f"{one}/content", f"{one}/versions", f"{one}/versions/1/content", record, f"{record}/history",
             f"/registries/companies/records/1/attachments/{id}")  # fmt: skip
    return {firm.ask(who, "GET", path).status_code for path in paths}


@pytest.mark.parametrize("said", [{"folder": "contracts"}, {"field": "contracts"}], ids=["folder", "detail"])
def test_a_file_of_a_hidden_section_leaves_no_trace(firm: Firm, said: dict[str, str]) -> None:
    open_file = firm.sent("boss", b"open xylophone", "open.txt")
    hidden = firm.sent("boss", SECRET, "secret.txt", **said)
    Worker(firm.office).run_once()
    assert firm.names("boss") == firm.names("reader") == {"open.txt", "secret.txt"}
    assert firm.names("sales") == {"open.txt"} and firm.names("blind") == set()
    assert _told(firm, "boss", hidden["id"]) == _told(firm, "reader", hidden["id"]) == {200}
    assert _told(firm, "sales", hidden["id"]) == {404} == _told(firm, "blind", open_file["id"])
    never = firm.ask("sales", "GET", "/attachments/999/content")
    there = firm.ask("sales", "GET", f"/attachments/{hidden['id']}/content")
    assert there.text.replace(str(hidden["id"]), "#") == never.text.replace("999", "#")
    with firm.as_("sales") as work:
        assert count(work, "_attachments", Query()) == 1
        assert count(work, "_attachments", Query(q="million")) == 0
        assert [each.values["sha256"] for each in browse(work, "_attachments", Query()).items] == [
            open_file["sha256"]
        ]
        assert [hit.id for hit in search.search(work, "xylophone")] == [open_file["id"]]
    with firm.as_("reader") as work:
        assert {hit.id for hit in search.search(work, "xylophone")} == {open_file["id"], hidden["id"]}
    data = firm.ask("sales", "PATCH", f"/attachments/{hidden['id']}", json={"name": "x"})
    assert data.status_code == 404 == firm.renew("sales", hidden["id"], b"x").status_code
    assert firm.ask("sales", "DELETE", f"/attachments/{hidden['id']}").status_code == 404


def test_reading_a_section_is_not_changing_what_lies_in_it(firm: Firm) -> None:
    hidden = firm.sent("boss", SECRET, folder="Contracts")
    for answer in (
        firm.ask("reader", "PATCH", f"/attachments/{hidden['id']}", json={"name": "x"}),
        firm.renew("reader", hidden["id"], b"x"),
        firm.ask("reader", "DELETE", f"/attachments/{hidden['id']}"),
        firm.send("reader", b"x", folder="Contracts"),
    ):
        assert answer.status_code == 403
    assert firm.ask("reader", "GET", hidden["url"]).data == SECRET


def test_rights_by_rows_hold_for_files(firm: Firm) -> None:
    """Whoever works with the north sees no files of the south, nor of its sections."""
    for record in (1, 2):
        firm.sent("boss", b"a", "open.txt", record=record)
        firm.sent("boss", SECRET, "secret.txt", record=record, folder="Contracts")
    assert firm.names("north") == {"open.txt", "secret.txt"} and firm.names("north", record=2) == set()
    with firm.as_("north") as work:
        assert count(work, "_attachments", Query()) == 2


def test_a_file_follows_its_folder(firm: Firm) -> None:
    made = firm.sent("sales", b"x", folder="Letters")
    moved = firm.ask("boss", "PATCH", f"/attachments/{made['id']}", json={"folder": "contracts"})
    assert (moved.status_code, moved.json["folder"]) == (200, "Contracts")
    assert firm.names("sales") == set()
    assert firm.ask("reader", "PATCH", f"/attachments/{made['id']}", json={"folder": None}).status_code == 403
    back = {"values": {"folder": "Letters"}}
    answer = firm.ask("boss", "PATCH", f"/registries/_attachments/records/{made['id']}", json=back)
    assert answer.status_code == 200 and firm.names("sales") == {"a.txt"}


def test_a_folder_that_one_does_not_see_is_a_name_like_any_other(firm: Firm) -> None:
    made = firm.sent("sales", b"mine", "mine.txt", folder="Contracts")
    assert made["folder"] == "Contracts" and firm.names("sales") == {"mine.txt"} == firm.names("boss")


def test_a_folder_takes_what_belongs_there(firm: Firm) -> None:
    assert firm.send("sales", b"x", "a.txt", folder="Pictures").status_code == 422
    assert firm.send("sales", bytes(2**20 + 1), "a.png", folder="Pictures").status_code == 413
    made = firm.sent("sales", b"x", "a.PNG", folder="pictures")
    assert firm.renew("sales", made["id"], b"x", "b.txt").status_code == 422


def test_a_folder_given_to_another_section_takes_its_files_along(firm: Firm) -> None:
    firm.sent("boss", b"a", "old.txt", folder="Contracts")
    firm.sent("boss", b"b", "letter.txt", folder="Letters")
    assert firm.names("sales") == {"letter.txt"}
    settle(firm.office, folders=[{"registry": "companies", "name": "Letters", "section": "finance"}])
    assert firm.names("sales") == {"old.txt"} and firm.names("boss") == {"old.txt", "letter.txt"}


def test_whoever_lost_the_right_meanwhile_adds_nothing(firm: Firm) -> None:
    from kartoteka.platform.services import modelling
    from kartoteka.platform.services.files import files_of
    from kartoteka.plugins.attachments.contents import secure
    from kartoteka.plugins.attachments.verbs import Sent, attach
    from tests.integration.attachments.firm import grant

    arrived = files_of(firm.office).receive([b"too late"])
    secure(firm.office, arrived, "a.txt")
    with firm.office.begin_system(design=True) as work:
        modelling.set_grant(work, "sales", "companies", grant(attachments="read")["companies"])
    with firm.as_("sales") as work, pytest.raises(Forbidden):
        attach(work, "companies", 1, Sent(arrived, "a.txt"))
    assert firm.names("boss") == set()


def test_a_record_in_the_bin_takes_its_files_along(firm: Firm) -> None:
    made = firm.sent("boss", b"x")
    assert firm.ask("boss", "DELETE", "/registries/companies/records/1").status_code == 204
    assert _told(firm, "boss", made["id"]) == {404}
    assert firm.ask("boss", "POST", "/registries/companies/records/1/restore").status_code == 200
    assert _told(firm, "boss", made["id"]) == {200}


def test_purged_is_gone_from_everywhere(firm: Firm) -> None:
    from datetime import timedelta

    made = firm.sent("boss", b"a word: xylophone", "gone.txt", description="about xylophones")
    firm.renew("boss", made["id"], b"second")
    Worker(firm.office).run_once()
    one = f"/attachments/{made['id']}"
    assert firm.ask("admin", "POST", f"{one}/purge").status_code == 404
    firm.ask("boss", "DELETE", one)
    assert firm.ask("boss", "POST", f"{one}/purge").status_code == 403
    assert firm.ask("admin", "POST", f"{one}/purge").status_code == 204
    assert firm.ask("boss", "POST", f"{one}/restore").status_code == 404
    now = firm.office.clock
    firm.office.clock = lambda: now() + timedelta(hours=2)
    Worker(firm.office).run_once()
    assert firm.stored() == set()
    with firm.office.engine.connect() as connection:
        text = connection.exec_driver_sql(
            "SELECT count(*) FROM r__attachments WHERE text IS NOT NULL"
        ).scalar()
        rows = connection.exec_driver_sql("SELECT count(*) FROM p_attachments__contents").scalar()
    assert (text, rows) == (0, 0)


def test_many_as_one(firm: Firm) -> None:
    """A zip has what its reader sees, under names that do no harm, and nothing else."""
    import io
    import zipfile

    firm.sent("boss", b"one", "../a.txt")
    firm.sent("boss", b"two", "a.txt")
    firm.sent("boss", SECRET, "secret.txt", folder="Contracts")
    firm.sent("boss", b"x" * 300_000, "big.bin", folder="Čísla/..")

    def packed(who: str) -> dict[str, bytes]:
        with firm.as_(who, write=False) as work:
            from kartoteka.plugins.attachments.packing import packed_files, send_packed
            from kartoteka.plugins.attachments.rooms import bearer_with_tab

            bearer = bearer_with_tab(work, "companies", 1, changes=False)
            files = packed_files(work, bearer)
        with firm.client().application.test_request_context():
            answer = send_packed(firm.vault(), files, "Acme")
            with zipfile.ZipFile(io.BytesIO(b"".join(answer.response))) as opened:  # type: ignore[arg-type]
                assert opened.testzip() is None
                return {each: opened.read(each) for each in opened.namelist()}

    assert packed("boss") == {
        "a.txt": b"one", "a (2).txt": b"two", "Contracts/secret.txt": SECRET, "file/big.bin": b"x" * 300_000,
    }  # fmt: skip
    assert set(packed("sales")) == {"a.txt", "a (2).txt", "file/big.bin"}
