"""Why somebody may or may not: every right, section and detail of a record with the roles that open it, or do not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, select

from kartoteka.platform.access.actor import Actor
from kartoteka.platform.access.guises import actor_of
from kartoteka.platform.access.models import User
from kartoteka.platform.access.reach import Rows, rows_for
from kartoteka.platform.access.seen import Seen, Sight
from kartoteka.platform.catalog.definitions import (
    EDIT,
    HIDDEN,
    RIGHTS,
    Field,
    Grant,
    Registry,
    Role,
    label,
)
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.tables import canonical_json
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work

# What a role says to the question: it opens it, it would but for its row rule, an exception or its level, or nothing.
OPENS, OUTSIDE, EXCEPTED, CLOSED = "opens", "outside", "excepted", "closed"


@dataclass(frozen=True)
class Ground:
    """What one role of the person has to say, and for which records (None: for all)."""

    role: Role
    says: str
    rows: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Reason:
    """One right, section or detail: whether it is allowed on the record, and a sentence that says why."""

    subject: str
    allowed: bool
    sentence: str
    edits: bool = False
    grounds: tuple[Ground, ...] = ()


def explain(
    work: Work, email: str, registry_key: str, record: int, field_key: str | None = None
) -> list[Reason]:
    """This function will explain what a user may do with one record: right by right, section by section.

    Single fields are told of where a role makes an exception to their section; with a field that one alone.

    :raises NotFound: when there is no such user, registry, record or field for the one who asks.
    """
    work.require("users")
    opened = work.open(registry_key)
    opened.one(record)
    judge = _Judge(work, _actor(work, email), opened.registry, record)
    if field_key is not None:
        asked = opened.seen.field(field_key)
        if asked is None:
            raise NotFound(_("There is no field “{name}”.", name=field_key[:60]))
        return [judge.right("view"), judge.detail(asked)]
    language, apart = work.actor.locale.language, work.catalog.apart(opened.registry.key)
    sections = [judge.section(each.key, label(each, language)) for each in opened.registry.active_sections]
    tabs = [judge.tab(plugin, key) for plugin, key in work.catalog.tabs(opened.registry).items()]
    details = [judge.detail(each) for each in opened.fields if each.key in apart]
    return [*(judge.right(right) for right in RIGHTS), *sections, *tabs, *details]


def _actor(work: Work, email: str) -> Actor:
    user = work.session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFound(_("There is no user “{email}”.", email=email[:100]))
    return actor_of(work.session, work.catalog, user)


@dataclass(frozen=True)
class _Judge:
    work: Work
    actor: Actor
    registry: Registry
    record: int

    def right(self, right: str) -> Reason:
        """One right: roles that have it, as far as they reach the record."""
        if self.registry.attached:
            return self._lying(right)
        return self._reason(
            right, [self._ground(role, grant, right in grant.rights) for role, grant in self._grants()]
        )

    def section(self, key: str, name: str) -> Reason:
        """One section: read and, where a role that reaches the record says so, edited."""
        subject = _("section “{section}”", section=name)
        return self._levels(subject, {role.id: grant.level(key) for role, grant in self._grants()})

    def tab(self, plugin: str, key: str) -> Reason:
        """The tab of a plugin, which stands in grants as a section does."""
        known = self.work.office.plugins.get(plugin)
        subject = _("tab “{tab}”", tab=_(known.label) if known else plugin)
        return self._levels(subject, {role.id: grant.level(key) for role, grant in self._grants()})

    def detail(self, each: Field) -> Reason:
        """One field: as its section, but for exceptions."""
        subject = _("detail “{field}”", field=label(each, self.work.actor.locale.language))
        levels = {role.id: grant.level(each.section, each.key) for role, grant in self._grants()}
        excepted = {
            role.id
            for role, grant in self._grants()
            if levels[role.id] == HIDDEN and grant.level(each.section) != HIDDEN
        }
        return self._levels(subject, levels, excepted)

    def _lying(self, right: str) -> Reason:
        """A right to a thing of a plugin: through the tab of the record that bears it, or because it is his own."""
        roles = self.actor.roles
        grounds = tuple(Ground(each, OPENS if self._reached(right, each) else CLOSED) for each in roles)
        allowed = self._reached(right, *roles)
        named = ", ".join(
            label(each.role, self.work.actor.locale.language) for each in grounds if each.says == OPENS
        )
        if not allowed:
            return Reason(right, False, self._closed(right), grounds=grounds)
        if self._is_own(right):
            return Reason(right, True, _("It is the person’s own."), grounds=grounds)
        return Reason(right, True, _("Granted by: {roles}.", roles=named), grounds=grounds)

    def _closed(self, right: str) -> str:
        rows = rows_for(self.actor, self.registry, right)
        if self._selects(lambda seen: seen.condition_of(rows)):
            return _("It is kept for others.")
        return _("None of the roles opens it through what it lies on.")

    def _reached(self, right: str, *roles: Role) -> bool:
        return self._selects(lambda seen: seen.reach(right), roles)

    def _is_own(self, right: str) -> bool:
        own = self.registry.own.get("view" if right in ("view", "export") else "edit")
        rows = Rows(rules=frozenset({canonical_json(own)} if own is not None else ()))
        return self._selects(lambda seen: seen.condition_of(rows))

    def _selects(
        self, condition: Callable[[Seen], ColumnElement[bool]], roles: tuple[Role, ...] | None = None
    ) -> bool:
        """Whether the record fulfils a condition as the person sees it, or would with these roles alone."""
        actor = self.actor if roles is None else replace(self.actor, roles=roles)
        work = self.work
        sight = Sight(actor, work.catalog, work.layout, work.connection.dialect.name, work.now)
        seen = Seen(sight, self.registry)
        wanted = select(seen.table.c.id).where(seen.table.c.id == self.record, condition(seen))
        return work.connection.execute(wanted).first() is not None

    def _levels(self, subject: str, levels: Mapping[int, str], excepted: set[int] | None = None) -> Reason:
        grounds = [self._ground(role, grant, levels[role.id] != HIDDEN) for role, grant in self._grants()]
        grounds = [
            Ground(each.role, EXCEPTED, each.rows) if each.role.id in (excepted or ()) else each
            for each in grounds
        ]
        writes = any(
            each.says == OPENS and levels[each.role.id] == EDIT and "edit" in grant.rights
            for each, (_role, grant) in zip(grounds, self._grants(), strict=True)
        )
        return self._reason(subject, grounds, writes)

    def _ground(self, role: Role, grant: Grant, opens: bool) -> Ground:
        if not opens or "view" not in grant.rights:
            return Ground(role, CLOSED, grant.rows)
        return Ground(role, OPENS if self._covers(grant) else OUTSIDE, grant.rows)

    def _grants(self) -> list[tuple[Role, Grant]]:
        keys = [
            *(each.key for each in self.registry.sections),
            *self.work.catalog.tabs(self.registry).values(),
        ]
        everything = Grant(frozenset(RIGHTS), dict.fromkeys(keys, EDIT))
        admins = [(role, everything) for role in self.actor.roles if role.is_admin]
        return [*admins, *self.actor.grants(self.registry.key)]

    def _covers(self, grant: Grant) -> bool:
        """Whether the row rule of one grant alone selects the record."""
        if grant.rows is None:
            return True
        rows = Rows(rules=frozenset({canonical_json(grant.rows)}))
        return self._selects(lambda seen: seen.condition_of(rows))

    def _reason(self, subject: str, grounds: list[Ground], writes: bool = False) -> Reason:
        language = self.work.actor.locale.language

        def named(says: str) -> str:
            return ", ".join(label(each.role, language) for each in grounds if each.says == says)

        allowed, told = bool(named(OPENS)), tuple(grounds)
        if allowed:
            sentence = _("Granted by: {roles}.", roles=named(OPENS))
            if writes:
                sentence = _("{sentence} It may be edited.", sentence=sentence)
            return Reason(subject, True, sentence, writes, told)
        if named(OUTSIDE):
            sentence = _(
                "{roles} would grant it, but the row rule does not cover this record.", roles=named(OUTSIDE)
            )
        elif named(EXCEPTED):
            sentence = _(
                "{roles} would grant its section, but makes an exception of it.", roles=named(EXCEPTED)
            )
        else:
            sentence = _("None of the roles grants it.")
        return Reason(subject, False, sentence, False, told)


__all__ = ["CLOSED", "EXCEPTED", "OPENS", "OUTSIDE", "Ground", "Reason", "explain"]
