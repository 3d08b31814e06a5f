"""Options of a field type as a form: made out of what the type says about them, and read back into JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from kartoteka.field_types.capabilities import Linking, Numbering
from kartoteka.field_types.options import OptionInfo
from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services.particulars import timezones
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.pictures import colour_choices

PREFIX = "o."
_HELP = {
    "pattern": N_("For those who know regular expressions, such as [A-Z]{2}[0-9]{4}."),
    "decimals": N_("Left empty: as many as needed, four at most."),
    "padding": N_("Five digits make 00042."),
    "prefix": N_("What stands before the number, such as ORD-."),
}


@dataclass(frozen=True)
class ChoiceRow:
    """One choice in the editor; `kept` ones are stored already and can only be switched off."""

    key: str = ""
    name: str = ""
    czech: str = ""
    colour: str = ""
    active: bool = True
    kept: bool = False


@dataclass(frozen=True)
class OptionInput:
    """One option as an input: what it is called, how it is asked for, and what is in it."""

    name: str
    label: str
    kind: str
    value: str = ""
    required: bool = False
    placeholder: str = ""
    help: str = ""
    offered: Sequence[tuple[str, str]] = ()
    rows: Sequence[ChoiceRow] = ()
    colours: Sequence[tuple[str, str]] = ()
    errors: Sequence[str] = ()

    @property
    def input_name(self) -> str:
        """The name of its input in the form."""
        return PREFIX + self.name


def inputs(
    work: Work,
    type_name: str,
    options: Mapping[str, Any],
    errors: Mapping[str, list[str]],
    kept: frozenset[str] = frozenset(),
) -> list[OptionInput]:
    """This function will list the inputs for the options of a type; `kept` are the keys of stored choices."""
    kind = work.office.field_types.get(type_name)
    if kind is None:
        return []
    return [
        _input(work, each, options.get(each.name), errors.get(f"options.{each.name}", ()), kept)
        for each in kind.Options.described()
    ]


def takes_default(work: Work, type_name: str) -> bool:
    """This function will tell whether a new record can have a value of this type by itself."""
    kind = work.office.field_types.get(type_name)
    return kind is not None and not isinstance(kind, Linking | Numbering)


def _input(
    work: Work, info: OptionInfo, value: Any, errors: Sequence[str], kept: frozenset[str]
) -> OptionInput:
    shown = info.default if value is None and info.kind in ("boolean", "one_of", "timezone") else value
    if info.kind == "choices":
        return OptionInput(
            info.name,
            _(info.label),
            info.kind,
            required=info.required,
            rows=_rows(value, kept),
            errors=errors,
            colours=colour_choices(),
        )
    text = "1" if shown is True else "" if shown in (None, False) else str(shown)
    return OptionInput(
        info.name,
        _(info.label),
        info.kind,
        text,
        info.required,
        "" if info.default in (None, False, True) else str(info.default),
        _(_HELP[info.name])
        if info.name in _HELP and not (info.name == "decimals" and info.default is not None)
        else "",
        _offered(work, info, text),
        errors=errors,
    )


def _offered(work: Work, info: OptionInfo, chosen: str) -> list[tuple[str, str]]:
    if info.kind == "registry":
        return [
            (each.key, _label(work, each))
            for each in work.catalog.active_registries
            if not each.plugin or each.key == chosen
        ]
    if info.kind == "timezone":
        return [(name, name) for name in sorted(timezones())]
    return [(name, name) for name in info.allowed]


def _label(work: Work, registry: Registry) -> str:
    return label(registry, work.actor.locale.language)


def _rows(value: Any, kept: frozenset[str]) -> list[ChoiceRow]:
    rows = (
        [_row(each, kept) for each in value if isinstance(each, Mapping)]
        if isinstance(value, list | tuple)
        else []
    )
    return rows or [ChoiceRow(), ChoiceRow()]


def _row(each: Mapping[str, Any], kept: frozenset[str]) -> ChoiceRow:
    key, names = str(each.get("key", "")), each.get("names") or {}
    return ChoiceRow(
        key,
        str(each.get("name", "")),
        str(names.get("cs", "")),
        str(each.get("colour", "")),
        each.get("active", True) is not False,
        key in kept,
    )


def typed_options(
    work: Work, type_name: str, given: MultiDict[str, str], old: Mapping[str, Any]
) -> dict[str, Any]:
    """This function will read options out of a form; what is left empty is not given, so its default holds."""
    kind = work.office.field_types.get(type_name)
    found: dict[str, Any] = {}
    for info in kind.Options.described() if kind else ():
        if info.kind == "choices":
            found[info.name] = _typed_choices(given, PREFIX + info.name, old.get(info.name))
            continue
        text = given.get(PREFIX + info.name, "")
        if info.kind == "boolean":
            found[info.name] = text == "1"
        elif text.strip():
            found[info.name] = (
                text.strip().replace(",", ".").replace("\u00a0", "") if info.kind == "decimal" else text
            )
    return found


def _typed_choices(given: MultiDict[str, str], name: str, old: Any) -> list[dict[str, Any]]:
    """Rows of the editor; one left without a name is none. Other translations than ours stay as they were."""
    before = (
        {str(each.get("key")): each for each in old if isinstance(each, Mapping)}
        if isinstance(old, list | tuple)
        else {}
    )
    columns = [given.getlist(f"{name}.{part}") for part in ("key", "name", "cs", "colour", "active")]
    choices = []
    for key, title, czech, colour, active in zip(*columns, strict=False):
        if not title.strip():
            continue
        names = {**(before.get(key, {}).get("names") or {}), "cs": czech.strip()}
        choice: dict[str, Any] = {
            "name": title.strip(),
            "names": {code: text for code, text in names.items() if text},
        }
        choices.append(
            {
                **choice,
                **({"key": key} if key else {}),
                **({"colour": colour} if colour else {}),
                **({} if active == "1" else {"active": False}),
            }
        )
    return choices
