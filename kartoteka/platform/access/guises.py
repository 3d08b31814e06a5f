"""Looking at Kartoteka with the eyes of somebody else: what a guise is, and the actor that it makes of an admin."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.actor import Actor, Identity, roles_by_id
from kartoteka.platform.access.models import User, UserRole
from kartoteka.platform.catalog.definitions import Catalog, label
from kartoteka.platform.kernel.errors import Forbidden
from kartoteka.platform.kernel.texts import _


@dataclass(frozen=True, slots=True)
class Guise:
    """As whom one looks: a person by id, or a role by key; as a guest, also the record that he would be."""

    user_id: int | None = None
    role: str | None = None
    identity: Identity | None = None

    def as_json(self) -> dict[str, Any]:
        """This function will give what a cookie keeps."""
        if self.user_id is not None:
            return {"user": self.user_id}
        if self.identity is None:
            return {"role": self.role}
        return {"role": self.role, "registry": self.identity.registry, "record": self.identity.id}

    @classmethod
    def of_json(cls, kept: Any) -> "Guise | None":
        """This function will read what a cookie has kept."""
        if not isinstance(kept, dict):
            return None
        user, role = kept.get("user"), kept.get("role")
        if isinstance(user, int):
            return cls(user_id=user)
        if not isinstance(role, str):
            return None
        registry, record = kept.get("registry"), kept.get("record")
        known = isinstance(registry, str) and isinstance(record, int)
        return cls(role=role, identity=Identity(str(registry), int(record or 0)) if known else None)


def disguised(session: Session, catalog: Catalog, admin: Actor, guise: Guise) -> Actor:
    """This function will give the actor that an admin looks as; himself when he is no admin or nobody is there.

    The language and the looks stay those of who looks, so that he understands what he sees.
    """
    found = _of_person(session, catalog, guise) if guise.user_id is not None else _of_role(catalog, guise)
    if not admin.is_admin or found is None or found.user_id == admin.user_id:
        return admin
    locale = Locale(admin.locale.language, found.locale.timezone)
    return replace(found, locale=locale, theme=admin.theme, unfinished=admin.unfinished, seen_by=admin)


def _of_person(session: Session, catalog: Catalog, guise: Guise) -> Actor | None:
    user = session.get(User, guise.user_id)
    return None if user is None or not user.active or user.system else actor_of(session, catalog, user)


def actor_of(session: Session, catalog: Catalog, user: User) -> Actor:
    """This function will give the actor that a person would be, to reason about what he may do."""
    roles = session.scalars(select(UserRole.role_id).where(UserRole.user_id == user.id))
    known = user.identity_registry is not None and user.identity_id is not None
    identity = Identity(user.identity_registry or "", user.identity_id or 0) if known else None
    locale = Locale(user.language, user.timezone)
    return Actor(user.id, user.name or user.email, user.email, roles_by_id(catalog, roles), identity, locale)


def _of_role(catalog: Catalog, guise: Guise) -> Actor | None:
    """Nobody who has this one role: what is said of “me” holds for no record."""
    role = catalog.roles.get(guise.role or "")
    if role is None or role.is_admin or (guise.identity is not None and not role.for_guests):
        return None
    return Actor(0, role.name, "", (role,), guise.identity, Locale())


def insist_on_looking_only(actor: Actor) -> None:
    """This function will refuse every change by who looks as somebody else.

    :raises Forbidden: with a sentence that says how to go on.
    """
    if actor.seen_by is not None:
        raise Forbidden(
            _("You see Kartoteka as {name}: nothing can be changed. End it to go on as yourself.",
              name=name_of(actor))
        )  # fmt: skip


def name_of(actor: Actor) -> str:
    """This function will say as whom one looks: a person by name, a role by its name in the reader's language."""
    if actor.user_id:
        return actor.name
    return _("the role “{role}”", role=label(actor.roles[0], actor.locale.language))


__all__ = ["Guise", "actor_of", "disguised", "insist_on_looking_only", "name_of"]
