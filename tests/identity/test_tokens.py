"""Tokens: nothing but what we signed, in time and for its purpose, is believed."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from joserfc import jwt
from joserfc.jwk import OctKey

from config.keys import keys_for
from core import clock
from core.errors import NotAuthenticated, TokenExpired
from core.ids import new_uuid
from models.users import Session, User
from services import tokens
from services.tokens import TokenKind

pytestmark = pytest.mark.usefixtures("settings")

_SOME = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def user() -> User:
    return User(id=7, tenant_id=3, email="ann@example.com")


@pytest.fixture
def session() -> Session:
    return Session(
        id=new_uuid(),
        tenant_id=3,
        user_id=7,
        dialect="support",
        generation=4,
        expires_at=clock.now() + timedelta(days=1),
    )


@pytest.fixture
def token(user: User, session: Session) -> str:
    return tokens.issue_access(user, session, 60)


def _segments(token: str) -> list[Any]:
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def _signed(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    return jwt.encode(header, claims, OctKey.import_key(secret), algorithms=[header["alg"]])


def _raw(header: object, claims: object, signature: str = "") -> str:
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join([*encoded, signature])


def _refused(token: str, kind: TokenKind = TokenKind.ACCESS) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.decode(token, kind)


def test_a_token_says_session_tenant_kind_and_dialect(token: str, session: Session) -> None:
    header, claims = _segments(token)
    assert header == {"typ": "JWT", "alg": "HS256", "kid": keys_for("tokens")[0].kid}
    assert set(claims) == {"sub", "sid", "tid", "typ", "dialect", "iat", "exp", "jti"}
    assert (claims["sub"], claims["exp"] - claims["iat"]) == ("7", 60)
    said = tokens.decode(token, TokenKind.ACCESS)
    assert (said.session_id, said.tenant_id, said.dialect, said.generation) == (session.id, 3, "support", None)


def test_leads_tokens_name_the_email(user: User, session: Session) -> None:
    session.dialect = "leads"
    assert tokens.decode(tokens.issue_access(user, session, 60), TokenKind.ACCESS).subject == "ann@example.com"


def test_a_refresh_token_carries_the_generation_and_is_no_access_token(user: User, session: Session) -> None:
    refresh = tokens.issue_refresh(user, session)
    assert tokens.decode(refresh, TokenKind.REFRESH).generation == 4
    _refused(refresh, TokenKind.ACCESS)


def test_an_access_token_is_no_refresh_token(token: str) -> None:
    _refused(token, TokenKind.REFRESH)


def test_an_expired_token_says_so(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(TokenExpired):
        tokens.decode(token, TokenKind.ACCESS)


def test_a_rotated_key_still_verifies_until_it_is_dropped(token: str, override: Any) -> None:
    old = "a-secret-of-the-tests-that-guards-nothing-at-all"
    with override(OPORA_SECRET_KEY="n" * 40, OPORA_SECRET_KEY_PREVIOUS=old):
        assert tokens.decode(token, TokenKind.ACCESS).subject == "7"
    with override(OPORA_SECRET_KEY="n" * 40):
        _refused(token)


def test_another_algorithm_under_our_own_key_is_refused(token: str) -> None:
    key = keys_for("tokens")[0]
    _, claims = _segments(token)
    for algorithm in ("HS384", "HS512"):
        _refused(_signed({"alg": algorithm, "kid": key.kid}, claims, key.secret * 2))
    for algorithm in ("none", "None", "HS256"):
        _refused(_raw({"typ": "JWT", "alg": algorithm, "kid": key.kid}, claims))


def test_a_foreign_key_under_our_name_is_refused(token: str) -> None:
    header, claims = _segments(token)
    _refused(_signed(header, claims, b"f" * 32))
    _refused(_signed({**header, "kid": "other"}, claims, keys_for("tokens")[0].secret))
    _refused(_signed({"alg": "HS256"}, claims, keys_for("tokens")[0].secret))


@pytest.mark.parametrize("claim", ["sub", "sid", "tid", "typ", "dialect", "exp"])
def test_our_own_signature_does_not_excuse_a_missing_or_wrong_claim(token: str, claim: str) -> None:
    header, claims = _segments(token)
    secret = keys_for("tokens")[0].secret
    _refused(_signed(header, {name: value for name, value in claims.items() if name != claim}, secret))
    if claim != "sub":
        wrongs: tuple[object, ...] = (None, [], {}, "x")
        for wrong in wrongs:
            _refused(_signed(header, {**claims, claim: wrong}, secret))


def test_oversized_tokens_are_refused_unread(token: str) -> None:
    header, claims = _segments(token)
    _refused(_signed(header, {**claims, "sub": "x" * 5000}, keys_for("tokens")[0].secret))
    _refused("x" * 10_000_000)


@pytest.mark.parametrize("token", ["", ".", "..", "...", "a.b.c", "Bearer x", "\ud800", "ё.ё.ё", "\x00", "null"])
def test_what_is_no_token_is_refused(token: str) -> None:
    _refused(token)


@_SOME
@given(place=strategies.integers(0, 10_000), put=strategies.characters(max_codepoint=0x7F))
def test_a_token_with_any_one_character_changed_is_refused(token: str, place: int, put: str) -> None:
    place %= len(token)
    if token[place] != put:
        _refused(token[:place] + put + token[place + 1 :])


@_SOME
@given(text=strategies.text(max_size=300))
def test_any_text_beside_our_header_is_refused(token: str, text: str) -> None:
    header, claims, signature = token.split(".")
    for forged in (text, f"{header}.{text}", f"{header}.{text}.{signature}", f"{header}.{claims}.{text}"):
        _refused(forged)


@_SOME
@given(
    header=strategies.recursive(
        strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=10),
        lambda inner: (
            strategies.lists(inner, max_size=3)
            | strategies.dictionaries(strategies.sampled_from(["alg", "kid", "typ", "crit", "b64"]), inner, max_size=4)
        ),
        max_leaves=8,
    )
)
def test_any_header_is_refused(token: str, header: object) -> None:
    _, claims = _segments(token)
    _refused(_raw(header, claims, token.rpartition(".")[2]))
