"""Two designers at once: what a form was opened on is compared with what is there when it comes back."""

import hashlib
from typing import Any

from kartoteka.platform.kernel.errors import Conflict
from kartoteka.platform.kernel.tables import canonical_json
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import design_facts, designs
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.looks import moment_text


def mark(document: Any) -> str:
    """This function will give a short mark of a document; another document has another mark."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()[:16]


def insist(work: Work, document: Any, seen: str, name: str, part: tuple[str, str, str] | None = None) -> None:
    """This function will refuse a form that was opened on something else than what is there now.

    `part` (the registry, the kind of part, its key) lets it say who has changed this very part, and what of it.

    :raises Conflict: with who has changed the design last; the form keeps what was typed.
    """
    if not seen or seen == mark(document):
        return
    mine = design_facts.last_change(work, *part) if part else None
    last = mine or next(iter(designs.past(work, limit=1)), None)
    who = last.by if last else _("Somebody")
    when = moment_text(last.at, work.actor.locale, work.now) if last else ""
    when += f": {', '.join(mine.what)}" if mine and mine.what else ""
    raise Conflict(
        _(
            "“{name}” has been changed meanwhile ({who}, {when}). What you typed is still here;"
            " saving once more puts it in the place of theirs.",
            name=name,
            who=who,
            when=when,
        )
    )
