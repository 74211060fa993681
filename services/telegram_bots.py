"""Bots of tenants: connected by a token, told where their updates go, and found again by their id.

A tenant has a bot of its own, which files tickets, and each of its assistants may have one, whose chats are dialogs.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import structlog
from tortoise.exceptions import IntegrityError

from config.keys import keys_for
from config.settings import get_settings
from core import clock
from core.actor import Actor, system_actor
from core.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable
from core.facts.telegram import TelegramBotChanged, TelegramBotReleased, TelegramUpdateStored
from integrations.telegram.port import (
    BotAlreadyExists,
    BotClient,
    BotInfo,
    BotStartupFailed,
    TelegramFlood,
    TelegramRefused,
)
from models.telegram import TelegramBot
from models.tenants import DEFAULT_TENANT_ID
from services.providers import providers
from services.sealing import seal, unseal
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work, unit_of_work

WEBHOOK_PATH = "/telegram/webhook"
_KEYS = "telegram.webhooks"
_MARK = "UPDATE telegram_bots SET last_error = $2, updated_at = clock_timestamp() WHERE id = $1"
_LET_GO = """
DELETE FROM telegram_bots
WHERE tenant_id = $1 AND id <> $3
    AND (assistant_id = ANY($2::bigint[]) OR assistant_id IS NULL AND array_position($2::bigint[], NULL) IS NOT NULL)
RETURNING id, sealed_token
"""
_SWITCH = """
UPDATE telegram_bots SET is_active = $3, updated_at = clock_timestamp()
WHERE tenant_id = $1 AND assistant_id = ANY($2::bigint[]) AND is_active <> $3 RETURNING id
"""
# Older ones are let be: an answer would come out of nowhere.
_LEFT = """
WITH late AS (
    UPDATE telegram_updates SET handled_at = clock_timestamp()
    WHERE bot_id = $1 AND handled_at IS NULL AND created_at <= $2
)
SELECT chat_id, max(update_id) AS update_id FROM telegram_updates
WHERE bot_id = $1 AND handled_at IS NULL AND created_at > $2 AND chat_id IS NOT NULL GROUP BY chat_id
"""
_LATEST = timedelta(days=1)
_ACTIVE = "SELECT id, tenant_id, sealed_token, next_update, last_error FROM telegram_bots WHERE is_active ORDER BY id"
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ActiveBot:
    """A bot as processes find it that serve all tenants."""

    id: int
    tenant_id: int
    sealed_token: str
    next_update: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Started:
    """A bot that Telegram knows and that nobody else has: what :func:`put` keeps."""

    info: BotInfo
    token: str


async def status(uow: UnitOfWork, assistant_id: int | None = None) -> TelegramBot | None:
    """The tenant's own bot, or an assistant's; None where none is connected. Raises Forbidden below admin."""
    _require_admin(uow.actor)
    return await TelegramBot.filter(tenant_id=uow.tenant_id, assistant_id=assistant_id).first()


def receives_by() -> Literal["webhook", "polling"]:
    """How updates reach this installation."""
    return "webhook" if get_settings().http.public_url else "polling"


async def connect(actor: Actor, token: str) -> TelegramBot:
    """Let a bot answer for the actor's tenant, in the place of the one that did; asks Telegram whose token it is.

    An assistant's bot comes by :func:`start` and :func:`put`. Raises Forbidden below admin, InvalidTelegramToken,
    BotAlreadyExists, Unavailable, Conflict where the settings name the tenant's bot.
    """
    _require_admin(actor)
    _refuse_configured(actor.tenant_id)
    found = await (await providers().telegram.bot(token.strip())).get_me()
    async with unit_of_work(actor) as uow:
        return await put(uow, Started(found, token.strip()))


async def start(actor: Actor, token: str, *, assistant_id: int | None, serving: bool) -> Started:
    """Ask Telegram whose token it is, and have a ``serving`` bot's updates sent here. Not in a unit of work.

    ``assistant_id`` is None for an assistant that is about to be made. Raises InvalidTelegramToken, BotAlreadyExists,
    BotStartupFailed where Telegram refuses or does not answer.
    """
    token = token.strip()
    try:
        client = await providers().telegram.bot(token)
        info = await client.get_me()
        await _check_free(info.id, actor.tenant_id, assistant_id)
        if serving:
            await tell_address(client, info.id)
    except (TelegramRefused, TelegramFlood, Unavailable) as error:
        raise BotStartupFailed(error.message) from error
    return Started(info, token)


async def disconnect(actor: Actor) -> None:
    """Let go of the tenant's bot and what it knows of chats; tickets stay. Raises Forbidden, NotFound, Conflict."""
    _require_admin(actor)
    _refuse_configured(actor.tenant_id)
    async with unit_of_work(actor) as uow:
        bot = await status(uow)
    if bot is None:
        raise NotFound("bot")
    try:
        await (await client_of(bot.sealed_token)).delete_webhook()
    except DomainError as error:
        # The bot is let go all the same: what Telegram still sends is answered with 404.
        logger.warning("webhook_left_behind", bot=bot.id, reason=error.message)
    async with unit_of_work(actor):
        await TelegramBot.filter(id=bot.id, tenant_id=actor.tenant_id).delete()


