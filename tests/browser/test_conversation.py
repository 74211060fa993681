"""An open conversation: what each side sees of it, what it rests on, and what two people do in it at once."""

import re

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import OpenSeat
from tests.browser.work import ADMIN, AGENT, CUSTOMER, MODERATOR, Desk

ASKED = "How many devices can I connect to the router?"
PATIENCE_MS = 45_000
_MESSAGES = "query($id: ID!) { ticket(id: $id) { messages(first: 20) { edges { node { text internal } } } } }"


def messages(page: Page, text: str) -> Locator:
    return page.get_by_role("log", name="Messages").get_by_role("article").filter(has_text=text)


async def choose(page: Page, kind: str) -> None:
    """Its radio button lies hidden behind the words."""
    await page.get_by_role("radiogroup", name="Who sees it").get_by_text(kind, exact=True).click()


async def write(page: Page, text: str, *, note: bool = False) -> None:
    if note:
        await choose(page, "Note")
    await page.get_by_role("region", name="New message").get_by_role("textbox").fill(text)
    await page.get_by_role("button", name="Save note" if note else "Send", exact=True).click()
    await expect(messages(page, text)).to_be_visible()


async def test_a_note_of_an_operator_never_comes_to_its_customer(seat: OpenSeat, desk: Desk) -> None:
    ticket = desk.ticket("The note stays inside")
    operator, customer = await seat(AGENT), await seat(CUSTOMER)
    own = await customer.go(f"/console/inbox/tickets/{ticket}")
    at_work = await operator.go(f"/console/inbox/tickets/{ticket}")
    await write(at_work, "Between us: an angry one", note=True)
    await expect(messages(at_work, "Between us").get_by_text("Note", exact=True)).to_be_visible()
    await choose(at_work, "Reply")
    await write(at_work, "Good morning, we are on it")
    await expect(messages(own, "Good morning, we are on it")).to_be_visible()
    await expect(own.get_by_text("Between us")).to_have_count(0)
    await expect(own.get_by_role("radio", name="Note")).to_have_count(0)
    await own.reload()
    await expect(messages(own, "Good morning, we are on it")).to_be_visible()
    await expect(own.get_by_text("Between us")).to_have_count(0)
    told = desk.ask(CUSTOMER, _MESSAGES, id=ticket)["ticket"]["messages"]["edges"]
    assert [each["node"]["text"] for each in told] == ["Good morning, we are on it"]
    assert [operator.faults, customer.faults] == [[], []]


async def test_a_file_is_sent_by_name_and_the_other_side_downloads_it(seat: OpenSeat, desk: Desk) -> None:
    ticket = desk.ticket("Please send me the invoice")
    at_work = await (await seat(AGENT)).go(f"/console/inbox/tickets/{ticket}")
    own = await (await seat(CUSTOMER)).go(f"/console/inbox/tickets/{ticket}")
    invoice: FilePayload = {"name": "счёт за май.txt", "mimeType": "text/plain", "buffer": "Итого: 4 990 ₸".encode()}
    async with at_work.expect_file_chooser() as chosen:
        await at_work.get_by_role("button", name="Attach files").click()
    await (await chosen.value).set_files([invoice])
    await expect(at_work.get_by_role("list", name="Files").get_by_text("счёт за май.txt")).to_be_visible()
    await write(at_work, "Here it is")
    await expect(at_work.get_by_role("list", name="Files")).to_have_count(0)
    async with own.expect_download() as download:
        await messages(own, "Here it is").get_by_role("link", name="счёт за май.txt").click()
    file = await download.value
    assert file.suggested_filename == "счёт за май.txt"
    assert (await file.path()).read_text("utf-8") == "Итого: 4 990 ₸"


async def test_a_citation_of_an_answer_opens_the_passage_it_rests_on(seat: OpenSeat, desk: Desk) -> None:
    ticket = desk.ticket(ASKED, description=ASKED, autoRespond=True)
    window = await seat(CUSTOMER)
    page = await window.go(f"/console/inbox/tickets/{ticket}")
    answer = messages(page, "64 devices")
    await expect(answer).to_be_visible(timeout=PATIENCE_MS)
    await answer.get_by_role("group", name="Sources of the answer").get_by_role("button").first.click()
    drawer = page.get_by_role("dialog", name="The passage behind the answer")
    await expect(drawer.get_by_role("blockquote")).to_contain_text("64 devices")
    await expect(drawer.get_by_text("Version 1")).to_be_visible()
    await drawer.get_by_role("button", name="Close").click()
    await expect(drawer).to_have_count(0)
    assert window.faults == []


