"""What guests are shown and do: lists, records, progress, requests, talks, approvals, proposals; and who answers."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import openpyxl
from sqlalchemy import event

from kartoteka.platform.sdk import (
    Query,
    browse,
    change,
    change_plugin,
    create,
    create_role,
    create_user,
    fetch,
    history,
    settings_of,
)
from kartoteka.platform.services import modelling, tokens
from kartoteka.platform.services.worker import Worker
from kartoteka.plugins.portal.design import NEWS, TALKS
from kartoteka.plugins.portal.tables import Matter
from tests.integration.portal.conftest import PASSWORD, Browser, Firm

Open = Callable[..., Browser]


def letters(firm: Firm) -> list[str]:
    """What the workers send out, oldest first: to whom, what about, and the text."""
    Worker(firm.office).run_once()
    folder = firm.office.settings.data / "mail"
    found = sorted(folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
    return [each.read_text() for each in found]


def written_to(firm: Firm, who: str) -> list[str]:
    return [each for each in letters(firm) if f"{who}@example.com" in each.partition("\n\n")[0]]


def items(firm: Firm, **values: str) -> list[dict[str, object]]:
    with firm.as_("ada") as work:
        found = browse(work, TALKS, Query(sort="id", page_size=100)).items
        told = [{"category": each.category, "id": each.id, **each.values} for each in found]
    return [each for each in told if all(each[key] == value for key, value in values.items())]


def test_a_list_is_searched_narrowed_ordered_and_taken_out(firm: Firm, surf: Open) -> None:
    ann = surf("ann")
    with firm.as_("ada") as work:
        change(work, "orders", firm.ids["acme 2"], {"state": "working"})
    page = ann.get("/portal/orders").text
    assert "Acme order 1" in page and "Bolt" not in page and "hush" not in page
    assert "Acme order 1" not in ann.get("/portal/orders?show=working").text
    assert "Acme order 2" not in ann.get("/portal/orders?q=order+1").text
    lines = ann.get("/portal/orders?sort=-title").text
    assert lines.index("Acme order 2") < lines.index("Acme order 1")
    lines = ann.get("/portal/orders?sort=title").text
    assert lines.index("Acme order 1") < lines.index("Acme order 2")
    for hidden in ("costs", "-whisper", "updated_at", "nothing"):
        assert ann.get(f"/portal/orders?sort={hidden}").status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(ann.get("/portal/orders/export").data)).active
    assert sheet is not None
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert "Acme order 1" in cells and not any("hush" in cell or "Bolt" in cell for cell in cells)
    assert "Total" in surf("ann").get("/portal/orders").text
    assert "Total" not in surf("tom").get("/portal/orders").text


def test_a_record_shows_how_far_it_is_and_nothing_that_is_hidden(firm: Firm, surf: Open) -> None:
    address = f"/portal/orders/{firm.ids['acme 1']}"
    with firm.as_("ada") as work:
        change(work, "orders", firm.ids["acme 1"], {"state": "working", "whisper": "hush again"})
    ann, tom = surf("ann"), surf("tom")
    page = ann.get(address).text
    steps = [
        page.index(f'<span class="step">{name}</span>') for name in ("Received", "Working", "Waiting", "Done")
    ]
    assert steps == sorted(steps) and 'class="now" aria-current="step"' in page
    assert '<span class="step">Cancelled</span>' not in page and "hush" not in page and "CZK" in page
    assert "CZK" not in tom.get(address).text
    assert "Acme" in page and f"/r/companies/{firm.ids['acme']}" not in page
    with firm.as_("ada") as work:
        change(work, "orders", firm.ids["acme 1"], {"state": "cancelled"})
    page = ann.get(address).text
    assert 'class="step"' not in page and "Cancelled" in page


def test_home_tells_what_has_changed_and_what_waits_but_nothing_hidden(firm: Firm, surf: Open) -> None:
    ann = surf("ann")
    assert ann.get("/portal").status_code == 200
    then = firm.office.clock
    firm.office.clock = lambda: then() + timedelta(hours=2)
    with firm.as_("ada") as work:
        change(work, "orders", firm.ids["acme 1"], {"state": "waiting"})
        change(work, "orders", firm.ids["acme 2"], {"whisper": "other", "costs": "5"})
    ann.enter("ann") if ann.get("/portal").status_code == 303 else None
    page = ann.get("/portal").text
    waits, since = page.split("Changed since last time")
    assert "Acme order 1" in waits and "Waiting" in waits
    assert "State: Waiting" in since and "Acme order 1" in since
    assert "Acme order 2" not in waits + since.split("</section>")[0]
    assert "Welcome <strong>here</strong>" in page


def test_a_request_is_kept_sent_once_confirmed_and_answered(firm: Firm, surf: Open) -> None:
    ann, sam = surf("ann"), surf("sam", door="/sign-in")
    form = "/portal/orders/new"
    assert ann.post(form, deed="keep", v__subject="Half").status_code == 303
    kept = ann.get(form).text
    assert 'value="Half"' in kept and "You began this" in kept
    assert 'value="Half"' not in surf("tom").get(form).text
    refused = ann.post(form, v__subject="", v__note="x")
    assert refused.status_code == 422 and "must be filled in" in refused.text
    sent = ann.post(form, v__subject="A new roof", v__note="Soon", v__costs="1", once="abc")
    assert sent.status_code == 303
    address = sent.headers["Location"]
    again = ann.post(form, v__subject="A new roof", once="abc")
    assert again.headers["Location"] == "/portal/orders"
    with firm.as_("ada") as work:
        made = browse(work, "orders", Query(q="roof")).items
        assert len(made) == 1
        assert [link.id for link in made[0].values["company"]] == [firm.ids["acme"]]
        assert [link.id for link in made[0].values["contact"]] == [firm.ids["ann"]]
        assert made[0].values["costs"] is None and made[0].values["state"] == "received"
        assert made[0].created_by.title == "Ann"
    assert 'value="Half"' not in ann.get(form).text
    confirmation = written_to(firm, "ann")
    assert len(confirmation) == 1 and "A new roof" in confirmation[0] and address in confirmation[0]
    assert surf("bob").get(address).status_code == 404

    inbox = sam.get("/from-customers").text
    assert "A new roof" in inbox and "New request" in inbox
    id = made[0].id
    assert ann.post(f"{address}/talk", form_at=address, text="When <b>please</b>?").status_code == 303
    assert "When &lt;b&gt;please&lt;/b&gt;?" in sam.get(f"/r/orders/{id}/tab/portal").text
    tab = f"/r/orders/{id}/tab/portal"
    assert (
        sam.post(f"/from-customers/on/orders/{id}/answer", form_at=tab, text="On Friday.").status_code == 303
    )
    assert "A new roof" not in sam.get("/from-customers").text
    assert "On Friday." in ann.get(address).text and "On Friday." in surf("tom").get(address).text
    told = written_to(firm, "ann")[1:]
    assert len(told) == 1 and "On Friday." in told[0]
    assert written_to(firm, "bob") == []
    assert [each["state"] for each in items(firm, category="request")] == ["done"]


def test_nobody_says_anything_where_it_is_not_his(firm: Firm, surf: Open) -> None:
    bob = surf("bob")
    for address in (f"/portal/orders/{firm.ids['acme 1']}", "/portal/orders/99999"):
        assert bob.post(f"{address}/talk", form_at="/portal/my-data", text="x").status_code == 404
    empty = bob.post(f"/portal/orders/{firm.ids['bolt 1']}/talk", form_at="/portal/my-data", text=" ")
    assert empty.status_code == 422
    sam = surf("sam", door="/sign-in")
    assert sam.post("/portal/orders/1/talk", form_at="/settings", text="x").status_code == 404
    assert items(firm) == []


def test_what_is_approved_is_kept_and_asked_for_again_once_it_changes(firm: Firm, surf: Open) -> None:
    id = firm.ids["acme 1"]
    sam, ann = surf("sam", door="/sign-in"), surf("ann")
    tab, address = f"/r/orders/{id}/tab/portal", f"/portal/orders/{id}"
    ann.get(address)
    assert (
        sam.post(f"/from-customers/on/orders/{id}/approval", form_at=tab, text="The price").status_code == 303
    )
    twice = sam.post(f"/from-customers/on/orders/{id}/approval", form_at=tab, text="The price")
    assert twice.status_code == 409
    assert "Waits for your approval" in ann.get("/portal").text
    assert "The price" in written_to(firm, "ann")[-1]
    (item,) = items(firm, category="approval")
    page = ann.get(address).text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer = f"{address}/approvals/{item['id']}"
    with firm.as_("ada") as work:
        change(work, "orders", id, {"total": "5000"})
    stale = ann.post(answer, form_at=address, verdict="accepted", seen=seen)
    assert stale.status_code == 409
    seen = ann.get(address).text.split('name="seen" value="')[1].split('"')[0]
    assert ann.post(answer, form_at=address, verdict="refused", seen=seen).status_code == 422
    assert (
        surf("bob").post(answer, form_at="/portal/my-data", verdict="accepted", seen=seen).status_code == 404
    )
    assert ann.post(answer, form_at=address, verdict="accepted", seen=seen).status_code == 303
    assert ann.post(answer, form_at=address, verdict="refused", reason="x", seen=seen).status_code == 409
    (item,) = items(firm, category="approval")
    with firm.as_("ada") as work:
        kept = work.session.get(Matter, item["id"])
        told = {name: text for _key, name, text in kept.seen} if kept else {}
    assert "5,000" in told["Total"] and "Whisper" not in told and item["by"][0].title == "Ann"  # type: ignore[index]
    with firm.as_("ada") as work:
        change(work, "orders", id, {"whisper": "nothing to her", "state": "working"})
    letters(firm)
    assert [each["verdict"] for each in items(firm, category="approval")] == ["accepted"]
    with firm.as_("ada") as work:
        change(work, "orders", id, {"total": "6000"})
    letters(firm)
    assert [each["verdict"] for each in items(firm, category="approval")] == ["outdated", "waiting"]


def test_what_was_seen_is_told_to_nobody_who_may_see_less(firm: Firm, surf: Open) -> None:
    """The technician of the customer and the service of the firm see no prices: nor in what the owner has approved."""
    id = firm.ids["acme 1"]
    tab, address = f"/r/orders/{id}/tab/portal", f"/portal/orders/{id}"
    with firm.design() as work:
        sections = {"basic": "edit", "progress": "edit", "portal": "edit"}
        grants = {"orders": {"rights": ["view", "edit"], "sections": sections}}
        create_role(work, {"key": "service", "name": "Service", "grants": grants})
        service = {"email": "eve@example.com", "name": "Eve", "roles": ["service"], "password": PASSWORD}
        create_user(work, service)
    sam, ann = surf("sam", door="/sign-in"), surf("ann")
    sam.post(f"/from-customers/on/orders/{id}/approval", form_at=tab, text="All of it")
    seen = ann.get(address).text.split('name="seen" value="')[1].split('"')[0]
    (item,) = items(firm, category="approval")
    answer = f"{address}/approvals/{item['id']}"
    assert ann.post(answer, form_at=address, verdict="accepted", seen=seen).status_code == 303
    for visitor, page in ((ann, address), (sam, tab)):
        kept = visitor.get(page).text.split("What was seen")[1].split("</details>")[0]
        assert "Acme order 1" in kept and "1,000" in kept
    for visitor, page in ((surf("tom"), address), (surf("eve", door="/sign-in"), tab)):
        text = visitor.get(page).text
        assert "Acme order 1" in text.split("What was seen")[1].split("</details>")[0]
        assert "1,000" not in text and "Total" not in text


def test_what_talks_are_about_is_in_no_exit_of_the_talks(firm: Firm, surf: Open) -> None:
    """Eve reads the talks over the API, and neither prices nor telephones: no field of a talk holds any."""
    with firm.design() as work:
        grants = {
            "orders": {"rights": ["view", "export"], "sections": {"basic": "read", "portal": "edit"}},
            "contacts": {
                "rights": ["view"],
                "sections": {"basic": "read", "portal": "edit"},
                "fields": {"phone": "hidden"},
            },
        }
        create_role(work, {"key": "service", "name": "Service", "grants": grants})
        service = {"email": "eve@example.com", "name": "Eve", "roles": ["service"], "password": PASSWORD}
        eve = create_user(work, service)
    id = firm.ids["acme 1"]
    sam, ann = surf("sam", door="/sign-in"), surf("ann")
    address = f"/portal/orders/{id}"
    sam.post(f"/from-customers/on/orders/{id}/approval", form_at=f"/r/orders/{id}/tab/portal", text="All")
    seen = ann.get(address).text.split('name="seen" value="')[1].split('"')[0]
    (item,) = items(firm, category="approval")
    answer = f"{address}/approvals/{item['id']}"
    assert ann.post(answer, form_at=address, verdict="accepted", seen=seen).status_code == 303
    assert ann.post("/portal/my-data", v__phone="+420 777 222 333").status_code == 303
    proposal = items(firm, category="proposal")[0]

    visitor = surf("eve", door="/sign-in")
    with firm.office.begin(eve.id, write=True) as work:
        told = [each.values for each in browse(work, TALKS, Query()).items]
        assert (
            len(told) == 2 and "777" not in str(told) and "1,000" not in str(told) and seen not in str(told)
        )
        past = [str(history.entries(work, TALKS, int(str(each["id"])))) for each in (item, proposal)]
        assert not any("777" in each or "1,000" in each or seen in each for each in past)
    inbox = visitor.get("/from-customers").text
    assert "A detail that you do not see" in inbox and "777" not in inbox and "Phone" not in inbox
    assert (
        visitor.post(f"/from-customers/{proposal['id']}/accept", form_at="/from-customers").status_code == 403
    )
    assert "222 333" in sam.get("/from-customers").text and "Phone" in sam.get("/from-customers").text


def test_a_proposed_change_is_accepted_or_refused_detail_by_detail(firm: Firm, surf: Open) -> None:
    ann, sam = surf("ann"), surf("sam", door="/sign-in")
    page = "/portal/my-data"
    wrong = ann.post(page, v__phone="not a number")
    assert wrong.status_code == 422
    assert ann.post(page, v__phone="+420 777 222 333", v__name="Eve").status_code == 303
    assert ann.post(page, v__phone="+420 777 222 444").status_code == 303
    with firm.as_("ada") as work:
        assert fetch(work, "contacts", firm.ids["ann"]).values["phone"] == "+420777000111"
        assert fetch(work, "contacts", firm.ids["ann"]).values["name"] == "Ann"
    proposals = items(firm, category="proposal")
    assert [each["verdict"] for each in proposals] == ["outdated", "waiting"]
    deal = f"/from-customers/{proposals[1]['id']}"
    assert "777 222 444" in sam.get("/from-customers").text
    assert ann.post(f"{deal}/accept", form_at=page).status_code == 404
    assert sam.post(f"{deal}/accept", form_at="/from-customers").status_code == 303
    assert sam.post(f"{deal}/refuse", form_at="/from-customers").status_code == 409
    with firm.as_("ada") as work:
        assert fetch(work, "contacts", firm.ids["ann"]).values["phone"] == "+420777222444"
    assert "Changed as you proposed" in written_to(firm, "ann")[-1]


def test_state_changes_are_written_to_those_who_follow_and_want_it(firm: Firm, surf: Open) -> None:
    id = firm.ids["acme 1"]
    for who in ("ann", "tom"):
        surf(who).get(f"/portal/orders/{id}")
    assert (
        surf("tom").post("/portal/my-data/settings", form_at="/portal/my-data", mail="0").status_code == 303
    )
    letters(firm)
    with firm.as_("sam") as work:
        change(work, "orders", id, {"state": "done"})
    assert len(written_to(firm, "ann")) == 1 and "State: Done" in written_to(firm, "ann")[0]
    assert written_to(firm, "tom") == [] and written_to(firm, "bob") == []


def test_what_was_opened_is_known_to_the_firm(firm: Firm, surf: Open) -> None:
    id = firm.ids["acme 1"]
    ann = surf("ann")
    for _time in range(3):
        ann.get(f"/portal/orders/{id}")
    page = surf("sam", door="/sign-in").get(f"/r/orders/{id}/tab/portal").text
    opened = page.split("Opened by")[1].split("</ul>")[0]
    assert opened.count("<li>") == 1 and "Ann" in opened
    assert "Owner</b>: Basic, Progress, Price" in page and "Technician</b>: Basic, Progress<" in page


def test_staff_see_which_details_customers_do_not(firm: Firm, surf: Open) -> None:
    id = firm.ids["acme 1"]
    with firm.design() as work:
        for role in ("owner", "technician"):
            grant = modelling.grant_of(work, role, "orders")
            body = {"rights": sorted(grant.rights), "rows": grant.rows, "sections": dict(grant.sections)}
            modelling.set_grant(work, role, "orders", {**body, "fields": {"note": "hidden"}})
    sam = surf("sam", door="/sign-in")
    page = sam.get(f"/r/orders/{id}").text
    told = [part for part in page.split('id="field-')[1:] if "Customers do not see this" in part]
    assert [part.split('"')[0] for part in told] == ["note"]
    assert "Owner</b>: Basic (without Note), Progress, Price" in sam.get(f"/r/orders/{id}/tab/portal").text


def test_numbers_that_are_none_and_cursors_of_nobody_are_refused(firm: Firm, surf: Open) -> None:
    ann = surf("ann")
    with firm.as_("ann") as work:
        headers = {"Authorization": f"Bearer {tokens.create_own_token(work)}"}
    program = firm.app.test_client()
    for odd in ("0", str(2**31), str(2**63), "9" * 25):
        assert ann.get(f"/portal/orders/{odd}").status_code == 404, odd
        assert ann.get(f"/attachments/{odd}/content").status_code == 404, odd
        assert program.get(f"/api/v1/portal/orders/{odd}", headers=headers).status_code == 404, odd
    for odd in ("x", "WyJhIl0", "9" * 25, "%00", "\u0661"):
        for asked in ("cursor", "show", "sort", "q"):
            page = ann.get("/portal/orders", query_string={asked: odd})
            told = program.get("/api/v1/portal/orders", query_string={asked: odd}, headers=headers)
            for answer in (page, told):
                assert answer.status_code in (200, 400, 422) and "Bolt" not in answer.text, (asked, odd)


def test_news_are_for_all_or_for_a_role_and_only_in_their_time(firm: Firm, surf: Open) -> None:
    with firm.as_("ada") as work:
        today = work.now.date()
        for title, more in {
            "For all": {},
            "For technicians": {"roles": "technician"},
            "Over": {"until": (today - timedelta(days=2)).isoformat()},
            "Later": {"since": (today + timedelta(days=3)).isoformat()},
        }.items():
            since = (today - timedelta(days=5)).isoformat()
            create(work, NEWS, {"title": title, "text": "x", "since": since, **more})
    ann, tom = surf("ann").get("/portal").text, surf("tom").get("/portal").text
    assert "For all" in ann and "For technicians" not in ann and "Over" not in ann and "Later" not in ann
    assert "For technicians" in tom


def test_a_window_that_nobody_has_designed_shows_what_the_role_may_see(firm: Firm, surf: Open) -> None:
    with firm.design() as work:
        change_plugin(work, "portal", {"settings": {"windows": {}}})
    ann = surf("ann")
    home = ann.get("/portal").text
    assert "/portal/orders" in home and "/portal/companies" in home and "/portal/contacts" not in home
    assert ann.get(f"/portal/companies/{firm.ids['acme']}").status_code == 200
    assert ann.get(f"/portal/companies/{firm.ids['bolt']}").status_code == 404


def test_switched_off_the_portal_is_not_there(firm: Firm, surf: Open) -> None:
    ann = surf("ann")
    with firm.design() as work:
        change_plugin(work, "portal", {"active": False})
    for address in ("/portal", "/portal/orders", "/portal/sign-in"):
        assert ann.get(address).status_code == 404


def test_the_designer_settles_pages_and_the_rights_stay_with_the_matrix(firm: Firm, surf: Open) -> None:
    ada = surf("ada", door="/sign-in")
    assert ada.post("/admin/portal/roles", form_at="/admin/portal", name="Partner").status_code == 303
    at = "/admin/portal/owner"
    assert ada.post(f"{at}/pages", form_at=at, deed="add", registry="companies").status_code == 303
    assert ada.post(f"{at}/pages", form_at=at, deed="up", registry="companies").status_code == 303
    page = f"{at}/pages/orders"
    given = {
        "names__en": "Our works",
        "columns": ["state"],
        "state": "state",
        "off": ["cancelled"],
        "talks": "1",
    }
    assert ada.post(page, **given).status_code == 303
    tile = {"deed": "add", "names__en": "To pay", "registry": "orders", "measure": "sum:total"}
    assert ada.post(f"{at}/tiles", form_at=at, **tile).status_code == 303
    contact = {"deed": "add", "name": "Jana of the firm", "phone": "+420 777 1", "about__en": "Orders"}
    assert ada.post(f"{at}/contacts", form_at=at, **contact).status_code == 303
    with firm.as_("ada") as work:
        window = settings_of(work, "portal")["windows"]["owner"]
    assert [each["registry"] for each in window["pages"]] == ["companies", "orders"]
    assert window["pages"][1]["form"] is None and window["pages"][1]["off"] == ["cancelled"]
    ann = surf("ann")
    home = ann.get("/portal").text
    assert home.index("/portal/companies") < home.index("/portal/orders") and "Our works" in home
    assert "To pay" in home and "3,000" in home and "Jana of the firm" in home
    assert ann.get("/portal/orders/new").status_code == 404
    tom = surf("tom").get("/portal").text
    assert "To pay" not in tom
    for address in (at, page, "/admin/portal"):
        assert surf("sam", door="/sign-in").get(address).status_code == 403
    assert ada.get("/admin/portal/seller").status_code == 404


def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(firm: Firm, surf: Open) -> None:
    ann = surf("ann")
    ann.get("/portal/orders")
    told: list[int] = []
    event.listen(firm.office.engine, "before_cursor_execute", lambda *_all: told.append(1))

    def asked() -> int:
        told.clear()
        assert ann.get("/portal/orders").status_code == 200
        return len(told)

    few = asked()
    with firm.as_("ada") as work:
        for n in range(20):
            create(work, "orders", {"subject": f"More {n}", "company": firm.ids["acme"]})
    asked()
    assert asked() == few <= 14


def test_amounts_are_added_up_over_everything_that_is_seen(firm: Firm, surf: Open) -> None:
    with firm.design() as work:
        windows = dict(settings_of(work, "portal")["windows"])
        for role in ("owner", "technician"):
            page = {**windows[role]["pages"][0], "on_home": True}
            windows[role] = {**windows[role], "pages": [page]}
        change_plugin(work, "portal", {"settings": {"windows": windows}})
    ann, tom = surf("ann"), surf("tom")

    def total(page: str) -> str:
        found = page.split('class="window-totals"')[1].split("</p>")[0]
        return re.sub(r"<[^>]+>|\s", "", found).partition(">")[2]

    assert total(ann.get("/portal/orders").text) == "Total:TotalCZK3,000.00"
    with firm.as_("ada") as work:
        change(work, "orders", firm.ids["acme 2"], {"state": "working"})
    assert total(ann.get("/portal/orders?show=working").text) == "Total:TotalCZK2,000.00"
    assert "window-totals" not in ann.get("/portal/orders?q=order+2").text
    home = ann.get("/portal").text
    assert total(home) == "Total:TotalCZK3,000.00" and "Acme order 2" in home.split("window-short")[1]
    for page in (tom.get("/portal").text, tom.get("/portal/orders").text):
        assert "window-totals" not in page and "3,000" not in page
    with firm.as_("ada") as work:
        change(work, "orders", firm.ids["acme 1"], {"total": "5000"})
    assert total(ann.get("/portal").text) == "Total:TotalCZK7,000.00", "always as it is now"
