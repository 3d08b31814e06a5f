"""Column types that give back exactly what was put in, on SQLite and PostgreSQL alike."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Numeric, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


def text_column() -> TypeEngine[str]:
    """Text compared byte by byte on both databases; the order that people expect comes from sort keys."""
    return Text().with_variant(Text(collation="C"), "postgresql")


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places: a scaled integer on SQLite, NUMERIC elsewhere."""

    impl = Numeric
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__(24, scale)
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite would keep a NUMERIC as a binary float."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(24, self.scale))

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """A number compared with the column is scaled as the column is."""
        return self

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Refuse what the column would round."""
        if value is None:
            return None
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        scaled = number.scaleb(self.scale)
        whole = int(scaled)
        if whole != scaled:
            raise ValueError(f"{number} has more than {self.scale} decimal places")
        return whole if dialect.name == "sqlite" else number

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """An average on SQLite is a float of scaled integers; everything else is exact."""
        if value is None:
            return None
        if dialect.name != "sqlite":
            return value if isinstance(value, Decimal) else Decimal(str(value))
        return Decimal(str(value) if isinstance(value, float) else value).scaleb(-self.scale)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant; comes back aware, in UTC."""

    impl = DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no offset, so everything is stored in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The same instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class KeyList(TypeDecorator[tuple[str, ...]]):
    """Several keys in one text, `|a|b|`, so that one of them is found by `LIKE '%|a|%'`."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Compared byte by byte, as all our texts are."""
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | str | None, dialect: Dialect) -> str | None:
        """A text is a pattern to be compared with and stays as it is."""
        if value is None or isinstance(value, str):
            return value
        return f"|{'|'.join(value)}|" if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """The keys in the order in which they were stored."""
        return tuple(value.strip("|").split("|")) if value else None
