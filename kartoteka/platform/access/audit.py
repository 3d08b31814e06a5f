"""Checking history: every chain from its first entry to the record it ends in, and the seals over all of them."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, exists, select

from kartoteka.platform.catalog.definitions import Catalog, Registry
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.storage import history, seals
from kartoteka.platform.storage.layout import Layout

HISTORY = history.HISTORY


@dataclass(frozen=True, slots=True)
class Break:
    """A broken link: where, and what is wrong with it. A broken seal has no registry."""

    registry: str | None
    record: int | None
    version: int | None
    problem: str

    def sentence(self) -> str:
        """This function will say where the chain breaks."""
        if self.registry is None:
            return self.problem
        place = {"registry": self.registry, "record": self.record, "version": self.version}
        return _("{registry}/{record}, version {version}: {problem}", problem=self.problem, **place)


@dataclass
class Audit:
    """One walk over all history; it counts while it goes and ends at the first break."""

    connection: Connection
    catalog: Catalog
    layout: Layout
    entries: int = 0
    records: int = 0
    seals: int = 0

    def first_break(self) -> Break | None:
        """This function will find the first broken link, None when there is none."""
        with closing(self._breaks()) as breaks:
            return next(breaks, None)

    def _breaks(self) -> Generator[Break]:
        for registry in self.catalog.registries.values():
            yield from self._chains(registry)
            yield from self._without_history(registry)
        yield from self._strangers()
        yield from self._seals()

    def _chains(self, registry: Registry) -> Iterator[Break]:
        """One statement, so that entries and records are of the same moment whoever writes meanwhile."""
        table = self.layout.table(registry)
        joined = HISTORY.outerjoin(table, table.c.id == HISTORY.c.record_id)
        statement = (
            select(HISTORY, table.c._version.label("now"), table.c._chain.label("head"))
            .select_from(joined)
            .where(HISTORY.c.registry_id == registry.id)
            .order_by(HISTORY.c.record_id, HISTORY.c.version)
        )
        with self.connection.execute(statement, execution_options={"yield_per": 2000}) as rows:
            yield from self._walk(registry, rows)

    def _walk(self, registry: Registry, rows: Iterable[Row[Any]]) -> Iterator[Break]:
        before: Row[Any] | None = None
        for row in rows:
            if before is None or before.record_id != row.record_id:
                yield from _ending(registry, before)
                before = None
                self.records += 1
            yield from _link(registry, before, row)
            self.entries += 1
            before = row
        yield from _ending(registry, before)

    def _without_history(self, registry: Registry) -> Iterator[Break]:
        table: Table = self.layout.table(registry)
        told = exists().where(HISTORY.c.registry_id == registry.id, HISTORY.c.record_id == table.c.id)
        statement = select(table.c.id, table.c._version).where(~told).order_by(table.c.id).limit(1)
        for record, version in self.connection.execute(statement):
            yield Break(registry.key, record, version, _("the record has no history"))

    def _strangers(self) -> Iterator[Break]:
        known = [each.id for each in self.catalog.registries.values()]
        statement = select(HISTORY).where(HISTORY.c.registry_id.not_in(known)).order_by(HISTORY.c.id).limit(1)
        for row in self.connection.execute(statement):
            yield Break(f"#{row.registry_id}", row.record_id, row.version, _("there is no such registry"))

    def _seals(self) -> Iterator[Break]:
        before = seals.NONE
        for seal in seals.every(self.connection):
            computed = seals.following(self.connection, before, seal.up_to)
            if seal.id != computed.id:
                yield Break(None, None, None, _("Seal {seal} is missing.", seal=computed.id))
            if seal.entries != computed.entries:
                missing = seal.entries - computed.entries
                yield Break(None, None, None, _("Seal {seal}: {missing} entries of history are missing.",
                                                seal=seal.id, missing=missing))  # fmt: skip
            if seal.hash != computed.hash:
                yield Break(None, None, None, _("Seal {seal} does not fit the history.", seal=seal.id))
            before = seal
            self.seals += 1


def _link(registry: Registry, before: Row[Any] | None, row: Row[Any]) -> Iterator[Break]:
    expected = before.version + 1 if before is not None else 1
    if row.version != expected:
        yield Break(registry.key, row.record_id, expected, _("the entry is missing"))
    previous = before.hash if before is not None else history.START
    if history.chain_hash(previous, row._asdict()) != row.hash:
        yield Break(registry.key, row.record_id, row.version, _("the entry is not as it was written"))


def _ending(registry: Registry, newest: Row[Any] | None) -> Iterator[Break]:
    if newest is None:
        return
    if newest.now is None:
        yield Break(registry.key, newest.record_id, newest.version, _("the record itself is missing"))
    elif (newest.now, newest.head) != (newest.version, newest.hash):
        yield Break(registry.key, newest.record_id, newest.now, _("the record does not end its history"))


__all__ = ["Audit", "Break"]
