"""Groups of the people who come into the portal: those whose own record a filter fits, whatever they see of it."""

from kartoteka.platform.sdk import KartotekaError, Query, Work, count, settings_of
from kartoteka.plugins.portal.settings import NAME


def is_for(work: Work, group: str) -> bool:
    """This function will tell whether somebody belongs to a group; to the one without a name everybody does.

    Like a row rule the filter may ask for what he does not see himself: of the record nothing is told but this.
    """
    if not group:
        return True
    known, identity = settings_of(work, NAME).get("groups", {}).get(group), work.actor.identity
    if known is None or identity is None or identity.registry != known["registry"]:
        return False
    him = {"field": "id", "op": "eq", "value": identity.id}
    asked = {"and": [him, known["filter"]]} if known["filter"] else him
    try:
        return count(work.office.beside(work), identity.registry, Query(filter=asked)) > 0
    except KartotekaError:
        # What the filter asks for may be gone from the design.
        return False


__all__ = ["is_for"]
