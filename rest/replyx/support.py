"""🎧 Система поддержки: what companies ask of those who run the installation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor
from core.paging import OffsetPage
from models.tickets import TicketPriority, TicketStatus
from realtime.frames.replyx import SENDERS
from rest.operations import Examples, Group
from rest.replyx import support_examples as examples
from rest.replyx.spans import span
from rest.replyx.words import moment
from rest.shapes import Email, words
from services import support_requests
from services.messages import MAX_TEXT, MessageView
from services.rate_limits import Bucket
from services.support_requests import MAX_ATTACHMENTS, MAX_NAME, MAX_SUBJECT, MAX_TOPIC, NewRequest, RequestView

group = Group("Система поддержки", Bucket.OTHER)

PriorityWord = Literal["low", "medium", "high", "urgent"]
StatusWord = Literal["open", "in_progress", "closed"]
_MOST_MESSAGES = 100

_STATUSES: Mapping[TicketStatus, StatusWord] = {
    TicketStatus.OPEN: "open",
    TicketStatus.REOPENED: "open",
    TicketStatus.RESOLVED: "closed",
    TicketStatus.CLOSED: "closed",
    TicketStatus.CANCELLED: "closed",
}
"""The rest are ``in_progress``."""
_PRIORITIES: Mapping[PriorityWord, TicketPriority] = {
    "low": TicketPriority.LOW,
    "medium": TicketPriority.MEDIUM,
    "high": TicketPriority.HIGH,
    "urgent": TicketPriority.CRITICAL,
}
_WORDS: Mapping[TicketPriority, PriorityWord] = {priority: word for word, priority in _PRIORITIES.items()}
FileName = Annotated[str, msgspec.Meta(extra_json_schema=words(MAX_NAME))]
FileNames = Annotated[list[FileName], msgspec.Meta(extra_json_schema={"maxItems": MAX_ATTACHMENTS})]


class NewTicket(msgspec.Struct):
    """``attachments`` are names of files that the text mentions; ``user_email`` is where to answer."""

    subject: Annotated[str, msgspec.Meta(extra_json_schema=words(MAX_SUBJECT))]
    message: Annotated[str, msgspec.Meta(extra_json_schema=words(MAX_TEXT))]
    priority: PriorityWord = "medium"
    category: Annotated[str, msgspec.Meta(extra_json_schema=words(MAX_TOPIC, blank=True))] = ""
    user_email: Email | None = None
    attachments: FileNames = msgspec.field(default_factory=list)


class Reply(msgspec.Struct):
    message: Annotated[str, msgspec.Meta(extra_json_schema=words(MAX_TEXT))]
    attachments: FileNames = msgspec.field(default_factory=list)


class CreatedView(msgspec.Struct):
    ticket_id: str
    priority: PriorityWord
    estimated_response_time: str
    created_at: datetime
    status: Literal["created"] = "created"


class TicketView(msgspec.Struct):
    ticket_id: str
    subject: str
    message: str
    status: StatusWord
    priority: PriorityWord
    category: str
    user_email: str | None
    attachments: list[str]
    estimated_response_time: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, request: RequestView) -> "TicketView":
        return cls(
            ticket_id=request.number,
            subject=request.subject,
            message=request.message,
            status=_word(request.status),
            priority=_WORDS[request.priority],
            category=request.topic,
            user_email=request.contact_email,
            attachments=list(request.attachments),
            estimated_response_time=span(request.expected.least_s, request.expected.most_s),
            created_at=moment(request.created_at),
            updated_at=moment(request.updated_at),
        )


class TicketsView(msgspec.Struct):
    tickets: list[TicketView]
    total: int
    has_more: bool


class MessageShown(msgspec.Struct):
    id: int
    sender: str
    text: str
    created_at: datetime

    @classmethod
    def of(cls, view: MessageView) -> "MessageShown":
        message = view.message
        return cls(message.id, SENDERS[message.author_kind], message.text, moment(message.created_at))


class TicketWithMessages(TicketView):
    messages: list[MessageShown] = msgspec.field(default_factory=list)


class ReplyView(msgspec.Struct):
    ticket_id: str
    message_id: int
    created_at: datetime
    success: bool = True


class TicketQuery(msgspec.Struct):
    status: StatusWord | UnsetType = UNSET
    priority: PriorityWord | UnsetType = UNSET
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0


@group.post(
    "/support/ticket", "Создание тикета в службу поддержки", status=201,
    examples=Examples(examples.NEW_TICKET, examples.CREATED),
)  # fmt: skip
async def create_support_ticket(actor: Actor, body: NewTicket) -> CreatedView:
    """Срок ответа считается по последним тикетам того же приоритета."""
    request = await support_requests.create(
        actor,
        NewRequest(
            subject=body.subject,
            message=body.message,
            priority=_PRIORITIES[body.priority],
            topic=body.category,
            contact_email=body.user_email,
            attachments=body.attachments,
        ),
    )
    shown = TicketView.of(request)
    return CreatedView(shown.ticket_id, shown.priority, shown.estimated_response_time, shown.created_at)


@group.get("/support/tickets", "Список тикетов пользователя", examples=Examples(response=examples.TICKETS))
async def list_support_tickets(actor: Actor, query: TicketQuery) -> TicketsView:
    statuses = None if query.status is UNSET else [one for one in TicketStatus if _word(one) == query.status]
    page = await support_requests.list_requests(
        actor,
        page=OffsetPage(query.offset, query.limit),
        statuses=statuses,
        priority=None if query.priority is UNSET else _PRIORITIES[query.priority],
    )
    shown = [TicketView.of(request) for request in page.requests]
    return TicketsView(shown, page.total, has_more=query.offset + len(shown) < page.total)


@group.get("/support/tickets/{ticket_id}", "Тикет с перепиской", errors=(404,))
async def get_support_ticket(actor: Actor, ticket_id: str) -> TicketWithMessages:
    request = await support_requests.get(actor, ticket_id)
    said = await support_requests.list_messages(actor, ticket_id, OffsetPage(0, _MOST_MESSAGES))
    shown = TicketView.of(request)
    fields = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return TicketWithMessages(**fields, messages=[MessageShown.of(view) for view in said])


@group.post(
    "/support/tickets/{ticket_id}/reply", "Ответ на тикет", status=201, errors=(404,),
    examples=Examples(examples.REPLY, examples.REPLIED),
)  # fmt: skip
async def reply_to_support_ticket(actor: Actor, ticket_id: str, body: Reply) -> ReplyView:
    message = await support_requests.reply(actor, ticket_id, text=body.message, attachments=body.attachments)
    return ReplyView(ticket_id, message.id, moment(message.created_at))


def _word(status: TicketStatus) -> StatusWord:
    return _STATUSES.get(status, "in_progress")
