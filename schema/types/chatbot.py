"""The chatbot: what it says, what is known of what it said, what can be watched."""

from datetime import datetime
from typing import Self

import strawberry

from models.conversations import AuthorKind
from schema.types.messages import Citation
from schema.types.rows import copier, shown_id, shown_id_or_none
from schema.types.scalars import BigInt
from services import chatbot, chatbot_log
from services.chatbot import ChatbotReply as ReplyRow
from services.chatbot_log import ChatbotSummary, ExchangeRow, LogFilter
from services.events import StoredEvent
from services.messages import MessageView

_REPLY = copier("response", "confidence", "was_escalated")


@strawberry.type(description="What the chatbot says to a message.")
class ChatbotReply:
    exchange_id: strawberry.ID
    response: str
    session_id: str = strawberry.field(description="Goes with the next message, so that the chatbot knows this one.")
    confidence: float = strawberry.field(
        description="Calibrated probability, 0 to 1, that the response is what was asked for."
    )
    was_escalated: bool
    ticket_id: strawberry.ID | None = strawberry.field(description="The ticket in which a person will answer.")
    citations: list[Citation]

    @classmethod
    def of(cls, reply: ReplyRow) -> Self:
        return cls(
            exchange_id=shown_id(reply.exchange_id),
            session_id=reply.session_key,
            ticket_id=shown_id_or_none(reply.ticket_id),
            citations=[Citation.of(citation) for citation in reply.citations],
            **_REPLY(reply),
        )


@strawberry.input
class AskChatbotInput:
    message: str = strawberry.field(description=f"1 to {chatbot.MAX_MESSAGE:,} characters.")
    session_id: str | None = strawberry.field(
        default=None, description=f"Of the caller's own choice, up to {chatbot.MAX_KEY} characters; absent opens one."
    )


_EXCHANGE = copier("query", "response", "confidence", "was_escalated", "response_time_ms", "created_at")


@strawberry.type(description="A message to the chatbot and what it said.")
class ChatbotExchange:
    id: strawberry.ID
    user_id: strawberry.ID
    session_id: str
    query: str
    response: str
    confidence: float
    was_escalated: bool
    ticket_id: strawberry.ID | None = strawberry.field(description="Null also where the ticket is deleted.")
    response_time_ms: int
    created_at: datetime

    @classmethod
    def of(cls, row: ExchangeRow) -> Self:
        return cls(
            id=shown_id(row.id),
            user_id=shown_id(row.user_id),
            session_id=row.session_key,
            ticket_id=shown_id_or_none(row.ticket_id),
            **_EXCHANGE(row),
        )


@strawberry.input(description="Which exchanges; what is left out does not narrow.")
class ChatbotLogFilter:
    session_id: str | None = None
    escalated_only: bool = False

    def chosen(self) -> LogFilter:
        return LogFilter(self.session_id, self.escalated_only)


@strawberry.type(description="A question, as it was last spelled.")
class CommonQuery:
    query: str
    count: int

    @classmethod
    def of(cls, row: chatbot_log.CommonQuery) -> Self:
        return cls(query=row.query, count=row.count)


@strawberry.type(description="What all exchanges of the tenant come to.")
class ChatbotAnalytics:
    total_queries: int
    escalated_queries: int
    escalation_rate: float = strawberry.field(description="Percent.")
    avg_confidence: float = strawberry.field(description="0 to 1; 0 where nothing was asked.")
    common_queries: list[CommonQuery] = strawberry.field(description="Up to ten, the most frequent first.")

    @classmethod
    def of(cls, summary: ChatbotSummary) -> Self:
        return cls(
            total_queries=summary.total,
            escalated_queries=summary.escalated,
            escalation_rate=summary.escalation_rate,
            avg_confidence=summary.avg_confidence,
            common_queries=[CommonQuery.of(row) for row in summary.common_queries],
        )


_MESSAGE = copier("author_kind", "text", "confidence", "created_at")


@strawberry.type(description="One message of a session.")
class ChatbotMessage:
    id: strawberry.ID
    author_kind: AuthorKind
    text: str
    confidence: float | None
    citations: list[Citation]
    created_at: datetime

    @classmethod
    def of(cls, view: MessageView) -> Self:
        citations = [Citation.of(citation) for citation in view.citations]
        return cls(id=shown_id(view.message.id), citations=citations, **_MESSAGE(view.message))


@strawberry.type(description="Somebody spoke in a session with the chatbot: its user, or the chatbot.")
class ChatbotMessageAdded:
    seq: BigInt = strawberry.field(description="Give the last one as `after` to go on behind it.")
    at: datetime
    session_id: str
    user_id: strawberry.ID
    message: ChatbotMessage | None = strawberry.field(description="Null where it has been deleted since.")

    @classmethod
    def of(cls, event: StoredEvent, view: MessageView | None) -> Self:
        return cls(
            seq=BigInt(event.seq),
            at=event.at,
            session_id=event.payload["session_key"],
            user_id=shown_id(event.payload["user_id"]),
            message=None if view is None else ChatbotMessage.of(view),
        )
