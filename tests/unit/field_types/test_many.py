"""Many texts read at once are the same as those texts read one by one, or are left to that."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import ValidationError

from kartoteka.field_types.schema import ValueSchema
from kartoteka.field_types.words import LongText, Text

SCHEMAS = {
    "text": Text().schema(Text.Options(max_length=20)),
    "not empty": Text().schema(Text.Options(min_length=1, max_length=20)),
    "at least three": Text().schema(Text.Options(min_length=3, max_length=20)),
    "with a pattern": Text().schema(Text.Options(pattern="[a-z]*")),
    "long text": LongText().schema(LongText.Options(max_length=20)),
}
CELLS = st.one_of(
    st.none(),
    st.integers(-1, 1),
    st.booleans(),
    st.text(max_size=22),
    st.sampled_from(["ab", " é ", "e\u0301", "a\nb", "", " "]),
)


def one_by_one(schema: ValueSchema, cells: list[Any]) -> list[Any]:
    read = []
    for cell in cells:
        try:
            read.append(schema.deserialize(cell))
        except ValidationError as error:
            read.append(error.messages)
    return read


@pytest.mark.parametrize("name", SCHEMAS)
@given(cells=st.lists(CELLS, max_size=6))
@example(cells=["e", "\u0301"])
@example(cells=[0, False, None, ""])
@example(cells=["Žďár", "x" * 20, None])
def test_many_are_read_as_each_would_be(name: str, cells: list[Any]) -> None:
    together = SCHEMAS[name].deserialize_many(cells)
    assert together is None or list(together) == one_by_one(SCHEMAS[name], cells)


def test_plain_texts_take_the_quick_way() -> None:
    assert SCHEMAS["text"].deserialize_many([" Žďár ", None, "Brno"]) == ["Žďár", None, "Brno"]
    assert SCHEMAS["long text"].deserialize_many(["a", ""]) == ["a", None]
    assert SCHEMAS["text"].deserialize_many(["x" * 21]) is None
