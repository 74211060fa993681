"""The inbox: what is new comes by itself, and people find, choose and change what they look for."""

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import OpenSeat
from tests.browser.work import AGENT, CUSTOMER, MODERATOR, Desk

_STATUSES = (
    "query($search: String!) { inbox(first: 9, filter: { search: $search }) { edges { node { ticket { status } } } } }"
)


def rows(page: Page, text: str | None = None) -> Locator:
    return page.get_by_role("list", name="Inbox").get_by_role("listitem").filter(has_text=text)


async def search(page: Page, words: str) -> None:
    await page.get_by_role("searchbox").fill(words)
    await expect(page).to_have_url(re.compile(r"[?&]q="))


async def test_a_customers_ticket_appears_in_an_operators_open_inbox(seat: OpenSeat) -> None:
    operator, customer = await seat(AGENT), await seat(CUSTOMER)
    inbox = await operator.go("/console/inbox")
    own = await customer.go("/console/inbox")
    await own.get_by_role("button", name="Create").click()
    await own.get_by_role("textbox", name="Subject").fill("The parcel of Tuesday is lost")
    await own.get_by_role("button", name="Create the ticket").click()
    await expect(own.get_by_role("heading", name="The parcel of Tuesday is lost")).to_be_visible()
    await expect(rows(inbox, "The parcel of Tuesday is lost")).to_be_visible()
    await own.get_by_role("textbox", name="Write a reply").fill("It was to come to the office")
    await own.get_by_role("button", name="Send", exact=True).click()
    await expect(rows(inbox, "It was to come to the office").get_by_label("The customer wrote last")).to_be_visible()
    assert [operator.faults, customer.faults] == [[], []]


async def test_filters_stay_in_the_address(seat: OpenSeat, desk: Desk) -> None:
    desk.ticket("Filtered: a fire in the rack", priority="CRITICAL")
    desk.ticket("Filtered: a question of taste", priority="LOW")
    page = await (await seat(AGENT)).go("/console/inbox?view=all")
    await search(page, "Filtered")
    await expect(rows(page, "Filtered")).to_have_count(2)
    await page.get_by_role("button", name="Filters").click()
    await page.get_by_role("combobox", name="Priority").press("ArrowDown")
    await page.get_by_role("option", name="Critical").click()
    await expect(rows(page, "Filtered")).to_have_count(1)
    await page.reload()
    await expect(rows(page, "Filtered")).to_have_text([re.compile("a fire in the rack")])
    await expect(page.get_by_role("searchbox")).to_have_value("Filtered")
    await page.get_by_role("button", name="Drop: Priority: Critical").click()
    await expect(rows(page, "Filtered")).to_have_count(2)
    await page.go_back()
    await expect(rows(page, "Filtered")).to_have_count(1)


async def test_a_view_is_saved_opened_again_and_deleted(seat: OpenSeat, desk: Desk) -> None:
    desk.ticket("A matter of the saved view", priority="HIGH")
    window = await seat(AGENT)
    page = await window.go("/console/inbox?view=all")
    await search(page, "matter of the saved view")
    await _save_view(page, "Matters of views")
    await _choose_view(page, "Done")
    await expect(rows(page, "A matter of the saved view")).to_have_count(0)
    await page.reload()
    await _choose_view(page, "Matters of views")
    await expect(rows(page)).to_have_text([re.compile("A matter of the saved view")])
    await page.get_by_role("button", name="Delete the view").click()
    await page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="Delete the view").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("button", name="View: Open")).to_be_visible()
    await page.get_by_role("button", name="View: Open").click()
    await expect(page.get_by_role("menuitem", name="Matters of views")).to_have_count(0)
    assert window.faults == []


async def _save_view(page: Page, name: str, *, shared: bool = False) -> None:
    await page.get_by_role("button", name="Save as a view").click()
    await page.get_by_role("textbox", name="Name").fill(name)
    if shared:
        await page.get_by_role("switch", name="Share with colleagues").click()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("button", name=f"View: {name}")).to_be_visible()


async def _choose_view(page: Page, name: str) -> None:
    await page.get_by_role("button", name="View:").click()
    await page.get_by_role("menuitem", name=name).click()
    await expect(page.get_by_role("button", name=f"View: {name}")).to_be_visible()


