"""A checklist as it is kept: lines of text, of which those that begin with `- [ ]` or `- [x]` are to be ticked."""

import re
from dataclasses import dataclass

ITEM = re.compile(r"^\s*[-*] \[(?P<mark>[ xX])\] ?(?P<text>.*)$")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist."""

    line: int
    text: str
    done: bool


def items_of(text: str | None) -> list[Item]:
    """This function will read a checklist; a line without a mark is a thing to be done too."""
    found = []
    for number, line in enumerate((text or "").split("\n")):
        marked = ITEM.match(line)
        if marked is not None:
            found.append(Item(number, marked["text"].strip(), marked["mark"] != " "))
        elif line.strip():
            found.append(Item(number, line.strip(), False))
    return found


def place_of(text: str | None, line: int, words: str) -> int | None:
    """This function will find the line with these words: where it was seen, else the nearest; None if it is gone."""
    same = [item.line for item in items_of(text) if item.text == words.strip()]
    return min(same, key=lambda each: abs(each - line), default=None)


def ticked(text: str | None, line: int, done: bool) -> str:
    """This function will give a checklist with one line ticked or not; a line that is not there changes nothing."""
    lines = (text or "").split("\n")
    for item in items_of(text):
        if item.line == line:
            lines[line] = f"- [{'x' if done else ' '}] {item.text}"
    return "\n".join(lines)


def untouched(text: str | None) -> str:
    """This function will give a checklist with nothing ticked, for the next time."""
    return "\n".join(f"- [ ] {item.text}" for item in items_of(text))


__all__ = ["Item", "items_of", "place_of", "ticked", "untouched"]
