"""The refusals that the platform foresees; anything else that is raised is a bug.

KartotekaError
├── NotFound        404   no such thing, or not for you
├── Forbidden       403   you may see it, but not do this
├── Invalid         422   wrong input: {field: [sentence, …]}, all at once
├── Conflict        409   would break uniqueness, is in use, or the state does not allow it
├── StaleVersion    412   somebody changed the record meanwhile
├── TooLarge        413   more than the platform takes at once
├── Unauthenticated 401   nobody, or nobody known
├── TooMany         429   too many tries
├── Unavailable     503   something outside of us does not answer; another try may well succeed
└── Misconfigured   500   a setting, the catalog or a plugin is wrong; the message says what to mend
"""

from collections.abc import Mapping, Sequence


class KartotekaError(Exception):
    """A foreseen refusal; its text is a sentence for people."""

    def __init__(self, message: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.errors: dict[str, list[str]] = {key: list(value) for key, value in (errors or {}).items()}


class NotFound(KartotekaError):
    """There is no such thing, or the actor may not know of it."""


class Forbidden(KartotekaError):
    """The actor may know of the thing, but not do this with it."""


class Invalid(KartotekaError):
    """The input is wrong; `errors` holds every sentence by the name of what it is about."""

    def __init__(self, errors: Mapping[str, Sequence[str]], message: str | None = None) -> None:
        first = next((sentences[0] for sentences in errors.values() if sentences), "")
        super().__init__(message or first, errors)


class Conflict(KartotekaError):
    """The change would break uniqueness, or the thing is in use, or its state does not allow it."""


class StaleVersion(KartotekaError):
    """The record has changed since the version that the change was based on."""

    def __init__(self, message: str, current: int) -> None:
        super().__init__(message)
        self.current = current


class TooLarge(KartotekaError):
    """The input is larger than the platform takes at once."""


class Unauthenticated(KartotekaError):
    """Nobody is signed in, or the token or password is not valid."""


class TooMany(KartotekaError):
    """Too many tries in too short a time."""


class Unavailable(KartotekaError):
    """Something that the work needs does not answer or is full; nothing was changed."""


class Misconfigured(KartotekaError):
    """A setting, the catalog or a plugin is wrong; the message says what to mend."""
