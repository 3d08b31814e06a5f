"""Field types of fixed answers: yes or no, one choice, several choices."""

import re
from abc import ABC
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.types import TypeEngine

from kartoteka.field_types.capabilities import Choice
from kartoteka.field_types.cleaning import as_text
from kartoteka.field_types.columns import KeyList, text_column
from kartoteka.field_types.field_type import FieldType, Locale, Operator, Options, Sort
from kartoteka.field_types.folding import fold
from kartoteka.field_types.options import Rule, option
from kartoteka.field_types.schema import Reader, ValueSchema, refuse
from kartoteka.field_types.texts import N_, _

_YES = ("true", "yes", "y", "1", "x", "on", "ano", "a", "áno", "pravda", "✓", "✔", "☑")
_NO = ("false", "no", "n", "0", "off", "ne", "nie", "nepravda", "✗", "✘", "☐")
_ANSWERS = {fold(word): True for word in _YES} | {fold(word): False for word in _NO}

MOST_CHOICES = 1000
_KEY = re.compile("[a-z0-9][a-z0-9_]{0,39}")
_COLOUR = re.compile("|[a-z]{1,20}|#[0-9a-fA-F]{6}")
_LANGUAGE = re.compile("[a-z]{2,3}([-_][A-Za-z]{2,8})*")
_CHOICE_PARTS = frozenset({"key", "name", "colour", "names", "active"})


class YesNo(FieldType):
    """Yes or no; empty means that nobody has said."""

    name = "boolean"
    widget = "boolean"
    label = N_("Yes or no")
    operators = (Operator.EQ, Operator.NE, Operator.IS_EMPTY, Operator.NOT_EMPTY)

    def column_type(self, options: Any) -> TypeEngine[Any]:
        """A boolean."""
        return Boolean()

    def schema(self, options: Any) -> ValueSchema:
        """The words that people and spreadsheets use, in English, Czech and Slovak."""
        return ValueSchema(_read_answer, json_schema={"type": "boolean"})

    def text(self, value: bool | None, options: Any, locale: Locale) -> str:
        """A word in the language that is set."""
        return "" if value is None else _("yes") if value else _("no")

    def sample(self, options: Any, random: Random) -> bool:
        """Either."""
        return random.random() < 0.5


