"""Absences: who is away from when to when, who stands in for him, and who acts for him on a given day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma
from sqlalchemy import ColumnElement, and_, or_, select, true

from kartoteka.field_types.folding import fold
from kartoteka.field_types.formatting import date_text
from kartoteka.platform.access.models import Absence as Row
from kartoteka.platform.access.models import User
from kartoteka.platform.kernel import mail
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import people
from kartoteka.platform.services.records import Link
from kartoteka.platform.services.work import Work

MAX_NOTE = 500
LONGEST_DAYS = 3660
KNOWN = frozenset({"user", "begins", "ends", "substitute", "note"})
Errors = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which somebody is away, the first and the last included."""

    id: int
    user: Link
    begins: date
    ends: date
    substitute: Link | None
    note: str
    warnings: tuple[str, ...] = ()

    def covers(self, on: date) -> bool:
        """This function will tell whether he is away on a day."""
        return self.begins <= on <= self.ends


@dataclass(frozen=True, slots=True)
class Away:
    """How long somebody who is away on a day will be, and who stands in for him."""

    until: date
    substitute_id: int | None


def absences(
    work: Work, *, user_id: int | None = None, past: bool = False, warned: bool = False
) -> list[Absence]:
    """This function will list absences by their beginning; those that are over, and warnings, only when asked for.

    Everybody is told his own and those in which he stands in; who looks after accounts is told all.
    """
    conditions: list[ColumnElement[bool]] = [_may_see(work)]
    if user_id is not None:
        conditions.append(Row.user_id == user_id)
    if not past:
        conditions.append(Row.ends >= today(work))
    rows = work.session.scalars(select(Row).where(*conditions).order_by(Row.begins, Row.id)).all()
    shown = _shown(work, rows)
    if not warned:
        return shown
    return [
        replace(each, warnings=tuple(_warnings(work, row))) for each, row in zip(shown, rows, strict=True)
    ]


def absence(work: Work, absence_id: int) -> Absence:
    """This function will give one absence.

    :raises NotFound: when there is none that the actor is told of.
    """
    return _shown(work, [_row(work, absence_id, _may_see(work))])[0]


def add_absence(work: Work, body: Mapping[str, Any]) -> Absence:
    """This function will note that somebody will be away: the actor himself unless it says who.

    What is odd but may be meant, such as a substitute who is away too, comes back among the warnings.

    :raises Invalid: with a sentence for everything that is wrong.
    """
    values = _read(work, body)
    owner = _owner(work, values.pop("user", work.actor.user_id))
    missing = [key for key in ("begins", "ends") if values.get(key) is None]
    if missing:
        raise Invalid({key: [_("This must be filled in.")] for key in missing})
    made = Row(user_id=owner.id, begins=values["begins"], ends=values["ends"], note=values.get("note", ""),
               substitute_id=values.get("substitute"), by_id=work.actor.user_id, created_at=work.now)  # fmt: skip
    _check(work, made, owner)
    work.session.add(made)
    work.session.flush()
    people.journal(work, owner.id, "absence_added", _journaled(made))
    return _told(work, made, owner, before=None)


def change_absence(work: Work, absence_id: int, body: Mapping[str, Any]) -> Absence:
    """This function will change an absence; whose it is stays.

    :raises NotFound: when it is not the actor's to change.
    """
    row = _row(work, absence_id, _may_change(work))
    values = _read(work, body, without=frozenset({"user"}))
    owner = _owner(work, row.user_id)
    before = row.substitute_id
    emptied = [key for key in ("begins", "ends") if key in values and values[key] is None]
    if emptied:
        raise Invalid({key: [_("This must be filled in.")] for key in emptied})
    with work.session.no_autoflush:
        for key, value in values.items():
            setattr(row, "substitute_id" if key == "substitute" else key, value)
        _check(work, row, owner)
    work.session.flush()
    people.journal(work, owner.id, "absence_changed", _journaled(row))
    return _told(work, row, owner, before)


def remove_absence(work: Work, absence_id: int) -> None:
    """This function will strike an absence out.

    :raises NotFound: when it is not the actor's to strike out.
    """
    row = _row(work, absence_id, _may_change(work))
    _owner(work, row.user_id)
    people.journal(work, row.user_id, "absence_removed", _journaled(row))
    work.session.delete(row)
    work.session.flush()


def absent_on(work: Work, on: date, user_ids: Iterable[int] | None = None) -> dict[int, Away]:
    """This function will tell by one statement who is away on a day, among some people or all."""
    wanted = select(Row.user_id, Row.ends, Row.substitute_id).where(Row.begins <= on, Row.ends >= on)
    found = work.session.execute(wanted.order_by(Row.ends)).all()
    asked = None if user_ids is None else frozenset(user_ids)
    return {row[0]: Away(row[1], row[2]) for row in found if asked is None or row[0] in asked}


