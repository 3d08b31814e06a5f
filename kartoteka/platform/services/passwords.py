"""Passwords: which will do, and how they are kept (argon2id) and compared."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kartoteka.platform.kernel.texts import _

SHORTEST, LONGEST = 10, 1000
_HASHER = PasswordHasher(time_cost=2, memory_cost=47104, parallelism=1)
# What people choose first when ten characters are asked for; compared in lower case.
_COMMON = """
1234567890 12345678910 123456789a 0123456789 0987654321 9876543210 1q2w3e4r5t 1q2w3e4r5t6y
q1w2e3r4t5 1qaz2wsx3edc qwertyuiop qwertzuiop qwerty1234 qwerty12345 qwerty123456 qwertyuiop123
asdfghjkl1 asdfghjkl123 zxcvbnm123 password12 password123 password1234 password12345 passw0rd123
p@ssw0rd123 p@ssword123 password2024 password2025 password2026 passwordpassword mypassword
mypassword1 administrator administrator1 admin12345 admin123456 adminadmin adminadmin1 welcome123
welcome1234 welcome2024 welcome2025 welcome2026 letmein123 changeme123 changemeplease iloveyou12
iloveyou123 iloveyou1234 iloveyouforever sunshine123 football123 baseball123 princess123
superman123 michael123 charlie123 computer123 internet123 starwars123 trustno1trustno1 abcdefghij
abcdefghijk abcd123456 abc1234567 abc123abc123 a1b2c3d4e5 aa12345678 google1234 samsung123
heslo12345 heslo123456 heslo1234567 hesloheslo heslo2024 heslo2025 heslo2026 mojeheslo1
mojeheslo123 tajneheslo tajneheslo1 ahojahoj12 ahojahoj123 ahoj123456 slunicko123 slunicko12
milacek123 kocicka123 martin1234 kartoteka1 kartoteka12 kartoteka123 kartoteka1234 spravce123
administrace sparta1893 slavia1892 praha12345 firma12345 testtest12 testtest123 test123456
test1234567 tester1234
"""
COMMON = frozenset(_COMMON.split())


def normal(password: str) -> str:
    """This function will give the one form of letters that keyboards write in several ways."""
    return unicodedata.normalize("NFKC", password)


def faults(password: str, email: str) -> list[str]:
    """This function will tell in sentences why a password will not do; an empty list means that it will."""
    plain = normal(password)
    if len(plain) < SHORTEST:
        return [_("A password has at least {min} characters; a few words are best.", min=SHORTEST)]
    if len(password) > LONGEST or len(plain) > LONGEST:
        return [_("A password has {max} characters at most.", max=LONGEST)]
    folded = plain.casefold()
    if folded in (email.casefold(), email.partition("@")[0].casefold()):
        return [_("The e-mail address is no password.")]
    if folded in COMMON or len(set(folded)) < 4:
        return [_("This password is too easy to guess.")]
    return []


def hashed(password: str) -> str:
    """This function will give what is kept of a password."""
    return _HASHER.hash(_bytes(password))


def _bytes(password: str) -> bytes:
    # A form may bring halves of surrogate pairs; they are as good as any other secret.
    return normal(password).encode("utf-8", "surrogatepass")


@cache
def _decoy() -> str:
    return _HASHER.hash(b"compared with when there is nothing to compare with")


def matches(kept: str | None, password: str) -> bool:
    """This function will compare a password; without a kept one it takes as long and says no."""
    decoy = _decoy()
    too_long = len(password) > LONGEST
    try:
        _HASHER.verify(decoy if kept is None or too_long else kept, _bytes(password[:LONGEST]))
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None and not too_long


def outdated(kept: str) -> bool:
    """This function will tell whether a hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(kept)
