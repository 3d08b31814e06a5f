"""Which column of a sheet goes where in a registry that is opened for the importer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kartoteka.field_types.field_type import Sort
from kartoteka.field_types.folding import fold
from kartoteka.platform.access.gate import CATEGORY, OpenRegistry
from kartoteka.platform.catalog.conditions import VISIBLE
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.kernel.errors import Forbidden, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.loading.options import ADD, UPDATE, Options
from kartoteka.platform.services.sheets.mapping import match_columns

ID = "id"
# The record that a thing of a plugin lies on, written `companies/12` or `companies/ACME`.
ON = "_on"
# What an export calls them, in every language that it speaks.
_CATEGORY_NAMES = frozenset({"_category", "category", "kategorie", "kategória"})


@dataclass(frozen=True, slots=True)
class Target:
    """One column that is brought in: where it stands and what it fills; no field for category, id and bearer."""

    column: str
    place: int
    name: str
    field: Field | None


@dataclass(frozen=True, slots=True)
class Plan:
    """All columns that are brought in, and the one by which records are recognised."""

    targets: tuple[Target, ...]
    key: Target | None

    @property
    def mapping(self) -> dict[str, str]:
        """Column and field; reading it again gives the same plan."""
        return {each.column: each.name for each in self.targets}

    @property
    def shown(self) -> dict[str, str]:
        """Column and field, as people would write it."""
        return {each.column: _public(each.name) for each in self.targets}


def plan_columns(opened: OpenRegistry, columns: Sequence[str], options: Options) -> Plan:
    """This function will decide where each column goes.

    :raises Invalid: when a column or field does not exist for the importer, or nothing fits.
    :raises Forbidden: when he may not fill in what he has named.
    """
    asked = options.mapping
    mapping = match(opened, columns, options) if asked is None else explicit(columns, asked)
    targets = tuple(_target(opened, columns, column, name) for column, name in mapping.items())
    if not targets:
        raise Invalid({"mapping": [_("No column has the name of a field; tell which belongs to which.")]})
    _check_once(targets)
    key = _key(targets, options)
    for each in targets:
        _check_allowed(opened, each, each is key, options)
    _check_complete(opened, targets, options)
    return Plan(targets, key)


def explicit(columns: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """This function will read a mapping that somebody has written: names of columns may differ in case.

    :raises Invalid: when there is no such column.
    """
    known = {fold(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for column, name in mapping.items():
        real = column if column in columns else known.get(fold(column))
        if real is None:
            offered = ", ".join(columns)[:300]
            sentence = _(
                "There is no column “{column}”; there are: {columns}.", column=column[:80], columns=offered
            )
            raise Invalid({"mapping": [sentence]})
        if name:
            found[real] = name
    return found


def match(opened: OpenRegistry, columns: Sequence[str], options: Options) -> dict[str, str]:
    """This function will match columns by name with the fields that the importer sees and may fill in."""
    fields = [each for each in opened.fields if _importable(opened, each)
              and (_writable(opened, each, options) or _is_key(each, options))]  # fmt: skip
    found = match_columns(columns, replace(opened.registry, fields=tuple(fields)))
    for column in columns:
        if column not in found and fold(column) in _CATEGORY_NAMES and opened.registry.categories:
            found[column] = CATEGORY
        if column not in found and fold(column) in ("on", ON) and opened.registry.attached:
            found[column] = ON
        if column == ID and column not in found and options.key == ID:
            found[column] = ID
    return found


def _importable(opened: OpenRegistry, each: Field) -> bool:
    return target_of(opened, each) != "files"


def target_of(opened: OpenRegistry, each: Field) -> str | None:
    """This function will tell what a linking field points at."""
    return opened.kind(each).target or None


def _is_key(each: Field, options: Options) -> bool:
    return options.key is not None and options.key in (each.key, each.name)


def _writable(opened: OpenRegistry, each: Field, options: Options) -> bool:
    rights = {ADD: ("create",), UPDATE: ("edit",)}.get(options.mode, ("create", "edit"))
    return any(opened.may_write(each, right) for right in rights)


def _target(opened: OpenRegistry, columns: Sequence[str], column: str, name: str) -> Target:
    place = columns.index(column)
    field = opened.seen.field(name)
    if field is not None:
        return Target(column, place, field.key, field)
    if name == "category" or name == CATEGORY:
        return Target(column, place, CATEGORY, None)
    if name == ID:
        return Target(column, place, ID, None)
    if name in ("on", ON) and opened.registry.attached:
        return Target(column, place, ON, None)
    raise Invalid({"mapping": [_("There is no field “{name}”.", name=name[:80])]})


def _check_once(targets: Sequence[Target]) -> None:
    seen: dict[str, str] = {}
    for each in targets:
        if each.name in seen:
            sentence = _("The columns “{first}” and “{second}” both go to “{field}”.",
                         first=seen[each.name], second=each.column, field=_public(each.name))  # fmt: skip
            raise Invalid({"mapping": [sentence]})
        seen[each.name] = each.column


def _public(name: str) -> str:
    return {CATEGORY: "category", ON: "on"}.get(name, name)


def _key(targets: Sequence[Target], options: Options) -> Target | None:
    if options.key is None:
        return None
    for wanted in ({options.key}, {fold(options.key)}):
        for each in targets:
            names = (
                {each.name, each.column} if options.key in wanted else {fold(each.name), fold(each.column)}
            )
            if wanted & names:
                return each
    raise Invalid({"key": [_("No column goes to the field “{name}”.", name=options.key[:80])]})


def _check_allowed(opened: OpenRegistry, target: Target, is_key: bool, options: Options) -> None:
    field = target.field
    if field is None:
        if target.name == ID and not is_key:
            raise Invalid({"mapping": [_("Ids are given by the program; they can only serve as the key.")]})
        if is_key and target.name == CATEGORY:
            raise Invalid({"key": [_("Records cannot be recognised by their category.")]})
        if is_key and target.name == ON:
            raise Invalid({"key": [_("Things cannot be recognised by the record that they lie on.")]})
        return
    if not _importable(opened, field):
        raise Invalid({"mapping": [_("Files cannot come from a spreadsheet: “{field}”.", field=field.name)]})
    if is_key and (opened.kind(field).linking or opened.kind(field).type.sort is Sort.NONE):
        raise Invalid({"key": [_("Records cannot be recognised by “{field}”.", field=field.name)]})
    if not is_key and not _writable(opened, field, options):
        raise Forbidden(_("You may not fill in “{field}”.", field=field.name))


def _check_complete(opened: OpenRegistry, targets: Sequence[Target], options: Options) -> None:
    """When every row would fail for the same reason, it is said once and at the beginning."""
    if options.mode != ADD:
        return
    filled = {each.name for each in targets}
    for each in opened.fields:
        lacking = (
            each.required
            and not opened.rules.bind(each, VISIBLE)
            and each.default is None
            and each.key not in filled
            and not each.categories
        )
        section = opened.registry.section(each.section)
        if (lacking and section is not None and not section.categories
                and opened.may_write(each, "create") and each.type != "autonumber"):  # fmt: skip
            sentence = _("“{field}” must be filled in, but no column goes there.", field=each.name)
            raise Invalid({"mapping": [sentence]})


__all__ = ["ID", "ON", "Plan", "Target", "explicit", "match", "plan_columns", "target_of"]