def _read_answer(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        answer = _ANSWERS.get(fold(raw)) if len(raw) < 20 else None
    elif isinstance(raw, (int, float)):
        answer = bool(raw) if raw in (0, 1) else None
    else:
        answer = None
    if answer is None:
        raise refuse(_("This must be yes or no."))
    return answer


def _key_of(name: str) -> str:
    return re.sub("[^a-z0-9]+", "_", fold(name)).strip("_")[:40].strip("_")


def _read_choices(raw: Any) -> tuple[Choice, ...]:
    if not isinstance(raw, (list, tuple)) or not raw:
        raise ValueError(_("This must be a list with at least one choice."))
    if len(raw) > MOST_CHOICES:
        raise ValueError(_("There may be at most {max} choices.", max=MOST_CHOICES))
    choices = tuple(_read_choice(each, position) for position, each in enumerate(raw, 1))
    for what, values in (
        (N_("The key “{value}” occurs twice."), [choice.key for choice in choices]),
        (N_("The name “{value}” occurs twice."), [choice.name for choice in choices]),
    ):
        if (twice := _first_repeated(values)) is not None:
            raise ValueError(_(what, value=twice))
    return choices


def _first_repeated(values: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for value in values:
        if fold(value) in seen:
            return value
        seen.add(fold(value))
    return None


def _read_choice(raw: Any, position: int) -> Choice:
    if isinstance(raw, Choice):
        return raw
    given = {"name": raw} if isinstance(raw, str) else raw
    if not isinstance(given, Mapping):
        raise ValueError(_("Choice {n}: this must be an object with a key and a name.", n=position))
    if unknown := sorted(str(part) for part in given if part not in _CHOICE_PARTS):
        raise ValueError(_("Choice {n}: there is no “{name}” in a choice.", n=position, name=unknown[0]))
    name = given.get("name") or given.get("key")
    if not isinstance(name, str) or not name.strip() or len(name) > 200 or not _printable(name):
        raise ValueError(
            _("Choice {n}: a name of one line and at most 200 characters is needed.", n=position)
        )
    key = given.get("key") or _key_of(name)
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        sentence = _("Choice {n}: a key has up to 40 letters a–z, digits and underscores.", n=position)
        raise ValueError(sentence)
    colour, names, active = _rest_of_choice(given, position)
    return Choice(key, name.strip(), colour, names, active)


def _rest_of_choice(given: Mapping[str, Any], position: int) -> tuple[str, Mapping[str, str], bool]:
    colour, names, active = given.get("colour") or "", given.get("names") or {}, given.get("active", True)
    if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
        raise ValueError(
            _("Choice {n}: a colour is a word such as “blue” or a code such as #2563c9.", n=position)
        )
    if not isinstance(names, Mapping) or not all(_is_translation(*pair) for pair in names.items()):
        raise ValueError(_("Choice {n}: names must be texts by language, such as “cs”.", n=position))
    if not isinstance(active, bool):
        raise ValueError(_("Choice {n}: active must be true or false.", n=position))
    return colour, dict(names), active


def _is_translation(language: Any, name: Any) -> bool:
    known = isinstance(language, str) and _LANGUAGE.fullmatch(language) is not None
    return known and isinstance(name, str) and 0 < len(name) <= 200 and _printable(name)


def _printable(name: str) -> bool:
    return name.replace("\u00a0", " ").isprintable()


def _write_choices(choices: tuple[Choice, ...]) -> list[dict[str, Any]]:
    return [_write_choice(choice) for choice in choices]


def _write_choice(choice: Choice) -> dict[str, Any]:
    written: dict[str, Any] = {"key": choice.key, "name": choice.name}
    if choice.colour:
        written["colour"] = choice.colour
    if choice.names:
        written["names"] = dict(choice.names)
    if not choice.active:
        written["active"] = False
    return written


_CHOICES = Rule("choices", _read_choices, _write_choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceOptions(Options):
    """The choices in their order; a choice out of use stays valid where it is."""

    choices: tuple[Choice, ...] = option(_CHOICES, label=N_("Choices"))


def _keys_by_word(choices: tuple[Choice, ...]) -> dict[str, str]:
    """Whatever somebody may write for a choice: its key before its name before the translations."""
    keys = {fold(choice.key): choice.key for choice in choices}
    for choice in choices:
        keys.setdefault(fold(choice.name), choice.key)
    for choice in choices:
        for name in choice.names.values():
            keys.setdefault(fold(name.strip()), choice.key)
    return keys


def _one_reader(choices: tuple[Choice, ...]) -> Reader:
    exact = {choice.key: choice.key for choice in choices}
    by_word = _keys_by_word(choices)

    def read(raw: Any) -> str:
        if type(raw) is str and raw in exact:
            return raw
        word = _word_of(raw)
        key = by_word.get(fold(word))
        if key is None:
            offered = ", ".join(choice.name for choice in choices[:10] if choice.active)
            raise refuse(_("“{text}” is none of the choices ({choices} …).", text=word[:60], choices=offered))
        return key

    return read


def _word_of(raw: Any) -> str:
    if isinstance(raw, (list, tuple, dict)):
        raise refuse(_("This must be one of the choices."))
    return as_text(raw).strip()


def _label(choices: tuple[Choice, ...], key: str, language: str) -> str:
    return next((choice.label(language) for choice in choices if choice.key == key), key)


class _Chosen(FieldType, ABC):
    """What one choice and several have in common: the list that the designer wrote."""

    Options = ChoiceOptions

    def choices(self, options: ChoiceOptions) -> tuple[Choice, ...]:
        """All choices in their order."""
        return options.choices


class OneChoice(_Chosen):
    """One of the choices."""

    name = "choice"
    widget = "choice"
    label = N_("Choice")
    operators = (
        Operator.EQ,
        Operator.NE,
        Operator.IN,
        Operator.NOT_IN,
        Operator.IS_EMPTY,
        Operator.NOT_EMPTY,
    )
    sort = Sort.ORDERED

    def column_type(self, options: ChoiceOptions) -> TypeEngine[Any]:
        """The key."""
        return text_column()

    def schema(self, options: ChoiceOptions) -> ValueSchema:
        """A key or a name in any language, whatever its case and accents."""
        keys = [choice.key for choice in options.choices]
        return ValueSchema(
            _one_reader(options.choices), json_schema={"type": "string", "enum": [*keys, None]}
        )

    def text(self, value: str | None, options: ChoiceOptions, locale: Locale) -> str:
        """The name in the reader's language."""
        return "" if value is None else _label(options.choices, value, locale.language)

    def sample(self, options: ChoiceOptions, random: Random) -> str:
        """One of them, an active one if there is any."""
        active = [choice for choice in options.choices if choice.active]
        return random.choice(active or list(options.choices)).key


class SeveralChoices(_Chosen):
    """Any number of the choices, kept in the order of the options."""

    name = "multi_choice"
    widget = "multi_choice"
    label = N_("Several choices")
    operators = (
        Operator.CONTAINS,
        Operator.IN,
        Operator.NOT_IN,
        Operator.EQ,
        Operator.NE,
        Operator.IS_EMPTY,
        Operator.NOT_EMPTY,
    )
    sort = Sort.NONE

    def column_type(self, options: ChoiceOptions) -> TypeEngine[Any]:
        """`|a|b|`."""
        return KeyList()

    def schema(self, options: ChoiceOptions) -> ValueSchema:
        """A list of keys or names, or one text that lists them."""
        keys = [choice.key for choice in options.choices]
        json_schema = {"type": "array", "items": {"type": "string", "enum": keys}}
        return ValueSchema(_several_reader(options.choices), list, json_schema=json_schema)

    def text(self, value: tuple[str, ...] | None, options: ChoiceOptions, locale: Locale) -> str:
        """The names in the reader's language."""
        return ", ".join(_label(options.choices, key, locale.language) for key in value or ())

    def sample(self, options: ChoiceOptions, random: Random) -> tuple[str, ...]:
        """Some of them."""
        keys = [choice.key for choice in options.choices if choice.active] or [options.choices[0].key]
        chosen = set(random.sample(keys, random.randint(1, min(4, len(keys)))))
        return tuple(key for key in keys if key in chosen)


def _several_reader(choices: tuple[Choice, ...]) -> Reader:
    read_one = _one_reader(choices)
    by_word = _keys_by_word(choices)
    order = {choice.key: position for position, choice in enumerate(choices)}

    def read(raw: Any) -> tuple[str, ...] | None:
        parts = raw if isinstance(raw, (list, tuple)) else _listed(_word_of(raw), by_word)
        chosen = {read_one(part.strip() if isinstance(part, str) else part) for part in parts}
        return tuple(sorted(chosen, key=order.__getitem__)) or None

    return read


def _listed(text: str, by_word: Mapping[str, str]) -> list[str]:
    """The parts of `a, b`; a name that holds a comma itself is found as long as it stands alone."""
    if fold(text) in by_word:
        return [text]
    mark = next((mark for mark in ";|\n" if mark in text), ",")
    return [part.strip() for part in text.split(mark) if part.strip()]
