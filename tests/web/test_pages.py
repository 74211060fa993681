import json
import re
from html.parser import HTMLParser

import pytest
from httpx import AsyncClient
from starlette.requests import Request

from app.pages import WEB, not_found_response, wants_html

PAGES = ["/", "/docs", "/redoc", "/graphql"]
LANGUAGES = {"en", "ru", "kk"}


class Markup(HTMLParser):
    """Collects what a page loads, links to, and says, and anything inline that the policy would block."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []
        self.texts: dict[str, str] = {}
        self._open_text: str | None = None
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"script", "img", "link"}:
            self.loaded.append(values.get("src") or values.get("href") or "")
        self.inline += [name for name in values if name.startswith("on") or name == "style"]
        self._in_script = tag in {"script", "style"}
        self._open_text = values.get("data-text")

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.inline.append(data)
        if self._open_text is not None:
            self.texts[self._open_text] = data
            self._open_text = None

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def texts() -> dict[str, dict[str, str]]:
    source = (WEB / "pages" / "texts.js").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = json.loads(
        source.removeprefix("window.oporaTexts = ").strip().removesuffix(";")
    )
    return loaded


def request_accepting(accept: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [(b"accept", accept.encode())]})


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_only_our_own_files_and_each_of_them_exists(browser: AsyncClient, path: str) -> None:
    response = await browser.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    loaded = Markup(response.text).loaded
    assert loaded
    for address in loaded:
        assert address.startswith("/assets/")
        assert (await browser.get(address)).headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_holds_no_external_reference_and_nothing_inline(browser: AsyncClient, path: str) -> None:
    text = (await browser.get(path)).text
    assert re.findall(r"https?://|\{\{", text) == []
    assert Markup(text).inline == []


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_forbids_inline_scripts_and_framing(browser: AsyncClient, path: str) -> None:
    policy = (await browser.get(path)).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/redoc", "/graphql"])
async def test_a_style_nonce_is_new_with_each_response_and_never_stored(browser: AsyncClient, path: str) -> None:
    nonces = set()
    for _ in range(2):
        response = await browser.get(path)
        found = re.search(r"'nonce-([\w-]{22})'", response.headers["content-security-policy"])
        assert found is not None
        assert f'nonce="{found[1]}"' in response.text
        assert response.headers["cache-control"] == "no-store"
        nonces.add(found[1])
    assert len(nonces) == 2


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_a_page_is_not_sent_again_when_unchanged(browser: AsyncClient, path: str) -> None:
    first = await browser.get(path)
    again = await browser.get(path, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
async def test_head_answers_like_get_without_the_body(browser: AsyncClient, path: str) -> None:
    head, full = await browser.head(path), await browser.get(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(full.content))


async def test_the_first_query_stands_on_the_landing_page_and_in_graphiql(browser: AsyncClient) -> None:
    query = (WEB / "pages" / "first_query.graphql").read_text(encoding="utf-8").splitlines()[1]
    assert query in (await browser.get("/")).text
    assert query in (await browser.get("/graphql")).text


def test_every_text_exists_in_every_language() -> None:
    languages = texts()
    assert set(languages) == LANGUAGES
    for language, spoken in languages.items():
        assert set(spoken) == set(languages["en"]), language
        assert all(spoken.values()), language


@pytest.mark.parametrize("name", ["index", "404"])
def test_a_page_without_scripts_says_the_english_texts(name: str) -> None:
    english = texts()["en"]
    said = Markup((WEB / "pages" / f"{name}.html").read_text(encoding="utf-8")).texts
    assert said
    assert said == {key: english[key] for key in said}


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/json, text/html;q=0.5", False),
        ("application/graphql-response+json, application/json", False),
        ("*/*", False),
        ("text/html;q=0", False),
        ("text/html;q=nonsense", False),
        ("", False),
    ],
)
def test_only_a_client_that_prefers_html_is_taken_for_a_browser(accept: str, html: bool) -> None:
    assert wants_html(request_accepting(accept)) is html


def test_the_page_for_a_missing_address_has_status_404() -> None:
    response = not_found_response(request_accepting("text/html"))
    assert response.status_code == 404
    assert response.headers["vary"] == "Accept"
    assert b"Page not found" in response.body
