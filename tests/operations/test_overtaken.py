"""Transactions that PostgreSQL undoes for the sake of others are told as something to ask again, not as a fault."""

import asyncio

import pytest
from graphql import GraphQLError
from starlette.requests import Request

from app.failures import Failures
from app.openapi import DIALECTS
from config.database import SYSTEM_ROLE, transaction
from core.refusals.transactions import Overtaken
from models.tenants import Tenant
from rest.operations import Dialect
from schema.errors import shown
from tests.fixtures.people import new_tenant

_RENAME = "UPDATE tenants SET name = $2 WHERE id = $1"


async def _rename(tenants: list[Tenant], name: str, met: asyncio.Barrier) -> None:
    """One by one, each time when the other has come as far."""
    async with transaction(None, role=SYSTEM_ROLE) as client:
        for tenant in tenants:
            await client.execute_query(_RENAME, [tenant.id, name])
            if tenant is tenants[0]:
                await met.wait()


async def _names(*tenants: Tenant) -> set[str]:
    async with transaction(None, role=SYSTEM_ROLE):
        return {(await Tenant.get(id=each.id)).name for each in tenants}


async def test_of_two_that_wait_for_each_other_one_is_overtaken(database: None) -> None:
    first, second = await new_tenant(), await new_tenant()
    met = asyncio.Barrier(2)
    ends = await asyncio.gather(
        _rename([first, second], "there", met), _rename([second, first], "back", met), return_exceptions=True
    )
    assert [type(end) for end in ends if end] == [Overtaken]
    assert await _names(first, second) == {"there" if ends[0] is None else "back"}


async def _rename_what_was_read(tenant: Tenant) -> None:
    """Strictly: only what is still as it was read. Meanwhile somebody else renames it."""
    async with transaction(None, role=SYSTEM_ROLE) as client:
        await client.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        await client.execute_query("SELECT name FROM tenants WHERE id = $1", [tenant.id])
        await _rename([tenant], "sooner", asyncio.Barrier(1))
        await client.execute_query(_RENAME, [tenant.id, "later"])


async def test_what_was_read_and_then_changed_by_another_is_overtaken(database: None) -> None:
    tenant = await new_tenant()
    with pytest.raises(Overtaken):
        await _rename_what_was_read(tenant)
    assert await _names(tenant) == {"sooner"}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_dialect_says_when_to_ask_again(dialect: Dialect) -> None:
    scope = {"type": "http", "method": "GET", "path": f"{dialect.prefix}/none", "headers": []}
    response = Failures(DIALECTS).render(Request(scope), Overtaken())
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")


def test_graphql_says_when_to_ask_again() -> None:
    told = shown(GraphQLError("", path=["createTicket"], original_error=Overtaken()))
    assert told.extensions == {"code": "SERVICE_UNAVAILABLE", "retryAfter": 1}
