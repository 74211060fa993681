"""Requests to addresses that tenants give us: identity providers, webhooks.

Such an address must not lead into the network that Opora stands in (OWASP Server-Side Request Forgery Prevention).
The host is resolved here, each of its addresses is checked, and the connection goes to a checked address and no other:
a name that resolves differently a moment later (DNS rebinding) gains nothing. `OPORA_PRIVATE_NETWORKS` names networks
that may be called nevertheless; to them alone `http://` goes without TLS.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import cast
from urllib.parse import urlsplit

import httpx2

from config.settings import get_settings
from core import network
from core.refusals.outgoing import AddressRefused, HostUnknown

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL = 2048
LARGEST_BODY = 1024 * 1024
_PORTS = {"http": 80, "https": 443}
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that is handed out of IPv6 so far. What is outside carries IPv4 inside (NAT64, mapped) or is nobody's."""
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            # Special purposes (RFC 6890) that the standard library calls global, or did in some of its versions; of the
            # first, clouds took an address for their metadata.
            "192.0.0.0/24",
            "192.88.99.0/24",
            "2002::/16",
            "3fff::/20",
            # Azure's own services inside every machine, although the address is public by its number.
            "168.63.129.16/32",
        ),
    )
)
_RESOLVE_S = 5.0
# Threads of their own: a name server that answers late must not hold up what others do in threads.
_resolvers = ThreadPoolExecutor(8, thread_name_prefix="resolve")


def checked_url(url: str, *, field: str = "url") -> str:
    """``url`` if its form lets us call it: http(s), a host, no user name in it. Asks nobody, so it may stand in a
    transaction; an address written as numbers is checked at once. Raises AddressRefused.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        # What the client would make of it: numbers that only look like an address it refuses in its own words.
        httpx2.URL(url)
    except (ValueError, httpx2.InvalidURL):
        raise AddressRefused("This is not a web address", field=field) from None
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused("This is not a web address", field=field)
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise AddressRefused("The address must start with https:// and name a host", field=field)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("The address may hold neither a user name nor a fragment", field=field)
    literal = _literal(parts.hostname)
    if literal is not None:
        _refuse([literal], parts.scheme, field)
    elif parts.scheme == "http" and not get_settings().outgoing.private_networks:
        raise AddressRefused("The address must start with https://", field=field)
    return url


async def assert_public(url: str, *, field: str = "url") -> None:
    """Look the host up and see whether we would call it now. Outside of transactions.

    :func:`outgoing_client` does so again at each connection: this is for those who type an address in.
    Raises AddressRefused, HostUnknown.
    """
    parts = urlsplit(checked_url(url, field=field))
    await permitted_addresses(parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.scheme, field=field)


async def permitted_addresses(host: str, port: int, scheme: str, *, field: str = "url") -> Sequence[Address]:
    """The addresses of ``host``, in the resolver's order, if all of them may be called by ``scheme``.

    Raises AddressRefused where one may not, HostUnknown.
    """
    network.assert_allowed("DNS")
    literal = _literal(host)
    found = [literal] if literal is not None else await _resolve(host, port)
    _refuse(found, scheme, field)
    return found


def outgoing_client(timeout_s: float, most: int = LARGEST_BODY) -> httpx2.AsyncClient:
    """A client for tenants' addresses: pinned to checked addresses, no redirects, no proxy.

    ``timeout_s`` bounds each phase of a request; bound the whole with ``asyncio.timeout``. Its requests raise
    AddressRefused and HostUnknown beside httpx2's own errors, ReadError for a body longer than ``most`` bytes. Close it
    after use.
    """
    return httpx2.AsyncClient(
        transport=PinnedTransport(most), timeout=timeout_s, trust_env=False, follow_redirects=False
    )


async def read_bounded(response: httpx2.Response, most: int) -> tuple[bytes, bool]:
    """At most ``most`` bytes of a streamed response's body, and whether that was all of it."""
    kept = bytearray()
    async for part in response.aiter_bytes(16_384):
        kept += part
        if len(kept) > most:
            return bytes(kept[:most]), False
    return bytes(kept), True


class PinnedTransport(httpx2.AsyncBaseTransport):
    """Connects to a checked address of the URL's host, with the host's own name in ``Host``, SNI and certificate."""

    def __init__(self, most: int = LARGEST_BODY) -> None:
        # A connection is kept by its address alone: another host at the same address must not come to it.
        limits = httpx2.Limits(max_keepalive_connections=0)
        self._inner = httpx2.AsyncHTTPTransport(verify=_authorities(), trust_env=False, limits=limits)
        self._most = most

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises AddressRefused, HostUnknown, httpx2.TransportError."""
        network.assert_allowed("A tenant's address")
        url = request.url
        checked_url(str(url))
        addresses = await permitted_addresses(_host(url), url.port or _PORTS[url.scheme], url.scheme)
        failed: httpx2.TransportError | None = None
        for address in addresses:
            try:
                return self._bounded(await self._inner.handle_async_request(_pinned(request, address)))
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failed = error
        raise failed or HostUnknown(_host(url))

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _bounded(self, response: httpx2.Response) -> httpx2.Response:
        # Nothing is unpacked, although a server may send it so: a few bytes can unpack to all of our memory.
        response.headers.pop("content-encoding", None)
        response.stream = _BoundedStream(cast(httpx2.AsyncByteStream, response.stream), self._most)
        return response


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, most: int) -> None:
        self._inner = inner
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most
        async for part in self._inner:
            left -= len(part)
            if left < 0:
                raise httpx2.ReadError("The answer is too long")
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


@cache
def _authorities() -> ssl.SSLContext:
    """Who is believed, for the life of the process: to read the list anew holds up everything else for some 20 ms."""
    return httpx2.create_ssl_context(trust_env=False)


def _pinned(request: httpx2.Request, address: Address) -> httpx2.Request:
    headers = request.headers.copy()
    headers["accept-encoding"] = "identity"
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": _host(request.url)},
    )


def _host(url: httpx2.URL) -> str:
    """As the address spells it: decoded from Punycode, some names would be encoded as other ones."""
    return url.raw_host.decode("ascii")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


async def _resolve(host: str, port: int) -> list[Address]:
    try:
        async with asyncio.timeout(_RESOLVE_S):
            ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            found = await asyncio.get_running_loop().run_in_executor(_resolvers, ask)
    except (OSError, UnicodeError, TimeoutError):
        raise HostUnknown(host) from None
    # A scoped address (fe80::1%eth0) is link-local: it is refused like the rest of its network.
    return [ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found]


def _refuse(addresses: Sequence[Address], scheme: str, field: str) -> None:
    own = get_settings().outgoing.private_networks
    for address in addresses:
        if any(address in each for each in own):
            continue
        if not _is_public(address):
            raise AddressRefused("The address leads into a private network; see OPORA_PRIVATE_NETWORKS", field=field)
        if scheme != "https":
            raise AddressRefused("The address must start with https://", field=field)


def _is_public(address: Address) -> bool:
    if address.is_multicast or not address.is_global or any(address in each for each in _NEVER):
        return False
    return address.version == 4 or address in _UNICAST
