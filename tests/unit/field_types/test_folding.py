"""Texts are found without accents and case, and stand in Czech order."""

import random
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, text

from kartoteka.field_types.folding import FOLD_FROM, FOLD_TO, fold, sort_key, sort_keys
from tests.servers.databases import PostgreSQL

# Each list is in Czech order. The hard ones: ch is a letter after h; accents of vowels, ď, ť, ň and ě
# decide last but one; case decides last; a blank comes before every letter.
IN_ORDER = [
    ["cena", "Cena", "cukr", "čas", "Čech", "čtvrtek", "dar", "ďas", "delta"],
    ["had", "hudba", "hvězda", "chalupa", "Chalupa", "CHALUPA", "chléb", "Chrudim", "igelit", "ichtyol"],
    ["h", "hz", "Hz", "ch", "Ch", "CH", "i"],
    ["rada", "Rada", "rok", "rychle", "řada", "Řada", "řeka", "saty", "šaty", "tabák", "Tábor", "ťapka"],
    ["zámek", "zvon", "Zvon", "žába", "žena", "Žena", "žít"],
    ["dal", "Dal", "dál", "Dál", "dále"],
    ["Novák", "Novák Adam", "Novák Jan", "Nováková", "Novakovič", "Nový"],
    ["kámen", "kamenář", "kameník", "Kamenný Újezd"],
    ["0", "1", "10", "2", "a", "z", "ž"],
    ["firma 1", "firma 10", "firma 2", "firma a", "firma ž", "firmaa"],
    ["mechanik", "měchýř", "mez"],
    ["Horák", "Hořčička", "Hradec", "Hynek", "Chomutov", "Chýně", "Ivančice"],
    ["lak", "lano", "led", "lék", "lem"],
    ["uhel", "úhel", "Úhel", "uhlí", "ulice", "Ústí", "ústí nad", "úvoz", "Uzel"],
    ["a-b", "a1", "ab", "áb"],
    ["Lodz", "Łódź", "Luby"],
    ["Ngo", "Nguyễn", "Nhu"],
    ["strasse", "straße", "strauss"],
    ["ž", "Δ", "Я", "漢"],
]


@pytest.mark.parametrize("words", IN_ORDER, ids=lambda words: words[0])
def test_czech_order(words: list[str]) -> None:
    shuffled = list(words)
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == words
    keys = [sort_key(word) for word in words]
    assert sorted(set(keys)) == keys


@given(st.text())
def test_keys_are_printable_ascii(words: str) -> None:
    key = sort_key(words)
    assert key.isascii() and (key.isprintable() or not key)
    assert sort_key(words) == key


@given(st.text(alphabet="abcčhHCěéňdďž ČŽ", max_size=8), st.text(alphabet="abhcčz", min_size=1, max_size=3))
def test_the_shorter_comes_first(start: str, more: str) -> None:
    if not (start[-1:] in "cC" and more[0] == "h"):  # which would make another letter of two
        assert sort_key(start) < sort_key(start + more)


@given(st.text(alphabet="abcdehčďéěšABCDHČĎÉ ", max_size=8), st.data())
def test_case_decides_last_and_does_decide(word: str, data: st.DataObject) -> None:
    flips = data.draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)))
    other = "".join(letter.swapcase() if flip else letter for letter, flip in zip(word, flips, strict=True))
    levels, others = f"{sort_key(word)}  ".split(" "), f"{sort_key(other)}  ".split(" ")
    assert levels[:2] == others[:2]
    assert (sort_key(word) == sort_key(other)) == (word == other)


def test_only_the_first_characters_count() -> None:
    assert sort_key("a" * 60 + "b") == sort_key("a" * 60 + "c") == sort_key("a" * 60)
    assert sort_key("abcd", length=2) == sort_key("ab")


_ODD = [chr(code) for code in (*range(0x250), 0x301, 0x30C, 0x394, 0x42F, 0x6F22, 0x2026, 0x2011, 0x1F600)]


