"""Approvals: a customer says yes or no to exactly what he sees; what he saw is kept, and later changes ask again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Conflict,
    Invalid,
    Locale,
    Record,
    _,
    change,
    go,
    guests,
    tell,
)
from kartoteka.plugins.portal.design import (
    ACCEPTED,
    APPROVAL,
    OPEN,
    REFUSED,
    TALKS,
    WAITING,
)
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.matters import Frozen, keep_approved, matters, readable, seen_part
from kartoteka.plugins.portal.talking import LONGEST, kind, on, talks
from kartoteka.plugins.portal.visitors import Visit, nowhere, visiting

_PLAIN = Locale()


@dataclass(frozen=True)
class Asked:
    """One approval as it is shown."""

    id: int
    text: str
    verdict: str
    asked_by: str
    asked_at: datetime
    answered_by: str = ""
    answered_at: datetime | None = None
    reason: str = ""
    seen: Sequence[tuple[str, str]] = ()
    url: str = ""

    @property
    def waiting(self) -> bool:
        """Whether nobody has answered yet."""
        return self.verdict == WAITING


def frozen(visit: Visit, record: Record) -> Frozen:
    """This function will give what a guest sees of a record, to be approved: key, name, text.

    How far it is does not belong to it: that moves on after the approval.
    """
    moving = visit.page(record.registry).page.state
    return [
        (view.key, view.label, view.text)
        for _section, _name, views in visit.details(record)
        for view in views
        if view.key != moving
    ]


def digest_of(visit: Visit, record: Record) -> str:
    """This function will give the fingerprint of what a guest sees, the same in every language."""
    moving = visit.page(record.registry).page.state
    plain = []
    for _section, _name, views in visit.details(record):
        for view in views:
            view.locale = _PLAIN
            plain += [] if view.key == moving else [[view.key, view.text]]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def approvals(visit: Visit, record: Record) -> list[Asked]:
    """This function will give what the guest was asked to approve of a record, newest first."""
    found = talks(visit.work, {"and": [on(record), kind(APPROVAL)]})
    url = url_for("portal.record", registry=record.registry, id=record.id)
    kept = matters(visit.work, found)
    read = readable(visit.work, found, kept)
    return [
        asked(
            each,
            f"{url}/approvals/{each.id}",
            seen_part(kept.get(each.id), read.get(each.id, frozenset())),
        )
        for each in found
    ]


def asked(item: Record, url: str = "", seen: Sequence[tuple[str, str]] = ()) -> Asked:
    """This function will show one approval, with as much of what was seen as the reader may see himself.

    A colleague of whoever answered may see less of it, and so may somebody of the firm.
    """
    values = item.values
    who = values.get("by") or []
    return Asked(
        item.id,
        values.get("text") or "",
        values.get("verdict") or WAITING,
        item.created_by.title,
        item.created_at,
        ", ".join(each.title for each in who),
        values.get("answered_at"),
        values.get("reason") or "",
        seen,
        url,
    )


@pages.page("/portal/<registry>/<int:id>/approvals/<int:item>", "POST", right=guests)
def answer_approval(registry: str, id: int, item: int) -> ResponseReturnValue:
    """Yes or no to what was seen; if that has changed since the page was drawn, it must be looked at once more."""
    with visiting(write=True) as visit:
        record = visit.record(registry, id)
        found = next(
            (each for each in talks(visit.work, {"and": [on(record), kind(APPROVAL)]}) if each.id == item),
            None,
        )
        if found is None:
            raise nowhere()
        _answer(visit, record, found)
        tell(_("Thank you, your answer is kept with what you saw."))
    return go(url_for("portal.record", registry=registry, id=id, _anchor="approvals"))


def _answer(visit: Visit, record: Record, item: Record) -> None:
    verdict, reason = request.form.get("verdict"), request.form.get("reason", "").strip()[:LONGEST]
    if verdict not in (ACCEPTED, REFUSED):
        raise Invalid({"verdict": [_("Say yes or no.")]})
    if item.values.get("verdict") != WAITING:
        raise Conflict(_("This has been answered already."))
    if verdict == REFUSED and not reason:
        raise Invalid({"reason": [_("Say what is wrong, so that we can put it right.")]})
    now_seen = digest_of(visit, record)
    if request.form.get("seen") != now_seen:
        raise Conflict(_("This has changed since you opened the page. Please look at it once more."))
    work = visit.work
    kept: dict[str, Any] = {
        "verdict": verdict,
        "reason": reason or None,
        "by": [work.actor.user_id],
        "answered_at": work.now,
        "state": OPEN,
        "outside": True,
    }
    aside = work.office.beside(work, signed_by=work.actor.user_id)
    change(aside, TALKS, item.id, kept, version=item.version)
    keep_approved(work, item, frozen(visit, record), now_seen)


__all__ = ["Asked", "approvals", "asked", "digest_of", "frozen"]
