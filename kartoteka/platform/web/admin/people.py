"""People: who has an account, roles, the record that somebody is, what is done with an account."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.platform import front
from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, TooMany
from kartoteka.platform.kernel.texts import LANGUAGES, _
from kartoteka.platform.services import absences, people, second_factor, signing
from kartoteka.platform.services.absences import Absence
from kartoteka.platform.services.people import Person
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.accounts import invited_text, listed, role_choices, state_of
from kartoteka.platform.web.admin.answers import Refusal, refused, renewed
from kartoteka.platform.web.admin.frame import USERS, show
from kartoteka.platform.web.admin.inviting import invite_again, shown_invited
from kartoteka.platform.web.fields import LinkView
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.picking import Picker


@dataclass(frozen=True)
class PersonForm:
    """The dialog of one person."""

    id: int
    heading: str
    state: str
    typed: Mapping[str, Any]
    roles: Sequence[tuple[str, str, bool]]
    registries: Sequence[tuple[str, str]]
    identity: Picker | None
    languages: Sequence[tuple[str, str]]
    me: bool
    refusal: Refusal = field(default_factory=Refusal)
    never_came: bool = False
    invited: str = ""
    secured: bool = False
    away: Sequence[tuple[Absence, str]] = ()
    may_look: bool = False


@page("/admin/people", right=USERS)
def admin_people() -> str:
    """Everybody with an account, narrowed by words and state."""
    with begin() as work:
        return show(work, "people.html", "people", **listed(work, request.args))


@page("/admin/people/add", right=USERS)
def admin_add_person() -> str:
    """The dialog of adding somebody with a password."""
    with begin() as work:
        return render_template("admin/person_new.html", form=_person_form(work, None, {}))


@page("/admin/people/add", "POST", right=USERS)
def admin_create_person() -> ResponseReturnValue:
    """Somebody added, who can sign in at once."""
    given = request.form

    def add(work: Work) -> str:
        body = {
            "email": given.get("email", ""),
            "roles": given.getlist("roles"),
            "password": given.get("password", ""),
            **({"name": name} if (name := given.get("name", "").strip()) else {}),
        }
        return _("{name} can sign in now.", name=people.create_user(work, body).name)

    return _done(
        add,
        lambda work, refusal: render_template(
            "admin/person_new.html", form=_person_form(work, None, _typed(given), refusal)
        ),
    )


@page("/admin/people/<int:id>", right=USERS)
def admin_person(id: int) -> str:
    """The dialog of one person."""
    with begin() as work:
        return render_template("admin/person.html", form=_form_again(work, id))


@page("/admin/people/<int:id>", "POST", right=USERS)
def admin_save_person(id: int) -> ResponseReturnValue:
    """A person's name, address, roles and record, saved."""
    given = request.form

    def save(work: Work) -> str:
        people.change_user(work, id, _person_body(given))
        return _("Saved.")

    def again(work: Work, refusal: Refusal) -> str:
        return render_template(
            "admin/person.html", form=_person_form(work, people.user(work, id), _typed(given), refusal)
        )

    return _done(save, again)


@page("/admin/people/<int:id>/identity", right=USERS)
def admin_identity(id: int) -> str:
    """The picker of the record that somebody is, for the registry chosen now."""
    with begin() as work:
        form = _person_form(
            work, people.user(work, id), {"identity_registry": request.args.get("identity_registry", "")}
        )
        return render_template("admin/identity.html", form=form)


@page("/admin/people/<int:id>/invite", "POST", right=USERS)
def admin_invite_person_again(id: int) -> ResponseReturnValue:
    """A new link for somebody who has not come; the old one no longer works."""
    with begin(write=True) as work:
        result = invite_again(work, people.user(work, id))
        if result.wrong:
            refusal = Refusal(Invalid({"": [result.wrong]}))
            return render_template("admin/person.html", form=_form_again(work, id, refusal)), 422
        if not work.office.settings.smtp_url:
            return shown_invited(work, result)
        said = _(
            "A new invitation is on its way to {email}; the old link no longer works.", email=result.email
        )
        return renewed("admin/people_list.html", said, **listed(work, MultiDict({"state": "invited"})))


