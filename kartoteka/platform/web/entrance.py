"""The doors: signing in and out, a forgotten password, an invitation."""

from collections.abc import Callable

from flask import g, request, session, url_for
from werkzeug.wrappers import Response

from kartoteka.platform import front
from kartoteka.platform.front import door, public
from kartoteka.platform.kernel.errors import Invalid, NotFound, TooMany, Unauthenticated
from kartoteka.platform.kernel.texts import LANGUAGES, _
from kartoteka.platform.services import signing
from kartoteka.platform.services.signing import INVITATION, RESET, Arrival, Door, HalfIn, SignedIn
from kartoteka.platform.web import outside
from kartoteka.platform.web.addresses import inner
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import render_outside, tell

Answer = str | Response | tuple[str, int]
# Where the cookie keeps who has shown his password but not yet his code.
HALF_IN = "half_in"


def sign_in_page(*, email: str = "", refusal: str = "") -> str:
    """This function will show the sign-in form."""
    return render_outside(
        "entrance/sign_in.html", email=email, refusal=refusal, next=inner(request.values.get("next"))
    )


@page("/sign-in", right=public)
def sign_in() -> Answer:
    """The sign-in form, unless somebody is inside already."""
    return go(inner(request.args.get("next"))) if front.caller() is not None else sign_in_page()


@page("/sign-in", "POST", right=door)
def enter() -> Answer:
    """In, with a session of its own, or the form again with a reason that tells nothing about accounts."""
    email = request.form.get("email", "")
    try:
        found = signing.sign_in(
            front.office(),
            email,
            request.form.get("password", ""),
            request.remote_addr or "",
            language=g.language,
        )
    except Unauthenticated as refusal:
        return sign_in_page(email=email, refusal=refusal.message), 401
    except TooMany as refusal:
        return sign_in_page(email=email, refusal=refusal.message), 429
    return come(found, inner(request.form.get("next")))


@page("/sign-out", "POST", right=door)
def sign_out() -> Response:
    """Out."""
    front.sign_out()
    return go(url_for("web.home"))


@page("/forgotten", right=public)
def forgotten() -> str:
    """The form for somebody who has forgotten his password."""
    return render_outside("entrance/forgotten.html", sent=False)


@page("/forgotten", "POST", right=public)
def ask_for_link() -> Answer:
    """The same answer whether there is such an account or not."""
    email = request.form.get("email", "")
    signing.request_reset(front.office(), email, request.remote_addr or "")
    return render_outside("entrance/forgotten.html", sent=True, email=email)


@page("/new-password/<key>", right=public)
def new_password(key: str) -> Answer:
    """The form of a new password, for whoever came by the link."""
    return _form(key, RESET)


@page("/new-password/<key>", "POST", right=door)
def set_password(key: str) -> Answer:
    """The new password set, and in."""
    return _through(
        key, RESET, lambda: signing.reset_password(front.office(), key, request.form.get("password", ""))
    )


@page("/invitation/<key>", right=public)
def invitation(key: str) -> Answer:
    """The form in which somebody invited chooses his name and password."""
    return _form(key, INVITATION)


@page("/invitation/<key>", "POST", right=door)
def accept(key: str) -> Answer:
    """The invitation accepted, and in."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    return _through(
        key,
        INVITATION,
        lambda: signing.accept_invitation(front.office(), key, password, name, language=g.language),
    )


@page("/language/<language>", right=public)
def speak(language: str) -> Response:
    """The pages outside in another language."""
    if language in LANGUAGES:
        session["language"] = language
    return go(inner(request.args.get("next")))


def come(found: Arrival, then: str) -> Response:
    """This function will let somebody in and on to where he was going, by way of the code that he may owe."""
    if isinstance(found, HalfIn):
        language = session.get("language")
        # Nothing of whoever used this browser before goes along.
        session.clear()
        session[HALF_IN] = [found.user_id, found.epoch, found.since.timestamp()]
        session["next"] = then
        if language:
            session["language"] = language
        return go(url_for("web.sign_in_code"))
    return go(outside.onward(then, guest=arrive(found)))


def arrive(found: SignedIn) -> bool:
    """This function will begin the session of somebody who has come in, and tell whether he is a guest.

    The session remembers the language too: what is said before any work begins is said in it.
    """
    front.sign_in(found.user_id, found.epoch, remember=True)
    with front.begin() as work:
        session["language"] = work.actor.locale.language
        return work.actor.is_guest


def _form(key: str, purpose: str, wrong: Invalid | None = None) -> Answer:
    try:
        door = signing.door(front.office(), key, purpose)
    except NotFound:
        return _dead_link()
    if "language" not in session and not door.any_language:
        front.speak(door.language)
    shown = _shown(door, purpose, wrong)
    return (shown, 422) if wrong else shown


def _shown(door: Door, purpose: str, wrong: Invalid | None) -> str:
    invited = purpose == INVITATION
    return render_outside(
        "entrance/new_password.html",
        heading=_("Welcome to Kartoteka") if invited else _("New password"),
        button=_("Come in") if invited else _("Set the password"),
        asks_name=invited,
        email=door.email,
        name=request.form.get("name", door.name),
        wrong=wrong.errors if wrong else {},
    )


def _through(key: str, purpose: str, pass_by: Callable[[], Arrival]) -> Answer:
    try:
        found = pass_by()
    except NotFound:
        return _dead_link()
    except Invalid as wrong:
        return _form(key, purpose, wrong)
    answer = come(found, url_for("web.home"))
    tell(
        _("Welcome.")
        if purpose == INVITATION
        else _("Your password is changed. Whoever was signed in with the old one is out.")
    )
    return answer


def _dead_link() -> Answer:
    sentence = _(
        "It has been used already, is too old, or has been withdrawn. "
        "Invitations hold for a week, links for a new password for an hour."
    )
    return render_outside("entrance/dead_link.html", sentence=sentence), 404
