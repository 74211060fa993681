"""What a provider's answer has to prove, against one that lies in every way."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from config.settings import override_settings
from core.refusals.outgoing import AddressRefused
from core.refusals.sign_in import ProviderUnavailable, SignInFailed
from integrations.oidc import discovery
from integrations.oidc.code_flow import Challenge, OidcClient, redeem
from tests.doubles.http_server import serving

_KEY = RSAKey.generate_key(2048, {"kid": "now"})
_OTHER = RSAKey.generate_key(2048, {"kid": "now"})
_UNKNOWN = RSAKey.generate_key(2048, {"kid": "unknown"})
_EC = ECKey.generate_key("P-256", {"kid": "curve"})
_SHARED = OctKey.import_key("secret-of-opora-which-is-long-enough-for-this")
_CLIENT = OidcClient("opora", "secret", "openid email", "https://desk.example/callback")
_CHALLENGE = Challenge("state", "nonce", "verifier" * 8)


@dataclass
class Liar:
    """A provider whose every answer a test may change."""

    issuer: str = ""
    document: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=lambda: {"sub": "7"})
    key: Any = field(default_factory=lambda: _KEY)
    alg: str = "RS256"
    keys_read: int = 0

    def described(self) -> dict[str, Any]:
        endpoints = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "jwks"}
        here = {name: f"{self.issuer}/{path}" for name, path in endpoints.items()}
        return {"issuer": self.issuer, **here, "userinfo_endpoint": f"{self.issuer}/me", **self.document}

    def token(self) -> str:
        moment = int(time.time())
        told = {"iss": self.issuer, "aud": "opora", "sub": "7", "iat": moment, "exp": moment + 60, "nonce": "nonce"}
        claims = {name: value for name, value in {**told, **self.claims}.items() if value is not None}
        kid = getattr(self.key, "kid", None)
        return jwt.encode({"alg": self.alg, **({"kid": kid} if kid else {})}, claims, self.key, algorithms=[self.alg])


@pytest.fixture
def liar() -> Iterator[Liar]:
    told = Liar()

    async def answer(request: Request) -> Response:
        path = request.url.path
        if path == "/jwks":
            told.keys_read += 1
            return JSONResponse({"keys": [_KEY.as_dict(private=False), _EC.as_dict(private=False), {"kty": "new"}]})
        if path == "/token":
            return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": told.token()})
        if path == "/elsewhere":
            return RedirectResponse(f"{told.issuer}/token")
        return JSONResponse(told.userinfo if path == "/me" else told.described())

    discovery.forget()
    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    with serving(app) as told.issuer, override_settings(OPORA_PRIVATE_NETWORKS="127.0.0.0/8"):
        yield told


async def proven(liar: Liar) -> dict[str, Any]:
    return await redeem(await discovery.discover(liar.issuer), _CLIENT, _CHALLENGE, "code")


async def test_what_is_signed_for_us_is_believed(liar: Liar) -> None:
    liar.userinfo = {"sub": "7", "email": "a@example.com", "name": "From userinfo"}
    liar.claims = {"name": "From the token"}
    claims = await proven(liar)
    assert (claims["sub"], claims["email"], claims["name"]) == ("7", "a@example.com", "From the token")


async def test_keys_of_other_kinds_do_not_matter(liar: Liar) -> None:
    liar.key, liar.alg = _EC, "ES256"
    assert (await proven(liar))["sub"] == "7"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": ["opora", "another"], "azp": "another"},
        {"iss": "https://another.example"},
        {"exp": 1_000_000_000},
        {"iat": None},
        {"sub": None},
        {"at_hash": "of another token"},
    ],
)
async def test_claims_that_are_not_of_this_sign_in_prove_nothing(claims: dict[str, Any], liar: Liar) -> None:
    liar.claims = claims
    with pytest.raises(SignInFailed):
        await proven(liar)


@pytest.mark.parametrize(("key", "alg"), [(_OTHER, "RS256"), (_UNKNOWN, "RS256"), (_SHARED, "HS256")])
async def test_signatures_by_others_prove_nothing(key: Any, alg: str, liar: Liar) -> None:
    liar.key, liar.alg = key, alg
    with pytest.raises(SignInFailed):
        await proven(liar)


async def test_unsigned_tokens_prove_nothing(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Liar, "token", lambda self: "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0.")
    with pytest.raises(SignInFailed):
        await proven(liar)


async def test_userinfo_about_another_person_is_not_heard(liar: Liar) -> None:
    liar.userinfo = {"sub": "8", "email": "other@example.com", "email_verified": True}
    assert "email" not in await proven(liar)


async def test_unknown_key_ids_have_the_keys_read_again_but_not_each_time(liar: Liar) -> None:
    liar.key = _UNKNOWN
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await proven(liar)
    assert liar.keys_read == 1


async def test_redirects_are_not_followed(liar: Liar) -> None:
    liar.document = {"token_endpoint": f"{liar.issuer}/elsewhere"}
    with pytest.raises((SignInFailed, ProviderUnavailable)):
        await proven(liar)


async def test_a_provider_that_is_not_who_it_was_called_is_refused(liar: Liar) -> None:
    liar.document = {"issuer": "https://accounts.example"}
    with pytest.raises(ProviderUnavailable):
        await discovery.discover(liar.issuer)


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri", "userinfo_endpoint", "authorization_endpoint"])
async def test_endpoints_in_private_networks_are_refused(name: str, liar: Liar) -> None:
    liar.document = {name: "https://10.0.0.5/"}
    with pytest.raises(AddressRefused):
        await discovery.discover(liar.issuer)


async def test_an_issuer_in_a_private_network_is_not_asked(liar: Liar) -> None:
    with override_settings(OPORA_PRIVATE_NETWORKS=""), pytest.raises(AddressRefused):
        await discovery.discover(liar.issuer)
    assert liar.keys_read == 0
