"""How often somebody may try: counted in the database, so that it holds over all processes and machines.

Every try is counted before the password is looked at, and taken back when it was right: a hundred tries at
once are a hundred tries. Delays grow with the failures of an account *from one address*; nobody can lock
anybody out from another address. Failures of an address over all accounts count too (one password tried on
everybody), and so do those of an account over all addresses, but these delay by little, and never from
where the account has got in before.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, and_, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kartoteka.platform.access.models import SignInAttempt
from kartoteka.platform.kernel.errors import TooMany
from kartoteka.platform.kernel.texts import plural

FORGOTTEN_AFTER = timedelta(hours=1)
KNOWN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures are free; after that each doubles the delay, up to the longest."""

    free: int
    longest: timedelta

    def delay(self, failures: int) -> timedelta:
        """This function will tell how long to wait after so many failures."""
        over = failures - self.free
        return min(timedelta(seconds=2 ** min(over, 20)), self.longest) if over >= 0 else timedelta(0)


PAIR = Limit(5, timedelta(minutes=15))
ADDRESS = Limit(50, timedelta(minutes=5))
ACCOUNT = Limit(100, timedelta(seconds=20))
# Codes of a second factor: six figures are few, and whoever tries them knows the password already.
CODE = Limit(10, timedelta(minutes=15))
# Asking for mail to an account: three an hour reach it; an address may ask for twenty accounts.
ASKING = Limit(20, timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Counter:
    """One thing that is counted, and how patiently."""

    key: str
    limit: Limit


def sign_in_counters(email: str, remote: str) -> tuple[Counter, Counter, Counter]:
    """This function will name what a try to sign in counts on: the pair, the address, the account."""
    place = _place(remote)
    return (
        Counter(_key("pair", email, place), PAIR),
        Counter(_key("address", place), ADDRESS),
        Counter(_key("account", email), ACCOUNT),
    )


def code_counters(user_id: int, remote: str) -> tuple[Counter, Counter, Counter]:
    """This function will name what a try of a code counts on; nobody is kept out from where he got in before."""
    place = _place(remote)
    return (
        Counter(_key("code pair", str(user_id), place), PAIR),
        Counter(_key("code address", place), ADDRESS),
        Counter(_key("code account", str(user_id)), CODE),
    )


def asking_counter(remote: str) -> Counter:
    """This function will name what a request for mail counts on."""
    return Counter(_key("asking", _place(remote)), ASKING)


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _place(remote: str) -> str:
    """One customer of a provider has a whole network of IPv6 addresses."""
    try:
        address = ipaddress.ip_address(remote.partition("%")[0])
    except ValueError:
        return remote[:100]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def count(session: Session, counters: Sequence[Counter], now: datetime) -> None:
    """This function will count a try before it is made; `absolve` takes it back.

    :raises TooMany: when it comes too early.
    """
    wait = timedelta(0)
    rows = {each.key: _locked(session, each.key, now) for each in counters}
    known = any(_is_known(row, now) for row in rows.values())
    for each in counters:
        if not (known and each.limit in (ACCOUNT, CODE)):
            wait = max(wait, rows[each.key].not_before - now)
    if wait > timedelta(0):
        raise TooMany(_sentence(wait))
    for each in counters:
        row = rows[each.key]
        row.failures = 1 + (row.failures if now - row.last_at < FORGOTTEN_AFTER else 0)
        row.last_at, row.not_before = now, now + each.limit.delay(row.failures)
    session.flush()


def _sentence(wait: timedelta) -> str:
    if wait < timedelta(seconds=90):
        return plural("Too many tries. Try again in a second.", "Too many tries. Try again in {n} seconds.",
                      int(wait.total_seconds()) + 1)  # fmt: skip
    return plural("Too many tries. Try again in a minute.", "Too many tries. Try again in {n} minutes.",
                  int(wait.total_seconds() // 60) + 1)  # fmt: skip


def _is_known(row: SignInAttempt, now: datetime) -> bool:
    return row.succeeded_at is not None and now - row.succeeded_at < KNOWN_FOR


def _locked(session: Session, key: str, now: datetime) -> SignInAttempt:
    """The row of a key, made when there is none, held until the end of the transaction."""
    dialect = postgresql if session.connection().dialect.name == "postgresql" else sqlite
    new = dialect.insert(SignInAttempt).values(key=key, failures=0, last_at=now, not_before=now)
    session.execute(new.on_conflict_do_nothing())
    return session.scalars(select(SignInAttempt).where(SignInAttempt.key == key).with_for_update()).one()


def absolve(session: Session, counters: tuple[Counter, Counter, Counter], now: datetime) -> None:
    """This function will take back a try that was right: the pair is forgiven and known from now on."""
    pair, *others = counters
    forgiven = update(SignInAttempt).where(SignInAttempt.key == pair.key)
    session.execute(forgiven.values(failures=0, not_before=now, succeeded_at=now))
    for each in others:
        left = SignInAttempt.failures - 1
        # Whoever has an account of his own cannot clear by it what he has done to others.
        not_before = case((left < each.limit.free, now), else_=SignInAttempt.not_before)
        one_less = update(SignInAttempt).where(SignInAttempt.key == each.key, SignInAttempt.failures > 0)
        session.execute(one_less.values(failures=left, not_before=not_before))
    forget_old(session, now)


def forget_old(session: Session, now: datetime) -> int:
    """This function will delete what no longer counts, and tell how many rows."""
    stale = and_(
        SignInAttempt.last_at < now - 2 * FORGOTTEN_AFTER,
        or_(SignInAttempt.succeeded_at.is_(None), SignInAttempt.succeeded_at < now - KNOWN_FOR),
    )
    # Rows that another process holds are left to the next time: waiting for them might be waiting for each other.
    idle = select(SignInAttempt.key).where(stale).with_for_update(skip_locked=True)
    gone = delete(SignInAttempt).where(SignInAttempt.key.in_(idle))
    result = session.execute(gone.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0
