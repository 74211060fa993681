"""Uploading, listing and deleting documents, and that nothing stays of what was refused."""

import asyncio
from typing import Any

import pytest

from core.actor import Role
from core.errors import (
    DomainError,
    FileInfected,
    Forbidden,
    NotFound,
    QuotaExceeded,
    TooLarge,
    Unavailable,
    UnreadableDocument,
    UnsupportedFormat,
)
from core.paging import CursorPage
from integrations.antivirus.clamd import ClamdScanner
from models.documents import Document, DocumentStatus
from models.knowledge import KnowledgeChunk, KnowledgeSource
from models.tenants import Tenant
from services import assistants, document_files, knowledge
from services.providers import providers
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.assistant_knowledge.conftest import DOOR, House, MakeHouse
from tests.documents.files import pdf
from tests.doubles.clamd import EICAR, running_clamd
from tests.files.conftest import using
from tests.files.test_files import DeadStore
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.fixtures.work import DrainJobs

_MIB = 1024 * 1024


async def all_rows(tenant: Tenant) -> list[Document]:
    async with system_unit_of_work(SystemReason.RETENTION):
        return await Document.filter(tenant_id=tenant.id).order_by("id")


async def waiting_jobs(house: House, task: str) -> int:
    async with unit_of_work(house.admin) as uow:
        (row,) = await uow.rows("SELECT count(*) AS n FROM jobs WHERE task = $1", task)
    return int(row["n"])


async def is_stored(document: Document) -> bool:
    try:
        return [piece async for piece in providers().files.read(str(document.storage_key))] != []
    except NotFound:
        return False


async def test_a_document_waits_to_be_read(house: House) -> None:
    document = await house.upload(DOOR, "../../Дверь.md", house.first)
    assert (document.file_name, document.mime_type, document.status) == ("Дверь.md", "text/markdown", "processing")
    assert (document.assistant_id, document.progress, document.chunks_count) == (house.first, 0, 0)
    assert await is_stored(document)
    assert await waiting_jobs(house, "documents.read") == 1


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [
        ("empty.md", b" \n", UnreadableDocument),
        ("table.csv", b"a;b\n1;2\n", UnsupportedFormat),
        ("photo.png", b"\x89PNG\r\n\x1a\n", UnsupportedFormat),
        ("no extension", b"text", UnsupportedFormat),
        ("liar.pdf", b"just some words that are no PDF", UnsupportedFormat),
        ("large.txt", b"x" * (_MIB + 1), TooLarge),
    ],
)
async def test_what_cannot_be_knowledge_is_refused(
    house: House, override: Any, name: str, data: bytes, refusal: type[DomainError]
) -> None:
    with override(OPORA_MAX_UPLOAD_MB="1"), pytest.raises(refusal):
        await document_files.upload(house.admin, file_name=name, data=data, assistant_id=house.first)
    assert await all_rows(house.tenant) == []


async def test_an_infected_document_is_refused(house: House) -> None:
    async with running_clamd() as clamd:
        with using(scanner=ClamdScanner(clamd.url, timeout_s=5)), pytest.raises(FileInfected):
            await document_files.upload(house.admin, file_name="a.txt", data=EICAR)
    assert await all_rows(house.tenant) == []


async def test_documents_count_in_the_quota_also_when_they_are_read(
    house: House, override: Any, drain_jobs: DrainJobs
) -> None:
    document = await house.upload(DOOR, "one.txt")
    await drain_jobs(house.tenant)
    async with unit_of_work(house.admin) as uow:
        await uow.rows("UPDATE documents SET size_bytes = $2 WHERE id = $1 RETURNING id", document.id, _MIB)
    with override(OPORA_UPLOAD_QUOTA_MB="1"), pytest.raises(QuotaExceeded):
        await house.upload(DOOR, "two.txt")
    assert [row.file_name for row in await all_rows(house.tenant)] == ["one.txt"]


