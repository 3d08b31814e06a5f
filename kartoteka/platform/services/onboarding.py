"""First steps: what a new admin, or anybody new, does on the first day, ticked by what has come to pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import exists, func, select

from kartoteka.platform.access.models import User
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.organisation import DEFAULT_NAME, organisation
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.firm import FirstStepsRow
from kartoteka.platform.storage.models import BatchRow

# Whoever looks after others begins with the first, everybody else with the second.
OF_ADMIN = ("registry", "import", "people", "role", "identity")
OF_ALL = ("language", "keys", "search")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    key: str
    title: str
    about: str
    done: bool = False


def first_steps(work: Work) -> Sequence[Step]:
    """This function will list what is to be done first; nothing when all is done or was put away."""
    row = work.session.get(FirstStepsRow, work.actor.user_id)
    if row is not None and row.put_away:
        return ()
    ticked = frozenset(row.done if row is not None else ())
    steps = _of_admin(work) if "design" in work.actor.powers else _of_all()
    found = [replace(each, done=each.done or each.key in ticked) for each in steps]
    return () if all(each.done for each in found) else found


def tick(work: Work, key: str) -> None:
    """This function will note that the actor has taken a step.

    :raises NotFound: when there is none of that name.
    """
    if key not in OF_ALL:
        raise NotFound(_("There is nothing at this address."))
    row = _row(work)
    row.done = sorted({*row.done, key})
    work.session.flush()


def put_away(work: Work, away: bool = True) -> None:
    """This function will put the actor's first steps away, or bring them back."""
    row = _row(work)
    row.put_away = away
    if not away and not first_steps(work):
        # Brought back when all has been done: to be looked at once more.
        row.done = []
    work.session.flush()


def put_away_for_all(work: Work) -> None:
    """This function will put the first steps away for everybody there is, where all has been arranged already."""
    work.require("users")
    known = set(work.session.scalars(select(FirstStepsRow.user_id)))
    people = work.session.scalars(select(User.id).where(User.system.is_(False)))
    rows = [FirstStepsRow(user_id=each, put_away=True, done=[]) for each in people if each not in known]
    work.session.add_all(rows)
    work.session.flush()


def _row(work: Work) -> FirstStepsRow:
    row = work.session.get(FirstStepsRow, work.actor.user_id, populate_existing=True, with_for_update=True)
    if row is None:
        row = FirstStepsRow(user_id=work.actor.user_id, put_away=False, done=[])
        work.session.add(row)
    return row


def _of_admin(work: Work) -> list[Step]:
    facts = _facts(work)
    settled = organisation(work)
    roles = any(not each.is_admin for each in work.catalog.roles.values())
    return [
        Step(
            "registry",
            _("Define your first registry"),
            _("From nothing, from a spreadsheet, or a ready-made one."),
            any(not each.plugin for each in work.catalog.active_registries),
        ),
        Step(
            "import",
            _("Bring in a spreadsheet"),
            _("Columns are recognised; you see what will happen before it does."),
            facts["imports"],
        ),
        Step(
            "people",
            _("Invite your colleagues"),
            _("By mail; each chooses his own password."),
            facts["people"] > 1,
        ),
        Step(
            "role",
            _("Make a role and look through its eyes"),
            _("Who sees which sections and rows; then see the pages as one of them."),
            roles,
        ),
        Step(
            "identity",
            _("Give Kartoteka your name, colour and logo"),
            _("They stand on every page, at the door and in mails."),
            settled.name != DEFAULT_NAME or bool(settled.logo or settled.accent),
        ),
    ]


def _of_all() -> list[Step]:
    return [
        Step(
            "language",
            _("Choose your language and looks"),
            _("English or Czech, light or dark, your time zone."),
        ),
        Step("keys", _("See which keys there are"), _("? shows them anywhere.")),
        Step(
            "search",
            _("Search for something"),
            _("Ctrl K finds records in all registries, with or without accents."),
        ),
    ]


def _facts(work: Work) -> Mapping[str, Any]:
    """Asked by one statement."""
    people = select(func.count()).select_from(User).where(User.system.is_(False)).scalar_subquery()
    imports = exists().where(BatchRow.kind == "import")
    row = work.session.execute(select(people.label("people"), imports.label("imports"))).one()
    return {"people": row.people, "imports": bool(row.imports)}
