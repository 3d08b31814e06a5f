"""The store of files of a running Kartoteka."""

import os
from functools import lru_cache

from kartoteka.platform.services.office import Office
from kartoteka.platform.storage.files import Arrived, Vault
from kartoteka.platform.storage.two_places import MovingVault


def files_of(office: Office) -> Vault:
    """This function will give the store of files that the settings name."""
    return _vault(office.settings.files_url, office.settings.files_also, os.getpid())


@lru_cache(maxsize=8)
def _vault(url: str, also: str, _process: int) -> Vault:
    """One for each process: connections to an object store do not survive a fork."""
    return MovingVault(url, also) if also and also != url else Vault(url)


__all__ = ["Arrived", "MovingVault", "Vault", "files_of"]
