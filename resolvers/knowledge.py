"""The tenant's knowledge: reading, searching, loading."""

from typing import Annotated

import strawberry

from core.paging import CursorPage
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.knowledge import (
    AddKnowledgeChunksInput,
    ChunkReport,
    DeleteSourcePayload,
    FoundChunk,
    KnowledgeChunk,
    KnowledgeSource,
    ReindexReport,
    SearchTrial,
    UploadReport,
)
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import Upload, UploadedFile, row_id, row_id_or_none
from services import knowledge, retrieval, search_trials
from services.ingestion import NewChunk
from services.unit_of_work import unit_of_work

Limit = Annotated[int, strawberry.argument(description=f"How many to return, 1 to {retrieval.CANDIDATES}.")]


@strawberry.type
class KnowledgeQuery:
    @query(Requires.KNOWLEDGE_READ)
    async def knowledge_sources(self, info: Info, assistant_id: ID | None = None) -> list[KnowledgeSource]:
        """All sources of the tenant, by name; to staff, those that an assistant alone knows. Errors: NOT_FOUND."""
        whose = row_id_or_none(assistant_id, "assistantId")
        async with unit_of_work(info.context.actor) as uow:
            return [KnowledgeSource.of(row) for row in await knowledge.list_sources(uow, assistant_id=whose)]

    @query(Requires.KNOWLEDGE_READ)
    async def knowledge_chunks(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        source: str | None = None,
        assistant_id: ID | None = None,
        current: bool | None = None,
    ) -> Connection[KnowledgeChunk]:
        """All versions of all chunks, oldest first; of one source where it is named.

        `current` narrows to what search sees, or to what it no longer sees. Errors: NOT_FOUND for the assistant.
        """
        page, whose = CursorPage.checked(first, after), row_id_or_none(assistant_id, "assistantId")
        async with unit_of_work(info.context.actor) as uow:
            rows = await knowledge.page_chunks(uow, page, source, assistant_id=whose, current=current)
        return connection(rows, node=KnowledgeChunk.of, key=lambda chunk: chunk.id, after=after)

    @query(Requires.KNOWLEDGE_READ)
    async def knowledge_chunk_versions(self, info: Info, id: ID) -> list[KnowledgeChunk]:
        """All versions of the passage that a chunk is a version of, latest first. Errors: NOT_FOUND."""
        async with unit_of_work(info.context.actor) as uow:
            return [KnowledgeChunk.of(row) for row in await knowledge.chunk_versions(uow, row_id(id))]

    @query(Requires.SEARCH_TRY)
    async def search_trial(
        self, info: Info, query: str, assistant_id: ID | None = None, limit: Limit = 10
    ) -> SearchTrial:
        """What a search finds for a question with the scores of each lane, and what would come of it.

        Errors: NOT_FOUND for the assistant, whose own knowledge is searched too.
        """
        whose = row_id_or_none(assistant_id, "assistantId")
        return SearchTrial.of(await search_trials.run(info.context.actor, query, limit=limit, assistant_id=whose))

    @query(Requires.KNOWLEDGE_READ)
    async def knowledge_search(self, info: Info, query: str, limit: Limit = 5) -> list[FoundChunk]:
        """Search current knowledge by meaning and by words, best first."""
        found = await retrieval.search(info.context.actor, query, limit=limit)
        return [FoundChunk.of(chunk) for chunk in found.chunks]


@strawberry.type
class KnowledgeMutation:
    @mutation(Requires.KNOWLEDGE_WRITE)
    async def add_knowledge_chunks(self, info: Info, input: AddKnowledgeChunksInput) -> ChunkReport:
        """Load chunks of a source: new ones are created, changed ones get a new version, the same are skipped."""
        chunks = [NewChunk(chunk.content, chunk.metadata or {}, chunk.heading) for chunk in input.chunks]
        report = await knowledge.add_chunks(info.context.actor, source=input.source, chunks=chunks)
        return ChunkReport.of(report)

    @mutation(Requires.KNOWLEDGE_MANAGE)
    async def upload_knowledge(self, info: Info, file: Upload, source: str | None = None) -> UploadReport:
        """Read a .txt, .md, .pdf or .docx file, by the GraphQL multipart request specification; it is searchable then.

        Errors: FILE_TOO_LARGE, UNSUPPORTED_FORMAT for what its content is, UNREADABLE_DOCUMENT.
        """
        uploaded = UploadedFile.of(file)
        report = await knowledge.upload(info.context.actor, source=source, file_name=uploaded.name, data=uploaded.data)
        return UploadReport.of(report)

    @mutation(Requires.KNOWLEDGE_MANAGE)
    async def delete_knowledge_source(self, info: Info, source: str) -> DeleteSourcePayload:
        """Delete a source with its chunks, their versions and vectors. Errors: NOT_FOUND."""
        deleted = await knowledge.delete_source(info.context.actor, source)
        return DeleteSourcePayload(source=source, deleted=deleted)

    @mutation(Requires.KNOWLEDGE_WRITE)
    async def reindex_knowledge(self, info: Info, source: str | None = None) -> ReindexReport:
        """Embed the current chunks anew, of one source or of all. Errors: NOT_FOUND."""
        return ReindexReport.of(await knowledge.reindex(info.context.actor, source))
