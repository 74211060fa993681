"""Turns: what a customer said and is owed an answer to. A turn is answered once, whoever tries."""

from dataclasses import dataclass

from core.events import EscalationReason, Visibility
from models.conversations import AuthorKind, Conversation, Message
from models.knowledge import Citation
from models.tenants import Tenant
from models.tickets import FINISHED, Ticket, TicketStatus
from models.unanswered import UnansweredOrigin
from services import threads, unanswered
from services.drafting import Draft, Question
from services.language import detect
from services.prompts.messages import Speaker, Turn
from services.providers import providers
from services.retrieval import FoundChunk
from services.scoring import Thresholds, recipe
from services.unit_of_work import UnitOfWork

_HISTORY = 10
DESCRIPTION = 0
"""The id of the turn that is the ticket's own text."""


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A turn with what answering it needs. ``id`` is the customer's message, or DESCRIPTION."""

    id: int
    question: Question


async def last(uow: UnitOfWork, ticket: Ticket) -> OpenTurn:
    """The customer's latest turn in a ticket; a message of files alone is none."""
    message = (
        await Message.filter(conversation_id=ticket.id, author_kind=AuthorKind.CUSTOMER, visibility=Visibility.PUBLIC)
        .exclude(text="")
        .order_by("-id")
        .first()
    )
    return await _opened(uow, ticket, message)


async def take(uow: UnitOfWork, ticket_id: int, message_id: int | None) -> OpenTurn | None:
    """The turn that a job is to answer; None where nothing is owed: answered, gone, or a person is in charge."""
    ticket = await Ticket.get_or_none(id=ticket_id)
    if ticket is None or person_in_charge(ticket):
        return None
    message = None
    if message_id is not None:
        message = await Message.get_or_none(id=message_id, conversation_id=ticket_id)
        if message is None:
            return None
    if await answered(ticket_id, message_id or DESCRIPTION) is not None:
        return None
    return await _opened(uow, ticket, message)


async def answered(conversation_id: int, turn_id: int) -> Message | None:
    """The reply or the notice that a turn of a ticket or dialog already has."""
    return await Message.get_or_none(conversation_id=conversation_id, turn_id=turn_id)


def person_in_charge(ticket: Ticket) -> bool:
    """Whether the assistant keeps silent: the ticket is over, or the customer was promised a person."""
    promised = ticket.status is TicketStatus.ESCALATED and ticket.escalation_reason in (
        EscalationReason.CUSTOMER_REQUEST,
        EscalationReason.MANUAL,
    )
    return promised or ticket.status in FINISHED


async def settle(uow: UnitOfWork, ticket: Ticket, turn: OpenTurn, draft: Draft) -> Message | None:
    """Store the draft as the turn's answer, or call a person. The ticket is locked, so nobody else settles it.

    Returns the reply or notice that the turn has; None where a person had been called before. Raises InvalidTransition
    where a finished ticket would have to be escalated.
    """
    present = await answered(ticket.id, turn.id)
    if present is not None:
        return present
    if draft.escalation is not None:
        await threads.escalate(uow, ticket, draft.escalation, turn_id=turn.id, confidence=draft.confidence)
        await unanswered.note(uow, draft, origin=UnansweredOrigin.TICKET, conversation_id=ticket.id, turn_id=turn.id)
        return await answered(ticket.id, turn.id)
    message = await threads.store(
        uow,
        ticket,
        kind=AuthorKind.ASSISTANT,
        text=draft.content,
        turn_id=turn.id,
        confidence=draft.confidence,
        model=draft.model,
    )
    await cite(uow, message, draft.cited)
    return message


async def abandon(uow: UnitOfWork, ticket_id: int, message_id: int | None) -> None:
    """Call a person to a turn that the assistant cannot answer; nothing where it is owed nothing any more."""
    turn_id = message_id or DESCRIPTION
    ticket = await Ticket.filter(id=ticket_id).select_for_update().get_or_none()
    if ticket is not None and not person_in_charge(ticket) and await answered(ticket_id, turn_id) is None:
        await threads.escalate(uow, ticket, EscalationReason.PROVIDER_FAILED, turn_id=turn_id)


async def _opened(uow: UnitOfWork, ticket: Ticket, message: Message | None) -> OpenTurn:
    tenant = await Tenant.get(id=uow.tenant_id)
    conversation = await Conversation.get(id=ticket.id)
    text = ticket.own_text if message is None else message.text
    question = Question(
        text=text,
        language=detect(text, hint=conversation.language or tenant.language),
        thresholds=thresholds_of(tenant),
        subject=None if message is None else ticket.title,
        history=await _history(ticket, message),
    )
    return OpenTurn(DESCRIPTION if message is None else message.id, question)


async def _history(ticket: Ticket, message: Message | None) -> tuple[Turn, ...]:
    """What was said in public before the turn, oldest first, the ticket's own text at its head."""
    if message is None:
        return ()
    return (Turn(Speaker.CUSTOMER, ticket.own_text), *await said_before(message))


async def said_before(message: Message) -> tuple[Turn, ...]:
    """What customer, assistant and operators said in public before a message of any conversation, oldest first."""
    earlier = (
        await Message.filter(conversation_id=message.conversation_id, visibility=Visibility.PUBLIC, id__lt=message.id)
        .exclude(author_kind=AuthorKind.SYSTEM)
        .exclude(text="")
        .order_by("-id")
        .limit(_HISTORY)
    )
    return tuple(map(said, reversed(earlier)))


def said(message: Message) -> Turn:
    """A message as models are told of it."""
    return Turn(Speaker.CUSTOMER if message.author_kind is AuthorKind.CUSTOMER else Speaker.ASSISTANT, message.text)


def thresholds_of(tenant: Tenant) -> Thresholds:
    """The tenant's own thresholds where it set them, else the measured ones of the embedding space in use."""
    measured = recipe(providers().embedder.model).thresholds
    return measured.overridden(tenant.answer_threshold, tenant.suggest_threshold)


async def cite(uow: UnitOfWork, message: Message, chunks: tuple[FoundChunk, ...]) -> None:
    """Keep what an answer rests on, in the order of its markers."""
    await Citation.bulk_create(
        [
            Citation(
                tenant_id=uow.tenant_id,
                message_id=message.id,
                chunk_id=chunk.id,
                position=number,
                source=chunk.source,
                version=chunk.version,
                score=chunk.score,
                quote=chunk.content,
            )
            for number, chunk in enumerate(chunks, start=1)
        ]
    )
