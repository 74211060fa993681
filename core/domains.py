"""Domains of sites, as browsers name hosts in an Origin: lower case and ASCII (RFC 5891)."""

import ipaddress
import re
from collections.abc import Sequence

from core.errors import InvalidInput

MAX_DOMAINS = 100
_LONGEST = 253
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_WILDCARD = "*."


def checked_domains(domains: Sequence[str], field: str = "allowed_domains") -> list[str]:
    """Each as it is kept, none twice, in the given order. Raises InvalidInput naming the list or the one to blame."""
    if len(domains) > MAX_DOMAINS:
        raise InvalidInput(f"{field} must have at most {MAX_DOMAINS} items", field=field)
    kept = (checked_domain(domain, f"{field}.{number}") for number, domain in enumerate(domains))
    return list(dict.fromkeys(kept))


def checked_domain(domain: str, field: str) -> str:
    """``Пример.РФ`` as ``xn--e1afmkfd.xn--p1ai``. ``*.example.com`` means what is below it; no port, no address.

    Raises InvalidInput naming ``field``.
    """
    given = domain.strip().rstrip(".").lower()
    host = given.removeprefix(_WILDCARD)
    ascii_host = _ascii(host)
    if ascii_host is None or not _is_host(ascii_host, below=host != given):
        raise InvalidInput(
            f"{field} must be a domain such as example.com, *.example.com or localhost, without https:// and path",
            field=field,
        )
    return (_WILDCARD if host != given else "") + ascii_host


def _ascii(host: str) -> str | None:
    if len(host) > _LONGEST:
        return None
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return None


def _is_host(host: str, *, below: bool) -> bool:
    labels = host.split(".")
    if len(host) > _LONGEST or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    if labels[-1].isdigit():
        return not below and _is_address(host)
    return len(labels) > 1 or (host == "localhost" and not below)


def _is_address(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
