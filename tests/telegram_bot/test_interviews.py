"""A bot that interviews for leads."""

import asyncio

import pytest

from core.actor import system_actor
from models.leads import Lead
from models.telegram import TelegramChat
from models.tenants import TelegramMode, Tenant
from services.unit_of_work import unit_of_work
from tests.doubles.openai import Calls, OpenAIDouble, Status
from tests.files.samples import ogg, png
from tests.leads.conftest import model, openai
from tests.leads.dialogues import DOCUMENTED, KAZAKH, Dialogue
from tests.telegram_bot.conftest import LiveBot, MakeBot
from tests.telegram_bot.updates import photo, press, text, voice

__all__ = ["model", "openai"]


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


@pytest.mark.parametrize(
    ("language", "greeting"), [("ru", "Здравствуйте!"), ("kk", "Сәлеметсіз бе!"), ("en", "Hello!")]
)
async def test_start_begins_the_interview_in_the_persons_language(
    interviewer: LiveBot, chat: int, language: str, greeting: str
) -> None:
    await interviewer.hear(text(chat, "/start", sender={"language_code": language}))
    (said,) = interviewer.said(chat)
    assert said.startswith(greeting)
    assert said.endswith("?")


async def test_a_language_that_is_chosen_midway_is_gone_on_in(interviewer: LiveBot, chat: int) -> None:
    await interviewer.hear(text(chat, "Хочу дом"), press(chat, "lang:kk"), text(chat, "150 м2"))
    assert interviewer.said(chat)[-1] == "Қай қалада?"


async def test_who_calls_a_person_is_asked_for_the_contact(interviewer: LiveBot, chat: int) -> None:
    await interviewer.hear(text(chat, "/operator"))
    assert interviewer.said(chat) == ["Менеджер сам перезвонит вам. Как вас зовут и на какой номер перезвонить?"]


async def test_words_under_a_picture_are_heard_and_a_picture_alone_is_not(interviewer: LiveBot, chat: int) -> None:
    interviewer.double.files["plan"] = png()
    await interviewer.hear(photo(chat, "plan", "Хочу дом в Алматы"), photo(chat, "plan"))
    assert interviewer.said(chat)[0] == "Какую площадь рассматриваете?"
    assert interviewer.said(chat)[1].startswith("Этого я здесь разобрать не могу")


async def test_voice_that_nobody_can_hear_is_asked_for_in_words(interviewer: LiveBot, chat: int) -> None:
    interviewer.double.files["note"] = ogg()
    await interviewer.hear(voice(chat, "note"))
    assert interviewer.said(chat) == ["Этого я здесь разобрать не могу. Напишите, пожалуйста, словами."]


@pytest.mark.parametrize("said", ["Какая площадь вас интересует?", None], ids=["model", "model fails"])
async def test_a_chat_model_leads_the_interview_where_there_is_one(
    interviewer: LiveBot, chat: int, model: OpenAIDouble, said: str | None
) -> None:
    if said is None:
        model.faults.append(Status(500))
    else:
        model.reply = lambda _body: said
    await interviewer.hear(text(chat, "Хочу дом в Алматы"))
    assert interviewer.said(chat) == [said or "Какую площадь рассматриваете?"]
    model.reply = lambda _body: Calls("register_lead", '{"name": "Канат", "phone": "87768776637", "area": "150 м²"}')
    await interviewer.hear(text(chat, "150 м2, Канат, 87768776637"))
    assert [lead.phone_e164 for lead in await leads_of(interviewer)] == ["+77768776637"]


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
    await interviewer.hear(text(chat, "/help"), text(chat, "/language"))
    assert interviewer.said(chat)[0].startswith("Этого я здесь разобрать не могу")
    async with unit_of_work(system_actor(interviewer.tenant.id)):
        assert (await TelegramChat.get(chat_id=chat)).ticket_id is None
    assert await interviewer.tickets() == []
