"""What axe finds wrong on a page: asked by all journeys in one way, of a page at rest."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What goes on for ever, such as the line which shows that something is being asked for, is not waited for.
_AT_REST = """() => document.getAnimations().every((each) => each.playState !== "running"
  || each.effect.getComputedTiming().endTime === Infinity)"""
# In milliseconds: what is wrong for longer than it takes to draw a page anew is wrong.
_A_MOMENT = 300


def axe(page: Page, context: str | None = None) -> list[str]:
    """The rules that a page (or the part `context`) breaks, each with the first element that does.

    Colours on their way from one to another are nobody's to judge, so it is waited until nothing moves any more, and
    what is found must still be there a moment later.
    """
    found = _judged(page, context)
    if found:
        page.wait_for_timeout(_A_MOMENT)
        found = _judged(page, context)
    return found


def _judged(page: Page, context: str | None) -> list[str]:
    page.wait_for_function(_AT_REST)
    broken = Axe().run(page, context=context).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in broken]
