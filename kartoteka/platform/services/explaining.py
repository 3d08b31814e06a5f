"""Why somebody may or may not: every right and section of a record with the roles that grant it."""

from dataclasses import dataclass

from sqlalchemy import select

from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.actor import Actor, Identity, roles_by_id
from kartoteka.platform.access.models import User, UserRole
from kartoteka.platform.access.seen import Seen, Sight
from kartoteka.platform.catalog.definitions import EDIT, RIGHTS, Grant, Registry, Role, label
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work


@dataclass(frozen=True)
class Reason:
    """One right or section: whether it is allowed on the record, and a sentence that says why."""

    subject: str
    allowed: bool
    sentence: str


def explain(work: Work, email: str, registry_key: str, record: int) -> list[Reason]:
    """This function will explain what a user may do with one record, right by right and section by section.

    :raises NotFound: when there is no such user, registry or record for the one who asks.
    """
    work.require("users")
    opened = work.open(registry_key)
    opened.one(record)
    actor = _actor(work, email)
    judge = _Judge(work, actor, opened.registry, record)
    rights = [judge.right(right) for right in RIGHTS]
    return rights + [
        judge.section(each.key, label(each, work.actor.locale.language))
        for each in opened.registry.active_sections
    ]


def _actor(work: Work, email: str) -> Actor:
    user = work.session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFound(_("There is no user “{email}”.", email=email[:100]))
    roles = work.session.scalars(select(UserRole.role_id).where(UserRole.user_id == user.id))
    known = user.identity_registry is not None and user.identity_id is not None
    identity = Identity(user.identity_registry or "", user.identity_id or 0) if known else None
    return Actor(
        user.id,
        user.name,
        user.email,
        roles_by_id(work.catalog, roles),
        identity,
        Locale(user.language, user.timezone),
    )


@dataclass(frozen=True)
class _Judge:
    work: Work
    actor: Actor
    registry: Registry
    record: int

    def right(self, right: str) -> Reason:
        holders = [
            role
            for role, grant in self._grants()
            if {"view", right} <= grant.rights and self._covers(role, grant)
        ]
        return self._reason(right, holders, [role for role, grant in self._grants() if right in grant.rights])

    def section(self, key: str, name: str) -> Reason:
        granting = [
            (role, grant)
            for role, grant in self._grants()
            if key in grant.sections and "view" in grant.rights
        ]
        holders = [role for role, grant in granting if self._covers(role, grant)]
        editors = [
            role
            for role, grant in granting
            if role in holders and grant.sections[key] == EDIT and "edit" in grant.rights
        ]
        reason = self._reason(
            _("section “{section}”", section=name), holders, [role for role, _grant in granting]
        )
        if editors or (holders and self.actor.is_admin):
            return Reason(reason.subject, True, _("{sentence} It may be edited.", sentence=reason.sentence))
        return reason

    def _grants(self) -> list[tuple[Role, Grant]]:
        everything = Grant(frozenset(RIGHTS), {each.key: EDIT for each in self.registry.sections})
        admins = [(role, everything) for role in self.actor.roles if role.is_admin]
        return [*admins, *self.actor.grants(self.registry.key)]

    def _covers(self, role: Role, grant: Grant) -> bool:
        """Whether the row rule of one grant alone selects the record."""
        if grant.rows is None:
            return True
        lone = Role(
            role.id,
            role.key,
            role.name,
            grants={self.registry.key: Grant(frozenset({"view"}), {}, grant.rows)},
        )
        actor = Actor(self.actor.user_id, "", "", (lone,), self.actor.identity, self.actor.locale)
        sight = Sight(
            actor, self.work.catalog, self.work.layout, self.work.connection.dialect.name, self.work.now
        )
        seen = Seen(sight, self.registry)
        statement = select(seen.table.c.id).where(seen.table.c.id == self.record, seen.reach("view"))
        return self.work.connection.execute(statement).first() is not None

    def _reason(self, subject: str, holders: list[Role], granting: list[Role]) -> Reason:
        language = self.work.actor.locale.language
        names = ", ".join(label(role, language) for role in holders)
        if holders:
            return Reason(subject, True, _("Granted by: {roles}.", roles=names))
        if granting:
            names = ", ".join(label(role, language) for role in granting)
            return Reason(
                subject,
                False,
                _("{roles} would grant it, but the row rule does not cover this record.", roles=names),
            )
        return Reason(subject, False, _("None of the roles grants it."))
