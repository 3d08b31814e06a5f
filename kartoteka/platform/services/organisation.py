"""What the firm has settled about itself: its name, colour, pictures and welcome.

A setting is a line of `SETTINGS`: its key, its default, how it is read, and the power that may change it. The
whole stands in one row under a mark that changes with it, and every piece of work learns the mark with its
first statement, so that asking for a setting costs nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.firm import OrganisationRow, PictureRow

ROW = 1
KEPT = 50
MAX_NAME, MAX_TEXT = 60, 4000
DEFAULT_NAME = "Kartoteka"
Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Organisation:
    """The firm as every page shows it. A picture is named by its hash."""

    name: str = DEFAULT_NAME
    accent: str = ""
    logo: str = ""
    sign_in_picture: str = ""
    sign_in_text: str = ""
    welcome: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is read, and the power that may change it."""

    read: Reader
    power: str = "design"


def _name(raw: Any) -> str:
    text = " ".join(raw.split()) if isinstance(raw, str) else ""
    if not text:
        raise ValueError(_("This must be filled in."))
    if len(text) > MAX_NAME or not text.isprintable():
        raise ValueError(_("A name is one line of at most {max} characters.", max=MAX_NAME))
    return text


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or "\x00" in raw or any("\ud800" <= each <= "\udfff" for each in raw):
        raise ValueError(_("This must be a text."))
    text = raw.replace("\r\n", "\n").strip()
    if len(text) > MAX_TEXT:
        raise ValueError(_("This can be {max} characters long at most.", max=MAX_TEXT))
    return text


def _colour(raw: Any) -> str:
    text = raw.strip().lower() if isinstance(raw, str) else "?"
    if text and not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise ValueError(_("A colour is written as # and six digits, such as #1d54b0."))
    return text


def _hash(raw: Any) -> str:
    if raw is None or raw == "":
        return ""
    if not isinstance(raw, str) or not re.fullmatch(r"[0-9a-f]{64}", raw):
        raise ValueError(_("There is no such picture."))
    return raw


SETTINGS: Mapping[str, Setting] = {
    "name": Setting(_name),
    "accent": Setting(_colour),
    "logo": Setting(_hash),
    "sign_in_picture": Setting(_hash),
    "sign_in_text": Setting(_text),
    "welcome": Setting(_text),
}
PICTURES = ("logo", "sign_in_picture")

# What was read stands under its mark, which no other reading ever has; so it may be kept for all offices.
_kept: dict[str, Organisation] = {}


def mark_of() -> Select[str]:
    """This function will give the statement that asks for the present mark."""
    return select(OrganisationRow.mark).where(OrganisationRow.id == ROW)


def organisation(work: Work) -> Organisation:
    """This function will give what the firm has settled, for a piece of work; it costs a statement only when new."""
    known = _kept.get(work.firm_mark) if work.firm_mark else Organisation()
    return known or stored(work.session)


def stored(session: Session) -> Organisation:
    """This function will read what the firm has settled, where nobody has begun work: at the sign-in."""
    row = session.get(OrganisationRow, ROW, populate_existing=True)
    if row is None:
        return Organisation()
    if row.mark not in _kept:
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[row.mark] = _known(row.body)
    return _kept[row.mark]


def change_organisation(work: Work, body: Mapping[str, Any]) -> Organisation:
    """This function will change settings; those not named stay as they are.

    :raises Invalid: with a sentence for each that is wrong or unknown.
    :raises Forbidden: when the actor lacks the power that one of them needs.
    """
    values = _read(work, body)
    row = work.session.get(OrganisationRow, ROW, populate_existing=True, with_for_update=True)
    if row is None:
        row = OrganisationRow(id=ROW, mark="", body={}, changed_at=work.now)
        work.session.add(row)
    row.body = {**row.body, **values}
    row.mark, row.changed_at = uuid4().hex, work.now
    work.session.flush()
    work.firm_mark = row.mark
    # Not kept: this work may yet be undone.
    return _known(row.body)


def _read(work: Work, body: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for key, raw in body.items():
        setting = SETTINGS.get(key)
        if setting is None:
            errors[str(key)[:80]] = [_("This is not known here.")]
            continue
        work.require(setting.power)
        try:
            values[key] = setting.read(raw)
        except ValueError as error:
            errors[key] = [str(error)]
    for key in PICTURES:
        if values.get(key) and work.session.get(PictureRow, values[key]) is None:
            errors[key] = [_("There is no such picture.")]
    if errors:
        raise Invalid(errors)
    return values


def _known(body: Mapping[str, Any]) -> Organisation:
    """A document of a newer or older program may hold settings that are not known here."""
    return Organisation(**{key: value for key, value in body.items() if key in SETTINGS})
