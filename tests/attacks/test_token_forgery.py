"""Forged tokens at every door: over REST, over GraphQL, in a socket's address.

What a token's bytes may be is tested in tests/identity/test_tokens.py, tokens of identity providers in tests/sign_in.
"""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette

from config.keys import keys_for
from core.actor import Role
from models.users import User
from services import guests, identity
from tests.doubles.websocket import WebSocketClosed, WebSocketSession
from tests.fixtures.application import bearer, client_of
from tests.fixtures.dialogs import Site, new_site
from tests.fixtures.people import PASSWORD, new_tenant, new_user

PURPOSES = ("guests", "files", "password-salts", "email.codes", "telegram.tokens", "ai.tokens", "sign_in.secrets")
DOORS = ("GET /v1/auth/me", "GET /api/v1/auth/me", "GET /api/auth/me", "GET /api/users/me", "GET /v1/tickets")
_RSA = RSAKey.import_key(generate_private_key(65537, 2048))


@dataclass(frozen=True)
class Good:
    """What is genuine: the tokens of an admin, another's, and of a guest."""

    access: str
    refresh: str
    other: str
    guest: str

    def part(self, number: int) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(self.access.split(".")[number] + "=="))
        return decoded


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _unsigned(good: Good, algorithm: str, signature: str = "") -> str:
    return f"{_encoded({**good.part(0), 'alg': algorithm})}.{good.access.split('.')[1]}.{signature}"


def _tampered(good: Good, **claims: object) -> str:
    header, _, signature = good.access.split(".")
    return f"{header}.{_encoded({**good.part(1), **claims})}.{signature}"


def _signed(good: Good, header: Mapping[str, Any], key: Any) -> str:
    return jwt.encode(dict(header), good.part(1), key, algorithms=[header["alg"]])


def _hmac(good: Good, secret: bytes, **header: Any) -> str:
    return _signed(good, {**good.part(0), **header}, OctKey.import_key(secret))


def _hmac_raw(good: Good, secret: bytes) -> str:
    """By hand: libraries refuse to sign with what is a public key."""
    signed = good.access.rpartition(".")[0]
    signature = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _under_our_key(purpose: str, good: Good) -> str:
    return _hmac(good, keys_for(purpose)[0].secret)


FORGED: Mapping[str, Callable[[Good], str]] = {
    "no algorithm": lambda good: _unsigned(good, "none"),
    "no algorithm, in capitals": lambda good: _unsigned(good, "NONE"),
    "no algorithm under our signature": lambda good: _unsigned(good, "none", good.access.rpartition(".")[2]),
    "our algorithm without a signature": lambda good: _unsigned(good, "HS256"),
    "an RSA key of the attacker's": lambda good: _signed(good, {"alg": "RS256", "kid": good.part(0)["kid"]}, _RSA),
    "a public key as the secret": lambda good: _hmac_raw(good, _RSA.as_pem(private=False)),
    "the key inside the token": lambda good: _signed(
        good, {**good.part(0), "alg": "RS256", "jwk": _RSA.as_dict(private=False)}, _RSA
    ),
    "the key at an address": lambda good: _signed(
        good, {**good.part(0), "alg": "RS256", "jku": "https://evil.example/keys.json"}, _RSA
    ),
    "a certificate at an address": lambda good: _signed(
        good, {**good.part(0), "alg": "RS256", "x5u": "https://evil.example/cert.pem"}, _RSA
    ),
    "a secret of the attacker's": lambda good: _hmac(good, b"evil" * 8),
    "an empty secret": lambda good: _hmac(good, b"\0" * 32, kid="../../../../dev/null"),
    "a kid that is SQL": lambda good: _hmac(good, b"evil" * 8, kid="x' UNION SELECT 'evil"),
    "a critical header": lambda good: _unsigned(good, "HS256", "AAAA"),
    "the subject of another": lambda good: _tampered(good, sub="1"),
    "another tenant": lambda good: _tampered(good, tid=1),
    "a role": lambda good: _tampered(good, role="superadmin"),
    "a later end": lambda good: _tampered(good, exp=4102444800),
    "the signature of another": lambda good: ".".join(
        [*good.access.split(".")[:2], good.other.rpartition(".")[2]]
    ),
    "the payload of another": lambda good: ".".join(
        [good.access.split(".")[0], good.other.split(".")[1], good.access.split(".")[2]]
    ),
    "a refresh token": lambda good: good.refresh,
    "a guest's token": lambda good: good.guest,
    "five parts": lambda good: f"{good.access}..",
    "twice": lambda good: f"{good.access},{good.access}",
    **{f"our key of {purpose}": partial(_under_our_key, purpose) for purpose in PURPOSES},
}  # fmt: skip


