"""Private chats: whose they are, in which language, which ticket they write to, and what is to be said in them."""

from core.clock import now
from core.facts.telegram import TelegramWordDue
from core.languages import Language
from models.telegram import TelegramChat
from models.tenants import Tenant
from models.users import User
from services.telegram_people import ensure_user
from services.telegram_updates import Person
from services.unit_of_work import UnitOfWork
from services.wording.texts import wording

_INSERT = """
INSERT INTO telegram_chats (tenant_id, bot_id, chat_id, user_id, language, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp())
ON CONFLICT (bot_id, chat_id) DO NOTHING
"""
_REFUSED_ONCE = "refused"


async def enter(uow: UnitOfWork, bot_id: int, chat_id: int, person: Person) -> tuple[TelegramChat, User]:
    """The chat and its user, made where they are new. Somebody who had blocked the bot has come back."""
    user = await ensure_user(
        uow,
        telegram_id=person.id,
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
    )
    chat = await TelegramChat.get_or_none(bot_id=bot_id, chat_id=chat_id)
    if chat is None:
        await uow.rows(_INSERT, uow.tenant_id, bot_id, chat_id, user.id, _spoken(person))
        chat = await TelegramChat.get(bot_id=bot_id, chat_id=chat_id)
    if chat.blocked_at is not None:
        chat.blocked_at = None
        await chat.save(update_fields=["blocked_at", "updated_at"])
    return chat, user


async def left(uow: UnitOfWork, bot_id: int, chat_id: int) -> None:
    """The person blocked the bot: nothing is sent there until they write again."""
    await TelegramChat.filter(bot_id=bot_id, chat_id=chat_id, blocked_at=None).update(blocked_at=now())


async def language_of(chat: TelegramChat) -> Language:
    """What the person chose or Telegram says, else the tenant's."""
    return chat.language or (await Tenant.get(id=chat.tenant_id)).language


async def say(uow: UnitOfWork, chat: TelegramChat, key: str, /, *, buttons: str | None = None, **values: str) -> None:
    """Have one of the product's texts sent, in the chat's language."""
    text = wording(await language_of(chat)).render(f"telegram_{key}", **values)
    uow.emit(TelegramWordDue(chat.id, text=text, buttons=buttons))


async def refuse(uow: UnitOfWork, chat: TelegramChat) -> None:
    """Tell a user who is shut out so, once."""
    text = wording(await language_of(chat)).render("telegram_refused")
    uow.emit(TelegramWordDue(chat.id, text=text, once=_REFUSED_ONCE))


def _spoken(person: Person) -> Language | None:
    code = (person.language_code or "").partition("-")[0].lower()
    return Language(code) if code in {language.value for language in Language} else None
