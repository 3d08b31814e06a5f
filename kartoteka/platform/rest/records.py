"""Routes of records: lists, single records, batches, history, relations and summaries."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin, signed_in
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import reading, schemas
from kartoteka.platform.rest.answers import answer, listing, moment, nothing, whole
from kartoteka.platform.rest.resource import PREFIX, Resource
from kartoteka.platform.rest.showing import Shown, link, person
from kartoteka.platform.services import history, merging
from kartoteka.platform.services import records as verbs
from kartoteka.platform.services.records import KEEP, Query, Record
from kartoteka.platform.services.work import Work

records = Resource("records", "Records of the registries that the caller may see.")
LIST = "/registries/<registry>/records"
ONE = f"{LIST}/<id:record>"
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "The version, for If-Match."}}


def query_of(given: Mapping[str, str]) -> Query:
    """This function will read what records are asked for out of a query."""
    return Query(
        filter=reading.document(given, "filter"),
        q=given.get("q", ""),
        sort=given.get("sort", ""),
        fields=reading.keys(given, "fields"),
        page_size=reading.whole(given, "page_size", 50),
        cursor=given.get("cursor") or None,
        count=reading.flag(given, "count"),
        removed=reading.flag(given, "removed"),
    )


def _shown(work: Work, registry: str, record: Record, status: int = 200, **headers: str) -> Response:
    return answer(Shown(work, registry)(record), status, ETag=f'"{record.version}"', **headers)


@records.verb("GET", LIST, signed_in, query=schemas.ListQuery, gives=schemas.RecordPage)
def list_records(query: dict[str, str], registry: str) -> Response:
    """This function will give a page of records."""
    with begin() as work:
        page = verbs.browse(work, registry, query_of(query))
        shown = Shown(work, registry)
        document: dict[str, Any] = {"items": [shown(each) for each in page.items], "next": page.next}
        return answer(document if page.count is None else {**document, "count": page.count})


@records.verb("POST", LIST, signed_in, body=schemas.RecordNew, gives=schemas.Record, status=201, headers=ETAG)
def create_record(body: dict[str, Any], registry: str) -> Response:
    """This function will make a record."""
    reading.known_names(body, "values", "category", "on")
    values, category = reading.object_of(body, "values"), body.get("category")
    on = verbs.bearer_of(body["on"]) if body.get("on") is not None else None
    with begin(write=True) as work:
        made = verbs.create(work, registry, values, category=category, on=on)
        return _shown(work, registry, made, 201, Location=f"{PREFIX}/registries/{registry}/records/{made.id}")


@records.verb("GET", ONE, signed_in, query=schemas.RecordQuery, gives=schemas.Record, headers=ETAG)
def get_record(query: dict[str, str], registry: str, record: int) -> Response:
    """This function will give a record, as it is or as it was."""
    with begin() as work:
        if query.get("as_of"):
            past = history.as_of(work, registry, record, at=_moment_of(work, query["as_of"]))
            return answer(Shown(work, registry)(past))
        found = verbs.fetch(work, registry, record, removed=reading.flag(query, "removed"))
        return _shown(work, registry, found)


def _moment_of(work: Work, text: str) -> datetime:
    """A day means its end, in the time zone of the reader."""
    zone = ZoneInfo(work.actor.locale.timezone)
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), zone).astimezone(
                UTC
            )
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid({"as_of": [_("This must be a day or a moment, such as 2026-11-21.")]}) from None


@records.verb("PATCH", ONE, signed_in, body=schemas.RecordIn, gives=schemas.Record, headers=ETAG)
def change_record(body: dict[str, Any], registry: str, record: int) -> Response:
    """This function will change fields of a record; with If-Match only if nobody has changed it since."""
    reading.known_names(body, "values", "category")
    values, version = reading.object_of(body, "values"), reading.expected_version()
    with begin(write=True) as work:
        category = body.get("category", KEEP)
        changed = verbs.change(work, registry, record, values, category=category, version=version)
        return _shown(work, registry, changed)


@records.verb("DELETE", ONE, signed_in, status=204)
def remove_record(registry: str, record: int) -> Response:
    """This function will put a record into the recycle bin."""
    version = reading.expected_version()
    with begin(write=True) as work:
        verbs.remove(work, registry, record, version=version)
    return nothing()


@records.verb("POST", f"{LIST}/batch", signed_in, body=schemas.BatchIn, gives=schemas.BatchOut)
def batch(body: dict[str, Any], registry: str) -> Response:
    """This function will create, change and remove records, all or nothing."""
    reading.known_names(body, "create", "update", "delete")
    parts = {name: reading.list_of(body, name) for name in ("create", "update", "delete")}
    with begin(write=True) as work:
        done = verbs.batch(work, registry, **parts)
        shown = Shown(work, registry)
        return answer({
            "batch": done.batch, "created": [shown(each) for each in done.created],
            "updated": [shown(each) for each in done.updated], "deleted": done.deleted,
        })  # fmt: skip


@records.verb(
    "POST", f"{ONE}/restore", signed_in, body=schemas.Restoration, gives=schemas.Record, headers=ETAG
)
def restore_record(body: dict[str, Any], registry: str, record: int) -> Response:
    """This function will take a record out of the recycle bin, or put it back to a version."""
    reading.known_names(body, "version", "fields")
    expected = reading.expected_version()
    with begin(write=True) as work:
        if "version" not in body:
            return _shown(work, registry, verbs.restore(work, registry, record))
        version, fields = _version_of(body), reading.list_of(body, "fields") if "fields" in body else None
        restored = history.restore_version(work, registry, record, version, fields=fields, expected=expected)
        return _shown(work, registry, restored)


def _version_of(body: Mapping[str, Any]) -> int:
    return _whole_number("version", body["version"])


def _whole_number(name: str, version: Any) -> int:
    if not isinstance(version, int) or isinstance(version, bool) or not 0 < version < 2**31:
        raise Invalid({name: [_("This must be a whole number.")]})
    return version


@records.verb("POST", f"{ONE}/merge", signed_in, body=schemas.MergeIn, gives=schemas.MergeOut, headers=ETAG)
def merge_records(body: dict[str, Any], registry: str, record: int) -> Response:
    """This function will make other records of the registry part of this one, as a batch that can be undone."""
    reading.known_names(body, "merge", "values", "category", "version", "versions")
    values, merged = reading.object_of(body, "values"), reading.list_of(body, "merge")
    version = _version_of(body) if body.get("version") is not None else reading.expected_version()
    given = reading.object_of(body, "versions")
    versions = {int(key): _whole_number("versions", given[key]) for key in given if _names_a_record(key)}
    with begin(write=True) as work:
        category = body.get("category", KEEP)
        done = merging.merge(
            work, registry, record, merged, values, category=category, version=version, versions=versions
        )
        shown = Shown(work, registry)(done.record)
        return answer({"batch": done.batch, "record": shown}, ETag=f'"{done.record.version}"')


def _names_a_record(key: Any) -> bool:
    if not (isinstance(key, str) and key.isdecimal() and len(key) < 19):
        raise Invalid({"versions": [_("This must be an object of versions by the ids of records.")]})
    return True


@records.verb("GET", f"{ONE}/history", signed_in, query=schemas.HistoryQuery, gives=schemas.Entry(many=True))
def get_history(query: dict[str, str], registry: str, record: int) -> Response:
    """This function will tell what happened to a record, newest first."""
    limit, before = reading.whole(query, "limit", 100), reading.whole(query, "before", 0)
    with begin() as work:
        entries = history.entries(work, registry, record, limit=limit, before=before or None)
        return answer([_entry(each) for each in entries])


def _entry(each: history.Entry) -> dict[str, Any]:
    changes = [{"field": one.field, "old": one.old, "new": one.new} for one in each.changes]
    return {"version": each.version, "at": moment(each.at), "by": person(each.by), "via": each.via,
            "action": each.action, "batch": each.batch, "changes": changes}  # fmt: skip


@records.verb("GET", f"{ONE}/related", signed_in, gives=schemas.page_of(schemas.Related))
def get_related(registry: str, record: int) -> Response:
    """This function will find the records that point at a record."""
    with begin() as work:
        language = work.actor.locale.language
        return listing(
            {"registry": each.registry.key, "registry_name": label(each.registry, language), "field": each.field.key,
             "field_name": label(each.field, language), "items": [link(one) for one in each.items], "more": each.more}
            for each in verbs.related(work, registry, record)
        )  # fmt: skip


@records.verb(
    "GET",
    "/registries/<registry>/summary",
    signed_in,
    query=schemas.SummaryQuery,
    gives=schemas.page_of(schemas.Group),
)
def get_summary(query: dict[str, str], registry: str) -> Response:
    """This function will count and measure records by the values of a field."""
    measure, group_by = query.get("measure") or "count", query.get("group_by") or None
    with begin() as work:
        groups = verbs.summary(work, registry, group_by=group_by, measure=measure, query=query_of(query))
        return listing(whole(each) for each in groups)
