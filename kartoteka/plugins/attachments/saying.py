"""Small things that the pages of attachments say: sizes in words, and what has just happened."""

import json

from babel.numbers import format_decimal
from flask import Response, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import by_script, go

UNITS = ("B", "kB", "MB", "GB", "TB")


def bytes_text(size: int, language: str) -> str:
    """This function will say a number of bytes as people do."""
    number, unit = float(size), 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    shown = format_decimal(round(number, 1 if unit and number < 100 else 0), locale=language)
    return f"{shown}\N{NO-BREAK SPACE}{UNITS[unit]}"


def happened(said: str, *happenings: str, undo: str = "") -> ResponseReturnValue:
    """This function will answer a button: nothing is drawn anew but what listens for one of the happenings."""
    if not by_script():
        return go(url_for("web.home"))
    told = {"say": {"text": said, "undo": undo}, **{each: {} for each in happenings}}
    return Response("", headers={"HX-Reswap": "none", "HX-Trigger": json.dumps(told)})


__all__ = ["bytes_text", "happened"]
