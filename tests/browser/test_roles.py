"""Permissions of each role: what is not allowed is not shown, and refused where somebody forces it from the page."""

import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.console import PASSWORD, Seat, open_seat
from tests.browser.demo import Demo
from tests.browser.work import ADMIN, AGENT, CUSTOMER, MODERATOR, Desk
from tests.system.installation import OPORA, clean_environment

ROOT = "root@demo.example"
# What each role sees on top of the one before it: the path below /console, and the operation that opens it.
RISING = {
    CUSTOMER: {"inbox": "tickets"},
    AGENT: {
        "queue": "handoffQueue",
        "leads": "leads",
        "knowledge": "documents",
        "unanswered": "unansweredGroups",
        "assistants": "assistants",
        "categories": "ticketAnalytics",
        "statistics": "conversationStatistics",
        "support": "ticketAnalytics",
        "monitoring": "systemHealth",
    },
    MODERATOR: {"people": "users"},
    ADMIN: {"settings": "updateTenantSettings", "money": "balance", "mail": "keptMails"},
    ROOT: {"installation": "installationOverview"},
}
ROLES = list(RISING)
AREAS = {path: needs for added in RISING.values() for path, needs in added.items()}
# What each role may do first: those before it may not.
FORCED: dict[str, list[tuple[str, dict[str, Any]]]] = {
    AGENT: [
        ("mutation($id: ID!) { updateTickets(ids: [$id], input: { status: CLOSED }) { tickets { id } } }", {}),
        ('mutation { createFaq(input: { question: "Forced?", answer: "Yes" }) { id } }', {}),
        ('mutation { createSavedView(input: { name: "Forced", filter: {} }) { id } }', {}),
        ("{ inboxCounts { open } }", {}),
    ],
    MODERATOR: [("{ users(first: 1) { edges { node { email } } } }", {})],
    ADMIN: [
        ("mutation($id: ID!) { deleteTicket(id: $id) { id } }", {}),
        ('mutation { updateTenantSettings(input: { name: "Forced" }) { id } }', {}),
        ('mutation { createCategory(input: { name: "Forced" }) { id } }', {}),
        ('mutation { createAssistant(input: { name: "Forced" }) { id } }', {}),
        ('mutation { createPayment(input: { amount: "100" }) { status } }', {}),
        (
            "mutation($input: CreateUserInput!) { createUser(input: $input) { id } }",
            {"input": {"email": "forced@demo.example", "password": PASSWORD, "role": "ADMIN"}},
        ),
        ("mutation($user: ID!) { setUserRole(id: $user, role: ADMIN) { id } }", {}),
        ("{ balance { balance } payments(first: 1) { edges { node { status } } } }", {}),
    ],
    ROOT: [
        ('mutation { createAiToken(input: { name: "Forced", token: "sk-forced" }) { id } }', {}),
        ('mutation { updateTenantSettings(input: { plan: "Forced" }) { id } }', {}),
        ("{ installationOverview { __typename } }", {}),
    ],
}
_STATE = """query($id: ID!) {
  tenant { name plan } ticket(id: $id) { status } balance { balance } categories { name } assistants { name }
  users(first: 100) { edges { node { email role } } } faqs(first: 100) { edges { node { question } } }
  payments(first: 100) { edges { node { status } } } aiTokens { name }
}"""
_CALL = """async ([query, variables]) => {
  const { accessToken } = JSON.parse(localStorage['opora.session'])
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` }
  const answer = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  return (await answer.json()).errors?.map((error) => error.extensions.code) ?? []
}"""


@pytest.fixture(scope="session")
def desk(installation: Demo) -> Desk:
    """With a superadmin, whom the command line alone can make."""
    words = ["user", "create", "--email", ROOT, "--password", PASSWORD, "--role", "superadmin", "--tenant", "demo"]
    environment = clean_environment() | {"OPORA_DATA_DIR": str(installation.data)}
    subprocess.run([OPORA, *words], env=environment, check=True, capture_output=True, cwd=installation.data)
    return Desk(installation.origin)


WindowOf = Callable[[str], Awaitable[Seat]]


