"""The authorization code flow with PKCE: where to send the browser, and what the code that it brings back proves.

Follows OpenID Connect Core 1.0 (sections 3.1 and 5.3), RFC 7636 (S256) and RFC 9700. Authlib speaks the protocol; the
requests go through our own transport, which keeps to public addresses.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError

from core import clock
from core.refusals.outgoing import HostUnknown
from core.refusals.sign_in import ProviderUnavailable, SignInFailed
from integrations.oidc.discovery import BUDGET_S, LARGEST_ANSWER, TIMEOUT_S, ProviderEndpoints, signing_keys
from integrations.outgoing import PinnedTransport

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by keys that the provider alone has: neither `none` nor a secret that we share with it."""
_OF_EMAIL = ("email", "email_verified")
_LEEWAY_S = 60
_LONGEST_TOKEN = 64 * 1024


@dataclass(frozen=True, slots=True)
class OidcClient:
    """Who we are at a provider. Without a secret we are a public client, and PKCE alone binds the code to us."""

    client_id: str
    client_secret: str | None
    scopes: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What one sign-in is known by: ``state`` to us, ``nonce`` in the token, ``verifier`` at the token endpoint."""

    state: str
    nonce: str
    verifier: str


def authorization_url(endpoints: ProviderEndpoints, client: OidcClient, challenge: Challenge) -> str:
    """Where the browser goes to sign in."""
    oauth = AsyncOAuth2Client(
        client.client_id,
        scope=client.scopes,
        redirect_uri=client.redirect_uri,
        code_challenge_method="S256",
    )
    url, _ = oauth.create_authorization_url(
        endpoints.authorization, state=challenge.state, nonce=challenge.nonce, code_verifier=challenge.verifier
    )
    return str(url)


async def redeem(endpoints: ProviderEndpoints, client: OidcClient, challenge: Challenge, code: str) -> dict[str, Any]:
    """The claims that the code proves: those of the ID token, and of userinfo what the token leaves unsaid.

    Raises SignInFailed for whatever is not signed, not for us or not of this sign-in; ProviderUnavailable.
    """
    try:
        async with asyncio.timeout(BUDGET_S), _connected(endpoints, client) as oauth:
            token = await oauth.fetch_token(
                endpoints.token, grant_type="authorization_code", code=code, code_verifier=challenge.verifier
            )
            claims = await _verified(endpoints, client, challenge, token)
            return _joined(claims, await _userinfo(endpoints, oauth, claims))
    except AuthlibBaseError as error:
        raise SignInFailed(f"The provider refuses: {str(error)[:200]}") from error
    except JoseError as error:
        raise SignInFailed(f"The provider's token does not hold: {str(error)[:200]}") from error
    except (httpx2.HTTPError, HostUnknown, TimeoutError) as error:
        raise ProviderUnavailable(f"{endpoints.issuer} does not answer") from error
    except (ValueError, TypeError, AttributeError) as error:
        # The last two are the libraries' words for JSON of other shapes than they presume.
        raise SignInFailed("The provider answers in an unknown form") from error


def _connected(endpoints: ProviderEndpoints, client: OidcClient) -> Any:
    return AsyncOAuth2Client(
        client.client_id,
        client.client_secret,
        token_endpoint_auth_method=_token_auth(endpoints, client),
        redirect_uri=client.redirect_uri,
        transport=PinnedTransport(LARGEST_ANSWER),
        timeout=TIMEOUT_S,
        trust_env=False,
    )


def _token_auth(endpoints: ProviderEndpoints, client: OidcClient) -> str:
    if client.client_secret is None:
        return "none"
    by_header = "client_secret_basic" in endpoints.token_auth or "client_secret_post" not in endpoints.token_auth
    return "client_secret_basic" if by_header else "client_secret_post"


async def _verified(
    endpoints: ProviderEndpoints, client: OidcClient, challenge: Challenge, token: Mapping[str, Any]
) -> dict[str, Any]:
    """The claims of the ID token (Core 3.1.3.7). Raises JoseError, ValueError."""
    signed = token.get("id_token")
    if not isinstance(signed, str) or len(signed) > _LONGEST_TOKEN:
        raise ValueError("no ID token")
    key_id = jws.extract_compact(signed.encode()).headers().get("kid")
    keys = await signing_keys(endpoints, key_id)
    decoded = jwt.decode(signed, keys, algorithms=_ALGORITHMS)
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={
            "iss": {"essential": True, "value": endpoints.issuer},
            "aud": {"essential": True, "value": client.client_id},
            "sub": {"essential": True},
        },
        params={
            "nonce": challenge.nonce,
            "client_id": client.client_id,
            "access_token": token.get("access_token"),
        },
    )
    claims.validate(now=int(clock.now().timestamp()), leeway=_LEEWAY_S)
    return dict(claims)


def _joined(claims: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """The token's claims before userinfo's. An address and the word that it is verified come from the same place: the
    one may be what a person typed in, and the other speak of another address.
    """
    beside = {name: value for name, value in told.items() if "email" not in claims or name not in _OF_EMAIL}
    return {**beside, **claims}


async def _userinfo(endpoints: ProviderEndpoints, oauth: Any, claims: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider tells beside the token. Its word about another person is none about this one (Core 5.3.2)."""
    if endpoints.userinfo is None:
        return {}
    response = await oauth.get(endpoints.userinfo, headers={"accept": "application/json"})
    if response.status_code >= 500:
        raise httpx2.ReadError("userinfo does not answer")
    told = orjson.loads(response.content) if response.status_code == 200 else {}
    return told if isinstance(told, dict) and told.get("sub") == claims["sub"] else {}
