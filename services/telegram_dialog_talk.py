"""What a customer's words in the chat of an assistant's bot do: they are the customer's part of a dialog."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from core.refusals.handoffs import HandoffAlreadyRequested
from models.assistants import Assistant
from models.conversations import Conversation, Message
from models.dialogs import Dialog, DialogPlatform
from models.telegram import TelegramChat
from models.users import User
from services import dialog_messages, dialogs, handoffs, telegram_chats
from services.telegram_conversation import Talk
from services.telegram_files import Received
from services.telegram_updates import Update
from services.unit_of_work import UnitOfWork

REASON = "customer_request"
"""Why an operator is called by a command or a button; words that ask for a person are found by answering."""


class DialogTalk(Talk):
    """One chat with an assistant, in one unit of work of its customer. It has one dialog, which is opened again."""

    def __init__(self, uow: UnitOfWork, chat: TelegramChat, user: User, assistant_id: int) -> None:
        super().__init__(uow, chat, user)
        self._assistant_id = assistant_id
        self._update_id = 0

    @property
    def commands(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """All but the one that begins another ticket."""
        return {name: command for name, command in super().commands.items() if name != "new"}

    async def respond(self, update: Update, file: Received | None) -> None:
        """As for tickets."""
        self._update_id = update.update_id
        await super().respond(update, file)

    async def _start(self) -> None:
        assistant = await Assistant.get(id=self._assistant_id)
        name = self._user.first_name or self._user.full_name or "👋"
        await self._say("dialog_greeting", name=name, assistant=assistant.name)
        await self._choose_language()

    async def _help(self) -> None:
        await self._say("dialog_help")

    async def _write(self, text: str) -> None:
        await dialog_messages.hear(self._uow, await self._dialog(), text=text)

    async def _keep(self, file: Received, attachment: UUID, text: str) -> None:
        await dialog_messages.hear(self._uow, await self._dialog(), text=text, attachments=[attachment])

    async def _call_operator(self) -> None:
        await self._request(await self._dialog())

    async def _request(self, dialog: Dialog) -> None:
        try:
            await handoffs.request(
                self._uow,
                dialog,
                reason=REASON,
                request_id=f"{handoffs.OURS}telegram:{self._chat.bot_id}:{self._update_id}",
            )
        except HandoffAlreadyRequested:
            await self._say("operator_called")

    async def _judged(self, about: str, *, helped: bool) -> str:
        """An answer that helped is thanked for and changes nothing: the dialog goes on with the next question."""
        dialog = await self._dialog_of_message(about)
        if dialog is None:
            return "toast_gone"
        if helped:
            return "toast_thanks"
        await self._request(dialog)
        return "toast_operator"

    async def _dialog(self) -> Dialog:
        """The chat's dialog, locked; a new one where there is none."""
        present = await self._present()
        if present is not None:
            return present
        dialog = await dialogs.create(
            self._uow,
            await Assistant.get(id=self._assistant_id),
            DialogPlatform.TELEGRAM,
            customer_id=self._user.id,
            telegram_chat_id=self._chat.id,
            first_name=self._user.first_name,
            last_name=self._user.last_name,
        )
        await Conversation.filter(id=dialog.id).update(language=await telegram_chats.language_of(self._chat))
        self._chat.dialog_id = dialog.id
        await self._chat.save(update_fields=["dialog_id", "updated_at"])
        return dialog

    async def _present(self) -> Dialog | None:
        if self._chat.dialog_id is None:
            return None
        # The chat row is the customer's right to the dialog, which guests and staff have by other means.
        own = Dialog.filter(id=self._chat.dialog_id, telegram_chat_id=self._chat.id)
        return await own.select_for_update().get_or_none()

    async def _dialog_of_message(self, number: str) -> Dialog | None:
        """The chat's dialog, where the message is one of it: the button's data may be anybody's."""
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        message = await Message.get_or_none(id=int(number))
        dialog = await self._present()
        return dialog if message is not None and dialog is not None and message.conversation_id == dialog.id else None