def substitute_of(work: Work, user_id: int, on: date) -> int | None:
    """This function will tell who acts for somebody on a day.

    None when he is there himself, or nobody who is there stands in for him: substitutes who are away hand on to
    their own, those who are switched off or lead around in a circle count for nothing.
    """
    away = absent_on(work, on)
    found = follow({each: known.substitute_id for each, known in away.items()}, user_id)
    active = select(User.id).where(User.id == found, User.active, User.system.is_(False))
    return None if found is None else work.session.scalar(active)


def acted_for(work: Work, on: date) -> list[int]:
    """This function will tell by one statement for whom the actor acts on a day."""
    away = {each: known.substitute_id for each, known in absent_on(work, on).items()}
    return [each for each in away if follow(away, each) == work.actor.user_id]


def follow(away: Mapping[int, int | None], user_id: int) -> int | None:
    """This function will follow substitutes from somebody to the first who is there, given who is away."""
    if user_id not in away:
        return None
    passed, present = {user_id}, away[user_id]
    while present is not None and present in away:
        if present in passed:
            return None
        passed.add(present)
        present = away[present]
    return None if present in passed else present


def colleagues(work: Work, q: str = "", *, limit: int = 20) -> list[Link]:
    """This function will offer people who may stand in; whoever is a record himself, as a customer is, gets nobody."""
    if work.actor.identity is not None and "users" not in work.actor.powers:
        return []
    words = fold(q).split()
    there = select(User.id, User.name).where(
        User.active, User.system.is_(False), User.identity_id.is_(None), User.id != work.actor.user_id
    )
    found = [Link(*row) for row in work.session.execute(there)]
    fitting = [each for each in found if all(word in fold(each.title) for word in words)]
    return sorted(fitting, key=lambda each: (fold(each.title), each.id))[:limit]


def today(work: Work) -> date:
    """This function will tell the actor's present day."""
    return work.now.astimezone(ZoneInfo(work.actor.locale.timezone)).date()


def _may_see(work: Work) -> ColumnElement[bool]:
    me = work.actor.user_id
    return true() if "users" in work.actor.powers else or_(Row.user_id == me, Row.substitute_id == me)


def _may_change(work: Work) -> ColumnElement[bool]:
    return true() if "users" in work.actor.powers else Row.user_id == work.actor.user_id


def _row(work: Work, absence_id: int, allowed: ColumnElement[bool]) -> Row:
    known = select(Row).where(Row.id == absence_id, allowed)
    row = work.session.scalar(known) if 0 < absence_id < 2**31 else None
    if row is None:
        raise NotFound(_("There is no such absence."))
    return row


def _owner(work: Work, user_id: int) -> User:
    """Whose absence it is, held until the end of the transaction: two that overlap must not both get in."""
    if user_id != work.actor.user_id:
        if "users" not in work.actor.powers:
            raise Invalid({"user": [_("You can only note your own absences.")]})
        try:
            people.check_reach(work, people.roles_of(work, [people.find(work, user_id).id])[user_id])
        except NotFound as error:
            raise Invalid({"user": [error.message]}) from error
    return work.session.scalars(select(User).where(User.id == user_id).with_for_update()).one()


def _read(work: Work, body: Mapping[str, Any], without: frozenset[str] = frozenset()) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        raise Invalid({"": [_("A document with names and values is needed.")]})
    errors: Errors = {
        str(key)[:80]: [_("This is not known here.")] for key in body if key not in KNOWN - without
    }
    values: dict[str, Any] = {}
    for key in KNOWN - without:
        if key in body:
            try:
                values[key] = _read_one(work, key, body[key])
            except ValueError as error:
                errors[key] = [str(error)]
    if errors:
        raise Invalid(errors)
    return values


def _read_one(work: Work, key: str, raw: Any) -> Any:
    if key in ("begins", "ends"):
        kind = work.office.field_types["date"]
        try:
            return kind.schema(kind.options({})).deserialize(raw)
        except ma.ValidationError as error:
            raise ValueError(" ".join(map(str, error.messages))) from error
    if key == "note":
        note = raw if raw is not None else ""
        if not isinstance(note, str) or len(note) > MAX_NOTE or not note.replace("\n", "").isprintable():
            raise ValueError(_("A note is text of at most {max} characters.", max=MAX_NOTE))
        return note.strip()
    if raw is None and key == "substitute":
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**31:
        raise ValueError(_("There is no such user."))
    return raw


