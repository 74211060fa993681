"""From an uploaded document to passages that are found and cited: once, whatever happens in between."""

import asyncio
from typing import Any

import pytest

from core.errors import Unavailable
from core.facts.documents import documents_topic
from core.languages import Language
from models.documents import Document, DocumentStatus
from models.knowledge import KnowledgeChunk
from services import document_files, document_reading, indexing, ingestion, knowledge_files
from services.ingestion import Batch, ChunkReport
from services.providers import providers
from services.unit_of_work import UnitOfWork, unit_of_work
from services.wording.texts import wording
from tests.assistant_knowledge.conftest import DOOR, QUESTION, House
from tests.assistant_knowledge.test_documents import is_stored
from tests.documents.files import encrypted_pdf, pdf, scanned_pdf
from tests.files.conftest import using
from tests.fixtures.work import DrainJobs
from workers.attempts import run_job
from workers.documents import GIVE_UP, READ
from workers.task import TASKS

LONG = "\n\n".join(
    f"# Room {n}\n\nRoom number {n} is where the lamp L-{n:04} stands, beside the wall." for n in range(150)
)


async def again(house: House, document: Document) -> Document:
    async with unit_of_work(house.admin) as uow:
        return await document_files.get(uow, document.id)


async def told(house: House) -> list[tuple[str, int]]:
    """Status and progress of every event, in order."""
    async with unit_of_work(house.admin) as uow:
        rows = await uow.rows(
            "SELECT payload->>'status' AS status, (payload->>'progress')::int AS progress FROM events"
            " WHERE topic = $1 ORDER BY seq",
            documents_topic(house.tenant.id),
        )
    return [(row["status"], row["progress"]) for row in rows]


async def versions(house: House) -> list[tuple[int, bool]]:
    async with unit_of_work(house.admin):
        return [(row.version, row.is_current) for row in await KnowledgeChunk.all().order_by("id")]


async def job_of(house: House, task: str = READ) -> tuple[int, int]:
    async with unit_of_work(house.admin) as uow:
        (row,) = await uow.rows("SELECT id FROM jobs WHERE task = $1 ORDER BY id DESC LIMIT 1", task)
    return row["id"], house.tenant.id


async def test_a_document_is_found_by_its_assistant_when_it_is_completed(house: House, drain_jobs: DrainJobs) -> None:
    document = await house.upload(DOOR, assistant_id=house.first)
    await drain_jobs(house.tenant)
    done = await again(house, document)
    assert (done.status, done.progress, done.chunks_count, done.error) == (DocumentStatus.COMPLETED, 100, 1, None)
    assert (await house.found(house.first), await house.found(house.second), await house.found(None)) == (
        [DOOR],
        [],
        [],
    )


async def test_the_stored_file_is_removed_when_it_is_knowledge(house: House, drain_jobs: DrainJobs) -> None:
    document = await house.upload(DOOR)
    await drain_jobs(house.tenant)
    assert not await is_stored(document)
    assert (await again(house, document)).storage_key is None


async def test_progress_is_told_and_rises(house: House, drain_jobs: DrainJobs) -> None:
    document = await house.upload(LONG)
    await drain_jobs(house.tenant)
    events = await told(house)
    assert events[0] == ("processing", 0)
    assert events[-1] == ("completed", 100)
    assert len(events) > 4
    assert [percent for _, percent in events] == sorted({percent for _, percent in events})
    assert (await again(house, document)).chunks_count >= 150


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("locked.pdf", encrypted_pdf(DOOR, "secret"), "document_protected"),
        ("blank.pdf", scanned_pdf(), "document_without_text"),
        ("binary.txt", b"words" + bytes(range(1, 32)) * 40, "document_damaged"),
        ("torn.pdf", pdf(DOOR)[:200], "document_damaged"),
    ],
)
async def test_what_cannot_be_read_says_why(
    house: House, drain_jobs: DrainJobs, name: str, data: bytes, reason: str
) -> None:
    document = await document_files.upload(house.admin, file_name=name, data=data)
    await drain_jobs(house.tenant)
    failed = await again(house, document)
    assert (failed.status, failed.error) == (DocumentStatus.FAILED, reason)
    assert document_files.failure(failed, Language.KAZAKH) == wording(Language.KAZAKH).render(reason)
    assert ((await told(house))[-1][0], await is_stored(document)) == ("failed", False)


async def test_a_lost_file_says_so(house: House, drain_jobs: DrainJobs) -> None:
    document = await house.upload(DOOR)
    await providers().files.delete(str(document.storage_key))
    await drain_jobs(house.tenant)
    assert (await again(house, document)).error == "document_lost"


async def test_a_job_that_runs_twice_happens_once(house: House, drain_jobs: DrainJobs) -> None:
    document = await house.upload(DOOR)
    job_id, tenant_id = await job_of(house)
    await run_job(TASKS[READ], job_id, tenant_id)
    async with unit_of_work(house.admin) as uow:
        await uow.rows("UPDATE jobs SET state = 'pending', run_after = now() WHERE id = $1", job_id)
    await run_job(TASKS[READ], job_id, tenant_id)
    await drain_jobs(house.tenant)
    assert (await versions(house), (await again(house, document)).status) == ([(1, True)], DocumentStatus.COMPLETED)
    assert [status for status, _ in await told(house)].count("completed") == 1


