"""The registry, or the fields that it lacks, made out of the columns of a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kartoteka.platform.catalog.keys import is_key, make_key
from kartoteka.platform.kernel.errors import Forbidden, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.loading.columns import ID, explicit, match
from kartoteka.platform.services.loading.options import Options
from kartoteka.platform.services.sheets.guessing import ColumnGuess, guess
from kartoteka.platform.services.sheets.reading import Sheet
from kartoteka.platform.services.sheets.refining import title_column
from kartoteka.platform.services.work import Work

MAX_NAME = 200
SECTION = "basic"
_LINKS = ("relation", "user")


def check_may_shape(work: Work, registry: str) -> None:
    """This function will refuse early what would be refused when the import begins.

    :raises Forbidden: when the actor may not change the design, or would not see what he makes.
    """
    work.require("design")
    if registry not in work.catalog.registries:
        if not is_key(registry):
            raise Invalid({"registry": [_("A key has lower-case letters, digits and underscores, begins with a letter"
                                          " and has at most 40 characters.")]})  # fmt: skip
        if not work.actor.is_admin:
            raise Forbidden(
                _("Only an administrator sees a new registry before anybody is given rights in it.")
            )


def shape(work: Work, registry: str, sheet: Sheet, options: Options) -> Options:
    """This function will make what is missing in the design, and give the options with a whole mapping."""
    check_may_shape(work, registry)
    guesses = guess(sheet.columns, (cells for _number, cells in sheet.rows()), work.office.field_types)
    shaper = _Shaper(work, registry, guesses, options)
    mapping = shaper.mapping()
    shaper.make(mapping)
    return replace(options, mapping=mapping, create=False, types={})


class _Shaper:
    """What the columns of one sheet need that is not there."""

    def __init__(self, work: Work, registry: str, guesses: Sequence[ColumnGuess], options: Options) -> None:
        self.work = work
        self.registry = registry
        self.guesses = {each.label: each for each in guesses}
        self.options = options
        self.types = explicit(list(self.guesses), options.types)
        for forced in self.types.values():
            if forced.partition(":")[0] not in work.office.field_types:
                raise Invalid({"types": [_("There is no field type “{type}”.", type=forced[:40])]})
        self.current = work.catalog.registries.get(registry)

    def mapping(self) -> dict[str, str]:
        """A field for every column: the one asked for, the one of its name, or a new one."""
        columns = list(self.guesses)
        asked = explicit(columns, self.options.mapping or {})
        left_out = {column for column, name in (self.options.mapping or {}).items() if not name}
        matched = match(self.work.open(self.registry), columns, self.options) if self.current else {}
        taken = {*asked.values(), *(each.key for each in (self.current.fields if self.current else ()))}
        mapping: dict[str, str] = {}
        for column, each in self.guesses.items():
            if column in left_out:
                continue
            known = asked.get(column) or matched.get(column)
            if known is None or (column not in asked and known in asked.values()):
                known = make_key(column, taken, fallback="column")
                taken.add(known)
            mapping[each.label] = known
        return mapping

    def make(self, mapping: Mapping[str, str]) -> None:
        """Make the registry, or the fields that it lacks."""
        known = {each.key for each in self.current.fields} if self.current else set()
        system = {ID, "category"}
        fields = [self._field(column, name) for column, name in mapping.items() if name not in known | system]
        if self.current is not None:
            for body in fields:
                modelling.create_field(self.work, self.registry, body)
            return
        name = self.options.name or self.registry.replace("_", " ").capitalize()
        section = {"key": SECTION, "name": _("Basic details"), "fields": fields}
        body = {"key": self.registry, "name": name, "sections": [section], **self._title(mapping, fields)}
        modelling.create_registry(self.work, body)

    def _title(self, mapping: Mapping[str, str], fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """The records are called by what people would call them by, where a column says it in words or numbers."""
        offered = [
            each for column, each in self.guesses.items() if column in mapping and column not in self.types
        ]
        key = mapping.get(title_column(offered))
        return {"title": f"{{{key}}}"} if any(each["key"] == key for each in fields) else {}

    def _field(self, column: str, key: str) -> dict[str, Any]:
        found = self.guesses[column]
        kind, options = self._type(column, found)
        body: dict[str, Any] = {"key": key, "name": column[:MAX_NAME], "type": kind, "options": options}
        if self._is_key(column, key) and found.required and found.unique and kind not in _LINKS:
            body["unique"] = True
            body["required"] = True
        return body

    def _is_key(self, column: str, key: str) -> bool:
        return self.options.key is not None and self.options.key.casefold() in (column.casefold(), key)

    def _type(self, column: str, found: ColumnGuess) -> tuple[str, dict[str, Any]]:
        forced = self.types.get(column)
        if not forced:
            return found.type, dict(found.options)
        name, _mark, rest = forced.partition(":")
        if name == "relation":
            target, _mark, many = rest.partition(":")
            return name, {"target": target or self.registry, **({"many": True} if many == "many" else {})}
        if name == "user":
            return name, {"many": True} if rest == "many" else {}
        if name == "money" and rest:
            return name, {"currency": rest.upper()}
        return name, dict(found.options) if name == found.type else {}


__all__ = ["check_may_shape", "shape"]
