"""Who acts: a person, or the program by itself."""

from kartoteka.platform.services.office import SYSTEM_EMAIL
from kartoteka.platform.services.work import Work


def acts_for_all(work: Work) -> bool:
    """This function will tell whether the program itself acts, for no person in particular."""
    return work.actor.email == SYSTEM_EMAIL


__all__ = ["acts_for_all"]
