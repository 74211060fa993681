"""Searches read over several connections at once; a database with next to none to spare still serves them all."""

import asyncio
from typing import Any

import pytest

from config.connections import pool_of
from config.database import DEFAULT, READING, close_database, open_database
from core.actor import Actor, Role
from core.errors import Unavailable
from models.tenants import Tenant
from services import knowledge, retrieval
from services.ingestion import NewChunk
from services.providers import providers
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of

TEXTS = ("The door E-1045 is green.", "The lamp stands on a shelf.", "Дверь дома красная.")


@pytest.fixture
async def admin(tenant: Tenant, make_user: MakeUser) -> Actor:
    actor = actor_of(await make_user(tenant, Role.ADMIN))
    await knowledge.add_chunks(actor, source="house.md", chunks=[NewChunk(text, {"key": text}) for text in TEXTS])
    return actor


async def found(actor: Actor) -> list[str]:
    return [chunk.content for chunk in (await retrieval.search(actor, "Is the door E-1045 green?")).chunks]


@pytest.mark.parametrize("size", [1, 2])
async def test_twenty_searches_share_the_smallest_pools(admin: Actor, override: Any, size: int) -> None:
    alone = await found(admin)
    await close_database()
    try:
        with override(OPORA_DATABASE_POOL_SIZE=str(size)) as settings:
            await open_database(settings)
            async with asyncio.timeout(60):
                together = await asyncio.gather(*(found(admin) for _ in range(20)))
            sizes = [(await pool_of(alias))[1].get_size() for alias in (DEFAULT, READING)]
    finally:
        await close_database()
        await open_database()
    assert together == [alone] * 20
    assert alone[0] == TEXTS[0]
    assert sizes[0] <= size
    assert sizes[1] <= 2


async def test_a_lane_that_fails_leaves_no_connection_behind(admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise Unavailable("The store does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(type(providers().index), "search", fails)
        for _ in range(30):
            with pytest.raises(Unavailable):
                await found(admin)
    assert await found(admin)


async def test_what_the_lanes_read_is_of_the_tenant_alone(admin: Actor, make_user: MakeUser, make_tenant: Any) -> None:
    other = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    await knowledge.add_chunks(other, source="own.md", chunks=[NewChunk("The door E-1045 is blue.")])
    both = await asyncio.gather(*(found(actor) for actor in (admin, other) * 5))
    assert all(TEXTS[0] in each and "The door E-1045 is blue." not in each for each in both[::2])
    assert all(each == ["The door E-1045 is blue."] for each in both[1::2])
    async with unit_of_work(admin) as uow:
        assert (await uow.rows("SELECT count(*) AS n FROM knowledge_chunks"))[0]["n"] == len(TEXTS)
