"""The knowledge: files become passages with versions, a search shows its scores, the unanswered gets its answer."""

import re

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import OpenSeat
from tests.browser.visitors import eventually
from tests.browser.work import ADMIN, AGENT, Desk

PATIENCE_MS = 60_000
MANUAL = """# Drone pads

## Landing

A drone lands on the roof pad between 06:00 and 22:00. Wind above {wind} metres a second closes the pad.

## Charging

A charge takes 40 minutes, and the pad holds two drones.
"""
_GROUPS = "{ unansweredGroups(status: OPEN, limit: 100) { groups { id question count } } }"
BORSCHT = ("What is the recipe of borscht?", "Please tell me the recipe of borscht")


def manual(name: str, wind: int) -> FilePayload:
    return {"name": name, "mimeType": "text/markdown", "buffer": MANUAL.format(wind=wind).encode()}


async def upload(page: Page, file: FilePayload, *, passages: int) -> Locator:
    """Choose the file, and wait until it is read; returns its row."""
    await page.get_by_label("Drop files here, or click to choose").set_input_files([file])
    row = page.get_by_role("row").filter(has_text=file["name"]).first
    await expect(row.get_by_text(f"{passages} passage")).to_be_visible(timeout=PATIENCE_MS)
    return row


async def test_an_uploaded_file_is_read_before_ones_eyes_and_found_with_its_scores(seat: OpenSeat) -> None:
    window = await seat(ADMIN)
    page = await window.go("/console/knowledge")
    # What is shown for a moment is not there to be waited for on a fast machine: the page itself notes it.
    await page.evaluate(
        "window.seen = new Set(); new MutationObserver(() => document.querySelectorAll('[role=progressbar]')"
        ".forEach((bar) => seen.add(bar.ariaLabel))).observe(document.body, { childList: true, subtree: true })"
    )
    await upload(page, manual("drones.md", 12), passages=2)
    assert "drones.md" in await page.evaluate("[...seen]")
    await page.get_by_role("tab", name="Try the search").click()
    await page.get_by_label("A customer's question").fill("When does a drone land on the roof pad?")
    await page.get_by_role("button", name="Search", exact=True).last.click()
    first = page.get_by_role("article", name="Place 1", exact=True)
    await expect(first.get_by_role("link", name="drones.md")).to_be_visible()
    await expect(first).to_contain_text("between 06:00 and 22:00")
    await expect(first.get_by_text(re.compile(r"^\d+%$")).first).to_be_visible()
    for lane in ("Meaning", "Words"):
        assert float(await first.get_by_role("progressbar", name=lane).get_attribute("aria-valuenow") or 0) > 0
    await expect(page.get_by_role("status").filter(has_text="The assistant would")).to_be_visible()
    assert window.faults == []


async def test_a_second_upload_of_a_file_makes_new_versions_and_keeps_the_old(seat: OpenSeat) -> None:
    window = await seat(ADMIN)
    page = await window.go("/console/knowledge")
    row = await upload(page, manual("pads.md", 12), passages=2)
    colleague = await (await seat(ADMIN)).go("/console/knowledge")
    await row.get_by_role("link", name="pads.md").click()
    await expect(page.get_by_role("article").filter(has_text="Wind above 12 metres")).to_be_visible()
    await upload(colleague, manual("pads.md", 9), passages=2)
    landing = page.get_by_role("article").filter(has_text="Wind above")
    await expect(landing).to_contain_text("Wind above 9 metres", timeout=PATIENCE_MS)
    await expect(landing.get_by_text("version 2")).to_be_visible()
    await expect(page.get_by_role("article").filter(has_text="A charge").get_by_text("version 1")).to_be_visible()
    await landing.get_by_role("button", name="Version history").click()
    history = page.get_by_role("dialog", name="Version history")
    await expect(history.get_by_role("article")).to_have_count(2)
    await expect(history.get_by_role("deletion")).to_have_text("12")
    await expect(history.get_by_role("insertion")).to_have_text("9")
    await history.get_by_role("button", name="Close").click()
    await page.get_by_text("Old versions", exact=True).click()
    await expect(page.get_by_role("article").filter(has_text="Wind above")).to_contain_text("Wind above 12 metres")
    assert window.faults == []


async def test_an_unanswered_question_is_grouped_and_an_answer_empties_the_group(seat: OpenSeat, desk: Desk) -> None:
    for question in BORSCHT:
        desk.ticket(question, autoRespond=True)
    assert await eventually(lambda: _asked(desk) == [2], 60)
    window = await seat(AGENT)
    page = await window.go("/console/unanswered")
    row = page.get_by_role("row").filter(has_text="borscht")
    await expect(row).to_contain_text("2")
    await row.get_by_role("link").click()
    group = page.get_by_role("dialog", name="Unanswered question")
    asked = group.get_by_role("region", name="As customers asked it")
    for question in BORSCHT:
        await expect(asked.get_by_role("article").filter(has_text=question)).to_be_visible()
    await group.get_by_role("textbox", name="Answer").fill("We connect homes; cooks know soups better.")
    await group.get_by_role("button", name="Save the answer").click()
    await expect(page.get_by_role("alert").filter(has_text="2 questions are settled")).to_be_visible()
    await expect(row).to_have_count(0)
    assert _asked(desk) == []
    await page.get_by_text("Answered", exact=True).click()
    await row.get_by_role("link").click()
    await group.get_by_role("link", name="The answer stands in the FAQ").click()
    await expect(
        page.get_by_role("article").filter(has_text="We connect homes; cooks know soups better.")
    ).to_be_visible()
    assert window.faults == []


def _asked(desk: Desk) -> list[int]:
    """How often the open groups of soups were asked."""
    groups = desk.ask(AGENT, _GROUPS)["unansweredGroups"]["groups"]
    return [each["count"] for each in groups if "borscht" in each["question"]]