async def test_two_operators_see_each_other_there_and_typing(seat: OpenSeat, desk: Desk) -> None:
    ticket = desk.ticket("Two of us look at it")
    one = await (await seat(AGENT)).go(f"/console/inbox/tickets/{ticket}")
    await expect(one.get_by_label("Looking now:")).to_have_count(0)
    other_seat = await seat(MODERATOR)
    other = await other_seat.go(f"/console/inbox/tickets/{ticket}")
    await expect(one.get_by_label("Looking now: Demo Moderator")).to_be_visible()
    await expect(other.get_by_label("Looking now: Demo Agent")).to_be_visible()
    await other.get_by_label("Write a reply").press_sequentially("I am")
    await expect(one.get_by_text("Demo Moderator is typing…")).to_be_visible()
    await expect(other.get_by_text("is typing…")).to_have_count(0)
    await other_seat.context.close()
    await expect(one.get_by_label("Looking now:")).to_have_count(0, timeout=PATIENCE_MS)


async def test_what_one_operator_changes_changes_before_the_other(seat: OpenSeat, desk: Desk) -> None:
    ticket = desk.ticket("Whose is it, and how far?")
    wide = {"width": 1700}
    one = await (await seat(AGENT, **wide)).go(f"/console/inbox/tickets/{ticket}?view=all")
    other = await (await seat(MODERATOR, **wide)).go(f"/console/inbox/tickets/{ticket}?view=all")
    own = await (await seat(CUSTOMER)).go(f"/console/inbox/tickets/{ticket}")
    for field, choice in (("Status", "In progress"), ("Priority", "Critical"), ("Assignee", "Demo Moderator")):
        await one.get_by_role("combobox", name=field).click()
        await one.get_by_role("option", name=choice).click()
        await expect(other.get_by_role("combobox", name=field)).to_have_value(choice)
    row = other.get_by_role("list", name="Inbox").get_by_role("listitem").filter(has_text="Whose is it, and how far?")
    await expect(row).to_contain_text("In progress")
    await expect(row.get_by_label("Assignee: Demo Moderator")).to_be_visible()
    await expect(own.get_by_role("region", name="Whose is it").get_by_text("In progress")).to_be_visible()
    await other.get_by_role("button", name="Resolve").click()
    await expect(one.get_by_role("combobox", name="Status")).to_have_value("Resolved")
    await expect(one.get_by_role("button", name="Reopen", exact=True).first).to_be_visible()


async def test_a_dialog_is_claimed_finished_reopened_and_archived(seat: OpenSeat, desk: Desk) -> None:
    dialog = desk.dialog("Saule", "Where is my router now?")
    window = await seat(AGENT)
    page = await window.go(f"/console/inbox/dialogs/{dialog}?view=all")
    watching = await (await seat(ADMIN)).go(f"/console/inbox/dialogs/{dialog}?view=all")
    await expect(messages(page, "Where is my router now?")).to_be_visible()
    await page.get_by_role("button", name="Claim").click()
    await _stands(page, watching, "With an operator")
    await write(page, "With the courier, Saule")
    await expect(messages(watching, "With the courier, Saule")).to_be_visible()
    await page.get_by_role("button", name="Finish", exact=True).click()
    await _stands(page, watching, "Archived")
    for action, state in (("Reopen", "With the assistant"), ("Archive", "Archived")):
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name=action).click()
        await _stands(page, watching, state)
    assert window.faults == []


async def _stands(page: Page, watching: Page, state: str) -> None:
    for each in (page, watching):
        await expect(each.get_by_role("region", name="Saule").get_by_text(state, exact=True)).to_be_visible()


async def test_where_no_model_is_set_the_copilot_is_a_word_why(seat: OpenSeat, desk: Desk) -> None:
    ticket = desk.ticket("Without a model")
    page = await (await seat(AGENT)).go(f"/console/inbox/tickets/{ticket}")
    await expect(page.get_by_text("The copilot is off: no language model is set.")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("Copilot"))).to_have_count(0)
    own = await (await seat(CUSTOMER)).go(f"/console/inbox/tickets/{ticket}")
    await expect(own.get_by_role("button", name="Attach files")).to_be_visible()
    await expect(own.get_by_text("copilot")).to_have_count(0)