@pytest.fixture(scope="module")
async def site(database: None) -> Site:
    return await new_site()


@pytest.fixture(scope="module")
async def good(site: Site) -> Good:
    tenant = await new_tenant()
    pairs = [await signed_in(await new_user(tenant, Role.ADMIN)) for _ in range(2)]
    guest = guests.token_of(await site.guest()).token
    return Good(pairs[0].access_token, str(pairs[0].refresh_token), pairs[1].access_token, guest)


async def signed_in(user: User) -> identity.TokenPair:
    return await identity.login(email=str(user.email), password=PASSWORD, tenant_id=user.tenant_id)


@pytest.fixture(scope="module")
async def client(application: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(application) as client:
        yield client


async def test_the_genuine_token_opens_every_door(good: Good, client: httpx.AsyncClient) -> None:
    for door in DOORS:
        method, path = door.split(" ")
        assert (await client.request(method, path, headers=bearer(good.access))).status_code == 200, door


@pytest.mark.parametrize("forgery", FORGED)
async def test_a_forged_token_opens_no_door(
    forgery: str, good: Good, client: httpx.AsyncClient, application: Starlette
) -> None:
    forged = FORGED[forgery](good)
    for door in DOORS:
        method, path = door.split(" ")
        response = await client.request(method, path, headers=bearer(forged))
        assert (response.status_code, door) == (401, door)
    answered = await client.post("/graphql", json={"query": "{ me { id } }"}, headers=bearer(forged))
    # A guest is known, but has no right to this.
    code = "FORBIDDEN" if forged == good.guest else "UNAUTHORIZED"
    assert answered.json()["errors"][0]["extensions"]["code"] == code
    for address in (f"/ws?token={forged}", f"/v1/ws/1?token={forged}"):
        with pytest.raises(WebSocketClosed) as closed:
            async with WebSocketSession(application, address) as socket:
                await socket.receive_json()
        assert 4400 <= closed.value.code < 4500


async def test_a_token_of_a_dropped_secret_is_worthless(good: Good, client: httpx.AsyncClient, override: Any) -> None:
    with override(OPORA_SECRET_KEY="n" * 40):
        assert (await client.get("/v1/auth/me", headers=bearer(good.access))).status_code == 401
    assert (await client.get("/v1/auth/me", headers=bearer(good.access))).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Token", "bearerish", ""])
async def test_a_good_token_under_another_scheme_is_none(scheme: str, good: Good, client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/auth/me", headers={"authorization": f"{scheme} {good.access}".strip()})
    assert response.status_code == 401


async def test_a_token_in_the_address_opens_nothing_but_sockets_and_streams(
    good: Good, client: httpx.AsyncClient
) -> None:
    for name in ("token", "access_token", "authorization", "bearer"):
        response = await client.get("/v1/tickets", params={name: good.access})
        assert response.status_code == 401


async def test_a_users_token_is_no_guests(good: Good, site: Site, client: httpx.AsyncClient) -> None:
    dialog = await site.open(await site.guest())
    for token in (good.access, good.refresh):
        response = await client.get(f"/api/dialogs/{dialog.id}", headers=bearer(token))
        assert response.status_code in (401, 404)


async def test_guest_ids_are_not_made_up(site: Site, client: httpx.AsyncClient) -> None:
    real = guests.guest_id_of(await site.guest())
    number, _, signature = real.partition(".")
    other = guests.guest_id_of(await site.guest()).partition(".")[0]
    page = {"x-site-token": str(site.assistant.site_token), "origin": "https://shop.example"}
    for forged in (
        number,
        f"{number}.",
        f"{other}.{signature}",
        f"{number}.{signature[:-1]}",
        f"{'0' * 32}.{signature}",
    ):
        response = await client.post("/api/dialogs", json={}, headers=page | {"x-guest-id": forged})
        assert response.status_code == 401, forged
