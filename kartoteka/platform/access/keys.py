"""Keys that let somebody in: how they are made, and how their holder is found by a hash alone."""

import hashlib
import secrets

from sqlalchemy import Select, bindparam, select

from kartoteka.platform.access.models import ApiToken, User

TOKEN_PREFIX = "kt_"  # noqa: S105  makes a token known to people and to secret scanners
# Part of the key itself, so that it cannot be taken off: a token of somebody from outside.
GUEST_PREFIX = "ktg_"
# What a one-time link is for.
INVITATION, RESET, LINK = "invite", "reset", "link"
# 32 random bytes are 43 characters; nobody guesses them, so a plain hash is enough.
_BYTES = 32


def new_token(*, guest: bool = False) -> str:
    """This function will make a new API token."""
    return (GUEST_PREFIX if guest else TOKEN_PREFIX) + new_link_key()


def new_link_key() -> str:
    """This function will make the secret part of a one-time link."""
    return secrets.token_urlsafe(_BYTES)


def new_epoch() -> str:
    """This function will make an epoch; every session, token and link of an older one is void."""
    return secrets.token_hex(16)


def token_hash(token: str) -> str:
    """This function will give what is kept of a key."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


# The user of a token that is still good; made once, since every request of the API begins with it.
USER_OF_TOKEN: Select[User] = (
    select(User)
    .join(ApiToken, ApiToken.user_id == User.id)
    .where(
        ApiToken.hash == bindparam("token_hash"),
        ApiToken.revoked_at.is_(None),
        ApiToken.epoch == User.epoch,
        User.system.is_(False),
    )
)
