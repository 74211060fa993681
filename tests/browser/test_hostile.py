"""What others write is words, wherever it is shown; and no address leads a person astray."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser import shop
from tests.browser.conftest import OpenSeat
from tests.browser.console import Seat, graphql
from tests.browser.demo import Demo
from tests.browser.hostile import NAME, Company, harm, new_company, prepare
from tests.browser.screens import SCREENS

HARMLESS = [0, 0, 0]
PLACES = (
    *(screen.path for screen in SCREENS if screen.email),
    "/console/inbox?view=all",
    "/console/settings/webhooks",
    "/console/settings/sign-in",
    f"/console/knowledge/sources/{quote(NAME, safe='')}",
    "/console/knowledge/sources",
    "/console/knowledge/faq",
    "/console/knowledge/qa",
    "/console/profile",
)


@pytest.fixture(scope="module")
async def company(installation: Demo) -> Company:
    return await new_company(installation)


@pytest.fixture
async def window(seat: OpenSeat, company: Company) -> AsyncIterator[Seat]:
    """The admin's, which must end without a complaint of the browser."""
    opened = await seat(company.email)
    await prepare(opened.page)
    yield opened
    assert opened.faults == []


async def test_nothing_that_others_wrote_runs_on_any_screen(window: Seat) -> None:
    async def walk(places: Sequence[str]) -> None:
        other = Seat(await window.context.new_page(), window.context, window.origin, window.faults)
        other.watch()
        await prepare(other.page)
        for place in places:
            page = await other.go(place)
            assert (place, await harm(page)) == (place, HARMLESS)

    # Most of the time is waiting: several walk at once.
    await asyncio.gather(*(walk(PLACES[first::5]) for first in range(5)))


async def test_nothing_that_others_wrote_runs_in_conversations_and_drawers(window: Seat, company: Company) -> None:
    page = await window.go(f"/console/inbox/tickets/{company.ticket}?view=all")
    await expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    await expect(page.get_by_text("[press](javascript:stolen())").first).to_be_visible()
    assert await harm(page) == HARMLESS
    page = await window.go(f"/console/inbox/dialogs/{company.dialog}?view=all")
    await expect(page.get_by_text("[press](javascript:stolen())").first).to_be_visible()
    assert await harm(page) == HARMLESS
    page = await window.go(f"/console/settings/webhooks/{company.endpoint}")
    await page.get_by_role("button", name="New ticket").click()
    await expect(page.get_by_text("[press](javascript:stolen())").first).to_be_visible()
    assert await harm(page) == HARMLESS


async def test_a_letter_runs_nothing_and_loads_nothing(window: Seat) -> None:
    page = await window.go("/console/mail")
    for number in range(await page.locator("tbody tr").count()):
        await page.locator("tbody tr").nth(number).get_by_role("link").click()
        await expect(page.locator("iframe")).to_have_attribute("sandbox", "allow-same-origin")
        assert await harm(page) == HARMLESS
        await page.get_by_role("dialog").get_by_role("button").first.click()
        await expect(page.locator("iframe")).to_have_count(0)


async def test_a_shared_view_of_broken_shape_opens_all_the_same(window: Seat) -> None:
    page = await window.go("/console/inbox")
    await page.get_by_role("button", name="View:").click()
    await page.get_by_role("menuitem", name=NAME).click()
    await expect(page.get_by_role("list", name="Inbox").get_by_role("listitem").first).to_be_visible()
    page = await window.go("/console/inbox?f=" + quote('{"status":{"a":1},"kinds":"x","createdFrom":[]}'))
    await expect(page.get_by_role("list", name="Inbox").get_by_role("listitem").first).to_be_visible()


async def test_names_of_companies_and_providers_are_words_to_strangers(seat: OpenSeat, company: Company) -> None:
    stranger = await seat()
    await prepare(stranger.page)
    page = await stranger.go(f"/console/?company={company.slug}")
    await expect(page.get_by_role("button", name="<img src=x onerror=stolen()>")).to_be_visible()
    assert await harm(page) == HARMLESS
    page = await stranger.go(f"/console/?company={quote(NAME)}")
    assert (await harm(page), stranger.faults) == (HARMLESS, [])


