"""Another tenant's ids, tried on every operation that takes one: as if they did not exist."""

import httpx
import pytest

from core.actor import Role
from tests.support_dialect.world import OPERATIONS, SAMPLES, World, call

WITH_IDS = sorted(name for name, operation in OPERATIONS.items() if operation.path_parameters)
MISSING = {"ticket_id": 2**62, "user_id": 2**62, "source": "no such source"}


@pytest.mark.parametrize("role", [Role.USER, Role.ADMIN, Role.SUPERADMIN])
@pytest.mark.parametrize("name", WITH_IDS)
async def test_a_foreign_id_answers_like_a_missing_one(
    name: str, role: Role, common_world: World, other_world: World, client: httpx.AsyncClient
) -> None:
    operation, sample = OPERATIONS[name], SAMPLES[name]
    before = await other_world.contents()
    foreign = await call(client, name, common_world, role, target=other_world)
    missing = await client.request(
        operation.method,
        sample.address(operation, other_world, **{key: MISSING[key] for key in operation.path_parameters}),
        headers=common_world.headers(role),
        **sample.arguments(other_world),
    )
    denied = operation.role is not None and not role.includes(operation.role)
    assert foreign.status_code == missing.status_code == (403 if denied else 404)
    assert foreign.json() == missing.json()
    assert await other_world.contents() == before


@pytest.mark.parametrize("name", ["list_tickets", "list_chunks", "list_users", "search", "ask"])
async def test_nothing_foreign_is_listed_or_found(
    name: str, common_world: World, other_world: World, client: httpx.AsyncClient
) -> None:
    response = await call(client, name, common_world, Role.ADMIN)
    assert response.status_code == 200
    text = response.text
    assert other_world.source not in text
    assert f'"tenant_id":{other_world.tenant.id}' not in text
    assert not any(str(person.email) in text for person in other_world.people.values())


async def test_a_ticket_cannot_be_given_to_somebody_of_another_tenant(
    common_world: World, other_world: World, client: httpx.AsyncClient
) -> None:
    before = await common_world.contents()
    foreigner = other_world.people[Role.AGENT].id
    responses = [
        await client.patch(
            f"/v1/tickets/{common_world.ticket.id}",
            json={"assigned_to": user_id},
            headers=common_world.headers(Role.AGENT),
        )
        for user_id in (foreigner, 2**62)
    ]
    assert [response.status_code for response in responses] == [422, 422]
    assert responses[0].json() == responses[1].json()
    assert await common_world.contents() == before


async def test_an_admin_sees_their_own_tenant_and_those_they_made(
    common_world: World, other_world: World, client: httpx.AsyncClient
) -> None:
    made = await call(client, "create_tenant", common_world, Role.ADMIN)
    listed = await call(client, "list_tenants", common_world, Role.ADMIN)
    ids = [tenant["id"] for tenant in listed.json()]
    assert common_world.tenant.id in ids
    assert made.json()["id"] in ids
    assert other_world.tenant.id not in ids


async def test_a_superadmin_sees_all_tenants_and_may_enter_one(
    common_world: World, other_world: World, client: httpx.AsyncClient
) -> None:
    headers = common_world.headers(Role.SUPERADMIN)
    # There may be more than a page of those that other tests have made; these are among the last.
    for tenant in (common_world.tenant, other_world.tenant):
        listed = await client.get(f"/v1/tenants?limit=1000&skip={max(0, tenant.id - 900)}", headers=headers)
        assert tenant.id in {one["id"] for one in listed.json()}
    entered = await client.get(
        f"/v1/tickets/{other_world.ticket.id}", headers=headers | {"x-tenant-id": str(other_world.tenant.id)}
    )
    assert entered.json()["id"] == other_world.ticket.id


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.ADMIN])
async def test_nobody_else_enters_another_tenant(
    role: Role, common_world: World, other_world: World, client: httpx.AsyncClient
) -> None:
    headers = common_world.headers(role) | {"x-tenant-id": str(other_world.tenant.id)}
    response = await client.get(f"/v1/tickets/{other_world.ticket.id}", headers=headers)
    assert response.status_code == 403
