"""A real Chromium for tests."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

from tests.servers.lacking import lacking

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Without these it asks for updates and for the addresses of its maker at every start.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Refused input answers 4xx on purpose, which Chromium reports as an error; and whoever leaves a page while a part of it
# is still on its way, or asks anew, breaks nothing, though htmx reports it, by two words for one request that was given
# up. What goes wrong is reported by other words: `htmx:sendError`, `htmx:responseError`, `htmx:swapError`.
USUAL = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
# In milliseconds: a machine that does other things beside is no fault of the page.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Chromium, shared by the tests of this process."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        lacking(request, "Chromium", "install the system's chromium (`make test` does where it may).")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, headless=True, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own in a window of its own; an error in its console fails the test."""
    context = browser.new_context(
        viewport=WIDE, locale="en-GB", timezone_id="Europe/Prague", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    faults: list[str] = []
    window = context.new_page()
    window.on("pageerror", lambda error: faults.append(str(error)))
    window.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield window
    context.close()
    unexpected = [fault for fault in faults if not any(usual in fault for usual in USUAL)]
    assert not unexpected, f"The page reported errors: {unexpected}"


def answered(page: Page) -> None:
    """Everything that was asked of the server has been answered and shown."""
    page.wait_for_function("() => !document.querySelector('.htmx-request')")


def tick(choice: Locator) -> None:
    """Tick a box or choose one of several by the keyboard: what is seen of it may still be moving to its place."""
    if not choice.is_checked():
        choice.press(" ")
    expect(choice).to_be_checked()


def drag(page: Page, handle: Locator, onto: Locator, *, across: float = 0.5, down: float = 0.5) -> None:
    """Take a thing by its handle and carry it onto another, so far across and down; the button is still held."""
    answered(page)
    handle.hover(force=True)
    page.mouse.down()
    goal = onto.bounding_box()
    assert goal is not None
    page.mouse.move(goal["x"] + goal["width"] * across, goal["y"] + goal["height"] * down, steps=8)
