"""Codes of a second factor: those of an authenticator, which change with time, and those for who has lost it."""

import base64
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session

from kartoteka.platform.access.keys import token_hash
from kartoteka.platform.access.models import RecoveryCode, SecondFactor

STEP = 30
# The clock of a phone may be half a minute off, either way.
DRIFT = (0, -1, 1)
RECOVERY_CODES = 10
# Without letters and figures that look like others; twelve of them are 59 bits, and each try is counted.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 12


# Before the seeds of which secrets are made; what is kept without it is a secret itself, out of an earlier version.
_SEED = "1:"
_BYTES = 20


def new_seed() -> str:
    """This function will make what is kept of a secret: a seed that is worth nothing without the installation's key."""
    return _SEED + secrets.token_hex(_BYTES)


def secret_of(seed: str, key: str) -> str:
    """This function will make out of a seed and the installation's key what an authenticator shares with us.

    Whoever carries the database away, or a copy of it, has not got the key, and so no secret.
    """
    if not seed.startswith(_SEED):
        return seed
    made = hmac.digest(key.encode(), b"second factor:" + seed.encode(), "sha256")
    return base64.b32encode(made[:_BYTES]).decode()


def address(secret: str, email: str, issuer: str) -> str:
    """This function will write the address that an authenticator reads out of a picture."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """This function will tell the step of time that a code belongs to, None when it is not one of now."""
    typed = plain(code)
    if not (len(typed) == 6 and typed.isascii() and typed.isdigit()):
        return None
    clock, generator = int(now.timestamp()) // STEP, pyotp.TOTP(secret, interval=STEP)
    return next(
        (
            clock + off
            for off in DRIFT
            if hmac.compare_digest(generator.generate_otp(max(clock + off, 0)), typed)
        ),
        None,
    )


def plain(code: str) -> str:
    """This function will take away what people put between the figures of a code."""
    return "".join(code[:60].split()).replace("-", "").lower()


def is_on(session: Session, user_id: int) -> bool:
    """This function will tell whether somebody is asked for a code when he signs in."""
    found = select(SecondFactor.confirmed_at).where(SecondFactor.user_id == user_id)
    return session.scalar(found) is not None


def take(session: Session, user_id: int, code: str, now: datetime, key: str) -> str:
    """This function will take a code, once, and tell its kind, “app” or “recovery”; nothing when it is wrong.

    `key` is that of the installation.
    """
    if _take_step(session, user_id, code, now, key):
        return "app"
    return "recovery" if _take_recovery(session, user_id, code, now) else ""


def _take_step(session: Session, user_id: int, code: str, now: datetime, key: str) -> bool:
    seed = session.scalar(select(SecondFactor.secret).where(SecondFactor.user_id == user_id))
    step = step_of(secret_of(seed, key), code, now) if seed else None
    if step is None:
        return False
    # In one statement: of two who come at once with the same code, one comes too late.
    later = update(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.last_step < step)
    return _touched(session, later.values(last_step=step))


def _take_recovery(session: Session, user_id: int, code: str, now: datetime) -> bool:
    unused = update(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.hash == _hash(user_id, code), RecoveryCode.used_at.is_(None)
    )  # fmt: skip
    return is_on(session, user_id) and _touched(session, unused.values(used_at=now))


def _touched(session: Session, statement: object) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))  # type: ignore[attr-defined]
    return isinstance(result, CursorResult) and result.rowcount > 0


def new_recovery_codes(session: Session, user_id: int) -> list[str]:
    """This function will make recovery codes in the place of all former ones; only their hashes are kept."""
    made = ["".join(secrets.choice(_LETTERS) for _each in range(_LENGTH)) for _each in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.execute(
        insert(RecoveryCode), [{"user_id": user_id, "hash": _hash(user_id, each)} for each in made]
    )
    return ["-".join((each[:4], each[4:8], each[8:])) for each in made]


def codes_left(session: Session, user_id: int) -> int:
    """This function will count the recovery codes that are still good."""
    left = select(RecoveryCode.id).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return len(session.scalars(left).all())


def forget(session: Session, user_id: int) -> None:
    """This function will forget the second factor of somebody, and all his recovery codes."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))


def _hash(user_id: int, code: str) -> str:
    return token_hash(f"{user_id}:{plain(code)}")
