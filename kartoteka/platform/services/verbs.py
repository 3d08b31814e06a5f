"""What is done with the things of one registry, where a plugin puts more behind it than the plain verbs."""

from collections.abc import Callable
from dataclasses import dataclass

from kartoteka.platform.services import records
from kartoteka.platform.services.records import Record


@dataclass(frozen=True)
class Verbs:
    """What is done when a thing is made, changed, removed or brought back; with the signatures of the plain verbs."""

    create: Callable[..., Record] = records.create
    change: Callable[..., Record] = records.change
    remove: Callable[..., None] = records.remove
    restore: Callable[..., Record] = records.restore


PLAIN = Verbs()
