import gzip

import pytest
from httpx import AsyncClient

from app.pages import catalogue

SCRIPT = "vendor/graphiql@4.1.2/graphiql.min.js"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("pages/site.css", "text/css; charset=utf-8"),
        ("pages/index.js", "text/javascript; charset=utf-8"),
        ("pages/favicon.svg", "image/svg+xml"),
        ("vendor/react@18.3.1/LICENSE", "text/plain; charset=utf-8"),
    ],
)
async def test_a_file_is_served_with_its_media_type(browser: AsyncClient, path: str, media_type: str) -> None:
    response = await browser.get(f"/assets/{path}")
    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_file_without_its_hash_in_the_address_is_revalidated(browser: AsyncClient) -> None:
    for address in (f"/assets/{SCRIPT}", f"/assets/{SCRIPT}?v=0123456789abcdef"):
        assert (await browser.get(address)).headers["cache-control"] == "no-cache"


async def test_a_known_file_is_answered_with_304(browser: AsyncClient) -> None:
    etag = (await browser.get(f"/assets/{SCRIPT}")).headers["etag"]
    for asked in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = await browser.get(f"/assets/{SCRIPT}", headers={"if-none-match": asked})
        assert response.status_code == 304
        assert response.content == b""
        assert response.headers["etag"] == etag
    assert (await browser.get(f"/assets/{SCRIPT}", headers={"if-none-match": '"other"'})).status_code == 200


async def test_each_encoding_has_its_own_etag_and_the_same_content(browser: AsyncClient) -> None:
    plain = await browser.get(f"/assets/{SCRIPT}", headers={"accept-encoding": "gzip;q=0, identity"})
    packed = await browser.get(f"/assets/{SCRIPT}", headers={"accept-encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content


async def test_head_of_a_file_has_the_headers_of_get(browser: AsyncClient) -> None:
    head, full = await browser.head(f"/assets/{SCRIPT}"), await browser.get(f"/assets/{SCRIPT}")
    assert head.content == b""
    assert head.headers["etag"] == full.headers["etag"]
    assert head.headers["content-length"] == str(len(gzip.compress(full.content, 6, mtime=0)))


@pytest.mark.parametrize(
    "path",
    [
        "../app/pages.py",
        "..%2fapp%2fpages.py",
        "%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "pages/..%2f..%2fpyproject.toml",
        "pages/%00",
        "pages/%ff",
        "pages/",
        "",
        "pages/index.html",
        "vendor/manifest.json",
    ],
)
async def test_nothing_but_the_listed_files_is_served(browser: AsyncClient, path: str) -> None:
    response = await browser.get(f"/assets/{path}")
    assert response.status_code == 404
    assert not any(word in response.text for word in ("import", "root:", "[project]", "integrity"))


async def test_a_missing_file_is_plain_text_for_what_is_no_browser(browser: AsyncClient) -> None:
    response = await browser.get("/assets/missing.js", headers={"accept": "*/*"})
    assert (response.status_code, response.text) == (404, "Not found\n")


async def test_writing_methods_are_refused(browser: AsyncClient) -> None:
    assert (await browser.post(f"/assets/{SCRIPT}")).status_code == 405


def test_a_template_that_names_a_missing_file_fails_at_once() -> None:
    with pytest.raises(KeyError):
        catalogue().url("vendor/missing.js")
