"""Regular expressions written by customers: only those that can neither hang the server nor match nothing."""

import re
from collections.abc import Iterable
from random import Random
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from kartoteka.field_types.options import Rule
from kartoteka.field_types.texts import _

_LONGEST = 200
_LONGEST_VALUE = 255
_MOST_WAYS = 10**8
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CATEGORIES = {
    codes.CATEGORY_DIGIT: "0123456789",
    codes.CATEGORY_WORD: _LETTERS + "0123456789_",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_DIGIT: _LETTERS,
    codes.CATEGORY_NOT_WORD: "-./ ",
    codes.CATEGORY_NOT_SPACE: _LETTERS,
}


def pattern() -> Rule:
    """The option of a pattern that a whole value must match."""

    def read(raw: Any) -> str:
        if not isinstance(raw, str):
            raise ValueError(_("This must be a regular expression."))
        if len(raw) > _LONGEST:
            raise ValueError(_("A pattern has at most {max} characters.", max=_LONGEST))
        try:
            re.compile(raw)
            ways = _ways(parser.parse(raw))
        except (re.error, RecursionError, OverflowError) as error:
            raise ValueError(_("This is not a regular expression: {reason}.", reason=error)) from error
        if ways > _MOST_WAYS:
            raise ValueError(
                _("This pattern could take very long on some texts; avoid repeats inside repeats.")
            )
        return raw

    return Rule("pattern", read)


def _ways(tokens: Iterable[tuple[Any, Any]]) -> int:
    """In how many ways, at most, the engine may try to match one text: backtracking goes through them all."""
    ways = 1
    for code, argument in tokens:
        ways *= _ways_of_one(code, argument)
        if ways > _MOST_WAYS:
            return ways
    return ways


def _ways_of_one(code: Any, argument: Any) -> int:
    if code in _REPEATS:
        lowest, highest, body = argument
        highest = min(int(highest), _LONGEST_VALUE)
        inside = min(_ways(body), _MOST_WAYS)
        return int(max(highest - lowest + 1, 1) * inside ** max(highest, 1))
    if code is codes.BRANCH:
        return sum(_ways(branch) for branch in argument[1])
    if code is codes.GROUPREF_EXISTS:
        return sum(_ways(branch) for branch in argument[1:] if branch)
    if code is codes.SUBPATTERN:
        return _ways(argument[-1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _ways(argument[1])
    return _ways(argument) if code is codes.ATOMIC_GROUP else 1


def example(expression: str, random: Random, shortest: int, longest: int) -> str:
    """A text that matches the whole pattern and fits the lengths."""
    tokens = parser.parse(expression)
    for spread in range(200):
        text = _written(tokens, random, 1 + spread // 10)
        fits = shortest <= len(text) <= longest and text == text.strip() and text.isprintable()
        if fits and text and re.fullmatch(expression, text):
            return text
    raise ValueError(f"no example of {expression!r} was found")


def _written(tokens: Iterable[tuple[Any, Any]], random: Random, spread: int) -> str:
    return "".join(_written_one(code, argument, random, spread) for code, argument in tokens)


def _written_one(code: Any, argument: Any, random: Random, spread: int) -> str:
    if code is codes.LITERAL:
        return chr(argument)
    if code in _REPEATS:
        lowest, highest, body = argument
        times = random.randint(lowest, min(int(highest), lowest + spread))
        return "".join(_written(body, random, spread) for _time in range(times))
    if code is codes.BRANCH:
        return _written(random.choice(argument[1]), random, spread)
    if code is codes.SUBPATTERN:
        return _written(argument[-1], random, spread)
    if code is codes.ATOMIC_GROUP:
        return _written(argument, random, spread)
    if code is codes.IN:
        return _one_in(argument, random)
    return random.choice(_LETTERS) if code in (codes.ANY, codes.NOT_LITERAL) else ""


def _one_in(items: list[tuple[Any, Any]], random: Random) -> str:
    if items[0][0] is codes.NEGATE:
        refused = {chr(argument) for code, argument in items[1:] if code is codes.LITERAL}
        return random.choice([letter for letter in _LETTERS + "0123456789" if letter not in refused] or ["-"])
    code, argument = random.choice(items)
    if code is codes.RANGE:
        return chr(random.randint(*argument))
    if code is codes.CATEGORY:
        return random.choice(_CATEGORIES.get(argument, _LETTERS))
    return chr(argument)
