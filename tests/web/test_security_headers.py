from contextlib import nullcontext
from typing import Any

import pytest
from httpx import AsyncClient

from app.api import create_app
from app.security_headers import DATA_POLICY
from tests.fixtures.application import client_of


@pytest.mark.parametrize("path", ["/data", "/", "/missing"])
async def test_every_response_carries_the_security_headers(browser: AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("public_url", "sent"),
    [(None, None), ("http://desk.example", None), ("https://desk.example", "max-age=31536000")],
)
async def test_browsers_come_back_by_tls_alone_where_it_is_there(
    public_url: str | None, sent: str | None, override: Any
) -> None:
    changed = {} if public_url is None else {"OPORA_PUBLIC_URL": public_url}
    with override(**changed) as settings:
        app = create_app(settings, opening=lambda _: nullcontext())
    async with client_of(app) as client:
        for path in ("/health", "/nothing", "/", "/v1/auth/me"):
            assert (await client.get(path)).headers.get("strict-transport-security") == sent, path
    await app.state.rate_limits.close()


async def test_data_may_do_nothing_in_a_browser(browser: AsyncClient) -> None:
    assert (await browser.get("/data")).headers["content-security-policy"] == DATA_POLICY


async def test_a_response_keeps_the_policy_that_it_sets_itself(browser: AsyncClient) -> None:
    response = await browser.get("/own-policy")
    assert response.headers.get_list("content-security-policy") == ["frame-ancestors https://shop.example"]
