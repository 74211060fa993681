"""Dialogs: opened on a site or in Telegram, found by those who may see them, said something in, and archived."""

from core.errors import NotFound
from core.events import Visibility
from core.facts.dialogs import DialogMessageAdded, DialogOpened
from core.languages import Language
from models.assistants import Assistant
from models.conversations import AuthorKind, Conversation, ConversationKind, Message
from models.dialogs import Dialog, DialogPlatform
from models.tenants import Tenant
from services.unit_of_work import UnitOfWork


async def get(uow: UnitOfWork, dialog_id: int) -> Dialog:
    """A dialog that the actor may see. Raises NotFound, which a foreign one answers too."""
    dialog = await Dialog.readable_by(uow.actor).get_or_none(id=dialog_id)
    if dialog is None:
        raise NotFound("dialog", dialog_id)
    return dialog


async def get_locked(uow: UnitOfWork, dialog_id: int) -> Dialog:
    """As :func:`get`, locked until the unit of work ends: whoever changes a dialog holds it. Raises NotFound."""
    dialog = await Dialog.readable_by(uow.actor).select_for_update().get_or_none(id=dialog_id)
    if dialog is None:
        raise NotFound("dialog", dialog_id)
    return dialog


async def create(
    uow: UnitOfWork,
    assistant: Assistant,
    platform: DialogPlatform,
    *,
    customer_id: int | None = None,
    telegram_chat_id: int | None = None,
    first_name: str = "",
    last_name: str = "",
) -> Dialog:
    """A new dialog of an assistant; a guest's where the actor is one. Nothing is said in it yet."""
    conversation = await Conversation.create(
        tenant_id=uow.tenant_id, kind=ConversationKind.DIALOG, customer_id=customer_id
    )
    guest = uow.actor.guest
    dialog = await Dialog.create(
        id=conversation.id,
        tenant_id=uow.tenant_id,
        assistant_id=assistant.id,
        platform=platform,
        guest_id=None if guest is None else guest.id,
        telegram_chat_id=telegram_chat_id,
        first_name=first_name,
        last_name=last_name,
    )
    uow.emit(DialogOpened(dialog.id))
    return dialog


async def store(
    uow: UnitOfWork,
    dialog: Dialog,
    *,
    kind: AuthorKind,
    text: str,
    author_name: str | None = None,
    internal: bool = False,
    turn_id: int | None = None,
    confidence: float | None = None,
    model: str | None = None,
) -> Message:
    """Save a message of a locked dialog and tell of it. ``turn_id`` names the customer's message that it answers."""
    by_person = kind in (AuthorKind.CUSTOMER, AuthorKind.OPERATOR)
    message = await Message.create(
        tenant_id=uow.tenant_id,
        conversation_id=dialog.id,
        author_kind=kind,
        author_id=uow.actor.user_id if by_person else None,
        author_name=author_name,
        visibility=Visibility.STAFF if internal else Visibility.PUBLIC,
        text=text,
        turn_id=turn_id,
        confidence=confidence,
        model=model,
    )
    await dialog.save(update_fields=["updated_at"])
    uow.emit(DialogMessageAdded(dialog.id, message_id=message.id, internal=internal))
    return message


async def language_of(dialog: Dialog) -> Language:
    """The language the customer last wrote in, else the tenant's."""
    conversation = await Conversation.get(id=dialog.id)
    if conversation.language is not None:
        return conversation.language
    return (await Tenant.get(id=dialog.tenant_id)).language
