"""One POST to an address that somebody has given: to public addresses only, no redirects, bounded in time and size.

The name is looked up once, every address that it has is judged, and the connection is made to the very address that was
judged, so that a name which changes its mind in between leads nowhere else.
"""

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

SECONDS = 10
LONGEST = 20
PORTS = (80, 443)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Ways to write an address of the fourth version inside one of the sixth: what they lead to cannot be told from here.
_TUNNELS = tuple(
    map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
)


class Failed(Exception):
    """It was not taken; the text says why, in words that hold nothing of what was answered."""


def networks_of(texts: Sequence[str]) -> list[Network]:
    """This function will read the networks that the operator allows."""
    return [ipaddress.ip_network(each, strict=False) for each in texts]


def allowed(address: Address, private: Sequence[Network]) -> bool:
    """This function will tell whether an address may be asked: a public one, or one that the operator allows."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    plain: Address = mapped or address
    if any(plain.version == each.version and plain in each for each in private):
        return True
    tunnelled = any(plain.version == each.version and plain in each for each in _TUNNELS)
    return plain.is_global and not plain.is_multicast and not plain.is_reserved and not tunnelled


def post(url: str, body: bytes, headers: dict[str, str], private: Sequence[Network] = ()) -> None:
    """This function will send a body, and insist on being told that it was taken.

    :raises Failed: when it was not.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address, is_private = _address(host, port, private)
    if port not in PORTS and not is_private:
        raise Failed("only the ports 80 and 443 are allowed")
    try:
        _exchange(str(address), host, port, secure, parts._replace(scheme="", netloc="", fragment="").geturl(), body,
                  headers)  # fmt: skip
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Failed(type(error).__name__) from error


def _address(host: str, port: int, private: Sequence[Network]) -> tuple[Address, bool]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed("there is no such host") from error
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not addresses or not all(allowed(each, private) for each in addresses):
        raise Failed("this address is not allowed")
    first = addresses[0]
    return first, not allowed(first, ())


def _exchange(
    address: str, host: str, port: int, secure: bool, path: str, body: bytes, headers: dict[str, str]
) -> None:
    connected = socket.create_connection((address, port), timeout=SECONDS)
    # Who answers letter by letter would keep each single wait short and the whole for ever.
    patience = threading.Timer(LONGEST, connected.close)
    patience.daemon = True
    patience.start()
    try:
        plain = (
            ssl.create_default_context().wrap_socket(connected, server_hostname=host) if secure else connected
        )
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        connection.sock = plain
        connection.request("POST", path or "/", body, headers)
        status = connection.getresponse().status
    finally:
        patience.cancel()
        connected.close()
    if not 200 <= status < 300:
        raise Failed(f"it answers {status}")


def secret_of(key: str, watchdog: int, url: str) -> str:
    """This function will give the secret by which a receiver knows us; another address has another one."""
    return hmac.new(key.encode(), f"webhook {watchdog} {url}".encode(), hashlib.sha256).hexdigest()


def signature(secret: str, body: bytes) -> str:
    """This function will sign a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


__all__ = ["Failed", "allowed", "networks_of", "post", "secret_of", "signature"]
