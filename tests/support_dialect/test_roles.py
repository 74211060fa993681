"""The role matrix of the document, as data: who may call what, and that a denied call does nothing."""

import httpx
import pytest

from core.actor import Role
from models.tickets import Ticket
from services import tickets
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of
from tests.support_dialect.world import OPERATIONS, SAMPLES, World, call

PUBLIC = {"register", "log_in_by_form", "log_in", "refresh"}

# The least role that the document's matrix, its "Требуется" lines and CONTRACT §6 (statistics are for staff) name.
LEAST = dict.fromkeys(OPERATIONS.keys() - PUBLIC, Role.USER) | {
    "add_chunks": Role.AGENT,
    "reindex": Role.AGENT,
    "tenant_stats": Role.AGENT,
    "delete_ticket": Role.ADMIN,
    "upload_document": Role.ADMIN,
    "delete_source": Role.ADMIN,
    "list_users": Role.ADMIN,
    "create_user": Role.ADMIN,
    "get_user": Role.ADMIN,
    "update_user": Role.ADMIN,
    "set_role": Role.ADMIN,
    "deactivate_user": Role.ADMIN,
    "list_tenants": Role.ADMIN,
    "create_tenant": Role.ADMIN,
}
ALLOWED = [(name, role) for name, least in LEAST.items() for role in Role if role.includes(least)]
DENIED = [(name, role) for name, least in LEAST.items() for role in Role if not role.includes(least)]
OF_TICKETS = ("get_ticket", "update_ticket", "list_messages", "add_message", "respond", "auto_respond")


def test_every_operation_has_a_sample_and_the_documented_role() -> None:
    assert SAMPLES.keys() == OPERATIONS.keys()
    assert {name: operation.role for name, operation in OPERATIONS.items() if operation.role} == LEAST


@pytest.mark.parametrize(("name", "role"), sorted(each for each in ALLOWED if OPERATIONS[each[0]].method == "GET"))
async def test_allowed_to_read(name: str, role: Role, common_world: World, client: httpx.AsyncClient) -> None:
    response = await call(client, name, common_world, role)
    assert response.status_code == OPERATIONS[name].status, response.text


@pytest.mark.parametrize(("name", "role"), sorted(each for each in ALLOWED if OPERATIONS[each[0]].method != "GET"))
async def test_allowed_to_change(name: str, role: Role, world: World, client: httpx.AsyncClient) -> None:
    response = await call(client, name, world, role)
    assert response.status_code == OPERATIONS[name].status, response.text


@pytest.mark.parametrize(("name", "role"), sorted(DENIED))
async def test_denied_and_nothing_happened(
    name: str, role: Role, common_world: World, client: httpx.AsyncClient
) -> None:
    before = await common_world.contents()
    response = await call(client, name, common_world, role)
    assert (response.status_code, response.json()) == (403, {"detail": "Not enough permissions"})
    assert await common_world.contents() == before


@pytest.mark.parametrize("name", sorted(LEAST))
async def test_without_a_token_nothing_happens(name: str, common_world: World, client: httpx.AsyncClient) -> None:
    before = await common_world.contents()
    response = await call(client, name, common_world, None)
    assert (response.status_code, response.json()) == (401, {"detail": "Not authenticated"})
    assert response.headers["www-authenticate"] == "Bearer"
    assert await common_world.contents() == before


@pytest.mark.parametrize("name", OF_TICKETS)
async def test_another_customers_ticket_is_forbidden(name: str, world: World, client: httpx.AsyncClient) -> None:
    world.ticket = await _ticket_of_stranger(world)
    before = await world.contents()
    response = await call(client, name, world, Role.USER)
    assert (response.status_code, response.json()) == (403, {"detail": "Not enough permissions"})
    assert await world.contents() == before


async def test_customers_list_their_own_tickets_and_staff_all(world: World, client: httpx.AsyncClient) -> None:
    theirs = await _ticket_of_stranger(world)
    own = await client.get("/v1/tickets", headers=world.headers(Role.USER))
    every = await client.get("/v1/tickets", headers=world.headers(Role.AGENT))
    assert [row["id"] for row in own.json()] == [world.ticket.id]
    assert [row["id"] for row in every.json()] == [theirs.id, world.ticket.id]


async def _ticket_of_stranger(world: World) -> Ticket:
    async with unit_of_work(actor_of(world.stranger)) as uow:
        return await tickets.create(uow, title="Theirs", auto_respond=False)
