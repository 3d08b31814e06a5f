"""What takes the space: by registries, by people, and the largest files that the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from kartoteka.platform.sdk import Query, Record, Work, browse, label, names_of_people
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.sums import ALL, BY, ON, sum_of, sums_of
from kartoteka.plugins.attachments.tables import ContentRow, VersionRow

LARGEST, PEOPLE, MOST = 20, 20, 500
_REFERRED = exists().where(VersionRow.sha256 == ContentRow.sha256)


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
    registries, stored = _registries(work), sum_of(work, ALL)
    broken = work.session.scalar(select(func.count()).where(ContentRow.broken, _REFERRED)) or 0
    largest = browse(
        work, KEY, Query(sort="-size", page_size=LARGEST, fields=("name", "size", "number", "type"))
    )
    return Usage(
        stored.size, stored.files, sum(each.size for each in registries), broken, registries, _people(work),
        [each for each in largest.items if each.values.get("size")],
    )  # fmt: skip


def _registries(work: Work) -> list[Part]:
    language, known = work.actor.locale.language, work.catalog.registries
    return [
        Part(key, label(known[key], language) if key in known else key, each.files, each.versions, each.size)
        for key, each in sums_of(work, ON, MOST)
    ]


def _people(work: Work) -> list[Part]:
    sent = sums_of(work, BY, PEOPLE)
    names = names_of_people(work, {int(key) for key, _sum in sent}) if sent else {}
    return [Part(key, names.get(int(key), ""), each.files, each.versions, each.size) for key, each in sent]


__all__ = ["Part", "Usage", "usage_of"]
