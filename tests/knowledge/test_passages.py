"""The passage behind a citation: as it was cited, and as it is now."""

import pytest

from core.actor import Actor, Role
from core.errors import NotFound
from models.knowledge import KnowledgeChunk
from models.tenants import Tenant
from services import knowledge, passages
from services.ingestion import NewChunk
from services.passages import Passage
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.knowledge.shelf import admin_of


async def write(admin: Actor, text: str) -> None:
    await knowledge.add_chunks(admin, source="shop.md", chunks=[NewChunk(text, {"key": "returns"})])


async def first_id(admin: Actor) -> int:
    async with unit_of_work(admin):
        return int((await KnowledgeChunk.all().order_by("id").first().values())["id"])


async def cited(actor: Actor, chunk_id: int, version: int = 1) -> Passage:
    async with unit_of_work(actor) as uow:
        return await passages.cited(uow, chunk_id, version)


@pytest.fixture
async def admin(tenant: Tenant, make_user: MakeUser) -> Actor:
    admin = await admin_of(tenant, make_user)
    await write(admin, "Returns within 14 days.")
    return admin


async def test_the_cited_version_stays_readable_beside_the_newer_one(admin: Actor) -> None:
    chunk_id = await first_id(admin)
    before = await cited(admin, chunk_id)
    assert before.current == before.cited
    await write(admin, "Returns within 30 days.")
    after = await cited(admin, chunk_id)
    assert after.cited.content == "Returns within 14 days."
    assert after.current is not None
    assert (after.current.content, after.current.version) == ("Returns within 30 days.", 2)


async def test_a_version_that_never_was_and_a_foreign_passage_are_missing(
    admin: Actor, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    chunk_id = await first_id(admin)
    with pytest.raises(NotFound):
        await cited(admin, chunk_id, version=7)
    with pytest.raises(NotFound):
        await cited(actor_of(await make_user(await make_tenant(), Role.ADMIN)), chunk_id)


async def test_what_an_assistant_alone_knows_is_for_staff(admin: Actor, tenant: Tenant, make_user: MakeUser) -> None:
    chunk_id = await first_id(admin)
    async with unit_of_work(admin) as uow:
        await uow.rows("UPDATE knowledge_chunks SET scope = 7 WHERE id = $2 AND tenant_id = $1", tenant.id, chunk_id)
    assert (await cited(actor_of(await make_user(tenant, Role.AGENT)), chunk_id)).cited.version == 1
    with pytest.raises(NotFound):
        await cited(actor_of(await make_user(tenant, Role.USER)), chunk_id)
