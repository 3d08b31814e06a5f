"""Passwords: long ones count to the last letter, easy ones will not do."""

import pytest

from kartoteka.platform.services import passwords

EMAIL = "jana.novakova@firm.example"


@pytest.mark.parametrize("length", [71, 72, 73, 79, 80, 127, 128, 255, 256, 999])
def test_every_letter_counts(length: int) -> None:
    base = ("correct horse battery staple " * 40)[:length]
    kept = passwords.hashed(base + "a")
    assert kept.startswith("$argon2id$")
    assert passwords.matches(kept, base + "a")
    assert not passwords.matches(kept, base + "b")
    assert not passwords.matches(kept, base)


def test_longer_than_allowed_is_never_cut() -> None:
    kept = passwords.hashed("x" * 1000)
    assert passwords.matches(kept, "x" * 1000)
    assert not passwords.matches(kept, "x" * 1001)


def test_the_same_letters_from_another_keyboard() -> None:
    assert passwords.matches(passwords.hashed("příliš žluťoučký"), "příliš žluťoučký")


def test_nothing_matches_nothing() -> None:
    for kept in (None, "", "not a hash", "$argon2id$broken"):
        for typed in ("", "None", "compared with when there is nothing to compare with"):
            assert not passwords.matches(kept, typed)


@pytest.mark.parametrize(
    "password",
    ["", "123456789", "x" * 1001, "ﷺ" * 200, EMAIL, EMAIL.upper(), "jana.novakova", "Password123", "1234567890",
     "aaaaaaaaaaaa", "abababababab", "QWERTZUIOP"],
)  # fmt: skip
def test_easy_ones(password: str) -> None:
    assert len(passwords.faults(password, EMAIL)) == 1


@pytest.mark.parametrize(
    "password", ["correct horse", "kartoteka-demo", "ž" * 3 + "luťoučký kůň", "x y z " * 166]
)
def test_good_ones(password: str) -> None:
    assert passwords.faults(password, EMAIL) == []
