"""Files that customers send: checked, laid where the firm looks, seen by nobody else; and news of documents."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import update
from werkzeug.test import TestResponse

from kartoteka.platform.sdk import Query, Record, browse, change_plugin, set_grant, settings_of
from kartoteka.platform.services import tokens
from kartoteka.platform.services.worker import Worker
from kartoteka.plugins.attachments.tables import ContentRow
from kartoteka.plugins.portal.design import TALKS
from kartoteka.plugins.portal.matters import files_sent, matters
from tests.integration.portal.conftest import Browser, Firm

Open = Callable[..., Browser]
PHOTO = b"\xff\xd8\xff\xe0" + b"a photo " * 20
PDF = b"%PDF-1.7 a drawing"


def sent(who: Browser, address: str, *files: tuple[bytes, str], **more: Any) -> TestResponse:
    """Files sent by the form on a page."""
    given = [(io.BytesIO(content), name) for content, name in files]
    return who.post(f"{address}/files", form_at="/portal/my-data", files=given, **more)


def attachments(firm: Firm) -> list[Record]:
    with firm.as_("ada") as work:
        return browse(work, "_attachments", Query(sort="id", page_size=100)).items


def told(firm: Firm) -> list[Record]:
    with firm.as_("ada") as work:
        return browse(work, TALKS, Query(sort="id", page_size=100)).items


def set_up(firm: Firm, **settings: Any) -> None:
    with firm.design() as work:
        change_plugin(work, "portal", {"settings": settings})


def page_settings(firm: Firm, **page: Any) -> None:
    """The page of orders in the window of owners, changed."""
    with firm.design() as work:
        windows = dict(settings_of(work, "portal")["windows"])
        window = windows["owner"]
        changed = {**window, "pages": [{**window["pages"][0], **page}]}
        change_plugin(work, "portal", {"settings": {"windows": {**windows, "owner": changed}}})


def letters(firm: Firm, who: str) -> list[str]:
    Worker(firm.office).run_once()
    folder = firm.office.settings.data / "mail"
    found = sorted(folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
    texts = [each.read_text() for each in found]
    return [each for each in texts if f"{who}@example.com" in each.partition("\n\n")[0]]


def test_what_is_sent_lies_on_the_record_and_waits_in_the_inbox(firm: Firm, surf: Open) -> None:
    ann, id = surf("ann"), firm.ids["acme 1"]
    address = f"/portal/orders/{id}"
    assert "Send us files" in ann.get(address).text
    answer = sent(ann, address, (PHOTO, "../<b>roof</b>.jpg"), (PDF, "plan.pdf"), note="It **leaks** here.")
    assert answer.status_code == 303
    page = ann.get(address).text
    assert page.count("plan.pdf") == 2, "among the documents and in the thread"
    assert "<strong>leaks</strong>" in page and "<b>roof" not in page
    photo, plan = attachments(firm)
    assert [each.values["folder"] for each in (photo, plan)] == ["From customers"] * 2
    assert photo.created_by.title == "Ann" and photo.values["type"] == "image/jpeg"
    content = f"/attachments/{plan.id}/content"
    assert content in page and ann.get(content).data == PDF == surf("tom").get(content).data
    missing = surf("bob").get("/attachments/987654/content")
    assert surf("bob").get(content).status_code == missing.status_code == 404
    sam = surf("sam", door="/sign-in")
    inbox = sam.get("/from-customers").text
    assert "Files sent" in inbox and "plan.pdf" in inbox and f"/r/orders/{id}/tab/attachments" in inbox
    tab = f"/r/orders/{id}/tab/portal"
    assert "plan.pdf" in sam.get(tab).text
    assert sam.post(f"/from-customers/on/orders/{id}/answer", form_at=tab, text="Thanks.").status_code == 303
    assert "plan.pdf" not in sam.get("/from-customers").text
    assert letters(firm, "bob") == [], "nobody but the customer is written to"
    assert not any("document" in each for each in letters(firm, "ann")), "and he not about his own files"


WRONG: tuple[tuple[list[tuple[bytes, str]], str], ...] = (
    ([], "Choose a file first."),
    ([(b"MZ program", "game.exe")], "is no kind of file that we take"),
    ([(b"MZ program", "game.jpg")], "is not what its name says"),
    ([(b"<html><script>", "page.pdf")], "is not what its name says"),
    ([(b"<svg xmlns='x' onload='y'>", "drawing.txt")], "is not what its name says"),
    ([(b"", "empty.txt")], "is empty"),
    ([(b"plain", "noending")], "is no kind of file that we take"),
    ([(PHOTO, "fine.jpg"), (b"x" * (1 << 20) + b"x", "large.txt")], "is larger than 1 MB"),
    ([(PHOTO, f"{n}.jpg") for n in range(11)], "At most 10 files at a time."),
    ([(bytes([n]) * 900_000, f"{n}.zip") for n in (1, 2, 3)], "You have sent 2 MB today"),
)


def test_what_will_not_do_keeps_all_of_it_back(firm: Firm, surf: Open) -> None:
    set_up(firm, upload_mb=1, upload_mb_a_day=2)
    ann, address = surf("ann"), f"/portal/orders/{firm.ids['acme 1']}"
    for files, said in WRONG:
        refused = sent(ann, address, *files, note="What I wrote")
        assert refused.status_code == 422 and said in refused.text and "What I wrote" in refused.text, said
    assert attachments(firm) == [] and told(firm) == []


def test_a_day_has_an_end(firm: Firm, surf: Open) -> None:
    set_up(firm, upload_mb=1, upload_mb_a_day=1)
    ann, address = surf("ann"), f"/portal/orders/{firm.ids['acme 1']}"
    assert sent(ann, address, (b"a" * 600_000, "a.txt")).status_code == 303
    assert sent(ann, address, (b"b" * 600_000, "b.txt")).status_code == 422
    assert sent(surf("tom"), address, (b"b" * 600_000, "b.txt")).status_code == 303, (
        "each has a day of his own"
    )


def test_who_may_not_send_finds_nothing_there(firm: Firm, surf: Open) -> None:
    theirs, mine = f"/portal/orders/{firm.ids['bolt 1']}", f"/portal/orders/{firm.ids['acme 1']}"
    ann = surf("ann")
    nowhere = sent(ann, "/portal/orders/987654", (PHOTO, "a.jpg"))
    assert sent(ann, theirs, (PHOTO, "a.jpg")).status_code == nowhere.status_code == 404
    ada = surf("ada", door="/sign-in")
    assert ada.post("/from-customers/look", form_at="/settings", user=firm.ids["user ann"]).status_code == 303
    assert "Send us files" not in ada.get(mine).text
    assert sent(ada, mine, (PHOTO, "a.jpg")).status_code == 404
    page_settings(firm, uploads=False)
    assert "Send us files" not in ann.get(mine).text
    assert sent(ann, mine, (PHOTO, "a.jpg")).status_code == 404
    page_settings(firm, uploads=True)
    with firm.design() as work:
        change_plugin(work, "attachments", {"active": False})
    assert "Send us files" not in ann.get(mine).text
    assert sent(ann, mine, (PHOTO, "a.jpg")).status_code == 404
    with firm.design() as work:
        change_plugin(work, "attachments", {"active": True})
    assert attachments(firm) == [] and told(firm) == []


def test_photos_go_with_a_new_request_once(firm: Firm, surf: Open) -> None:
    ann, form = surf("ann"), "/portal/orders/new"
    assert 'type="file"' in ann.get(form).text

    def ask(subject: str, content: bytes, name: str) -> TestResponse:
        photo = (io.BytesIO(content), name)
        return ann.post(form, v__subject=subject, once=f"once {subject}", files=[photo])

    refused = ask("", PHOTO, "roof.jpg")
    assert refused.status_code == 422 and "choose the files once more" in refused.text
    refused = ask("A roof", b"MZ", "roof.jpg")
    assert refused.status_code == 422 and "is not what its name says" in refused.text
    assert attachments(firm) == [] and told(firm) == []
    made = ask("A roof", PHOTO, "roof.jpg")
    assert made.status_code == 303 and "roof.jpg" in ann.get(made.headers["Location"]).text
    assert ask("A roof", PHOTO, "roof.jpg").headers["Location"] == "/portal/orders"
    assert len(attachments(firm)) == 1
    (item,) = told(firm)
    with firm.as_("ada") as work:
        assert item.category == "request" and files_sent(work, [item], matters(work, [item])) == {
            item.id: ["roof.jpg"]
        }
    assert "roof.jpg" in surf("sam", door="/sign-in").get("/from-customers").text


def test_a_folder_of_the_firm_takes_what_was_laid_down_for_it(firm: Firm, surf: Open) -> None:
    """A folder may belong to a section that customers do not see: they put something into a letter box."""
    box = {"registry": "orders", "name": "From customers", "section": "internal", "kinds": ["pdf"]}
    with firm.design() as work:
        change_plugin(work, "attachments", {"settings": {"folders": [box]}})
    ann, address = surf("ann"), f"/portal/orders/{firm.ids['acme 1']}"
    refused = sent(ann, address, (PHOTO, "roof.jpg"))
    assert refused.status_code == 422 and "This folder takes pdf." in refused.text
    assert sent(ann, address, (PDF, "secret.pdf")).status_code == 303
    (found,) = attachments(firm)
    assert ann.get(f"/attachments/{found.id}/content").status_code == 404
    assert f"/attachments/{found.id}/" not in ann.get(address).text


def test_what_the_scanner_has_not_passed_goes_out_to_nobody(firm: Firm, surf: Open) -> None:
    with firm.design() as work:
        change_plugin(work, "attachments", {"settings": {"clamd": "unix:/nowhere/clamd.ctl"}})
    ann, address = surf("ann"), f"/portal/orders/{firm.ids['acme 1']}"
    assert sent(ann, address, (PDF, "plan.pdf")).status_code == 303
    (found,) = attachments(firm)
    content = f"/attachments/{found.id}/content"
    assert ann.get(content).status_code == surf("sam", door="/sign-in").get(content).status_code == 503
    with firm.office.session(write=True) as session:
        session.execute(update(ContentRow).values(verdict="infected"))
    assert ann.get(content).status_code == 404


def test_customers_are_written_about_documents_that_they_may_read(firm: Firm, surf: Open) -> None:
    id = firm.ids["acme 1"]
    box = {"registry": "orders", "name": "Calculations", "section": "internal"}
    with firm.design() as work:
        change_plugin(work, "attachments", {"settings": {"folders": [box]}})
        role = work.catalog.roles["technician"].grants["orders"]
        sections = {key: level for key, level in role.sections.items() if key != "attachments"}
        told_rights = {"rights": sorted(role.rights), "sections": sections, "rows": role.rows}
        set_grant(work, "technician", "orders", told_rights)
    for who in ("ann", "tom"):
        surf(who).get(f"/portal/orders/{id}")
    sam = surf("sam", door="/sign-in")

    def laid_down(content: bytes, name: str, folder: str = "") -> None:
        at = f"/r/orders/{id}/attachments/uploads"
        given = {"name": name, "size": len(content), "folder": folder}
        begun = sam.post(at, form_at="/settings", **given).get_json()
        token = sam.token("/settings")
        done = sam.client.post(begun["at"], data=content, headers={"X-CSRFToken": token})
        assert done.status_code == 200, done.text

    laid_down(PDF, "margins.pdf", "Calculations")
    laid_down(PDF + b"2", "protocol.pdf")
    (letter,) = letters(firm, "ann")
    assert "New document: protocol.pdf" in letter and f"/portal/orders/{id}" in letter
    assert letters(firm, "tom") == letters(firm, "bob") == []
    # A plugin that cannot say what is new keeps nobody from hearing of what comes after.
    plugins = dict(firm.office.plugins)

    def fail(*_given: object) -> str:
        raise RuntimeError("nasty")

    firm.office.plugins = {**plugins, "attachments": replace(plugins["attachments"], news_outside=fail)}
    laid_down(PDF + b"3", "unspoken.pdf")
    assert len(letters(firm, "ann")) == 1
    firm.office.plugins = plugins
    laid_down(PDF + b"4", "plan.pdf")
    assert [("plan.pdf" in each) for each in letters(firm, "ann")] == [False, True]


def test_programs_of_customers_send_files_and_fetch_them(firm: Firm, surf: Open) -> None:
    client, at = firm.app.test_client(), f"/api/v1/portal/orders/{firm.ids['acme 1']}/files"

    def by(who: str) -> dict[str, str]:
        with firm.as_(who) as work:
            return {"Authorization": f"Bearer {tokens.create_own_token(work)}", "Accept-Language": "en"}

    ann, bob = by("ann"), by("bob")
    assert client.get(at, headers=ann).get_json() == {"items": []}
    files = [(io.BytesIO(b"%PDF-1.4 plan"), "plan.pdf"), (io.BytesIO(b"text"), "words.txt")]
    made = client.post(at, headers=ann, data={"files": files, "note": "As we said"})
    assert made.status_code == 201, made.text
    assert [each["name"] for each in made.get_json()["items"]] == ["plan.pdf", "words.txt"]
    listed = client.get(at, headers=ann).get_json()["items"]
    facts = [(each["name"], each["size"], each["version"]) for each in listed]
    assert facts == [("plan.pdf", 13, 1), ("words.txt", 4, 1)]
    content = client.get(listed[0]["url"], headers=ann)
    assert content.data == b"%PDF-1.4 plan" and content.headers["X-Content-Type-Options"] == "nosniff"
    with firm.as_("ada") as work:
        upload = next(each for each in browse(work, TALKS, Query()).items if each.category == "upload")
    assert upload.values["text"] == "As we said" and upload.values["outside"]
    for name, given, status in (("a.exe", b"MZ", 422), ("a.pdf", b"<html>", 422)):
        wrong = client.post(at, headers=ann, data={"files": [(io.BytesIO(given), name)]})
        assert wrong.status_code == status and "files" in wrong.get_json()["errors"]
    assert client.post(at, headers=ann, data={}).status_code == 422
    elsewhere = f"/api/v1/portal/orders/{firm.ids['bolt 1']}/files"
    for path in (at, listed[0]["url"], f"{elsewhere}/{listed[0]['id']}/content"):
        assert client.get(path, headers=bob).status_code == 404
    assert client.post(at, headers=bob, data={"files": [(io.BytesIO(b"x"), "x.txt")]}).status_code == 404
    assert len(attachments(firm)) == 2
