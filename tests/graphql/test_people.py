"""Users, tenants and jobs over GraphQL, for admins."""

from core.actor import Role, system_actor
from models.jobs import Job, JobState
from models.tenants import Tenant
from services.unit_of_work import unit_of_work
from tests.fixtures.people import PASSWORD, MakeUser, unique
from tests.graphql.client import GraphQLClient
from tests.graphql.conftest import SignIn

CREATE_USER = "mutation($input: CreateUserInput!) { createUser(input: $input) { id role email } }"
UPDATE_USER = """mutation($id: ID!, $input: UpdateUserInput!) {
    updateUser(id: $id, input: $input) { fullName isActive } }"""
USERS = """query($after: String) {
    users(first: 2, after: $after) { edges { node { id } } pageInfo { endCursor hasNextPage } } }"""
SET_ROLE = "mutation($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { role } }"
DEACTIVATE = "mutation($id: ID!) { deactivateUser(id: $id) { isActive } }"
SETTINGS = """mutation($input: UpdateTenantSettingsInput!) { updateTenantSettings(input: $input) {
    name language registrationOpen answerThreshold suggestThreshold } }"""


async def test_an_admin_manages_the_users(admin: GraphQLClient) -> None:
    email = f"{unique('agent')}@example.com"
    created = (await admin(CREATE_USER, input={"email": email, "password": PASSWORD, "role": "AGENT"}))["createUser"]
    assert (created["role"], created["email"]) == ("AGENT", email)
    user_id = created["id"]
    updated = await admin(UPDATE_USER, id=user_id, input={"fullName": "Anna"})
    assert updated["updateUser"] == {"fullName": "Anna", "isActive": True}
    assert (await admin(SET_ROLE, id=user_id, role="MODERATOR"))["setUserRole"]["role"] == "MODERATOR"
    assert (await admin(DEACTIVATE, id=user_id))["deactivateUser"]["isActive"] is False
    back = await admin(UPDATE_USER, id=user_id, input={"isActive": True})
    assert back["updateUser"] == {"fullName": "Anna", "isActive": True}


async def test_users_come_in_pages(admin: GraphQLClient, tenant: Tenant, make_user: MakeUser) -> None:
    for _ in range(3):
        await make_user(tenant)
    first = (await admin(USERS))["users"]
    second = (await admin(USERS, after=first["pageInfo"]["endCursor"]))["users"]
    ids = [int(edge["node"]["id"]) for edge in first["edges"] + second["edges"]]
    assert ids == sorted(set(ids))
    assert len(ids) == 4
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_nobody_raises_their_own_rights(admin: GraphQLClient, tenant: Tenant, make_user: MakeUser) -> None:
    me = (await admin("{ me { id } }"))["me"]["id"]
    peer = await make_user(tenant, Role.ADMIN)
    user = await make_user(tenant)
    assert await admin.code(SET_ROLE, id=me, role="USER") == "FORBIDDEN"
    assert await admin.code(SET_ROLE, id=str(peer.id), role="USER") == "FORBIDDEN"
    assert await admin.code(SET_ROLE, id=str(user.id), role="SUPERADMIN") == "FORBIDDEN"
    assert await admin.code(DEACTIVATE, id=str(peer.id)) == "FORBIDDEN"
    given = {"email": f"{unique('root')}@example.com", "password": PASSWORD, "role": "SUPERADMIN"}
    assert await admin.code(CREATE_USER, input=given) == "FORBIDDEN"


async def test_a_user_shut_out_is_out_at_once(
    admin: GraphQLClient, tenant: Tenant, make_user: MakeUser, sign_in: SignIn
) -> None:
    user = await make_user(tenant, Role.AGENT)
    client = await sign_in(user)
    await admin(DEACTIVATE, id=str(user.id))
    assert await client.code("{ me { id } }") == "UNAUTHORIZED"


async def test_settings_left_out_stay(admin: GraphQLClient) -> None:
    await admin(SETTINGS, input={"language": "KAZAKH", "answerThreshold": 0.8, "suggestThreshold": 0.2})
    updated = await admin(SETTINGS, input={"registrationOpen": False, "answerThreshold": None})
    changed = updated["updateTenantSettings"]
    assert (changed["language"], changed["registrationOpen"]) == ("KAZAKH", False)
    assert (changed["answerThreshold"], changed["suggestThreshold"]) == (None, 0.2)
    assert await admin.code(SETTINGS, input={"answerThreshold": 2.0}) == "VALIDATION_ERROR"
    assert await admin.code(SETTINGS, input={"language": None}) == "VALIDATION_ERROR"


async def test_an_admin_sees_the_tenants_they_made(admin: GraphQLClient, tenant: Tenant) -> None:
    slug = unique("made")
    create = 'mutation($slug: String!) { createTenant(input: {name: "Made", slug: $slug}) { id slug } }'
    made = (await admin(create, slug=slug))["createTenant"]
    seen = [row["id"] for row in (await admin("{ tenants { id } }"))["tenants"]]
    assert seen == [str(tenant.id), made["id"]]
    assert await admin.code(create, slug=slug) == "CONFLICT"


async def test_statistics_have_every_status(agent: GraphQLClient) -> None:
    stats = (await agent("{ tenantStats { totalTickets totalUsers ticketsByStatus { status count } } }"))["tenantStats"]
    assert {row["status"]: row["count"] for row in stats["ticketsByStatus"]}.keys() >= {"OPEN", "CANCELLED"}
    assert len(stats["ticketsByStatus"]) == 9
    assert (stats["totalTickets"], stats["totalUsers"]) == (0, 1)


async def test_a_dead_job_is_seen_and_retried(admin: GraphQLClient, tenant: Tenant) -> None:
    async with unit_of_work(system_actor(tenant.id)):
        job = await Job.create(
            tenant_id=tenant.id, task="answering.reply", args={"ticket_id": 1}, state=JobState.DEAD, last_error="late"
        )
    listed = (await admin("{ deadJobs { edges { node { id task args lastError } } } }"))["deadJobs"]["edges"]
    node = {"id": str(job.id), "task": "answering.reply", "args": {"ticket_id": 1}, "lastError": "late"}
    assert [edge["node"] for edge in listed] == [node]
    retry = "mutation($id: ID!) { retryJob(id: $id) { state attempts } }"
    assert (await admin(retry, id=str(job.id)))["retryJob"] == {"state": "PENDING", "attempts": 0}
    assert await admin.code(retry, id=str(job.id)) == "INVALID_TRANSITION"
