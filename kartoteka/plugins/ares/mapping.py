"""Which field of a registry takes which particular of a company: as an admin has set it, or a sensible guess."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields as f

from kartoteka.platform.sdk import N_, Invalid, NotFound, Work, _, settings_of
from kartoteka.plugins.ares.particulars import BY_KEY, NUMBER, PARTICULARS, Particular

PLUGIN = "ares"
# Of two addresses in a registry the seat is the one that is for nothing else.
_OTHER_ADDRESSES = ("deliver", "bill", "doruc", "faktur", "koresp", "invoice", "post")
# Kinds of fields that are never filled from outside.
_NEVER = frozenset({"relation", "user", "file", "autonumber", "formula", "lookup", "rollup", "ico"})


class Settings(ma.Schema):
    """The settings of the plugin."""

    mapping = f.Dict(
        keys=f.Str(),
        values=f.Dict(keys=f.Str(), values=f.Str(allow_none=True)),
        load_default=dict,
        metadata={"elsewhere": True, "label": N_("What is filled in where")},
    )
    watched = f.List(
        f.Str(validate=ma.validate.Length(max=41)),
        load_default=list,
        metadata={
            "label": N_("Registries watched as a whole"),
            "help": N_("One key on each line, such as companies. Single records can be watched anywhere."),
        },
    )
    watch_days = f.Int(
        load_default=7,
        validate=ma.validate.Range(1, 365),
        metadata={"label": N_("Days between two looks at a watched company")},
    )


def settings(work: Work) -> Mapping[str, Any]:
    """This function will give the settings of the plugin, with their defaults."""
    return settings_of(work, PLUGIN)


def registry_of(work: Work, key: str) -> Any:
    """This function will give a registry of the firm in which companies can be looked up.

    :raises NotFound: when there is none that the actor sees, or it has no field for an IČO that he sees.
    """
    opened = work.open(key)
    if number_field(work, key) is None:
        raise NotFound(_("There is nothing at this address."))
    return opened.registry


def number_field(work: Work, key: str) -> Any:
    """This function will give the field of a registry that holds the IČO, if the actor sees one."""
    registry = work.catalog.registries.get(key)
    state = work.catalog.plugins.get(PLUGIN)
    if registry is None or registry.plugin or state is None or not state.active:
        return None
    if state.registries is not None and key not in state.registries:
        return None
    named = settings(work)["mapping"].get(key, {}).get(NUMBER)
    offered = [each for each in registry.active_fields if each.type == "ico"]
    found = next((each for each in offered if each.key == named), offered[0] if offered else None)
    if found is None:
        return None
    return next((each for each in work.open(key).fields if each.key == found.key), None)


def mapping_of(work: Work, key: str) -> dict[str, str]:
    """This function will tell which field takes which particular; fields that are gone are left out."""
    registry = work.catalog.registries[key]
    stored = settings(work)["mapping"].get(key)
    if stored is None:
        return guess(registry)
    known = {each.key for each in registry.active_fields if suits(each)}
    return {what: field for what, field in stored.items() if what in BY_KEY and field in known}


def suits(each: Any) -> bool:
    """This function will tell whether a field can be filled from a register at all."""
    return each.type not in _NEVER


def guess(registry: Any) -> dict[str, str]:
    """This function will guess by keys and types which field takes what; each field takes one thing."""
    taken: set[str] = set()
    found: dict[str, str] = {}
    for each in PARTICULARS:
        field = _likely(each, registry, taken)
        if field is not None:
            taken.add(field)
            found[each.key] = field
    return found


def _likely(particular: Particular, registry: Any, taken: set[str]) -> str | None:
    fields = [
        each for each in registry.active_fields if each.type in particular.types and each.key not in taken
    ]
    for key in particular.keys:
        if any(each.key == key for each in fields):
            return key
    return next((each.key for each in fields if _only_kind(particular, each)), None)


def _only_kind(particular: Particular, each: Any) -> bool:
    """A field of its own type needs no telling name."""
    if particular.key == "vat_id":
        return bool(each.type == "dic")
    if particular.key == "address":
        other = any(word in each.key for word in _OTHER_ADDRESSES)
        return each.type == "address" and not other
    return False


def read_mapping(work: Work, key: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """This function will check a mapping that an admin has chosen for a registry.

    :raises Invalid: when a field is named that is not there, or for two things.
    """
    registry = work.catalog.registries[key]
    icos = {each.key for each in registry.active_fields if each.type == "ico"}
    others = {each.key for each in registry.active_fields if suits(each)}
    errors: dict[str, list[str]] = {}
    used: dict[str, str] = {}
    for what, field in wanted.items():
        if what != NUMBER and what not in BY_KEY:
            errors[what[:40]] = [_("There is nothing of this name.")]
        elif field not in (icos if what == NUMBER else others):
            errors[what] = [_("There is no field “{name}”.", name=field[:60])]
        elif field in used:
            errors[what] = [_("This detail takes something else already.")]
        used[field] = what
    if errors:
        raise Invalid(errors)
    return dict(wanted)
