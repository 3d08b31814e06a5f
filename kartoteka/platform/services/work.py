"""A piece of work: one transaction by one actor under one version of the design."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from kartoteka.platform.access.actor import Actor
from kartoteka.platform.access.gate import Failure, Gate, OpenRegistry
from kartoteka.platform.access.seen import Sight
from kartoteka.platform.catalog.definitions import Catalog, Registry
from kartoteka.platform.kernel import outbox
from kartoteka.platform.kernel.errors import Forbidden
from kartoteka.platform.kernel.events import Event
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.keepers import keeper_of
from kartoteka.platform.storage.history import Stamp
from kartoteka.platform.storage.layout import Layout

if TYPE_CHECKING:
    from kartoteka.platform.services.office import Office


@dataclass
class Work:
    """What every verb gets first. Verbs never commit; whoever began the work ends it."""

    office: "Office"
    actor: Actor
    catalog: Catalog
    layout: Layout
    session: Session
    now: datetime
    via: str
    writes: bool
    designs: bool = False
    batch: int | None = None
    # What the firm has settled about itself is kept under this mark.
    firm_mark: str = ""
    # Plans of design changes that are only thought of; None when changes are meant.
    thought: list[object] | None = None
    failure: Failure = field(default_factory=Failure)
    # In whose name changes stand in the history, when it is not the actor's.
    signed_by: int | None = None
    _gates: dict[int | None, Gate] = field(default_factory=dict)

    @property
    def connection(self) -> Connection:
        """The connection of the transaction, for statements outside of the ORM."""
        return self.session.connection()

    @property
    def gate(self) -> Gate:
        """The gate of this actor, under the present batch."""
        if self.batch not in self._gates:
            sight = Sight(self.actor, self.catalog, self.layout, self.connection.dialect.name, self.now)
            stamp = Stamp(self.now, self.signed_by or self.actor.user_id, self.via, self.batch)
            rules = partial(keeper_of, self)
            self._gates[self.batch] = Gate(sight, self.connection, stamp, self.emit, self.failure, rules)
        return self._gates[self.batch]

    def open(self, registry: str) -> OpenRegistry:
        """This function will open a registry for the actor.

        :raises NotFound: when there is none, or none that he may see.
        """
        return self.gate.open(registry)

    def registries(self, *, plugins: bool = False) -> list[Registry]:
        """This function will list the registries that exist for the actor; those of plugins only when asked for."""
        return self.gate.visible_registries(plugins=plugins)

    def emit(self, event: Event) -> None:
        """This function will tell an event to its subscribers after the work has ended well."""
        states = self.catalog.plugins
        listening = [
            each
            for each in self.office.subscribers
            if not each.plugin or (each.plugin in states and states[each.plugin].active)
        ]
        outbox.put(self.connection, event, listening, self.now)

    def require(self, power: str) -> None:
        """This function will insist on a power of the actor.

        :raises Forbidden: when none of his roles has it.
        """
        if power not in self.actor.powers:
            raise Forbidden(_("You need the power “{power}” for this.", power=power))

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """This function will let a part of the work fail by itself: what the block did is undone, the rest goes on."""
        try:
            self.session.flush()
            # On the connection itself: the gate does not go through the session, whose savepoints come late.
            with self.connection.begin_nested():
                yield
        except Exception:
            self.failure.statement_failed = False
            raise

    def through(self, via: str) -> "Work":
        """This function will give the same work through another channel, under which its changes stand in history."""
        return replace(self, via=via, _gates={})

    def renew(self, catalog: Catalog, layout: Layout) -> None:
        """This function will go on under a design that this very transaction has just made."""
        self.catalog, self.layout = catalog, layout
        self._gates.clear()
