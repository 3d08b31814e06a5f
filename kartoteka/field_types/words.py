"""Field types made of words: text, long text and address."""

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar
from unicodedata import is_normalized

from sqlalchemy.types import TypeEngine

from kartoteka.field_types import options as option_rules
from kartoteka.field_types.cleaning import clean_line, clean_lines
from kartoteka.field_types.columns import text_column
from kartoteka.field_types.field_type import FieldType, Locale, Operator, Options, Sort
from kartoteka.field_types.options import option
from kartoteka.field_types.patterns import example, pattern
from kartoteka.field_types.schema import ManyReader, Reader, ValueSchema, refuse
from kartoteka.field_types.texts import N_, _, plural

TEXT_OPERATORS = (
    Operator.EQ,
    Operator.NE,
    Operator.IN,
    Operator.NOT_IN,
    Operator.CONTAINS,
    Operator.STARTS_WITH,
    Operator.IS_EMPTY,
    Operator.NOT_EMPTY,
)

_SAMPLE_WORDS = tuple(
    re.findall(
        r"\S+",
        "alfa brána cihla čaj dům ďábel ementál ěra fara hora chléb insert jáma káva léto město nůž ořech "
        "pole růže řeka sůl škola tůně ťuhýk úhel ústí vůz výr záře žába Praha Kutná Hora Žďár Třebíč GmbH "
        "& Co. a.s. contract delivery Łódź Köln Ærø Δελτα 2024 100% (nový) „úvoz“",
    )
)
_BLANK_RUNS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\s*\n\s*")


def check_length(text: str, shortest: int, longest: int) -> str:
    """The text, unless it is too short or too long."""
    if len(text) > longest:
        sentence = plural("At most {n} character is allowed.", "At most {n} characters are allowed.", longest)
        raise refuse(sentence)
    if len(text) < shortest:
        sentence = plural(
            "At least {n} character is needed.", "At least {n} characters are needed.", shortest
        )
        raise refuse(sentence)
    return text


def sample_words(random: Random, shortest: int, longest: int, between: str = " ") -> str:
    """Some words, with the diacritics and signs that real ones have."""
    words = random.choices(_SAMPLE_WORDS, k=random.randint(1, 6))
    text = between.join(words)[:longest].strip()
    while len(text) < shortest:
        text += random.choice(string.ascii_lowercase)
    return text or "a"


class Words(FieldType):
    """What texts have in common: a text column, and the value is what is shown."""

    operators = TEXT_OPERATORS
    searchable = True
    sort = Sort.COLLATED

    def column_type(self, options: Any) -> TypeEngine[Any]:
        """Unbounded text; lengths are options of the field and change without touching the table."""
        return text_column()

    def text(self, value: str | None, options: Any, locale: Locale) -> str:
        """The value itself."""
        return value or ""


class Text(Words):
    """One line of text."""

    name = "text"
    widget = "text"
    label = N_("Text")

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(Options):
        """Lengths and a pattern."""

        max_length: int = option(option_rules.whole(1, 10_000), label=N_("Longest"), default=255)
        min_length: int = option(option_rules.whole(0, 10_000), label=N_("Shortest"), default=0)
        pattern: str | None = option(pattern(), label=N_("Pattern (regular expression)"), default=None)

        def contradictions(self) -> dict[str, list[str]]:
            """The shortest may not be longer than the longest."""
            if self.min_length > self.max_length:
                return {"min_length": [_("The shortest length is greater than the longest.")]}
            return {}

    def schema(self, options: Options) -> ValueSchema:
        """Normalised text without control characters."""
        plain = None if options.pattern else _plain_reader(options.min_length, options.max_length)
        return ValueSchema(_line_reader(options), read_plain=plain, json_schema={"type": "string"})

    def sample(self, options: Options, random: Random) -> str:
        """Some words, or an example of the pattern."""
        if options.pattern:
            return example(options.pattern, random, max(options.min_length, 1), options.max_length)
        return sample_words(random, options.min_length, options.max_length)


def _line_reader(options: Text.Options) -> Reader:
    longest, shortest = options.max_length, options.min_length
    matches = re.compile(options.pattern).fullmatch if options.pattern else None

    def read(raw: Any) -> str | None:
        text = clean_line(raw)
        if not shortest <= len(text) <= longest:
            check_length(text, shortest, longest)
        if matches and not matches(text):
            raise refuse(_("The text does not have the form that this field asks for."))
        return text or None

    return read


def _plain_reader(shortest: int, longest: int) -> ManyReader:
    """Texts that are right as they are, which is told of all of them at once."""

    def read(texts: Sequence[str]) -> Sequence[str | None] | None:
        joined = "".join(texts)
        plain = joined.isprintable() and (joined.isascii() or is_normalized("NFC", joined))
        if shortest > 1 or not plain or max(map(len, texts), default=0) > longest:
            return None
        return [text or None for text in texts]

    return read


class LongText(Words):
    """Text of several lines."""

    name = "long_text"
    widget = "long_text"
    label = N_("Long text")
    sort = Sort.NONE

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options(Options):
        """Lengths."""

        max_length: int = option(option_rules.whole(1, 1_000_000), label=N_("Longest"), default=100_000)
        min_length: int = option(option_rules.whole(0, 1_000_000), label=N_("Shortest"), default=0)

        def contradictions(self) -> dict[str, list[str]]:
            """The shortest may not be longer than the longest."""
            if self.min_length > self.max_length:
                return {"min_length": [_("The shortest length is greater than the longest.")]}
            return {}

    def schema(self, options: Options) -> ValueSchema:
        """Text that keeps its line breaks and tabs."""

        def read(raw: Any) -> str | None:
            return check_length(clean_lines(raw), options.min_length, options.max_length) or None

        plain = _plain_reader(options.min_length, options.max_length)
        return ValueSchema(read, read_plain=plain, json_schema={"type": "string"})

    def sample(self, options: Options, random: Random) -> str:
        """Some words on some lines."""
        return sample_words(
            random, options.min_length, options.max_length, random.choice(["\n", "\t", " ", "\n\n"])
        )


class Address(Words):
    """A postal address, on one or several lines."""

    name = "address"
    widget = "address"
    label = N_("Address")
    longest: ClassVar[int] = 500

    def schema(self, options: Any) -> ValueSchema:
        """Lines without idle blanks, and no empty ones."""

        def read(raw: Any) -> str | None:
            text = _LINE_ENDS.sub("\n", _BLANK_RUNS.sub(" ", clean_lines(raw)))
            return check_length(text, 0, self.longest) or None

        return ValueSchema(read, json_schema={"type": "string"})

    def sample(self, options: Any, random: Random) -> str:
        """A street, a number, a postal code and a town."""
        street = random.choice(["Platanová", "Náměstí Míru", "U Řeky", "Žižkova", "Main Street"])
        town = random.choice(["Benátky nad Jizerou", "Mladé Buky", "Praha 1", "Žďár nad Sázavou", "Brno"])
        code = random.randint(100, 799) * 100 + random.randint(0, 99)
        code_text = f"{code // 100} {code % 100:02}"
        lines = [f"{street} {random.randint(1, 2000)}", f"{code_text} {town}"]
        return random.choice(["\n", ", "]).join(lines)
