"""One detail of a record as a page shows or asks for it; templates/fields/<widget>/ draw it."""

import colorsys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from kartoteka.field_types.capabilities import Choice, Computed
from kartoteka.field_types.formatting import decimal_mark
from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.conduct import Conduct, Known, Rules
from kartoteka.platform.catalog.conditions import RULES_OF_FIELDS
from kartoteka.platform.catalog.definitions import Field, help_of, label
from kartoteka.platform.services.records import Link, Record, known_of
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.layout import Kind
from kartoteka.platform.web.addresses import outer
from kartoteka.platform.web.away import away_today
from kartoteka.platform.web.seen_outside import kept_inside

NUMERIC = frozenset({"integer", "decimal", "money", "percent"})
WIDE = frozenset({"long_text"})
COLOURS = (
    "blue",
    "green",
    "yellow",
    "amber",
    "red",
    "violet",
    "purple",
    "teal",
    "pink",
    "orange",
    "brown",
    "grey",
    "gray",
)
_HUES = (
    (15, "red"),
    (40, "orange"),
    (68, "yellow"),
    (165, "green"),
    (195, "teal"),
    (250, "blue"),
    (290, "violet"),
    (345, "pink"),
    (360, "red"),
)
NOTHING_TYPED: Any = object()
_WIDTHS = {
    "money": "money",
    "date": "date",
    "datetime": "datetime",
    "choice": "choice",
    "multi_choice": "choice",
    "boolean": "short",
    "ico": "short",
    "long_text": "long",
}


@dataclass(frozen=True)
class ChoiceView:
    """A choice with its label in the reader's language and a colour of ours."""

    key: str
    label: str
    colour: str


@dataclass(frozen=True)
class LinkView:
    """A linked record or person, with its address when it has a page; of a colleague, until when he is away."""

    id: int
    title: str
    url: str = ""
    away: str = ""


@dataclass(frozen=True)
class Theirs:
    """What somebody else has put into a detail meanwhile."""

    who: str
    text: str


