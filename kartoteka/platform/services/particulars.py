"""Reading the particulars of an account out of a document: what is known, what is wrong, all at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from kartoteka.platform.access.actor import Identity
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import LANGUAGES, _

THEMES = ("auto", "light", "dark")
OWN = frozenset({"name", "language", "timezone", "theme"})
CHANGE = OWN | {"email", "roles", "identity", "active", "password"}
NEW = CHANGE
# Top names of addresses that are good within a firm's network or on one machine.
WITHIN_A_FIRM = (".local", ".test", "localhost")
MAX_NAME = 200
MAX_ID = 2**63


@dataclass
class Given:
    """What a document says about an account, and what is wrong with it."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def note(self, key: str, sentences: Sequence[str]) -> None:
        """This function will add what is wrong with one particular."""
        if sentences:
            self.errors.setdefault(key, []).extend(sentences)

    def insist_on(self, key: str) -> None:
        """This function will note a particular that is missing."""
        if key not in self.values and key not in self.errors:
            self.note(key, [_("This must be filled in.")])

    def refuse(self) -> None:
        """This function will refuse the document if anything was wrong.

        :raises Invalid: with every sentence.
        """
        if self.errors:
            raise Invalid(self.errors)


def read(body: Mapping[str, Any], allowed: frozenset[str]) -> Given:
    """This function will read the particulars of a document; what is not allowed is wrong, not passed over."""
    given = Given()
    if not isinstance(body, Mapping):
        raise Invalid({"": [_("A document with names and values is needed.")]})
    for key, value in body.items():
        if key not in allowed:
            given.note(str(key)[:80], [_("This is not known here.")])
            continue
        try:
            given.values[key] = _READERS[key](value)
        except ValueError as error:
            given.note(key, [str(error)])
    # Nobody has to be given a password; an empty one is none.
    if given.values.get("password", "") is None:
        del given.values["password"]
    return given


def normal_email(raw: Any) -> str:
    """This function will give the one form in which an address is kept and looked up.

    :raises ValueError: with a sentence.
    """
    if not isinstance(raw, str) or len(raw) > 400:
        raise ValueError(_("This is not an e-mail address."))
    typed, inner = raw.strip(), ""
    if typed.rpartition("@")[2].lower().endswith(WITHIN_A_FIRM):
        # The validator knows no names that only a firm's own network knows; what precedes them it may check.
        inner = ".example"
    try:
        found = validate_email(typed + inner, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(_("This is not an e-mail address.")) from error
    email = found.normalized.lower().removesuffix(inner)
    if len(email) > 254:
        raise ValueError(_("This is not an e-mail address."))
    return email


def _name(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(_("This must be filled in."))
    name = " ".join(raw.split(" ")).strip()
    if not name.isprintable() or len(name) > MAX_NAME:
        raise ValueError(_("A name is one line of at most {max} characters.", max=MAX_NAME))
    return name


def _roles(raw: Any) -> list[str]:
    if not isinstance(raw, (list, tuple)) or not all(isinstance(each, str) for each in raw):
        raise ValueError(_("A list of roles is needed."))
    return list(dict.fromkeys(raw))


def _identity(raw: Any) -> Identity | None:
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or set(raw) != {"registry", "id"}:
        raise ValueError(_("An identity has a registry and an id."))
    registry, identifier = raw["registry"], raw["id"]
    if not isinstance(registry, str) or type(identifier) is not int or not 0 < identifier < MAX_ID:
        raise ValueError(_("An identity has a registry and an id."))
    return Identity(registry, identifier)


def _active(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError(_("This is either true or false."))
    return raw


def _password(raw: Any) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise ValueError(_("A password is text."))
    return raw


def _one_of(allowed: Callable[[], Sequence[str] | frozenset[str]]) -> Callable[[Any], str]:
    def read_one(raw: Any) -> str:
        if not isinstance(raw, str) or raw not in allowed():
            raise ValueError(_("This choice is not known."))
        return raw

    return read_one


@cache
def timezones() -> frozenset[str]:
    """This function will give the names of all time zones."""
    return frozenset(name for name in available_timezones() if len(name) <= 40)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "email": normal_email,
    "name": _name,
    "roles": _roles,
    "identity": _identity,
    "active": _active,
    "password": _password,
    "language": _one_of(lambda: tuple(LANGUAGES)),
    "timezone": _one_of(timezones),
    "theme": _one_of(lambda: THEMES),
}
