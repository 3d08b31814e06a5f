"""What plugins do with the records of an import once all of them are in."""

import logging
from collections.abc import Iterable, Sequence

from kartoteka.platform.kernel.errors import Invalid, KartotekaError
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.contributions import AfterImport
from kartoteka.platform.services.records import Query
from kartoteka.platform.services.work import Work

logger = logging.getLogger(__name__)


def offered(work: Work, registry: str) -> Sequence[tuple[str, AfterImport]]:
    """This function will list what can be done after an import into a registry, each by its plugin's name."""
    found = []
    for plugin in work.office.plugins.values():
        state, after = work.catalog.plugins.get(plugin.name), plugin.after_import
        if after is None or state is None or not state.active or registry not in work.catalog.registries:
            continue
        try:
            with work.attempt():
                if after.shown(work, registry):
                    found.append((plugin.name, after))
        except Exception:
            logger.exception("The plugin %s cannot tell what it does after an import.", plugin.name)
    return found


def check(work: Work, registry: str, wanted: Iterable[str]) -> None:
    """This function will insist that all that is wanted after an import can be done.

    :raises Invalid: when it cannot.
    """
    known = {name for name, _after in offered(work, registry)}
    for name in wanted:
        if name not in known:
            raise Invalid({"then": [_("After an import “{name}” can do nothing here.", name=name[:40])]})


def start(work: Work, registry: str, wanted: Sequence[str], since: str) -> dict[str, int]:
    """This function will order what is to be done with the records that the actor has written since a moment.

    What refuses must not make the import fail that is done.
    """
    written = {
        "and": [
            {"field": "updated_at", "op": "gte", "value": since},
            {"field": "updated_by", "op": "eq", "value": work.actor.user_id},
        ]
    }
    jobs: dict[str, int] = {}
    for name, after in offered(work, registry):
        if name in wanted:
            try:
                with work.attempt():
                    jobs[name] = after.start(work, registry, Query(filter=written))
            except KartotekaError:
                logger.info("Nothing is done by %s after this import.", name, exc_info=True)
    return jobs


__all__ = ["check", "offered", "start"]
