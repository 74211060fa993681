"""Each screen: it comes without a fault of the browser, and everybody can use it."""

import pytest

from tests.browser.axe import grave_findings
from tests.browser.conftest import OpenSeat
from tests.browser.screens import SCREENS, Screen

NARROW = 360


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
async def test_a_screen_has_no_grave_finding_of_axe_in_light_and_dark(seat: OpenSeat, screen: Screen) -> None:
    for dark in (False, True):
        window = await seat(screen.email, dark=dark)
        page = await window.go(screen.path)
        assert await grave_findings(page) == [], "dark" if dark else "light"
        assert window.faults == []


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
async def test_a_screen_fits_a_narrow_phone(seat: OpenSeat, screen: Screen) -> None:
    window = await seat(screen.email, width=NARROW, height=740, language="kk")
    page = await window.go(screen.path)
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW
    assert await grave_findings(page) == []
