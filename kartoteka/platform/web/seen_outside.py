"""What of a record people from outside may see, as staff are told beside sections and details."""

from kartoteka.platform.catalog.definitions import HIDDEN, Field, Grant
from kartoteka.platform.services.work import Work


def section_seen(work: Work, registry: str, section: str) -> bool:
    """This function will tell whether a role of people from outside sees a section, of records that are theirs."""
    return bool(_seeing(work, registry, section))


def kept_inside(work: Work, registry: str, each: Field) -> bool:
    """This function will tell whether a detail is kept from all of those people who see the section around it."""
    seeing = _seeing(work, registry, each.section)
    return bool(seeing) and all(grant.level(each.section, each.key) == HIDDEN for grant in seeing)


def _seeing(work: Work, registry: str, section: str) -> list[Grant]:
    grants = (role.grants.get(registry) for role in work.catalog.roles.values() if role.for_guests)
    return [each for each in grants if each and "view" in each.rights and each.level(section) != HIDDEN]


__all__ = ["kept_inside", "section_seen"]