async def test_of_simultaneous_uploads_the_quota_lets_what_fits_through(house: House, override: Any) -> None:
    with override(OPORA_UPLOAD_QUOTA_MB="1"):
        uploads = [house.upload("word " * 80_000, f"{n}.txt") for n in range(5)]
        done = await asyncio.gather(*uploads, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Document"] * 2 + ["QuotaExceeded"] * 3
    assert len(await all_rows(house.tenant)) == 2


async def test_a_store_that_does_not_answer_leaves_nothing_to_be_seen(house: House) -> None:
    with using(files=DeadStore()), pytest.raises(Unavailable):
        await house.upload(DOOR)
    assert await house.documents() == []
    assert await waiting_jobs(house, "documents.read") == 0


async def test_what_was_cut_off_is_forgotten_after_an_hour(house: House) -> None:
    with using(files=DeadStore()), pytest.raises(Unavailable):
        await house.upload(DOOR)
    (left,) = await all_rows(house.tenant)
    await document_files.forget_cut_off()
    assert len(await all_rows(house.tenant)) == 1
    async with unit_of_work(house.admin) as uow:
        await uow.rows("UPDATE documents SET created_at = now() - interval '2 hours' WHERE id = $1", left.id)
    assert await document_files.forget_cut_off() >= 1
    assert await all_rows(house.tenant) == []


async def test_a_stored_document_is_not_forgotten(house: House) -> None:
    document = await house.upload(DOOR)
    async with unit_of_work(house.admin) as uow:
        await uow.rows("UPDATE documents SET created_at = now() - interval '2 hours' WHERE id = $1", document.id)
    await document_files.forget_cut_off()
    assert [row.id for row in await house.documents()] == [document.id]


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT])
async def test_admins_alone_upload_and_delete(house: House, make_user: MakeUser, role: Role) -> None:
    document = await house.upload(DOOR)
    person = actor_of(await make_user(house.tenant, role))
    with pytest.raises(Forbidden):
        await document_files.upload(person, file_name="a.md", data=b"text")
    with pytest.raises(Forbidden):
        await document_files.delete(person, document.id)
    assert [row.id for row in await all_rows(house.tenant)] == [document.id]


async def test_customers_see_no_documents(house: House, make_user: MakeUser) -> None:
    customer = actor_of(await make_user(house.tenant))
    async with unit_of_work(customer) as uow:
        with pytest.raises(Forbidden):
            await document_files.list_documents(uow)
        with pytest.raises(Forbidden):
            await document_files.page_documents(uow, CursorPage(10))


async def test_lists_are_of_one_assistant_or_of_all(house: House) -> None:
    for name, owner in (("a.md", None), ("b.md", house.first), ("c.md", house.second)):
        await house.upload(DOOR, name, owner)
    assert [row.file_name for row in await house.documents()] == ["c.md", "b.md", "a.md"]
    assert [row.file_name for row in await house.documents(house.first)] == ["b.md"]
    async with unit_of_work(house.admin) as uow:
        page = await document_files.page_documents(uow, CursorPage(2))
        rest = await document_files.page_documents(uow, CursorPage(2, page.rows[-1].id))
    assert [[row.file_name for row in one.rows] for one in (page, rest)] == [["a.md", "b.md"], ["c.md"]]
    assert (page.has_more, rest.has_more) == (True, False)


async def test_another_tenants_documents_and_assistants_are_not_there(
    house: House, make_house: MakeHouse, make_tenant: MakeTenant
) -> None:
    document = await house.upload(DOOR, assistant_id=house.first)
    other = await make_house(await make_tenant())
    with pytest.raises(NotFound):
        await document_files.delete(other.admin, document.id)
    with pytest.raises(NotFound):
        await other.upload(DOOR, assistant_id=house.first)
    with pytest.raises(NotFound):
        await other.documents(house.first)
    assert (await other.documents(), len(await house.documents())) == ([], 1)


async def test_a_deleted_document_takes_its_knowledge_and_its_file_along(house: House, drain_jobs: DrainJobs) -> None:
    document = await house.upload(DOOR, assistant_id=house.first)
    await drain_jobs(house.tenant)
    assert await house.found(house.first) == [DOOR]
    await document_files.delete(house.admin, document.id)
    assert (await house.found(house.first), await house.documents()) == ([], [])
    async with unit_of_work(house.admin):
        assert (await KnowledgeSource.all().count(), await KnowledgeChunk.all().count()) == (0, 0)


async def test_a_document_that_waits_is_deleted_with_its_file(house: House, drain_jobs: DrainJobs) -> None:
    document = await house.upload(DOOR)
    await document_files.delete(house.admin, document.id)
    await drain_jobs(house.tenant)
    assert not await is_stored(document)
    assert await house.found(None) == []
    with pytest.raises(NotFound):
        await document_files.delete(house.admin, document.id)


async def test_deleting_the_source_deletes_its_document(house: House, drain_jobs: DrainJobs) -> None:
    await house.upload(DOOR, "door.md")
    await drain_jobs(house.tenant)
    assert await knowledge.delete_source(house.admin, "door.md") == 1
    assert await house.documents() == []


async def test_deleting_the_assistant_deletes_its_documents(house: House, drain_jobs: DrainJobs) -> None:
    waiting = await house.upload(DOOR, "waiting.md", house.first)
    async with unit_of_work(house.admin) as uow:
        await assistants.delete(uow, house.first)
    await drain_jobs(house.tenant)
    assert await all_rows(house.tenant) == []
    assert not await is_stored(waiting)


async def test_a_pdf_is_known_by_its_content_type(house: House) -> None:
    document = await document_files.upload(house.admin, file_name="door.pdf", data=pdf(DOOR))
    assert (document.mime_type, document.status) == ("application/pdf", DocumentStatus.PROCESSING)
