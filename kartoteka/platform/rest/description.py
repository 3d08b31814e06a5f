"""The description of the API: the OpenAPI document, and a page to read it that loads nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, render_template

from kartoteka.platform.front import public
from kartoteka.platform.rest.answers import answer
from kartoteka.platform.rest.resource import PREFIX, Interface, description_of


@dataclass(frozen=True)
class Operation:
    """One method at one address, as the page shows it."""

    method: str
    path: str
    summary: str
    parameters: list[Mapping[str, Any]]
    body: str
    answers: list[tuple[str, str]]

    @property
    def anchor(self) -> str:
        """The name that a link leads to."""
        return f"{self.method}-{self.path}".lower().replace("/", "-").replace("{", "").replace("}", "")


def register(app: Flask, interface: Interface) -> None:
    """This function will serve the description to everybody: it says nothing about anybody's registries."""
    pages = Blueprint("api_description", __name__, url_prefix=PREFIX)
    kept: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not kept:
            kept.update(description_of(interface))
        return kept

    @pages.get("/openapi.json")
    @public
    def openapi() -> Response:
        return answer(document())

    @pages.get("/docs")
    @public
    def docs() -> str:
        groups = [(tag, list(_operations(document(), tag["name"]))) for tag in document()["tags"]]
        return render_template(
            "api/docs.html",
            groups=groups,
            schemas=_schemas(document()),
            version=document()["info"]["version"],
        )

    app.register_blueprint(pages)


def _operations(document: Mapping[str, Any], tag: str) -> Iterator[Operation]:
    for path, operations in document["paths"].items():
        shared = operations.get("parameters", [])
        for method, operation in operations.items():
            if method != "parameters" and tag in operation["tags"]:
                yield Operation(
                    method.upper(), path, operation.get("summary", ""), [*shared, *operation.get("parameters", [])],
                    _schema_of(operation.get("requestBody", {})), _answers(operation),
                )  # fmt: skip


def _answers(operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (status, _schema_of(each)) for status, each in operation["responses"].items() if status[:1] == "2"
    ]


def _schema_of(part: Mapping[str, Any]) -> str:
    """The name of the schema that a body or an answer has, or what kind of content it is."""
    for kind, content in part.get("content", {}).items():
        reference = content.get("schema", {}).get("$ref", "")
        return str(reference).rpartition("/")[2] or str(kind)
    return ""


def _schemas(document: Mapping[str, Any]) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    return [
        (
            name,
            str(schema.get("description", "")),
            [_property(*each) for each in schema.get("properties", {}).items()],
        )
        for name, schema in sorted(document["components"]["schemas"].items())
    ]


def _property(name: str, schema: Mapping[str, Any]) -> tuple[str, str, str]:
    return name, _type_of(schema), str(schema.get("description", ""))


def _type_of(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_type_of(each) for each in schema["anyOf"])
    kinds = schema.get("type", "any")
    kind = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{_type_of(schema['items'])}[]" if "items" in schema else kind
