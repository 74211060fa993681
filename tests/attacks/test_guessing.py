"""Guessing: passwords at every door, codes, guests, other people's idempotency keys.

How limits count is tested in tests/identity/test_rate_limits.py, codes in tests/mail/test_confirmations.py.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import bcrypt
import httpx
import pytest
from starlette.applications import Starlette

from app.api import create_app
from core.actor import Role
from models.users import User
from tests.attacks.rest_calls import TARGETS
from tests.fixtures.application import ORIGIN, bearer
from tests.fixtures.dialogs import PAGE, new_site
from tests.fixtures.people import PASSWORD, new_tenant, new_user, sign_in, unique

Credentials = Callable[[str, str], dict[str, Any]]
LOGIN = "mutation($input: LoginInput!) { login(input: $input) { accessToken } }"
DOORS: Mapping[str, tuple[str, Credentials]] = {
    "support.log_in": ("/v1/auth/login/json", lambda name, word: {"json": {"email": name, "password": word}}),
    "support.log_in_by_form": ("/v1/auth/login", lambda name, word: {"data": {"username": name, "password": word}}),
    "leads.log_in_company": ("/api/auth/login", lambda name, word: {"data": {"username": name, "password": word}}),
    "itdesk.log_in_user": ("/api/auth/login", lambda name, word: {"json": {"username": name, "password": word}}),
    "replyx.log_in_account": ("/api/auth/login", lambda name, word: {"json": {"email": name, "password": word}}),
    "Mutation.login": (
        "/graphql",
        lambda name, word: {"json": {"query": LOGIN, "variables": {"input": {"email": name, "password": word}}}},
    ),
}
_MOST_TRIES = 12


@pytest.fixture(scope="module")
async def person(database: None) -> User:
    return await new_user(await new_tenant(), Role.AGENT)


@asynccontextmanager
async def limited(override: Any, **settings: str) -> AsyncIterator[Starlette]:
    """An API of its own whose limits are on."""
    with override(OPORA_RATE_LIMITS="on", **settings) as changed:
        app = create_app(changed, opening=lambda _: nullcontext())
        try:
            yield app
        finally:
            await app.state.rate_limits.close()


def from_address(app: Starlette, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN)


def own_address(door: str, part: int) -> str:
    """One that no other test of the run comes from: the limits of all are in one place."""
    return f"2001:db8:{part:x}:{sorted(DOORS).index(door):x}::1"


def refused_for_haste(response: httpx.Response) -> bool:
    return response.status_code == 429 or "RATE_LIMIT_EXCEEDED" in response.text


def test_every_way_in_by_password_is_tried() -> None:
    by_password = {name for name in TARGETS if name.partition(".")[2].startswith("log_in")}
    assert by_password | {"Mutation.login"} == DOORS.keys()


@pytest.mark.parametrize("door", DOORS)
async def test_names_are_not_gone_through_however_the_address_is_spoofed(door: str, override: Any) -> None:
    path, credentials = DOORS[door]
    async with limited(override) as app, from_address(app, own_address(door, 1)) as client:
        tries = [
            await client.post(
                path,
                headers={"x-forwarded-for": f"198.51.100.{n}", "x-real-ip": f"198.51.100.{n}", "forwarded": f"for={n}"},
                **credentials(f"{unique('nobody')}@example.com", "wrong-horse-7"),
            )
            for n in range(_MOST_TRIES)
        ]
    assert refused_for_haste(tries[-1]), tries[-1].text
    assert sum(not refused_for_haste(one) for one in tries) <= 5


@pytest.mark.parametrize("door", DOORS)
async def test_one_account_is_not_tried_from_everywhere(door: str, override: Any) -> None:
    path, credentials = DOORS[door]
    email = f"{unique('victim')}@example.com"
    tries = []
    async with limited(override) as app:
        for n in range(_MOST_TRIES):
            async with from_address(app, own_address(door, 100 + n)) as client:
                tries.append(await client.post(path, **credentials(email, f"wrong-horse-{n}")))
    assert refused_for_haste(tries[-1])
    assert sum(not refused_for_haste(one) for one in tries) <= 5


async def test_who_is_signed_in_works_on_while_somebody_tries_their_password(person: User, override: Any) -> None:
    headers = bearer(await sign_in(person))
    path, credentials = DOORS["support.log_in"]
    async with limited(override) as app:
        for n in range(7):
            async with from_address(app, f"2001:db8:200:{n:x}::1") as client:
                await client.post(path, **credentials(str(person.email), "wrong-horse-7"))
        async with from_address(app, "2001:db8:201::1") as client:
            assert (await client.get("/v1/auth/me", headers=headers)).status_code == 200


@pytest.mark.parametrize("door", DOORS)
async def test_an_unknown_name_costs_what_a_wrong_password_does_and_is_told_the_same(
    door: str, person: User, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, credentials = DOORS[door]
    computed: list[bytes] = []
    compute = bcrypt.hashpw

    def counted(word: bytes, salt: bytes) -> bytes:
        computed.append(salt)
        return compute(word, salt)

    monkeypatch.setattr(bcrypt, "hashpw", counted)
    answers = []
    for name in (str(person.email), f"{unique('nobody')}@example.com"):
        computed.clear()
        response = await client.post(path, **credentials(name, "wrong-horse-7"))
        answers.append((response.status_code, response.json(), len(computed)))
    assert answers[0] == answers[1]
    assert answers[0][2] == 1


async def test_new_guests_are_counted_by_address(override: Any) -> None:
    site = await new_site()
    few = limited(override, OPORA_RATE_LIMIT_OTHER_PER_MINUTE="5")
    async with few as app, from_address(app, "2001:db8:300::1") as client:
        page = {"x-site-token": str(site.assistant.site_token), "origin": PAGE}
        tries = [
            await client.post("/api/dialogs", json={}, headers=page | {"x-forwarded-for": f"10.0.0.{n}"})
            for n in range(8)
        ]
    assert [response.status_code for response in tries] == [201] * 5 + [429] * 3


async def test_site_tokens_and_guest_ids_are_not_gone_through(override: Any) -> None:
    few = limited(override, OPORA_RATE_LIMIT_OTHER_PER_MINUTE="5")
    async with few as app, from_address(app, "2001:db8:301::1") as client:
        tries = [
            await client.post("/api/dialogs", json={}, headers={"x-site-token": f"guess-{n}", "origin": PAGE})
            for n in range(8)
        ]
    assert [response.status_code for response in tries] == [401] * 5 + [429] * 3


async def test_anothers_idempotency_key_gives_nothing_of_theirs(person: User, client: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "1"}
    secret = {"title": "Secret of the one", "description": "Nobody else reads it"}
    await client.post("/v1/tickets", json=secret, headers=bearer(await sign_in(person)) | key)
    for other in (await new_user(await new_tenant()), None):
        headers = key if other is None else bearer(await sign_in(other)) | key
        response = await client.post("/v1/tickets", json=secret, headers=headers)
        assert "idempotency-replayed" not in response.headers
        assert response.status_code == (401 if other is None else 201)


@pytest.mark.parametrize(
    "password", [PASSWORD.upper(), PASSWORD.lower(), f" {PASSWORD}", f"{PASSWORD} ", PASSWORD[:-1]]
)
async def test_a_password_is_compared_as_it_was_typed(password: str, person: User, client: httpx.AsyncClient) -> None:
    path, credentials = DOORS["support.log_in"]
    assert (await client.post(path, **credentials(str(person.email), password))).status_code == 401
    assert (await client.post(path, **credentials(str(person.email), PASSWORD))).status_code == 200
