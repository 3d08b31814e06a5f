"""The registers that can be asked, at the addresses of the settings."""

from collections.abc import Callable, Mapping

from kartoteka.platform.sdk import NotFound, Office, _
from kartoteka.plugins.ares.registers.ares import Ares
from kartoteka.plugins.ares.registers.asking import Service
from kartoteka.plugins.ares.registers.poland import WhiteList
from kartoteka.plugins.ares.registers.register import Register
from kartoteka.plugins.ares.registers.vies import Vies


def ares_of(office: Office) -> Ares:
    """This function will give ARES."""
    return Ares(Service(office.settings.ares_url))


def vies_of(office: Office) -> Vies:
    """This function will give the VAT exchange of the EU."""
    return Vies(Service(office.settings.vies_url))


def white_list_of(office: Office) -> WhiteList:
    """This function will give the Polish list of VAT payers."""
    return WhiteList(Service(office.settings.poland_url))


REGISTERS: Mapping[str, Callable[[Office], Register]] = {
    "ares": ares_of,
    "vies": vies_of,
    "pl": white_list_of,
}


def register_of(office: Office, key: str) -> Register:
    """This function will give a register by its key.

    :raises NotFound: when there is none.
    """
    if key not in REGISTERS:
        raise NotFound(_("There is nothing at this address."))
    return REGISTERS[key](office)
