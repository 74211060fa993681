"""📚 Knowledge Base API."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor, Role
from rest.decoding import check_free_json
from rest.operations import Examples, Group
from rest.shapes import NOT_BLANK
from rest.support import examples
from rest.support.words import PageQuery
from rest.uploads import Upload
from services import knowledge, retrieval
from services.ingestion import ChunkReport, NewChunk
from services.knowledge import ChunkRow, UploadReport
from services.rate_limits import Bucket
from services.retrieval import FoundChunk
from services.unit_of_work import unit_of_work

group = Group("Knowledge Base", Bucket.OTHER)

SourceName = Annotated[str, msgspec.Meta(min_length=1, max_length=255, extra_json_schema=NOT_BLANK)]


class ChunkView(msgspec.Struct):
    id: int
    source: str
    chunk: str
    version: int
    is_current: bool

    @classmethod
    def of(cls, row: ChunkRow) -> "ChunkView":
        return cls(row.id, row.source, row.content, row.version, row.is_current)


class FoundChunkView(msgspec.Struct):
    """``score``, 0 to 1: the calibrated probability that the passage answers."""

    id: int
    source: str
    chunk: str
    score: float
    version: int

    @classmethod
    def of(cls, found: FoundChunk) -> "FoundChunkView":
        return cls(found.id, found.source, found.content, round(found.score, 4), found.version)


class ChunkBody(msgspec.Struct):
    """The chunk's identity is ``metadata.key``, else section and page where unique, else its position."""

    content: Annotated[str, msgspec.Meta(min_length=1)]
    metadata: dict[str, Any] | None = None


class NewChunks(msgspec.Struct):
    source: SourceName
    chunks: Annotated[list[ChunkBody], msgspec.Meta(min_length=1, extra_json_schema={"maxItems": knowledge.MAX_CHUNKS})]


class EmbeddingsView(msgspec.Struct, omit_defaults=True):
    """``pending``, shown where there is any: what a job embeds after the answer, found by its words until then."""

    success: int
    failed: int
    pending: int = 0


class ChunksView(msgspec.Struct):
    created: int
    updated: int
    skipped: int
    embeddings: EmbeddingsView

    @classmethod
    def of(cls, report: ChunkReport) -> "ChunksView":
        embeddings = EmbeddingsView(report.embedded, report.failed, report.pending)
        return cls(report.created, report.updated, report.skipped, embeddings)


class SearchBody(msgspec.Struct):
    query: Annotated[str, msgspec.Meta(min_length=1, max_length=retrieval.MAX_QUESTION, extra_json_schema=NOT_BLANK)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=retrieval.CANDIDATES)] = 5


class DeletedSourceView(msgspec.Struct):
    """``deleted``: chunks, in all their versions."""

    deleted: int
    source: str


class ReindexQuery(msgspec.Struct):
    source: Annotated[SourceName, msgspec.Meta(description="Один источник; без него — все")] | UnsetType = UNSET


class ReindexView(msgspec.Struct):
    status: Literal["success", "partial"]
    success: int
    failed: int


class UploadQuery(msgspec.Struct):
    source: Annotated[SourceName, msgspec.Meta(description="Имя источника; без него — имя файла")] | UnsetType = UNSET


class ValidationView(msgspec.Struct):
    size_bytes: int
    mime_type: str
    sha256: str


class UploadView(msgspec.Struct):
    filename: str
    source: str
    chunks_processed: int
    validation: ValidationView
    created: int
    updated: int
    skipped: int
    embeddings: EmbeddingsView

    @classmethod
    def of(cls, report: UploadReport) -> "UploadView":
        chunks = report.chunks
        return cls(
            filename=report.filename,
            source=report.source,
            chunks_processed=report.chunks_processed,
            validation=ValidationView(report.size_bytes, report.mime_type, report.sha256),
            created=chunks.created,
            updated=chunks.updated,
            skipped=chunks.skipped,
            embeddings=EmbeddingsView(chunks.embedded, chunks.failed, chunks.pending),
        )


@group.get("/kb/chunks", "Список чанков", examples=Examples(response=[examples.CHUNK]))
async def list_chunks(actor: Actor, query: PageQuery) -> list[ChunkView]:
    """All versions, oldest first."""
    async with unit_of_work(actor) as uow:
        return [ChunkView.of(row) for row in await knowledge.list_chunks(uow, query.page)]


@group.post(
    "/kb/chunks", "Загрузка чанков", role=Role.AGENT, status=201, body_limit=32 * 1024 * 1024, errors=(409,),
    examples=Examples(examples.NEW_CHUNKS, examples.CHUNKS_REPORT),
)  # fmt: skip
async def add_chunks(actor: Actor, body: NewChunks) -> ChunksView:
    for number, chunk in enumerate(body.chunks):
        check_free_json(chunk.metadata, f"chunks.{number}.metadata")
    chunks = [NewChunk(chunk.content, chunk.metadata or {}) for chunk in body.chunks]
    return ChunksView.of(await knowledge.add_chunks(actor, source=body.source, chunks=chunks))


@group.post("/kb/search", "Семантический поиск", examples=Examples(examples.SEARCH, examples.FOUND_CHUNKS))
async def search(actor: Actor, body: SearchBody) -> list[FoundChunkView]:
    found = await retrieval.search(actor, body.query, limit=body.limit)
    return [FoundChunkView.of(chunk) for chunk in found.chunks]


@group.delete(
    "/kb/sources/{source:path}", "Удаление источника", role=Role.ADMIN, errors=(404, 409),
    examples=Examples(response=examples.DELETED_SOURCE),
)  # fmt: skip
async def delete_source(actor: Actor, source: SourceName) -> DeletedSourceView:
    """The name may hold slashes, as they are or as `%2F`."""
    return DeletedSourceView(await knowledge.delete_source(actor, source), source)


@group.post(
    "/kb/reindex", "Переиндексация", role=Role.AGENT, errors=(404,), examples=Examples(response=examples.REINDEXED)
)
async def reindex(actor: Actor, query: ReindexQuery) -> ReindexView:
    report = await knowledge.reindex(actor, query.source or None)
    return ReindexView("partial" if report.failed else "success", report.success, report.failed)


@group.post(
    "/kb/upload", "Загрузка документа", role=Role.ADMIN, errors=(400, 409, 413, 415),
    examples=Examples(response=examples.UPLOADED),
)  # fmt: skip
async def upload_document(actor: Actor, query: UploadQuery, upload: Upload) -> UploadView:
    """`.txt`, `.md`, `.pdf`, `.docx`; answers when the document is searchable."""
    report = await knowledge.upload(actor, source=query.source or None, file_name=upload.name, data=upload.data)
    return UploadView.of(report)
