"""What the database says of uniqueness, in our words."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from kartoteka.platform.access.passage import Failure
from kartoteka.platform.catalog.definitions import Registry
from kartoteka.platform.kernel.errors import Conflict
from kartoteka.platform.kernel.texts import _


@dataclass
class Uniqueness:
    """Turns the database's word on uniqueness into ours: which field, but never whose record."""

    registry: Registry
    failure: Failure

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if not isinstance(error, IntegrityError):
            return
        self.failure.statement_failed = True
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or str(error.orig)
        for each in self.registry.fields:
            if each.unique and (
                name == f"ix_{self.registry.id}_u{each.id}" or name.endswith(f".{each.column}")
            ):
                sentence = _("This value is already used; “{field}” must be unique.", field=each.name)
                raise Conflict(sentence, {each.key: [sentence]}) from error