async def test_a_visitor_of_a_hostile_assistant_reads_words(
    seat: OpenSeat, site: str, origin: str, company: Company
) -> None:
    visitor = await seat()
    page = visitor.page
    await prepare(page)
    await page.goto(shop.address(site, origin, company.site_token))
    await page.get_by_role("button", name="Open the chat").click()
    await page.get_by_role("textbox", name="Your message").fill(
        "[press](javascript:stolen()) <img src=x onerror=stolen()>"
    )
    await page.get_by_role("textbox", name="Your message").press("Enter")
    await expect(page.get_by_role("log").get_by_text("[press](javascript:stolen())")).to_be_visible()
    links = page.locator("opora-widget a")
    assert await links.evaluate_all("all => all.filter(({ protocol }) => !/^https?:$/.test(protocol)).length") == 0
    assert await page.locator("opora-widget img[src=x]").count() == 0
    assert (await harm(page), visitor.faults) == (HARMLESS, [])


@pytest.mark.parametrize(
    "path",
    [
        "/console/sign-in/callback/demo?error=access_denied&error_description=Send+your+password+to+us",
        "/console/sign-in/callback/demo?error=%3Cimg%20src%3Dx%20onerror%3Dstolen()%3E",
    ],
)
async def test_words_in_an_address_are_not_shown_as_a_providers(seat: OpenSeat, path: str) -> None:
    stranger = await seat()
    await prepare(stranger.page)
    page = await stranger.go(path)
    alert = page.get_by_role("alert")
    await expect(alert).to_be_visible()
    assert "password" not in await alert.inner_text()
    assert (await harm(page), stranger.faults) == (HARMLESS, [])


async def test_a_code_that_nobody_here_asked_for_signs_nobody_in(seat: OpenSeat) -> None:
    stranger = await seat()
    page = await stranger.go("/console/sign-in/callback/demo?code=stolen&state=guessed")
    await expect(page.get_by_role("alert")).to_be_visible()
    await _is_here_and_a_stranger(page, stranger.origin)


@pytest.mark.parametrize("path", ["/console//evil.example/", "/console/%2F%2Fevil.example", "/console/\\evil.example"])
async def test_no_address_below_the_console_leads_to_another_site(seat: OpenSeat, path: str) -> None:
    signed_in = await seat("agent@demo.example")
    page = await signed_in.go(path)
    await expect(page.get_by_role("main")).to_be_visible()
    assert urlsplit(page.url).netloc == urlsplit(signed_in.origin).netloc


async def _is_here_and_a_stranger(page: Page, origin: str) -> None:
    assert urlsplit(page.url).netloc == urlsplit(origin).netloc
    assert await page.evaluate("localStorage['opora.session']") is None


async def test_a_session_is_no_cookie_and_ends_with_signing_out(seat: OpenSeat) -> None:
    window = await seat("customer@demo.example")
    page = await window.go("/console")
    assert await window.context.cookies() == []
    token = await page.evaluate("JSON.parse(localStorage['opora.session']).accessToken")
    assert graphql(window.origin, "{ me { id } }", {}, token)["me"]
    await page.get_by_role("button", name="Account:").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in to Opora")).to_be_visible()
    with pytest.raises(AssertionError, match="UNAUTHORIZED"):
        graphql(window.origin, "{ me { id } }", {}, token)


async def test_the_console_stands_in_no_frame_and_runs_nothing_inline(origin: str) -> None:
    async with httpx.AsyncClient() as client:
        pages = await asyncio.gather(*(client.get(origin + path) for path in ("/console", "/console/inbox", "/")))
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"
        for said in ("frame-ancestors 'none'", "script-src 'self';", "default-src 'none'", "base-uri 'none'"):
            assert said in policy
        assert "unsafe" not in policy
