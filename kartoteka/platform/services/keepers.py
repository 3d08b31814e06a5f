"""The rules that plugins keep over their registries, bound to one piece of work; one that fails writes nothing.

The work itself is not named by its type: it is what asks here.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from kartoteka.platform.access.keeping import Keeper, Writing
from kartoteka.platform.catalog.definitions import Registry
from kartoteka.platform.kernel.errors import Conflict, KartotekaError
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.contributions import OwnRegistry

logger = logging.getLogger(__name__)


def keeper_of(work: Any, registry: Registry) -> Keeper | None:
    """This function will give the rules of the plugin that a registry belongs to; None where there are none."""
    own = _own(work, registry) if registry.plugin else None
    if own is None or (own.before is None and own.after is None):
        return None
    return Keeper(partial(_before, work, own), partial(_after, work, own))


def _own(work: Any, registry: Registry) -> OwnRegistry | None:
    contribution = work.office.plugins.get(registry.plugin)
    own = contribution.registries if contribution is not None else ()
    return next((each for each in own if each.definition.get("key") == registry.key), None)


def _before(work: Any, own: OwnRegistry, writing: Writing) -> Mapping[str, Any]:
    if own.before is None:
        return writing.values
    meant: Mapping[str, Any] = _kept(partial(own.before, work, writing), own)
    return meant


def _after(work: Any, own: OwnRegistry, writings: Sequence[Writing]) -> None:
    if own.after is not None:
        _kept(partial(own.after, work, writings), own)


def _kept(rule: Callable[[], Any], own: OwnRegistry) -> Any:
    """What a rule refuses it refuses with a sentence; one that breaks down must not let anything through either."""
    try:
        return rule()
    except KartotekaError:
        raise
    except Exception as error:
        logger.exception("A rule of the registry %s has failed.", own.definition.get("key"))
        raise Conflict(_("The plugin has failed, so nothing was saved.")) from error


__all__ = ["keeper_of"]
