"""Updates are handled once, in the order in which they came to each chat, however many workers try."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from core.actor import Actor, system_actor
from core.clock import now
from core.errors import Unavailable
from core.languages import Language
from core.refusals.transactions import JobSuperseded
from models.telegram import TelegramBot, TelegramChat
from models.tenants import Tenant
from models.users import User
from services import jobs, telegram_bots, telegram_chats, telegram_conversation, telegram_interviews
from services.interviews import Pending
from services.jobs import NotYet, RunningJob
from services.telegram_conversation import Talk, customer
from services.telegram_dialog_talk import DialogTalk
from services.telegram_files import Received, file_of, receive
from services.telegram_updates import Update, stored
from services.unit_of_work import UnitOfWork, unit_of_work

_AT_A_TIME = 50
_OWN_TURN_S = 60.0
"""For so long a file is left to the job of its own update: two would fetch it twice."""
_WAIT_S = 0.3
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('opora.telegram.' || $1::bigint::text, $2))"
_WAITING = """
SELECT update_id, payload, created_at FROM telegram_updates
WHERE bot_id = $1 AND chat_id = $2 AND update_id <= $3 AND handled_at IS NULL ORDER BY update_id LIMIT $4
"""
_HANDLED = """
UPDATE telegram_updates SET handled_at = clock_timestamp() WHERE bot_id = $1 AND update_id = ANY($2::bigint[])
"""
_TAKE = """
UPDATE telegram_updates SET handled_at = clock_timestamp()
WHERE bot_id = $1 AND update_id = $2 AND handled_at IS NULL RETURNING id
"""
_TRIES = 8
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Visit:
    """A chat with updates that wait, as one attempt found it."""

    job: RunningJob
    bot: TelegramBot
    chat: TelegramChat
    user: User
    tenant: Tenant
    language: Language
    updates: list[Update]

    @property
    def interviewed(self) -> bool:
        return _interviews(self.bot, self.tenant)

    @property
    def actor(self) -> Actor:
        """Who acts: the customer, or the company's interviewer."""
        return system_actor(self.tenant.id) if self.interviewed else customer(self.tenant.id, self.user)


async def arrive(uow: UnitOfWork, job: RunningJob, bot_id: int, chat_id: int, update_id: int) -> Visit | None:
    """What waits in a chat up to ``update_id``; None where nothing of it is to be answered.

    What came to a bot that is silent waits until it serves again. Raises NotYet where its turn comes later.
    """
    tenant = await Tenant.get(id=job.tenant_id)
    bot = await TelegramBot.get_or_none(id=bot_id)
    updates = [] if bot is None or not bot.is_active else await _waiting(uow, bot, tenant, chat_id, update_id)
    person = next((each.sender for each in updates if each.sender), None)
    if bot is None or person is None or not _is_private(updates[-1]):
        await _note(uow, bot_id, chat_id, updates)
        return None
    chat, user = await telegram_chats.enter(uow, bot_id, chat_id, person)
    return Visit(job, bot, chat, user, tenant, chat.language or tenant.language, updates)


async def handle(visit: Visit) -> None:
    """Handle what waits: the effects of each update and its mark are one transaction; the job ends with the last.

    Raises NotYet where its turn comes later, and what fetching a file raises.
    """
    for update in visit.updates:
        await _answer(visit, update, last=update is visit.updates[-1])


async def _answer(visit: Visit, update: Update, *, last: bool) -> None:
    file = await _receive(visit, update)
    pending = None
    if visit.interviewed and visit.user.is_active:
        pending = await telegram_interviews.prepare(visit.chat, visit.language, update, file)
    try:
        await _respond(visit, update, file, pending, last=last)
    except BaseException:
        await telegram_interviews.let_go(visit.chat, pending)
        raise


async def skip(uow: UnitOfWork, bot_id: int, update_id: int) -> None:
    """Pass over an update that no attempt could handle: it must not hold back what was written after it."""
    await uow.rows(_HANDLED, bot_id, [update_id])


