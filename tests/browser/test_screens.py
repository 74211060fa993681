"""Each screen comes without a fault of the browser, and everybody can use it: light, dark, on a phone.

One window for each person walks from screen to screen, as people do; a failure names the screen and what it is seen in.
"""

import re
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.axe import grave_findings, grave_findings_of_colours, grave_findings_of_structure
from tests.browser.conftest import OpenSeat
from tests.browser.console import PASSWORD, Seat, open_seat
from tests.browser.demo import Demo
from tests.browser.screens import ADMIN, CUSTOMER, LANGUAGE, SCREENS, SUPERADMIN, Screen, words
from tests.browser.work import Desk
from tests.system.installation import OPORA, eventually

_WIDE: ViewportSize = {"width": 1280, "height": 800}
_PHONE: ViewportSize = {"width": 360, "height": 740}
_PATIENCE_S = 60.0
_STILL = "[role=status] .mantine-Skeleton-root"
_RAW_KEY = re.compile(r"\b[a-z]+(?:_[a-z]+)*\.[A-Z][A-Z_]{2,}\b")
_WALK = "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }"
_SETTLE = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => {
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish()
})"""
_MAIN = ("/", *(f"/console/{area}" for area in ("inbox", "queue", "knowledge/sources", "statistics", "money")))
# https://web.dev/articles/cls calls 0.1 good.
_LARGEST_SHIFT = 0.05
_SHIFTS = """shifts = 0; new PerformanceObserver((list) => {
  for (const each of list.getEntries()) shifts += each.value
}).observe({ type: 'layout-shift', buffered: true })"""
_HAS = """{
  tickets(first: 1) { edges { node { id } } } dialogs(limit: 1) { dialogs { id } } assistants { id }
  knowledgeSources { name } unansweredGroups(status: OPEN) { groups { id } }
}"""


@dataclass
class Walks:
    """The window of each person, opened when their first screen is looked at."""

    browser: Browser
    origin: str
    places: dict[str, str]
    seats: dict[str | None, Seat] = field(default_factory=dict)

    async def to(self, screen: Screen) -> Seat:
        path = screen.path.format(**self.places)
        seat = self.seats.get(screen.email)
        if seat is None or not path.startswith("/console"):
            seat = seat or await open_seat(self.browser, self.origin, screen.email, language=LANGUAGE)
            self.seats[screen.email] = seat
            await seat.go(path)
        elif "/console" not in seat.page.url:
            await seat.go(path)
        else:
            await seat.page.evaluate(_WALK, path)
        await _arrived(seat.page, screen)
        return seat


async def _arrived(page: Page, screen: Screen) -> None:
    heading = page.get_by_role("heading", level=1)
    if screen.heading is None:
        await expect(heading.first).to_be_visible()
    else:
        await expect(heading).to_have_text(words(screen.heading))
    await expect(page.locator(_STILL)).to_have_count(0)
    if screen.opens:
        await page.get_by_role("button", name=words(screen.opens), exact=True).first.click()
        await expect(page.get_by_role("dialog").or_(page.get_by_role("form")).first).to_be_visible()


@pytest.fixture(scope="module")
def places(desk: Desk, installation: Demo) -> dict[str, str]:
    """What the paths of screens name."""
    answers = {"has": desk.ask(ADMIN, _HAS)}

    def complete() -> bool:
        # The assistant's questions without an answer are gathered by a job.
        answers["has"] = desk.ask(ADMIN, _HAS)
        return bool(answers["has"]["unansweredGroups"]["groups"])

    assert eventually(complete, _PATIENCE_S), "the demo has no question without an answer"
    has = answers["has"]
    person = ["--email", SUPERADMIN, "--password", PASSWORD, "--role", "superadmin"]
    environment = {"OPORA_DATA_DIR": str(installation.data), "OPORA_BCRYPT_ROUNDS": "4"}
    subprocess.run([OPORA, "user", "create", *person], env=environment, check=True, capture_output=True)
    return {
        "ticket": has["tickets"]["edges"][0]["node"]["id"],
        "own_ticket": desk.ticket("Where is the engineer?", CUSTOMER),
        "dialog": has["dialogs"]["dialogs"][0]["id"],
        "assistant": has["assistants"][0]["id"],
        "source": quote(has["knowledgeSources"][0]["name"], safe=""),
        "group": has["unansweredGroups"]["groups"][0]["id"],
    }


@pytest.fixture(scope="module")
async def walks(browser: Browser, origin: str, places: dict[str, str]) -> AsyncIterator[Walks]:
    opened = Walks(browser, origin, places)
    yield opened
    for seat in opened.seats.values():
        await seat.context.close()


async def _defects(seat: Seat) -> dict[str, list[str]]:
    """What is wrong with the screen that is open, by what it is seen in."""
    page = seat.page
    await page.evaluate(_SETTLE)
    found = {"light": await grave_findings(page)}
    found["words"] = _RAW_KEY.findall(await page.inner_text("body"))
    await page.emulate_media(color_scheme="dark")
    await page.evaluate(_SETTLE)
    found["dark"] = await grave_findings_of_colours(page)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(_PHONE)
    await page.evaluate(_SETTLE)
    width = await page.evaluate("document.documentElement.scrollWidth")
    found["phone"] = await grave_findings_of_structure(page)
    found["width on a phone"] = [f"{width} px"] if width > _PHONE["width"] else []
    await page.set_viewport_size(_WIDE)
    found["browser"] = list(seat.faults)
    seat.faults.clear()
    return {seen: defects for seen, defects in found.items() if defects}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
async def test_a_screen_has_no_defect_in_light_in_dark_and_on_a_phone(walks: Walks, screen: Screen) -> None:
    seat = await walks.to(screen)
    try:
        assert await _defects(seat) == {}
    finally:
        if screen.opens:
            await seat.page.keyboard.press("Escape")


@pytest.mark.parametrize("size", [_WIDE, _PHONE], ids=["wide", "phone"])
async def test_nothing_moves_while_a_screen_comes(seat: OpenSeat, size: ViewportSize) -> None:
    window = await seat(ADMIN, language=LANGUAGE, **size)
    await window.context.add_init_script(_SHIFTS)
    shifts = {}
    for path in _MAIN:
        page = await window.go(path)
        shifts[path] = await page.evaluate("shifts")
    assert {path: shift for path, shift in shifts.items() if shift >= _LARGEST_SHIFT} == {}
