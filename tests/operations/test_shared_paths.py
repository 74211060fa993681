"""Paths that several documents claim: which dialect answers what, in whose shape, and how often."""

import json
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import httpx
import pytest

from app.api import create_app
from app.openapi import DIALECTS, document
from app.shared_paths import SHARED
from models.tenants import Tenant
from services import tokens
from tests.fixtures.application import bearer, client_of
from tests.fixtures.people import PASSWORD, MakeUser, sign_in, unique

REGISTER, LOGIN, ME = "/api/auth/register", "/api/auth/login", "/api/auth/me"
JSON = {"content-type": "application/json"}


def dialect_of(response: httpx.Response) -> str:
    """Whose shape a failure has; wrong values are 400 in `itdesk` and 422 in `leads`."""
    body = response.json()
    if "error" in body:
        return "replyx"
    assert body.keys() == {"detail"}
    return "leads" if response.status_code == 422 else "itdesk"


def test_two_dialects_share_only_what_the_table_of_choices_names() -> None:
    claims: dict[tuple[str, str], list[str]] = {}
    for dialect in DIALECTS:
        for one in dialect.operations:
            claims.setdefault((one.method, dialect.prefix + one.path), []).append(dialect.name)
    shared = {(method, path) for path, choices in SHARED.items() for method in choices}
    assert {claim for claim, names in claims.items() if len(names) > 1} == shared


@pytest.mark.parametrize(
    ("path", "body", "dialect"),
    [
        (REGISTER, {"company_name": "A", "email": "nobody"}, "leads"),
        (REGISTER, {"company_name": "A", "username": "b"}, "leads"),
        (REGISTER, {"company_name": None}, "leads"),
        (REGISTER, {"username": "b", "email": "nobody"}, "itdesk"),
        (REGISTER, {"email": "nobody"}, "replyx"),
        (REGISTER, {}, "replyx"),
        (REGISTER, [], "replyx"),
        (REGISTER, "company_name", "replyx"),
        (LOGIN, {"username": "b", "email": "nobody@example.com"}, "itdesk"),
        (LOGIN, {"username": None}, "itdesk"),
        (LOGIN, {"email": 7}, "replyx"),
        (LOGIN, {"company_name": "A"}, "replyx"),
        (LOGIN, None, "replyx"),
    ],
)
async def test_the_members_of_a_body_choose(client: httpx.AsyncClient, path: str, body: Any, dialect: str) -> None:
    response = await client.post(path, content=json.dumps(body), headers=JSON)
    assert response.status_code in (400, 422)
    assert dialect_of(response) == dialect


@pytest.mark.parametrize("encoding", [{"data": {"username": "b"}}, {"files": {"username": (None, "b")}}])
async def test_a_form_chooses_leads(client: httpx.AsyncClient, encoding: dict[str, Any]) -> None:
    response = await client.post(LOGIN, **encoding)
    assert (response.status_code, response.json()) == (422, {"detail": "password: Field required"})


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"email": ', b"\xff\xfe", b'{"username": "\\ud800"}', b"[" * 10_000, b'"x"', b"username=b"]
)
@pytest.mark.parametrize("path", [REGISTER, LOGIN])
async def test_what_is_no_form_of_anybodys_has_the_shape_of_replyx(
    client: httpx.AsyncClient, path: str, body: bytes
) -> None:
    response = await client.post(path, content=body, headers=JSON)
    assert response.status_code in (400, 422)
    assert response.json()["error"].keys() == {"code", "message", "details"}


@pytest.mark.parametrize(
    ("headers", "of_replyx"), [(JSON, True), ({"content-type": "application/x-www-form-urlencoded"}, False)]
)
async def test_a_body_beyond_the_limit_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str], of_replyx: bool
) -> None:
    response = await client.post(LOGIN, content=b'{"username": "%s"}' % (b"x" * 20_000), headers=headers)
    assert response.status_code == 413
    assert ("error" in response.json()) is of_replyx


