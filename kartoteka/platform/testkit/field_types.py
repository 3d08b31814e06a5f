"""What every field type promises, as checks to be run on built-in and foreign ones alike.

    @pytest.mark.parametrize("check", CHECKS)
    def test_colour(check):
        check(Subject(Colour(), {"palette": "warm"}))

`DATABASE_CHECKS` are called with a subject and an open SQLAlchemy connection.
"""

import dataclasses
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from marshmallow import ValidationError, fields
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select

from kartoteka.field_types.capabilities import Cautious, Choosing, Linking, Numbering
from kartoteka.field_types.field_type import FieldType, Locale, Operator, OptionsError, Sort

LOCALES = (Locale("en", "UTC"), Locale("cs", "Europe/Prague"), Locale("de", "America/New_York"))

# What a hostile or careless caller may send to any field at all.
NASTY: tuple[Any, ...] = (
    object(), b"bytes", [], {}, [None], [[]], [{}], {"id": None}, {"key": []}, (), set(),
    float("nan"), float("inf"), -0.0, 1e308, 10**400, -(2**63) - 1, 2**63, True, False, 0, 1, -1, 1.5,
    Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e999999"), Decimal("1e-999999"),
    "\x00", "a\x00b", "\ud800", "\ufdd0", "\u202e", "a\nb", "a\r\nb", "\t", "\u2028x", "é", "e\u0301", "ﬃ",
    "9" * 5000, "x" * 200_000, "-", "+", ".", ",", "1e999", "0x10", "1_000", "١٢٣", "½", "²", "(", "[", "%s",
    "{0}", "' OR 1=1 --", "<script>alert(1)</script>", "javascript:alert(1)", "../../etc/passwd", "=1+1",
    "NaN", "null", "0000-00-00", "2020-02-30", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
    "2020-W01-1", "24:00", date.min, date.max,
    datetime(1, 1, 1), datetime.max.replace(tzinfo=UTC),  # noqa: DTZ001 - cells of spreadsheets know no zone
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """A field type with the options that it is examined with."""

    kind: FieldType
    raw_options: dict[str, Any] = field(default_factory=dict)
    seed: int = 20260101
    count: int = 150

    @cached_property
    def options(self) -> Any:
        """The options as the type reads them."""
        return self.kind.options(self.raw_options)

    @cached_property
    def schema(self) -> "fields.Field[Any]":
        """The parser."""
        return self.kind.schema(self.options)

    @cached_property
    def samples(self) -> list[Any]:
        """Valid values."""
        return self.drawn()

    def drawn(self) -> list[Any]:
        """Valid values, drawn anew."""
        chance = random.Random(self.seed)  # noqa: S311 - reproducible, not secret
        return [self.kind.sample(self.options, chance) for _number in range(self.count)]

    def json_of(self, value: Any) -> Any:
        """The JSON value of a Python value."""
        return self.schema.serialize("value", {"value": value})

    @property
    def empty(self) -> Any:
        """What an empty input means."""
        return self.schema.deserialize(None)


def _same(one: Any, other: Any) -> bool:
    """Equal, of the same type and written the same way: 1 is not True, 1.0 is not 1.00."""
    return type(one) is type(other) and bool(one == other) and repr(one) == repr(other)


def check_it_says_what_it_is(subject: Subject) -> None:
    """Name, widget and label are set; names can stand in a design file."""
    assert re.fullmatch("[a-z][a-z0-9_]{0,39}", subject.kind.name)
    assert re.fullmatch("[a-z][a-z0-9_]{0,39}", subject.kind.widget)
    assert subject.kind.label.strip()
    assert isinstance(subject.kind.sort, Sort)
    assert isinstance(subject.kind.searchable, bool)


def check_it_keeps_no_state(subject: Subject) -> None:
    """One instance serves all fields of all requests."""
    before = dict(vars(subject.kind))
    _use(subject)
    assert vars(subject.kind) == before == {}


def _use(subject: Subject) -> None:
    for value in subject.samples[:10]:
        subject.kind.text(subject.schema.deserialize(subject.json_of(value)), subject.options, LOCALES[0])


def check_operators(subject: Subject) -> None:
    """Operators are listed once, and emptiness can be asked about."""
    operators = subject.kind.operators
    assert all(isinstance(operator, Operator) for operator in operators)
    assert len(set(operators)) == len(operators)
    assert {Operator.IS_EMPTY, Operator.NOT_EMPTY} <= set(operators)


def check_options_are_a_frozen_dataclass(subject: Subject) -> None:
    """Nobody changes the options of a snapshot."""
    assert dataclasses.is_dataclass(subject.options)
    assert hash(subject.options) == hash(subject.kind.options(subject.raw_options))
    for each in dataclasses.fields(subject.options):
        try:
            setattr(subject.options, each.name, None)
        except (AttributeError, TypeError):
            continue
        raise AssertionError(f"the option {each.name} can be changed")


def check_options_survive_json(subject: Subject) -> None:
    """A design exported and applied gives the same options, and the same document again."""
    written = json.loads(json.dumps(subject.options.as_json()))
    again = subject.kind.options(written)
    assert again == subject.options
    assert again.as_json() == written


def check_options_are_described(subject: Subject) -> None:
    """A form can ask for every option."""
    described = {info.name: info for info in subject.kind.Options.described()}
    assert set(described) == {each.name for each in dataclasses.fields(subject.options)}
    assert all(info.label and info.kind for info in described.values())


def check_unknown_options_are_refused(subject: Subject) -> None:
    """A typing error in a design is told by the name of the option."""
    try:
        subject.kind.options({**subject.raw_options, "no_such_option": 1})
    except OptionsError as error:
        assert list(error.errors) == ["no_such_option"]
        assert all(sentence.strip() for sentence in error.errors["no_such_option"])
    else:
        raise AssertionError("an unknown option was accepted")


def check_unusable_options_are_refused(subject: Subject) -> None:
    """Whatever stands in an option is either read or refused with a sentence."""
    names = [each.name for each in dataclasses.fields(subject.options)]
    for name in names:
        for nasty in NASTY:
            try:
                subject.kind.options({**subject.raw_options, name: nasty})
            except OptionsError as error:
                assert all(error.errors.values())


def check_blank_is_empty(subject: Subject) -> None:
    """Nothing, an empty text and blanks mean the same, and JSON knows it as null."""
    for blank in ("", " ", "\t\n \u00a0", None):
        assert _same(subject.schema.deserialize(blank), subject.empty)
    assert not subject.empty
    assert subject.json_of(subject.empty) is None
    assert subject.json_of(None) is None


def check_samples_survive_json(subject: Subject) -> None:
    """What the API gives out may be sent back and is the same."""
    for value in subject.samples:
        sent = json.loads(json.dumps(subject.json_of(value), allow_nan=False))
        assert _same(subject.schema.deserialize(sent), value), (value, sent)


def check_samples_are_accepted_as_they_are(subject: Subject) -> None:
    """A value that has been read can be read again."""
    for value in subject.samples:
        assert _same(subject.schema.deserialize(value), value), value


def check_samples_are_not_empty(subject: Subject) -> None:
    """A sample fills a required field."""
    assert all(value is not None and value != subject.empty for value in subject.samples)


def check_samples_are_reproducible(subject: Subject) -> None:
    """The same seed gives the same demo data."""
    assert subject.drawn() == subject.drawn()


def check_texts(subject: Subject) -> None:
    """Every value can be read by people, in any language and time zone; nothing is written as nothing."""
    for locale in LOCALES:
        assert subject.kind.text(None, subject.options, locale) == ""
        assert subject.kind.text(subject.empty, subject.options, locale) == ""
        for value in subject.samples:
            text = subject.kind.text(value, subject.options, locale)
            assert type(text) is str and text.strip(), (value, locale)


def check_an_unknown_language_does_no_harm(subject: Subject) -> None:
    """A language or time zone that this machine does not know is no reason to fail."""
    for value in subject.samples[:10]:
        assert subject.kind.text(value, subject.options, Locale("xx-unknown", "Mars/Olympus"))


def check_nasty_input(subject: Subject) -> None:
    """Any input gives a value or a sentence, and a value is good for everything a value is good for."""
    for nasty in NASTY:
        try:
            value = subject.schema.deserialize(nasty)
        except ValidationError as error:
            _assert_sentences(error.messages)
            continue
        again = subject.schema.deserialize(json.loads(json.dumps(subject.json_of(value), allow_nan=False)))
        assert _same(again, value), (nasty, value, again)
        for locale in LOCALES:
            subject.kind.text(value, subject.options, locale).encode()


def _assert_sentences(messages: Any) -> None:
    assert messages and isinstance(messages, list), messages
    for sentence in messages:
        assert isinstance(sentence, str) and len(sentence) < 1000
        assert sentence[-1] in ".?" and not sentence.startswith(" ")


def check_capabilities(subject: Subject) -> None:
    """What a type can do beside the four methods agrees with its values."""
    kind, options = subject.kind, subject.options
    if isinstance(kind, Linking):
        assert kind.target(options)
        assert all(
            isinstance(value, tuple) and all(type(each) is int for each in value) for value in subject.samples
        )
        assert kind.many(options) or all(len(value) == 1 for value in subject.samples)
    if isinstance(kind, Choosing):
        keys = [choice.key for choice in kind.choices(options)]
        assert keys and len(set(keys)) == len(keys)
    if isinstance(kind, Numbering):
        numbers = [kind.number(n, options) for n in range(1, 200)]
        assert len(set(numbers)) == len(numbers)
        assert all(subject.schema.deserialize(number) == number for number in numbers)
    if isinstance(kind, Cautious):
        assert kind.caution(None, options) is None
        for value in subject.samples:
            caution = kind.caution(value, options)
            assert caution is None or caution.endswith((".", "?"))


def check_column_gives_back_what_was_put_in(subject: Subject, connection: Connection) -> None:
    """Exactly: not a digit, not a blank, not a microsecond is lost."""
    if isinstance(subject.kind, Linking):
        return
    table = _filled(subject, connection)
    stored = connection.execute(select(table.c.value).order_by(table.c.id)).scalars().all()
    for given, found in zip([*subject.samples, None], stored, strict=True):
        assert _same(found, given), (given, found)


def check_column_finds_equal_values(subject: Subject, connection: Connection) -> None:
    """`=` in the database means what it means in Python."""
    if isinstance(subject.kind, Linking):
        return
    table = _filled(subject, connection)
    for value in subject.samples[:25]:
        found = set(connection.execute(select(table.c.id).where(table.c.value == value)).scalars())
        assert found == {number for number, sample in enumerate(subject.samples) if sample == value}, value


def check_column_order(subject: Subject, connection: Connection) -> None:
    """Where lists are ordered by the column itself, both databases have the order of Python."""
    if isinstance(subject.kind, Linking) or subject.kind.sort is not Sort.PLAIN:
        return
    table = _filled(subject, connection)
    query = select(table.c.value).where(table.c.value.is_not(None)).order_by(table.c.value)
    assert connection.execute(query).scalars().all() == sorted(subject.samples)


def _filled(subject: Subject, connection: Connection) -> Table:
    """A temporary table with all samples and one empty value."""
    column = Column("value", subject.kind.column_type(subject.options))
    table = Table(
        f"conformance_{subject.kind.name}", MetaData(), Column("id", Integer), column, prefixes=["TEMPORARY"]
    )
    table.drop(connection, checkfirst=True)
    table.create(connection)
    values = [*subject.samples, None]
    connection.execute(insert(table), [{"id": number, "value": value} for number, value in enumerate(values)])
    return table


CHECKS: tuple[Callable[[Subject], None], ...] = (
    check_it_says_what_it_is,
    check_it_keeps_no_state,
    check_operators,
    check_options_are_a_frozen_dataclass,
    check_options_survive_json,
    check_options_are_described,
    check_unknown_options_are_refused,
    check_unusable_options_are_refused,
    check_blank_is_empty,
    check_samples_survive_json,
    check_samples_are_accepted_as_they_are,
    check_samples_are_not_empty,
    check_samples_are_reproducible,
    check_texts,
    check_an_unknown_language_does_no_harm,
    check_nasty_input,
    check_capabilities,
)
DATABASE_CHECKS: tuple[Callable[[Subject, Connection], None], ...] = (
    check_column_gives_back_what_was_put_in,
    check_column_finds_equal_values,
    check_column_order,
)