@pytest.fixture(scope="module")
async def window_of(browser: Browser, desk: Desk) -> AsyncIterator[WindowOf]:
    """`await window_of(email)`: that person's window, which is opened once: the console stands before them."""
    opened: dict[str, Seat] = {}

    async def find(email: str) -> Seat:
        if email not in opened:
            opened[email] = await open_seat(browser, desk.origin, email)
            await opened[email].go("/console")
        opened[email].faults.clear()
        return opened[email]

    yield find
    for each in opened.values():
        await each.context.close()


@pytest.mark.parametrize("email", ROLES)
async def test_the_navigation_shows_what_the_role_may_open_and_nothing_else(
    window_of: WindowOf, desk: Desk, email: str
) -> None:
    page = (await window_of(email)).page
    links = page.get_by_role("navigation", name="Sections").get_by_role("link")
    await expect(links.first).to_be_visible()
    shown = {await link.get_attribute("href") for link in await links.all()}
    expected = {path for role in ROLES[: ROLES.index(email) + 1] for path in RISING[role]}
    assert shown == {f"/console/{path}" for path in expected}
    allowed = set(desk.ask(email, "{ allowedOperations }")["allowedOperations"])
    assert expected == {path for path, needs in AREAS.items() if needs in allowed}


@pytest.mark.parametrize("email", ROLES[:-1])
async def test_the_typed_address_of_a_hidden_area_leads_nowhere(window_of: WindowOf, email: str) -> None:
    hidden = [path for role in ROLES[ROLES.index(email) + 1 :] for path in RISING[role]]
    window = await window_of(email)
    page = await window.go(f"/console/{hidden[0]}")
    missing = page.get_by_role("heading", name="There is no such page")
    await expect(missing).to_be_visible()
    for path in hidden:
        await _type_address(page, "/console/profile")
        await expect(page.get_by_role("heading", name="My profile")).to_be_visible()
        await _type_address(page, f"/console/{path}")
        await expect(missing).to_be_visible()
    assert window.faults == []


async def _type_address(page: Page, path: str) -> None:
    """Without loading the console anew for each."""
    await page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }", path
    )


@pytest.mark.parametrize("email", ROLES[:-1])
async def test_what_is_forced_from_the_page_is_refused_and_changes_nothing(
    window_of: WindowOf, desk: Desk, email: str
) -> None:
    names = {"id": desk.ticket("Forced"), "user": desk.ask(email, "{ me { id } }")["me"]["id"]}
    before = desk.ask(ROOT, _STATE, id=names["id"])
    page = (await window_of(email)).page
    for role in ROLES[ROLES.index(email) + 1 :]:
        for document, variables in FORCED.get(role, []):
            asked = variables | {name: value for name, value in names.items() if f"${name}:" in document}
            codes = set(await page.evaluate(_CALL, [document, asked]))
            assert codes == {"FORBIDDEN"}, document
    assert desk.ask(ROOT, _STATE, id=names["id"]) == before


async def test_agents_see_no_action_that_is_an_administrators(window_of: WindowOf, desk: Desk) -> None:
    ticket = desk.ticket("Actions of administrators")
    actions = {
        f"inbox/tickets/{ticket}": ("More actions", "Delete the ticket"),
        "knowledge": (None, "Drop files here, or click to choose"),
        "assistants": (None, "New assistant"),
        "categories": (None, "New category"),
    }
    for email, seen in ((AGENT, False), (ADMIN, True)):
        window = await window_of(email)
        for path, (menu, action) in actions.items():
            page = await window.go(f"/console/{path}")
            if menu:
                await page.get_by_role("button", name=menu).click()
                await expect(page.get_by_role("menu")).to_be_visible()
            await expect(page.get_by_text(action, exact=True)).to_be_visible(visible=seen)


async def test_a_moderator_reads_the_people_and_changes_none(window_of: WindowOf) -> None:
    for email, may in ((MODERATOR, False), (ADMIN, True)):
        page = (await window_of(email)).page
        await _type_address(page, "/console/people")
        await expect(page.get_by_text("agent@demo.example").first).to_be_visible()
        await expect(page.get_by_role("button", name="Add a person")).to_be_visible(visible=may)
