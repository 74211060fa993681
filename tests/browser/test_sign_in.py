"""The way into the console by password, and out of it."""

from playwright.async_api import expect

from tests.browser.conftest import OpenSeat
from tests.browser.console import PASSWORD


async def test_a_person_signs_in_by_password_and_out_again(seat: OpenSeat) -> None:
    window = await seat()
    page = await window.go("/console")
    await page.get_by_label("E-mail").fill("agent@demo.example")
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Account:").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in to Opora")).to_be_visible()
    assert await page.evaluate("localStorage['opora.session']") is None


async def test_a_wrong_password_is_told_and_opens_nothing(seat: OpenSeat) -> None:
    page = await (await seat()).go("/console")
    await page.get_by_label("E-mail").fill("agent@demo.example")
    await page.get_by_role("textbox", name="Password").fill("not-the-password")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong")
    assert await page.evaluate("localStorage['opora.session']") is None
