"""Dialogs of customers with assistants and operators."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from core.paging import CursorPage
from models.conversations import AuthorKind
from models.dialogs import DialogPlatform, DialogStatus, HandoffStatus
from models.handoffs import HandoffPriority
from schema.types.context import Info, computed
from schema.types.files import Attachment
from schema.types.languages import Language
from schema.types.messages import Citation, MessagePreview
from schema.types.paging import After, Connection, First, connection
from schema.types.rows import copier, shown_id, shown_id_or_none
from schema.types.scalars import BigInt
from services.dialog_list import DialogPage as DialogPageRow
from services.dialog_list import DialogRow, HandoffRow
from services.dialog_messages import DialogMessageKey, SaidInDialog
from services.guests import GuestToken

strawberry.enum(DialogPlatform, description="Where the customer writes from.")
strawberry.enum(DialogStatus, description="An archived dialog is open again when its customer writes.")
strawberry.enum(
    HandoffStatus, description="Whether a dialog waits for an operator or has one: its assistant is silent."
)
strawberry.enum(HandoffPriority, description="How urgently a dialog waits for an operator.")

_DIALOG = copier(
    "platform",
    "status",
    "handoff_status",
    "is_taken_over",
    "first_name",
    "last_name",
    "telegram_username",
    "language",
    "created_at",
    "updated_at",
    "last_seq",
)
_HANDOFF = copier("reason", "priority", "requested_at", "taken_at", "ended_at", "operator_name")
_MESSAGE = copier("author_kind", "text", "client_id", "confidence", "model", "created_at")


@strawberry.type(description="The assistant of a dialog, as its customer sees it.")
class DialogAssistant:
    id: strawberry.ID
    name: str


@strawberry.type(description="The latest request for a person in a dialog.")
class DialogHandoff:
    id: strawberry.ID
    reason: str
    priority: HandoffPriority
    requested_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    operator_id: strawberry.ID | None
    operator_name: str | None = strawberry.field(description="Who has the dialog, or had it last.")

    @classmethod
    def of_or_none(cls, row: HandoffRow | None) -> Self | None:
        if row is None:
            return None
        return cls(id=shown_id(row.id), operator_id=shown_id_or_none(row.operator_id), **_HANDOFF(row))


@strawberry.type(description="One message of a dialog.")
class DialogMessage:
    id: strawberry.ID
    dialog_id: strawberry.ID
    author_kind: AuthorKind
    text: str
    operator_name: str | None = strawberry.field(description="Of operators' messages: the name they signed with.")
    internal: bool = strawberry.field(description="A note among staff; customers never see it.")
    client_id: UUID | None = strawberry.field(description="The writer's own, where one was given.")
    confidence: float | None = strawberry.field(
        description="Of the assistant's answers: calibrated probability, 0 to 1, that the ground is the right one."
    )
    model: str | None = strawberry.field(description="Of the assistant's answers: `extractive` for a quotation.")
    citations: list[Citation]
    attachments: list[Attachment]
    created_at: datetime

    @classmethod
    def of(cls, said: SaidInDialog) -> Self:
        message = said.message
        return cls(
            id=shown_id(message.id),
            dialog_id=shown_id(message.conversation_id),
            operator_name=said.operator_name,
            internal=said.internal,
            citations=[Citation.of(citation) for citation in said.citations],
            attachments=[Attachment.of(attachment) for attachment in said.attachments],
            **_MESSAGE(message),
        )


@strawberry.type(description="A customer's conversation with an assistant, and with operators who take it over.")
class Dialog:
    id: strawberry.ID
    assistant: DialogAssistant
    platform: DialogPlatform
    status: DialogStatus
    handoff_status: HandoffStatus
    is_taken_over: bool = strawberry.field(description="Whether an operator has it.")
    first_name: str = strawberry.field(description="Of the customer; empty where nobody said one.")
    last_name: str
    telegram_chat_id: str | None = strawberry.field(description="Telegram's number of the chat; null on sites.")
    telegram_username: str | None
    language: Language | None = strawberry.field(description="What the customer last wrote in.")
    handoff: DialogHandoff | None
    last_message: MessagePreview | None = strawberry.field(description="The newest that the caller may see.")
    created_at: datetime
    updated_at: datetime = strawberry.field(description="When something was last said or done in it.")
    last_seq: BigInt = strawberry.field(
        description="The number of its last event: watching from there on misses nothing that is not here."
    )

    @computed("Its messages, oldest first; guests see no internal ones.")
    async def messages(self, info: Info, first: First = 20, after: After = None) -> Connection[DialogMessage]:
        key = DialogMessageKey(int(self.id), CursorPage.checked(first, after))
        rows = await info.context.loaders.dialog_messages.load(key)
        return connection(rows, node=DialogMessage.of, key=lambda said: said.message.id, after=after)

    @classmethod
    def of(cls, row: DialogRow) -> Self:
        return cls(
            id=shown_id(row.id),
            assistant=DialogAssistant(id=shown_id(row.assistant_id), name=row.assistant_name),
            telegram_chat_id=None if row.telegram_chat is None else str(row.telegram_chat),
            handoff=DialogHandoff.of_or_none(row.handoff),
            last_message=MessagePreview.of_or_none(row.last_message),
            **_DIALOG(row),
        )


@strawberry.type(description="One page of dialogs.")
class DialogPage:
    dialogs: list[Dialog]
    total: int = strawberry.field(description="How many there are on all pages.")
    has_more: bool

    @classmethod
    def of(cls, page: DialogPageRow) -> Self:
        return cls(dialogs=[Dialog.of(row) for row in page.rows], total=page.total, has_more=page.has_more)


@strawberry.type(description="An open dialog, and what makes its guest known again.")
class OpenDialogPayload:
    dialog: Dialog
    guest_id: str = strawberry.field(
        description="To be kept by the page and sent as `X-Guest-Id` beside `X-Site-Token`."
    )
    guest_token: str = strawberry.field(description="A bearer token that speaks for the guest.")
    expires_at: datetime = strawberry.field(description="When the token runs out.")

    @classmethod
    def of(cls, row: DialogRow, guest_id: str, token: GuestToken) -> Self:
        return cls(dialog=Dialog.of(row), guest_id=guest_id, guest_token=token.token, expires_at=token.expires_at)


@strawberry.input(description="Which dialogs; what is left out does not narrow.")
class DialogFilter:
    status: DialogStatus | None = None
    handoff_status: HandoffStatus | None = None
    platform: DialogPlatform | None = None
    assistant_id: strawberry.ID | None = None
    search: str | None = strawberry.field(default=None, description="A part of the customer's name or username.")


@strawberry.input(description="A new dialog on a site.")
class OpenDialogInput:
    assistant_id: strawberry.ID | None = strawberry.field(
        default=None, description="For staff, who have to name one; a guest's is that of the site token."
    )
    first_name: str = strawberry.field(default="", description="What the customer calls themselves.")
    last_name: str = ""


@strawberry.input(description="A message to a dialog.")
class SendDialogMessageInput:
    text: str = strawberry.field(description="1 to 20,000 characters; may be empty where files are sent.")
    operator_name: str | None = strawberry.field(
        default=None, description="For staff: the name above the words; absent, that of the account."
    )
    internal: bool = strawberry.field(default=False, description="A note among staff.")
    attachments: list[UUID] = strawberry.field(
        default_factory=list, description="Up to 10 files of the caller, by `publicId`, that were not sent yet."
    )
    client_id: UUID | None = strawberry.field(
        default=None, description="The client's own, new for each message: repeated, it is the same message."
    )
