"""The field types in plain words: groups of the picker, pictures, and one sentence about each."""

from collections.abc import Sequence
from dataclasses import dataclass

from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services.work import Work

_GROUPS: Sequence[tuple[str, Sequence[str]]] = (
    (N_("Words"), ("text", "long_text", "address")),
    (N_("Numbers"), ("integer", "decimal", "money", "percent", "autonumber")),
    (N_("Time"), ("date", "datetime")),
    (N_("Choices"), ("choice", "multi_choice", "boolean")),
    (N_("Contacts and codes"), ("email", "phone", "url", "ico", "dic", "iban")),
    (N_("Links"), ("relation", "user", "file")),
)
_ABOUT = {
    "text": ("letter-case", N_("One line: a name, a city, a subject.")),
    "long_text": ("align-left", N_("As many lines as needed: a description, terms.")),
    "address": ("map-pin", N_("A postal address, on more lines if needed.")),
    "integer": ("hash", N_("Whole numbers: pieces, people, years.")),
    "decimal": ("decimal", N_("Numbers with decimal places: weights, areas; exact to the last digit.")),
    "money": ("coin", N_("An amount in one currency, exact to the last digit.")),
    "percent": ("percentage", N_("A share in percent: a discount, a tax rate.")),
    "autonumber": ("list-numbers", N_("A number that Kartoteka gives by itself, such as ORD-00042.")),
    "date": ("calendar", N_("A day, typed as people write it: 30. 6. 2026.")),
    "datetime": ("calendar-time", N_("A day and an hour.")),
    "choice": ("select", N_("One of a list that you give, each with its colour.")),
    "multi_choice": ("checklist", N_("Any number of a list that you give.")),
    "boolean": ("toggle-left", N_("Yes or no.")),
    "email": ("mail", N_("An e-mail address; a click writes to it.")),
    "phone": ("phone", N_("A telephone number; a click calls it.")),
    "url": ("world", N_("An address on the web.")),
    "ico": ("id", N_("The identification number of a Czech company; lost leading zeros are put back.")),
    "dic": ("id-badge-2", N_("A tax number with the code of the country.")),
    "iban": ("building-bank", N_("The international number of a bank account.")),
    "relation": (
        "arrows-exchange",
        N_("A record of this or another registry, or more of them; seen from both sides."),
    ),
    "user": ("user", N_("Somebody who signs in here: who is responsible.")),
    "file": ("paperclip", N_("A document or a picture.")),
}


@dataclass(frozen=True)
class TypeView:
    """A field type as the picker shows it."""

    name: str
    label: str
    icon: str
    about: str


def type_view(work: Work, name: str) -> TypeView:
    """This function will describe one field type."""
    icon, about = _ABOUT.get(name, ("puzzle", ""))
    kind = work.office.field_types.get(name)
    return TypeView(name, _(kind.label) if kind else name, icon, _(about) if about else "")


def type_groups(work: Work) -> list[tuple[str, list[TypeView]]]:
    """This function will list the field types group by group; what plugins bring comes last."""
    known = {name for _label, names in _GROUPS for name in names}
    others = [name for name in work.office.field_types if name not in known]
    groups = [*_GROUPS, *([(N_("Others"), others)] if others else [])]
    return [
        (_(title), [type_view(work, name) for name in names if name in work.office.field_types])
        for title, names in groups
    ]
