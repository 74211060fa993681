"""What a provider's answer has to prove, against one that lies in every way."""

import base64
import hmac
import time
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from config.settings import override_settings
from core.refusals.outgoing import AddressRefused
from core.refusals.sign_in import ProviderUnavailable, SignInFailed
from integrations.oidc import discovery
from integrations.oidc.code_flow import Challenge, OidcClient, redeem
from services.sign_in_people import verified_email
from tests.sign_in.liar import EC, KEY, Liar

_OTHER = RSAKey.generate_key(2048, {"kid": "now"})
_UNKNOWN = RSAKey.generate_key(2048, {"kid": "unknown"})
_SHARED = OctKey.import_key("secret-of-opora-which-is-long-enough-for-this")
_CLIENT = OidcClient("opora", "secret", "openid email", "https://desk.example/callback")
_CHALLENGE = Challenge("state", "nonce", "verifier" * 8)


async def proven(liar: Liar) -> dict[str, Any]:
    return await redeem(await discovery.discover(liar.issuer), _CLIENT, _CHALLENGE, "code")


async def test_what_is_signed_for_us_is_believed(liar: Liar) -> None:
    liar.userinfo = {"sub": "7", "email": "a@example.com", "name": "From userinfo"}
    liar.claims = {"name": "From the token"}
    claims = await proven(liar)
    assert (claims["sub"], claims["email"], claims["name"]) == ("7", "a@example.com", "From the token")


async def test_keys_of_other_kinds_do_not_matter(liar: Liar) -> None:
    liar.key, liar.alg = EC, "ES256"
    assert (await proven(liar))["sub"] == "7"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": {"opora": 1}},
        {"aud": ["opora", "another"]},
        {"aud": ["opora", "another"], "azp": "another"},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": float("inf")},
        {"iat": None},
        {"iat": time.time() + 86_400},
        {"nbf": time.time() + 86_400},
        {"sub": None},
        {"sub": ["7"]},
        {"at_hash": "of another token"},
        {"at_hash": ["of", "no", "shape"]},
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


async def test_what_everybody_can_read_is_no_secret_to_sign_by(liar: Liar) -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"now"}').rstrip(b"=").decode()
    signed = f"{head}.{liar.token().split('.')[1]}"
    digest = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    told = f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
    liar.answer = {**liar.answered(), "id_token": told}
    with pytest.raises(SignInFailed):
        await proven(liar)


async def test_unsigned_tokens_prove_nothing(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Liar, "token", lambda self: "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0.")
    with pytest.raises(SignInFailed):
        await proven(liar)


@pytest.mark.parametrize(
    "answer",
    [[], "token", None, {"id_token": 7}, {"access_token": ["a"], "at_hash": 1}, {"token_type": 7}, {"expires_in": [1]}],
)
async def test_answers_of_other_shapes_prove_nothing(answer: Any, liar: Liar) -> None:
    liar.claims = {"at_hash": "x"}
    liar.answer = {**liar.answered(), **answer} if isinstance(answer, dict) else answer
    with pytest.raises(SignInFailed):
        await proven(liar)


async def test_an_address_and_the_word_that_it_is_verified_come_from_the_same_place(liar: Liar) -> None:
    liar.claims = {"email": "typed-in@example.com"}
    liar.userinfo = {"sub": "7", "email": "own@example.com", "email_verified": True}
    assert verified_email(await proven(liar)) is None


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
    liar.document = {"issuer": "https://accounts.example/" + "x" * 9000}
    with pytest.raises(ProviderUnavailable) as refused:
        await discovery.discover(liar.issuer)
    assert len(refused.value.message) < 1000


async def test_a_description_beyond_its_bound_is_not_read(liar: Liar) -> None:
    liar.document = {"scopes_supported": ["x" * 1000] * 1000}
    with pytest.raises(ProviderUnavailable):
        await discovery.discover(liar.issuer)


async def test_a_provider_that_takes_its_time_is_given_up(liar: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "BUDGET_S", 0.2)
    liar.delay_s = 5.0
    with pytest.raises(ProviderUnavailable):
        await discovery.discover(liar.issuer)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,a", "https://id.example/\r\nset-cookie: a"])
async def test_browsers_are_sent_to_pages_alone(address: str, liar: Liar) -> None:
    liar.document = {"authorization_endpoint": address}
    with pytest.raises(AddressRefused):
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
