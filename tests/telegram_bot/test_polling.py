"""Long polling, where no public address is set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from config.settings import Settings
from core.actor import system_actor
from models.telegram import TelegramBot, TelegramUpdate
from services import telegram_bots
from services.providers import providers
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.telegram import Refusal, TelegramDouble, flood
from tests.telegram_bot.conftest import LiveBot
from tests.telegram_bot.updates import text
from tests.workers.conftest import until
from workers import telegram_polling
from workers.telegram_polling import Polling


@pytest.fixture(autouse=True)
async def alone(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this test's bots are polled, and nobody waits long."""
    async with system_unit_of_work(SystemReason.SWEEP) as statements:
        await statements.rows("UPDATE telegram_bots SET is_active = false")
    monkeypatch.setattr(telegram_polling, "LOOK_S", 0.05)
    monkeypatch.setattr(telegram_polling, "_PAUSE_FIRST_S", 0.1)


@asynccontextmanager
async def polling(settings: Settings) -> AsyncIterator[None]:
    running = asyncio.create_task(Polling(settings, providers().telegram).run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def present(bot: LiveBot) -> TelegramBot:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return await TelegramBot.get(id=bot.row.id)


async def count(bot: LiveBot) -> int:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return await TelegramUpdate.filter(bot_id=bot.row.id).count()


async def arrived(bot: LiveBot, number: int) -> bool:
    return await count(bot) == number


async def test_updates_are_fetched_stored_and_answered(bot: LiveBot, chat: int, settings: Settings) -> None:
    updates = [text(chat, "/help"), text(chat, "Вопрос")]
    async with polling(settings):
        bot.double.push(bot.token, *updates)
        await until(lambda: arrived(bot, 2))
    await bot.work()
    assert len(await bot.tickets()) == 1
    assert (await present(bot)).next_update == updates[-1]["update_id"] + 1


async def test_polling_goes_on_where_it_stopped(bot: LiveBot, chat: int, settings: Settings) -> None:
    bot.double.push(bot.token, text(chat, "Раз"))
    async with polling(settings):
        await until(lambda: arrived(bot, 1))
    bot.double.push(bot.token, text(chat, "Два"))
    async with polling(settings):
        await until(lambda: arrived(bot, 2))
    offsets = [int(call.fields["offset"]) for call in bot.double.of_method("getUpdates") if call.bot_id == bot.row.id]
    assert offsets == sorted(offsets)
    assert await count(bot) == 2


async def test_of_two_schedulers_one_polls(bot: LiveBot, chat: int, settings: Settings) -> None:
    async with polling(settings), polling(settings):
        bot.double.push(bot.token, text(chat, "Раз"))
        await until(lambda: arrived(bot, 1))
        await asyncio.sleep(0.3)
        polls = bot.double.bots[bot.token].polls
    assert polls <= 2
    assert (await present(bot)).last_error is None


async def test_a_webhook_that_is_left_is_taken_away(bot: LiveBot, chat: int, settings: Settings) -> None:
    bot.double.bots[bot.token].webhook = "https://old.example.com"
    bot.double.push(bot.token, text(chat, "Раз"))
    async with polling(settings):
        await until(lambda: arrived(bot, 1))


@pytest.mark.parametrize(
    "refusal", [Refusal(502, "Bad Gateway"), flood(1), Refusal(409, "Conflict: terminated by other getUpdates request")]
)
async def test_trouble_passes(bot: LiveBot, chat: int, settings: Settings, refusal: Refusal) -> None:
    bot.double.refusals.append(refusal)
    bot.double.push(bot.token, text(chat, "Раз"))
    async with polling(settings):
        await until(lambda: arrived(bot, 1))
        await until(lambda: healthy(bot))


async def healthy(bot: LiveBot) -> bool:
    return (await present(bot)).last_error is None


async def test_a_token_that_was_revoked_is_noted(bot: LiveBot, settings: Settings) -> None:
    del bot.double.bots[bot.token]

    async def noted() -> bool:
        return (await present(bot)).last_error == "Telegram does not accept this bot token"

    async with polling(settings):
        await until(noted)


async def test_a_bot_that_is_let_go_is_polled_no_more(bot: LiveBot, chat: int, settings: Settings) -> None:
    async with polling(settings):
        await until(lambda: polled(bot))
        await telegram_bots.disconnect(system_actor(bot.tenant.id))
        await asyncio.sleep(0.3)
        polls = bot.double.bots[bot.token].polls
        bot.double.push(bot.token, text(chat, "Раз"))
        await asyncio.sleep(0.3)
        assert bot.double.bots[bot.token].polls == polls


async def polled(bot: LiveBot) -> bool:
    return bot.double.bots[bot.token].polls > 0


async def test_without_a_bot_nothing_is_asked(telegram: TelegramDouble, settings: Settings) -> None:
    async with polling(settings):
        await asyncio.sleep(0.1)
    assert telegram.calls == []
