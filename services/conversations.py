"""Tickets and dialogs as one: an id says which of the two it is."""

from core.errors import NotFound
from core.events import ticket_topic
from core.facts.dialogs import dialog_topic
from models.conversations import Conversation, ConversationKind
from models.dialogs import Dialog
from models.tickets import Ticket
from services import dialogs, tickets
from services.unit_of_work import UnitOfWork


async def get(uow: UnitOfWork, conversation_id: int) -> Ticket | Dialog:
    """The ticket or the dialog of that id. Raises NotFound, also for conversations of other kinds; Forbidden."""
    conversation = await Conversation.get_or_none(id=conversation_id)
    match conversation.kind if conversation else None:
        case ConversationKind.TICKET:
            return await tickets.get(uow, conversation_id)
        case ConversationKind.DIALOG:
            return await dialogs.get(uow, conversation_id)
    raise NotFound("conversation", conversation_id)


def topic_of(conversation: Ticket | Dialog) -> str:
    """What to watch of it: see :mod:`realtime.topics`."""
    of = dialog_topic if isinstance(conversation, Dialog) else ticket_topic
    return of(conversation.id)
