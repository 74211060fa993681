"""Messages of a ticket, with what they cite and the files that they carry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.queryset import QuerySet

from core.actor import Actor
from core.errors import Forbidden, InvalidInput
from core.events import ReplyRequested, Visibility
from core.facts.support_requests import InstallationStaffAnswered
from core.paging import OffsetPage
from models.conversations import Attachment, AuthorKind, Conversation, Message
from models.knowledge import Citation
from models.tenants import DEFAULT_TENANT_ID
from models.tickets import Ticket, TicketStatus
from services import files, threads, tickets
from services.language import detect
from services.unit_of_work import UnitOfWork

MAX_TEXT = 20_000
"""Characters; the longest ticket e-mails that people paste are well below it."""


@dataclass(frozen=True, slots=True)
class MessageView:
    message: Message
    citations: tuple[Citation, ...]
    attachments: tuple[Attachment, ...] = ()


async def list_messages(uow: UnitOfWork, ticket_id: int, page: OffsetPage) -> list[MessageView]:
    """Messages of a ticket, oldest first; customers see no internal ones. Raises NotFound, Forbidden."""
    await tickets.get(uow, ticket_id)
    messages = _readable(uow.actor, ticket_id).order_by("id").offset(page.skip).limit(page.limit)
    return await _viewed(await messages)


async def views(uow: UnitOfWork, message_ids: Iterable[int]) -> dict[int, MessageView]:
    """The present rows of messages, by id, as the actor may see them; what is gone or hidden is missing."""
    messages = Message.filter(id__in=list(message_ids))
    if not uow.actor.is_staff:
        messages = messages.filter(visibility=Visibility.PUBLIC)
    return {view.message.id: view for view in await _viewed(await messages)}


async def add(
    uow: UnitOfWork,
    ticket_id: int,
    *,
    text: str,
    author: AuthorKind | None = None,
    internal: bool = False,
    auto_respond: bool = True,
    attachments: Sequence[UUID] = (),
    client_id: UUID | None = None,
) -> Message:
    """Write to a ticket. A customer's message reopens a resolved one and, with ``auto_respond``, asks for a reply.

    ``author`` absent means what the actor is. Staff may note what a customer said (``CUSTOMER``); nobody may write
    in the assistant's or the system's name. ``attachments`` are files that the actor uploaded and has not sent yet;
    with one the text may be empty, which asks for no reply. ``client_id`` is the writer's own: repeated, it is the
    message that was stored first. Raises NotFound, Forbidden, InvalidInput.
    """
    if not (text.strip() or attachments) or len(text) > MAX_TEXT:
        raise InvalidInput(f"content must be 1 to {MAX_TEXT} characters long", field="content")
    ticket = await tickets.get_locked(uow, ticket_id)
    kind = _author(uow.actor, ticket, author, internal)
    present = None if client_id is None else await said_before(uow.actor, ticket_id, client_id)
    if present is not None:
        return present
    text = text if text.strip() else ""
    message = await threads.store(uow, ticket, kind=kind, text=text, internal=internal, client_id=client_id)
    await files.attach(uow, message.id, attachments)
    if kind is AuthorKind.CUSTOMER:
        await _customer_wrote(uow, ticket, message, auto_respond)
    elif uow.tenant_id == DEFAULT_TENANT_ID and message.text and not internal:
        uow.emit(InstallationStaffAnswered(ticket.id, message_id=message.id))
    return message


async def said_before(actor: Actor, conversation_id: int, client_id: UUID) -> Message | None:
    """The actor's message of this number in a locked conversation. Raises InvalidInput where it is another person's."""
    message = await Message.get_or_none(conversation_id=conversation_id, client_id=client_id)
    if message is not None and message.author_id != actor.user_id:
        raise InvalidInput("client_id is another message's", field="client_id")
    return message


async def _customer_wrote(uow: UnitOfWork, ticket: Ticket, message: Message, auto_respond: bool) -> None:
    if ticket.status is TicketStatus.RESOLVED:
        await threads.set_status(uow, ticket, TicketStatus.REOPENED)
    if not message.text:
        # Files alone: there is nothing to answer, and no language to tell.
        return
    # The notice of an escalation is worded in the language that the customer last wrote in.
    conversation = await Conversation.get(id=ticket.id)
    conversation.language = detect(message.text, hint=conversation.language)
    await conversation.save(update_fields=["language"])
    if auto_respond:
        uow.emit(ReplyRequested(ticket.id, message_id=message.id))


def _author(actor: Actor, ticket: Ticket, asked: AuthorKind | None, internal: bool) -> AuthorKind:
    own = ticket.created_by_id == actor.user_id
    if not actor.is_staff:
        if internal or asked not in (None, AuthorKind.CUSTOMER):
            raise Forbidden("Customers write in their own name")
        return AuthorKind.CUSTOMER
    kind = asked or (AuthorKind.CUSTOMER if own and not internal else AuthorKind.OPERATOR)
    if kind not in (AuthorKind.CUSTOMER, AuthorKind.OPERATOR):
        raise Forbidden("Nobody writes in the assistant's or the system's name")
    if internal and kind is AuthorKind.CUSTOMER:
        raise InvalidInput("An internal note is written by staff", field="internal")
    return kind


def _readable(actor: Actor, ticket_id: int) -> QuerySet[Message]:
    messages = Message.filter(conversation_id=ticket_id)
    return messages if actor.is_staff else messages.filter(visibility=Visibility.PUBLIC)


async def _viewed(messages: list[Message]) -> list[MessageView]:
    answers = [message.id for message in messages if message.author_kind is AuthorKind.ASSISTANT]
    cited: dict[int, list[Citation]] = {}
    if answers:
        for citation in await Citation.filter(message_id__in=answers).order_by("message_id", "position"):
            cited.setdefault(citation.message_id, []).append(citation)
    sent = await files.of_messages([message.id for message in messages])
    return [MessageView(message, tuple(cited.get(message.id, ())), sent[message.id]) for message in messages]
