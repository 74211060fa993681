"""From the assistant to a person and back, in the browsers of both."""

import asyncio
import re

from playwright.async_api import Page, expect

from tests.browser.conftest import OpenSeat
from tests.browser.console import PATIENCE_MS
from tests.browser.visitors import OpenVisit, Visitor, words

AGENT, SECOND = "agent@demo.example", "moderator@demo.example"
ASKED = "How many devices can I connect to the router?"


async def test_a_visitor_is_handed_to_an_operator_and_back_and_both_read_all_that_was_said(
    seat: OpenSeat, visit: OpenVisit, origin: str
) -> None:
    visitor = await visit()
    window = await seat(AGENT)
    console = await window.go("/console/queue")
    dialog_id = await _call_person(visitor, "My invoice 5521 is wrong")
    row = console.get_by_role("listitem").filter(has_text="My invoice 5521 is wrong")
    await expect(row.get_by_label("in the queue")).to_be_visible()
    await row.get_by_role("button", name="Take", exact=True).click()
    await expect(console).to_have_url(re.compile(f"/console/inbox/dialogs/{dialog_id}$"))
    await expect(visitor.page.get_by_text("is answering you")).to_be_visible()
    await _talk(visitor, console)
    await console.get_by_role("button", name="Return to the assistant").click()
    await expect(visitor.page.get_by_role("button", name="Call a person")).to_be_visible()
    await visitor.say(ASKED)
    answered = "64 devices"
    await expect(visitor.log.locator(".assistant", has_text=answered)).to_be_visible(timeout=PATIENCE_MS)
    await expect(console.get_by_role("log").get_by_role("article").filter(has_text=answered)).to_be_visible()
    assert words(origin, dialog_id) == ["My invoice 5521 is wrong", "It is 300 too much", ASKED]
    assert words(origin, dialog_id, "OPERATOR") == ["Good morning! Let me look.", "Corrected."]
    assert [window.faults, visitor.seat.faults] == [[], []]


async def _call_person(visitor: Visitor, text: str) -> str:
    """Says ``text`` and presses the button; returns the dialog's id."""
    await visitor.launcher.click()
    await visitor.say(text)
    await visitor.page.get_by_role("button", name="Call a person").click()
    await expect(visitor.page.get_by_text(re.compile(r"You are number \d+ in the queue"))).to_be_visible()
    return await visitor.dialog_id()


async def _talk(visitor: Visitor, console: Page) -> None:
    """Each sees the other type, and reads what the other wrote, in its place."""
    log, field = console.get_by_role("log"), console.get_by_label("Write a reply")
    await field.press_sequentially("Good morning! Let me look.")
    await expect(visitor.log.get_by_text(re.compile(".+ is writing…"))).to_be_attached()
    await field.press("Control+Enter")
    await expect(visitor.log.get_by_text("Good morning! Let me look.")).to_be_visible()
    await visitor.field.press_sequentially("It is 300 too much")
    await expect(console.get_by_text(re.compile(".+ is typing…"))).to_be_visible()
    await visitor.field.press("Enter")
    await expect(log.get_by_text("It is 300 too much")).to_be_visible()
    await expect(console.get_by_text(re.compile(".+ is typing…"))).to_be_hidden(timeout=2_000)
    await field.fill("Corrected.")
    await console.get_by_role("button", name="Send", exact=True).click()
    await expect(visitor.log.get_by_text("Corrected.")).to_be_visible()
    await expect(visitor.log.get_by_text("Good morning! Let me look.")).to_have_count(1)
    await expect(log.get_by_text("Corrected.")).to_have_count(1)


async def test_of_two_operators_who_take_a_dialog_at_once_one_gets_it_and_the_other_is_told(
    seat: OpenSeat, visit: OpenVisit
) -> None:
    visitor = await visit()
    consoles = [await (await seat(email)).go("/console/queue") for email in (AGENT, SECOND)]
    await _call_person(visitor, "Who takes me first?")
    takes = [
        console.get_by_role("listitem")
        .filter(has_text="Who takes me first?")
        .get_by_role("button", name="Take", exact=True)
        for console in consoles
    ]
    for take in takes:
        await expect(take).to_be_visible()
    await asyncio.gather(*(take.dispatch_event("click") for take in takes))
    told = [console.get_by_text("A colleague was faster: the dialog is with them.") for console in consoles]
    taken = [console.get_by_role("button", name="Return to the assistant") for console in consoles]
    for late, first in zip(told, taken, strict=True):
        await expect(late.or_(first)).to_be_visible()
    assert sorted([await late.is_visible() for late in told]) == [False, True]
    await expect(visitor.page.get_by_text("is answering you")).to_be_visible()
    for take in takes:
        await expect(take).to_have_count(0)


async def test_an_operator_in_the_inbox_sees_a_call_come_and_be_withdrawn(seat: OpenSeat, visit: OpenVisit) -> None:
    visitor = await visit()
    console = await (await seat(AGENT)).go("/console/inbox?view=waiting")
    dialog_id = await _call_person(visitor, "Is anybody there at all?")
    row = console.get_by_role("checkbox", name=f"Visitor no. {dialog_id}")
    await expect(row).to_be_visible()
    await visitor.page.get_by_role("button", name="Never mind").click()
    await expect(row).to_be_hidden()
    await expect(visitor.page.get_by_role("button", name="Call a person")).to_be_visible()
