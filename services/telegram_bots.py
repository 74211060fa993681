"""Bots of tenants: connected by a token, told where their updates go, and found again by their id."""

import hmac
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from tortoise.exceptions import IntegrityError

from config.keys import keys_for
from config.settings import get_settings
from core.actor import Actor, system_actor
from core.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable
from core.facts.telegram import TelegramBotChanged
from integrations.telegram.port import BotAlreadyExists, BotClient, BotInfo, InvalidTelegramToken, TelegramRefused
from models.telegram import TelegramBot
from models.tenants import DEFAULT_TENANT_ID
from services import jobs
from services.jobs import RunningJob
from services.providers import providers
from services.sealing import seal, unseal
from services.unit_of_work import SystemReason, UnitOfWork, system_unit_of_work, unit_of_work

WEBHOOK_PATH = "/telegram/webhook"
_KEYS = "telegram.webhooks"
_MARK = "UPDATE telegram_bots SET last_error = $2, updated_at = clock_timestamp() WHERE id = $1"
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


async def status(uow: UnitOfWork) -> TelegramBot | None:
    """The tenant's bot; None where none is connected. Raises Forbidden below admin."""
    _require_admin(uow.actor)
    return await TelegramBot.filter(tenant_id=uow.tenant_id).first()


def receives_by() -> Literal["webhook", "polling"]:
    """How updates reach this installation."""
    return "webhook" if get_settings().http.public_url else "polling"


async def connect(actor: Actor, token: str) -> TelegramBot:
    """Let a bot answer for the actor's tenant, in the place of the one that did; asks Telegram whose token it is.

    Raises Forbidden below admin, InvalidTelegramToken, BotAlreadyExists, Unavailable, Conflict where the settings name
    the tenant's bot.
    """
    _require_admin(actor)
    _refuse_configured(actor.tenant_id)
    found = await (await providers().telegram.bot(token.strip())).get_me()
    try:
        async with unit_of_work(actor) as uow:
            return await _put(uow, found, token.strip())
    except IntegrityError as error:
        raise BotAlreadyExists from error


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
                await _put(uow, BotInfo(int(number), known.username if known else ""), token)
    except IntegrityError:
        logger.error("bot_of_another_tenant", bot=int(number), mend="check OPORA_TELEGRAM_BOT_TOKEN")


async def look_after(*, all_bots: bool) -> int:
    """Have bots told again where their updates go: all of them, or those with whom it failed. Returns how many."""
    bots = [bot for bot in await active() if all_bots or bot.last_error is not None]
    for bot in bots:
        async with unit_of_work(system_actor(bot.tenant_id)) as uow:
            uow.emit(TelegramBotChanged(bot.id))
    return len(bots)


async def register(job: RunningJob, bot_id: int) -> None:
    """Learn the bot's name and tell Telegram where its updates go. Raises Unavailable; a refusal is noted."""
    async with unit_of_work(system_actor(job.tenant_id)):
        bot = await TelegramBot.get_or_none(id=bot_id)
    if bot is None:
        return
    try:
        info = await _announce(bot)
    except (InvalidTelegramToken, TelegramRefused, Unavailable) as error:
        await note_error(job.tenant_id, bot_id, error.message)
        raise
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await TelegramBot.filter(id=bot_id).update(username=info.username, last_error=None)
        await jobs.finish(uow, job)


async def _announce(bot: TelegramBot) -> BotInfo:
    client = await client_of(bot.sealed_token)
    info = await client.get_me()
    public_url = get_settings().http.public_url
    if public_url is None:
        await client.delete_webhook()
    else:
        await client.set_webhook(f"{public_url}{WEBHOOK_PATH}/{bot.id}", secret=webhook_secret(bot.id))
    return info


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


async def _put(uow: UnitOfWork, found: BotInfo, token: str) -> TelegramBot:
    """The tenant's one bot from now on. Raises IntegrityError for another tenant's, after which the work is lost."""
    await TelegramBot.filter(tenant_id=uow.tenant_id).exclude(id=found.id).delete()
    columns: dict[str, Any] = {
        "username": found.username,
        "sealed_token": seal(token),
        "is_active": True,
        "last_error": None,
    }
    bot = await TelegramBot.get_or_none(id=found.id, tenant_id=uow.tenant_id)
    if bot is None:
        bot = await TelegramBot.create(id=found.id, tenant_id=uow.tenant_id, **columns)
    else:
        await bot.update_from_dict(columns).save()
    uow.emit(TelegramBotChanged(bot.id))
    return bot


def _refuse_configured(tenant_id: int) -> None:
    if tenant_id == DEFAULT_TENANT_ID and get_settings().telegram.bot_token is not None:
        raise Conflict("The settings name this tenant's bot: change OPORA_TELEGRAM_BOT_TOKEN", field="token")


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden
