"""The address that a request came from, through the proxies that the settings trust and no others."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from config.settings import Settings, get_settings

UNKNOWN = "unknown"
_Address = IPv4Address | IPv6Address


def client_ip(scope: Mapping[str, Any], settings: Settings | None = None) -> str:
    """The client of an ASGI scope.

    ``X-Forwarded-For`` is read from the right, where our own proxies write, as long as the one who wrote an entry is
    trusted; what stands left of the first other address is anybody's invention.
    """
    trusted = (settings or get_settings()).http.trusted_proxies
    peer = scope.get("client")
    here = _address(peer[0]) if peer else None
    if here is None:
        return UNKNOWN
    for entry in reversed(_forwarded(scope.get("headers", ()))):
        if not any(here.version == network.version and here in network for network in trusted):
            break
        before = _address(entry)
        if before is None:
            break
        here = before
    return str(here)


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    values = [value.decode("latin-1") for name, value in headers if name.lower() == b"x-forwarded-for"]
    return [entry.strip() for entry in ",".join(values).split(",") if entry.strip()]


@lru_cache(maxsize=1000)
def _address(text: str) -> _Address | None:
    """An address as proxies write it: with or without port and brackets; IPv4 inside IPv6 is taken out."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
