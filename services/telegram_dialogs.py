"""What a dialog that lives in a Telegram chat has to tell there. Other dialogs cost nothing here."""

from core.events import Visibility
from core.facts.telegram import TelegramWordDue
from models.conversations import AuthorKind, Message
from models.dialogs import Dialog
from services.unit_of_work import UnitOfWork


def message_stored(uow: UnitOfWork, dialog: Dialog, message: Message) -> None:
    """Have a public word of the assistant, an operator or the system sent to the customer's chat."""
    if dialog.telegram_chat_id is None or message.visibility is not Visibility.PUBLIC:
        return
    if message.author_kind is not AuthorKind.CUSTOMER:
        uow.emit(TelegramWordDue(dialog.telegram_chat_id, message_id=message.id, dialog_id=dialog.id))
