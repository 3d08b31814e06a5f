"""How a route of the API is declared: method, address, right, what comes in and what goes out, in one line."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import marshmallow as ma
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask.typing import ResponseReturnValue
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped]
from werkzeug.routing import BaseConverter

import kartoteka
from kartoteka.platform.rest import schemas
from kartoteka.platform.rest.reading import StrictParser

PREFIX = "/api/v1"
View = Callable[..., ResponseReturnValue]
Right = Callable[[View], View]
Schema = type[ma.Schema]
Gives = Schema | ma.Schema | Mapping[str, str] | None
FILE = {"type": "string", "format": "binary"}
_OPENING = "This function will "
# What the name of a plugin's routes ends with, to the application; in the description it is left out.
OF_PLUGIN = "-api"


class IdConverter(BaseConverter):
    """The id of a record or another thing; what cannot be one is an address that does not exist."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """Read the id."""
        return int(value)


class Interface(Api):  # type: ignore[misc]
    """The OpenAPI description of all resources. How errors are told is decided for the whole application.

    It is written when somebody asks for it: most processes never do, and it is half of what an application costs.
    """

    ERROR_SCHEMA = schemas.Problem

    def __init__(self, app: Flask, **options: Any) -> None:
        self._undescribed: list[tuple[Resource, str]] = []
        self._describing = Lock()
        super().__init__(app, **options)

    def register_blueprint(self, blp: "Resource", *, name: str = "") -> None:
        """Put the routes of a resource into the application."""
        name = name or blp.name
        self._app.extensions["flask-smorest"]["blp_name_to_api"][name] = self
        self._app.register_blueprint(blp, name=name)
        self._undescribed.append((blp, name))

    def described(self) -> dict[str, Any]:
        """The OpenAPI document of all resources."""
        with self._describing:
            for each, name in self._undescribed:
                each.register_views_in_doc(self, self._app, self.spec, name=name, parameters=None)
                self.spec.tag({"name": name, "description": each.description})
            self._undescribed.clear()
        document: dict[str, Any] = self.spec.to_dict()
        return document

    def _register_error_handlers(self) -> None:
        """Leave errors to the application."""


class Resource(Blueprint):  # type: ignore[misc]
    """A group of routes about one thing."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, url_prefix=PREFIX, description=description)

    def verb(self, method: str, rule: str, right: Right, *, body: Schema | None = None, query: Schema | None = None,
             gives: Gives = None, status: int = 200, form: Mapping[str, Any] | None = None,
             headers: Mapping[str, Any] | None = None) -> Callable[[View], View]:  # fmt: skip
        """This function will make a view answer a method at an address.

        The view gets the query and the body as dictionaries, in this order, then the parts of the address by name.
        """

        def declare(view: View) -> View:
            kind = "application/octet-stream" if gives is FILE else None
            declared = self.response(status, gives, headers=headers, content_type=kind)(right(view))
            if form is not None:
                declared = self.doc(requestBody={"content": {"multipart/form-data": {"schema": form}}})(
                    declared
                )
            if body is not None:
                declared = self.arguments(body())(declared)
            if query is not None:
                declared = self.arguments(query(), location="query")(declared)
            self.add_url_rule(rule, view.__name__, declared, methods=[method])
            return view

        return declare


def make_interface(app: Flask) -> Interface:
    """This function will begin the description of the API of an application."""
    app.config.update(
        API_TITLE="Kartoteka",
        API_VERSION=kartoteka.__version__,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
        API_SPEC_OPTIONS={
            "info": {
                "description": "Registries, records and the rights to them. Errors are problem documents (RFC 9457)."
            },
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        },
    )
    app.url_map.converters["id"] = IdConverter
    interface = Interface(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(_schema_name)})
    interface.register_converter(IdConverter, lambda _converter: {"type": "integer", "minimum": 0})
    return interface


def _schema_name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__


def description_of(interface: Interface) -> dict[str, Any]:
    """This function will give the finished OpenAPI document, its summaries without the phrase of our docstrings."""
    document = interface.described()
    for operations in document["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict) and "summary" in operation:
                sentence = operation["summary"].removeprefix(_OPENING)
                operation["summary"] = sentence[:1].upper() + sentence[1:]
                operation["tags"] = [tag.removesuffix(OF_PLUGIN) for tag in operation.get("tags", ())]
    for tag in document.get("tags", ()):
        tag["name"] = tag["name"].removesuffix(OF_PLUGIN)
    return document
