"""A bot that interviews for leads: what people write to it goes to the interview, and its next question back."""

import re

from core.actor import system_actor
from core.facts.telegram import TelegramWordDue
from core.languages import Language
from models.telegram import TelegramChat
from models.tenants import TelegramMode, Tenant
from services import interviews
from services.interviews import Pending
from services.telegram_files import FileKind, Received, file_of
from services.telegram_updates import Update
from services.unit_of_work import UnitOfWork

_START = re.compile(r"/(start|new)\b")
_HELLO = {Language.RUSSIAN: "Здравствуйте", Language.KAZAKH: "Сәлеметсіз бе", Language.ENGLISH: "Здравствуйте"}
"""What ``/start`` says for the person. Interviews are held in Russian and Kazakh."""


def is_interviewer(tenant: Tenant) -> bool:
    """Whether the tenant's bot interviews for leads instead of opening tickets."""
    return tenant.telegram_mode is TelegramMode.LEADS


def concerns(update: Update) -> bool:
    """Whether an update is something said, by words or by voice; commands but ``/start`` and buttons are not."""
    file = file_of(update)
    if file is not None:
        return file.kind is FileKind.VOICE
    text = (update.message.text or "").strip() if update.message else ""
    return bool(text) and (not text.startswith("/") or _START.match(text) is not None)


async def prepare(chat: TelegramChat, language: Language, update: Update, file: Received | None) -> Pending | None:
    """What is done outside a transaction, such as asking the chat model; None where nothing was said.

    Raises Unavailable.
    """
    text = _said(update, file, language)
    if not text:
        return None
    return await interviews.prepare(system_actor(chat.tenant_id), contact=f"telegram:{chat.chat_id}", text=text)


async def settle(uow: UnitOfWork, chat: TelegramChat, pending: Pending) -> None:
    """Answer in the same unit of work in which the update is marked handled."""
    reply = await interviews.settle(uow, pending)
    uow.emit(TelegramWordDue(chat.id, text=reply.text))


async def let_go(chat: TelegramChat, pending: Pending | None) -> None:
    """Where what was prepared will not be settled."""
    if pending is not None:
        await interviews.let_go(chat.tenant_id, pending)


def _said(update: Update, file: Received | None, language: Language) -> str:
    if not concerns(update):
        return ""
    if file is not None:
        return file.words
    text = (update.message.text or "").strip() if update.message else ""
    return _HELLO[language] if _START.match(text) else text
