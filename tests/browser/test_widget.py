"""The widget on a shop's page: another origin than Opora's, with a Content-Security-Policy of its own."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.axe import grave_findings
from tests.browser.console import PATIENCE_MS
from tests.browser.visitors import OpenVisit, answer, eventually, messages, words
from tests.browser.wire import Wire

ASKED = "How many devices can I connect to the router?"
_SPOKEN = {
    "ru": (
        "Открыть чат",
        "Ваше сообщение",
        "Сколько устройств можно подключить к роутеру?",
        "64 устройств",
        r"\d+ источник",
    ),
    "kk": ("Чатты ашу", "Хабарламаңыз", "Роутерге қанша құрылғы қосуға болады?", "64 құрылғы", r"\d+ дереккөз"),
    "en": ("Open the chat", "Your message", ASKED, "64 devices", r"\d+ sources?"),
}


@pytest.mark.parametrize("language", _SPOKEN)
async def test_a_visitor_is_answered_with_the_source_in_the_language_of_a_strict_page(
    visit: OpenVisit, language: str
) -> None:
    launcher, field, question, answered, sources = _SPOKEN[language]
    visitor = await visit(language=language, dark=language == "kk")
    page = visitor.page
    await page.get_by_role("button", name=launcher).click()
    await page.get_by_role("textbox", name=field).fill(question)
    await page.get_by_role("textbox", name=field).press("Enter")
    said = page.locator(".message.assistant", has_text=answered)
    await expect(said).to_be_visible(timeout=PATIENCE_MS)
    await said.get_by_text(re.compile(sources)).click()
    await expect(said.locator("blockquote").first).to_contain_text("64")
    assert await grave_findings(page) == []
    assert visitor.seat.faults == []


async def test_a_file_of_the_visitor_goes_with_the_message_and_opens_again(visit: OpenVisit, origin: str) -> None:
    visitor = await visit()
    page = visitor.page
    await visitor.launcher.click()
    await page.locator("input[type=file]").set_input_files(
        {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"Paid twice: 3,000"}
    )
    await expect(page.get_by_role("button", name="Remove bill.txt")).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_have_count(0)
    await visitor.say("I was charged twice, see the bill")
    link = visitor.log.get_by_role("link", name="bill.txt")
    await expect(link).to_be_visible(timeout=PATIENCE_MS)
    address = await link.get_attribute("href")
    assert address is not None
    assert address.startswith(origin)
    assert await (await page.request.get(address)).body() == b"Paid twice: 3,000"
    stored = messages(origin, await visitor.dialog_id())
    assert [file["fileName"] for each in stored for file in each["attachments"]] == ["bill.txt"]
    assert visitor.seat.faults == []


async def test_what_comes_while_the_chat_is_closed_is_counted_until_it_is_opened(visit: OpenVisit, origin: str) -> None:
    visitor = await visit()
    page = visitor.page
    dialog_id = await visitor.reach_person()
    await page.get_by_role("dialog").press("Escape")
    for text in ("Hello, I am here", "What can I do for you?"):
        answer(origin, dialog_id, text)
    counted = page.get_by_role("button", name=re.compile("Open the chat. 2 new messages"))
    await expect(counted).to_be_visible()
    # The page is left and opened again: the count is kept with the visitor, not with the page. Where people are slow to
    # come, a notice may have joined the two.
    await page.reload()
    await page.get_by_role("button", name=re.compile(r"Open the chat. [2-9] new messages")).click()
    await expect(visitor.log.get_by_text("What can I do for you?")).to_be_visible()
    await page.get_by_role("dialog").press("Escape")
    await expect(page.get_by_role("button", name="Open the chat", exact=True)).to_be_visible()


async def test_the_chat_is_opened_used_and_closed_by_keys_alone(visit: OpenVisit) -> None:
    visitor = await visit()
    page = visitor.page
    await expect(visitor.launcher).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(visitor.launcher).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(visitor.field).to_be_focused()
    await page.keyboard.type(ASKED)
    await page.keyboard.press("Enter")
    said = visitor.log.locator(".message.assistant", has_text="64 devices")
    await expect(said).to_be_visible(timeout=PATIENCE_MS)
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await expect(said.locator("summary")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(said.locator("blockquote").first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(visitor.launcher).to_be_focused()


async def test_on_a_phone_the_chat_is_the_whole_screen_and_keys_stay_in_it(visit: OpenVisit) -> None:
    visitor = await visit(width=360, height=740, language="kk")
    page = visitor.page
    await page.get_by_role("button", name="Чатты ашу").click()
    box = page.get_by_role("dialog")
    await expect(box.get_by_role("textbox")).to_be_focused()
    assert await box.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
    for _ in range(6):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.localName") == "opora-widget"
    assert await grave_findings(page) == []
    await page.get_by_role("button", name="Чатты жабу").click()
    await expect(page.get_by_role("button", name="Чатты ашу")).to_be_focused()


async def test_what_is_written_offline_arrives_once_and_in_order_as_do_the_answers(
    visit: OpenVisit, origin: str, wire: Wire
) -> None:
    visitor = await visit(line=wire.origin)
    dialog_id = await visitor.reach_person()
    wire.cut()
    await expect(visitor.page.get_by_text("No connection. What you write is kept")).to_be_visible()
    written = ["First of all,", "my number is 4471", "and my router is red"]
    for text in written:
        await visitor.say(text)
    await expect(visitor.log.get_by_text("Will be sent")).to_have_count(3)
    answer(origin, dialog_id, "Are you still there?")
    wire.mend()
    await expect(visitor.page.get_by_text("No connection. What you write is kept")).to_be_hidden(timeout=PATIENCE_MS)
    await expect(visitor.log.get_by_text("Will be sent")).to_have_count(0, timeout=PATIENCE_MS)
    await expect(visitor.log.get_by_text("Are you still there?")).to_have_count(1)
    assert words(origin, dialog_id)[-3:] == written
    assert (await visitor.shown())[-4:] == ["Are you still there?", *written]


async def test_a_message_whose_confirmation_was_lost_is_stored_once_also_after_a_reload(
    visit: OpenVisit, origin: str, wire: Wire
) -> None:
    visitor = await visit(line=wire.origin)
    dialog_id = await visitor.reach_person()
    wire.lose_answers()
    await visitor.say("My number is 4471")
    assert await eventually(lambda: words(origin, dialog_id)[-1] == "My number is 4471")
    await expect(visitor.log.get_by_text("Will be sent")).to_have_count(1)
    wire.cut()
    wire.mend()
    await visitor.page.reload()
    await visitor.launcher.click()
    await expect(visitor.log.get_by_text("My number is 4471")).to_have_count(1, timeout=PATIENCE_MS)
    await expect(visitor.log.get_by_text("Will be sent")).to_have_count(0, timeout=PATIENCE_MS)
    assert words(origin, dialog_id).count("My number is 4471") == 1
