"""New requests: a form designed by the firm, kept while it is being written, confirmed by a mail with its number."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.platform.sdk import (
    Conflict,
    FieldView,
    Invalid,
    Link,
    LinkView,
    NotFound,
    Parcel,
    Record,
    Work,
    _,
    create,
    forms,
    go,
    guests,
    label,
    picker,
    tell,
    write_mail,
)
from kartoteka.plugins.portal.design import REQUEST, WORDLESS
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.matters import keep_sent
from kartoteka.plugins.portal.settings import NAME, said
from kartoteka.plugins.portal.tables import Begun, Told
from kartoteka.plugins.portal.talking import put_down
from kartoteka.plugins.portal.uploading import chosen, lay_down, limits_of, received, sends_with_new
from kartoteka.plugins.portal.visitors import Shown, Visit, nowhere, visiting

MOST_OFFERED = 200
MOST_KEPT = 60_000


def asking_views(draft: Any) -> Sequence[FieldView]:
    """This function will give the inputs of a form in the portal; people of the firm and files are not chosen here."""
    return [view for view in draft.views if view.each.type not in ("user", "file") and not view.locked]


@pages.page("/portal/<registry>/new", right=guests)
def new(registry: str) -> ResponseReturnValue:
    """The form of a new record, with what was typed into it before."""
    with visiting() as visit:
        shown = _with_form(visit, registry)
        begun = visit.work.session.get(Begun, (visit.work.actor.user_id, registry))
        given = _restored(begun.given) if begun is not None else forms.Form()
        return _page(visit, shown, given, begun=begun.at if begun is not None else None)


@pages.page("/portal/<registry>/new", "POST", right=guests)
def ask(registry: str) -> ResponseReturnValue:
    """The form sent, kept for later, or thrown away."""
    deed = request.form.get("deed", "")
    if deed in ("keep", "forget"):
        return _keep(registry, keeps=deed == "keep")
    try:
        with visiting() as visit:
            _with_form(visit, registry)
            parcels = received(visit) if chosen() and sends_with_new(visit, registry) else []
        with visiting(write=True) as visit:
            made = _made(visit, _with_form(visit, registry), parcels)
            if made is None:
                return go(url_for("portal.listing", registry=registry))
            tell(_("Sent as {number}. A confirmation is on its way to your mailbox.", number=made.title))
            return go(url_for("portal.record", registry=registry, id=made.id))
    except (Invalid, Conflict) as refusal:
        with visiting() as visit:
            shown = _with_form(visit, registry)
            return _page(visit, shown, request.form, refusal=refusal), forms.status_of(refusal)


def _with_form(visit: Visit, registry: str) -> Shown:
    shown = visit.page(registry)
    if shown.form is None:
        raise nowhere()
    return shown


def _made(visit: Visit, shown: Shown, parcels: Sequence[Parcel] = ()) -> Record | None:
    """The new record; None when this very form was sent before."""
    work, given = visit.work, request.form
    if not _first_time(work, given.get("once", "")):
        return None
    draft = _draft(visit, shown, given)
    values = {**_filled_in(visit, shown), **forms.values_in(draft, given)}
    made = create(work, shown.key, values, category=draft.category)
    _forget(work, shown.key)
    files = lay_down(visit, made, parcels) if parcels else []
    if NAME in made.tabs:
        keep_sent(work, put_down(visit, made, REQUEST, {"text": WORDLESS}), files)
    url = f"{work.office.settings.base_url}/portal/{shown.key}/{made.id}"
    write_mail(work, "portal_request", title=made.title, kind=shown.one, link=url)
    return made


def _first_time(work: Work, once: str) -> bool:
    if not once:
        return True
    key = (work.actor.user_id, f"form:{once[:60]}")
    if work.session.get(Told, key) is not None:
        return False
    work.session.add(Told(user_id=key[0], what=key[1], at=work.now))
    work.session.flush()
    return True


def _keep(registry: str, *, keeps: bool) -> ResponseReturnValue:
    with visiting(write=True) as visit:
        shown = _with_form(visit, registry)
        _forget(visit.work, registry)
        if not keeps:
            tell(_("What you had begun is thrown away."))
            return go(shown.url)
        given = {
            name: request.form.getlist(name)
            for name in request.form
            if name.startswith("v.") or name == "category"
        }
        if sum(len(each) for values in given.values() for each in values) > MOST_KEPT:
            raise Invalid({"": [_("This is too long to be kept.")]})
        work = visit.work
        work.session.add(Begun(user_id=work.actor.user_id, of_registry=registry, given=given, at=work.now))
        tell(_("Kept. You can finish it whenever you like."))
    return go(url_for("portal.new", registry=registry))


def _forget(work: Work, registry: str) -> None:
    begun = work.session.get(Begun, (work.actor.user_id, registry))
    if begun is not None:
        work.session.delete(begun)
        work.session.flush()


def _restored(kept: Mapping[str, Sequence[str]]) -> forms.Form:
    return MultiDict([(name, value) for name, values in kept.items() for value in values])


def _draft(visit: Visit, shown: Shown, given: forms.Form) -> Any:
    assert shown.form is not None
    category = given.get("category") or shown.form.category or None
    typed = MultiDict(
        [*((n, v) for n, v in given.items(multi=True) if n != "category"), ("category", category or "")]
    )
    draft = forms.typed_draft(visit.work, shown.key, None, typed)
    draft.views = _ordered(visit, shown, asking_views(draft))
    return draft


def _ordered(visit: Visit, shown: Shown, views: Sequence[FieldView]) -> list[FieldView]:
    """The fields that the designer asks for, in his order; otherwise all that are not filled in without asking."""
    assert shown.form is not None
    filled = _filled_in(visit, shown)
    known = {view.key: view for view in views}
    wanted = shown.form.asks or [key for key in known if key not in filled]
    return [known[key] for key in wanted if key in known]


def _filled_in(visit: Visit, shown: Shown) -> dict[str, Any]:
    """What is filled in without asking: who asks, his firm, and whatever the designer has settled.

    A relation that can lead to one record only, of all that the guest sees, leads there.
    """
    assert shown.form is not None
    work, found = visit.work, dict(shown.form.fixed)
    opened = work.open(shown.key)
    for each in opened.fields:
        if each.type != "relation" or not opened.may_write(each, "create") or each.key in shown.form.asks:
            continue
        only = _only(visit, opened.target(each))
        if only is not None:
            found[each.key] = only
    writable = {each.key for each in opened.fields if opened.may_write(each, "create")}
    return {key: value for key, value in found.items() if key in writable}


def _only(visit: Visit, registry: str) -> int | None:
    identity = visit.work.actor.identity
    offered = _offered(visit, registry, 2)
    if (
        identity is not None
        and identity.registry == registry
        and any(each.id == identity.id for each in offered)
    ):
        return identity.id
    return offered[0].id if len(offered) == 1 else None


def _offered(visit: Visit, registry: str, limit: int = MOST_OFFERED) -> Sequence[Link]:
    try:
        return picker(visit.work, registry, limit=limit)
    except NotFound:
        return []


def _page(
    visit: Visit,
    shown: Shown,
    given: forms.Form,
    *,
    refusal: Invalid | Conflict | None = None,
    begun: Any = None,
) -> str:
    assert shown.form is not None
    draft = _draft(visit, shown, given)
    draft.judge()
    views = list(draft.views)
    if refusal is not None:
        views = [forms.judged(view, None, refusal) for view in views]
    opened = visit.work.open(shown.key)
    known = {view.key for view in views}
    others = (
        [one for key, each in refusal.errors.items() if key not in known for one in each] if refusal else []
    )
    kind = draft.category
    categories = [] if shown.form.category else [
        (each.key, label(each, visit.language), each.key == kind)
        for each in opened.registry.categories if each.active
    ]  # fmt: skip
    return visit.show(
        "form.html",
        at=shown.key,
        shown=shown,
        heading=_("New: {one}", one=shown.one),
        title=_("New: {one}", one=shown.one),
        views=views,
        offers=offers_of(visit, views),
        intro=said(shown.form.intro, visit.language),
        action=url_for("portal.new", registry=shown.key),
        back_url=shown.url,
        version=None,
        categories=categories,
        refusal=" ".join(others)
        or (_("Not sent yet: please look at what is marked below.") if refusal else ""),
        limits=limits_of(visit.work) if sends_with_new(visit, shown.key) else None,
        lost=bool(refusal is not None and chosen()),
        once=given.get("once") or secrets.token_urlsafe(12),
        begun=begun,
    )


def offers_of(visit: Visit, views: Sequence[FieldView]) -> dict[str, list[LinkView]]:
    """This function will give what may be chosen from in those inputs that point at records."""
    return {view.key: _links(visit, view) for view in views if view.linking}


def _links(visit: Visit, view: FieldView) -> list[LinkView]:
    target = view.kind.target
    return [LinkView(each.id, each.title) for each in _offered(visit, target)]


__all__ = ["asking_views", "offers_of"]
