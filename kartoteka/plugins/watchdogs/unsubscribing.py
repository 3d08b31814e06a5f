"""Links by which somebody gets no more mail of a watchdog, without signing in: signed, and good for nothing else."""

from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer

from kartoteka.platform.sdk import NotFound, Office, Unauthenticated, _
from kartoteka.plugins.watchdogs.definition import EMAIL
from kartoteka.plugins.watchdogs.telling import mute

MOST = 20
MAX_KEY = 600


def key_for(office: Office, person: int, watchdogs: Sequence[int]) -> str:
    """This function will make the key of such a link."""
    return str(_signer(office).dumps([person, sorted(set(watchdogs))[:MOST]]))


def _signer(office: Office) -> URLSafeSerializer:
    return URLSafeSerializer(office.settings.secret_key, salt="watchdogs.unsubscribe")


def unsubscribe(office: Office, key: str) -> None:
    """This function will let whoever holds a key get no more mail of the watchdogs that it names; again it is the same.

    :raises NotFound: when the key is not one of ours.
    """
    person, watchdogs = meant_by(office, key)
    try:
        with office.begin(person, via="mail", write=True) as work:
            for watchdog in watchdogs:
                mute(work, watchdog, EMAIL)
    except Unauthenticated:
        return


def meant_by(office: Office, key: str) -> tuple[int, list[int]]:
    """This function will read a key.

    :raises NotFound: when it is not one of ours.
    """
    try:
        person, watchdogs = _signer(office).loads(key[:MAX_KEY])
    except (BadData, ValueError, TypeError):
        raise NotFound(_("There is nothing at this address.")) from None
    return int(person), [int(each) for each in watchdogs]


__all__ = ["key_for", "meant_by", "unsubscribe"]
