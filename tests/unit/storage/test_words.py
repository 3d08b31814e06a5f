"""Words of many texts at once are those of each text by itself."""

from hypothesis import example, given
from hypothesis import strategies as st

from kartoteka.platform.storage.index import words, words_together


@given(st.lists(st.text(max_size=12), max_size=5))
@example(["Žďár nad Sázavou", "", " - "])
@example(["e", "\u0301a", "b"])
@example(["one\x1ftwo", "three"])
@example(["日本 x", "Plain-text_here"])
@example(["ﬀ", "Straße", "ĲKM"])
def test_many_texts_are_split_as_each_would_be(texts: list[str]) -> None:
    assert [each.split() for each in words_together(texts)] == [words(each) for each in texts]
