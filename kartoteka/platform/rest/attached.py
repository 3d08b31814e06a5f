"""Routes of what plugins attach to records: one shape for activities, tasks, notes and whatever others bring.

The plugin's own fields lie flat in the document (`{"id": 3, "text": "…", "private": false}`), fields that the firm
has added lie under `values`; `on` tells the record that the thing is attached to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import marshmallow as ma
from flask import Response

from kartoteka.platform.catalog.definitions import READ
from kartoteka.platform.front import begin, signed_in
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import reading, schemas
from kartoteka.platform.rest.answers import answer, nothing
from kartoteka.platform.rest.records import query_of
from kartoteka.platform.rest.resource import PREFIX, Resource
from kartoteka.platform.rest.showing import Shown
from kartoteka.platform.services import records as verbs
from kartoteka.platform.services.records import KEEP, Bearer, Query, Record, moved_to, record_id
from kartoteka.platform.services.verbs import PLAIN, Verbs
from kartoteka.platform.services.work import Work

BEARER = "/registries/<registry>/records/<id:record>"


@dataclass(frozen=True)
class Shape:
    """How things of one registry look over the API. `kind` is the name under which the category goes, if any."""

    key: str
    kind: str = ""
    # Turns a document as shown into another, such as a person instead of a list of one.
    finish: Callable[[Work, Record, dict[str, Any]], dict[str, Any]] = lambda work, record, document: document

    def shown(self, work: Work, record: Record, show: Shown | None = None) -> dict[str, Any]:
        """This function will show one thing."""
        plain = (show or Shown(work, self.key))(record)
        core, more = self._parted(work, plain.pop("values"))
        plain.pop("title", None)
        category = plain.pop("category", None)
        on = record.on
        document = {
            **plain,
            **({self.kind: category} if self.kind else {}),
            **core,
            "values": more,
            "on": {"registry": on.registry, "id": on.id, "title": on.title} if on is not None else None,
        }
        return self.finish(work, record, document)

    def _parted(self, work: Work, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        core = self.core(work)
        return (
            {key: value for key, value in values.items() if key in core},
            {key: value for key, value in values.items() if key not in core},
        )

    def core(self, work: Work) -> frozenset[str]:
        """This function will name the plugin's own fields."""
        return frozenset(each.key for each in work.catalog.registries[self.key].fields if each.core)

    def read(self, work: Work, body: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        """This function will read values and category out of a document; KEEP when it names none.

        :raises Invalid: when it names what does not exist.
        """
        core = self.core(work)
        values = dict(reading.object_of(body, "values")) if "values" in body else {}
        category: Any = KEEP
        for name, value in body.items():
            if name in core:
                values[name] = value["id"] if isinstance(value, Mapping) and set(value) >= {"id"} else value
            elif name and name == self.kind:
                category = value
            elif name not in ("values", "on"):
                raise Invalid({str(name)[:60]: [_("There is no field “{name}”.", name=str(name)[:60])]})
        return values, category


class AttachedResource(Resource):
    """The routes of one plugin's things: on a record, and by themselves.

    Adds `GET POST …/records/{id}/{name}`, `GET PATCH DELETE …/records/{id}/{name}/{id}` and the same under `/{name}`.
    """

    def __init__(
        self,
        name: str,
        description: str,
        shape: Shape,
        *,
        document: type[ma.Schema],
        done: Verbs = PLAIN,
        creates: bool = True,
        listed: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(name, description)
        self.shape, self.done, self.document = shape, done, document
        self.kind = name
        # Things that are not made out of JSON have a route of their own for that; lists may leave out what is heavy.
        self.creates, self.listed = creates, listed
        self._on_record()
        self._alone()

    def _on_record(self) -> None:
        page = schemas.page_of(self.document)
        several, one = f"{BEARER}/{self.kind}", f"{BEARER}/{self.kind}/<id:thing>"

        def list_of_record(query: dict[str, str], registry: str, record: int) -> Response:
            """This function will list what lies on a record."""
            with begin() as work:
                self._check_borne(work, registry, record)
                return self.page(work, query_of(query), on=Bearer(registry, record))

        def create_on_record(body: dict[str, Any], registry: str, record: int) -> Response:
            """This function will attach a new thing to a record."""
            named = bearer_of(body)
            if named is not None and named != Bearer(registry, record):
                raise Invalid({"on": [_("The address names another record.")]})
            with begin(write=True) as work:
                self._check_borne(work, registry, record)
                return self.made(work, body, Bearer(registry, record))

        def get_on_record(registry: str, record: int, thing: int) -> Response:
            """This function will give a thing that lies on a record."""
            with begin() as work:
                return self.one(work, self._found(work, thing, (registry, record)))

        def change_on_record(body: dict[str, Any], registry: str, record: int, thing: int) -> Response:
            """This function will change a thing that lies on a record."""
            with begin(write=True) as work:
                return self._changed(work, self._found(work, thing, (registry, record)), body)

        def remove_on_record(registry: str, record: int, thing: int) -> Response:
            """This function will put a thing that lies on a record into the recycle bin."""
            with begin(write=True) as work:
                found = self._found(work, thing, (registry, record))
                self.done.remove(work, self.shape.key, found.id, version=reading.expected_version())
            return nothing()

        self.verb("GET", several, signed_in, query=schemas.ListQuery, gives=page)(list_of_record)
        if self.creates:
            self.verb("POST", several, signed_in, body=self.document, gives=self.document, status=201)(
                create_on_record
            )
        self.verb("GET", one, signed_in, gives=self.document)(get_on_record)
        self.verb("PATCH", one, signed_in, body=self.document, gives=self.document)(change_on_record)
        self.verb("DELETE", one, signed_in, status=204)(remove_on_record)

    def _alone(self) -> None:
        one = f"/{self.kind}/<id:thing>"

        def get_thing(thing: int) -> Response:
            """This function will give one thing."""
            with begin() as work:
                return self.one(work, self._found(work, thing, None))

        def change_thing(body: dict[str, Any], thing: int) -> Response:
            """This function will change one thing."""
            with begin(write=True) as work:
                return self._changed(work, self._found(work, thing, None), body)

        def remove_thing(thing: int) -> Response:
            """This function will put one thing into the recycle bin."""
            with begin(write=True) as work:
                found = self._found(work, thing, None)
                self.done.remove(work, self.shape.key, found.id, version=reading.expected_version())
            return nothing()

        self.verb("GET", one, signed_in, gives=self.document)(get_thing)
        self.verb("PATCH", one, signed_in, body=self.document, gives=self.document)(change_thing)
        self.verb("DELETE", one, signed_in, status=204)(remove_thing)

    def page(self, work: Work, query: Query, *, on: Bearer | None = None, also: Any = None) -> Response:
        """This function will answer with a page of things: those on a record if it is named, and that fit `also`."""
        there = verbs.lying_on(on) if on is not None else None
        nodes = [each for each in (there, also, query.filter) if each is not None]
        narrowed = replace(query, filter=nodes[0] if len(nodes) == 1 else {"and": nodes} if nodes else None)
        if narrowed.fields is None and self.listed is not None:
            sees = {each.key for each in work.open(self.shape.key).fields}
            narrowed = replace(narrowed, fields=tuple(key for key in self.listed if key in sees))
        found = verbs.browse(work, self.shape.key, narrowed)
        show = Shown(work, self.shape.key)
        document: dict[str, Any] = {
            "items": [self.shape.shown(work, each, show) for each in found.items],
            "next": found.next,
        }
        return answer(document if found.count is None else {**document, "count": found.count})

    def made(self, work: Work, body: Mapping[str, Any], on: Bearer | None) -> Response:
        """This function will make a thing out of a body and answer with it."""
        values, category = self.shape.read(work, body)
        made = self.done.create(
            work, self.shape.key, values, category=None if category is KEEP else category, on=on
        )
        address = f"{PREFIX}/{self.kind}/{made.id}"
        return answer(self.shape.shown(work, made), 201, ETag=f'"{made.version}"', Location=address)

    def _changed(self, work: Work, found: Record, body: Mapping[str, Any]) -> Response:
        values, category = self.shape.read(work, body)
        on = moved_to(body["on"], found) if "on" in body else KEEP
        more = {} if on is KEEP else {"on": on}
        version = reading.expected_version()
        changed = self.done.change(
            work, self.shape.key, found.id, values, category=category, version=version, **more
        )
        return self.one(work, changed)

    def one(self, work: Work, found: Record) -> Response:
        """This function will answer with one thing."""
        return answer(self.shape.shown(work, found), ETag=f'"{found.version}"')

    def _found(self, work: Work, thing: int, bearer: tuple[str, int] | None) -> Record:
        found = verbs.fetch(work, self.shape.key, thing)
        if bearer is None:
            return found
        self._check_borne(work, *bearer)
        if found.on is None or (found.on.registry, found.on.id) != bearer:
            raise NotFound(_("There is no record {id}.", id=thing))
        return found

    def _check_borne(self, work: Work, registry: str, record: int) -> None:
        """Whoever does not see the tab of the plugin on a record finds nothing there."""
        plugin = work.catalog.registries[self.shape.key].plugin
        if not work.open(registry).bears(record_id(record), plugin, READ):
            raise NotFound(_("There is no record {id}.", id=record))


def bearer_of(body: Mapping[str, Any]) -> Bearer | None:
    """This function will read the record that a new thing is to be attached to, None when the body names none.

    :raises Invalid: when `on` is not a registry and an id.
    """
    return verbs.bearer_of(body["on"]) if body.get("on") is not None else None


__all__ = ["AttachedResource", "Shape", "bearer_of"]
