"""Addresses that come from outside and are followed, or shown as links: only harmless ones get through."""

from urllib.parse import urlsplit


def inner(address: str | None, otherwise: str = "/") -> str:
    """This function will give an address within this Kartoteka, or `otherwise` for anything that leads elsewhere."""
    if not address or not address.startswith("/") or address[1:2] in ("/", "\\"):
        return otherwise
    if "\\" in address or not address.isprintable() or any(letter.isspace() for letter in address):
        return otherwise
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else otherwise


def outer(address: str | None) -> str:
    """This function will give an address that a browser may be sent to by a link, or nothing."""
    if not address or not address.isprintable():
        return ""
    parts = urlsplit(address)
    return address if parts.scheme in ("http", "https") and parts.netloc else ""
