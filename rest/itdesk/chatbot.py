"""The chatbot: messages to it, its log, its analytics."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor, Role
from core.paging import CursorPage
from rest.itdesk import chatbot_examples as examples
from rest.itdesk.words import moment
from rest.operations import Examples, Group
from rest.shapes import NOT_BLANK
from services import chatbot, chatbot_log
from services.chatbot import MAX_KEY, MAX_MESSAGE, ChatbotReply
from services.chatbot_log import ChatbotSummary, ExchangeRow, LogFilter
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Chatbot", Bucket.OTHER)

MOST_ROWS = 100
SessionId = Annotated[str, msgspec.Meta(max_length=MAX_KEY)]


class NewMessage(msgspec.Struct):
    """``session_id`` goes on with a session of the caller's, or opens one under that name; without it a new one."""

    message: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_MESSAGE, extra_json_schema=NOT_BLANK)]
    session_id: SessionId | None = None


class CitationView(msgspec.Struct):
    source: str
    quote: str
    version: int
    score: float


class ReplyView(msgspec.Struct):
    """``confidence_score``: calibrated probability. ``ticket_id`` where a person has been called."""

    response: str
    session_id: str
    confidence_score: float
    was_escalated: bool
    ticket_id: int | None
    citations: list[CitationView] = []

    @classmethod
    def of(cls, reply: ChatbotReply) -> "ReplyView":
        return cls(
            response=reply.response,
            session_id=reply.session_key,
            confidence_score=round(reply.confidence, 4),
            was_escalated=reply.was_escalated,
            ticket_id=reply.ticket_id,
            citations=[
                CitationView(cited.source, cited.quote, cited.version, round(cited.score, 4))
                for cited in reply.citations
            ],
        )


class CommonQueryView(msgspec.Struct):
    query: str
    count: int


class AnalyticsView(msgspec.Struct):
    """``escalation_rate`` is in percent; ``common_queries`` are ten at most."""

    total_queries: int
    escalated_queries: int
    escalation_rate: float
    avg_confidence_score: float
    common_queries: list[CommonQueryView]

    @classmethod
    def of(cls, summary: ChatbotSummary) -> "AnalyticsView":
        return cls(
            total_queries=summary.total,
            escalated_queries=summary.escalated,
            escalation_rate=summary.escalation_rate,
            avg_confidence_score=round(summary.avg_confidence, 2),
            common_queries=[CommonQueryView(row.query, row.count) for row in summary.common_queries],
        )


class LogView(msgspec.Struct):
    id: int
    user_id: int
    session_id: str
    user_query: str
    bot_response: str
    confidence_score: float
    was_escalated: bool
    ticket_id: int | None
    response_time_ms: int
    created_at: datetime

    @classmethod
    def of(cls, row: ExchangeRow) -> "LogView":
        return cls(
            id=row.id,
            user_id=row.user_id,
            session_id=row.session_key,
            user_query=row.query,
            bot_response=row.response,
            confidence_score=round(row.confidence, 4),
            was_escalated=row.was_escalated,
            ticket_id=row.ticket_id,
            response_time_ms=row.response_time_ms,
            created_at=moment(row.created_at),
        )


class LogQuery(msgspec.Struct):
    session_id: Annotated[SessionId, msgspec.Meta(description="Filter by session ID")] | UnsetType = UNSET
    escalated_only: Annotated[bool, msgspec.Meta(description="Show only escalated queries")] = False
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS, description="Maximum number of logs")] = MOST_ROWS


@group.post(
    "/chatbot/chat", "Send a message to the chatbot", bucket=Bucket.AGENT,
    examples=Examples(examples.MESSAGE, examples.REPLY),
)  # fmt: skip
async def chat(actor: Actor, body: NewMessage) -> ReplyView:
    """Where it has no ground for an answer, or a person is asked for, a ticket is opened: one a session."""
    return ReplyView.of(await chatbot.chat(actor, message=body.message, session_key=body.session_id))


@group.get(
    "/chatbot/analytics", "Get chatbot analytics", role=Role.AGENT, examples=Examples(response=examples.ANALYTICS)
)
async def chatbot_analytics(actor: Actor) -> AnalyticsView:
    async with unit_of_work(actor) as uow:
        return AnalyticsView.of(await chatbot_log.summary(uow))


@group.get(
    "/chatbot/logs", "Get chatbot conversation logs", role=Role.AGENT, examples=Examples(response=[examples.LOG])
)
async def chatbot_logs(actor: Actor, query: LogQuery) -> list[LogView]:
    """Newest first."""
    chosen = LogFilter(query.session_id or None, query.escalated_only)
    async with unit_of_work(actor) as uow:
        found = await chatbot_log.page_log(uow, chosen, CursorPage(query.limit))
    return [LogView.of(row) for row in found.rows]
