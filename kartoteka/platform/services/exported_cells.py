"""Values as cells of a spreadsheet, so that reading the cell gives the value again."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma

from kartoteka.field_types.capabilities import Choosing
from kartoteka.field_types.locale import Locale
from kartoteka.platform.services.records import Record
from kartoteka.platform.services.sheets.cells import Written
from kartoteka.platform.storage.layout import Kind

_SEPARATORS = frozenset(";|\n,")
# Workbooks know no earlier days, and no years before 1000 as we write them.
_FIRST_YEAR = 1901


def cell_maker(key: str, kind: Kind, locale: Locale, *, workbook: bool) -> Callable[[Record], Written]:
    """This function will give what writes a field of a record."""
    make = _maker(kind, locale, workbook)

    def of_record(record: Record) -> Written:
        value = record.values.get(key)
        return None if value is None or value == () or value == [] else make(value)

    return of_record


def _maker(kind: Kind, locale: Locale, workbook: bool) -> Callable[[Any], Written]:
    if kind.linking:
        return lambda links: "\n".join(link.title for link in links)
    if isinstance(kind.type, Choosing):
        names = _names(kind, locale)
        if kind.type.name == "choice":
            return lambda value: names.get(value, value)
        return lambda values: "; ".join(names.get(value, value) for value in values)
    if kind.type.name == "datetime":
        zone = ZoneInfo(kind.options.timezone)
        return lambda value: _moment(value, zone, workbook)
    return lambda value: value


def _names(kind: Kind, locale: Locale) -> dict[str, str]:
    """Labels of choices; the key where a label would be read back as something else."""
    choosing: Any = kind.type
    names = {}
    for choice in choosing.choices(kind.options):
        text = choice.label(locale.language)
        names[choice.key] = text if _reads_back(kind, text, choice.key) else choice.key
    return names


def _reads_back(kind: Kind, text: str, key: str) -> bool:
    if kind.type.name != "choice" and _SEPARATORS & set(text):
        return False
    try:
        return kind.schema.deserialize(text) in (key, (key,))
    except ma.ValidationError:
        return False


def _moment(value: datetime, zone: ZoneInfo, workbook: bool) -> Written:
    """On the clock of the field, which is the clock that a time without an offset is read on."""
    local = value.astimezone(zone)
    plain = local.replace(tzinfo=None)
    exact = not local.microsecond and local.year >= _FIRST_YEAR and _is_once(plain, zone)
    return plain if workbook and exact else local.isoformat()


def _is_once(plain: datetime, zone: ZoneInfo) -> bool:
    """False for the hour that a clock shows twice in autumn."""
    first, second = (plain.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first == second