@dataclass
class FieldView:
    """A field with its value, what was typed instead of it, and what is wrong with that."""

    each: Field
    kind: Kind
    locale: Locale
    value: Any = None
    record: Record | None = None
    registry: str = ""
    may_edit: bool = False
    typed: Any = NOTHING_TYPED
    typed_links: Sequence[Link] = ()
    errors: Sequence[str] = ()
    caution: str = ""
    theirs: Theirs | None = None
    saved: bool = False
    conduct: Conduct | None = None
    locked: str = ""
    # Where it can be filled in together with what it cannot be saved without.
    elsewhere: str = ""
    prefix: str = "v."
    ids: str = "input-"
    # A template that draws the input instead of the usual one.
    drawn: str = ""
    # Kept from people outside who see the section around it.
    inside: bool = False
    # People can be named in the text.
    mentions: bool = False
    flags: Mapping[str, Any] = field(default_factory=dict)
    away: Mapping[int, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The key of the field."""
        return self.each.key

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return label(self.each, self.locale.language)

    @property
    def help(self) -> str:
        """The designer's hint."""
        return help_of(self.each, self.locale.language)

    @property
    def widget(self) -> str:
        """Which templates draw it."""
        return str(self.kind.type.widget)

    @property
    def required(self) -> bool:
        """Whether it must be filled in, on this record."""
        return self.each.required if self.conduct is None else self.conduct.required

    @property
    def shown(self) -> bool:
        """Whether this record asks for it."""
        return self.conduct is None or self.conduct.visible

    @property
    def bound(self) -> bool:
        """Whether a rule has a say in it."""
        return self.conduct is not None

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that have it; none means all."""
        return self.each.categories

    @property
    def linking(self) -> bool:
        """Whether it points at records or people."""
        return bool(self.kind.linking)

    @property
    def typable(self) -> bool:
        """Whether anybody may put a value in by hand."""
        return not self.kind.numbering and not _computed(self.kind.type) and self.kind.type.name != "file"

    @property
    def text(self) -> str:
        """The value as people read it."""
        if self.linking:
            return ", ".join(link.title for link in self.value or ())
        return (
            str(self.kind.type.text(self.value, self.kind.options, self.locale))
            if self.value not in (None, ())
            else ""
        )

    @property
    def numeric(self) -> bool:
        """Whether it stands at the right edge of a column."""
        return self.kind.type.name in NUMERIC

    @property
    def coded(self) -> bool:
        """Whether it is a code that says nothing without its label."""
        return self.widget in ("code", "autonumber")

    @property
    def wide(self) -> bool:
        """Whether it needs both columns."""
        return self.kind.type.name in WIDE

    @property
    def width(self) -> str:
        """The class of its column in a list."""
        name = self.kind.type.name
        return _WIDTHS.get(name, "number" if name in NUMERIC else "text")

    @property
    def unit(self) -> str:
        """What stands behind the input of a number."""
        if self.kind.type.name == "percent":
            return "%"
        return str(getattr(self.kind.options, "unit", "") or getattr(self.kind.options, "currency", ""))

    @property
    def maximum(self) -> int | None:
        """How many characters a short text may have."""
        return getattr(self.kind.options, "max_length", None) if self.widget == "text" else None

    @property
    def many(self) -> bool:
        """Whether more than one may be linked."""
        return self.kind.many

    @property
    def links(self) -> list[LinkView]:
        """What is linked, or was just chosen."""
        if not self.linking:
            return []
        shown: Iterable[Link] = (self.value or ()) if self.typed is NOTHING_TYPED else self.typed_links
        return [
            LinkView(link.id, link.title, self._address(link), self.away.get(link.id, "")) for link in shown
        ]

    def _address(self, link: Link) -> str:
        target = self.kind.target
        if target == "files" and "attachments.content" in current_app.view_functions:
            return url_for("attachments.content", id=link.id)
        return "" if target in ("users", "files") else url_for("web.record", registry=target, id=link.id)

    @property
    def pick_url(self) -> str:
        """Where the combobox asks for what it may offer."""
        target = self.kind.target
        return url_for("web.pick_people") if target == "users" else url_for("web.pick", registry=target)

    @property
    def choices(self) -> list[ChoiceView]:
        """The choices on offer: those in use, and those out of use that are chosen already."""
        kept = self.raw if isinstance(self.raw, list | tuple) else (self.raw,)
        return [self._choice(choice) for choice in self._all_choices() if choice.active or choice.key in kept]

    @property
    def chosen(self) -> list[ChoiceView]:
        """The choices that are the value."""
        keys = self.value if isinstance(self.value, tuple | list) else (self.value,)
        return [self._choice(choice) for choice in self._all_choices() if choice.key in keys]

    def _all_choices(self) -> Sequence[Choice]:
        return self.kind.choices

    def _choice(self, choice: Choice) -> ChoiceView:
        return ChoiceView(choice.key, choice.label(self.locale.language), colour_class(choice.colour))

    @property
    def raw(self) -> Any:
        """The value as an input holds it: what was typed, or the value in its typed form."""
        if self.typed is not NOTHING_TYPED:
            return self.typed
        if self.value is None or self.value == ():
            return ""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, datetime):
            zone = ZoneInfo(getattr(self.kind.options, "timezone", None) or self.locale.timezone)
            return self.value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        if isinstance(self.value, date):
            return self.value.isoformat()
        if self.numeric:
            return self._typed_number()
        return self.text if self.widget == "phone" else self.value

    def _typed_number(self) -> str:
        text = str(self.kind.schema.serialize("value", {"value": self.value}))
        return text.replace(".", decimal_mark(self.locale.language))

    @property
    def meant(self) -> Any:
        """What would be saved: the value, or what was typed as far as it can be read; links as ids."""
        if self.typed is NOTHING_TYPED:
            return tuple(link.id for link in self.value or ()) if self.linking else self.value
        try:
            return parsed(self, raw_value(self, self.typed))
        except Unreadable:
            return None

    @property
    def native(self) -> bool:
        """Whether the browser's own date input can hold what is to be shown in it."""
        if self.typed is NOTHING_TYPED or not self.typed:
            return True
        try:
            datetime.fromisoformat(str(self.typed))
        except ValueError:
            return False
        return True

    @property
    def safe_address(self) -> str:
        """The value as the target of a link, if it is a harmless one."""
        return outer(str(self.value))

    @property
    def input_id(self) -> str:
        """The id of its input on the page."""
        return f"{self.ids}{self.key}"

    @property
    def input_name(self) -> str:
        """The name of its input in a form."""
        return f"{self.prefix}{self.key}"

    @property
    def edit_url(self) -> str:
        """Where its form is."""
        return self._own("/form")

    @property
    def show_url(self) -> str:
        """Where it is shown without a form."""
        return self._own()

    @property
    def save_url(self) -> str:
        """Where its form goes."""
        return self._own()

    @property
    def design_url(self) -> str:
        """Where designers find its dialog."""
        return f"{request.script_root}/admin/r/{self.registry}/fields/{self.key}"

    @property
    def why_url(self) -> str:
        """Where it is told who sees it in this record."""
        record = self.record.id if self.record else 0
        return f"{request.script_root}/admin/why/{self.registry}/{record}?field={self.key}"

    def _own(self, part: str = "") -> str:
        """Put together by hand: a page of many fields asks for many of these."""
        if not self.record:
            return ""
        return f"{request.script_root}/r/{self.registry}/{self.record.id}/details/{self.key}{part}"


@cache
def _computed(field_type: Any) -> bool:
    return isinstance(field_type, Computed)


def colour_class(colour: str) -> str:
    """This function will give the class of a colour; a colour by number becomes the nearest of ours."""
    if not colour.startswith("#"):
        return colour if colour in COLOURS else ""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, _light, saturation = colorsys.rgb_to_hls(red, green, blue)
    return "" if saturation < 0.15 else next(name for end, name in _HUES if hue * 360 <= end)


def typed_value(form: MultiDict[str, str], view: FieldView) -> Any:
    """This function will take out of a form what was typed for a field."""
    given = form.getlist(view.input_name)
    if view.linking or view.widget == "multi_choice":
        return [value for value in given if value]
    return given[-1] if given else ""


def raw_value(view: FieldView, typed: Any) -> Any:
    """This function will turn what was typed into what the verbs take: ids for links, everything else as it is."""
    if not view.linking:
        return typed or None
    ids = [int(each) for each in typed if each.isdecimal()]
    return ids or None


def parsed(view: FieldView, raw: Any) -> Any:
    """This function will read a typed value.

    :raises Unreadable: with the sentences of the field type.
    """
    try:
        return view.kind.schema.deserialize(raw)
    except ValidationError as error:
        messages = error.messages if isinstance(error.messages, list) else [str(error)]
        raise Unreadable([str(message) for message in messages]) from error


class Unreadable(Exception):
    """A typed value that its field type cannot read."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def typed_links(work: Work, view: FieldView, typed: Any) -> list[Link]:
    """This function will find the titles of what was just chosen, as far as the actor may see them."""
    if not view.linking:
        return []
    target = view.kind.target
    ids = [int(each) for each in typed if each.isdecimal()]
    titles = work.gate.titles({target: ids}) if ids else {}
    return [Link(each, titles[target, each]) for each in ids if (target, each) in titles]


def shown_field(work: Work, record: Record, each: Field, *, may_edit: bool | None = None) -> FieldView:
    """This function will show one field of a record."""
    opened = work.open(record.registry)
    view = FieldView(
        each, opened.kind(each), work.actor.locale, record.values.get(each.key), record, record.registry
    )
    view.may_edit = (record.writes(each) if may_edit is None else may_edit) and may_be_typed(work, view)
    view.inside = kept_inside(work, record.registry, each)
    if each.type == "user" and view.value:
        view.away = away_today(work)
    rules = opened.rules
    if rules.bind(each, *RULES_OF_FIELDS):
        known = known_of(record)
        obey(view, rules, known, known)
    return view


def obey(view: FieldView, rules: Rules, record: Known, before: Known | None) -> None:
    """This function will let the rules of a registry have their say about a field of a record."""
    if not rules.bind(view.each, *RULES_OF_FIELDS):
        return
    view.conduct = rules.conduct(view.each, record, before)
    if view.conduct.readonly and before is not None:
        view.locked = rules.said_readonly(view.each, before)
        view.may_edit = False


def may_be_typed(work: Work, view: FieldView) -> bool:
    """This function will tell whether the actor may put a value in: nobody chooses from what he does not see."""
    target = view.kind.target if view.each.type == "relation" else None
    return view.typable and (target is None or any(known.key == target for known in work.registries()))
