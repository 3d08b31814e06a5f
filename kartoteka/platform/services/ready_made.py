"""Ready-made registries: fitted to what is there, installed together, with sample records that go away again."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select

from kartoteka.platform.access import past
from kartoteka.platform.catalog.definitions import Registry
from kartoteka.platform.catalog.keys import make_key
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling, records
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.models import BatchRow

Definition = dict[str, Any]
KIND = "samples"
_REFERENCE, _ME = "->", "@me"


class Shelf(Protocol):
    """Where ready-made registries come from."""

    def templates(self) -> dict[str, Definition]:
        """All definitions by key; whatever one leads to stands before it."""

    def beside(self, key: str) -> list[tuple[str, Definition]]:
        """Details that other registries get when it comes, without their targets: each with its registry."""

    def samples(self, key: str, language: str, today: date) -> list[dict[str, Any]]:
        """Invented records of one of them."""


@dataclass(frozen=True)
class Wish:
    """How a template is to be installed.

    `along` tells of the registries that its relations lead to and that are not there: True brings them, False
    leaves the relations out, None refuses.
    """

    template: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    along: bool | None = None
    samples: bool = False


@dataclass(frozen=True)
class Installed:
    """What was installed: the registry, those that came along, relations left out, and the batch of the samples."""

    registry: Registry
    along: Sequence[Registry] = ()
    left_out: Sequence[str] = ()
    samples: int = 0
    batch: int | None = None


@dataclass(frozen=True)
class SampleBatch:
    """Sample records that are still there: in which registries, and the batch that takes them away."""

    batch: int
    registries: Sequence[str]


def definition(shelf: Shelf, template: str) -> Definition:
    """This function will give a ready-made definition.

    :raises Invalid: when there is none of that key.
    """
    found = shelf.templates().get(template)
    if found is None:
        raise Invalid({"template": [_("There is no template “{name}”.", name=template[:60])]})
    return found


def needed(work: Work, shelf: Shelf, template: str) -> list[str]:
    """This function will name the templates that a template leads to and that are not there, in an order that works."""
    offered = shelf.templates()
    wanted: set[str] = set()
    waiting = [template]
    while waiting:
        for target in _targets(offered[waiting.pop()]):
            if target in offered and target not in (*wanted, *work.catalog.registries, template):
                wanted.add(target)
                waiting.append(target)
    return [each for each in offered if each in wanted]


def install(work: Work, shelf: Shelf, wish: Wish) -> Installed:
    """This function will install a ready-made registry; a second one of a template needs another key or name.

    :raises Conflict: when its key is already used.
    :raises Forbidden: when samples are asked for by somebody who would not see them.
    """
    work.require("design")
    body = {**definition(shelf, wish.template), **wish.changes}
    if wish.samples and not work.actor.is_admin:
        raise Forbidden(_("Only an administrator can put sample records into a new registry."))
    if body["key"] in work.catalog.registries:
        raise Conflict(_("The key “{key}” is already used; keys are never used twice.", key=str(body["key"])))
    along = needed(work, shelf, wish.template) if wish.along else []
    brought = [modelling.create_registry(work, definition(shelf, each)) for each in along]
    body, left_out = fitted(work, body, wish.template, leave_out=wish.along is False)
    made = modelling.create_registry(work, body)
    for each in brought:
        lay_beside(work, shelf.beside(each.key), each.key)
    lay_beside(work, shelf.beside(wish.template), made.key)
    if not wish.samples:
        return Installed(made, brought, left_out)
    sampling = _Sampling(work, shelf)
    batch = sampling.make([*((each.key, each.key) for each in brought), (wish.template, made.key)])
    return Installed(made, brought, left_out, sampling.count, batch)


def lay_beside(work: Work, details: Sequence[tuple[str, Definition]], target: str) -> None:
    """This function will add details that lead to a new registry, to those that are there and have them not yet."""
    for registry, body in details:
        known = work.catalog.registries.get(registry)
        if known is not None and known.field(body["key"]) is None:
            modelling.create_field(work, registry, {**body, "options": {**body["options"], "target": target}})


def free_key(work: Work, template: str) -> str:
    """This function will give the key of a further registry of a template."""
    return make_key(template, frozenset(work.catalog.registries), fallback="registry")


def fitted(
    work: Work, body: Mapping[str, Any], template: str, *, leave_out: bool
) -> tuple[Definition, list[str]]:
    """This function will turn relations to the template itself to its new key, and leave out those to nowhere.

    The names of the relations left out are given along.
    """
    whole, lost = deepcopy(dict(body)), []
    for section in whole.get("sections", []):
        kept = []
        for each in section.get("fields", []):
            target = each.get("options", {}).get("target") if each.get("type") == "relation" else None
            if target == template:
                each["options"]["target"] = whole["key"]
            elif target is not None and leave_out and target not in work.catalog.registries:
                lost.append(each)
                continue
            kept.append(each)
        section["fields"] = kept
    keys = {each["key"] for each in lost}
    whole["columns"] = [key for key in whole.get("columns", []) if key not in keys]
    language = work.actor.locale.language
    return whole, [each.get("names", {}).get(language) or each["name"] for each in lost]


def sample_batches(work: Work) -> list[SampleBatch]:
    """This function will list the sample records that nobody has taken away yet."""
    statement = select(BatchRow.id, BatchRow.note).where(BatchRow.kind == KIND, BatchRow.undone_at.is_(None))
    if not work.actor.is_admin:
        statement = statement.where(BatchRow.by_id == work.actor.user_id)
    return [
        SampleBatch(batch, note.split(","))
        for batch, note in work.session.execute(statement.order_by(BatchRow.id))
    ]


class _Sampling:
    """Making sample records of several registries as one batch."""

    def __init__(self, work: Work, shelf: Shelf) -> None:
        self.work = work
        self.shelf = shelf
        self.count = 0
        self.ids: dict[str, list[int]] = _earlier(work)

    def make(self, wanted: Sequence[tuple[str, str]]) -> int:
        """Make the samples of each template in its registry."""
        note = ",".join(key for _template, key in wanted)
        batch = records.begin_batch(self.work, KIND, wanted[-1][1], note)
        for template, key in wanted:
            self.ids[template] = []
            told = self.shelf.samples(template, self.work.actor.locale.language, self.work.now.date())
            known = {each.key for each in self.work.catalog.registries[key].fields}
            for sample in told:
                values = {name: value for name, value in self._values(sample["values"]) if name in known}
                made = records.create(self.work, key, values, category=sample["category"])
                self.ids[template].append(made.id)
                self.count += 1
        return batch

    def _values(self, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, value in told.items():
            if isinstance(value, list) and any(_is_reference(each) for each in value):
                found = [self._resolved(each) for each in value]
                yield name, [each for each in found if each is not None]
            elif value == _ME:
                yield name, self.work.actor.user_id
            elif not _is_reference(value):
                yield name, value
            elif (resolved := self._resolved(value)) is not None:
                yield name, resolved

    def _resolved(self, reference: str) -> int | None:
        """The record meant, if the samples of that registry are there."""
        template, _mark, place = reference.removeprefix(_REFERENCE).partition(":")
        made = self.ids.get(template, [])
        return made[int(place)] if int(place) < len(made) else None


def _earlier(work: Work) -> dict[str, list[int]]:
    """The ids of samples that are there from before, by registry and in the order of their making."""
    found: dict[str, list[int]] = {}
    for each in sample_batches(work):
        mine: dict[str, list[int]] = {}
        for trace in past.traces(work.gate, each.batch):
            mine.setdefault(trace.registry.key, []).append(trace.record)
        for key, ids in mine.items():
            living = work.open(key).rows_by_id(ids) if work.catalog.registries[key].active else {}
            if len(living) == len(ids):
                found[key] = sorted(ids)
    return found


def _targets(body: Mapping[str, Any]) -> set[str]:
    fields = [each for section in body["sections"] for each in section["fields"]]
    return {str(each["options"]["target"]) for each in fields if each["type"] == "relation"}


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(_REFERENCE)


__all__ = [
    "Installed",
    "SampleBatch",
    "Shelf",
    "Wish",
    "definition",
    "fitted",
    "free_key",
    "install",
    "lay_beside",
    "needed",
    "sample_batches",
]
