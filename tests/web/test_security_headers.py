import pytest
from httpx import AsyncClient

from app.security_headers import DATA_POLICY


@pytest.mark.parametrize("path", ["/data", "/", "/missing"])
async def test_every_response_carries_the_security_headers(browser: AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_data_may_do_nothing_in_a_browser(browser: AsyncClient) -> None:
    assert (await browser.get("/data")).headers["content-security-policy"] == DATA_POLICY


async def test_a_response_keeps_the_policy_that_it_sets_itself(browser: AsyncClient) -> None:
    response = await browser.get("/own-policy")
    assert response.headers.get_list("content-security-policy") == ["frame-ancestors https://shop.example"]
