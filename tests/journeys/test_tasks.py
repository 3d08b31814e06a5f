"""Tasks in a real browser: written down, ticked, moved over the board, seen in the month; on a technician's phone."""

from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Page, expect

from kartoteka.platform.services import modelling, records
from tests.servers.axe import axe
from tests.servers.browsers import NARROW
from tests.servers.sites import Site

ComeIn = Callable[..., Page]


class Firm(Protocol):
    """What these journeys need of the firm."""

    site: Site
    ids: dict[str, int]

    def create(self, registry: str, *, category: str | None = None, **values: object) -> int: ...


def fits(page: Page) -> bool:
    """Whether nothing sticks out beside the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_manager_sets_tasks_on_a_record_and_moves_them_over_the_board(firm: Firm, come_in: ComeIn) -> None:
    rytec = firm.create("companies", name="Rytec")
    page = come_in("ana", f"/r/companies/{rytec}/tab/tasks")
    page.get_by_label("What is to be done").fill("Send the offer")
    page.keyboard.press("Enter")
    expect(page.locator(".task")).to_have_count(1)
    expect(page.get_by_label("What is to be done")).to_have_value("")
    page.get_by_role("button", name="In detail").click()
    dialog = page.locator("dialog#dialog[open]")
    dialog.get_by_label("What", exact=True).fill("Read the meters")
    dialog.get_by_label("Due").fill("2027-01-31")
    dialog.get_by_label("Repeats").select_option(label="Every month")
    dialog.get_by_label("Checklist").fill("- [x] Hall\n- [ ] Roof")
    assert axe(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".task")).to_have_count(2)
    meters = page.locator(".task", has_text="Read the meters")
    expect(meters).to_contain_text("1/2")
    meters.get_by_role("checkbox").click()
    expect(
        page.locator("#tasks .task-group").first.locator(".task", has_text="Read the meters")
    ).to_contain_text("0/2")

    page.locator(".rail").get_by_role("link", name="Tasks").click()
    expect(page.locator(".rail a[aria-current] small")).to_have_text("2")
    assert axe(page) == []
    page.get_by_role("link", name="Board").click()
    page.get_by_role("button", name="One column on: Send the offer").click()
    column = page.locator(".task-column", has=page.get_by_role("heading", name="In progress"))
    expect(column.locator(".task-card")).to_have_count(1)
    card = column.locator(".task-card")
    waiting = page.locator(".task-column", has=page.get_by_role("heading", name="Waiting"))
    card.locator("[data-grip]").hover()
    page.mouse.down()
    waiting.locator(".task-cards").hover()
    waiting.locator(".task-cards").hover()
    page.mouse.up()
    expect(waiting.locator(".task-card")).to_have_count(1)
    assert axe(page) == []
    # A colleague has moved it since: what was meant on the old board is refused in words, and the board is drawn anew.
    with firm.site.office.begin(firm.ids["ana"], write=True) as work:
        moved = records.browse(work, "_tasks", records.Query(q="offer")).items[0].id
        records.change(work, "_tasks", moved, {"state": "open"})
    page.get_by_role("button", name="One column back: Send the offer").click()
    expect(page.locator(".toast", has_text="Ana Adminová has moved this task meanwhile")).to_be_visible()
    expect(waiting.locator(".task-card")).to_have_count(0)
    page.get_by_role("link", name="As a table").click()
    expect(page.get_by_role("link", name="Send the offer")).to_be_visible()
    assert {"Export", "Task"} <= set(page.locator(".head .acts > .btn").all_inner_texts())
    page.go_back()
    page.get_by_role("link", name="Calendar", exact=True).click()
    page.goto(f"{firm.site.url}/tasks?shape=calendar&month=2027-02")
    expect(page.locator("td", has_text="28").locator(".task-title").first).to_have_text("Read the meters")
    assert axe(page) == []


def test_a_technician_ticks_his_tasks_on_a_phone(firm: Firm, come_in: ComeIn) -> None:
    with firm.site.office.begin_system(design=True) as work:
        body = {"rights": ["view"], "sections": {"basic": "read", "tasks": "edit"}}
        modelling.set_grant(work, "reader", "companies", body)
    page = come_in("rita", "/tasks")
    page.set_viewport_size(NARROW)
    page.get_by_label("What is to be done").fill(
        "Fix the lift on the third floor, behind the door with the long name"
    )
    page.keyboard.press("Enter")
    task = page.locator(".task")
    expect(task).to_have_count(1)
    for shape in ("Board", "Calendar", "List"):
        chosen = page.get_by_role("link", name=shape, exact=True)
        chosen.click()
        expect(chosen).to_have_attribute("aria-current", "true")
        assert fits(page), shape
    task.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    expect(task).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(task).to_have_count(1)
    task.get_by_role("link", name="Fix the lift").click()
    page.get_by_role("button", name="Edit").click()
    dialog = page.locator("dialog#dialog[open]")
    dialog.get_by_label("Description").fill("The key is at the porter's.")
    dialog.get_by_label("Checklist").fill("Look at the ropes\nOil them")
    assert fits(page)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".task-prose")).to_have_text("The key is at the porter's.")
    page.get_by_role("checkbox", name="Look at the ropes").click()
    expect(page.get_by_role("checkbox", name="Look at the ropes")).to_be_checked()
    expect(page.locator(".task-list h2")).to_contain_text("1/2")
    page.get_by_label("Write a comment").press_sequentially("The ropes are worn, @an")
    page.get_by_role("option", name="Ana Adminová").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Write a comment")).to_have_value("The ropes are worn, @Ana Adminová ")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".task-comments")).to_contain_text("The ropes are worn, @Ana Adminová")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("button", name="Do not follow")).to_be_visible()
    assert fits(page)
    assert axe(page) == []

    page.goto(f"{firm.site.url}/tasks/calendar-link")
    page.get_by_role("button", name="Make the link").click()
    assert page.get_by_label("Your link.").input_value().startswith(f"{firm.site.url}/tasks/feed/")
    assert axe(page) == []
    page.get_by_role("button", name="Take the link back").click()
    expect(page.get_by_role("button", name="Make the link")).to_be_visible()
