"""Finding in the design what an address names."""

from kartoteka.platform.catalog.definitions import Registry
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work


def found_registry(work: Work, key: str) -> Registry:
    """This function will find a registry of the design, switched off or not.

    :raises NotFound: when there is none.
    """
    registry = work.catalog.registries.get(key)
    if registry is None:
        raise NotFound(_("There is no registry “{registry}”.", registry=key[:60]))
    return registry
