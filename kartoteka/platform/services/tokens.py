"""Keys for the API: made, listed and revoked by their owner or by who looks after accounts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from kartoteka.platform.access.keys import USER_OF_TOKEN, new_token, token_hash
from kartoteka.platform.access.models import ApiToken, User
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work

MOST = 100
MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Token:
    """What can be said of a token once it has been shown."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


def create_own_token(work: Work, name: str = "") -> str:
    """This function will make a token of the actor. It is shown this once; only its hash is kept.

    :raises Conflict: when he has too many already.
    """
    owner = work.session.get_one(User, work.actor.user_id)
    if owner.system:
        raise Forbidden(_("The built-in account has no tokens."))
    if len(name) > MAX_NAME or not name.isprintable():
        raise Invalid({"name": [_("A name is one line of at most {max} characters.", max=MAX_NAME)]})
    good = select(func.count()).select_from(ApiToken).where(*_good(owner))
    if (work.session.scalar(good) or 0) >= MOST:
        raise Conflict(_("You have {max} tokens; revoke one first.", max=MOST))
    plain = new_token(guest=work.actor.is_guest)
    made = ApiToken(
        user_id=owner.id, name=name, hash=token_hash(plain), epoch=owner.epoch, created_at=work.now
    )
    work.session.add(made)
    work.session.flush()
    return plain


def create_token(office: Office, email: str, name: str = "") -> str:
    """This function will make a token for the user with an address; for the command line.

    :raises Unauthenticated: when there is no such active user.
    """
    with office.begin_as(email) as work:
        return create_own_token(work, name)


def tokens(work: Work) -> list[Token]:
    """This function will list the actor's tokens that are still good, newest first."""
    owner = work.session.get_one(User, work.actor.user_id)
    found = select(ApiToken).where(*_good(owner)).order_by(ApiToken.id.desc())
    return [Token(each.id, each.name, each.created_at, each.used_at) for each in work.session.scalars(found)]


def revoke_token(work: Work, token_id: int) -> None:
    """This function will make a token of the actor useless at once.

    :raises NotFound: when he has none of this id.
    """
    owner = work.session.get_one(User, work.actor.user_id)
    known = select(ApiToken).where(ApiToken.id == token_id, *_good(owner))
    found = work.session.scalar(known) if 0 < token_id < 2**31 else None
    if found is None:
        raise NotFound(_("There is no such token."))
    found.revoked_at = work.now
    work.session.flush()


def token_user(office: Office, token: str) -> int:
    """This function will tell whose token it is.

    :raises Unauthenticated: when it is nobody's, revoked, or older than his password.
    """
    with office.session() as session:
        found = session.scalar(USER_OF_TOKEN, {"token_hash": token_hash(token)})
    if found is None or not found.active:
        raise Unauthenticated(_("This token is not valid."))
    return found.id


def _good(owner: User) -> tuple[ColumnElement[bool], ...]:
    return (ApiToken.user_id == owner.id, ApiToken.revoked_at.is_(None), ApiToken.epoch == owner.epoch)
