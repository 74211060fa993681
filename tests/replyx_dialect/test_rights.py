"""Who may call what, as data, against every operation of the dialect: a denied call does nothing."""

from collections.abc import Mapping

import httpx
import pytest

from core.actor import Role, system_actor
from models.assistants import Assistant
from services import guests
from services.unit_of_work import unit_of_work
from tests.fixtures.application import bearer
from tests.fixtures.people import new_tenant, new_user, sign_in
from tests.graphql.snapshots import fingerprint
from tests.graphql.world import MARK, World, make_world
from tests.replyx_dialect.reach import OPERATIONS, ask

PUBLIC = {
    "register_account", "log_in_account", "dialog_events", "system_health", "send_analytics_event", "confirm_email",
    "resend_confirmation", "send_contact_form", "tbank_webhook", "yookassa_webhook",
}  # fmt: skip
GUESTS = {
    "open_dialog", "get_dialog", "list_dialog_messages", "send_dialog_message", "request_handoff", "cancel",
}  # fmt: skip
# CONTRACT §6: /api/admin/* and refunds are the superadmin's; money, tokens and what is bought with it the admins'.
LEAST: Mapping[str, Role] = {
    **dict.fromkeys(OPERATIONS.keys() - PUBLIC, Role.AGENT),
    **dict.fromkeys(
        (
            "log_out", "user_me", "update_user_me", "change_user_password", "create_support_ticket",
            "list_support_tickets", "get_support_ticket", "reply_to_support_ticket",
        ),
        Role.USER,
    ),
    **dict.fromkeys(
        (
            "upload_document", "delete_document", "create_assistant", "change_assistants", "update_assistant",
            "delete_assistant", "create_payment", "payment_history", "payment_status", "balance",
            "balance_transactions", "top_up_balance", "send_test_email",
        ),
        Role.ADMIN,
    ),
    **dict.fromkeys(
        (
            "stream_stats", "admin_system_health", "list_all_users", "list_ai_tokens", "create_ai_token",
            "update_ai_token", "delete_ai_token", "test_ai_token", "watch_proxy", "analytics_overview",
            "refund_payment",
        ),
        Role.SUPERADMIN,
    ),
}  # fmt: skip
DENIED = [(name, role) for name, least in LEAST.items() for role in Role if not role.includes(least)]


@pytest.fixture(scope="module")
async def world(database: None) -> World:
    return await make_world(await new_tenant(), new_user)


@pytest.fixture(scope="module")
async def headers(world: World) -> dict[str, dict[str, str]]:
    """Of each role, of a guest of the world's dialog, and of a page that shows the site token."""
    made = {role.value: bearer(await sign_in(await new_user(world.tenant, role))) for role in Role}
    async with unit_of_work(system_actor(world.tenant.id)):
        await Assistant.filter(id=world.assistant.id).update(allowed_domains=["shop.example"])
    origin = {"origin": "https://shop.example"}
    token = guests.token_of(guests.guest_of(world.dialog)).token
    made["guest"] = bearer(token) | origin
    made["page"] = {"x-site-token": str(world.assistant.site_token)} | origin
    return made


def test_every_operation_asks_for_the_documented_role() -> None:
    assert {name: operation.role for name, operation in OPERATIONS.items() if operation.role} == LEAST
    assert {name for name, operation in OPERATIONS.items() if operation.guests} == GUESTS


@pytest.mark.parametrize(("name", "role"), sorted(DENIED))
async def test_denied_and_nothing_happened(
    name: str, role: Role, world: World, headers: dict[str, dict[str, str]], client: httpx.AsyncClient
) -> None:
    before = await fingerprint(world.tenant.id)
    response = await ask(client, name, world, headers[role])
    assert (response.status_code, MARK in response.text) == (403, False)
    assert await fingerprint(world.tenant.id) == before


@pytest.mark.parametrize("visitor", ["guest", "page"])
@pytest.mark.parametrize("name", sorted(LEAST.keys() - GUESTS))
async def test_visitors_of_sites_are_refused(
    name: str, visitor: str, world: World, headers: dict[str, dict[str, str]], client: httpx.AsyncClient
) -> None:
    before = await fingerprint(world.tenant.id)
    response = await ask(client, name, world, headers[visitor])
    assert (response.status_code, MARK in response.text) == (401, False)
    assert await fingerprint(world.tenant.id) == before


@pytest.mark.parametrize("name", sorted(LEAST))
async def test_without_a_token_nothing_happens(name: str, world: World, client: httpx.AsyncClient) -> None:
    before = await fingerprint(world.tenant.id)
    response = await ask(client, name, world, {})
    assert response.status_code == 401
    assert await fingerprint(world.tenant.id) == before


@pytest.mark.parametrize(("name", "role"), sorted(LEAST.items()))
async def test_allowed(name: str, role: Role, client: httpx.AsyncClient) -> None:
    world = await make_world(await new_tenant(), new_user)
    response = await ask(client, name, world, bearer(await sign_in(await new_user(world.tenant, role))))
    assert response.status_code not in (401, 403, 500), response.text


async def test_agents_are_shown_no_secrets_of_assistants(
    world: World, headers: dict[str, dict[str, str]], client: httpx.AsyncClient
) -> None:
    secret = str(world.assistant.site_token)
    for name in ("list_assistants", "get_assistant"):
        assert secret not in (await ask(client, name, world, headers[Role.AGENT])).text
        assert secret in (await ask(client, name, world, headers[Role.ADMIN])).text