async def test_colleagues_see_a_shared_view_and_no_personal_one(seat: OpenSeat) -> None:
    own = await (await seat(AGENT)).go("/console/inbox?view=done")
    await _save_view(own, "For everybody here", shared=True)
    await _save_view(own, "For me alone")
    colleague = await (await seat(MODERATOR)).go("/console/inbox")
    await colleague.get_by_role("button", name="View:").click()
    await expect(colleague.get_by_role("menuitem", name="For everybody here")).to_be_visible()
    await expect(colleague.get_by_role("menuitem", name="For me alone")).to_have_count(0)


async def test_a_search_finds_what_was_said_and_marks_the_words(seat: OpenSeat, desk: Desk) -> None:
    ticket = desk.ticket("Nothing of it is in the subject")
    desk.write(ticket, "Тариф «Караван» отключился после обновления приставки")
    page = await (await seat(AGENT)).go("/console/inbox?view=all")
    await search(page, "приставка караван")
    await expect(rows(page)).to_have_text([re.compile("Nothing of it is in the subject")])
    await expect(rows(page).locator("mark")).to_have_text(["Караван", "приставки"])
    await page.get_by_role("searchbox").press("Escape")
    await expect(rows(page).locator("mark")).to_have_count(0)


async def test_the_status_of_many_is_changed_at_once(seat: OpenSeat, desk: Desk) -> None:
    for title in ("Bulk one", "Bulk two", "Bulk three"):
        desk.ticket(title)
    page = await (await seat(AGENT)).go("/console/inbox?view=all")
    await search(page, "Bulk")
    for title in ("Bulk one", "Bulk two"):
        await rows(page, title).get_by_role("checkbox").check()
    await expect(page.get_by_label("2 selected")).to_be_checked(indeterminate=True)
    await page.get_by_role("button", name="Change the status").click()
    await page.get_by_role("menuitem", name="In progress").click()
    notice = page.get_by_role("alert").filter(has_text="2 conversations changed")
    await expect(notice).to_be_visible()
    await notice.get_by_role("button", name="Close").click()
    await expect(rows(page, "In progress")).to_have_count(2)
    found = desk.ask(AGENT, _STATUSES, search="Bulk")["inbox"]["edges"]
    assert sorted(each["node"]["ticket"]["status"] for each in found) == ["IN_PROGRESS", "IN_PROGRESS", "OPEN"]


async def test_the_keyboard_walks_opens_and_tells_its_keys(seat: OpenSeat, desk: Desk) -> None:
    for title in ("Keys: the older", "Keys: the newer"):
        desk.ticket(title)
    page = await (await seat(AGENT)).go("/console/inbox?view=all")
    await page.keyboard.press("/")
    await page.keyboard.type("Keys")
    await expect(rows(page)).to_have_text([re.compile("the newer"), re.compile("the older")])
    await page.get_by_role("searchbox").blur()
    newer, older = (rows(page, title).get_by_role("link") for title in ("the newer", "the older"))
    for key, focused in (("j", newer), ("j", older), ("k", newer)):
        await page.keyboard.press(key)
        await expect(focused).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Keys: the newer")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Choose a conversation")).to_be_visible()


async def test_list_and_conversation_stand_side_by_side_and_one_after_the_other_on_a_phone(
    seat: OpenSeat, desk: Desk
) -> None:
    ticket = desk.ticket("Side by side")
    wide = await (await seat(AGENT)).go(f"/console/inbox/tickets/{ticket}?view=all")
    phone = await (await seat(AGENT, width=360, height=740)).go(f"/console/inbox/tickets/{ticket}?view=all")
    for page, both in ((wide, True), (phone, False)):
        await expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
        await expect(page.get_by_role("searchbox")).to_be_visible(visible=both)
    await phone.get_by_role("button", name="Back to the list").click()
    await expect(phone.get_by_role("searchbox")).to_be_visible()
    await expect(phone.get_by_role("heading", name="Side by side")).to_have_count(0)
    await rows(phone, "Side by side").get_by_role("link").click()
    await expect(phone.get_by_role("searchbox")).to_be_hidden()
