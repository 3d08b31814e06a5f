"""People: who has an account, inviting, roles, the record that somebody is, switching off and on."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.field_types.folding import fold
from kartoteka.platform import front
from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, KartotekaError, TooMany
from kartoteka.platform.kernel.texts import LANGUAGES, _, plural
from kartoteka.platform.services import people, signing
from kartoteka.platform.services.people import Person
from kartoteka.platform.services.standing import covers
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import Refusal, refused, renewed
from kartoteka.platform.web.admin.frame import USERS, show
from kartoteka.platform.web.admin.why import Picker
from kartoteka.platform.web.fields import LinkView
from kartoteka.platform.web.pages import page

MOST_AT_ONCE = 200
_SEPARATORS = re.compile(r"[\n;,]+")
_NAMED = re.compile(r"\s*\"?(?P<name>[^<\"]*?)\"?\s*<(?P<email>[^<>]+)>\s*")


@dataclass(frozen=True)
class PersonLine:
    """One person in the list."""

    id: int
    name: str
    email: str
    roles: Sequence[str]
    state: str
    me: bool
    identity: str = ""


@dataclass(frozen=True)
class StateTab:
    """Everybody in one state, as a tab with its count."""

    label: str
    url: str
    on: bool
    count: int


@dataclass(frozen=True)
class Invited:
    """What became of one address of an invitation."""

    email: str
    link: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class InviteForm:
    """The dialog of inviting, with what was typed and what became of it."""

    typed: Mapping[str, Any]
    roles: Sequence[tuple[str, str, bool]]
    languages: Sequence[tuple[str, str]]
    done: Sequence[Invited] = ()
    failed: Sequence[Invited] = ()
    mail_is_sent: bool = True
    refusal: Refusal = field(default_factory=Refusal)


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


@page("/admin/people", right=USERS)
def admin_people() -> str:
    """Everybody with an account, narrowed by words and state."""
    with begin() as work:
        return show(work, "people.html", "people", **_listed(work, request.args))


@page("/admin/people/invite", right=USERS)
def admin_invite() -> str:
    """The dialog of inviting."""
    with begin() as work:
        return render_template("admin/invite.html", form=_invite_form(work, {}))


@page("/admin/people/invite", "POST", right=USERS)
def admin_send_invitations() -> ResponseReturnValue:
    """Invitations to one address or to many; what is wrong with one does not keep the others back."""
    given = request.form
    wanted = addresses(given.get("emails", ""))
    with begin(write=True) as work:
        done: list[Invited] = []
        failed: list[Invited] = []
        for name, email in wanted[:MOST_AT_ONCE]:
            result = _invite(work, email, given.getlist("roles"), name, given.get("language"))
            (failed if result.wrong else done).append(result)
        failed += [
            Invited(email, wrong=_("At most {max} at once.", max=MOST_AT_ONCE))
            for _name, email in wanted[MOST_AT_ONCE:]
        ]
        typed = {
            **given.to_dict(),
            "roles": given.getlist("roles"),
            "emails": "\n".join(each.email for each in failed),
        }
        refusal = (
            Refusal()
            if wanted
            else Refusal(
                Invalid({"emails": [_("Write at least one e-mail address.")]}), frozenset({"emails"})
            )
        )
        form = _invite_form(work, typed, done, failed, refusal)
        shown = render_template("admin/invite.html", form=form)
        if not done:
            return shown, 422
        return shown + render_template("admin/people_list.html", renewing=True, **_listed(work, MultiDict()))


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
        found = people.user(work, id)
        typed = {"name": found.name, "email": found.email, "roles": found.roles, "language": found.language}
        if found.identity:
            typed |= {"identity_registry": found.identity.registry, "identity": str(found.identity.id)}
        return render_template("admin/person.html", form=_person_form(work, found, typed))


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


@page("/admin/people/<int:id>/<any(on, off, resend, revoke, password):deed>", "POST", right=USERS)
def admin_person_deed(id: int, deed: str) -> ResponseReturnValue:
    """Something done with an account: switched on or off, invited again or no more, sent a link for a new password."""
    deeds: Mapping[str, Callable[[Work], str]] = {
        "on": lambda work: _(
            "{name} can sign in again.", name=people.change_user(work, id, {"active": True}).name
        ),
        "off": lambda work: _(
            "{name} is switched off and signed out everywhere.",
            name=people.change_user(work, id, {"active": False}).name,
        ),
        "resend": lambda work: _resend(work, id),
        "revoke": lambda work: _revoke(work, id),
        "password": lambda work: _note_reset(work, id),
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


def addresses(text: str) -> list[tuple[str, str]]:
    """This function will read names and addresses out of a pasted list: one a line, or with commas or semicolons."""
    found: dict[str, str] = {}
    for part in _SEPARATORS.split(text):
        named = _NAMED.fullmatch(part)
        email, name = (named["email"].strip(), named["name"].strip()) if named else (part.strip(), "")
        if email:
            found.setdefault(email, name)
    return [(name, email) for email, name in found.items()]


def _done(deed: Callable[[Work], str], again: Callable[[Work, Refusal], str]) -> ResponseReturnValue:
    try:
        with begin(write=True) as work:
            said = deed(work)
            return renewed("admin/people_list.html", said, **_listed(work, MultiDict()))
    except (Invalid, Conflict, Forbidden, TooMany) as error:
        with begin() as work:
            return refused(again(work, Refusal(error, frozenset({"email", "name", "password"}))), error)


def _invite(work: Work, email: str, roles: Sequence[str], name: str, language: str | None) -> Invited:
    try:
        with work.attempt():
            found = signing.invite(work, email, roles, name, language or None)
            return Invited(found.person.email, found.link)
    except (Invalid, Conflict, Forbidden) as error:
        return Invited(email, wrong=_first(error))


def _first(error: KartotekaError) -> str:
    return next((sentences[0] for sentences in error.errors.values() if sentences), error.message)


def _resend(work: Work, id: int) -> str:
    found = people.user(work, id)
    signing.invite(work, found.email, found.roles, found.name, found.language)
    return _("A new invitation is on its way to {email}; the old link no longer works.", email=found.email)


def _revoke(work: Work, id: int) -> str:
    signing.revoke_invitation(work, id)
    return _("The invitation is withdrawn; its link no longer works.")


def _note_reset(work: Work, id: int) -> str:
    found = people.user(work, id)
    people.journal(work, id, "reset_sent", {})
    return _("A link for a new password is on its way to {email}.", email=found.email)


def _listed(work: Work, given: MultiDict[str, str]) -> dict[str, Any]:
    every = people.users(work)
    words, wanted = fold(given.get("q", "")).split(), given.get("state", "active")
    states = {"active": _("Active"), "invited": _("Invited"), "off": _("Switched off")}
    counts = {state: sum(_state(each) == state for each in every) for state in states}
    shown = [
        each
        for each in every
        if _state(each) == wanted and all(word in fold(f"{each.name} {each.email}") for word in words)
    ]
    urls = {state: url_for("web.admin_people", state=state, q=given.get("q") or None) for state in states}
    return {
        "lines": [_line(work, each) for each in shown],
        "q": given.get("q", ""),
        "state": wanted,
        "states": [
            StateTab(name, urls[state], state == wanted, counts[state]) for state, name in states.items()
        ],
        "total": plural("{n} account", "{n} accounts", len(every)),
    }


def _state(person: Person) -> str:
    return "active" if person.active else "invited" if person.invited else "off"


def _line(work: Work, person: Person) -> PersonLine:
    language = work.actor.locale.language
    roles = [label(work.catalog.roles[key], language) for key in person.roles]
    known = work.catalog.registries.get(person.identity.registry) if person.identity else None
    return PersonLine(
        person.id,
        person.name,
        person.email,
        roles,
        _state(person),
        person.id == work.actor.user_id,
        label(known, language) if known else "",
    )


def _role_choices(work: Work, chosen: Sequence[str]) -> list[tuple[str, str, bool]]:
    """The roles that the actor may give, and those that are held already."""
    return [
        (role.key, label(role, work.actor.locale.language), role.key in chosen)
        for role in work.catalog.roles.values()
        if role.key in chosen or covers(work.actor, role)
    ]


def _invite_form(
    work: Work,
    typed: Mapping[str, Any],
    done: Sequence[Invited] = (),
    failed: Sequence[Invited] = (),
    refusal: Refusal | None = None,
) -> InviteForm:
    typed = {"language": work.actor.locale.language, **typed}
    return InviteForm(
        typed,
        _role_choices(work, typed.get("roles", ())),
        list(LANGUAGES.items()),
        done,
        failed,
        bool(work.office.settings.smtp_url),
        refusal or Refusal(),
    )


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


def _form_again(work: Work, id: int, refusal: Refusal) -> PersonForm:
    found = people.user(work, id)
    typed = {"name": found.name, "email": found.email, "roles": found.roles, "language": found.language}
    return _person_form(work, found, typed, refusal)


def _person_form(
    work: Work, person: Person | None, typed: Mapping[str, Any], refusal: Refusal | None = None
) -> PersonForm:
    registries = [(each.key, label(each, work.actor.locale.language)) for each in work.registries()]
    return PersonForm(
        person.id if person else 0,
        person.name if person else _("New person"),
        _state(person) if person else "",
        typed,
        _role_choices(work, typed.get("roles", ())),
        registries,
        _identity(work, str(typed.get("identity_registry", "")), str(typed.get("identity", ""))),
        list(LANGUAGES.items()),
        person is not None and person.id == work.actor.user_id,
        refusal or Refusal(),
    )


def _identity(work: Work, registry: str, record: str) -> Picker | None:
    if registry not in {each.key for each in work.registries()}:
        return None
    titles = work.gate.titles({registry: [int(record)]}) if record.isdecimal() and len(record) < 19 else {}
    links = [LinkView(identifier, title) for (_target, identifier), title in titles.items()]
    return Picker(_("Record"), url_for("web.pick", registry=registry), "person-identity", "identity", links)
