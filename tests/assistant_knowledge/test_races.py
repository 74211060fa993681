"""Uploads, entries, readings and removals that meet: each ends as if one had come after the other."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from core.errors import NotFound, QuotaExceeded
from services import assistants, document_files, qa_entries
from services.unit_of_work import unit_of_work
from tests.assistant_knowledge.conftest import DOOR, QUESTION, House
from tests.fixtures.work import DrainJobs


async def remove_first(house: House, held_s: float) -> None:
    async with unit_of_work(house.admin) as uow:
        await assistants.delete(uow, house.first)
        await asyncio.sleep(held_s)


async def met_by_removal(house: House, writing: Coroutine[Any, Any, object]) -> None:
    """``writing`` begins while the removal of its assistant is under way, and is told that there is none."""
    removal = asyncio.create_task(remove_first(house, 0.3))
    await asyncio.sleep(0.1)
    with pytest.raises(NotFound):
        await writing
    await removal


async def test_an_entry_for_an_assistant_that_is_being_removed_is_refused(house: House) -> None:
    await met_by_removal(
        house, qa_entries.create(house.admin, question=QUESTION, answer=DOOR, assistant_id=house.first)
    )


async def test_an_upload_for_an_assistant_that_is_being_removed_is_refused(house: House) -> None:
    await met_by_removal(house, house.upload(DOOR, assistant_id=house.first))


async def test_of_uploads_of_one_name_at_once_the_last_stays(house: House, drain_jobs: DrainJobs) -> None:
    await asyncio.gather(*(house.upload(f"{DOOR} Copy {n}.", assistant_id=house.first) for n in range(6)))
    await drain_jobs(house.tenant)
    (document,) = await house.documents(house.first)
    assert len(await house.found(house.first)) == document.chunks_count == 1
    await document_files.delete(house.admin, document.id)
    assert await house.found(house.first) == []


async def test_parallel_uploads_share_the_quota(house: House, override: Any) -> None:
    half_a_megabyte = "a b c d " * 65_536
    with override(OPORA_UPLOAD_QUOTA_MB="1"):
        done = await asyncio.gather(
            *(house.upload(half_a_megabyte, name=f"{n}.txt") for n in range(10)), return_exceptions=True
        )
    refused = [one for one in done if isinstance(one, QuotaExceeded)]
    assert (len(refused), len(await house.documents())) == (8, 2)


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.02, 0.03])
async def test_an_assistant_removed_while_its_document_is_read_leaves_nothing(
    house: House, drain_jobs: DrainJobs, after_s: float
) -> None:
    await house.upload("\n\n".join(f"# Room {n}\n\nRoom {n} has a lamp." for n in range(200)), assistant_id=house.first)
    await asyncio.gather(drain_jobs(house.tenant), removed_while_read(house, after_s))
    await drain_jobs(house.tenant)
    assert [await _left(house, table) for table in ("knowledge_chunks", "knowledge_spaces", "documents")] == [0, 0, 0]


async def removed_while_read(house: House, after_s: float) -> None:
    """So much later than something of its document is known."""
    for _ in range(2_000):
        if await _left(house, "knowledge_chunks"):
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(after_s)
    await remove_first(house, 0)


async def _left(house: House, table: str) -> int:
    async with unit_of_work(house.admin) as uow:
        (row,) = await uow.rows(f"SELECT count(*) AS n FROM {table} WHERE tenant_id = $1", uow.tenant_id)  # noqa: S608
    return int(row["n"])
