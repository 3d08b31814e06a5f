"""Tasks that are meant for customers: steps on the way of what is theirs, and nothing of all the others."""

from collections.abc import Callable

import pytest

from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.sdk import Bearer, Query, browse, change, count, create, fetch
from kartoteka.platform.services.worker import Worker
from tests.integration.portal.conftest import Browser, Firm

Open = Callable[..., Browser]


def test_customers_see_the_steps_that_are_meant_for_them(firm: Firm, surf: Open) -> None:
    id = firm.ids["acme 1"]
    address, on = f"/portal/orders/{id}", Bearer("orders", id)
    ann, bob = surf("ann"), surf("bob")
    assert "Steps" not in ann.get(address).text
    with firm.as_("sam") as work:
        step = {
            "title": "Frame is welded",
            "public": True,
            "due": "2031-05-04",
            "assignee": work.actor.user_id,
        }
        welded = create(work, "_tasks", step, on=on).id
        create(work, "_tasks", {"title": "Call them off", "public": True, "state": "cancelled"}, on=on)
        inner = create(work, "_tasks", {"title": "hush, margins", "due": "2031-05-01"}, on=on).id
    page = ann.get(address).text
    steps = page.split('class="window-steps"')[1].split("</ol>")[0]
    assert steps.count("<li") == 1 and "Frame is welded" in steps and "due" in steps and "2031" in steps
    assert "hush" not in page and "Sam" not in steps
    assert bob.get(address).status_code == 404
    with firm.as_("sam") as work:
        change(work, "_tasks", inner, {"state": "done"})
        change(work, "_tasks", welded, {"state": "done"})
    steps = ann.get(address).text.split('class="window-steps"')[1].split("</ol>")[0]
    assert '<li class="done">' in steps
    Worker(firm.office).run_once()
    (letter,) = [each.read_text() for each in (firm.office.settings.data / "mail").glob("*.eml")]
    assert "ann@example.com" in letter and "Done: Frame is welded" in letter and address in letter


def test_what_is_not_meant_for_them_is_not_there_by_any_way(firm: Firm) -> None:
    """The gate keeps it back, not the page: lists, counts, filters, order, single ones, what was said about it."""
    mine, theirs = Bearer("orders", firm.ids["acme 1"]), Bearer("orders", firm.ids["bolt 1"])
    with firm.as_("sam") as work:
        ids = [
            create(work, "_tasks", {"title": title, "public": public, "priority": priority}, on=on).id
            for title, public, priority, on in (
                ("open one", True, "low", mine),
                ("hush", False, "high", mine),
                ("hush too", None, "high", mine),
                ("of the other", True, "high", theirs),
            )
        ]
    with firm.as_("ann") as work:
        for sort in ("title", "-priority", "-updated_at"):
            assert [each.id for each in browse(work, "_tasks", Query(sort=sort)).items] == ids[:1]
        assert count(work, "_tasks", Query()) == 1
        high = {"field": "priority", "op": "eq", "value": "high"}
        assert browse(work, "_tasks", Query(filter=high)).items == []
        assert browse(work, "_tasks", Query(q="hush")).items == []
        for hidden in ids[1:]:
            with pytest.raises(NotFound), work.attempt():
                fetch(work, "_tasks", hidden)
    with firm.as_("sam") as work:
        change(work, "_tasks", ids[0], {"public": False})
    with firm.as_("ann") as work:
        assert browse(work, "_tasks", Query()).items == []
        with pytest.raises((NotFound, Invalid)), work.attempt():
            fetch(work, "_tasks", ids[0])
