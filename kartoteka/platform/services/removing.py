"""The removal of a plugin: what belongs to it is told, handed over as files, and then dropped, all or nothing."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, func, select

from kartoteka.platform.access import leaving
from kartoteka.platform.catalog.definitions import Registry
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.outbox import OUTBOX
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.kernel.turns import TURNS
from kartoteka.platform.services import own_tables, plugins
from kartoteka.platform.services.modelling.forgetting import forget_plugin
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.sheets.writing import write_csv
from kartoteka.platform.services.work import Work

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Belongings:
    """What a plugin leaves behind: records of its registries, rows of its tables, fields of its types elsewhere."""

    registries: Mapping[str, int]
    tables: Mapping[str, int]
    fields: tuple[str, ...]


def belongings(work: Work, plugin: str) -> Belongings:
    """This function will tell what belongs to a plugin.

    :raises NotFound: when it has never been here.
    """
    work.require("design")
    if plugin not in work.catalog.plugins:
        raise NotFound(_("There is no plugin “{plugin}”.", plugin=plugin[:40]))
    known = work.office.plugins.get(plugin)
    types = {each.name for each in known.field_types} if known else set()
    return Belongings(
        {
            each.key: leaving.count_all(work.connection, work.layout, each)
            for each in _registries(work, plugin)
        },
        {
            table.name: work.connection.scalar(select(func.count()).select_from(table)) or 0
            for table in own_tables.reflected(plugin, work.connection)
        },
        tuple(
            f"{registry.key}.{field.key}"
            for registry in work.catalog.registries.values()
            for field in registry.fields
            if registry.plugin != plugin and field.type in types
        ),
    )


def remove(office: Office, plugin: str, folder: Path, *, purge: bool = False) -> list[Path]:
    """This function will write everything that belongs to a plugin into a folder, and take the plugin away.

    It is switched off and its own tables are dropped. Records in registries stay where they are until the plugin
    comes back, unless they are to be purged. When a file cannot be written, nothing is dropped.

    :raises Invalid: when the folder is not empty or cannot be written.
    """
    with office.begin_system(write=True, design=True) as work:
        belongings(work, plugin)
        written = _hand_over(work, plugin, folder)
        if work.catalog.plugins[plugin].active:
            plugins.change(work, plugin, {"active": False})
        own_tables.take_down(plugin, work.connection, office.plugins.get(plugin))
        _forget_what_waits(work, plugin)
        if purge:
            forget_plugin(work, plugin)
    return written


def _registries(work: Work, plugin: str) -> list[Registry]:
    return [each for each in work.catalog.registries.values() if each.plugin == plugin]


def _forget_what_waits(work: Work, plugin: str) -> None:
    work.connection.execute(
        delete(OUTBOX).where(OUTBOX.c.subscriber.startswith(f"{plugin}.", autoescape=True))
    )
    work.connection.execute(delete(TURNS).where(TURNS.c.name.startswith(f"{plugin}.", autoescape=True)))


def _hand_over(work: Work, plugin: str, folder: Path) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise Invalid({"export": [_("“{name}” is not empty.", name=str(folder))]})
        written = []
        for registry in _registries(work, plugin):
            rows = leaving.everything(work.connection, work.catalog, work.layout, registry)
            written += _write(folder / registry.key.removeprefix("_"), rows)
        for table in own_tables.reflected(plugin, work.connection):
            written += _write(folder / table.name, _rows(work, table))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        sentence = _("“{name}” cannot be written: {reason}.", name=str(folder), reason=reason)
        raise Invalid({"export": [sentence]}) from error
    return written


def _rows(work: Work, table: Table) -> Iterator[Row]:
    for row in work.connection.execute(select(table).order_by(*table.primary_key.columns)):
        yield {name: _plain(value) for name, value in row._mapping.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _write(place: Path, rows: Iterable[Row]) -> list[Path]:
    """The same rows twice: as JSON, exactly, and as a sheet that people can open."""
    exact, sheet = place.with_suffix(".json"), place.with_suffix(".csv")
    with exact.open("w", encoding="utf-8") as stream:
        stream.write("[")
        for number, row in enumerate(rows):
            stream.write((",\n" if number else "\n") + json.dumps(row, ensure_ascii=False))
        stream.write("\n]\n")
    found = [_flat(each) for each in json.loads(exact.read_text(encoding="utf-8"))]
    columns = list(dict.fromkeys(name for each in found for name in each))
    with sheet.open("wb") as out:
        write_csv(out, columns, ([each.get(name) for name in columns] for each in found))
    return [exact, sheet]


def _flat(row: Row) -> dict[str, Any]:
    flat = {**{name: value for name, value in row.items() if name != "values"}, **row.get("values", {})}
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for name, value in flat.items()
    }


__all__ = ["Belongings", "belongings", "remove"]
