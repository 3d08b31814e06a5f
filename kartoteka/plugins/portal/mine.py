"""What is the guest's own: his contact data, changes of them that he proposes, his language, mail and password."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    NOTHING_TYPED,
    FieldView,
    Invalid,
    NotFound,
    Record,
    Unreadable,
    _,
    change,
    change_settings,
    fetch,
    forms,
    go,
    guests,
    office,
    raw_value,
    read_typed,
    renew_session,
    second_factor,
    shown_field,
    signing,
    tell,
)
from kartoteka.plugins.portal.design import DONE, OUTDATED, PROPOSAL, TALKS, WAITING, WORDLESS
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.matters import keep_proposed, matters, readable
from kartoteka.plugins.portal.settings import NAME
from kartoteka.plugins.portal.tables import Visit as VisitRow
from kartoteka.plugins.portal.talking import kind, on, put_down, talks
from kartoteka.plugins.portal.visitors import Visit, visiting

# What is proposed is typed into one input and read by the type of the field when it is accepted.
PLAIN_TYPES = frozenset({
    "text", "long_text", "email", "phone", "url", "address", "date", "choice", "integer", "ico", "dic", "iban",
})  # fmt: skip


def own_record(visit: Visit) -> Record | None:
    """This function will give the record that the guest is; None when he may not see it."""
    identity = visit.work.actor.identity
    try:
        return fetch(visit.work, identity.registry, identity.id) if identity is not None else None
    except NotFound:
        return None


def proposable(visit: Visit, record: Record | None) -> list[FieldView]:
    """This function will give the details of himself that the guest may propose to change."""
    if record is None or NAME not in record.tabs:
        return []
    wanted = [key for window in visit.windows for key in window.proposes]
    known = {each.key: each for each in visit.work.open(record.registry).fields}
    found = [known[key] for key in dict.fromkeys(wanted) if key in known and key in record.values]
    return [shown_field(visit.work, record, each) for each in found if each.type in PLAIN_TYPES]


@pages.page("/portal/my-data", right=guests)
def mine() -> ResponseReturnValue:
    """The page of what is his own."""
    with visiting() as visit:
        return _page(visit, [])


def _page(visit: Visit, views: Sequence[FieldView], errors: Mapping[str, Sequence[str]] | None = None) -> str:
    record = own_record(visit)
    proposes = list(views) or proposable(visit, record)
    row = visit.work.session.get(VisitRow, visit.work.actor.user_id)
    waiting = _waiting(visit, record) if record is not None else []
    return visit.show(
        "mine.html",
        at="mine",
        record=record,
        sections=visit.details(record) if record is not None else [],
        proposes=proposes,
        waiting=waiting,
        mail=row is None or row.mail,
        factor=second_factor.standing(visit.work).on,
        errors_of=errors or {},
        save_url=url_for("portal.propose"),
    )


def _waiting(visit: Visit, record: Record) -> list[dict[str, Any]]:
    asked = {"and": [on(record), kind(PROPOSAL), {"field": "verdict", "op": "eq", "value": WAITING}]}
    known = {each.key: each for each in visit.work.open(record.registry).fields}
    found = talks(visit.work, asked)
    kept = matters(visit.work, found)
    read = readable(visit.work, found, kept)
    return [
        {"label": visit.field(record, known[each.field]).label, "old": each.old, "new": each.new}
        for each in kept.values()
        if each.field in known and each.field in read.get(each.item, frozenset())
    ]


@pages.page("/portal/my-data", "POST", right=guests)
def propose() -> ResponseReturnValue:
    """Changes of his own data, proposed: each waits by itself for somebody of the firm."""
    given = request.form
    with visiting(write=True) as visit:
        record = own_record(visit)
        views = [forms.with_typed(visit.work, each, given) for each in proposable(visit, record)
                 if each.input_name in given]  # fmt: skip
        changed = [view for view in views if record is not None and str(view.raw) != str(_plain(view))]
        wrong = {view.key: errors for view in changed if (errors := _faults(view))}
        if wrong:
            judged = [forms.judged(view, record, Invalid(wrong)) for view in views]
            return _page(visit, judged, wrong), 422
        assert record is not None or not changed
        for view in changed:
            assert record is not None
            _put(visit, record, view)
        tell(_("Thank you. We will look at it and change it.") if changed else _("Nothing was changed."))
    return go(url_for("portal.mine"))


def _plain(view: FieldView) -> Any:
    return replace(view, typed=NOTHING_TYPED).raw


def _faults(view: FieldView) -> list[str]:
    if view.each.required and not view.raw:
        return [_("This must be filled in.")]
    try:
        read_typed(view, raw_value(view, view.raw))
    except Unreadable as error:
        return error.sentences
    return []


def _put(visit: Visit, record: Record, view: FieldView) -> None:
    """A newer proposal for a detail takes the place of one that still waits."""
    work = visit.work
    asked = {
        "and": [
            on(record),
            kind(PROPOSAL),
            {"field": "verdict", "op": "eq", "value": WAITING},
        ]
    }
    aside = work.office.beside(work, signed_by=work.actor.user_id)
    for each in matters(work, talks(work, asked)).values():
        if each.field == view.key:
            change(aside, TALKS, each.item, {"verdict": OUTDATED, "state": DONE})
    put = put_down(visit, record, PROPOSAL, {"text": WORDLESS, "verdict": WAITING})
    keep_proposed(work, put, view.key, view.text or None, str(view.raw) or None)


@pages.page("/portal/my-data/settings", "POST", right=guests)
def settings() -> ResponseReturnValue:
    """His language, and whether he wants mail."""
    with visiting(write=True) as visit:
        if request.form.get("language"):
            change_settings(visit.work, {"language": request.form["language"]})
        work, wants = visit.work, request.form.get("mail") == "1"
        row = work.session.get(VisitRow, work.actor.user_id)
        if row is None:
            work.session.add(
                VisitRow(user_id=work.actor.user_id, last_at=work.now, before_at=work.now, mail=wants)
            )
        else:
            row.mail = wants
        tell(_("Saved."))
    return go(url_for("portal.mine"))


@pages.page("/portal/my-data/password", "POST", right=guests)
def password() -> ResponseReturnValue:
    """A new password; whatever was open under the old one is closed."""
    try:
        with visiting(write=True) as visit:
            user = visit.work.actor.user_id
            epoch = signing.change_password(
                visit.work, request.form.get("old", ""), request.form.get("new", "")
            )
    except Invalid as wrong:
        with visiting() as visit:
            return _page(visit, [], wrong.errors), 422
    renew_session(user, epoch, remember=True)
    tell(_("Your password is changed. Whoever was signed in with the old one is out."))
    return go(url_for("portal.mine"))


@pages.page("/portal/my-data/second-factor", "POST", right=guests)
def factor_off() -> ResponseReturnValue:
    """No second factor any more; that takes a code."""
    try:
        with visiting() as visit:
            # Counted beforehand and apart, whatever becomes of the rest: codes are short.
            second_factor.count_try(office(), visit.work.actor.user_id, request.remote_addr or "")
        with visiting(write=True) as visit:
            second_factor.switch_off(visit.work, request.form.get("code", ""))
            tell(_("You sign in with the password alone now."))
    except Invalid as wrong:
        with visiting() as visit:
            return _page(visit, [], wrong.errors), 422
    return go(url_for("portal.mine"))


__all__ = ["own_record", "proposable"]