async def _respond(visit: Visit, update: Update, file: Received | None, pending: Pending | None, *, last: bool) -> None:
    """One update, unless somebody else has handled it meanwhile. One that fails again and again is passed over."""
    try:
        async with unit_of_work(visit.actor) as uow:
            await uow.rows(_LOCK, visit.bot.id, visit.chat.chat_id)
            if await uow.row(_TAKE, visit.bot.id, update.update_id) is not None:
                await _effect(uow, visit, update, file, pending)
            if last:
                await jobs.finish(uow, visit.job)
    except (JobSuperseded, Unavailable):
        raise
    except Exception:
        if visit.job.attempt < _TRIES:
            raise
        logger.exception("update_skipped", update=update.update_id)
        async with unit_of_work(system_actor(visit.job.tenant_id)) as uow:
            await skip(uow, visit.bot.id, update.update_id)
            if last:
                await jobs.finish(uow, visit.job)


async def _effect(
    uow: UnitOfWork, visit: Visit, update: Update, file: Received | None, pending: Pending | None
) -> None:
    chat = await TelegramChat.get(id=visit.chat.id)
    if pending is not None:
        await telegram_interviews.settle(uow, chat, pending)
    elif visit.bot.assistant_id is not None:
        await DialogTalk(uow, chat, visit.user, visit.bot.assistant_id).respond(update, file)
    else:
        spoken = chat.language
        await Talk(uow, chat, visit.user, takes_tickets=not visit.interviewed).respond(update, file)
        if visit.interviewed and chat.language is not spoken:
            await telegram_interviews.follow_language(uow, chat)
    await _follow_membership(uow, chat.bot_id, chat.chat_id, update)


async def _note(uow: UnitOfWork, bot_id: int, chat_id: int, updates: list[Update]) -> None:
    """Updates of a group, or that tell only who came and left."""
    for update in updates:
        if _is_private(update):
            await _follow_membership(uow, bot_id, chat_id, update)
        else:
            telegram_conversation.in_group(uow, update)
    await uow.rows(_HANDLED, bot_id, [update.update_id for update in updates])


async def _follow_membership(uow: UnitOfWork, bot_id: int, chat_id: int, update: Update) -> None:
    if update.my_chat_member is not None and update.my_chat_member.new_chat_member.status == "kicked":
        await telegram_chats.left(uow, bot_id, chat_id)


async def _waiting(uow: UnitOfWork, bot: TelegramBot, tenant: Tenant, chat_id: int, update_id: int) -> list[Update]:
    """Raises NotYet where an earlier update is another job's, which is about to fetch a file or to ask the model."""
    rows = await uow.rows(_WAITING, bot.id, chat_id, update_id, _AT_A_TIME)
    if len(rows) == _AT_A_TIME and rows[-1]["update_id"] != update_id:
        # A backlog: the jobs of earlier updates work it off.
        raise NotYet(_WAIT_S)
    updates = [stored(row) for row in rows]
    young = now() - timedelta(seconds=_OWN_TURN_S)
    for update, row in zip(updates, rows, strict=True):
        if update.update_id != update_id and row["created_at"] > young and _needs_others(bot, tenant, update):
            raise NotYet(_WAIT_S)
    return updates


def _interviews(bot: TelegramBot, tenant: Tenant) -> bool:
    """Whether the bot asks for leads: the tenant's own may, an assistant's never."""
    return bot.assistant_id is None and telegram_interviews.is_interviewer(tenant)


def _needs_others(bot: TelegramBot, tenant: Tenant, update: Update) -> bool:
    """Whether third parties are asked before the transaction: twice would be once too often."""
    interviewed = _interviews(bot, tenant) and telegram_interviews.concerns(update)
    return interviewed or file_of(update) is not None


async def _receive(visit: Visit, update: Update) -> Received | None:
    sent = file_of(update)
    if sent is None or not visit.user.is_active:
        return None
    client = await telegram_bots.client_of(visit.bot.sealed_token)
    actor = customer(visit.tenant.id, visit.user)
    return await receive(actor, client, sent, visit.language, attempt=visit.job.attempt)


def _is_private(update: Update) -> bool:
    return update.chat is not None and update.chat.type == "private"
