"""💬 Диалоги: customers' conversations, as staff list and read them, and as the widget of a site writes them."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from core.actor import Actor, Role
from core.paging import OffsetPage
from models.dialogs import DialogPlatform, DialogStatus, HandoffStatus
from rest.operations import Examples, Group, Id
from rest.replyx import dialogs_examples as examples
from rest.replyx.dialog_messages import MessageView
from rest.replyx.words import moment
from rest.shapes import words
from services import dialog_list, dialog_messages, dialogs, guests
from services.dialog_list import LONGEST_SEARCH, DialogFilter, DialogRow
from services.dialog_messages import LONGEST_NAME
from services.messages import MAX_TEXT
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Диалоги", Bucket.OTHER)

MOST = 100
_Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST)]
_Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Name = Annotated[str, msgspec.Meta(max_length=128)]


class DialogsQuery(msgspec.Struct):
    """``assistant_id`` and ``search`` (a part of the customer's name) stand in no request of the document."""

    status: DialogStatus | None = None
    handoff_status: HandoffStatus | None = None
    platform: DialogPlatform | None = None
    assistant_id: Id | None = None
    search: Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_SEARCH, blank=True))] | None = None
    limit: _Limit = 50
    offset: _Offset = 0


class MessagesQuery(msgspec.Struct):
    limit: _Limit = 50
    offset: _Offset = 0


class NewDialog(msgspec.Struct):
    """``assistant_id`` is for the account's people; a widget's assistant is that of its site token."""

    assistant_id: Id | None = None
    first_name: _Name = ""
    last_name: _Name = ""


class NewMessage(msgspec.Struct):
    """``operator_name`` is for the account's people; the customer reads it above the text."""

    text: Annotated[str, msgspec.Meta(extra_json_schema=words(MAX_TEXT))]
    operator_name: Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_NAME))] | None = None


class CommonView(msgspec.Struct):
    """What lists and single dialogs both show. ``telegram_chat_id`` is Telegram's own number."""

    id: int
    assistant_id: int
    assistant_name: str
    platform: DialogPlatform
    telegram_chat_id: str | None
    telegram_username: str | None
    first_name: str
    last_name: str
    status: DialogStatus
    handoff_status: HandoffStatus
    is_taken_over: bool
    created_at: datetime


class ListedView(CommonView):
    last_message: str | None
    last_message_time: datetime | None

    @classmethod
    def of(cls, row: DialogRow) -> "ListedView":
        last = row.last_message
        return cls(
            **_common(row),
            last_message=None if last is None else last.excerpt,
            last_message_time=None if last is None else moment(last.created_at),
        )


class DialogsView(msgspec.Struct):
    dialogs: list[ListedView]
    total: int
    has_more: bool


class DialogView(CommonView):
    """``handoff_reason`` and ``handoff_requested_at`` are of the latest request; ``taken_over_by`` is the operator."""

    handoff_reason: str | None
    handoff_requested_at: datetime | None
    taken_over_by: int | None

    @classmethod
    def of(cls, row: DialogRow) -> "DialogView":
        return cls(**_common(row), **_handed(row))


class OpenedView(DialogView):
    """``guest_id`` names the visitor the next time, ``guest_token`` speaks for them until it expires."""

    guest_id: str
    guest_token: str
    site_token_expires_at: datetime


class MessagesView(msgspec.Struct):
    messages: list[MessageView]


@group.get("/dialogs", "Получение диалогов с фильтрацией", role=Role.AGENT, examples=Examples(response=examples.LIST))
async def list_dialogs(actor: Actor, query: DialogsQuery) -> DialogsView:
    chosen = DialogFilter(query.status, query.handoff_status, query.platform, query.assistant_id, query.search)
    async with unit_of_work(actor) as uow:
        page = await dialog_list.page(uow, chosen, OffsetPage(query.offset, query.limit))
    return DialogsView([ListedView.of(row) for row in page.rows], page.total, page.has_more)


