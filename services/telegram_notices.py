"""Notices to a chat that a company chose: a person's, or a group that the bot is in."""

import structlog

from core.actor import Actor, system_actor
from core.errors import Forbidden, InvalidInput
from core.facts.telegram import TelegramNotice
from integrations.telegram.port import ChatGone, TelegramRefused
from models.tenants import DEFAULT_TENANT_ID, Tenant
from services import jobs, telegram_bots
from services.jobs import RunningJob
from services.telegram_words import split
from services.unit_of_work import SystemReason, UnitOfWork, system_row, unit_of_work

_MOST_ID = 2**52
_SPEAKER = """
SELECT sealed_token FROM telegram_bots
WHERE is_active AND assistant_id IS NULL AND tenant_id IN ($1, $2) ORDER BY tenant_id <> $1 LIMIT 1
"""
logger = structlog.get_logger(__name__)


async def set_chat(uow: UnitOfWork, chat_id: int | None) -> Tenant:
    """The chat that hears of new leads; None for none. Raises Forbidden below admin, InvalidInput."""
    _require_admin(uow.actor)
    if chat_id is not None and not 0 < abs(chat_id) < _MOST_ID:
        raise InvalidInput("chat_id must be a chat's number, as the bot tells it for /id", field="chat_id")
    tenant = await Tenant.filter(id=uow.tenant_id).select_for_update(no_key=True).get()
    tenant.telegram_chat_id = chat_id
    await tenant.save(update_fields=["telegram_chat_id"])
    return tenant


async def chat_of(uow: UnitOfWork) -> int | None:
    """Raises Forbidden below admin."""
    _require_admin(uow.actor)
    return (await Tenant.get(id=uow.tenant_id)).telegram_chat_id


def request(uow: UnitOfWork, chat_id: int, text: str) -> None:
    """Have a notice sent once the unit of work has committed."""
    uow.emit(TelegramNotice(chat_id, text=text))


async def notify_chat(job: RunningJob, *, chat_id: int, text: str) -> bool:
    """Send a notice by the tenant's bot, else the default tenant's, and end the job; False where it cannot be sent.

    Raises TelegramFlood, Unavailable, InvalidTelegramToken: the job is tried again.
    """
    sealed = await _bot_for(job.tenant_id)
    sent = False
    if sealed is None:
        logger.warning("notice_without_bot", mend="connect a bot, or set OPORA_TELEGRAM_BOT_TOKEN")
    else:
        client = await telegram_bots.client_of(sealed)
        try:
            for piece in split(text):
                await client.send_text(chat_id, piece)
            sent = True
        except (ChatGone, TelegramRefused) as error:
            logger.warning("notice_not_sent", chat=chat_id, reason=error.message)
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await jobs.finish(uow, job)
    return sent


async def _bot_for(tenant_id: int) -> str | None:
    """The sealed token of the bot that speaks for a tenant."""
    row = await system_row(SystemReason.TELEGRAM, _SPEAKER, tenant_id, DEFAULT_TENANT_ID)
    return None if row is None else str(row["sealed_token"])


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden
