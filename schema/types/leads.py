"""Leads, and the interviews that they come from."""

from datetime import datetime
from typing import Self

import strawberry

from models.conversations import AuthorKind
from models.conversations import Message as MessageRow
from models.leads import MOVES, LeadStatus
from models.leads import Interview as InterviewRow
from models.leads import Lead as LeadRow
from schema.types.languages import Language
from schema.types.paging import Connection
from schema.types.rows import copier, shown_id, shown_id_or_none
from schema.types.scalars import BigInt
from services.interviews import InterviewReply

strawberry.enum(LeadStatus, description="How far the company has got with a lead.")

_LEAD = copier(
    "name", "phone", "phone_e164", "city", "object_type", "area", "summary", "language", "status", "created_at",
    "updated_at",
)  # fmt: skip


@strawberry.type(description="A client who wants to be called, and what about.")
class Lead:
    id: strawberry.ID
    interview_id: strawberry.ID
    contact_id: strawberry.ID
    owner_id: strawberry.ID | None
    name: str
    phone: str = strawberry.field(description="As the client wrote it, without blanks and signs.")
    phone_e164: str = strawberry.field(name="phoneE164", description="What it means: the number with its country code.")
    city: str | None
    object_type: str | None
    area: str | None
    summary: str
    language: Language
    status: LeadStatus
    next_statuses: list[LeadStatus] = strawberry.field(description="Where it may move to from here.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: LeadRow) -> Self:
        return cls(
            id=shown_id(row.id),
            interview_id=shown_id(row.interview_id),
            contact_id=shown_id(row.contact_id),
            owner_id=shown_id_or_none(row.owner_id),
            next_statuses=[status for status in LeadStatus if status in MOVES[row.status]],
            **_LEAD(row),
        )


@strawberry.type(description="What one side said in an interview.")
class InterviewMessage:
    id: strawberry.ID
    author_kind: AuthorKind
    text: str
    created_at: datetime

    @classmethod
    def of(cls, row: MessageRow) -> Self:
        return cls(id=shown_id(row.id), author_kind=row.author_kind, text=row.text, created_at=row.created_at)


@strawberry.type(description="A conversation that asks for what a lead needs.")
class Interview:
    id: strawberry.ID
    contact_id: strawberry.ID
    language: Language
    finished_at: datetime | None = strawberry.field(description="Null while it goes on.")
    created_at: datetime
    messages: Connection[InterviewMessage] = strawberry.field(description="What was said, oldest first.")

    @classmethod
    def of(cls, row: InterviewRow, messages: Connection[InterviewMessage]) -> Self:
        return cls(
            id=shown_id(row.id),
            contact_id=shown_id(row.contact_id),
            language=row.language,
            finished_at=row.finished_at,
            created_at=row.created_at,
            messages=messages,
        )


@strawberry.type(description="The answer to a client's message.")
class InterviewAnswer:
    text: str
    interview_id: strawberry.ID
    language: Language
    function_called: str | None = strawberry.field(
        description="`register_lead` where this message completed the lead; null else."
    )
    lead_id: strawberry.ID | None

    @classmethod
    def of(cls, reply: InterviewReply) -> Self:
        return cls(
            text=reply.text,
            interview_id=shown_id(reply.interview_id),
            language=reply.language,
            function_called=reply.function_called,
            lead_id=shown_id_or_none(reply.lead_id),
        )


@strawberry.type(description="A lead came, or its status moved.")
class LeadEvent:
    seq: BigInt = strawberry.field(description="Rises strictly: give the last one as `after` to go on behind it.")
    at: datetime
    kind: str = strawberry.field(description="`lead.registered` or `lead.status_changed`.")
    lead: Lead | None = strawberry.field(description="As it is now.")
