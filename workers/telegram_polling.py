"""Long polling of bots where no public address is set: each bot by one of the schedulers, whoever holds its lock."""

import asyncio
import random
from collections.abc import Sequence

import asyncpg
import structlog

from config.settings import Settings
from core.errors import DomainError, Unavailable
from integrations.telegram.port import (
    BotClient,
    InvalidTelegramToken,
    Telegram,
    TelegramFlood,
    UpdatesTakenElsewhere,
)
from services import telegram_bots, telegram_updates
from services.sealing import unseal
from services.telegram_bots import ActiveBot
from workers.lock_connection import LOST, lock_connection

LOOK_S = 2.0
_WAIT_S = 25
_PAUSE_FIRST_S = 1.0
_PAUSE_MOST_S = 60.0
_REFUSED_PAUSE_S = 300.0
_TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('opora.telegram.polling', $1))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('opora.telegram.polling', $1))"
logger = structlog.get_logger(__name__)


class Polling:
    """Run it with :meth:`run`; bots are taken up and let go as they are connected and disconnected."""

    def __init__(self, settings: Settings, telegram: Telegram) -> None:
        self._settings = settings
        self._telegram = telegram
        self._polled: dict[int, tuple[str, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Raises nothing but CancelledError. With no bot it opens and imports nothing."""
        while True:
            try:
                if await telegram_bots.active():
                    async with lock_connection(self._settings, "opora polling") as connection:
                        await self._serve(connection)
            except LOST as error:
                logger.info("polling_waits", reason=str(error) or type(error).__name__)
            finally:
                await self._stop(list(self._polled))
            await asyncio.sleep(LOOK_S * random.uniform(0.8, 1.2))  # noqa: S311

    async def _serve(self, connection: asyncpg.Connection) -> None:
        """As long as there are bots. The locks live and die with ``connection``, so it is asked again and again."""
        while bots := await telegram_bots.active():
            present = {bot.id: bot.sealed_token for bot in bots}
            gone = [number for number, (token, _) in self._polled.items() if present.get(number) != token]
            await self._stop(gone)
            for number in gone:
                await connection.fetchval(_UNLOCK, number)
            await self._take_up(connection, [bot for bot in bots if bot.id not in self._polled])
            await connection.fetchval("SELECT 1")
            await asyncio.sleep(LOOK_S)

    async def _take_up(self, connection: asyncpg.Connection, bots: Sequence[ActiveBot]) -> None:
        for bot in bots:
            if await connection.fetchval(_TRY_LOCK, bot.id):
                task = asyncio.create_task(_Poller(bot, self._telegram).run())
                self._polled[bot.id] = bot.sealed_token, task
                logger.info("bot_polled", bot=bot.id)

    async def _stop(self, numbers: Sequence[int]) -> None:
        tasks = [self._polled.pop(number)[1] for number in numbers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Poller:
    """One bot's updates, from where they were last stored."""

    def __init__(self, bot: ActiveBot, telegram: Telegram) -> None:
        self._bot = bot
        self._telegram = telegram
        self._next = bot.next_update
        self._noted = bot.last_error
        self._failures = 0

    async def run(self) -> None:
        """Until cancelled, or the bot is gone."""
        while True:
            try:
                client = await self._telegram.bot(unseal(self._bot.sealed_token))
                while await self._turn(client):
                    self._failures = 0
                return
            except DomainError as error:
                pause = await self._pause_after(error)
            except Exception:
                # One bot's fault must not end its polling for good.
                logger.exception("polling_failed", bot=self._bot.id)
                pause = _PAUSE_MOST_S
            await asyncio.sleep(pause)

    async def _turn(self, client: BotClient) -> bool:
        """Wait for updates and store them; False where the bot is not connected any more."""
        try:
            updates = await client.get_updates(offset=self._next, wait_s=_WAIT_S)
        except UpdatesTakenElsewhere as error:
            if "webhook" not in error.message:
                raise
            await client.delete_webhook()
            return True
        if self._noted is not None:
            await self._note(None)
        if not updates:
            return True
        self._next = max(int(update["update_id"]) for update in updates) + 1
        return await telegram_updates.store_batch(self._bot.tenant_id, self._bot.id, updates, self._next)

    async def _pause_after(self, error: DomainError) -> float:
        self._failures += 1
        logger.warning("polling_pauses", bot=self._bot.id, code=error.code, reason=error.message)
        if isinstance(error, TelegramFlood):
            return float(error.retry_after)
        try:
            if error.message != self._noted:
                await self._note(error.message)
        except Unavailable as unavailable:
            logger.warning("error_not_noted", bot=self._bot.id, reason=unavailable.message)
        if isinstance(error, InvalidTelegramToken):
            return _REFUSED_PAUSE_S
        return min(_PAUSE_FIRST_S * 2.0 ** (self._failures - 1), _PAUSE_MOST_S) * random.uniform(0.5, 1.0)  # noqa: S311

    async def _note(self, message: str | None) -> None:
        await telegram_bots.note_error(self._bot.tenant_id, self._bot.id, message)
        self._noted = message
