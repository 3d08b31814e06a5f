"""Events: past-tense facts without values, told through the outbox after the transaction has ended well."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """A fact that has happened; subclasses name it in the past tense."""

    kind: ClassVar[str]

    def body(self) -> dict[str, Any]:
        """This function will give the event as a JSON document."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class RecordsChanged(Event):
    """Records of one registry were created, changed, removed or restored."""

    kind: ClassVar[str] = "records_changed"
    registry: str
    records: tuple[int, ...]
    action: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordsMerged(Event):
    """Records of one registry have become one of them; what each was told of is in other events of the same moment."""

    kind: ClassVar[str] = "records_merged"
    registry: str
    survivor: int
    merged: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecordsParted(Event):
    """A merge was taken back: records are again what they were, apart from the one that stayed."""

    kind: ClassVar[str] = "records_parted"
    registry: str
    survivor: int
    parted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DesignChanged(Event):
    """The design came into force in a new version."""

    kind: ClassVar[str] = "design_changed"
    version: int
    registries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeopleTold(Event):
    """People were told of something that concerns them: mentioned in a text, asked to do a task.

    `why` is a word of whoever told them, such as `mentioned`. Only those stand here who see the record.
    """

    kind: ClassVar[str] = "people_told"
    registry: str
    record: int
    people: tuple[int, ...]
    why: str
    by: int
