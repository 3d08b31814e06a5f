"""The doors of the portal: by password, by a link in a mail, by an invitation; and out."""

from collections.abc import Callable

from flask import request, session, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    _,
    asking,
    come_in,
    door,
    go,
    leave,
    office,
    render_outside,
    settings_of,
    signing,
    speak,
    tell,
)
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.settings import NAME
from kartoteka.plugins.portal.visitors import nowhere


def _by_link() -> bool:
    with office().begin_system(via="web", write=False) as work:
        return bool(settings_of(work, NAME).get("magic_link"))


def _sign_in_page(*, email: str = "", refusal: str = "") -> str:
    return render_outside(
        "portal/sign_in.html",
        email=email,
        refusal=refusal,
        next=request.values.get("next", ""),
        by_link=_by_link(),
    )


@pages.page("/portal/sign-in", right=door)
def sign_in() -> ResponseReturnValue:
    """The sign-in form of customers, unless somebody is inside already."""
    if asking() is not None:
        return go(url_for("portal.home"))
    return _sign_in_page()


@pages.page("/portal/sign-in", "POST", right=door)
def enter() -> ResponseReturnValue:
    """In, with a session of its own, or the form again with a reason that tells nothing about accounts."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    try:
        found = signing.sign_in(office(), email, password, request.remote_addr or "")
    except Unauthenticated as refusal:
        return _sign_in_page(email=email, refusal=refusal.message), 401
    except TooMany as refusal:
        return _sign_in_page(email=email, refusal=refusal.message), 429
    return come_in(found, request.form.get("next") or url_for("portal.home"))


@pages.page("/portal/sign-out", "POST", right=door)
def sign_out() -> ResponseReturnValue:
    """Out, and back to the door."""
    leave()
    return go(url_for("portal.sign_in"))


@pages.page("/portal/forgotten", right=door)
def forgotten() -> ResponseReturnValue:
    """The form for somebody who has forgotten his password."""
    return _asking_page(link=False)


@pages.page("/portal/forgotten", "POST", right=door)
def ask_for_password() -> ResponseReturnValue:
    """The same answer whether there is such an account or not."""
    return _asked(signing.request_reset, link=False)


@pages.page("/portal/link", right=door)
def link() -> ResponseReturnValue:
    """The form for somebody who would rather come in by a link."""
    if not _by_link():
        raise nowhere()
    return _asking_page(link=True)


@pages.page("/portal/link", "POST", right=door)
def ask_for_link() -> ResponseReturnValue:
    """The same answer whether there is such an account or not."""
    if not _by_link():
        raise nowhere()
    return _asked(signing.request_link, link=True)


def _asking_page(*, link: bool, sent: bool = False, email: str = "", refusal: str = "") -> str:
    return render_outside("portal/asked.html", link=link, sent=sent, email=email, refusal=refusal)


def _asked(ask: Callable[..., None], *, link: bool) -> ResponseReturnValue:
    email = request.form.get("email", "")
    try:
        ask(office(), email, request.remote_addr or "")
    except TooMany as refusal:
        return _asking_page(link=link, email=email, refusal=refusal.message), 429
    return _asking_page(link=link, sent=True, email=email)


@pages.page("/portal/link/<key>", right=door)
def by_link(key: str) -> ResponseReturnValue:
    """A button, not the way in itself: programs that look into mails must not use the link up."""
    if not _by_link():
        raise nowhere()
    try:
        found = signing.door(office(), key, signing.LINK)
    except NotFound:
        return _dead()
    _in_his_language(found)
    return render_outside("portal/by_link.html", email=found.email)


@pages.page("/portal/link/<key>", "POST", right=door)
def enter_by_link(key: str) -> ResponseReturnValue:
    """In by the link, which is worth nothing afterwards."""
    if not _by_link():
        raise nowhere()
    try:
        return come_in(signing.come_by_link(office(), key), url_for("portal.home"))
    except NotFound:
        return _dead()


@pages.page("/portal/new-password/<key>", right=door)
def new_password(key: str) -> ResponseReturnValue:
    """The form of a new password, for whoever came by the link."""
    return _form(key, signing.RESET)


@pages.page("/portal/new-password/<key>", "POST", right=door)
def set_password(key: str) -> ResponseReturnValue:
    """The new password set, and in."""
    given = request.form.get("password", "")
    return _through(key, signing.RESET, lambda: signing.reset_password(office(), key, given))


@pages.page("/portal/invitation/<key>", right=door)
def invitation(key: str) -> ResponseReturnValue:
    """The form in which somebody invited chooses his name and password."""
    return _form(key, signing.INVITATION)


@pages.page("/portal/invitation/<key>", "POST", right=door)
def accept(key: str) -> ResponseReturnValue:
    """The invitation accepted, and in."""
    name, given = request.form.get("name", ""), request.form.get("password", "")
    return _through(key, signing.INVITATION, lambda: signing.accept_invitation(office(), key, given, name))


def _form(key: str, purpose: str, wrong: Invalid | None = None) -> ResponseReturnValue:
    try:
        found = signing.door(office(), key, purpose)
    except NotFound:
        return _dead()
    _in_his_language(found)
    invited = purpose == signing.INVITATION
    shown = render_outside(
        "portal/new_password.html",
        heading=_("Welcome to our portal") if invited else _("New password"),
        button=_("Come in") if invited else _("Set the password"),
        asks_name=invited,
        email=found.email,
        name=request.form.get("name", found.name),
        wrong=wrong.errors if wrong else {},
    )
    return (shown, 422) if wrong else shown


def _in_his_language(found: signing.Door) -> None:
    if "language" not in session:
        speak(found.language)


def _through(key: str, purpose: str, pass_by: Callable[[], signing.Arrival]) -> ResponseReturnValue:
    try:
        found = pass_by()
    except NotFound:
        return _dead()
    except Invalid as wrong:
        return _form(key, purpose, wrong)
    answer = come_in(found, url_for("portal.home"))
    if purpose == signing.RESET:
        tell(_("Your password is changed. Whoever was signed in with the old one is out."))
    return answer


def _dead() -> ResponseReturnValue:
    return render_outside("portal/dead_link.html"), 404