async def ensure_default() -> None:
    """Connect the bot that the settings name to the default tenant, without asking Telegram anything.

    A token that is none, or another tenant's bot, is logged: it stops nothing.
    """
    secret = get_settings().telegram.bot_token
    if secret is None:
        return
    token = secret.get_secret_value().strip()
    number, _, rest = token.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and rest):
        logger.error("bot_token_malformed", mend="check OPORA_TELEGRAM_BOT_TOKEN")
        return
    try:
        async with unit_of_work(system_actor(DEFAULT_TENANT_ID)) as uow:
            known = await TelegramBot.get_or_none(id=int(number), tenant_id=DEFAULT_TENANT_ID)
            if known is None or unseal(known.sealed_token) != token:
                await put(uow, Started(BotInfo(int(number), known.username if known else ""), token))
    except BotAlreadyExists:
        logger.error("bot_of_another_tenant", bot=int(number), mend="check OPORA_TELEGRAM_BOT_TOKEN")


async def tell_address(client: BotClient, bot_id: int) -> None:
    """Have a bot's updates sent here, or kept for us to fetch. Raises TelegramRefused, Unavailable."""
    public_url = get_settings().http.public_url
    if public_url is None:
        await client.delete_webhook()
    else:
        await client.set_webhook(f"{public_url}{WEBHOOK_PATH}/{bot_id}", secret=webhook_secret(bot_id))


async def note_error(tenant_id: int, bot_id: int, message: str | None) -> None:
    """Keep, for the tenant's admins, why the bot does not work; None where it does."""
    async with unit_of_work(system_actor(tenant_id)) as uow:
        await uow.rows(_MARK, bot_id, message)


async def active() -> list[ActiveBot]:
    """Every bot that serves, of all tenants."""
    async with system_unit_of_work(SystemReason.TELEGRAM) as statements:
        return [ActiveBot(**row) for row in await statements.rows(_ACTIVE)]


async def tenant_of(bot_id: int) -> int | None:
    """The tenant that a bot answers for; None for a bot that is not connected."""
    async with system_unit_of_work(SystemReason.TELEGRAM):
        bot = await TelegramBot.get_or_none(id=bot_id, is_active=True)
    return None if bot is None else bot.tenant_id


async def client_of(sealed_token: str) -> BotClient:
    """The client of a stored bot. Raises InvalidTelegramToken, Unavailable where the token cannot be unsealed."""
    return await providers().telegram.bot(unseal(sealed_token))


def webhook_secret(bot_id: int) -> str:
    """What Telegram shows with each update of the bot: derived, so that it is stored nowhere."""
    return _secrets(bot_id)[0]


def is_webhook_secret(bot_id: int, shown: str) -> bool:
    """Whether ``shown`` is the bot's secret, also under a secret key that was rotated out."""
    matches = [hmac.compare_digest(secret.encode(), shown.encode()) for secret in _secrets(bot_id)]
    return any(matches)


def _secrets(bot_id: int) -> list[str]:
    return [hmac.digest(key.secret, str(bot_id).encode(), "sha256").hex() for key in keys_for(_KEYS)]


async def put(
    uow: UnitOfWork, started: Started, *, assistant_id: int | None = None, serving: bool = True
) -> TelegramBot:
    """The one bot of the tenant itself, or of an assistant, from now on.

    Raises BotAlreadyExists where it answers for somebody else; the unit of work is lost then.
    """
    info = started.info
    await let_go(uow, [assistant_id], but=info.id)
    columns: dict[str, Any] = {
        "username": info.username,
        "sealed_token": seal(started.token),
        "is_active": serving,
        "last_error": None,
    }
    bot = await TelegramBot.get_or_none(id=info.id, tenant_id=uow.tenant_id)
    if bot is None:
        try:
            bot = await TelegramBot.create(id=info.id, tenant_id=uow.tenant_id, assistant_id=assistant_id, **columns)
        except IntegrityError as error:
            raise BotAlreadyExists from error
    elif bot.assistant_id == assistant_id:
        await bot.update_from_dict(columns).save()
    else:
        raise BotAlreadyExists
    uow.emit(TelegramBotChanged(bot.id))
    return bot


async def let_go(uow: UnitOfWork, assistant_ids: Sequence[int | None], *, but: int = 0) -> None:
    """Remove the bots of assistants, None being the tenant itself, with their chats; Telegram is told by a job."""
    for row in await uow.rows(_LET_GO, uow.tenant_id, list(assistant_ids), but):
        uow.emit(TelegramBotReleased(row["id"], sealed_token=row["sealed_token"]))


async def switch(uow: UnitOfWork, assistant_ids: Sequence[int], *, serving: bool) -> None:
    """Let the bots of assistants serve, or be silent. What had come when one fell silent is handled then."""
    for row in await uow.rows(_SWITCH, uow.tenant_id, list(assistant_ids), serving):
        uow.emit(TelegramBotChanged(row["id"]))
        for left in await uow.rows(_LEFT, row["id"], clock.now() - _LATEST) if serving else ():
            uow.emit(TelegramUpdateStored(row["id"], chat_id=left["chat_id"], update_id=left["update_id"]))


async def _check_free(bot_id: int, tenant_id: int, assistant_id: int | None) -> None:
    async with system_unit_of_work(SystemReason.TELEGRAM):
        bot = await TelegramBot.get_or_none(id=bot_id)
    if bot is not None and (assistant_id is None or (bot.tenant_id, bot.assistant_id) != (tenant_id, assistant_id)):
        raise BotAlreadyExists


def _refuse_configured(tenant_id: int) -> None:
    if tenant_id == DEFAULT_TENANT_ID and get_settings().telegram.bot_token is not None:
        raise Conflict("The settings name this tenant's bot: change OPORA_TELEGRAM_BOT_TOKEN", field="token")


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden
