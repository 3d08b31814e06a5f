"""Documents that people write (REST bodies, YAML files) read into definitions, with a sentence for everything wrong."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from kartoteka.field_types.absent import Absent
from kartoteka.field_types.field_type import FieldType, OptionsError
from kartoteka.platform.catalog.conditions import RULES_OF_FIELDS, RULES_OF_SECTIONS
from kartoteka.platform.catalog.definitions import (
    HIDDEN,
    POWERS,
    READ,
    RIGHTS,
    STRICTNESS,
    Category,
    Field,
    Grant,
    PluginState,
    Registry,
    Role,
    Section,
)
from kartoteka.platform.catalog.filters import parse
from kartoteka.platform.catalog.keys import RESERVED, is_key, make_key
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _

FieldTypes = Mapping[str, FieldType]
NewId = Callable[[], int]
Checker = Callable[[Any], Any]
COLOURS = ("", "grey", "blue", "green", "amber", "red", "violet")
MAX_FIELDS = 500


class _Wrong(ValueError):
    """A value that does not fit; carries the sentence."""


def _text(longest: int, *, filled: bool = False) -> Checker:
    def check(value: Any) -> str:
        if not isinstance(value, str) or "\x00" in value:
            raise _Wrong(_("This must be a text."))
        if filled and not value.strip():
            raise _Wrong(_("This must not be empty."))
        if len(value) > longest:
            raise _Wrong(_("At most {max} characters are allowed.", max=longest))
        return value.strip()

    return check


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(_("This must be true or false."))
    return value


def _translations(longest: int) -> Checker:
    def check(value: Any) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise _Wrong(_("Translations are an object: language and text."))
        read = _text(longest)
        return {str(language)[:5]: read(text) for language, text in value.items() if text}

    return check


_names, _helps = _translations(200), _translations(2000)


def _keys(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise _Wrong(_("This must be a list of keys."))
    return tuple(dict.fromkeys(value))


def _key(value: Any) -> str:
    # The registries of plugins have an underscore before their keys, so that they take nobody's.
    if not is_key(value) and not (isinstance(value, str) and is_key(value[1:]) and value[0] == "_"):
        raise _Wrong(
            _(
                "A key has lower-case letters, digits and underscores, begins with a letter"
                " and has at most 40 characters."
            )
        )
    return str(value)


def _colour(value: Any) -> str:
    if value not in COLOURS:
        raise _Wrong(_("A colour is one of: {colours}.", colours=", ".join(COLOURS[1:])))
    return str(value)


def _anything(value: Any) -> Any:
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _Wrong(_("This must be a list."))
    return list(value)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _Wrong(_("This must be an object."))
    return dict(value)


def _when(allowed: tuple[str, ...]) -> Checker:
    """Conditional rules, each a filter or null for none; what their filters name is a matter of soundness."""

    def check(value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise _Wrong(_("Rules are an object: {rules}, each a filter or null.", rules=", ".join(allowed)))
        for name in value:
            if name not in allowed:
                raise _Wrong(
                    _("There is no rule “{rule}” here; there are: {rules}.", rule=str(name)[:40],
                      rules=", ".join(allowed))
                )  # fmt: skip
        found = {name: value[name] for name in allowed if value.get(name) is not None}
        for rule in found.values():
            try:
                parse(rule)
            except Invalid as error:
                raise _Wrong(error.message) from error
        return {name: dict(rule) for name, rule in found.items()}

    return check


NAME = _text(200, filled=True)
CATEGORY = {
    "key": _key, "name": NAME, "colour": _colour, "icon": _text(60), "active": _flag, "names": _names,
}  # fmt: skip
FIELD = {
    "key": _key, "name": NAME, "type": _text(40, filled=True), "options": _object,
    "required": _flag, "unique": _flag, "active": _flag,
    "help": _text(2000), "helps": _helps, "categories": _keys, "default": _anything, "names": _names,
    "when": _when(RULES_OF_FIELDS),
}  # fmt: skip
SECTION = {
    "key": _key, "name": NAME, "active": _flag, "collapsed": _flag, "help": _text(2000), "helps": _helps,
    "categories": _keys,
    "names": _names,
    "fields": _list,
    "when": _when(RULES_OF_SECTIONS),
}  # fmt: skip
REGISTRY = {
    "key": _key, "name": NAME, "name_one": _text(200), "icon": _text(60), "colour": _colour, "help": _text(2000),
    "helps": _helps, "title": _text(500),
    "active": _flag, "columns": _keys, "names": _names, "names_one": _names, "categories": _list, "sections": _list,
}  # fmt: skip
ROLE: dict[str, Checker] = {
    "key": _key,
    "name": NAME,
    "powers": _keys,
    "names": _names,
    "grants": _object,
    "kind": _text(20, filled=True),
    "holds": _anything,
}
PLUGIN: dict[str, Checker] = {
    "key": _key,
    "active": _flag,
    "registries": lambda value: None if value is None else _keys(value),
    "settings": _object,
}
GRANT = {"rights": _keys, "sections": _object, "rows": _anything, "fields": _object}


class Reader:
    """Reads documents piece by piece; `problems` collects sentences by the place in the document."""

    def __init__(self, types: FieldTypes, new_id: NewId) -> None:
        self.types = types
        self.new_id = new_id
        self.problems: dict[str, list[str]] = {}
        self.taken: dict[str, list[str]] = {}

    def finish(self) -> None:
        """This function will refuse what was read when anything was wrong.

        :raises Invalid: with all sentences by place, such as `sections.0.fields.2.type`.
        :raises Conflict: when nothing is wrong but that a key is already used.
        """
        if self.problems:
            raise Invalid({**self.problems, **self.taken})
        if self.taken:
            raise Conflict(next(iter(self.taken.values()))[0], self.taken)

    def key_taken(self, place: str, key: str) -> None:
        """This function will note that a key cannot be had any more."""
        sentence = _("The key “{key}” is already used; keys are never used twice.", key=key)
        self.taken.setdefault(place, []).append(sentence)

    def problem(self, place: str, sentence: str) -> None:
        """This function will note what is wrong at a place."""
        self.problems.setdefault(place, []).append(sentence)

    def attributes(self, document: Any, shape: Mapping[str, Checker], place: str = "") -> dict[str, Any]:
        """This function will check every attribute of a document against a shape."""
        if not isinstance(document, Mapping):
            self.problem(place or "body", _("This must be an object."))
            return {}
        found = {}
        for name, value in document.items():
            checker = shape.get(str(name))
            if checker is None:
                self.problem(_join(place, str(name)[:60]), _("There is no such attribute."))
                continue
            try:
                found[str(name)] = checker(value)
            except _Wrong as wrong:
                self.problem(_join(place, str(name)), str(wrong))
        return found

    def registry(self, document: Any, current: Registry | None, taken: Container[str] = ()) -> Registry:
        """This function will read a whole registry; what `current` has and the document lacks is switched off."""
        found = self.attributes(document, REGISTRY)
        categories = self._parts(
            found.pop("categories", []), "categories", self.category, current.categories if current else ()
        )
        nested = [dict(each) if isinstance(each, Mapping) else each for each in found.pop("sections", [])]
        lists = [each.pop("fields", []) if isinstance(each, dict) else [] for each in nested]
        sections = self._parts(nested, "sections", self.section, current.sections if current else ())
        fields = self._fields(lists, sections, current)
        if current is None:
            key = found.pop("key", None) or make_key(str(found.get("name", "")), taken, fallback="registry")
            if key in taken:
                self.key_taken("key", key)
            if not is_key(key):
                self.problem(
                    "key", _("There is no plugin that keeps its things in “{registry}”.", registry=key)
                )
            if "name" not in found:
                self.problem("name", _("A name is needed."))
            base = Registry(self.new_id(), key, "")
        else:
            self._same_key(found, current.key, "")
            base = current
        registry = replace(
            base, **{**found, "categories": categories, "sections": sections, "fields": fields}
        )
        return replace(registry, title=registry.title or default_title(registry))

    def _fields(
        self, lists: list[Any], sections: tuple[Section, ...], current: Registry | None
    ) -> tuple[Field, ...]:
        known = {each.key: each for each in current.fields} if current else {}
        read: list[Field] = []
        for number, documents in enumerate(lists):
            place = f"sections.{number}.fields"
            if not isinstance(documents, list | tuple):
                self.problem(place, _("This must be a list."))
                continue
            for position, document in enumerate(documents):
                taken = {each.key for each in read} | set(known)
                section = sections[number].key if number < len(sections) else ""
                old = _known(document, known)
                field = self.field(document, old, section, taken, f"{place}.{position}")
                if any(each.key == field.key for each in read):
                    self.problem(
                        f"{place}.{position}.key", _("The key “{key}” is there twice.", key=field.key)
                    )
                read.append(field)
        if len(read) > MAX_FIELDS:
            self.problem("sections", _("A registry has {max} fields at most.", max=MAX_FIELDS))
        missing = [
            replace(each, active=False) for key, each in known.items() if key not in {one.key for one in read}
        ]
        return (*read, *missing)

    def _parts(
        self, documents: list[Any], place: str, read: Callable[..., Any], current: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        known = {each.key: each for each in current}
        found: list[Any] = []
        for position, document in enumerate(documents):
            old = _known(document, known)
            taken = {each.key for each in found} | set(known)
            part = read(document, old, taken, f"{place}.{position}")
            if any(each.key == part.key for each in found):
                self.problem(f"{place}.{position}.key", _("The key “{key}” is there twice.", key=part.key))
            found.append(part)
        missing = [
            replace(each, active=False)
            for key, each in known.items()
            if key not in {one.key for one in found}
        ]
        return (*found, *missing)

    def category(
        self, document: Any, current: Category | None, taken: Iterable[str], place: str = ""
    ) -> Category:
        """This function will read a category, new or changed."""
        found = self.attributes(document, CATEGORY, place)
        base = current or Category(self.new_id(), self._new_key(found, taken, place, "category"), "")
        return replace(base, **self._without_key(found, base.key, place))

    def section(
        self, document: Any, current: Section | None, taken: Iterable[str], place: str = ""
    ) -> Section:
        """This function will read a section without its fields, new or changed."""
        found = self.attributes(document, {**SECTION, "fields": _anything}, place)
        found.pop("fields", None)
        base = current or Section(self.new_id(), self._new_key(found, taken, place, "section"), "")
        return replace(base, **self._without_key(found, base.key, place))

    def field(
        self, document: Any, current: Field | None, section: str, taken: Iterable[str], place: str = ""
    ) -> Field:
        """This function will read a field, new or changed."""
        found = self.attributes(document, FIELD, place)
        if current is None:
            key = self._new_key(found, taken, place, "field")
            if key in RESERVED:
                self.problem(
                    _join(place, "key"),
                    _("“{key}” has a meaning of its own and cannot be the key of a field.", key=key),
                )
            if "type" not in found and isinstance(document, Mapping) and "type" not in document:
                self.problem(_join(place, "type"), _("A type is needed."))
            base = Field(self.new_id(), key, "", found.get("type", "text"), section, column=key)
        else:
            base = current
        changed = replace(base, **{**self._without_key(found, base.key, place), "section": section})
        if base.core and (changed.type, changed.section) != (base.type, base.section):
            self.problem(
                _join(place, "type"), _("The plugin needs this field as it is; only its name is yours.")
            )
        return self._typed(changed, place, current)

    def _typed(self, field: Field, place: str, current: Field | None) -> Field:
        kind = self.types.get(field.type)
        # A field may keep a type that is not installed any more; a new one cannot be of it.
        fresh = current is None or current.type != field.type
        if kind is None or (fresh and isinstance(kind, Absent)):
            self.problem(_join(place, "type"), _("There is no field type “{type}”.", type=field.type[:40]))
            return field
        try:
            options = kind.options(field.options)
        except OptionsError as error:
            for name, sentences in error.errors.items():
                for sentence in sentences:
                    self.problem(_join(place, f"options.{name}"), sentence)
            return field
        return replace(
            field, options=options.as_json() if hasattr(options, "as_json") else dict(field.options)
        )

    def plugin(self, document: Any, current: PluginState | None, place: str = "") -> PluginState:
        """This function will read whether and where a plugin is active; its settings are its own matter."""
        found = self.attributes(document, PLUGIN, place)
        if current is None:
            key = str(document.get("key", ""))[:40] if isinstance(document, Mapping) else ""
            self.problem(_join(place, "key"), _("There is no plugin “{plugin}”.", plugin=key))
            return PluginState(0, key)
        return replace(current, **self._without_key(found, current.key, place))

    def role(self, document: Any, current: Role | None, taken: Iterable[str]) -> Role:
        """This function will read a role with its grants, new or changed."""
        found = self.attributes(document, ROLE)
        unknown = sorted(set(found.get("powers", ())) - set(POWERS))
        if unknown:
            self.problem(
                "powers",
                _(
                    "There is no power “{power}”; there are: {powers}.",
                    power=unknown[0][:40],
                    powers=", ".join(POWERS),
                ),
            )
        base = current or Role(self.new_id(), self._new_key(found, taken, "", "role"), "")
        grants = {
            key: self.grant(grant, f"grants.{key}") for key, grant in found.pop("grants", {}).items()
        } or dict(base.grants)
        powers = frozenset(found.pop("powers", base.powers))
        return replace(base, **self._without_key(found, base.key, ""), powers=powers, grants=grants)

    def grant(self, document: Any, place: str = "") -> Grant:
        """This function will read a grant; whether its sections and rows exist is a matter of soundness."""
        found = self.attributes(document, GRANT, place)
        rights, sections = found.get("rights", ()), found.get("sections", {})
        for right in rights:
            if right not in RIGHTS:
                self.problem(
                    _join(place, "rights"),
                    _(
                        "There is no right “{right}”; there are: {rights}.",
                        right=right[:40],
                        rights=", ".join(RIGHTS),
                    ),
                )
        for key, level in sections.items():
            if level not in STRICTNESS:
                self.problem(_join(place, f"sections.{key}"), _("A section is “read”, “edit” or “hidden”."))
        for key, level in found.get("fields", {}).items():
            if level not in (HIDDEN, READ):
                self.problem(
                    _join(place, f"fields.{key}"),
                    _("An exception is “hidden” or “read”; it can only be stricter than the section."),
                )
        shown = {key: level for key, level in sections.items() if level != HIDDEN}
        rows = found.get("rows")
        if rows is not None and not isinstance(rows, Mapping):
            self.problem(_join(place, "rows"), _("A row rule is a filter, or null for every row."))
        rule = rows if isinstance(rows, Mapping) else None
        return Grant(frozenset(rights), shown, rule, found.get("fields", {}))

    def _new_key(self, found: dict[str, Any], taken: Iterable[str], place: str, fallback: str) -> str:
        taken = frozenset(taken)
        if "name" not in found:
            self.problem(_join(place, "name"), _("A name is needed."))
        key = str(found.get("key") or make_key(str(found.get("name", "")), taken, fallback=fallback))
        if key in taken:
            self.key_taken(_join(place, "key"), key)
        return key

    def _without_key(self, found: dict[str, Any], key: str, place: str) -> dict[str, Any]:
        self._same_key(found, key, place)
        return found

    def _same_key(self, found: dict[str, Any], key: str, place: str) -> None:
        given = found.pop("key", key)
        if given != key:
            self.problem(_join(place, "key"), _("A key cannot be changed; change the name instead."))


def default_title(registry: Registry) -> str:
    """This function will choose a title pattern: the first short text field in use, or nothing."""
    for each in registry.active_fields:
        if each.type in ("text", "autonumber", "email", "ico"):
            return f"{{{each.key}}}"
    return ""


def _known(document: Any, known: Mapping[str, Any]) -> Any:
    """The part that a document speaks of, by its key; whether the key is one at all is asked later."""
    key = document.get("key") if isinstance(document, Mapping) else None
    return known.get(key) if isinstance(key, str) else None


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
