"""What a provider publishes: its endpoints and its signing keys.

Follows OpenID Connect Discovery 1.0 (sections 4.1 and 4.3) and the rotation of keys in OpenID Connect Core 1.0
(section 10.1.1): an unknown key id has the keys read again, but not more than once in a while.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from core.bounded_cache import BoundedCache
from core.refusals.outgoing import AddressRefused, HostUnknown
from core.refusals.sign_in import ProviderUnavailable
from integrations.outgoing import checked_url, outgoing_client

TIMEOUT_S = 5.0
BUDGET_S = 12.0
"""Of all tries of one request together."""
LARGEST_ANSWER = 256 * 1024
_LONGEST_SHOWN = 512
_TRIES = 2
_PAUSE_S = 0.3
_FRESH_S = 600.0
_KEYS_FRESH_S = 3600.0
_KEYS_AGAIN_S = 20.0
"""How often an unknown key id may have the keys read again: who invents ids must not have us call without end."""


@dataclass(frozen=True, slots=True)
class ProviderEndpoints:
    """Where a provider does what, all addresses checked. ``userinfo`` and ``token_auth`` may be left unsaid."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str | None
    token_auth: tuple[str, ...]
    names_itself: bool
    """Whether its answers hold ``iss`` (RFC 9207), so that one without it is not its own."""
    read_at: float


@dataclass(frozen=True, slots=True)
class _Keys:
    keys: KeySet
    read_at: float


_endpoints: BoundedCache[str, ProviderEndpoints] = BoundedCache(512)
_keys: BoundedCache[str, _Keys] = BoundedCache(512)


def forget() -> None:
    """Read everything anew at the next use."""
    _endpoints.clear()
    _keys.clear()


async def discover(issuer: str, *, anew: bool = False) -> ProviderEndpoints:
    """The endpoints of ``issuer``, read at most every ten minutes but for ``anew``.

    Raises AddressRefused, ProviderUnavailable where the document is not there, not its own or lacks what we need.
    """
    known = _endpoints.get(issuer)
    if known is not None and not anew and time.monotonic() - known.read_at < _FRESH_S:
        return known
    found = _read(issuer, await _get_json(get_well_known_url(issuer, external=True)))
    _endpoints.put(issuer, found)
    return found


async def signing_keys(endpoints: ProviderEndpoints, key_id: str | None) -> KeySet:
    """The provider's keys; read again where ``key_id`` is not among those at hand. Raises ProviderUnavailable."""
    known = _keys.get(endpoints.keys)
    if known is not None:
        age = time.monotonic() - known.read_at
        if age < _KEYS_AGAIN_S or (age < _KEYS_FRESH_S and key_id in {key.kid for key in known.keys}):
            return known.keys
    document = await _get_json(endpoints.keys)
    listed = document.get("keys")
    read = KeySet(list(_usable(listed if isinstance(listed, list) else [])))
    _keys.put(endpoints.keys, _Keys(read, time.monotonic()))
    return read


def _read(issuer: str, document: Mapping[str, Any]) -> ProviderEndpoints:
    if document.get("issuer") != issuer:
        called = str(document.get("issuer"))[:_LONGEST_SHOWN]
        raise ProviderUnavailable(f"The provider calls itself {called!r}, and not {issuer!r}")
    methods = document.get("token_endpoint_auth_methods_supported")
    return ProviderEndpoints(
        issuer=issuer,
        authorization=_endpoint(document, "authorization_endpoint"),
        token=_endpoint(document, "token_endpoint"),
        keys=_endpoint(document, "jwks_uri"),
        userinfo=_endpoint(document, "userinfo_endpoint") if document.get("userinfo_endpoint") else None,
        token_auth=tuple(map(str, methods)) if isinstance(methods, list) else ("client_secret_basic",),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        read_at=time.monotonic(),
    )


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise ProviderUnavailable(f"The provider publishes no {name}")
    return checked_url(value, field="issuer")


def _usable(listed: Iterable[object]) -> Iterable[Any]:
    """Keys of kinds that we know, meant for signatures; a provider may publish others beside them."""
    for each in listed:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig" or each.get("kty") == "oct":
            continue
        try:
            yield JWKRegistry.import_key(each)
        except (JoseError, ValueError, KeyError, TypeError):
            continue


async def _get_json(url: str) -> dict[str, Any]:
    try:
        async with asyncio.timeout(BUDGET_S), outgoing_client(TIMEOUT_S, LARGEST_ANSWER) as client:
            response = await _tried(client, url)
    except AddressRefused as error:
        error.field = "issuer"
        raise
    except (httpx2.HTTPError, HostUnknown, TimeoutError) as error:
        raise ProviderUnavailable(f"{url} does not answer") from error
    try:
        document = orjson.loads(response.content) if response.status_code == 200 else None
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise ProviderUnavailable(f"{url} answers with {response.status_code} and not with a JSON object")
    return document


async def _tried(client: httpx2.AsyncClient, url: str) -> httpx2.Response:
    """A reading does no harm twice: once more after a failure that may pass."""
    for last in (number == _TRIES - 1 for number in range(_TRIES)):
        try:
            response = await client.get(url, headers={"accept": "application/json"})
        except httpx2.TransportError:
            if last:
                raise
        else:
            if response.status_code < 500 or last:
                return response
        await asyncio.sleep(_PAUSE_S)
    raise AssertionError("unreachable")
