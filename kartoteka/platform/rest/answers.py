"""How things of the platform look as JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields as attributes_of
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Response

from kartoteka.platform.catalog.definitions import Category, Field, Grant, Registry, Role, Section


def answer_text(document: Any) -> str:
    """This function will write a document as the API does."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_plain)


def answer(document: Any, status: int = 200, **headers: str) -> Response:
    """This function will answer with a JSON document; an underscore in a header's name stands for a dash."""
    response = Response(answer_text(document), status, content_type="application/json")
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def listing(items: Iterable[Any], following: str | None = None) -> Response:
    """This function will answer with a list, and the cursor of what follows."""
    return answer({"items": list(items), "next": following})


def nothing() -> Response:
    """This function will answer that it is done and there is nothing to say."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def moment(at: datetime | None) -> str | None:
    """This function will write a moment in UTC, ending in Z."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


# What a plugin says of its registries; nobody sends it back.
PLUGINS_OWN = ("plugin", "attached", "narrow", "own", "sectioned")


def whole(thing: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """This function will give all attributes of a definition, those with their default too."""
    return {each.name: getattr(thing, each.name) for each in attributes_of(thing) if each.name not in without}


def field(each: Field) -> dict[str, Any]:
    """This function will give a field as its designer wrote it."""
    return whole(each, ("id", "column", "core"))


def section(each: Section) -> dict[str, Any]:
    """This function will give a section without its fields."""
    return whole(each, ("id",))


def category(each: Category) -> dict[str, Any]:
    """This function will give a category."""
    return whole(each, ("id",))


def registry(each: Registry) -> dict[str, Any]:
    """This function will give a whole registry, what is switched off too."""
    document = whole(each, ("id", "sections", "fields", "categories", *PLUGINS_OWN))
    document["categories"] = [category(one) for one in each.categories]
    document["sections"] = [
        {**section(one), "fields": [whole(part, ("id", "column", "section", "core")) for part in each.fields
                                    if part.section == one.key]}
        for one in each.sections
    ]  # fmt: skip
    return document


def grant(each: Grant) -> dict[str, Any]:
    """This function will give a grant; exceptions of single fields only where there are some."""
    document = {
        "rights": sorted(each.rights),
        "rows": each.rows,
        "sections": dict(sorted(each.sections.items())),
    }
    return {**document, "fields": dict(sorted(each.fields.items()))} if each.fields else document


def role(each: Role) -> dict[str, Any]:
    """This function will give a role with all its grants."""
    grants = {key: grant(one) for key, one in each.grants.items()}
    return {**whole(each, ("id", "grants")), "powers": sorted(each.powers), "grants": grants}
