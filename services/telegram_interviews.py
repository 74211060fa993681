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

_COMMAND = re.compile(r"/(start|new|operator)(?:@\w+)?(?!\w)", re.IGNORECASE)
_HELLO = {Language.RUSSIAN: "Здравствуйте", Language.KAZAKH: "Сәлеметсіз бе", Language.ENGLISH: "Hello"}
"""What ``/start`` says for the person."""
_PERSON = {
    Language.RUSSIAN: "Позовите менеджера",
    Language.KAZAKH: "Менеджерді шақырыңыз",
    Language.ENGLISH: "I want to talk to a manager",
}


def is_interviewer(tenant: Tenant) -> bool:
    """Whether the tenant's bot interviews for leads instead of opening tickets."""
    return tenant.telegram_mode is TelegramMode.LEADS


def concerns(update: Update) -> bool:
    """Whether an update is something said, by words, by voice or under a picture; of commands, those that speak."""
    file = file_of(update)
    if file is not None and file.kind is FileKind.VOICE:
        return True
    text = _written(update)
    return bool(text) and (not text.startswith("/") or _COMMAND.match(text) is not None)


async def prepare(chat: TelegramChat, language: Language, update: Update, file: Received | None) -> Pending | None:
    """What is done outside a transaction, such as asking the chat model; None where nothing was said.

    Raises Unavailable.
    """
    text = _said(update, file, language)
    if not text:
        return None
    return await interviews.prepare(system_actor(chat.tenant_id), contact=_contact(chat), text=text)


async def settle(uow: UnitOfWork, chat: TelegramChat, pending: Pending) -> None:
    """Answer in the same unit of work in which the update is marked handled."""
    reply = await interviews.settle(uow, pending)
    uow.emit(TelegramWordDue(chat.id, text=reply.text))


async def follow_language(uow: UnitOfWork, chat: TelegramChat) -> None:
    """Go on in the language that the person chose just now."""
    if chat.language is not None:
        await interviews.choose_language(uow, _contact(chat), chat.language)


async def let_go(chat: TelegramChat, pending: Pending | None) -> None:
    """Where what was prepared will not be settled."""
    if pending is not None:
        await interviews.let_go(chat.tenant_id, pending)


def _contact(chat: TelegramChat) -> str:
    return f"telegram:{chat.chat_id}"


def _said(update: Update, file: Received | None, language: Language) -> str:
    if not concerns(update):
        return ""
    text = _written(update)
    command = _COMMAND.match(text)
    if command is not None:
        return (_PERSON if command[1].lower() == "operator" else _HELLO)[language]
    return "\n".join(part for part in (text, file.words if file else "") if part)


def _written(update: Update) -> str:
    return (update.message.text or update.message.caption or "").strip() if update.message else ""