def _check(work: Work, row: Row, owner: User) -> None:
    errors: Errors = {}
    if row.ends < row.begins:
        errors["ends"] = [_("It cannot end before it begins.")]
    elif (row.ends - row.begins).days > LONGEST_DAYS:
        errors["ends"] = [_("That is too long.")]
    elif other := _overlapping(work, row):
        span = _span(work, other.begins, other.ends)
        errors["begins"] = [_("These days overlap with another absence: {span}.", span=span)]
    if row.substitute_id is not None and (sentence := _unfit(work, row.substitute_id, owner, row.id)):
        errors["substitute"] = [sentence]
    if errors:
        raise Invalid(errors)


def _unfit(work: Work, substitute_id: int, owner: User, absence_id: int | None) -> str:
    """Why somebody cannot stand in; who has been chosen already may stay, even if he has gone since."""
    if substitute_id == owner.id:
        return _("Nobody stands in for himself.")
    kept = select(Row.substitute_id).where(Row.id == absence_id)
    if absence_id is not None and work.session.scalar(kept) == substitute_id:
        return ""
    known = select(User.id).where(
        User.id == substitute_id, User.active, User.system.is_(False), User.identity_id.is_(None)
    )
    customer = work.actor.identity is not None and "users" not in work.actor.powers
    return _("There is no such user.") if customer or work.session.scalar(known) is None else ""


def _overlapping(work: Work, row: Row) -> Row | None:
    others = select(Row).where(Row.user_id == row.user_id, Row.begins <= row.ends, Row.ends >= row.begins)
    return work.session.scalar(
        (others.where(Row.id != row.id) if row.id else others).order_by(Row.begins).limit(1)
    )


def _warnings(work: Work, row: Row) -> list[str]:
    """Who stands in may be away himself: it is told by name, with who stands in for him."""
    if row.substitute_id is None:
        return []
    also = select(Row).where(
        and_(Row.user_id == row.substitute_id, Row.begins <= row.ends, Row.ends >= row.begins)
    )
    sentences = []
    for each in work.session.scalars(also.order_by(Row.begins)):
        names = _names(work, [each.user_id, *([each.substitute_id] if each.substitute_id else [])])
        told = {"name": names[each.user_id], "span": _span(work, each.begins, each.ends)}
        if each.substitute_id is None:
            sentences.append(_("{name} is away too: {span}. Nobody stands in for {name} then.", **told))
        elif each.substitute_id == row.user_id:
            sentences.append(_("{name} is away too: {span}. You stand in for each other then.", **told))
        else:
            told["other"] = names[each.substitute_id]
            sentences.append(_("{name} is away too: {span}. {other} stands in then.", **told))
    return sentences


def _told(work: Work, row: Row, owner: User, before: int | None) -> Absence:
    """The absence with its warnings; a new substitute learns of it by mail."""
    if row.substitute_id not in (None, before, work.actor.user_id):
        _write(work, row, owner)
    return replace(_shown(work, [row])[0], warnings=tuple(_warnings(work, row)))


def _write(work: Work, row: Row, owner: User) -> None:
    substitute = work.session.get_one(User, row.substitute_id)
    if not substitute.active:
        return
    days = _span_in(substitute.language, row.begins, row.ends)
    message = mail.compose(
        substitute.language, "substitute", name=substitute.name, absent=owner.name, span=days, note=row.note,
        base_url=work.office.settings.base_url,
    )  # fmt: skip
    mail.post(work.session, work.office.settings, message, substitute.email, substitute.name, work.now)


def _span(work: Work, begins: date, ends: date) -> str:
    return _span_in(work.actor.locale.language, begins, ends)


def _span_in(language: str, begins: date, ends: date) -> str:
    first, last = date_text(begins, language), date_text(ends, language)
    return first if begins == ends else f"{first} – {last}"


def span_text(found: Absence, language: str) -> str:
    """This function will write from when to when somebody is away."""
    return _span_in(language, found.begins, found.ends)


def _shown(work: Work, rows: Sequence[Row]) -> list[Absence]:
    names = _names(work, {each for row in rows for each in (row.user_id, row.substitute_id) if each})
    return [
        Absence(
            row.id,
            Link(row.user_id, names[row.user_id]),
            row.begins,
            row.ends,
            Link(row.substitute_id, names[row.substitute_id]) if row.substitute_id else None,
            row.note,
        )
        for row in rows
    ]


def _names(work: Work, ids: Iterable[int]) -> dict[int, str]:
    wanted = sorted(set(ids))
    found = select(User.id, User.name).where(User.id.in_(wanted)) if wanted else None
    return {row[0]: row[1] for row in work.session.execute(found)} if found is not None else {}


def _journaled(row: Row) -> dict[str, Any]:
    return {"begins": row.begins.isoformat(), "ends": row.ends.isoformat(), "substitute": row.substitute_id}
