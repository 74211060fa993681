"""What companies ask of those who run the installation."""

from datetime import datetime
from typing import Self

import strawberry

import schema.types.tickets  # noqa: F401  # it makes priorities and statuses types of the schema
from models.tickets import TicketPriority, TicketStatus
from schema.types.rows import copier
from services.support_requests import NewRequest, RequestView

_REQUEST = copier(
    "number", "subject", "message", "status", "priority", "topic", "contact_email", "created_at", "updated_at"
)  # fmt: skip


@strawberry.type(description="A request to those who run the installation, as its author sees it.")
class SupportRequest:
    number: str = strawberry.field(description="Such as TICKET-2025-001234.")
    subject: str
    message: str
    status: TicketStatus
    priority: TicketPriority
    topic: str
    contact_email: str | None
    attachments: list[str] = strawberry.field(description="Names of files that the author mentions.")
    expected_reply_seconds: int = strawberry.field(description="Nine in ten requests like it are answered sooner.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, request: RequestView) -> Self:
        return cls(
            attachments=list(request.attachments),
            expected_reply_seconds=request.expected.most_s,
            **_REQUEST(request),
        )


@strawberry.type(description="A page of requests.")
class SupportRequestPage:
    requests: list[SupportRequest]
    total: int


@strawberry.input(description="What a company asks.")
class SupportRequestInput:
    subject: str
    message: str
    priority: TicketPriority = TicketPriority.MEDIUM
    topic: str = ""
    contact_email: str | None = None
    attachments: list[str] = strawberry.field(default_factory=list, description="Names of files, ten at most.")

    def asked(self) -> NewRequest:
        return NewRequest(
            subject=self.subject,
            message=self.message,
            priority=self.priority,
            topic=self.topic,
            contact_email=self.contact_email,
            attachments=self.attachments,
        )