async def test_an_interrupted_job_goes_on_where_it_stopped(
    house: House, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, steps = await house.upload(LONG), 0
    store = ingestion.store

    async def dies(*args: Any, **options: Any) -> ChunkReport:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise Unavailable("The database does not answer")
        return await store(*args, **options)

    monkeypatch.setattr(ingestion, "store", dies)
    job = await job_of(house)
    await run_job(TASKS[READ], *job)
    half = await again(house, document)
    assert (half.status, 0 < half.progress < 100) == (DocumentStatus.PROCESSING, True)
    embedded = await _embedded_by(house, job, monkeypatch)
    assert (await again(house, document)).status is DocumentStatus.COMPLETED
    assert embedded == len(await versions(house)) - knowledge_files._STEP
    assert set(await versions(house)) == {(1, True)}


async def _embedded_by(house: House, job: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the job that is due again; how many passages that embeds."""
    embed, count = indexing.embed, 0

    async def counting(passages: Any, **options: Any) -> Any:
        nonlocal count
        count += len(passages)
        return await embed(passages, **options)

    monkeypatch.setattr(indexing, "embed", counting)
    async with unit_of_work(house.admin) as uow:
        await uow.rows("UPDATE jobs SET run_after = now() WHERE id = $1", job[0])
    await run_job(TASKS[READ], *job)
    return count


async def test_a_document_deleted_while_it_is_read_leaves_nothing(
    house: House, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = await house.upload(LONG, assistant_id=house.first)
    store, steps = ingestion.store, 0

    async def deleting(*args: Any, **options: Any) -> ChunkReport:
        nonlocal steps
        steps += 1
        if steps == 2:
            await document_files.delete(house.admin, document.id)
        return await store(*args, **options)

    monkeypatch.setattr(ingestion, "store", deleting)
    await drain_jobs(house.tenant)
    async with unit_of_work(house.admin) as uow:
        left = await uow.rows("SELECT id FROM knowledge_sources UNION ALL SELECT id FROM knowledge_chunks")
    assert (left, await versions(house)) == ([], [])


async def test_deleting_and_reading_at_once_never_leaves_half(house: House) -> None:
    for number in range(5):
        document = await house.upload(DOOR, f"{number}.md")
        job = await job_of(house)
        pause = asyncio.sleep(0.01 * number)
        reading_it = asyncio.create_task(run_job(TASKS[READ], *job))
        await pause
        await document_files.delete(house.admin, document.id)
        await reading_it
    assert (await house.documents(), await house.found(None)) == ([], [])


async def test_a_newer_file_takes_the_older_ones_place(house: House, drain_jobs: DrainJobs) -> None:
    older = await house.upload(DOOR)
    await drain_jobs(house.tenant)
    newer = await house.upload("The secret door was bricked up.")
    assert [(row.id, row.status, row.chunks_count) for row in await house.documents()] == [(newer.id, "processing", 1)]
    assert await house.found(None) == [DOOR]
    await drain_jobs(house.tenant)
    assert older.id != newer.id
    assert await house.found(None) == ["The secret door was bricked up."]


async def test_the_same_file_again_makes_no_new_version(house: House, drain_jobs: DrainJobs) -> None:
    for _ in range(2):
        await house.upload(DOOR, assistant_id=house.first)
        await drain_jobs(house.tenant)
    assert await versions(house) == [(1, True)]
    assert [row.status for row in await house.documents(house.first)] == ["completed"]


async def test_a_file_replaced_while_it_waits_is_not_read(house: House, drain_jobs: DrainJobs) -> None:
    older = await house.upload(DOOR)
    await house.upload("The secret door was bricked up.")
    await drain_jobs(house.tenant)
    assert await house.found(None) == ["The secret door was bricked up."]
    assert not await is_stored(older)


async def test_a_document_is_given_up_when_its_job_is_dead(house: House, drain_jobs: DrainJobs) -> None:
    document = await house.upload(DOOR)
    job_id, tenant_id = await job_of(house)
    async with unit_of_work(house.admin) as uow:
        await uow.rows("UPDATE jobs SET attempts = 7 WHERE id = $1", job_id)
    with using(files=_Silent()):
        await run_job(TASKS[READ], job_id, tenant_id)
    await run_job(TASKS[GIVE_UP], *await job_of(house, GIVE_UP))
    failed = await again(house, document)
    assert (failed.status, failed.error) == (DocumentStatus.FAILED, document_reading.GAVE_UP)


class _Silent:
    """A file store that does not answer."""

    def read(self, key: str, *, start: int = 0, end: int | None = None) -> Any:
        raise Unavailable("gone")


async def test_an_effect_before_storing_is_undone_with_it(house: House) -> None:
    async def fails(uow: UnitOfWork) -> None:
        await uow.rows("UPDATE tenants SET name = 'changed' WHERE id = $1 RETURNING id", uow.tenant_id)
        raise RuntimeError("undo")

    batch = Batch("a.md", {"#0": ingestion.NewChunk(DOOR)})
    with pytest.raises(RuntimeError, match="undo"):
        await ingestion.store(house.admin, batch, first=fails)
    async with unit_of_work(house.admin) as uow:
        (row,) = await uow.rows("SELECT name FROM tenants WHERE id = $1", uow.tenant_id)
    assert (row["name"], await house.found(None, QUESTION)) == (house.tenant.name, [])


def test_every_reason_is_said_in_every_language() -> None:
    reasons = {reason for _, reason in document_reading._REASONS} | set(document_reading._REASON_OF.values())
    for reason in reasons | {"document_damaged", document_reading.GAVE_UP}:
        assert len({wording(language).render(reason) for language in Language}) == len(Language)
