"""A bot that interviews for leads."""

import asyncio

import pytest

from core.actor import system_actor
from models.leads import Lead
from models.telegram import TelegramChat
from models.tenants import TelegramMode, Tenant
from services.unit_of_work import unit_of_work
from tests.leads.dialogues import DOCUMENTED, KAZAKH, Dialogue
from tests.telegram_bot.conftest import LiveBot, MakeBot
from tests.telegram_bot.updates import text


@pytest.fixture
async def interviewer(make_bot: MakeBot) -> LiveBot:
    bot = await make_bot()
    async with unit_of_work(system_actor(bot.tenant.id)):
        await Tenant.filter(id=bot.tenant.id).update(telegram_mode=TelegramMode.LEADS, telegram_chat_id=-100_500)
    return bot


async def leads_of(bot: LiveBot) -> list[Lead]:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return await Lead.all().order_by("id")


@pytest.mark.parametrize("dialogue", [DOCUMENTED, KAZAKH], ids=["ru", "kk"])
async def test_an_interview_goes_as_written(interviewer: LiveBot, chat: int, dialogue: Dialogue) -> None:
    for said, _ in dialogue.turns:
        await interviewer.hear(text(chat, said))
    assert interviewer.said(chat) == [answer for _, answer in dialogue.turns]
    (lead,) = await leads_of(interviewer)
    assert dialogue.lead is not None
    assert (lead.name, lead.phone) == (dialogue.lead["name"], dialogue.lead["phone"])
    assert await interviewer.tickets() == []


async def test_the_companys_chat_hears_of_the_lead(interviewer: LiveBot, chat: int) -> None:
    for said, _ in DOCUMENTED.turns:
        await interviewer.hear(text(chat, said))
    (notice,) = interviewer.said(-100_500)
    assert "Канат" in notice
    assert "87768776637" in notice


async def test_start_begins_the_interview(interviewer: LiveBot, chat: int) -> None:
    await interviewer.hear(text(chat, "/start"))
    assert len(interviewer.said(chat)) == 1
    assert "?" in interviewer.said(chat)[0]


async def test_two_chats_do_not_mix(interviewer: LiveBot, chat: int) -> None:
    other = chat + 2_000_000
    for (said, _), (also, _) in zip(DOCUMENTED.turns, KAZAKH.turns, strict=True):
        await asyncio.gather(interviewer.post(text(chat, said)), interviewer.post(text(other, also)))
        await interviewer.work()
    assert interviewer.said(chat) == [answer for _, answer in DOCUMENTED.turns]
    assert interviewer.said(other) == [answer for _, answer in KAZAKH.turns]


async def test_words_sent_at_once_are_answered_in_order(interviewer: LiveBot, chat: int) -> None:
    for said, _ in DOCUMENTED.turns:
        await interviewer.post(text(chat, said))
    await interviewer.work()
    assert interviewer.said(chat) == [answer for _, answer in DOCUMENTED.turns]


async def test_an_update_that_comes_five_times_is_said_once(interviewer: LiveBot, chat: int) -> None:
    update = text(chat, "Хочу дом")
    for _ in range(5):
        await interviewer.hear(update)
    assert interviewer.said(chat) == ["В каком городе?"]


async def test_commands_of_tickets_are_not_known_here(interviewer: LiveBot, chat: int) -> None:
    await interviewer.hear(text(chat, "/operator"), text(chat, "/language"))
    assert interviewer.said(chat)[0].startswith("Такие сообщения я пока не понимаю")
    async with unit_of_work(system_actor(interviewer.tenant.id)):
        assert (await TelegramChat.get(chat_id=chat)).ticket_id is None
    assert await interviewer.tickets() == []
