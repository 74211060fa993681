"""What a ticket that lives in a Telegram chat has to tell there. Other tickets cost nothing here."""

from tortoise.expressions import Subquery

from core.events import Visibility
from core.facts.telegram import TelegramWordDue
from models.conversations import AuthorKind, Message
from models.telegram import TelegramBot, TelegramChat
from models.tickets import Ticket, TicketSource, TicketStatus
from services.telegram_chats import language_of
from services.unit_of_work import UnitOfWork
from services.wording.texts import wording

_TOLD = frozenset(
    {
        TicketStatus.IN_PROGRESS,
        TicketStatus.PENDING_CUSTOMER,
        TicketStatus.RESOLVED,
        TicketStatus.CLOSED,
        TicketStatus.CANCELLED,
    }
)
"""An escalation is told by a message of its own."""


async def message_stored(uow: UnitOfWork, ticket: Ticket, message: Message) -> None:
    """Have a public word of the assistant, an operator or the system sent to the customer's chat."""
    if ticket.source is not TicketSource.TELEGRAM:
        return
    if message.visibility is Visibility.PUBLIC and message.author_kind is not AuthorKind.CUSTOMER:
        for chat in await _chats(ticket):
            uow.emit(TelegramWordDue(chat.id, message_id=message.id, ticket_id=ticket.id))


async def status_moved(uow: UnitOfWork, ticket: Ticket) -> None:
    """Have the customer told what others did to the ticket."""
    if ticket.source is not TicketSource.TELEGRAM or uow.actor.user_id == ticket.created_by_id:
        return
    if ticket.status in _TOLD:
        for chat in await _chats(ticket):
            text = wording(await language_of(chat)).render(f"telegram_status_{ticket.status.value}")
            uow.emit(TelegramWordDue(chat.id, text=text, ticket_id=ticket.id))


async def _chats(ticket: Ticket) -> list[TelegramChat]:
    """The customer's chats with the tenant's own bot: those with its assistants' bots are dialogs."""
    own = TelegramBot.filter(tenant_id=ticket.tenant_id, assistant_id=None)
    return await TelegramChat.filter(
        user_id=ticket.created_by_id, blocked_at=None, bot_id__in=Subquery(own.values("id"))
    )
