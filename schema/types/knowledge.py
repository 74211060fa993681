"""The tenant's knowledge."""

from datetime import datetime
from typing import Self

import strawberry

from schema.types.rows import copier, shown_id
from schema.types.scalars import BigInt, JSONObject
from services import ingestion, knowledge, reindexing, retrieval, search_trials
from services.scoring import Decision

_KNOWLEDGE_SOURCE = copier("name", "chunks", "mime_type", "updated_at")


@strawberry.type(description="A document or feed.")
class KnowledgeSource:
    id: strawberry.ID
    name: str
    chunks: int = strawberry.field(description="Current ones.")
    mime_type: str | None
    updated_at: datetime

    @classmethod
    def of(cls, row: knowledge.SourceRow) -> Self:
        return cls(id=shown_id(row.id), **_KNOWLEDGE_SOURCE(row))


_KNOWLEDGE_CHUNK = copier("source", "heading", "content", "version", "is_current", "language", "created_at")


@strawberry.type(description="One version of one passage of a source.")
class KnowledgeChunk:
    id: strawberry.ID
    source: str
    heading: str
    content: str
    version: int
    is_current: bool = strawberry.field(description="Search sees current versions only.")
    language: str = strawberry.field(description="ISO 639 code.")
    created_at: datetime = strawberry.field(description="When this version was written.")

    @classmethod
    def of(cls, row: knowledge.ChunkRow) -> Self:
        return cls(id=shown_id(row.id), **_KNOWLEDGE_CHUNK(row))


_LANE_SCORES = copier("dense", "words", "exact", "rank")


@strawberry.type(description="What each lane of the search gave a passage.")
class LaneScores:
    dense: float = strawberry.field(description="Nearness of meaning: a cosine of centred vectors, -1 to 1.")
    words: float = strawberry.field(description="BM25 of the words in all their forms, from 0 to some 40.")
    exact: float = strawberry.field(
        description="Share, 0 to 1, of the question's codes and numbers that stand in the passage as written."
    )
    rank: float = strawberry.field(description="The lanes together: what passages are ordered by.")


_FOUND_CHUNK = copier("source", "heading", "content", "version", "language", "score")


@strawberry.type(description="A passage that a search found.")
class FoundChunk:
    id: strawberry.ID
    source: str
    heading: str
    content: str
    version: int
    language: str
    score: float = strawberry.field(description="Probability, 0 to 1, that it is what was asked for.")
    scores: LaneScores

    @classmethod
    def of(cls, chunk: retrieval.FoundChunk) -> Self:
        return cls(id=shown_id(chunk.id), scores=LaneScores(**_LANE_SCORES(chunk.lanes)), **_FOUND_CHUNK(chunk))


strawberry.enum(
    Decision, description="What found passages allow: to answer, to offer them and ask, or to call a person."
)
_SEARCH_TRIAL = copier("language", "decision", "answer_threshold", "suggest_threshold", "milliseconds", "passages")


@strawberry.type(description="What a search finds for a question, and what would come of it.")
class SearchTrial:
    language: str = strawberry.field(description="Of the question: ISO 639 code.")
    decision: Decision
    answer_threshold: float = strawberry.field(description="Score of the best passage from which it answers.")
    suggest_threshold: float = strawberry.field(description="Score of the best passage below which a person is called.")
    milliseconds: int
    passages: int = strawberry.field(description="Current ones that were searched.")
    found: list[FoundChunk] = strawberry.field(description="Best first.")

    @classmethod
    def of(cls, trial: search_trials.SearchTrial) -> Self:
        return cls(found=[FoundChunk.of(chunk) for chunk in trial.found], **_SEARCH_TRIAL(trial))


_CHUNK_REPORT = copier("created", "updated", "skipped", "embedded", "failed", "pending")


@strawberry.type(description="What became of the chunks of a request.")
class ChunkReport:
    created: int
    updated: int = strawberry.field(description="Their content changed: a new version is current.")
    skipped: int = strawberry.field(description="Their content was there already.")
    embedded: int
    failed: int = strawberry.field(description="Refused by the embedding endpoint; a job tries again.")
    pending: int = strawberry.field(description="Found by their words; a job embeds them, which takes longer.")

    @classmethod
    def of(cls, report: ingestion.ChunkReport) -> Self:
        return cls(**_CHUNK_REPORT(report))


_UPLOAD_REPORT = copier("filename", "source", "mime_type", "sha256", "chunks_processed")


@strawberry.type(description="A file that was read.")
class UploadReport:
    filename: str
    source: str
    mime_type: str = strawberry.field(description="What its content is, whatever its name says.")
    size_bytes: BigInt
    sha256: str
    chunks_processed: int
    chunks: ChunkReport

    @classmethod
    def of(cls, report: knowledge.UploadReport) -> Self:
        return cls(size_bytes=BigInt(report.size_bytes), chunks=ChunkReport.of(report.chunks), **_UPLOAD_REPORT(report))


@strawberry.type
class ReindexReport:
    success: int
    failed: int

    @classmethod
    def of(cls, report: reindexing.ReindexReport) -> Self:
        return cls(success=report.success, failed=report.failed)


@strawberry.type
class DeleteSourcePayload:
    source: str
    deleted: int = strawberry.field(description="Chunks, of all versions.")


@strawberry.input(description="A passage. Its identity in the source is `metadata.key`, else section and page.")
class ChunkInput:
    content: str = strawberry.field(description="1 to 20,000 characters.")
    heading: str = ""
    metadata: JSONObject | None = strawberry.field(default=None, description="A JSON object.")


@strawberry.input
class AddKnowledgeChunksInput:
    source: str
    chunks: list[ChunkInput] = strawberry.field(description="1 to 1,000.")
