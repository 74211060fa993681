"""What becomes of chunks when a source is loaded again."""

import asyncio

import pytest

from core.actor import Role
from core.errors import Forbidden, InvalidInput, NotFound, UnsupportedFormat
from core.paging import OffsetPage
from models.tenants import Tenant
from services import knowledge, retrieval
from services.ingestion import NewChunk
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.knowledge.shelf import admin_of, counted_spaces, current_contents, versions_of

RETURNS = NewChunk("You can return a product within 14 days.", {"section": "returns", "page": 1})
DELIVERY = NewChunk("Delivery takes two working days.", {"section": "delivery", "page": 2})


async def test_the_same_content_is_skipped_and_other_content_makes_a_version(
    tenant: Tenant, make_user: MakeUser
) -> None:
    actor = await admin_of(tenant, make_user)
    await knowledge.add_chunks(actor, source="shop.md", chunks=[RETURNS, DELIVERY])
    changed = NewChunk("You can return a product within 30 days.", RETURNS.metadata)
    report = await knowledge.add_chunks(actor, source="shop.md", chunks=[changed, DELIVERY])
    assert (report.created, report.updated, report.skipped) == (0, 1, 1)
    assert await versions_of(actor, "shop.md") == [
        ("You can return a product within 14 days.", 1, False),
        ("Delivery takes two working days.", 1, True),
        ("You can return a product within 30 days.", 2, True),
    ]


async def test_search_sees_current_versions_only(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await admin_of(tenant, make_user)
    await knowledge.add_chunks(actor, source="shop.md", chunks=[RETURNS])
    await knowledge.add_chunks(actor, source="shop.md", chunks=[NewChunk("Returns are over.", RETURNS.metadata)])
    found = await retrieval.search(actor, "return a product within 14 days")
    assert [chunk.content for chunk in found.chunks] == ["Returns are over."]


async def test_a_key_is_the_identity_wherever_the_chunk_stands(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await admin_of(tenant, make_user)
    first, second = NewChunk("One.", {"key": "a"}), NewChunk("Two.", {"key": "b"})
    await knowledge.add_chunks(actor, source="s", chunks=[first, second])
    report = await knowledge.add_chunks(actor, source="s", chunks=[second, first])
    assert report.skipped == 2


async def test_the_position_is_the_identity_where_section_and_page_repeat(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await admin_of(tenant, make_user)
    same_place = [NewChunk("One.", {"section": "x"}), NewChunk("Two.", {"section": "x"})]
    assert (await knowledge.add_chunks(actor, source="s", chunks=same_place)).created == 2
    assert (await knowledge.add_chunks(actor, source="s", chunks=same_place)).skipped == 2


async def test_two_chunks_of_one_key_are_refused_and_nothing_is_stored(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await admin_of(tenant, make_user)
    with pytest.raises(InvalidInput):
        await knowledge.add_chunks(actor, source="s", chunks=[NewChunk("a", {"key": "k"}), NewChunk("b", {"key": "k"})])
    assert await versions_of(actor, "s") == []


async def test_a_newer_file_retires_what_it_no_longer_holds(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await admin_of(tenant, make_user)
    await knowledge.upload(actor, source=None, file_name="a.md", data=b"# One\n\nFirst text.\n\n# Two\n\nSecond text.")
    await knowledge.upload(actor, source=None, file_name="a.md", data=b"# One\n\nFirst text.")
    assert await current_contents(actor, "a.md") == ["First text."]


async def test_files_of_one_source_do_not_retire_each_other(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await admin_of(tenant, make_user)
    await knowledge.upload(actor, source="manual", file_name="a.md", data=b"# A\n\nAlpha text.")
    await knowledge.upload(actor, source="manual", file_name="b.md", data=b"# B\n\nBeta text.")
    assert await current_contents(actor, "manual") == ["Alpha text.", "Beta text."]


async def test_a_deleted_source_leaves_no_chunk_and_no_vector(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await admin_of(tenant, make_user)
    await knowledge.add_chunks(actor, source="shop.md", chunks=[RETURNS, DELIVERY])
    assert await knowledge.delete_source(actor, "shop.md") == 2
    async with unit_of_work(actor) as uow:
        assert await knowledge.list_chunks(uow, OffsetPage()) == []
        assert await uow.rows("SELECT 1 FROM chunk_vectors UNION ALL SELECT 1 FROM chunk_sentences") == []
    with pytest.raises(NotFound):
        await knowledge.delete_source(actor, "shop.md")


async def test_sums_by_language_follow_what_is_current(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await admin_of(tenant, make_user)
    russian = NewChunk("Возврат товара возможен в течение четырнадцати дней.", {"key": "ru"})
    await knowledge.add_chunks(actor, source="s", chunks=[RETURNS, DELIVERY, russian])
    await knowledge.add_chunks(
        actor, source="s", chunks=[NewChunk("Возврата нет, товар не принимается.", {"key": "ru"})]
    )
    assert await counted_spaces(actor) == {"en": 2, "ru": 1}
    await knowledge.delete_source(actor, "s")
    assert await counted_spaces(actor) == {}


async def test_writers_of_one_source_at_once_leave_one_current_version_each(
    tenant: Tenant, make_user: MakeUser
) -> None:
    actor = await admin_of(tenant, make_user)
    texts = [NewChunk(f"Price list of writer {number}.", {"key": "prices"}) for number in range(3)]
    await asyncio.gather(*(knowledge.add_chunks(actor, source="s", chunks=[text]) for text in texts))
    versions = await versions_of(actor, "s")
    assert sorted(version for _, version, _ in versions) == [1, 2, 3]
    assert sum(current for _, _, current in versions) == 1


async def test_tables_are_not_uploaded(tenant: Tenant, make_user: MakeUser) -> None:
    actor = await admin_of(tenant, make_user)
    with pytest.raises(UnsupportedFormat):
        await knowledge.upload(actor, source=None, file_name="t.csv", data=b"question,answer\nA,B\n")


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT])
async def test_below_admin_nothing_is_uploaded_or_deleted(tenant: Tenant, make_user: MakeUser, role: Role) -> None:
    admin = await admin_of(tenant, make_user)
    await knowledge.add_chunks(admin, source="shop.md", chunks=[RETURNS])
    actor = actor_of(await make_user(tenant, role))
    with pytest.raises(Forbidden):
        await knowledge.upload(actor, source=None, file_name="a.md", data=b"text")
    with pytest.raises(Forbidden):
        await knowledge.delete_source(actor, "shop.md")
    assert await current_contents(admin, "shop.md") == [RETURNS.content]
