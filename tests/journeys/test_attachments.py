"""Files in a real browser: dropped, pasted, taken with a phone, seen, renewed, brought back; and hostile ones."""

import base64
import re
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from kartoteka.platform.sdk import Bearer, create
from kartoteka.platform.services import modelling
from kartoteka.platform.services.worker import Worker
from tests.servers.axe import axe
from tests.servers.browsers import NARROW
from tests.servers.sites import Site
from tests.unit.attachments.corpus import HOSTILE, OF_THE_VIEWER, PNG

ComeIn = Callable[..., Page]
DROP = """([name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  const place = document.querySelector('%s');
  for (const kind of ['dragover', 'drop'])
    place.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
PASTE = """(content) => {
  const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
  document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...


def grant(firm: Firm, **sections: str) -> None:
    body: dict[str, Any] = {
        "rights": ["view", "create", "edit", "delete"],
        "sections": {"basic": "edit", **sections},
    }
    with firm.site.office.begin_system(design=True) as work:
        modelling.set_grant(work, "reader", "companies", body)


def fits(page: Page) -> bool:
    """Whether nothing sticks out beside the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def base(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_files_are_dropped_seen_renewed_and_brought_back(firm: Firm, come_in: ComeIn) -> None:
    grant(firm, attachments="edit")
    rytec = firm.create("companies", name="Rytec")
    page = come_in("rita", f"/r/companies/{rytec}")
    page.get_by_role("link", name="Attachments", exact=True).last.click()
    expect(page.get_by_role("heading", name="No file yet")).to_be_visible()
    assert axe(page) == []

    page.locator("#files [data-files][multiple]").set_input_files(
        [
            {"name": "smlouva.txt", "mimeType": "text/plain", "buffer": "Příliš žluťoučký".encode()},
            {"name": "plot.png", "mimeType": "image/png", "buffer": PNG},
        ]
    )
    expect(page.locator(".file-row")).to_have_count(2)
    page.get_by_label("Into the folder").fill("Offers")
    page.evaluate(DROP % ".file-drop", ["offer.txt", "text/plain", base(b"an offer")])
    expect(page.locator(".file-row")).to_have_count(3)
    expect(page.get_by_role("heading", name="Offers")).to_be_visible()
    page.get_by_label("Into the folder").fill("")
    page.evaluate(PASTE, base(PNG))
    expect(page.locator(".file-row")).to_have_count(4)
    expect(page.locator(".file-row", has_text="image 2")).to_have_count(1)
    Worker(firm.site.office).run_once()

    page.get_by_role("button", name="smlouva.txt").click()
    dialog = page.locator("dialog#dialog[open]")
    expect(dialog.locator("pre")).to_have_text("Příliš žluťoučký")
    dialog.get_by_label("What is new in the next version").fill("Signed")
    dialog.locator("[data-files]").set_input_files(
        {"name": "smlouva2.txt", "mimeType": "text/plain", "buffer": b"signed by both"}
    )
    expect(dialog.locator("pre")).to_have_text("signed by both")
    expect(dialog.locator(".file-versions li")).to_have_count(2)
    expect(dialog.locator(".file-versions li").first).to_contain_text("Signed")
    assert axe(page) == []
    dialog.get_by_role("button", name="Restore").click()
    expect(page.locator(".file-row", has_text="smlouva.txt")).to_contain_text("version 3")
    page.get_by_role("button", name="smlouva.txt").click()
    expect(dialog.locator("pre")).to_have_text("Příliš žluťoučký")
    dialog.get_by_label("Folder").fill("Contracts")
    dialog.get_by_label("Tags").fill("signed, 2026")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Contracts")).to_be_visible()
    expect(page.locator(".file-row", has_text="smlouva.txt").locator(".chip")).to_have_count(2)

    page.get_by_role("button", name="plot.png").click()
    expect(dialog.locator(".file-preview img")).to_be_visible()
    assert page.evaluate("document.querySelector('.file-preview img').naturalWidth") == 1
    dialog.get_by_role("button", name="Remove").click()
    expect(page.locator(".file-row")).to_have_count(3)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".file-row")).to_have_count(4)
    page.get_by_label("Find in names and contents").fill("offer")
    expect(page.locator(".file-row")).to_have_count(1)
    with page.expect_download() as found:
        page.locator(".file-row").get_by_role("link", name="Download").click()
    assert found.value.suggested_filename == "offer.txt"


def test_a_phone_takes_a_picture_and_the_line_breaks(firm: Firm, come_in: ComeIn) -> None:
    grant(firm, attachments="edit")
    rytec = firm.create("companies", name="Rytec")
    page = come_in("rita", f"/r/companies/{rytec}/tab/attachments")
    page.set_viewport_size(NARROW)
    assert fits(page)
    broken: list[str] = []

    def cut(route: Any) -> None:
        if broken:
            route.continue_()
        else:
            broken.append(route.request.url)
            route.abort()

    page.route("**/attachments/uploads/*/0", cut)
    page.locator("#files [data-files][capture]").set_input_files(
        {"name": "IMG_1.png", "mimeType": "image/png", "buffer": PNG}
    )
    expect(page.locator(".file-row", has_text="IMG_1.png")).to_be_visible(timeout=15_000)
    assert broken
    assert fits(page)
    page.get_by_role("button", name="IMG_1.png").click()
    expect(page.locator("dialog#dialog[open] .file-preview img")).to_be_visible()
    assert axe(page) == []
    assert fits(page)


def test_files_lie_on_what_was_said_noted_and_asked_for(firm: Firm, come_in: ComeIn) -> None:
    grant(firm, attachments="edit", activities="edit", tasks="edit", notes="edit")
    rytec = firm.create("companies", name="Rytec")
    on = Bearer("companies", rytec)
    with firm.site.office.begin(firm.ids["rita"], write=True) as work:
        create(work, "_activities", {"text": "They want a new roof"}, category="call", on=on)
        create(work, "_notes", {"text": "The gate is behind the house"}, on=on)
        task = create(work, "_tasks", {"title": "Draw the roof"}, on=on).id
        create(work, "_task_comments", {"text": "Slate, please", "task": task})
    page = come_in("rita", f"/r/companies/{rytec}/tab/activities")
    happening = page.locator(".happening", has_text="new roof")
    happening.locator("[data-files]:not([capture])").set_input_files(
        {"name": "roof.txt", "mimeType": "text/plain", "buffer": b"measured by Jonas"}
    )
    chip = happening.get_by_role("button", name="roof.txt")
    expect(chip).to_be_visible(timeout=15_000)
    chip.click()
    dialog = page.locator("dialog#dialog[open]")
    expect(dialog.locator(".file-text")).to_contain_text("measured by Jonas")
    dialog.get_by_label("Name").fill("roof, measured.txt")
    dialog.get_by_role("button", name="Save").click()
    expect(happening.get_by_role("button", name="roof, measured.txt")).to_be_visible()
    assert axe(page) == []

    page.goto(f"{firm.site.url}/notes")
    page.evaluate(DROP % ".note-card .file-drop", ["gate.png", "image/png", base(PNG)])
    expect(page.locator(".note-card").get_by_role("button", name="gate.png")).to_be_visible(timeout=15_000)

    page.set_viewport_size(NARROW)
    page.goto(f"{firm.site.url}/tasks/{task}")
    page.evaluate(PASTE, base(PNG))
    expect(page.locator(".task-files").get_by_role("button", name="image 20")).to_be_visible(timeout=15_000)
    comment = page.locator(".task-comments article")
    comment.locator("[data-files][capture]").set_input_files(
        {"name": "slate.png", "mimeType": "image/png", "buffer": PNG}
    )
    expect(comment.get_by_role("button", name="slate.png")).to_be_visible(timeout=15_000)
    expect(page.locator(".task-files .file-chip")).to_have_count(1)
    assert fits(page)
    assert axe(page) == []
    comment.get_by_role("button", name="slate.png").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(comment.get_by_role("button", name="slate.png")).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(comment.get_by_role("button", name="slate.png")).to_be_visible()


def test_an_admin_lays_down_folders(firm: Firm, come_in: ComeIn) -> None:
    rytec = firm.create("companies", name="Rytec")
    page = come_in("ana", "/admin/plugins/attachments")
    page.get_by_role("link", name="Open", exact=True).click()
    line = page.locator(".folder-line").first
    line.get_by_label("Name").fill("Invoices")
    line.get_by_label("Section").select_option("companies/finance")
    line.get_by_label("Endings").fill("pdf, .TXT")
    line.get_by_label("Largest").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".folder-line .error")).to_contain_text("whole number")
    assert axe(page) == []
    page.locator(".folder-line").first.get_by_label("Largest").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".folder-line").first.get_by_label("Endings")).to_have_value("pdf txt")
    page.set_viewport_size(NARROW)
    assert fits(page)
    page.goto(f"{firm.site.url}/r/companies/{rytec}/tab/attachments")
    folder = page.locator(".file-group", has_text="Invoices")
    expect(folder).to_contain_text("Finance")
    with page.expect_file_chooser() as chooser:
        folder.get_by_role("button", name="Add here").click()
    chooser.value.set_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    expect(folder.locator(".file-row")).to_have_count(1)
    with page.expect_download() as found:
        page.get_by_role("link", name="Download all").click()
    assert found.value.suggested_filename == "Rytec.zip"


def test_a_version_is_marked_worked_on_and_given_away_by_a_link(firm: Firm, come_in: ComeIn) -> None:
    grant(firm, attachments="read")
    rytec = firm.create("companies", name="Rytec")
    page = come_in("ana", f"/r/companies/{rytec}/tab/attachments")
    page.locator("#files [data-files][multiple]").set_input_files(
        {"name": "smlouva.txt", "mimeType": "text/plain", "buffer": b"a contract"}
    )
    page.get_by_role("button", name="smlouva.txt").click()
    dialog, row = page.locator("dialog#dialog[open]"), page.locator(".file-row", has_text="smlouva.txt")
    dialog.get_by_role("group", name="Mark version 1").get_by_role("button", name="Sent").click()
    expect(dialog.locator(".file-mark", has_text="Sent")).to_contain_text("Ana")
    dialog.get_by_role("group", name="Mark version 1").get_by_role("button", name="Signed").click()
    expect(dialog.locator(".file-mark")).to_have_count(2)
    dialog.get_by_role("button", name="Take “Sent” back").click()
    expect(dialog.locator(".file-mark", has_text="taken back")).to_have_count(1)
    dialog.get_by_role("button", name="I am working on it").click()
    expect(dialog.locator(".file-busy")).to_contain_text("You have been working on it since")
    expect(row).to_contain_text("Ana Adminová is working on it")
    expect(row.locator(".chip.violet")).to_have_text("Signed")

    dialog.get_by_label("For whom").fill("The bank")
    dialog.get_by_label("For how long").select_option("30")
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_label("The link is shown only now")).to_have_value(re.compile("/shared/"))
    link = dialog.get_by_label("The link is shown only now").input_value()
    assert axe(page) == []
    page.set_viewport_size(NARROW)
    assert fits(page) and dialog.evaluate("each => each.scrollWidth <= each.clientWidth")

    browser = page.context.browser
    assert browser is not None
    outside = browser.new_context(viewport=NARROW).new_page()
    outside.goto(firm.site.url + urlsplit(link).path)
    expect(outside.get_by_role("heading", name="smlouva.txt")).to_be_visible()
    assert fits(outside) and axe(outside) == []
    with outside.expect_download() as found:
        outside.get_by_role("link", name="Download").click()
    assert found.value.suggested_filename == "smlouva.txt"

    page.keyboard.press("Escape")
    page.get_by_role("button", name="smlouva.txt").click()
    expect(dialog.locator(".file-links li").first).to_contain_text("opened 1 time")
    dialog.get_by_role("button", name="Take the link “The bank” back").click()
    expect(dialog.locator(".file-links li").first).to_contain_text("taken back")
    outside.reload()
    expect(outside.get_by_role("heading", name="smlouva.txt")).to_have_count(0)
    outside.context.close()

    reader = come_in("rita", f"/r/companies/{rytec}/tab/attachments")
    expect(reader.locator(".file-row")).to_contain_text("Ana Adminová is working on it")
    reader.get_by_role("button", name="smlouva.txt").click()
    expect(reader.locator("dialog#dialog[open] .file-mark")).to_have_count(2)
    for name in ("I am working on it", "Release", "Make a link", "Signed"):
        expect(reader.locator("dialog#dialog[open]").get_by_role("button", name=name)).to_have_count(0)


def test_an_admin_sees_what_takes_the_space(firm: Firm, come_in: ComeIn) -> None:
    rytec = firm.create("companies", name="Rytec")
    page = come_in("ana", "/admin/attachments/usage")
    expect(page.get_by_role("heading", name="No file yet")).to_be_visible()
    page.goto(f"{firm.site.url}/r/companies/{rytec}/tab/attachments")
    page.locator("#files [data-files][multiple]").set_input_files(
        {"name": "big.txt", "mimeType": "text/plain", "buffer": b"x" * 5000}
    )
    expect(page.locator(".file-row")).to_have_count(1)
    page.goto(f"{firm.site.url}/admin/attachments")
    page.get_by_role("link", name="Space for files").click()
    expect(page.get_by_role("row", name="Companies")).to_contain_text("5 kB")
    expect(page.get_by_role("link", name="big.txt")).to_be_visible()
    quota = page.locator("input[name=quota-reader]")
    quota.fill("much")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("form .error")).to_contain_text("whole number")
    page.locator("input[name=quota-reader]").fill("100")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("quotas are saved")
    expect(page.locator("input[name=quota-reader]")).to_have_value("100")
    assert axe(page) == []
    page.set_viewport_size(NARROW)
    assert fits(page)


def test_whoever_may_only_read_sends_nothing(firm: Firm, come_in: ComeIn) -> None:
    grant(firm, attachments="read")
    rytec = firm.create("companies", name="Rytec")
    page = come_in("rita", f"/r/companies/{rytec}/tab/attachments")
    expect(page.get_by_role("heading", name="No file yet")).to_be_visible()
    expect(page.locator("[data-files]")).to_have_count(0)


def test_no_script_of_any_file_runs(firm: Firm, come_in: ComeIn) -> None:
    """Each hostile file is opened by its address, in the dialog, and as a frame and a script of our own page."""
    grant(firm, attachments="edit")
    rytec = firm.create("companies", name="Rytec")
    page = come_in("rita", f"/r/companies/{rytec}/tab/attachments")
    ran: list[str] = []
    page.context.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.context.expose_binding("caught", lambda _source, what: ran.append(str(what)))
    files = [{"name": name, "mimeType": "text/html", "buffer": content} for name, content in HOSTILE.items()]
    page.locator("#files [data-files][multiple]").set_input_files(files)
    expect(page.locator(".file-row")).to_have_count(len(files), timeout=60_000)
    expect(page.locator(".file-progress li")).to_have_count(0)
    addresses = page.locator(".file-row [download]").evaluate_all(
        "links => links.map((each) => each.href.replace('?save=1', ''))"
    )
    tab = page.context.new_page()
    for address in addresses:
        answer = page.context.request.get(address)
        headers = answer.headers
        inline = headers["content-disposition"].startswith("inline")
        assert headers["x-content-type-options"] == "nosniff"
        if not inline:
            assert headers["content-type"] == "application/octet-stream"
            continue
        tab.goto(address)
        assert (
            tab.evaluate("window.origin") != firm.site.url
            or answer.headers["content-type"] == "application/pdf"
        )
    tab.goto(f"{firm.site.url}/r/companies/{rytec}")
    tab.evaluate(
        """async (addresses) => {
          for (const address of addresses) {
            const script = document.createElement('script');
            script.src = address;
            document.body.append(script);
            await new Promise((done) => { script.onload = script.onerror = done; });
          }
        }""",
        addresses,
    )
    for name in ("evil.svg", "evil.html"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator("dialog#dialog[open] pre")).to_contain_text("script")
        page.keyboard.press("Escape")
    assert set(ran) <= {OF_THE_VIEWER}
    assert page.evaluate("window.evil === undefined") and tab.evaluate("window.evil === undefined")
