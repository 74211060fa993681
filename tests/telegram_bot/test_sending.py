"""What is said in chats: once, in order, with patience, and as Telegram takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actor import Role, system_actor
from models.jobs import Job, JobState
from models.telegram import TelegramChat, TelegramDelivery
from models.tickets import Ticket
from services import messages, tickets
from services.telegram_words import split
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.telegram import Refusal, flood
from tests.fixtures.people import MakeUser, actor_of
from tests.telegram_bot.conftest import LiveBot
from tests.telegram_bot.updates import text

LONG = "Абзац первый.\n" + "слово " * 1400


async def reply(bot: LiveBot, ticket: Ticket, words: str) -> None:
    """An operator writes; nothing is sent yet."""
    async with unit_of_work(system_actor(bot.tenant.id)) as uow:
        await messages.add(uow, ticket.id, text=words)


async def opened(bot: LiveBot, chat: int) -> Ticket:
    """A ticket of the chat with a person in charge, and nothing said."""
    await bot.hear(text(chat, "/operator"))
    bot.double.calls.clear()
    return (await bot.tickets())[-1]


async def sends(bot: LiveBot) -> list[Job]:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return await Job.filter(task="telegram.send").exclude(state=JobState.DONE).order_by("id")


async def test_a_sent_word_is_marked_and_not_sent_again(bot: LiveBot, chat: int) -> None:
    ticket = await opened(bot, chat)
    await reply(bot, ticket, "Здравствуйте")
    await bot.work()
    async with system_unit_of_work(SystemReason.SWEEP) as statements:
        await statements.rows("UPDATE jobs SET state = 'pending' WHERE tenant_id = $1", bot.tenant.id)
    await bot.work()
    assert bot.said(chat).count("Здравствуйте") == 1
    async with unit_of_work(system_actor(bot.tenant.id)):
        assert await TelegramDelivery.filter(sent_at=None).count() == 0


async def test_a_long_text_is_sent_in_parts(bot: LiveBot, chat: int) -> None:
    await reply(bot, await opened(bot, chat), LONG)
    await bot.work()
    parts = bot.said(chat)
    assert len(parts) == 3
    assert " ".join(parts).split() == LONG.split()


async def test_parts_that_were_sent_are_not_sent_again(bot: LiveBot, chat: int) -> None:
    ticket = await opened(bot, chat)
    await reply(bot, ticket, LONG)
    await fail_after_first_part(bot)
    assert len(bot.said(chat)) == 1
    bot.double.refusals.clear()
    await bot.work()
    assert len(bot.said(chat)) == 3


async def fail_after_first_part(bot: LiveBot) -> None:
    """Let the second part meet a Telegram that is down, until the job has had its attempt."""
    answer = bot.double._answer

    def once(*args: object) -> object:
        bot.double.refusals.append(Refusal(502, "Bad Gateway"))
        bot.double._answer = answer  # type: ignore[method-assign]
        return answer(*args)  # type: ignore[arg-type]

    bot.double._answer = once  # type: ignore[method-assign, assignment]
    await bot.drain(bot.tenant)


@given(st.text(alphabet=st.sampled_from("аб \n😀z"), max_size=300), st.integers(min_value=2, max_value=40))
def test_pieces_fit_and_lose_nothing(words: str, most: int) -> None:
    pieces = split(words, most)
    assert all(len(piece.encode("utf-16-le")) <= 2 * most for piece in pieces)
    assert all(piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(words.split())


async def test_retry_after_is_honoured_and_other_chats_go_on(bot: LiveBot, chat: int) -> None:
    other = chat + 1_000_000
    mine, theirs = await opened(bot, chat), await opened(bot, other)
    bot.double.refusals.append(flood(60, chat_id=chat))
    await reply(bot, mine, "Вам")
    await reply(bot, theirs, "Другому")
    await bot.work()
    assert (bot.said(chat), bot.said(other)) == ([], ["Другому"])
    (waiting,) = await sends(bot)
    assert 50 < (waiting.run_after - waiting.created_at).total_seconds() < 70


async def test_a_later_word_waits_for_the_earlier_one(bot: LiveBot, chat: int) -> None:
    ticket = await opened(bot, chat)
    bot.double.refusals.append(flood(1, chat_id=chat))
    for words in ("Первое", "Второе", "Третье"):
        await reply(bot, ticket, words)
    await bot.work()
    assert bot.said(chat) == ["Первое", "Второе", "Третье"]


async def test_a_blocked_bot_is_noted_and_not_tried_again(bot: LiveBot, chat: int) -> None:
    ticket = await opened(bot, chat)
    bot.double.blocked.add(chat)
    await reply(bot, ticket, "Вы здесь?")
    await bot.work()
    async with unit_of_work(system_actor(bot.tenant.id)):
        assert (await TelegramChat.get(chat_id=chat)).blocked_at is not None
    assert await sends(bot) == []
    calls = len(bot.double.calls)
    await reply(bot, ticket, "И сейчас?")
    await bot.work()
    assert len(bot.double.calls) == calls


async def test_writing_again_ends_the_block(bot: LiveBot, chat: int) -> None:
    ticket = await opened(bot, chat)
    bot.double.blocked.add(chat)
    await reply(bot, ticket, "Вы здесь?")
    await bot.work()
    bot.double.blocked.clear()
    await bot.hear(text(chat, "Я вернулся"))
    await reply(bot, ticket, "Рады видеть")
    await bot.work()
    assert bot.said(chat)[-1] == "Рады видеть"


async def test_telegram_that_is_down_is_tried_again(bot: LiveBot, chat: int) -> None:
    ticket = await opened(bot, chat)
    bot.double.refusals.append(Refusal(502, "Bad Gateway", method="sendMessage"))
    await reply(bot, ticket, "Всё же дойдёт")
    await bot.work()
    await bot.work()
    assert bot.said(chat) == ["Всё же дойдёт"]


async def test_a_message_made_internal_before_it_was_sent_stays_here(bot: LiveBot, chat: int) -> None:
    ticket = await opened(bot, chat)
    await reply(bot, ticket, "Тайна")
    async with unit_of_work(system_actor(bot.tenant.id)) as uow:
        await uow.rows("UPDATE messages SET visibility = 'staff' WHERE text = 'Тайна'")
    await bot.work()
    assert bot.said(chat) == []


@pytest.mark.parametrize("words", ["<b>жирный</b>", "_курсив_ *и* `код`", "[ссылка](tg://user?id=1)", "&lt;script&gt;"])
async def test_markup_is_sent_as_it_is_written(bot: LiveBot, chat: int, words: str) -> None:
    await reply(bot, await opened(bot, chat), words)
    await bot.work()
    (call,) = bot.calls(chat)
    assert (call.text, call.fields.get("parse_mode")) == (words, None)


async def test_tickets_of_other_doors_are_not_told_in_the_chat(bot: LiveBot, chat: int, make_user: MakeUser) -> None:
    await opened(bot, chat)
    customer = actor_of(await make_user(bot.tenant, Role.USER))
    async with unit_of_work(customer) as uow:
        ticket = await tickets.create(uow, title="С сайта", auto_respond=False)
    await reply(bot, ticket, "Ответ на сайте")
    async with unit_of_work(system_actor(bot.tenant.id)):
        assert await Job.filter(task="telegram.send").exclude(state=JobState.DONE).count() == 0