@page("/admin/people/<int:id>/<any(on, off, revoke, password, factor):deed>", "POST", right=USERS)
def admin_person_deed(id: int, deed: str) -> ResponseReturnValue:
    """Something done with an account: on, off, invited no more, sent a link for a password, without second factor."""
    deeds: Mapping[str, Callable[[Work], str]] = {
        "on": lambda work: _(
            "{name} can sign in again.", name=people.change_user(work, id, {"active": True}).name
        ),
        "off": lambda work: _(
            "{name} is switched off and signed out everywhere.",
            name=people.change_user(work, id, {"active": False}).name,
        ),
        "revoke": lambda work: _revoke(work, id),
        "password": lambda work: _note_reset(work, id),
        "factor": lambda work: _reset_factor(work, id),
    }
    answer = _done(
        deeds[deed],
        lambda work, refusal: render_template("admin/person.html", form=_form_again(work, id, refusal)),
    )
    if deed == "password" and isinstance(answer, Response):
        with begin() as work:
            email = people.user(work, id).email
        # The worker writes to the address that is kept, just as if he had asked himself.
        signing.request_reset(front.office(), email)
    return answer


def _done(deed: Callable[[Work], str], again: Callable[[Work, Refusal], str]) -> ResponseReturnValue:
    try:
        with begin(write=True) as work:
            said = deed(work)
            return renewed("admin/people_list.html", said, **listed(work, MultiDict()))
    except (Invalid, Conflict, Forbidden, TooMany) as error:
        with begin() as work:
            return refused(again(work, Refusal(error, frozenset({"email", "name", "password"}))), error)


def _revoke(work: Work, id: int) -> str:
    signing.revoke_invitation(work, id)
    return _("The invitation is withdrawn; its link no longer works.")


def _note_reset(work: Work, id: int) -> str:
    found = people.user(work, id)
    people.journal(work, id, "reset_sent", {})
    return _("A link for a new password is on its way to {email}.", email=found.email)


def _reset_factor(work: Work, id: int) -> str:
    second_factor.reset(work, id)
    return _("{name} signs in with the password alone now.", name=people.user(work, id).name)


def _typed(given: MultiDict[str, str]) -> dict[str, Any]:
    return {
        **given.to_dict(),
        "roles": given.getlist("roles"),
        "identity": next((each for each in given.getlist("identity") if each), ""),
    }


def _person_body(given: MultiDict[str, str]) -> dict[str, Any]:
    typed = _typed(given)
    body = {name: typed.get(name, "") for name in ("name", "email", "language")}
    registry, record = typed.get("identity_registry", ""), typed["identity"]
    identity = (
        {"registry": registry, "id": int(record)}
        if registry and record.isdecimal() and len(record) < 19
        else None
    )
    if registry and identity is None:
        raise Invalid({"identity": [_("Choose the record that this person is, or no registry.")]})
    return {**body, "roles": typed["roles"], "identity": identity}


def _form_again(work: Work, id: int, refusal: Refusal | None = None) -> PersonForm:
    found = people.user(work, id)
    typed = {"name": found.name, "email": found.email, "roles": found.roles, "language": found.language}
    if found.identity:
        typed |= {"identity_registry": found.identity.registry, "identity": str(found.identity.id)}
    return _person_form(work, found, typed, refusal)


def _person_form(
    work: Work, person: Person | None, typed: Mapping[str, Any], refusal: Refusal | None = None
) -> PersonForm:
    language = work.actor.locale.language
    registries = [(each.key, label(each, language)) for each in work.registries()]
    waiting = people.waiting(work).get(person.id) if person else None
    away = absences.absences(work, user_id=person.id) if person else []
    return PersonForm(
        person.id if person else 0,
        person.name if person else _("New person"),
        state_of(person) if person else "",
        typed,
        role_choices(work, typed.get("roles", ())),
        registries,
        _identity(work, str(typed.get("identity_registry", "")), str(typed.get("identity", ""))),
        list(LANGUAGES.items()),
        person is not None and person.id == work.actor.user_id,
        refusal or Refusal(),
        person is not None and people.never_came(work, person.id),
        invited_text(work, waiting) if waiting else "",
        person is not None and person.id in second_factor.having(work),
        [(each, absences.span_text(each, language)) for each in away],
        work.actor.is_admin,
    )


def _identity(work: Work, registry: str, record: str) -> Picker | None:
    if registry not in {each.key for each in work.registries()}:
        return None
    titles = work.gate.titles({registry: [int(record)]}) if record.isdecimal() and len(record) < 19 else {}
    links = [LinkView(identifier, title) for (_target, identifier), title in titles.items()]
    return Picker(_("Record"), url_for("web.pick", registry=registry), "person-identity", "identity", links)
