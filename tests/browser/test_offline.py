"""Operators whose connection goes and comes back, and an API that is restarted under everybody."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import OpenSeat
from tests.browser.console import PATIENCE_MS
from tests.browser.demo import Demo
from tests.browser.visitors import OpenVisit, answer, eventually, words
from tests.browser.wire import Wire

AGENT = "agent@demo.example"
LOST = "Connection lost. Reconnecting…"


OpenConsole = Callable[[str], Awaitable[Page]]


@pytest.fixture
def console(seat: OpenSeat, wire: Wire) -> OpenConsole:
    """`await console("queue")`: an operator's window whose line can be cut."""

    async def open_one(path: str) -> Page:
        window = await seat(AGENT)
        window.origin = wire.origin
        return await window.go(f"/console/{path}")

    return open_one


def _texts(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("article")


async def test_an_operator_who_was_offline_reads_all_of_a_dialog_once(
    console: OpenConsole, wire: Wire, visit: OpenVisit, origin: str
) -> None:
    visitor = await visit()
    dialog_id = await visitor.reach_person(AGENT)
    page = await console(f"inbox/dialogs/{dialog_id}")
    await expect(_texts(page).filter(has_text="Please call a person")).to_be_visible()
    wire.cut()
    await expect(page.get_by_text(LOST)).to_be_visible(timeout=PATIENCE_MS)
    missed = ["Are you there?", "It is about my router", "The light is red"]
    for text in missed:
        await visitor.say(text)
    assert await eventually(lambda: words(origin, dialog_id)[-3:] == missed)
    wire.mend()
    await expect(page.get_by_text(LOST)).to_be_hidden(timeout=PATIENCE_MS)
    for text in missed:
        await expect(_texts(page).filter(has_text=text)).to_have_count(1)
    await visitor.say("Now it is green")
    await expect(_texts(page).last).to_contain_text("Now it is green")
    shown = await _texts(page).all_inner_texts()
    assert [text for text in shown if any(each in text for each in missed)] == shown[-4:-1]


async def test_the_queue_and_the_inbox_show_who_came_while_the_operator_was_offline(
    console: OpenConsole, wire: Wire, visit: OpenVisit
) -> None:
    visitor = await visit()
    queue, inbox = await console("queue"), await console("inbox?view=waiting")
    # Neither has heard of an event yet: there is no place in the log from which they could go on.
    wire.cut()
    await expect(queue.get_by_text(LOST)).to_be_visible(timeout=PATIENCE_MS)
    await visitor.launcher.click()
    await visitor.say("Please call a person for order 8812")
    await expect(visitor.page.get_by_text("You are number")).to_be_visible(timeout=PATIENCE_MS)
    wire.mend()
    dialog_id = await visitor.dialog_id()
    row = queue.get_by_role("listitem", name=f"Visitor no. {dialog_id}")
    await expect(row).to_be_visible(timeout=PATIENCE_MS)
    await expect(inbox.get_by_role("checkbox", name=f"Visitor no. {dialog_id}")).to_be_visible(timeout=PATIENCE_MS)
    await visitor.page.get_by_role("button", name="Never mind").click()
    await expect(row).to_be_hidden()


async def test_an_answer_whose_confirmation_was_lost_is_sent_again_and_read_once(
    console: OpenConsole, wire: Wire, visit: OpenVisit, origin: str
) -> None:
    visitor = await visit()
    dialog_id = await visitor.reach_person(AGENT)
    page = await console(f"inbox/dialogs/{dialog_id}")
    field = page.get_by_label("Write a reply")
    await field.fill("Your refund is on its way")
    wire.lose_answers()
    await field.press("Control+Enter")
    await expect(visitor.log.get_by_text("Your refund is on its way")).to_be_visible(timeout=PATIENCE_MS)
    wire.cut()
    await expect(page.get_by_text("The server does not answer.")).to_be_visible()
    await expect(field).to_have_value("Your refund is on its way")
    wire.mend()
    await expect(page.get_by_text(LOST)).to_be_hidden(timeout=PATIENCE_MS)
    await field.press("Control+Enter")
    await expect(field).to_have_value("")
    await expect(_texts(page).filter(has_text="Your refund is on its way")).to_have_count(1)
    assert words(origin, dialog_id, "OPERATOR") == ["Your refund is on its way"]
    await expect(visitor.log.get_by_text("Your refund is on its way")).to_have_count(1)


async def test_a_restart_of_the_api_under_a_visitor_and_an_operator_loses_and_repeats_nothing(
    seat: OpenSeat, visit: OpenVisit, installation: Demo
) -> None:
    visitor = await visit()
    dialog_id = await visitor.reach_person(AGENT)
    page = await (await seat(AGENT)).go(f"/console/inbox/dialogs/{dialog_id}")
    installation.kill_api()
    await visitor.say("Said while it was down")
    await expect(page.get_by_text(LOST)).to_be_visible(timeout=PATIENCE_MS)
    await expect(_texts(page).filter(has_text="Said while it was down")).to_have_count(1, timeout=PATIENCE_MS)
    await expect(page.get_by_text(LOST)).to_be_hidden(timeout=PATIENCE_MS)
    answer(installation.origin, dialog_id, "Heard you", AGENT)
    await expect(visitor.log.get_by_text("Heard you")).to_be_visible(timeout=PATIENCE_MS)
    await expect(_texts(page).filter(has_text="Heard you")).to_have_count(1)
    assert (await visitor.shown())[-2:] == ["Said while it was down", "Heard you"]
    assert words(installation.origin, dialog_id)[-1:] == ["Said while it was down"]
