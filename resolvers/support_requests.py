"""Requests to those who run the installation: asking, reading one's own, writing on."""

import strawberry

from core.paging import OffsetPage
from models.tickets import TicketPriority, TicketStatus
from resolvers.policy import Requires, mutation, query
from schema.types.context import Info
from schema.types.messages import Message
from schema.types.support_requests import SupportRequest, SupportRequestInput, SupportRequestPage
from services import support_requests
from services.messages import MessageView

_MOST = 100
_NAMES = {"user_email": "contactEmail", "category": "topic", "content": "text"}


@strawberry.type
class SupportRequestQuery:
    @query(Requires.SUPPORT_REQUEST)
    async def support_requests(
        self,
        info: Info,
        status: list[TicketStatus] | None = None,
        priority: TicketPriority | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> SupportRequestPage:
        """One's own requests to those who run the installation, newest first."""
        page = OffsetPage.checked(offset, limit, most=_MOST)
        found = await support_requests.list_requests(info.context.actor, page=page, statuses=status, priority=priority)
        return SupportRequestPage(requests=[SupportRequest.of(each) for each in found.requests], total=found.total)

    @query(Requires.SUPPORT_REQUEST)
    async def support_request(self, info: Info, number: str) -> SupportRequest:
        """One of one's own. Errors: NOT_FOUND."""
        return SupportRequest.of(await support_requests.get(info.context.actor, number))

    @query(Requires.SUPPORT_REQUEST)
    async def support_request_messages(self, info: Info, number: str) -> list[Message]:
        """What was said on it, oldest first: a hundred at most. Errors: NOT_FOUND."""
        said = await support_requests.list_messages(info.context.actor, number, OffsetPage(0, _MOST))
        return [Message.of(view) for view in said]


@strawberry.type
class SupportRequestMutation:
    @mutation(Requires.SUPPORT_REQUEST, names=_NAMES)
    async def create_support_request(self, info: Info, input: SupportRequestInput) -> SupportRequest:
        """Ask those who run the installation. Errors: VALIDATION_ERROR."""
        return SupportRequest.of(await support_requests.create(info.context.actor, input.asked()))

    @mutation(Requires.SUPPORT_REQUEST, names=_NAMES)
    async def reply_to_support_request(
        self, info: Info, number: str, text: str, attachments: list[str] | None = None
    ) -> Message:
        """Write on one of one's own requests. Errors: NOT_FOUND, VALIDATION_ERROR."""
        message = await support_requests.reply(info.context.actor, number, text=text, attachments=attachments or ())
        return Message.of(MessageView(message, ()))
