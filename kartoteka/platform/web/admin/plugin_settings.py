"""Settings of a plugin as a form, made out of its schema, and read back from what was typed; secrets stay unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from marshmallow import fields as f
from werkzeug.datastructures import MultiDict

from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services.contributions import SECRET as MARK

PREFIX = "s."
# The mark of a setting that the plugin has pages of its own for, in the metadata of its schema.
ELSEWHERE = "elsewhere"
# Marks a secret that is to be forgotten; an empty input alone leaves it as it is.
FORGET = "forget."
LINES, TICK, NUMBER, CHOICE, CHOICES, SECRET, LONG, TEXT = (
    "lines", "tick", "number", "choice", "choices", "secret", "long", "text",
)  # fmt: skip
_REFUSED = {
    "Not a valid integer.": N_("This is not a whole number."),
    "Not a valid number.": N_("This is not a number."),
    "Not a valid email address.": N_("This is not an e-mail address."),
    "Not a valid URL.": N_("This is not an address of the web."),
    "Missing data for required field.": N_("This must be filled in."),
}


@dataclass(frozen=True)
class SettingInput:
    """One setting: what it is called, how it is asked for, and what is in it."""

    name: str
    label: str
    help: str
    kind: str
    value: Any
    required: bool
    offered: Sequence[tuple[str, str]] = ()
    errors: Sequence[str] = ()

    @property
    def input_name(self) -> str:
        """The name of its input in the form."""
        return PREFIX + self.name


def inputs(
    schema: type[ma.Schema], values: Mapping[str, Any], errors: Mapping[str, Sequence[str]]
) -> list[SettingInput]:
    """This function will list the inputs of a schema; `values` are as shown, a secret only as whether it is set."""
    return [
        _input(name, each, values.get(name), [_(_REFUSED.get(said, said)) for said in errors.get(name, ())])
        for name, each in schema().fields.items()
        if not each.metadata.get(ELSEWHERE)
    ]


def typed(schema: type[ma.Schema], form: MultiDict[str, str]) -> dict[str, Any]:
    """This function will read what was typed; what the form does not hold is left as it is."""
    found: dict[str, Any] = {}
    for name, each in schema().fields.items():
        if each.metadata.get(ELSEWHERE):
            continue
        kind, given = _kind(each), form.get(PREFIX + name)
        if kind == SECRET:
            if form.get(FORGET + name) == "1":
                found[name] = None if each.allow_none else ""
            elif given:
                found[name] = given
        elif kind == TICK:
            found[name] = given == "1"
        elif kind == CHOICES:
            found[name] = form.getlist(PREFIX + name)
        elif given is not None:
            found[name] = _read(kind, given.strip(), each)
    return found


def _read(kind: str, given: str, each: f.Field[Any]) -> Any:
    if kind == LINES:
        return [line.strip() for line in given.splitlines() if line.strip()]
    if given == "" and each.allow_none:
        return None
    return given


def _input(name: str, each: f.Field[Any], value: Any, errors: Sequence[str]) -> SettingInput:
    kind = _kind(each)
    text = "\n".join(map(str, value)) if kind == LINES and isinstance(value, list | tuple) else value
    return SettingInput(
        name,
        _(str(each.metadata.get("label", name))),
        _(str(each.metadata["help"])) if each.metadata.get("help") else "",
        kind,
        "" if text is None else text,
        each.required,
        _offered(each),
        errors,
    )


def _kind(each: f.Field[Any]) -> str:
    if each.metadata.get(MARK):
        return SECRET
    if isinstance(each, f.Boolean):
        return TICK
    if isinstance(each, f.List):
        return CHOICES if _offered(each) else LINES
    if _offered(each):
        return CHOICE
    if isinstance(each, f.Number):
        return NUMBER
    return LONG if each.metadata.get("long") else TEXT


def _offered(each: f.Field[Any]) -> list[tuple[str, str]]:
    """What can be chosen from: `choices` of the metadata, or what the schema accepts."""
    told = each.metadata.get("choices")
    if isinstance(told, Mapping):
        return [(str(key), _(str(words))) for key, words in told.items()]
    if told:
        return [(str(key), _(str(key))) for key in told]
    one = next((rule for rule in each.validators if isinstance(rule, ma.validate.OneOf)), None)
    return [(str(key), str(key)) for key in one.choices] if one is not None else []
