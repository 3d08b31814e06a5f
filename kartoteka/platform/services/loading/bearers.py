"""The records that things of plugins lie on, as sheets name them: by registry and id, or by registry and title."""

from collections.abc import Collection, Iterable

from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.catalog.definitions import EDIT, READ
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import records
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.work import Work

# So many titles are looked up by one statement.
AT_ONCE = 100
Place = tuple[int, int]


def bearers_of(work: Work, opened: OpenRegistry, texts: Collection[str]) -> dict[str, Place | str]:
    """This function will find out which records texts such as `companies/12` or `companies/ACME` mean.

    What means none that the actor sees, or one to which he may add nothing, comes with a sentence instead.
    """
    found: dict[str, Place | str] = {
        text: _("There is no such record: “{place}”.", place=text[:80]) for text in texts
    }
    wanted: dict[str, dict[str, list[str]]] = {}
    for text in texts:
        registry, _slash, rest = text.partition("/")
        wanted.setdefault(registry.strip(), {}).setdefault(rest.strip(), []).append(text)
    for key, places in wanted.items():
        try:
            bearing = work.open(key)
        except NotFound:
            continue
        ids = _ids(work, key, places)
        seen = bearing.bearing(list(ids.values()), opened.registry.plugin, READ)
        open_to = bearing.bearing(list(ids.values()), opened.registry.plugin, EDIT)
        for rest, record in ids.items():
            if record in seen:
                place = (bearing.registry.id, record)
                said = place if record in open_to else _("You may not add anything here.")
                found.update(dict.fromkeys(places[rest], said))
    return found


def _ids(work: Work, registry: str, places: Iterable[str]) -> dict[str, int]:
    """Ids by what was written; a title that several records have means none of them."""
    found = {each: int(each) for each in places if each.isascii() and each.isdecimal() and len(each) < 19}
    titles = [each for each in places if each and each not in found]
    for start in range(0, len(titles), AT_ONCE):
        some = titles[start : start + AT_ONCE]
        nodes = [{"field": "title", "op": "eq", "value": each} for each in some]
        page = records.browse(
            work, registry, Query(filter={"or": nodes}, fields=(), page_size=records.MAX_PAGE)
        )
        named: dict[str, list[int]] = {}
        for record in page.items:
            named.setdefault(record.title, []).append(record.id)
        found |= {title: ids[0] for title, ids in named.items() if len(ids) == 1 and title in some}
    return found


__all__ = ["bearers_of"]