@pytest.mark.parametrize(
    ("dialect", "named"),
    [
        ("leads", "company_name"),
        ("itdesk", "username"),
        ("support", "username"),
        ("telegram", "username"),
        ("replyx", "username"),
        ("graphql", "username"),
    ],
)
async def test_me_has_the_shape_of_the_tokens_dialect(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser, dialect: str, named: str
) -> None:
    headers = bearer(await sign_in(await make_user(tenant), dialect))
    me = (await client.get(ME, headers=headers)).json()
    assert named in me
    assert ("username" in me) != ("company_name" in me)


async def test_me_of_a_bad_token_is_told_by_itdesk(client: httpx.AsyncClient) -> None:
    for headers in ({}, bearer("x.y.z"), {"authorization": "Basic x"}):
        response = await client.get(ME, headers=headers)
        assert (response.status_code, response.json()) == (401, {"detail": "Could not validate credentials"})


async def test_a_token_of_one_dialect_is_good_on_all(
    client: httpx.AsyncClient, tenant: Tenant, make_user: MakeUser
) -> None:
    user = await make_user(tenant)
    for dialect in tokens.Dialect:
        headers = bearer(await sign_in(user, dialect))
        for path in (ME, "/api/v1/auth/me", "/v1/auth/me", "/api/users/me"):
            assert (await client.get(path, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("path", "allowed"), [(REGISTER, "OPTIONS, POST"), (LOGIN, "OPTIONS, POST"), (ME, "GET, HEAD, OPTIONS")]
)
async def test_other_methods(client: httpx.AsyncClient, path: str, allowed: str) -> None:
    refused = await client.delete(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, allowed)
    assert "error" in refused.json()
    told = await client.options(path)
    assert (told.status_code, told.headers["allow"]) == (204, allowed)


@pytest.mark.parametrize(
    ("path", "shape"),
    [("/api/nothing", "replyx"), ("/api", "replyx"), ("/api/auth", "replyx"), ("/api/v1/nothing", "telegram")],
)
async def test_an_unknown_path_has_the_shape_of_its_owner(client: httpx.AsyncClient, path: str, shape: str) -> None:
    response = await client.get(path)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (404, "NOT_FOUND")
    assert error["details"] == ({} if shape == "replyx" else [])
    assert error["message"] == "Ресурс не найден"


@pytest.fixture
async def limited(override: Any, database: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API of its own whose limits are on."""
    with override(OPORA_RATE_LIMITS="on", OPORA_TRUSTED_PROXIES="127.0.0.1") as settings:
        app = create_app(settings, opening=lambda _: nullcontext())
        async with client_of(app) as client:
            yield client
        await app.state.rate_limits.close()


async def test_the_forms_of_an_address_count_together_but_for_that_of_replyx(
    limited: httpx.AsyncClient,
) -> None:
    headers = {"x-forwarded-for": f"10.77.0.{len(unique('x')) % 250}"}
    forms: list[dict[str, Any]] = [
        {"data": {"username": f"{unique('a')}@example.com", "password": PASSWORD}},
        {"json": {"username": unique("a"), "password": PASSWORD}},
        {"json": {"email": f"{unique('a')}@example.com"}},
    ] * 3
    statuses = [(await limited.post(LOGIN, headers=headers, **form)).status_code for form in forms]
    assert statuses == [401, 401, 422, 401, 401, 422, 401, 429, 422]


def test_openapi_shows_each_once_with_the_forms_of_all() -> None:
    paths = json.loads(document())["paths"]
    forms = paths[REGISTER]["post"]["requestBody"]["content"]["application/json"]
    assert len(forms["schema"]["anyOf"]) == len(forms["examples"]) == 3
    assert paths[LOGIN]["post"]["requestBody"]["content"].keys() >= {
        "application/json",
        "application/x-www-form-urlencoded",
    }
    assert len(paths[ME]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]) == 2
