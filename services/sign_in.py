"""Signing in by a company's identity provider: begun here, proven there, finished here.

The state names the attempt and is good once; the browser key ties it to the browser that began it (RFC 9700, 4.7);
PKCE ties the code to the attempt, and the nonce the token. Nobody waits on the provider inside a transaction.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

import orjson

from core import clock
from core.actor import system_actor
from core.errors import NotFound
from core.refusals.sign_in import SignInExpired, SignInFailed
from core.text import is_storable
from integrations.oidc.code_flow import Challenge, OidcClient, authorization_url, redeem
from integrations.oidc.discovery import discover
from models.sign_in import SignInAttempt, SignInProvider
from services import sealing
from services.sessions import TokenPair, open_session
from services.sign_in_people import recognise
from services.sign_in_providers import MAX_PROVIDERS, redirect_uri
from services.tokens import Dialect
from services.unit_of_work import Row, SystemReason, system_unit_of_work, unit_of_work

_LIFE = timedelta(minutes=10)
"""How long somebody may take at the provider."""
_LONGEST = 4096
_LONGEST_SLUG = 63
_TENANT = "SELECT id FROM tenants WHERE slug = $1"
_TAKE = """
DELETE FROM sign_in_attempts WHERE state_digest = $1
RETURNING tenant_id, provider_id, browser_digest, sealed_challenge, redirect_uri, expires_at
"""


@dataclass(frozen=True, slots=True)
class SignInOption:
    """A provider as those see it who are not signed in yet."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class SignInStart:
    """Where the browser goes, and what it keeps to itself until it comes back."""

    url: str
    browser_key: str


async def options(company: str) -> Sequence[SignInOption]:
    """The providers of the company with that short name; none where there is no such company, which nobody learns."""
    tenant_id = await _tenant_of(company)
    if tenant_id is None:
        return []
    async with unit_of_work(system_actor(tenant_id)):
        rows = await SignInProvider.filter(is_active=True).order_by("id").limit(MAX_PROVIDERS)
    return [SignInOption(row.id, row.name) for row in rows]


async def start(company: str, provider_id: int) -> SignInStart:
    """Begin a sign-in. Raises NotFound, AddressRefused, ProviderUnavailable."""
    tenant_id = await _tenant_of(company)
    if tenant_id is None:
        raise NotFound("sign-in provider", provider_id)
    async with unit_of_work(system_actor(tenant_id)):
        provider = await _active(provider_id)
    endpoints = await discover(provider.issuer)
    challenge = Challenge(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    browser_key = secrets.token_urlsafe(32)
    back = redirect_uri(_slug(company))
    async with unit_of_work(system_actor(tenant_id)):
        await _active(provider_id)
        await SignInAttempt.filter(expires_at__lt=clock.now()).delete()
        await SignInAttempt.create(
            tenant_id=tenant_id,
            provider_id=provider_id,
            state_digest=_digest(challenge.state),
            browser_digest=_digest(browser_key),
            sealed_challenge=sealing.seal(orjson.dumps(asdict(challenge)).decode(), purpose=sealing.SIGN_IN),
            redirect_uri=back,
            expires_at=clock.now() + _LIFE,
        )
    return SignInStart(authorization_url(endpoints, _client(provider, back), challenge), browser_key)


async def finish(*, company: str, state: str, code: str, browser_key: str, issuer: str | None = None) -> TokenPair:
    """A session of the user whom the provider vouches for. ``company`` stands in the address that the browser came
    back to, ``issuer`` is the answer's ``iss``, where it has one.

    Raises SignInExpired for a state that is unknown, used, old, of another browser or company; SignInFailed,
    NoAccount, ProviderUnavailable, AddressRefused.
    """
    attempt = await _take(state, browser_key)
    # A code goes to the providers of the company whose address it came to, and to nobody else's (RFC 9700, 4.4.2.2).
    if attempt["redirect_uri"] != redirect_uri(_slug(company)):
        raise SignInExpired
    async with unit_of_work(system_actor(attempt["tenant_id"])):
        provider = await _active(attempt["provider_id"])
    endpoints = await discover(provider.issuer)
    # Another provider's code must not be shown to this one (RFC 9207).
    if (issuer is None and endpoints.names_itself) or issuer not in (None, provider.issuer):
        raise SignInFailed("The answer is of another provider")
    if not 0 < len(code) <= _LONGEST or not is_storable(code):
        raise SignInFailed("The provider gave no code")
    challenge = Challenge(**orjson.loads(sealing.unseal(attempt["sealed_challenge"], purpose=sealing.SIGN_IN)))
    claims = await redeem(endpoints, _client(provider, attempt["redirect_uri"]), challenge, code)
    async with unit_of_work(system_actor(attempt["tenant_id"])) as uow:
        # As it is now: it may have been shut, or pointed elsewhere, while the provider was asked.
        held = await _active(provider.id)
        if held.issuer != provider.issuer:
            raise SignInExpired
        return await open_session(uow, await recognise(uow, held, claims), Dialect.GRAPHQL)


async def _tenant_of(company: str) -> int | None:
    if not is_storable(company) or len(company) > _LONGEST_SLUG:
        return None
    async with system_unit_of_work(SystemReason.SIGN_IN) as statements:
        row = await statements.row(_TENANT, _slug(company))
    return int(row["id"]) if row else None


def _slug(company: str) -> str:
    return company.strip().lower()


async def _active(provider_id: int) -> SignInProvider:
    provider = await SignInProvider.get_or_none(id=provider_id, is_active=True)
    if provider is None:
        raise NotFound("sign-in provider", provider_id)
    return provider


async def _take(state: str, browser_key: str) -> Row:
    """The attempt, which is over from now on, whatever comes of it. Raises SignInExpired."""
    async with system_unit_of_work(SystemReason.SIGN_IN) as statements:
        row = await statements.row(_TAKE, _digest(state))
    if row is None or row["expires_at"] <= clock.now():
        raise SignInExpired
    if not hmac.compare_digest(row["browser_digest"], _digest(browser_key)):
        raise SignInExpired
    return row


def _client(provider: SignInProvider, back: str) -> OidcClient:
    sealed = provider.sealed_secret
    secret = sealing.unseal(sealed, purpose=sealing.SIGN_IN) if sealed else None
    return OidcClient(provider.client_id, secret, provider.scopes, back)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
