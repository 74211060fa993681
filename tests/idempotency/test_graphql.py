"""Mutations over HTTP under a key: every one of the schema, and what of a request counts."""

from typing import Any

import httpx
import pytest

from core.actor import Role
from models.tenants import Tenant
from models.users import User
from tests.fixtures.people import TokenFor, new_user
from tests.graphql.client import GraphQLClient
from tests.graphql.operations import CALLS, upload
from tests.graphql.snapshots import fingerprint
from tests.graphql.world import make_world
from tests.idempotency.conftest import Titles

CREATE = "mutation($title: String!) { createTicket(input: {title: $title}) { id title } }"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
LEFT_OUT = {"Mutation.logout", "Mutation.changePassword", "Mutation.connectTelegramBot"}
"""The first two end the session that would ask again; the last asks Telegram."""
MUTATIONS = sorted(field for field in CALLS.keys() - LEFT_OUT if field.startswith("Mutation."))
REFUSED_HERE = {f"Mutation.{name}" for name in ("login", "refresh", "createPayment", "shortenText", "translateText")}
"""Nobody is signed in, and nothing is configured, so nothing ran: such answers are not kept."""


async def send(client: GraphQLClient, field: str, given: dict[str, Any], text: str | None = None) -> httpx.Response:
    """One call with a key of its field."""
    text = text or CALLS[field]
    variables = {name: value for name, value in given.items() if f"${name}:" in text}
    if "Upload!" in text:
        return await upload(client, text, variables, b"# Title\n\nText.", "notes.md", **{"idempotency-key": field})
    return await client.post(text, variables, idempotency_key=field)


@pytest.fixture
async def customer(client: httpx.AsyncClient, person: User, token_for: TokenFor) -> GraphQLClient:
    return GraphQLClient(client, await token_for(person, "graphql"))


async def test_every_mutation_is_carried_out_once(
    client: httpx.AsyncClient, tenant: Tenant, token_for: TokenFor
) -> None:
    world = await make_world(tenant, new_user)
    admin = GraphQLClient(client, await token_for(await new_user(tenant, Role.SUPERADMIN), "graphql"))
    given = world.variables()
    first = {field: await send(admin, field, given) for field in MUTATIONS}
    before = await fingerprint(tenant.id)
    again = {field: await send(admin, field, given) for field in MUTATIONS if field not in REFUSED_HERE}
    assert await fingerprint(tenant.id) == before
    assert {field: answer.text for field, answer in again.items() if answer.content != first[field].content} == {}
    assert [field for field, answer in again.items() if "idempotency-replayed" not in answer.headers] == []


async def test_the_same_mutation_is_the_same_ticket(customer: GraphQLClient, titles: Titles) -> None:
    first, again = [await customer.post(CREATE, {"title": "No sound"}, idempotency_key=KEY) for _ in range(2)]
    assert (first.content, again.headers["idempotency-replayed"]) == (again.content, "true")
    other = await customer.post(CREATE, {"title": "Other"}, idempotency_key=KEY)
    assert (other.status_code, code(other)) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await titles() == ["No sound"]


async def test_a_document_that_does_not_run_leaves_the_key_free(customer: GraphQLClient, titles: Titles) -> None:
    for query in (CREATE, "mutation { nothing }", "mutation {"):
        assert "errors" in (await customer.post(query, idempotency_key=KEY)).json()
    await customer.post(CREATE, {"title": "No sound"}, idempotency_key=KEY)
    assert await titles() == ["No sound"]


async def test_queries_are_asked_anew(customer: GraphQLClient) -> None:
    query = "{ tickets { edges { node { title } } } }"
    before = await customer.post(query, idempotency_key=KEY)
    await customer.post(CREATE, {"title": "No sound"})
    after = await customer.post(query, idempotency_key=KEY)
    assert before.content != after.content


async def test_a_stream_of_events_is_not_kept(customer: GraphQLClient, titles: Titles) -> None:
    refused = await customer.post(CREATE, {"title": "x"}, idempotency_key=KEY, accept="text/event-stream")
    assert (refused.status_code, code(refused)) == (400, "BAD_REQUEST")
    assert await titles() == []


async def test_what_is_no_key(customer: GraphQLClient, titles: Titles) -> None:
    refused = await customer.post(CREATE, {"title": "x"}, idempotency_key="two words")
    assert (refused.status_code, code(refused)) == (400, "IDEMPOTENCY_KEY_INVALID")
    assert await titles() == []


async def test_variables_too_deep_to_be_compared_are_refused(customer: GraphQLClient, titles: Titles) -> None:
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    refused = await customer.post(CREATE, {"title": "x", "unused": deep}, idempotency_key=KEY)
    assert (refused.status_code, code(refused)) == (400, "BAD_REQUEST")
    assert await titles() == []


def code(response: httpx.Response) -> str | None:
    errors = response.json().get("errors")
    return errors[0]["extensions"]["code"] if errors else None
