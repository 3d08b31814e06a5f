"""Everything that a registry of a plugin holds, for the plugin's removal: handed over whole, then forgotten.

Nobody's rights are asked: only the command line of the machine comes here, to save what is about to be dropped.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, select

from kartoteka.platform.access.inserting import wire
from kartoteka.platform.catalog.definitions import Catalog, Registry
from kartoteka.platform.storage.layout import Layout
from kartoteka.platform.storage.models import LinkRow, SeriesRow
from kartoteka.platform.storage.rows import read_links

CHUNK = 500


def count_all(connection: Connection, layout: Layout, registry: Registry) -> int:
    """This function will count the records of a registry, those in the bin too."""
    return connection.scalar(select(func.count()).select_from(layout.table(registry))) or 0


def everything(
    connection: Connection, catalog: Catalog, layout: Layout, registry: Registry
) -> Iterator[Mapping[str, Any]]:
    """This function will give every record of a registry as a JSON object, private and removed ones too."""
    table, last = layout.table(registry), 0
    bearers = {each.id: each.key for each in catalog.registries.values()}
    show = _showing(layout, registry)
    linking = [each.id for each in registry.fields if layout.kind(each).linking]
    while rows := connection.execute(
        select(table).where(table.c.id > last).order_by(table.c.id).limit(CHUNK)
    ).all():
        last = rows[-1].id
        links = read_links(connection, linking, [row.id for row in rows])
        for row in rows:
            yield show(row._mapping, links, bearers)


def _showing(layout: Layout, registry: Registry) -> Callable[..., dict[str, Any]]:
    def show(
        row: Mapping[str, Any],
        links: Mapping[tuple[int, int], tuple[int, ...]],
        bearers: Mapping[int, str],
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for each in registry.fields:
            kind = layout.kind(each)
            linked = links.get((each.id, row["id"]), ())
            values[each.key] = list(linked) if kind.linking else wire(kind, row[each.column])
        on = None
        if registry.attached and row["_on_record"] is not None:
            on = {"registry": bearers.get(row["_on_registry"], ""), "id": row["_on_record"]}
        return {
            "id": row["id"], "version": row["_version"], "category": row["_category"], "title": row["_title"],
            "created_at": _moment(row["_created_at"]), "created_by": row["_created_by"],
            "updated_at": _moment(row["_updated_at"]), "updated_by": row["_updated_by"],
            "removed_at": _moment(row["_removed_at"]), "on": on, "values": values,
        }  # fmt: skip

    return show


def _moment(value: Any) -> str | None:
    return None if value is None else value.isoformat()


def forget(connection: Connection, registry: Registry) -> None:
    """This function will drop what lies of a registry outside of its own table; its history cannot be changed."""
    fields = [each.id for each in registry.fields]
    connection.execute(delete(LinkRow).where(LinkRow.field_id.in_(fields)))
    connection.execute(delete(SeriesRow).where(SeriesRow.field_id.in_(fields)))


__all__ = ["count_all", "everything", "forget"]
