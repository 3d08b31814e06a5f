"""Who is calling, by cookie or token, and the work that begins for him.

One question, `in_api()`, decides which credentials count: under `/api/` only a bearer token, elsewhere only
the session cookie. What a cookie cannot open needs no protection against forged forms.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import cast

from flask import Flask, Response, current_app, g, request, session
from flask_login import (  # type: ignore[import-untyped]
    LoginManager,
    UserMixin,
    current_user,
    login_user,
    logout_user,
)

from kartoteka.platform.access.actor import Actor
from kartoteka.platform.access.guises import Guise, name_of
from kartoteka.platform.access.keys import GUEST_PREFIX
from kartoteka.platform.front.rights import Right, right_of_request
from kartoteka.platform.kernel.errors import Forbidden, NotFound, Unauthenticated
from kartoteka.platform.kernel.texts import LANGUAGES, _, speaking
from kartoteka.platform.services import sessions
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work

EXTENSION = "kartoteka"
API = "/api/"
GUISE = "guise"
# In the signed cookie: its session is one of somebody from outside.
GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Session:
    """What the signed cookie says; whether it still holds is asked when work begins."""

    user_id: int
    epoch: str
    key: str


@dataclass(frozen=True, slots=True)
class Token:
    """The API token that was sent; whether it is good is asked when work begins."""

    secret: str


Caller = Session | Token


class Unfinished(Forbidden):
    """Somebody is signed in but owes the second factor that the firm asks for."""


class _SessionUser(UserMixin):  # type: ignore[misc]
    def __init__(self, said: Session) -> None:
        self.said = said

    def get_id(self) -> str:
        return f"{self.said.user_id}.{self.said.epoch}.{self.said.key}"


def _load(identifier: str) -> _SessionUser | None:
    user_id, _dot, rest = identifier.partition(".")
    epoch, _dot, key = rest.partition(".")
    sound = user_id.isdecimal() and len(user_id) < 19 and epoch and key
    return _SessionUser(Session(int(user_id), epoch, key)) if sound else None


def in_api() -> bool:
    """This function will tell whether the request is one of the API."""
    return request.path.startswith(API)


def office() -> Office:
    """This function will give the running Kartoteka of the current application."""
    return cast(Office, current_app.extensions[EXTENSION])


def caller() -> Caller | None:
    """This function will tell what a request was sent with: a session, a token, or None.

    :raises Unauthenticated: when the header Authorization is not a bearer token.
    """
    if "caller" not in g:
        g.caller = _by_token() if in_api() else _by_cookie()
    return cast(Caller | None, g.caller)


def _by_token() -> Caller | None:
    if "Authorization" not in request.headers:
        return None
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        raise Unauthenticated(_("The header Authorization must be “Bearer” and a token."))
    return Token(sent.token)


def _by_cookie() -> Caller | None:
    return cast(Session, current_user.said) if current_user.is_authenticated else None


@contextmanager
def begin(*, write: bool = False, design: bool = False, undisguised: bool = False) -> Iterator[Work]:
    """This function will begin work for the caller; it ends with the block, all or nothing.

    An admin who looks as somebody else gets that person's sight, unless it is begun `undisguised`.

    :raises Unauthenticated: when nobody is signed in, or the session has ended.
    :raises Forbidden: when the view needs a power that he does not have.
    """
    try:
        with _begin(caller(), write, design, None if undisguised else guise()) as work:
            g.actor = work.actor
            g.active_plugins = frozenset(key for key, each in work.catalog.plugins.items() if each.active)
            if work.actor.seen_by is None or "refused" not in g:
                _check(right_of_request(), work.actor)
            if not in_api() and work.actor.seen_by is None and work.actor.is_guest:
                session[GUEST] = True
            elif not in_api() and work.actor.seen_by is None:
                session.pop(GUEST, None)
            _check_plugin(work)
            yield work
    finally:
        # The block of the work has put the language of before back; the answer goes on in the user's.
        known = person()
        if known is not None:
            speak(known.locale.language)


def active_plugins() -> frozenset[str]:
    """This function will name the plugins that were active when work began for the caller."""
    return cast(frozenset[str], g.get("active_plugins", frozenset()))


def need_plugin(plugin: str) -> None:
    """This function will have the view that is to answer be there only while a plugin is active.

    That is asked as soon as work begins for the caller; a view for everybody may never do that, so it is asked now.
    """
    g.needs_plugin = plugin
    right = right_of_request()
    if right is not None and right.open:
        with office().begin_system(via="web", write=False) as work:
            _check_plugin(work)


def _check_plugin(work: Work) -> None:
    """The pages and routes of a plugin that is switched off are not there."""
    plugin = g.get("needs_plugin")
    state = work.catalog.plugins.get(plugin) if plugin else None
    if plugin and not (state is not None and state.active):
        raise _nowhere()


def _begin(who: Caller | None, write: bool, design: bool, worn: Guise | None) -> AbstractContextManager[Work]:
    match who:
        case Session():
            return office().begin_session(
                who.user_id, who.epoch, who.key, write=write, design=design, guise=worn
            )
        case Token():
            return office().begin_token(who.secret, write=write, design=design)
        case None:
            raise Unauthenticated(_("Please sign in."))


def guise() -> Guise | None:
    """This function will tell as whom the browser says that an admin looks; under `/api/` nobody does."""
    return None if in_api() else Guise.of_json(session.get(GUISE))


def put_on(worn: Guise | None) -> None:
    """This function will let the browser's next requests look as somebody, or as nobody but the caller again."""
    if worn is None:
        session.pop(GUISE, None)
    else:
        session[GUISE] = worn.as_json()


