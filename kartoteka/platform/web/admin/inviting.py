"""Inviting people: one or a pasted list, seen line by line before anything is sent; again, and no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, KartotekaError
from kartoteka.platform.kernel.texts import OF_STAFF, _
from kartoteka.platform.services import people, rosters, signing
from kartoteka.platform.services.people import Person
from kartoteka.platform.services.rosters import Entry
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.accounts import listed, role_choices
from kartoteka.platform.web.admin.answers import Refusal
from kartoteka.platform.web.admin.frame import USERS
from kartoteka.platform.web.pages import page

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Invited:
    """What became of one line of an invitation."""

    email: str
    name: str = ""
    line: int = 0
    link: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Foreseen:
    """One line of a list as it was understood, with what will become of it."""

    line: int
    name: str
    email: str
    said: str
    tone: str


@dataclass(frozen=True)
class InviteForm:
    """The dialog of inviting, with what was typed and what became of it."""

    typed: Mapping[str, Any]
    roles: Sequence[tuple[str, str, bool]]
    languages: Sequence[tuple[str, str]]
    done: Sequence[Invited] = ()
    failed: Sequence[Invited] = ()
    foreseen: Sequence[Foreseen] = ()
    mail_is_sent: bool = True
    refusal: Refusal = field(default_factory=Refusal)

    @property
    def good(self) -> int:
        """How many of the lines will be invited."""
        return sum(each.tone != "bad" for each in self.foreseen)


@page("/admin/people/invite", right=USERS)
def admin_invite() -> str:
    """The dialog of inviting."""
    with begin() as work:
        return render_template("admin/invite.html", form=invite_form(work, {}))


@page("/admin/people/invite/preview", "POST", right=USERS)
def admin_foresee_invitations() -> str:
    """The pasted list line by line, with what is wrong and who is known already."""
    with begin() as work:
        form = invite_form(work, {}, foreseen=_foreseen(work, rosters.read(request.form.get("emails", ""))))
        return render_template("admin/invite_preview.html", form=form)


@page("/admin/people/invite", "POST", right=USERS)
def admin_send_invitations() -> ResponseReturnValue:
    """Invitations to one address or to many; what is wrong with one does not keep the others back."""
    given = request.form
    wanted = rosters.read(given.get("emails", ""))
    with begin(write=True) as work:
        done: list[Invited] = []
        failed: list[Invited] = []
        for at, entry in enumerate(wanted):
            result = _too_many(entry) if at >= MOST_AT_ONCE else _invite_entry(work, entry, given)
            (failed if result.wrong else done).append(result)
        left = "\n".join(f"{each.name} <{each.email}>" if each.name else each.email for each in failed)
        typed = {**given.to_dict(), "roles": given.getlist("roles"), "emails": left}
        nothing = Invalid({"emails": [_("Write at least one e-mail address.")]})
        refusal = Refusal() if wanted else Refusal(nothing, frozenset({"emails"}))
        form = invite_form(work, typed, done, failed, refusal)
        shown = render_template("admin/invite.html", form=form)
        if not done:
            return shown, 422
        return shown + _list_anew(work, "invited")


@page("/admin/people/invite/again", "POST", right=USERS)
def admin_invite_again() -> ResponseReturnValue:
    """New links to all who have been invited and have not come; the old ones no longer work."""
    with begin(write=True) as work:
        waiting = [each for each in people.users(work) if each.invited and not each.active]
        results = [invite_again(work, each) for each in waiting]
        done, failed = (
            [each for each in results if not each.wrong],
            [each for each in results if each.wrong],
        )
        form = invite_form(work, {"emails": "\n".join(each.email for each in failed)}, done, failed)
        return render_template("admin/invite.html", form=form) + _list_anew(work, "invited")


def invite_again(work: Work, found: Person) -> Invited:
    """This function will send a new invitation to somebody who has not come; the old link no longer works."""
    return _invite(work, Entry(0, found.name, found.email), found.roles, found.language)


def shown_invited(work: Work, result: Invited) -> str:
    """This function will show what became of one invitation, with its link where no mail is sent."""
    form = invite_form(work, {"emails": result.email}, [result])
    return render_template("admin/invite.html", form=form) + _list_anew(work, "invited")


def invite_form(
    work: Work,
    typed: Mapping[str, Any],
    done: Sequence[Invited] = (),
    failed: Sequence[Invited] = (),
    refusal: Refusal | None = None,
    foreseen: Sequence[Foreseen] = (),
) -> InviteForm:
    """This function will put together the dialog of inviting."""
    typed = {"language": work.actor.locale.language, **typed}
    return InviteForm(
        typed,
        role_choices(work, typed.get("roles", ())),
        list(OF_STAFF.items()),
        done,
        failed,
        foreseen,
        bool(work.office.settings.smtp_url),
        refusal or Refusal(),
    )


def _list_anew(work: Work, state: str) -> str:
    return render_template(
        "admin/people_list.html", renewing=True, **listed(work, MultiDict({"state": state}))
    )


def _foreseen(work: Work, entries: Sequence[Entry]) -> list[Foreseen]:
    known = {each.email: each for each in people.users(work)}
    return [_foresee(entry, known.get(entry.email), at) for at, entry in enumerate(entries)]


def _foresee(entry: Entry, known: Person | None, at: int) -> Foreseen:
    def shown(said: str, tone: str = "bad") -> Foreseen:
        return Foreseen(entry.line, entry.name, entry.email, said, tone)

    if entry.wrong:
        return shown(entry.wrong)
    if at >= MOST_AT_ONCE:
        return shown(_too_many(entry).wrong)
    if known is None:
        return shown(_("will be invited"), "good")
    if known.active:
        return shown(_("{name} has an account already.", name=known.name))
    if known.invited:
        return shown(_("invited already, will get a new link"), "info")
    return shown(_("{name} has an account that is switched off.", name=known.name), "info")


def _too_many(entry: Entry) -> Invited:
    return Invited(entry.email, entry.name, entry.line, wrong=_("At most {max} at once.", max=MOST_AT_ONCE))


def _invite_entry(work: Work, entry: Entry, given: MultiDict[str, str]) -> Invited:
    if entry.wrong:
        return Invited(entry.email, entry.name, entry.line, wrong=entry.wrong)
    return _invite(work, entry, given.getlist("roles"), given.get("language"))


def _invite(work: Work, entry: Entry, roles: Sequence[str], language: str | None) -> Invited:
    try:
        with work.attempt():
            found = signing.invite(work, entry.email, roles, entry.name, language or None)
            return Invited(found.person.email, found.person.name, entry.line, found.link)
    except (Invalid, Conflict, Forbidden) as error:
        return Invited(entry.email, entry.name, entry.line, wrong=_first(error))


def _first(error: KartotekaError) -> str:
    return next((sentences[0] for sentences in error.errors.values() if sentences), error.message)