@given(st.lists(st.text(alphabet="abcchHCčěď ŽZ.,-\n", max_size=70), max_size=30), st.data())
def test_many_keys_at_once_are_the_same_keys(texts: list[str], data: st.DataObject) -> None:
    odd = data.draw(st.lists(st.text(alphabet=st.sampled_from(_ODD), max_size=5), max_size=2))
    for mixed in (texts, [*texts, *odd], texts * 15):
        assert sort_keys(mixed) == [sort_key(each) for each in mixed]


def test_a_mark_between_texts_inside_of_one_does_no_harm() -> None:
    texts = ["a\x00b", "ch", "", "a\nb"]
    assert sort_keys(texts) == [sort_key(each) for each in texts]


def test_every_character_folds_alone_as_the_table_says() -> None:
    table = dict(zip(FOLD_FROM, FOLD_TO, strict=True))
    for character in map(chr, (*range(0xD800), *range(0xE000, 0x11000))):
        composed = unicodedata.normalize("NFC", character)
        assert fold(character) == "".join(table.get(each, each) for each in composed)


def test_composed_and_decomposed_letters_are_one() -> None:
    assert sort_key("Žižkův") == sort_key(unicodedata.normalize("NFD", "Žižkův"))
    assert fold("Žižkův") == fold(unicodedata.normalize("NFD", "Žižkův")) == "zizkuv"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Příliš ŽLUŤOUČKÝ kůň", "prilis zlutoucky kun"),
        ("Straße in KÖLN", "strase in koln"),
        ("ŁÓDŹ Ærø Ðorđe", "lodz aro dorde"),
        ("ΆΛΦΑ άλφας", "αλφα αλφασ"),
        ("МОСКВА Ёлка", "москва елка"),
        ("100 % [x]", "100 % [x]"),
    ],
)
def test_folding(written: str, plain: str) -> None:
    assert fold(written) == plain
    assert fold(plain) == plain


def test_the_table_maps_one_character_to_one() -> None:
    assert len(FOLD_FROM) == len(FOLD_TO) == len(set(FOLD_FROM))
    assert not set(FOLD_FROM) & set(FOLD_TO), "folding twice must change nothing more"
    letters = [chr(code) for code in range(0xC0, 0x180) if chr(code).isalpha()]
    assert set(letters) <= set(FOLD_FROM)


@given(st.text())
def test_folding_twice_changes_nothing(words: str) -> None:
    assert fold(fold(words)) == fold(words)


def test_postgresql_folds_and_orders_alike(postgresql: PostgreSQL) -> None:
    letters = [chr(code) for code in range(0x20, 0x460) if chr(code).isprintable()]
    alphabet = "".join(letter for letter in letters if unicodedata.is_normalized("NFC", letter))
    words = [word for group in IN_ORDER for word in group]
    with postgresql.database() as url:
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            query = text("SELECT translate(:words, :plain_from, :plain_to)")
            names = {"words": alphabet, "plain_from": FOLD_FROM, "plain_to": FOLD_TO}
            assert connection.scalar(query, names) == "".join(map(fold, alphabet))
            connection.execute(text('CREATE TEMPORARY TABLE words (word text, key text COLLATE "C")'))
            rows = [{"word": word, "key": sort_key(word)} for word in words]
            connection.execute(text("INSERT INTO words VALUES (:word, :key)"), rows)
            ordered = connection.execute(text("SELECT key FROM words ORDER BY key")).scalars().all()
    assert ordered == sorted(sort_key(word) for word in words)


def test_a_key_takes_microseconds() -> None:
    words = ["obchodní společnost", "Příliš žluťoučký kůň", "ALPHA Trading Holding", "Novák Jan"] * 250
    started = time.process_time()
    for word in words:
        sort_key(word)
    assert (time.process_time() - started) / len(words) < 30e-6
