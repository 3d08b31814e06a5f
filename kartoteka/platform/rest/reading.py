"""What comes in over the API, read strictly: bodies are JSON objects of bounded depth, queries are plain text."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request, request
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _

MAX_DEPTH = 32
_LARGEST = 2**31 - 1
_TRUE, _FALSE = ("1", "true", "yes"), ("", "0", "false", "no")


class Described(ma.Schema):
    """Describes a document to readers of the API and lets it through: the verbs check it, by one set of rules."""

    def load(self, data: Any, **_kwargs: Any) -> Any:
        """Give the document as it came."""
        return data


class StrictParser(FlaskParser):
    """Hands views the body as a dictionary, and the query as one."""

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """Read the body of a request."""
        return read_body(req)

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """Read the query of a request."""
        return read_query(req.args)


def read_body(req: Request) -> dict[str, Any]:
    """This function will read a JSON object out of the body; no body is an empty object.

    :raises Invalid: when it is no object, is nested too deeply or holds text that cannot be stored.
    """
    raw = req.get_data()
    if not raw:
        return {}
    if not req.is_json:
        raise UnsupportedMediaType
    try:
        document = read_json(raw.decode("utf-8"))
    except ValueError as error:
        raise BadRequest(_("The body is not JSON.")) from error
    if not isinstance(document, dict):
        raise Invalid({"body": [_("The body must be a JSON object.")]})
    return document


def read_json(text: str) -> Any:
    """This function will read JSON that comes from outside.

    :raises ValueError: when it is not JSON. :raises Invalid: when it is JSON that nobody means well.
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError:
        raise _too_deep() from None
    if text.count("[") + text.count("{") > MAX_DEPTH or "\\u" in text:
        _check(document)
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("too large a number")
    return number


def _check(document: Any) -> None:
    """Level by level instead of recursively, since depth is what is being checked."""
    level = [document]
    for _depth in range(MAX_DEPTH):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.keys())
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
            elif isinstance(each, str) and not storable(each):
                raise Invalid({"body": [_("The body holds characters that cannot be stored.")]})
        if not inner:
            return
        level = inner
    raise _too_deep()


def _too_deep() -> Invalid:
    return Invalid({"body": [_("The JSON is nested too deeply; {max} levels are the most.", max=MAX_DEPTH)]})


def storable(text: str) -> bool:
    """This function will tell whether both databases can hold a text: no NUL, no half of a character."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def read_query(given: MultiDict[str, str]) -> dict[str, str]:
    """This function will give the parameters of a query, the first of each name.

    :raises Invalid: when one holds characters that cannot be stored.
    """
    # A part of a form may come without a name, whatever its type says.
    parts: Iterable[tuple[str | None, str]] = given.items()
    found = {name: value for name, value in parts if name is not None}
    wrong = {name[:60]: [_("This holds characters that cannot be stored.")] for name, value in found.items()
             if not storable(name + value)}  # fmt: skip
    if wrong:
        raise Invalid(wrong)
    return found


def whole(query: Mapping[str, str], name: str, default: int) -> int:
    """This function will read a whole number out of a query; beyond what can be kept, the last one that can be."""
    text = query.get(name, "").strip()
    if not text:
        return default
    if not (text.removeprefix("-").isdecimal() and len(text) <= 18):
        raise Invalid({name: [_("This must be a whole number.")]})
    return max(-_LARGEST, min(int(text), _LARGEST))


def flag(query: Mapping[str, str], name: str) -> bool:
    """This function will read a yes or no out of a query: `count=1`."""
    text = query.get(name, "").strip().lower()
    if text not in _TRUE + _FALSE:
        raise Invalid({name: [_("This must be 1 or 0.")]})
    return text in _TRUE


def keys(query: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    """This function will read a list of keys out of a query: `fields=a,b`; None when it is not there."""
    if name not in query:
        return None
    return tuple(key for key in (part.strip() for part in query[name].split(",")) if key)


def document(query: Mapping[str, str], name: str) -> Any:
    """This function will read a JSON document out of a query: `filter={…}`; None when it is not there."""
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return read_json(text)
    except Invalid as error:
        raise Invalid({name: [error.message]}) from error
    except ValueError:
        raise Invalid({name: [_("This must be JSON.")]}) from None


def expected_version() -> int | None:
    """This function will read the version that a change is based on out of the header If-Match.

    :raises Invalid: when the header is not one quoted version.
    """
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    version = header.removeprefix("W/").strip('"')
    if not (version.isdecimal() and len(version) <= 18):
        raise Invalid({"If-Match": [_('If-Match holds one version in quotes, such as "3".')]})
    return int(version)


def object_of(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """This function will give an object that a body holds under a name; none is an empty one."""
    found = body.get(name, {})
    if not isinstance(found, Mapping):
        raise Invalid({name: [_("This must be an object.")]})
    return found


def list_of(body: Mapping[str, Any], name: str) -> list[Any]:
    """This function will give a list that a body holds under a name; none is an empty one."""
    found = body.get(name, [])
    if not isinstance(found, list):
        raise Invalid({name: [_("This must be a list.")]})
    return found


def known_names(body: Mapping[str, Any], *names: str) -> None:
    """This function will refuse names that a body does not have.

    :raises Invalid: under each of them.
    """
    unknown = {str(name)[:60]: [_("There is no such attribute.")] for name in body if name not in names}
    if unknown:
        raise Invalid(unknown)