@group.post(
    "/dialogs", "Открытие диалога на сайте", status=201, role=Role.AGENT, guests=True, errors=(404,),
    examples=Examples(examples.OPENING, examples.OPENED),
)  # fmt: skip
async def open_dialog(actor: Actor, body: NewDialog) -> OpenedView:
    """Виджет присылает `X-Site-Token` с разрешённого сайта (и `X-Guest-Id`, если посетитель уже известен) и получает
    открытый диалог посетителя или новый; владелец называет `assistant_id` и получает новый.
    """
    async with unit_of_work(actor) as uow:
        dialog = await dialogs.open_for(uow, body.assistant_id, first_name=body.first_name, last_name=body.last_name)
        row = await dialog_list.get(uow, dialog.id)
    guest = guests.guest_of(dialog) if actor.guest is None else actor
    token = guests.token_of(guest)
    return OpenedView(
        **_common(row),
        **_handed(row),
        guest_id=guests.guest_id_of(guest),
        guest_token=token.token,
        site_token_expires_at=token.expires_at,
    )


@group.get(
    "/dialogs/{dialog_id}", "Получение информации о диалоге", role=Role.AGENT, guests=True, errors=(404,),
    examples=Examples(response=examples.DIALOG),
)  # fmt: skip
async def get_dialog(actor: Actor, dialog_id: Id) -> DialogView:
    async with unit_of_work(actor) as uow:
        return DialogView.of(await dialog_list.get(uow, dialog_id))


@group.get(
    "/dialogs/{dialog_id}/messages", "Получение сообщений диалога", role=Role.AGENT, guests=True, errors=(404,),
    examples=Examples(response=examples.MESSAGES),
)  # fmt: skip
async def list_dialog_messages(actor: Actor, dialog_id: Id, query: MessagesQuery) -> MessagesView:
    """От старых к новым."""
    async with unit_of_work(actor) as uow:
        said = await dialog_messages.list_messages(uow, dialog_id, OffsetPage(query.offset, query.limit))
    return MessagesView([MessageView.of(each) for each in said])


@group.post(
    "/dialogs/{dialog_id}/messages", "Отправка сообщения от оператора", status=201, role=Role.AGENT, guests=True,
    errors=(404,), examples=Examples(examples.MESSAGE, examples.OPERATOR_MESSAGE),
)  # fmt: skip
async def send_dialog_message(actor: Actor, dialog_id: Id, body: NewMessage) -> MessageView:
    """Посетитель сайта пишет от себя, и ассистент ему отвечает."""
    async with unit_of_work(actor) as uow:
        message = await dialog_messages.say(uow, dialog_id, text=body.text, operator_name=body.operator_name)
        return MessageView.of((await dialog_messages.views(uow, [message.id]))[message.id])


@group.post(
    "/dialogs/{dialog_id}/archive", "Архивирование диалога", role=Role.AGENT, errors=(404, 409),
    examples=Examples(response=examples.ARCHIVED),
)  # fmt: skip
async def archive_dialog(actor: Actor, dialog_id: Id) -> DialogView:
    """Новое сообщение клиента открывает диалог снова."""
    async with unit_of_work(actor) as uow:
        dialog = await dialogs.archive(uow, dialog_id)
        return DialogView.of(await dialog_list.get(uow, dialog.id))


def _common(row: DialogRow) -> dict[str, Any]:
    copied = {name: getattr(row, name) for name in CommonView.__struct_fields__ if hasattr(row, name)}
    chat = None if row.telegram_chat is None else str(row.telegram_chat)
    return {**copied, "telegram_chat_id": chat, "created_at": moment(row.created_at)}


def _handed(row: DialogRow) -> dict[str, Any]:
    handoff = None if row.handoff_status is HandoffStatus.NONE else row.handoff
    return {
        "handoff_reason": None if handoff is None else handoff.reason,
        "handoff_requested_at": None if handoff is None else moment(handoff.requested_at),
        "taken_over_by": handoff.operator_id if handoff is not None and row.is_taken_over else None,
    }
