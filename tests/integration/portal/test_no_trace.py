"""Twin worlds of the portal: what a guest may not see changes, and no answer of the portal changes with it."""

import io
import re
from collections.abc import Callable, Iterator

import openpyxl

from kartoteka.platform.sdk import Bearer, change, create, remove
from kartoteka.platform.services import tokens
from kartoteka.plugins.portal.design import TALKS
from tests.integration.portal.conftest import Browser, Firm

Open = Callable[..., Browser]
VARYING = re.compile(r'csrf_token" value="[^"]+"|X-CSRFToken": "[^"]+"|name="once" value="[^"]+"')


def addresses(firm: Firm) -> Iterator[str]:
    """Every page of the portal, in every order and with whatever might tell something by what it finds."""
    yield from ("/portal", "/portal/my-data", "/portal/orders/new")
    for word in ("", "hush", "acme", "77", "order"):
        yield f"/portal/orders?q={word}"
    for sort in (
        "title",
        "-title",
        "state",
        "-total",
        "costs",
        "whisper",
        "updated_at",
        "-created_at",
        "version",
    ):
        yield f"/portal/orders?sort={sort}"
    for show in ("received", "waiting", "0", "7", "nothing"):
        yield f"/portal/orders?show={show}"
    for order in ("acme 1", "acme 2", "bolt 1"):
        yield f"/portal/orders/{firm.ids[order]}"
        yield f"/portal/orders/{firm.ids[order]}/edit"
    yield f"/portal/contacts/{firm.ids['ann']}"
    yield f"/portal/companies/{firm.ids['acme']}"


def told(firm: Firm, visitor: Browser, secret: str) -> dict[str, tuple[int, str]]:
    """All answers, as pages, as a spreadsheet and over the API."""
    found = {}
    for address in addresses(firm):
        answer = visitor.get(address)
        found[address] = answer.status_code, VARYING.sub("", answer.text)
    book = openpyxl.load_workbook(io.BytesIO(visitor.get("/portal/orders/export?sort=title").data))
    found["export"] = 200, repr([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])
    headers = {"Authorization": f"Bearer {secret}"}
    client = firm.app.test_client()
    for path in ("", "/orders", "/orders?q=hush", "/orders?sort=costs", f"/orders/{firm.ids['acme 1']}",
                 f"/orders/{firm.ids['acme 1']}/talk", f"/orders/{firm.ids['bolt 1']}"):  # fmt: skip
        answer = client.get(f"/api/v1/portal{path}", headers=headers)
        found[f"api {path}"] = answer.status_code, answer.text
    return found


def test_nothing_hidden_leaves_a_trace(firm: Firm, surf: Open) -> None:
    now = firm.office.clock()
    firm.office.clock = lambda: now
    for who in ("ann", "tom"):
        mine = surf(who)
        with firm.as_(who) as work:
            secret = tokens.create_own_token(work)
        told(firm, mine, secret)
        before = told(firm, mine, secret)
        _change_what_is_hidden(firm, who)
        after = told(firm, mine, secret)
        assert {name for name in before if before[name] != after[name]} == set()
        assert sum(status == 200 for status, _text in before.values()) >= 25
        assert not any("hush" in text and "?q=hush" not in name for name, (_status, text) in before.items())


def _change_what_is_hidden(firm: Firm, who: str) -> None:
    """Internal sections, what belongs to the other customer, who handles what, and everything that staff keep."""
    with firm.as_("ada") as work:
        for order in ("acme 1", "acme 2"):
            on = Bearer("orders", firm.ids[order])
            change(work, "orders", firm.ids[order], {"costs": "991", "whisper": f"hush {who} once more"})
            create(work, "_notes", {"text": "hush, a note"}, on=on)
            create(work, "_tasks", {"title": "hush, a task"}, on=on)
        change(work, "companies", firm.ids["acme"], {"rank": 3})
        change(work, "orders", firm.ids["bolt 1"], {"subject": f"Acme order for {who}", "state": "waiting"})
        create(work, "orders", {"subject": "Acme order 9", "company": firm.ids["bolt"], "state": "waiting"})
        theirs = Bearer("orders", firm.ids["bolt 1"])
        said = {"text": "hush, to the other one", "outside": True, "state": "open"}
        item = create(work, TALKS, said, category="comment", on=theirs)
        create(work, TALKS, {"text": "x", "verdict": "waiting"}, category="approval", on=theirs)
        change(work, TALKS, item.id, {"state": "done", "assignee": [work.actor.user_id]})
        gone = create(work, "orders", {"subject": "Acme gone", "company": firm.ids["bolt"]})
        remove(work, "orders", gone.id)
