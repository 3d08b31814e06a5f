"""What takes the space: by registries, by people, and the largest files that the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from kartoteka.platform.sdk import Query, Record, Work, browse, label, names_of_people
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.quotas import used_by_all
from kartoteka.plugins.attachments.tables import ContentRow, VersionRow

LARGEST, PEOPLE = 20, 20


@dataclass(frozen=True)
class Part:
    """What one registry, or one person, takes: files, versions of them, and bytes."""

    key: str
    name: str
    files: int
    versions: int
    size: int


@dataclass(frozen=True)
class Usage:
    """What takes the space. `versions` counts every version in full, `stored` equal contents once."""

    stored: int
    contents: int
    versions: int
    broken: int
    registries: Sequence[Part]
    people: Sequence[Part]
    largest: Sequence[Record]


def usage_of(work: Work) -> Usage:
    """This function will tell what takes the space; to those who design, who know of all registries.

    :raises Forbidden: when the actor has not the power.
    """
    work.require("design")
    registries = _registries(work)
    referred = exists().where(VersionRow.sha256 == ContentRow.sha256)
    contents, broken = work.session.execute(
        select(func.count(), func.count().filter(ContentRow.broken)).select_from(ContentRow).where(referred)
    ).one()
    largest = browse(
        work, KEY, Query(sort="-size", page_size=LARGEST, fields=("name", "size", "number", "type"))
    )
    return Usage(
        used_by_all(work), contents, sum(each.size for each in registries), broken, registries, _people(work),
        [each for each in largest.items if each.values.get("size")],
    )  # fmt: skip


def _registries(work: Work) -> list[Part]:
    language, known = work.actor.locale.language, work.catalog.registries
    rows = work.session.execute(
        select(
            VersionRow.on_registry,
            func.count(VersionRow.attachment.distinct()),
            func.count(),
            func.sum(VersionRow.size),
        ).group_by(VersionRow.on_registry)
    )
    found = [
        Part(key, label(known[key], language) if key in known else key, files, versions, int(size or 0))
        for key, files, versions, size in ((each[0] or "", *each[1:]) for each in rows)
    ]
    return sorted(found, key=lambda each: -each.size)


def _people(work: Work) -> list[Part]:
    size = func.sum(VersionRow.size)
    rows = work.session.execute(
        select(VersionRow.by_id, func.count(VersionRow.attachment.distinct()), func.count(), size)
        .where(VersionRow.restored_from.is_(None))
        .group_by(VersionRow.by_id)
        .order_by(size.desc(), VersionRow.by_id)
        .limit(PEOPLE)
    ).all()
    names = names_of_people(work, {row[0] for row in rows}) if rows else {}
    return [
        Part(str(id), names.get(id, ""), files, versions, int(sum_ or 0))
        for id, files, versions, sum_ in rows
    ]


__all__ = ["Part", "Usage", "usage_of"]
