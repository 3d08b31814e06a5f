"""Who may come into the portal: accounts of a record, invitations of one contact or of many, seeing it as somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kartoteka.platform.sdk import (
    LANGUAGES,
    N_,
    Conflict,
    Forbidden,
    Guise,
    Identity,
    Invalid,
    KartotekaError,
    ListDeed,
    NotFound,
    Query,
    Record,
    Work,
    _,
    begin,
    browse,
    fetch,
    go,
    label,
    looking,
    needs,
    people_verbs,
    put_on,
    render,
    signing,
    tell,
)
from kartoteka.plugins.portal.faces import pages
from kartoteka.plugins.portal.tables import Visit as VisitRow

MOST_OFFERED = 100
USERS = needs("users")


@dataclass(frozen=True)
class Account:
    """An account of the portal."""

    id: int
    name: str
    email: str
    roles: str
    state: str
    record: str
    record_url: str
    last_at: datetime | None = None


@dataclass(frozen=True)
class Candidate:
    """A record that could be invited."""

    id: int
    title: str
    email: str
    account: str


def accounts(work: Work) -> list[people_verbs.Person]:
    """This function will list all accounts of the portal."""
    guests = {key for key, role in work.catalog.roles.items() if role.for_guests}
    return [each for each in people_verbs.users(work) if guests & set(each.roles)]


def accounts_of(work: Work, record: Record) -> list[Account]:
    """This function will list the accounts that are a record."""
    mine = Identity(record.registry, record.id)
    return [_account(work, each) for each in accounts(work) if each.identity == mine]


def _account(work: Work, person: people_verbs.Person, titles: Mapping[Any, str] | None = None) -> Account:
    language, identity = work.actor.locale.language, person.identity
    roles = [label(work.catalog.roles[key], language) for key in person.roles]
    state = (
        _("invited")
        if person.invited and not person.active
        else _("in use")
        if person.active
        else _("switched off")
    )
    row = work.session.scalar(select(VisitRow.last_at).where(VisitRow.user_id == person.id))
    title = (titles or {}).get((identity.registry, identity.id), "") if identity else ""
    url = url_for("web.record", registry=identity.registry, id=identity.id) if identity and title else ""
    return Account(person.id, person.name, person.email, ", ".join(roles), state, title, url, row)


@pages.page("/from-customers/people", right=USERS)
def people() -> str:
    """All accounts of the portal, and the way to invite more."""
    with begin() as work:
        found = accounts(work)
        wanted: dict[str, set[int]] = {}
        for each in found:
            if each.identity:
                wanted.setdefault(each.identity.registry, set()).add(each.identity.id)
        known = {each.key for each in work.registries()}
        titles = work.gate.titles({key: ids for key, ids in wanted.items() if key in known})
        return render(
            work,
            "portal/people.html",
            at="from_customers",
            accounts=[_account(work, each, titles) for each in found],
            registries=_registries(work),
            roles=_roles(work),
            looks=work.actor.is_admin,
        )


def _registries(work: Work) -> list[tuple[str, str]]:
    """The registries of people: those that keep e-mail addresses."""
    language = work.actor.locale.language
    return [
        (each.key, label(each, language))
        for each in work.registries()
        if any(field.type == "email" for field in work.open(each.key).fields)
    ]


def _roles(work: Work) -> list[tuple[str, str]]:
    language = work.actor.locale.language
    return [(role.key, label(role, language)) for role in work.catalog.roles.values() if role.for_guests]


@pages.page("/from-customers/invite/<registry>", right=USERS)
def invite_many(registry: str) -> str:
    """Records of a registry to be invited, many at once; those that were ticked in its list are ticked here."""
    with begin() as work:
        q, chosen = request.args.get("q", "").strip()[:100], _ids(request.args.getlist("ids"))
        found = _candidates(work, registry, q, chosen)
        return _invitation_page(work, registry, found, q=q, chosen=chosen)


@pages.page("/from-customers/chosen/<registry>", "POST", right=USERS)
def invite_chosen(registry: str) -> ResponseReturnValue:
    """From a list on to the invitations of what was ticked there."""
    with begin() as work:
        _email_field(work, registry)
    return go(url_for("portal.invite_many", registry=registry, ids=_ids(request.form.getlist("ids"))))


def _ids(given: Sequence[str]) -> list[int]:
    return [int(each) for each in given if each.isdecimal() and len(each) < 18][:MOST_OFFERED]


def _may_invite(work: Work, registry: str) -> bool:
    if "users" not in work.actor.powers or not any(role.for_guests for role in work.catalog.roles.values()):
        return False
    return any(each.type == "email" for each in work.open(registry).fields)


deed = ListDeed(
    N_("Invite into the portal"),
    "user-plus",
    lambda registry: url_for("portal.invite_chosen", registry=registry),
    _may_invite,
)


@pages.page("/from-customers/invite/<registry>/<int:id>", right=USERS)
def invite(registry: str, id: int) -> str:
    """One record to be invited."""
    with begin() as work:
        record = fetch(work, registry, id)
        return _invitation_page(work, registry, _shown(work, [record]), chosen=[id])


def _invitation_page(
    work: Work,
    registry: str,
    candidates: Sequence[Candidate],
    *,
    q: str = "",
    chosen: Sequence[int] = (),
    results: Sequence[tuple[str, str, str]] = (),
    refusal: str = "",
) -> str:
    return render(
        work,
        "portal/invite.html",
        at="from_customers",
        registry=registry,
        registry_label=label(work.open(registry).registry, work.actor.locale.language),
        candidates=candidates,
        chosen=chosen,
        q=q,
        roles=_roles(work),
        languages=list(LANGUAGES.items()),
        language=work.actor.locale.language,
        results=results,
        refusal=refusal,
        mail_is_sent=bool(work.office.settings.smtp_url),
    )


def _candidates(work: Work, registry: str, q: str, chosen: Sequence[int] = ()) -> list[Candidate]:
    asked: dict[str, Any] = {"field": _email_field(work, registry), "op": "not_empty"}
    if chosen:
        asked = {"field": "id", "op": "in", "value": list(chosen)}
    found = browse(work, registry, Query(filter=asked, q=q, sort="title", page_size=MOST_OFFERED)).items
    return _shown(work, found)


def _email_field(work: Work, registry: str) -> str:
    found = next((each.key for each in work.open(registry).fields if each.type == "email"), None)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _shown(work: Work, found: Sequence[Record]) -> list[Candidate]:
    known = {each.identity: each for each in people_verbs.users(work) if each.identity is not None}
    shown = []
    for record in found:
        email = record.values.get(_email_field(work, record.registry)) or ""
        account = known.get(Identity(record.registry, record.id))
        said = "" if account is None else _account(work, account).state
        shown.append(Candidate(record.id, record.title, email, said))
    return shown


@pages.page("/from-customers/invite/<registry>", "POST", right=USERS)
def send_invitations(registry: str) -> ResponseReturnValue:
    """Invitations to all that are ticked; what is wrong with one does not keep the others back."""
    ids = _ids(request.form.getlist("ids"))
    roles = [key for key in request.form.getlist("roles") if key]
    with begin(write=True) as work:
        allowed = {key for key, _name in _roles(work)}
        if not ids or not roles or not set(roles) <= allowed:
            refusal = _("Choose at least one person and one role of the portal.")
            shown = _invitation_page(
                work, registry, _candidates(work, registry, ""), chosen=ids, refusal=refusal
            )
            return shown, 422
        results = [_invited(work, registry, each, roles) for each in ids]
        return _invitation_page(work, registry, _candidates(work, registry, ""), results=results)


def _invited(work: Work, registry: str, id: int, roles: Sequence[str]) -> tuple[str, str, str]:
    """What became of one: the person, the link for where no mail is set up, or what is wrong."""
    record = fetch(work, registry, id)
    typed = request.form.get(f"email.{id}", "").strip()
    email = typed or record.values.get(_email_field(work, registry)) or ""
    language = request.form.get("language") or None
    try:
        with work.attempt():
            identity = {"registry": registry, "id": id}
            made = signing.invite(work, email, roles, record.title, language, identity)
            return f"{record.title} <{email}>", made.link, ""
    except (Invalid, Conflict, Forbidden) as error:
        return record.title, "", _first(error)


def _first(error: KartotekaError) -> str:
    return next((sentences[0] for sentences in error.errors.values() if sentences), error.message)


@pages.page("/from-customers/look", "POST")
def look() -> ResponseReturnValue:
    """The portal as somebody sees it: an account, or a record in a role although it has no account yet."""
    given = request.form
    user, registry, record = given.get("user", ""), given.get("registry", ""), given.get("record", "")
    with begin(write=True, undisguised=True) as work:
        if user.isdecimal() and len(user) < 10:
            worn = Guise(user_id=int(user))
        elif record.isdecimal() and len(record) < 18:
            worn = Guise(role=given.get("role", ""), identity=Identity(registry, int(record)))
        else:
            raise NotFound(_("There is nobody to see Kartoteka as."))
        looking.begin_looking(work, worn)
    put_on(worn)
    tell(_("This is what is shown in the portal."))
    return go("/portal")


__all__ = ["Account", "accounts", "accounts_of", "deed"]
