"""What is true of every request: ids, log lines without secrets, shapes of failures, CORS, security headers."""

import json
import logging
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from app.api import create_app
from app.failures import Failures, UnexpectedErrors
from app.openapi import DIALECTS
from app.request_log import RequestLog
from core.actor import Role
from models.tenants import Tenant
from tests.fixtures.application import AsUser, Websocket, client_of
from tests.fixtures.people import PASSWORD, MakeUser


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What is logged from here on, parsed; complete when the test reads it."""
    caplog.set_level(logging.DEBUG)

    class Lines(list[dict[str, Any]]):
        def __iter__(self) -> Iterator[dict[str, Any]]:
            return iter([json.loads(record.message) for record in caplog.records if record.message.startswith("{")])

    return Lines()


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123", True), ("a" * 65, False), ("a b", False), ("", False), ("é", False)]
)
async def test_a_sane_request_id_is_kept(given: str, kept: bool, client: httpx.AsyncClient) -> None:
    response = await client.get("/health", headers=[(b"x-request-id", given.encode())])
    assert (response.headers["x-request-id"] == given) is kept
    assert len(response.headers["x-request-id"]) >= 7


async def test_a_line_for_each_request(
    tenant: Tenant, make_user: MakeUser, as_user: AsUser, lines: list[dict[str, Any]]
) -> None:
    user = await make_user(tenant, Role.AGENT)
    client = await as_user(user)
    response = await client.get("/v1/tickets?status=open", headers={"x-request-id": "line-1"})
    (line,) = [line for line in lines if line["event"] == "request"]
    expected = {
        "method": "GET", "path": "/v1/tickets", "status": response.status_code, "request_id": "line-1",
        "tenant_id": tenant.id, "user_id": user.id,
    }  # fmt: skip
    assert {name: line[name] for name in expected} == expected
    assert line["milliseconds"] > 0


async def test_no_secret_is_logged_or_told(
    tenant: Tenant,
    make_user: MakeUser,
    client: httpx.AsyncClient,
    websocket: Websocket,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="app")
    caplog.set_level(logging.DEBUG, logger="rest")
    user = await make_user(tenant)
    login = await client.post("/v1/auth/login/json", json={"email": user.email, "password": PASSWORD})
    token, refresh = login.json()["access_token"], login.json()["refresh_token"]
    await client.post("/v1/auth/login/json", json={"email": user.email, "password": "wrong-password-1"})
    await client.post("/v1/auth/refresh", json={"refresh_token": refresh + "x"})
    await client.get(f"/v1/tickets/1?token={token}", headers={"authorization": f"Bearer {token}"})
    async with websocket(f"/v1/ws/1?token={token}") as socket:
        await socket.closed()
    text = caplog.text
    assert text.count('"event": "request"') >= 5
    assert not any(secret in text for secret in (PASSWORD, "wrong-password-1", token, refresh, "eyJ"))


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/v1/nothing", 404, "Not Found"),
        ("GET", "/v1", 404, "Not Found"),
        ("GET", "/nothing", 404, "Not Found"),
        ("PUT", "/v1/tickets", 405, "Method Not Allowed"),
        ("DELETE", "/v1/auth/me", 405, "Method Not Allowed"),
        ("BREW", "/v1/tickets", 405, "Method Not Allowed"),
    ],
)
async def test_unknown_paths_and_wrong_methods(
    method: str, path: str, status: int, detail: str, client: httpx.AsyncClient
) -> None:
    response = await client.request(method, path)
    assert (response.status_code, response.json()) == (status, {"detail": detail})
    if status == 405:
        assert {"GET", "HEAD", "OPTIONS"} <= set(response.headers["allow"].split(", "))


async def test_a_browser_gets_a_page_outside_the_apis(client: httpx.AsyncClient) -> None:
    headers = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = await client.get("/nothing", headers=headers)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    api = await client.get("/v1/nothing", headers=headers)
    assert api.json() == {"detail": "Not Found"}


async def test_head_and_options(tenant: Tenant, make_user: MakeUser, as_user: AsUser) -> None:
    client = await as_user(await make_user(tenant))
    head = await client.head("/v1/tickets")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "2")
    options = await client.options("/v1/tickets")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


async def test_what_nobody_expected_is_told_by_an_id_alone(
    tenant: Tenant, make_user: MakeUser, as_user: AsUser, lines: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise KeyError("the secret inside")

    client = await as_user(await make_user(tenant))
    monkeypatch.setattr("services.tickets.list_tickets", broken)
    response = await client.get("/v1/tickets")
    (line,) = [line for line in lines if line["event"] == "unexpected_error"]
    assert (response.status_code, response.json()) == (500, {"detail": f"Internal error {line['error_id']}"})
    assert "KeyError" in line["exception"]
    assert "secret inside" not in response.text


async def test_an_error_outside_operations_is_rendered_too(lines: list[dict[str, Any]]) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError(Request(scope).url.path)

    app = RequestLog(UnexpectedErrors(broken, Failures(DIALECTS)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://opora.test") as client:
        response = await client.get("/v1/x")
    assert response.status_code == 500
    assert response.json()["detail"].startswith("Internal error ")
    assert [line["status"] for line in lines if line["event"] == "request"] == [500]


async def test_other_origins_are_allowed_by_the_setting_alone(override: Any, client: httpx.AsyncClient) -> None:
    asked = {"origin": "https://desk.example", "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in (await client.options("/v1/tickets", headers=asked)).headers
    with override(OPORA_ALLOWED_ORIGINS="https://desk.example") as settings:
        app = create_app(settings, opening=lambda _: nullcontext())
        async with client_of(app) as allowed:
            preflight = await allowed.options("/v1/tickets", headers=asked)
            stranger = await allowed.options("/v1/tickets", headers=asked | {"origin": "https://evil.example"})
        await app.state.rate_limits.close()
    assert preflight.headers["access-control-allow-origin"] == "https://desk.example"
    assert "access-control-allow-origin" not in stranger.headers


async def test_security_headers_are_on_every_response(client: httpx.AsyncClient) -> None:
    for path in ("/v1/auth/me", "/health", "/nothing", "/"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in headers["content-security-policy"], path
