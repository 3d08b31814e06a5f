"""A company beside a record: what differs, and what of it whoever looks may take."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from kartoteka.field_types.folding import fold
from kartoteka.platform.sdk import Record, Work, _, label
from kartoteka.plugins.ares.mapping import mapping_of
from kartoteka.plugins.ares.particulars import BY_KEY, Particular
from kartoteka.plugins.ares.registers.answers import Company


@dataclass(frozen=True)
class Line:
    """One particular: what is kept, what the register says, and whether that may be taken."""

    what: str
    label: str
    field: str
    field_label: str
    ours: str
    theirs: str
    # What a form or an interface would send to say the same.
    value: Any
    differs: bool
    may_take: bool
    # Why the register's value cannot stand in the field.
    refusal: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is kept yet."""
        return not self.ours

    @property
    def digest(self) -> str:
        """A mark of what the register says, by which the same is known again."""
        return hashlib.sha256(f"{self.what}\x1f{self.theirs}".encode()).hexdigest()


def beside_record(work: Work, record: Record, company: Company) -> list[Line]:
    """This function will compare a record with a company, as far as the actor sees the record."""
    return list(
        _lines(work, record.registry, company, record.values.get, lambda each: each.key in record.values, record.writes)
    )  # fmt: skip


def beside_form(work: Work, registry: str, company: Company, typed: Mapping[str, Any],
                may_write: Callable[[Any], bool]) -> list[Line]:  # fmt: skip
    """This function will compare what stands in a form with a company; only what can be typed there is told."""
    return list(_lines(work, registry, company, typed.get, may_write, may_write))


def _lines(work: Work, registry: str, company: Company, ours: Callable[[str], Any], seen: Callable[[Any], bool],
           writes: Callable[[Any], bool]) -> Iterable[Line]:  # fmt: skip
    opened, language = work.open(registry), work.actor.locale.language
    fields = {each.key: each for each in opened.fields}
    for what, key in mapping_of(work, registry).items():
        each = fields.get(key)
        if each is None or not seen(each):
            continue
        said = BY_KEY[what].values(company)
        if not said:
            continue
        kind, mine = opened.kind(each), ours(key)
        value, refusal = _read(kind, said)
        told = _text(work, kind, value) if value is not None else str(said[0])
        differs = value is None or not _same(_text(work, kind, mine), told)
        yield Line(
            what,
            _(BY_KEY[what].label),
            key,
            label(each, language),
            _text(work, kind, mine),
            told,
            kind.schema.serialize("value", {"value": value}) if value is not None else None,
            differs,
            value is not None and writes(each),
            refusal,
        )


def _read(kind: Any, said: Iterable[Any]) -> tuple[Any, str]:
    """The first wording that the field takes, or why it takes none."""
    refusal = ""
    for raw in said:
        try:
            value = kind.schema.deserialize(raw)
        except ValidationError as error:
            messages = error.messages if isinstance(error.messages, list) else [str(error)]
            refusal = refusal or str(messages[0])
        else:
            if value not in (None, "", ()):
                return value, ""
    return None, refusal or _("This detail cannot take it.")


def _text(work: Work, kind: Any, value: Any) -> str:
    return "" if value in (None, "", ()) else str(kind.type.text(value, kind.options, work.actor.locale))


def _same(ours: str, theirs: str) -> bool:
    """A blank or a comma elsewhere is no news."""
    return _bare(ours) == _bare(theirs)


def _bare(text: str) -> str:
    return "".join(each for each in fold(text) if each.isalnum())


def particular(key: str) -> Particular | None:
    """This function will give a particular by its key."""
    return BY_KEY.get(key)
