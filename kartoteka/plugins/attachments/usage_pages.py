"""The page on which an admin sees what takes the space, and sets how much each person of a role may keep."""

from collections.abc import Mapping, Sequence

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Work,
    _,
    begin,
    change_plugin,
    go,
    label,
    needs,
    plural,
    render,
    settings_of,
    tell,
)
from kartoteka.plugins.attachments.faces import pages
from kartoteka.plugins.attachments.quotas import MEGABYTE
from kartoteka.plugins.attachments.saying import bytes_text
from kartoteka.plugins.attachments.usage import usage_of

MOST_MB = 100_000_000


@pages.page("/admin/attachments/usage", right=needs("design"))
def usage() -> str:
    """What takes the space."""
    with begin() as work:
        known = {each["role"]: str(each["mb"]) for each in settings_of(work, "attachments").get("quotas", ())}
        return _page(work, known, ())


@pages.page("/admin/attachments/usage", "POST", right=needs("design"))
def save_quotas() -> ResponseReturnValue:
    """The quotas of roles as they are to be from now on."""
    with begin(design=True) as work:
        typed = {key: request.form.get(f"quota-{key}", "").strip()[:20] for key in work.catalog.roles}
        wrong = [key for key, text in typed.items() if text and not _fits(text)]
        if wrong:
            return _page(work, typed, wrong), 422
        quotas = [{"role": key, "mb": int(text)} for key, text in typed.items() if text]
        change_plugin(work, "attachments", {"settings": {"quotas": quotas}})
    tell(_("The quotas are saved."))
    return go(url_for("attachments.usage"))


def _fits(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < 12 and 0 < int(text) <= MOST_MB


def _page(work: Work, typed: Mapping[str, str], wrong: Sequence[str]) -> str:
    language, found = work.actor.locale.language, usage_of(work)
    total = settings_of(work, "attachments").get("total_mb")
    room = int(total) * MEGABYTE if total is not None else 0
    return render(
        work, "attachments/usage.html", at="admin", usage=found, size=lambda number: bytes_text(number, language),
        room=room,
        broken=plural("One content is missing or damaged; run “kartoteka attachments check”.",
                      "{n} contents are missing or damaged; run “kartoteka attachments check”.", found.broken),
        share=min(100, round(100 * found.stored / room)) if room else None,
        roles=[(role.key, label(role, language), typed.get(role.key, ""), role.key in wrong)
               for role in work.catalog.roles.values() if not role.for_guests],
    )  # fmt: skip


__all__ = ["pages"]