def person() -> Actor | None:
    """This function will tell who is asking, as seen by the work begun so far; None before that."""
    return cast(Actor | None, g.get("actor"))


def sign_in(user_id: int, epoch: str, *, remember: bool = False) -> None:
    """This function will begin a session in the browser for somebody who has proved who he is."""
    session.clear()
    session.permanent = remember
    key = sessions.begin(office(), user_id, epoch, request.headers.get("User-Agent", ""))
    login_user(_SessionUser(Session(user_id, epoch, key)))
    g.pop("caller", None)


def sign_out() -> None:
    """This function will end the session in the browser."""
    who = _by_cookie()
    if isinstance(who, Session):
        sessions.end_this(office(), who.key)
    logout_user()
    session.clear()
    for name in ("caller", "actor"):
        g.pop(name, None)


def speak(language: str) -> None:
    """This function will give the rest of the answer in a language."""
    _hush()
    g.language = language if language in LANGUAGES else "en"
    g.speaking = speaking(g.language)
    g.speaking.__enter__()


def _hush(_error: BaseException | None = None) -> None:
    if "speaking" in g:
        g.pop("speaking").__exit__(None, None, None)


def as_guest() -> bool:
    """This function will tell whether a request says of itself that it comes from somebody from outside.

    A signed cookie says so, or the token, of which it is a part: a guest can take it away from neither. What counts
    in the end is asked when work begins; this is known before anything of a request has been looked at.
    """
    if in_api():
        sent = request.authorization
        return sent is not None and (sent.token or "").startswith(GUEST_PREFIX)
    return bool(session.get(GUEST)) and isinstance(_by_cookie(), Session)


def _wall() -> None:
    """The one place where guests are held back: every address that is not marked for them is not there.

    Before forms are checked, bodies are read and methods are compared, so that no difference is left to be seen.
    """
    right = right_of_request()
    if not (right is not None and (right.guests or right.open)) and as_guest():
        speak(session.get("language", "") or g.language) if not in_api() else None
        raise _nowhere()


def _nowhere() -> NotFound:
    return NotFound(_("There is nothing at this address."))


def _check(right: Right | None, actor: Actor) -> None:
    if actor.is_guest and not (right is not None and right.guests):
        raise _nowhere()
    if right is not None and right.powers and not actor.powers & set(right.powers):
        raise Forbidden(_("You need the power “{power}” for this.", power=right.powers[0]))
    if right is not None and right.own and actor.seen_by is not None:
        raise Forbidden(_("This belongs to {name} alone; end looking to see your own.", name=name_of(actor)))
    if actor.unfinished and not (right is not None and right.arriving):
        raise Unfinished(_("Set up your second factor first; it is required here."))


def _listen() -> None:
    chosen = str(session.get("language", "")) if not in_api() else ""
    speak(chosen if chosen in LANGUAGES else _wished_language())


def _wished_language() -> str:
    """The first of the browser's languages that there is; `cs-CZ` is as good as `cs`."""
    wished = (tag.partition("-")[0].lower() for tag, _quality in request.accept_languages)
    return next((language for language in wished if language in LANGUAGES), "en")


def _turn_away() -> None:
    right = right_of_request()
    if right is not None and not right.open and caller() is None:
        raise Unauthenticated(_("Please sign in."))


def refused() -> None:
    """This function will note that the view was refused: what is answered now is not its own answer."""
    g.refused = True


def _insist(response: Response) -> Response:
    """A view that needs somebody but never began work has not checked whether his session still holds."""
    right = right_of_request()
    unchecked = right is not None and not right.open and "actor" not in g and "refused" not in g
    if unchecked and response.status_code < 400 and request.method != "OPTIONS":
        raise RuntimeError(f"{request.endpoint} answered without beginning work")
    return response


def install(app: Flask, running: Office) -> None:
    """This function will let an application know its office and its callers."""
    app.extensions[EXTENSION] = running
    logins = LoginManager(app)
    logins.session_protection = None  # the epoch ends sessions; an address that changes on the way does not
    logins.user_loader(_load)
    app.before_request(_listen)
    app.before_request(_wall)
    app.before_request(_turn_away)
    app.after_request(_insist)
    app.teardown_request(_hush)
