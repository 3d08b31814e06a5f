"""Number series of a registry: how their numbers look, which one comes next, and another one instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kartoteka.field_types.capabilities import Numbering
from kartoteka.platform.access import numbering
from kartoteka.platform.catalog.definitions import Field, Registry
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work

GREATEST = 10**15


@dataclass(frozen=True, slots=True)
class Series:
    """One number series: the field that holds it, and the number that the next record gets."""

    field: Field
    prefix: str
    padding: int
    next: int

    @property
    def sample(self) -> str:
        """The next number as it will be written."""
        return written(self.prefix, self.padding, self.next)


def written(prefix: str, padding: int, number: int) -> str:
    """This function will write a number as its series does."""
    return f"{prefix}{number:0{padding}}"


def series(work: Work, registry: str) -> Sequence[Series]:
    """This function will list the number series of a registry, those of fields in use."""
    work.require("design")
    found = [each for each in _registry(work, registry).active_fields if _numbered(work, each)]
    waiting = numbering.next_of(work.connection, [each.id for each in found]) if found else {}
    return [_series(work, each, waiting.get(each.id, 1)) for each in found]


def change_series(work: Work, registry: str, key: str, *, prefix: str, padding: int, number: int) -> Series:
    """This function will change how the numbers of a series look and which comes next.

    :raises Conflict: when that number, or a later one, has been given already: nothing is numbered twice.
    """
    work.require("design")
    owner = _registry(work, registry)
    each = owner.field(key)
    if each is None or not _numbered(work, each):
        raise NotFound(_("There is no number series “{key}”.", key=key[:60]))
    if not 0 <= number <= GREATEST:
        raise Invalid({"next": [_("This must be a whole number from 0 to {most}.", most=GREATEST)]})
    _check_free(work, owner, each, prefix, padding, number)
    options = {**each.options, "prefix": prefix, "padding": padding}
    changed = modelling.change_field(work, registry, key, {"options": options})
    numbering.go_on_with(work.connection, changed.id, number - _start(work, changed) + 1)
    return _series(work, changed, number - _start(work, changed) + 1)


def _check_free(work: Work, owner: Registry, each: Field, prefix: str, padding: int, number: int) -> None:
    table = work.layout.table(owner)
    given = numbering.greatest(work.connection, table, each.column, prefix)
    if given is not None and given >= number:
        used = written(prefix, padding, given)
        raise Conflict(
            _("“{used}” has been given already; the next number must be greater.", used=used),
            {"next": [_("“{used}” has been given already; the next number must be greater.", used=used)]},
        )


def _registry(work: Work, key: str) -> Registry:
    found = work.catalog.registries.get(key)
    if found is None:
        raise NotFound(_("There is no registry “{registry}”.", registry=key[:60]))
    return found


def _numbered(work: Work, each: Field) -> bool:
    return isinstance(work.office.field_types.get(each.type), Numbering)


def _options(work: Work, each: Field) -> Any:
    return work.layout.kind(each).options


def _start(work: Work, each: Field) -> int:
    return int(getattr(_options(work, each), "start", 1))


def _series(work: Work, each: Field, n: int) -> Series:
    options = _options(work, each)
    return Series(
        each,
        str(getattr(options, "prefix", "")),
        int(getattr(options, "padding", 1)),
        _start(work, each) + n - 1,
    )
