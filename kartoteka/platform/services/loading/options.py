"""What an import is told: its options, read and refused with a sentence for each that cannot be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _

ADD, UPDATE, UPSERT = "add", "update", "upsert"
SKIP, STOP = "skip", "stop"
_TAB = {"tab": "\t", "\\t": "\t"}


@dataclass(frozen=True, slots=True)
class Options:
    """What somebody has asked for. A mapping of None means: by the names of the columns."""

    mapping: Mapping[str, str] | None = None
    key: str | None = None
    mode: str = ADD
    dry_run: bool = False
    on_error: str = SKIP
    encoding: str | None = None
    sheet: str | None = None
    delimiter: str | None = None
    create: bool = False
    create_missing: bool = False
    name: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    # Plugins that are to do something with the records once they are in.
    then: tuple[str, ...] = ()


def read_options(raw: Any) -> Options:
    """This function will read the options of an import.

    :raises Invalid: with a sentence for every option that does not exist or cannot be used.
    """
    if not isinstance(raw, Mapping):
        raise Invalid({"options": [_("Options are an object.")]})
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in raw.items():
        reader = _READERS.get(str(name))
        if reader is None:
            known = ", ".join(_READERS)
            errors[str(name)[:60]] = [_("There is no such option; there are: {known}.", known=known)]
            continue
        try:
            if value is not None:
                found[str(name)] = reader(value)
        except ValueError as error:
            errors[str(name)] = [str(error)]
    if errors:
        raise Invalid(errors)
    return _consistent(found)


def _consistent(found: dict[str, Any]) -> Options:
    mapping, types = _forced_types(found.pop("mapping", None), found.pop("types", {}))
    found.setdefault("mode", UPSERT if found.get("key") else ADD)
    if found["mode"] != ADD and not found.get("key"):
        raise Invalid({"key": [_("To change records, tell by which field they are recognised.")]})
    if types and not found.get("create"):
        raise Invalid({"types": [_("Types are for fields that the import makes; ask for “create” too.")]})
    return Options(mapping=mapping, types=types, **found)


def _forced_types(
    mapping: Mapping[str, str] | None, types: Mapping[str, str]
) -> tuple[dict[str, str] | None, dict[str, str]]:
    """`{"Parent": "parent:relation:firms"}` names the field and its type at once."""
    if mapping is None:
        return None, dict(types)
    plain, forced = {}, dict(types)
    for column, wanted in mapping.items():
        plain[column], _mark, kind = wanted.partition(":")
        if kind:
            forced[column] = kind
    return plain, forced


def _text(longest: int) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        if not isinstance(value, str) or "\0" in value:
            raise ValueError(_("This must be a text."))
        if len(value) > longest:
            raise ValueError(_("At most {max} characters are allowed.", max=longest))
        return value.strip() or None

    return read


def _delimiter(value: Any) -> str | None:
    if value == "":
        return None
    mark = _TAB.get(value, value) if isinstance(value, str) else ""
    if len(mark) != 1:
        raise ValueError(_("A delimiter is one character, such as “;”."))
    return mark


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("This must be true or false."))
    return value


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(_("This must be one of: {words}.", words=", ".join(words)))
        return str(value)

    return read


def _texts(value: Any) -> dict[str, str]:
    """Columns and words for them; a column with nothing is left out of the import."""
    if not isinstance(value, Mapping) or not all(
        isinstance(word, str | None) and isinstance(column, str) for column, word in value.items()
    ):
        raise ValueError(_("This must be an object: column and field."))
    if len(value) > 1000:
        raise ValueError(_("There are too many columns."))
    return {" ".join(column.split()): (word or "").strip() for column, word in value.items()}


def _plugins(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 20 or not all(isinstance(each, str) for each in value):
        raise ValueError(_("This must be a list of plugins."))
    return tuple(dict.fromkeys(value))


_READERS: dict[str, Callable[[Any], Any]] = {
    "mapping": _texts,
    "key": _text(200),
    "mode": _one_of(ADD, UPDATE, UPSERT),
    "dry_run": _flag,
    "on_error": _one_of(SKIP, STOP),
    "encoding": _text(40),
    "sheet": _text(200),
    "delimiter": _delimiter,
    "create": _flag,
    "create_missing": _flag,
    "name": _text(200),
    "types": _texts,
    "then": _plugins,
}
