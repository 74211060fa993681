"""Messages of a dialog: what customers and operators say, and what was said, as each may see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from core.actor import Actor
from core.errors import Forbidden, InvalidInput
from core.events import Visibility
from core.facts.dialogs import DialogReplyRequested
from core.paging import CursorPage, OffsetPage, Slice
from core.text import is_storable
from models.conversations import Attachment, AuthorKind, Conversation, Message
from models.dialogs import Dialog, DialogStatus
from models.knowledge import Citation
from services import dialogs, files, messages, people
from services.language import detect
from services.messages import MAX_TEXT, MessageView
from services.unit_of_work import UnitOfWork

LONGEST_NAME = 128
_PAGES = """
SELECT m.id, m.conversation_id
FROM dialogs d CROSS JOIN LATERAL (
    SELECT id, conversation_id FROM messages
    WHERE conversation_id = d.id AND id > $4 AND ($3 OR visibility = 'public')
    ORDER BY id LIMIT $5
) m
WHERE d.id = ANY ($1::bigint[]) AND d.tenant_id = $2
    AND ($3 OR d.guest_id = $6::uuid AND d.assistant_id = $7::bigint)
ORDER BY m.conversation_id, m.id
"""


@dataclass(frozen=True, slots=True)
class SaidInDialog:
    """A message with what it cites and carries. ``operator_name`` is what the customer reads above an operator's."""

    message: Message
    operator_name: str | None
    citations: tuple[Citation, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def internal(self) -> bool:
        return self.message.visibility is Visibility.STAFF


class DialogMessageKey(NamedTuple):
    """A page of one dialog's messages: what loaders batch by."""

    dialog_id: int
    page: CursorPage


async def list_messages(uow: UnitOfWork, dialog_id: int, page: OffsetPage) -> list[SaidInDialog]:
    """Messages of a dialog, oldest first; guests see no internal ones. Raises NotFound."""
    await dialogs.get(uow, dialog_id)
    found = Message.filter(conversation_id=dialog_id)
    if not uow.actor.is_staff:
        found = found.filter(visibility=Visibility.PUBLIC)
    ids = await found.order_by("id").offset(page.skip).limit(page.limit).values_list("id", flat=True)
    return list((await views(uow, [int(str(message_id)) for message_id in ids])).values())


async def views(uow: UnitOfWork, message_ids: Iterable[int]) -> dict[int, SaidInDialog]:
    """The present rows of messages by id, oldest first, as the actor may see them; what is gone or hidden is missing.

    The caller knows that the dialogs are within the actor's reach.
    """
    found = sorted((await messages.views(uow, message_ids)).items())
    authors = {view.message.author_id for _, view in found if view.message.author_id and _signed_by_account(view)}
    cards = await people.cards(uow, authors) if authors else {}
    names = {user_id: card.first_name for user_id, card in cards.items()}
    return {message_id: _said(view, names) for message_id, view in found}


async def pages(uow: UnitOfWork, dialog_ids: Iterable[int], page: CursorPage) -> dict[int, Slice[SaidInDialog]]:
    """The same page of several dialogs' messages, oldest first. Dialogs out of reach have none."""
    wanted = list(dialog_ids)
    guest, after, size = uow.actor.guest, page.after or 0, page.size + 1
    scope = (None, None) if guest is None else (guest.id, guest.assistant_id)
    rows = await uow.rows(_PAGES, wanted, uow.tenant_id, uow.actor.is_staff, after, size, *scope)
    shown = await views(uow, [row["id"] for row in rows])
    found: dict[int, list[SaidInDialog]] = {dialog_id: [] for dialog_id in wanted}
    for row in rows:
        found[row["conversation_id"]].append(shown[row["id"]])
    return {key: Slice(value[: page.size], has_more=len(value) > page.size) for key, value in found.items()}


async def say(
    uow: UnitOfWork,
    dialog_id: int,
    *,
    text: str,
    operator_name: str | None = None,
    internal: bool = False,
    attachments: Sequence[UUID] = (),
    client_id: UUID | None = None,
) -> Message:
    """Write to a dialog: a guest as its customer, staff as an operator, who need not have taken it over.

    ``operator_name`` is what the customer reads above the words where it is not the account's; ``internal`` makes a
    note that customers never see. ``attachments`` are files that the actor uploaded and has not sent yet; with one the
    text may be empty. ``client_id`` is the writer's own: repeated, it is the message that was stored first. Raises
    NotFound, InvalidInput; Forbidden where a guest asks for more than to say something.
    """
    _check(uow.actor, text, operator_name, internal, attachments)
    dialog = await dialogs.get_locked(uow, dialog_id)
    present = None if client_id is None else await messages.said_before(uow.actor, dialog.id, client_id)
    if present is not None:
        return present
    if uow.actor.guest is not None:
        return await hear(uow, dialog, text=text, attachments=attachments, client_id=client_id)
    message = await dialogs.store(
        uow,
        dialog,
        kind=AuthorKind.OPERATOR,
        text=text.strip(),
        author_name=operator_name,
        internal=internal,
        client_id=client_id,
    )
    await files.attach(uow, message.id, attachments)
    return message


async def hear(
    uow: UnitOfWork, dialog: Dialog, *, text: str, attachments: Sequence[UUID] = (), client_id: UUID | None = None
) -> Message:
    """Store what the customer of a locked dialog says, and have it answered unless a person is there to do so.

    An archived dialog is open again. Files alone are not answered. Raises InvalidInput.
    """
    check_text(text, attachments)
    if dialog.status is DialogStatus.ARCHIVED:
        await dialogs.set_open(uow, dialog)
    message = await dialogs.store(uow, dialog, kind=AuthorKind.CUSTOMER, text=text.strip(), client_id=client_id)
    await files.attach(uow, message.id, attachments)
    if message.text:
        await _remember_language(dialog, message.text)
        if not dialog.with_a_person:
            uow.emit(DialogReplyRequested(dialog.id, message_id=message.id))
    return message


def check_text(text: str, attachments: Sequence[UUID] = ()) -> None:
    """Raises InvalidInput for words that no message may hold; none will do where files are sent."""
    if not (text.strip() or attachments) or len(text) > MAX_TEXT:
        raise InvalidInput(f"text must be 1 to {MAX_TEXT} characters long", field="text")
    if not is_storable(text):
        raise InvalidInput("text holds characters that cannot be stored", field="text")


async def _remember_language(dialog: Dialog, text: str) -> None:
    # Notices to the customer are worded in the language that they last wrote in.
    conversation = await Conversation.get(id=dialog.id)
    conversation.language = detect(text, hint=conversation.language)
    await conversation.save(update_fields=["language"])


def _check(actor: Actor, text: str, operator_name: str | None, internal: bool, attachments: Sequence[UUID]) -> None:
    check_text(text, attachments)
    if actor.guest is not None and (internal or operator_name is not None):
        raise Forbidden("Customers write in their own name, and no notes")
    if operator_name is not None and not 1 <= len(operator_name.strip()) <= LONGEST_NAME:
        raise InvalidInput(f"operator_name must be 1 to {LONGEST_NAME} characters long", field="operator_name")


def _signed_by_account(view: MessageView) -> bool:
    return view.message.author_kind is AuthorKind.OPERATOR and view.message.author_name is None


def _said(view: MessageView, names: dict[int, str]) -> SaidInDialog:
    message = view.message
    name = message.author_name if not _signed_by_account(view) else names.get(message.author_id or 0)
    operator = message.author_kind is AuthorKind.OPERATOR
    return SaidInDialog(message, name if operator else None, view.citations, view.attachments)
