"""The place of a field type that is not installed any more: what was stored is shown, and nothing is written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from marshmallow import ValidationError, fields
from sqlalchemy import String, cast, null
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from kartoteka.field_types.field_type import FieldType, Locale, Operator, Sort
from kartoteka.field_types.schema import ValueSchema
from kartoteka.field_types.texts import N_, _


@dataclass(frozen=True)
class Kept:
    """Options that nobody can read any more; they stay as they are."""

    raw: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """All of them."""
        return dict(self.raw)


class Stored(TypeDecorator[str]):
    """A column of whatever type, read as text; `there` is false for a type that had no column."""

    impl = NullType
    cache_ok = True

    def __init__(self, there: bool = True) -> None:
        super().__init__()
        self.there = there

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """As text, since nobody knows how to read it otherwise."""
        return cast(column if self.there else null(), String)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """What the database calls it."""
        return None if value is None else str(value)


class Absent(FieldType):
    """Stands in for a type by its name."""

    widget = "text"
    label = N_("Not installed")
    operators: tuple[Operator, ...] = (Operator.IS_EMPTY, Operator.NOT_EMPTY)  # type: ignore[misc]
    sort = Sort.NONE

    def __init__(self, name: str, *, there: bool = True) -> None:
        self.missing = name
        self.there = there
        if not there:
            self.operators = ()

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name of the type that is missing."""
        return self.missing

    @classmethod
    def options(cls, raw: Mapping[str, Any]) -> Any:
        """Whatever they are."""
        return Kept(raw)

    def column_type(self, options: Any) -> TypeEngine[Any]:
        """Whatever it is."""
        return Stored(self.there)

    def schema(self, options: Any) -> fields.Field[Any]:
        """Nothing can be read, so nothing is written; what was stored goes out as text."""
        return _Refusing(self._refuse, str, json_schema={"type": ["string", "null"], "readOnly": True})

    def _refuse(self, _raw: Any) -> Any:
        raise ValidationError(
            _(
                "The plugin that knows “{type}” is not installed, so this cannot be changed.",
                type=self.missing,
            )
        )

    def text(self, value: Any, options: Any, locale: Locale) -> str:
        """As it is stored."""
        return "" if value is None else str(value)

    def sample(self, options: Any, random: Random) -> None:
        """There is none."""

    def sources(self, options: Any) -> tuple[str, ...]:
        """None: like a computed value, it is never typed in."""
        return ()

    def compute(self, inputs: Mapping[str, Any], options: Any) -> Any:
        """Nothing follows from anything."""
        return None


class _Refusing(ValueSchema):
    """Refuses empty values too: emptying would lose what is stored."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Refuse."""
        return self._read(value)


class Types(Mapping[str, FieldType]):
    """All types by their names. `types[name]` has a stand-in for one that is missing; `get` and `in` know none."""

    def __init__(self, known: Mapping[str, FieldType]) -> None:
        self._known = dict(known)

    def __getitem__(self, name: str) -> FieldType:
        return self._known.get(name) or Absent(name)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def get(self, name: str, default: Any = None) -> Any:
        """This function will give a type that is there, or the default."""
        return self._known.get(name, default)

    def standing_in(self, names: Iterable[str]) -> "Types":
        """This function will give all types and stand-ins for those of the names that are missing."""
        return Types({**{name: Absent(name) for name in names if name not in self._known}, **self._known})


__all__ = ["Absent", "Kept", "Stored", "Types"]
