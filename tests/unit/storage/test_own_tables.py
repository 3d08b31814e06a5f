"""Tables of plugins say in their names whose they are."""

import pytest
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kartoteka.platform.kernel.tables import own_metadata, table_of


class Own(DeclarativeBase):
    """The tables of a plugin."""

    metadata = own_metadata("ratings")


def test_a_table_is_declared_under_the_name_of_its_plugin() -> None:
    class Star(Own):
        __tablename__ = "p_ratings__stars"

        id: Mapped[int] = mapped_column(primary_key=True)

    assert list(Own.metadata.tables) == ["p_ratings__stars"] == [table_of(Star).name]


def test_a_table_under_another_name_is_refused_where_it_is_declared() -> None:
    with pytest.raises(TypeError, match="p_ratings__moons"):

        class Moon(Own):
            __tablename__ = "moons"

            id: Mapped[int] = mapped_column(primary_key=True)
