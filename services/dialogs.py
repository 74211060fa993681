"""Dialogs: opened on a site or in Telegram, found by those who may see them, said something in, and archived."""

from collections.abc import Iterable
from uuid import UUID

from core.errors import Conflict, InvalidInput, NotFound
from core.events import Visibility
from core.facts.dialogs import DialogArchived, DialogMessageAdded, DialogOpened, DialogReopened
from core.ids import new_uuid
from core.languages import Language
from core.text import is_storable
from models.assistants import Assistant
from models.conversations import AuthorKind, Conversation, ConversationKind, Message
from models.dialogs import Dialog, DialogPlatform, DialogStatus
from models.tenants import Tenant
from services import telegram_dialogs
from services.unit_of_work import UnitOfWork

_LONGEST_NAME = 128
# Two tabs of one visitor that open at the same moment find the same dialog.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('opora.guest:' || $2::uuid, $1))"

_PRESENT = "SELECT id FROM dialogs WHERE tenant_id = $1 AND id = ANY ($2::bigint[])"


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


async def present(uow: UnitOfWork, dialog_ids: Iterable[int]) -> set[int]:
    """Those of the ids that are dialogs of the actor's tenant."""
    wanted = list(dialog_ids)
    rows = await uow.rows(_PRESENT, uow.tenant_id, wanted) if wanted else []
    return {row["id"] for row in rows}


async def open_for(
    uow: UnitOfWork, assistant_id: int | None = None, *, first_name: str = "", last_name: str = ""
) -> Dialog:
    """A guest's latest open dialog with their assistant, else a new one; for staff always a new one, with a new guest
    of ``assistant_id``. The names are what the customer of a new dialog calls themselves.

    Raises NotFound for an assistant of others, Forbidden for customers who are no guests, InvalidInput.
    """
    _check_names(first_name, last_name)
    guest = uow.actor.guest
    if guest is None:
        uow.actor.require_staff()
        if assistant_id is None:
            raise InvalidInput("assistant_id is required", field="assistant_id")
        assistant = await _assistant(uow, assistant_id)
        return await create(uow, assistant, DialogPlatform.WEBSITE, first_name=first_name, last_name=last_name)
    if assistant_id not in (None, guest.assistant_id):
        raise NotFound("assistant", assistant_id)
    await uow.rows(_ONE_AT_A_TIME, guest.assistant_id, guest.id)
    present = await Dialog.readable_by(uow.actor).filter(status=DialogStatus.ACTIVE).order_by("-id").first()
    if present is not None:
        return present
    assistant = await _assistant(uow, guest.assistant_id)
    return await create(uow, assistant, DialogPlatform.WEBSITE, first_name=first_name, last_name=last_name)


async def archive(uow: UnitOfWork, dialog_id: int) -> Dialog:
    """Put a dialog aside until the customer writes again; an archived one stays so. For staff.

    Raises NotFound, Forbidden; Conflict while it waits for an operator or has one.
    """
    dialog = await _of_staff(uow, dialog_id)
    if dialog.status is DialogStatus.ARCHIVED:
        return dialog
    if dialog.with_a_person:
        raise Conflict("The dialog waits for an operator or has one: end that first", field="handoff_status")
    dialog.status = DialogStatus.ARCHIVED
    await dialog.save(update_fields=["status", "updated_at"])
    uow.emit(DialogArchived(dialog.id))
    return dialog


async def reopen(uow: UnitOfWork, dialog_id: int) -> Dialog:
    """Take an archived dialog up again; an open one stays so. For staff. Raises NotFound, Forbidden, Conflict."""
    dialog = await _of_staff(uow, dialog_id)
    if dialog.status is DialogStatus.ARCHIVED:
        await set_open(uow, dialog)
    return dialog


async def set_open(uow: UnitOfWork, dialog: Dialog) -> None:
    """Open a locked, archived dialog. Raises Conflict where its Telegram chat has another open one."""
    if dialog.telegram_chat_id is not None:
        rivals = Dialog.filter(telegram_chat_id=dialog.telegram_chat_id, status=DialogStatus.ACTIVE)
        if await rivals.exists():
            raise Conflict("The customer has another open dialog in this chat", field="status")
    dialog.status = DialogStatus.ACTIVE
    await dialog.save(update_fields=["status", "updated_at"])
    uow.emit(DialogReopened(dialog.id))


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
    """A new dialog of an assistant. On a site it is the guest's who asks, or a new guest's; nothing is said yet."""
    conversation = await Conversation.create(
        tenant_id=uow.tenant_id, kind=ConversationKind.DIALOG, customer_id=customer_id
    )
    dialog = await Dialog.create(
        id=conversation.id,
        tenant_id=uow.tenant_id,
        assistant_id=assistant.id,
        platform=platform,
        guest_id=_guest_number(uow, platform),
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
    client_id: UUID | None = None,
    confidence: float | None = None,
    model: str | None = None,
) -> Message:
    """Save a message of a locked dialog and tell of it. ``turn_id`` names the customer's message that it answers,
    ``client_id`` is the writer's own number of it."""
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
        client_id=client_id,
        confidence=confidence,
        model=model,
    )
    await dialog.save(update_fields=["updated_at"])
    uow.emit(DialogMessageAdded(dialog.id, message_id=message.id, internal=internal))
    telegram_dialogs.message_stored(uow, dialog, message)
    return message


async def language_of(dialog: Dialog) -> Language:
    """The language the customer last wrote in, else the tenant's."""
    conversation = await Conversation.get(id=dialog.id)
    if conversation.language is not None:
        return conversation.language
    return (await Tenant.get(id=dialog.tenant_id)).language


def _guest_number(uow: UnitOfWork, platform: DialogPlatform) -> UUID | None:
    if platform is not DialogPlatform.WEBSITE:
        return None
    return new_uuid() if uow.actor.guest is None else uow.actor.guest.id


async def _of_staff(uow: UnitOfWork, dialog_id: int) -> Dialog:
    """As :func:`get_locked`. Raises Forbidden to guests, whose own it may be."""
    dialog = await get_locked(uow, dialog_id)
    uow.actor.require_staff()
    return dialog


async def _assistant(uow: UnitOfWork, assistant_id: int) -> Assistant:
    assistant = await Assistant.get_or_none(id=assistant_id, tenant_id=uow.tenant_id)
    if assistant is None:
        raise NotFound("assistant", assistant_id)
    return assistant


def _check_names(*names: str) -> None:
    for name in names:
        if len(name) > _LONGEST_NAME or not is_storable(name):
            raise InvalidInput(f"A name has at most {_LONGEST_NAME} characters", field="first_name")
