"""Reading without a transaction: row-level security holds on connections that keep the name of a tenant."""

import asyncio

import asyncpg
import pytest

from config.connections import pool_of
from config.database import APP_ROLE, READING, transaction
from config.lone_reads import read_in
from tests.fixtures.people import MakeTenant, MakeUser

_USERS = "SELECT tenant_id FROM users"
_NAMED = "SELECT current_setting('opora.tenant_id', true) AS tenant"


@pytest.fixture
async def tenants(make_tenant: MakeTenant, make_user: MakeUser) -> tuple[int, int]:
    """Two tenants, each with a user."""
    first, second = await make_tenant(), await make_tenant()
    for tenant in (first, second):
        await make_user(tenant)
    return first.id, second.id


async def _seen(tenant_id: int, sql: str = _USERS) -> set[int]:
    return {row["tenant_id"] for row in await read_in(tenant_id, sql)}


async def test_each_reader_sees_their_own_tenant(tenants: tuple[int, int]) -> None:
    asked = tenants * 20
    seen = await asyncio.gather(*map(_seen, asked))
    assert seen == [{tenant_id} for tenant_id in asked]


async def test_a_reader_whose_naming_was_cut_leaves_no_name(tenants: tuple[int, int]) -> None:
    await _seen(tenants[0])
    cut = [asyncio.create_task(_seen(tenants[1])) for _ in range(8)]
    for turns, reading in enumerate(cut):
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
    await asyncio.gather(*cut, return_exceptions=True)
    assert [await _seen(tenant_id) for tenant_id in tenants * 4] == [{tenant_id} for tenant_id in tenants * 4]


async def test_a_failed_statement_changes_no_name(tenants: tuple[int, int]) -> None:
    for tenant_id in tenants:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await read_in(tenant_id, "SELECT 1 / 0")
    assert [await _seen(tenant_id) for tenant_id in tenants] == [{tenant_id} for tenant_id in tenants]


async def test_a_transaction_never_meets_a_name_that_stayed(tenants: tuple[int, int]) -> None:
    await asyncio.gather(*map(_seen, tenants * 10))
    for _ in range(4):
        async with transaction(None, role=APP_ROLE) as client:
            assert (await client.execute_query_dict(_NAMED))[0]["tenant"] in (None, "")
            assert await client.execute_query_dict(_USERS) == []


async def test_a_connection_without_a_name_shows_no_row(tenants: tuple[int, int]) -> None:
    _, pool = await pool_of(READING)
    async with pool.acquire() as connection:
        connection._con.tenant_id = None
        await connection.execute("SELECT set_config('opora.tenant_id', '', false)")
        assert await connection.fetch(_USERS) == []
