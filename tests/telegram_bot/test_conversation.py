"""What customers write, and what comes of it."""

import pytest

from core.actor import Role, system_actor
from models.telegram import TelegramChat
from models.tickets import TicketSource, TicketStatus
from models.users import User
from services import messages, tickets
from services.ingestion import NewChunk
from services.knowledge import add_chunks
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.telegram_bot.conftest import LiveBot
from tests.telegram_bot.updates import membership, message, press, text

QUESTION = "Как сбросить пароль?"
PASSAGE = "Как сбросить пароль: откройте страницу входа и нажмите «Забыли пароль»."


async def know(bot: LiveBot) -> None:
    await add_chunks(system_actor(bot.tenant.id), source="faq.md", chunks=[NewChunk(PASSAGE)])


async def test_start_greets_in_the_language_of_the_person(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "/start", sender={"language_code": "en-GB"}))
    greeting, question = bot.calls(chat)
    assert greeting.text.startswith(f"Hello, Айгуль! This is the support of “{bot.tenant.name}”")
    assert [data for _, data in question.buttons] == ["lang:ru", "lang:kk", "lang:en"]
    assert await bot.tickets() == []


async def test_an_unknown_language_is_the_tenants(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "/help", sender={"language_code": "tr"}))
    assert bot.said(chat)[0].startswith("Напишите вопрос")


async def test_the_language_can_be_chosen(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "/language"), press(chat, "lang:kk"), text(chat, "/help"))
    assert bot.said(chat)[1:] == ["Жақсы, енді қазақша жалғастырамыз.", bot.said(chat)[2]]
    assert bot.said(chat)[2].startswith("Сұрағыңызды")
    (answered,) = bot.double.of_method("answerCallbackQuery")
    assert answered.text == "Дайын"


async def test_words_open_a_ticket(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, f"{QUESTION}\nЗабыл его вчера."))
    (ticket,) = await bot.tickets()
    assert (ticket.title, ticket.source) == (QUESTION, TicketSource.TELEGRAM)
    assert ticket.description == f"{QUESTION}\nЗабыл его вчера."


async def test_the_user_is_known_by_the_telegram_id(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, QUESTION, sender={"last_name": "С.", "username": "aigul"}))
    async with unit_of_work(system_actor(bot.tenant.id)):
        user = await User.get(telegram_id=chat)
    assert (user.full_name, user.telegram_username, user.role) == ("Айгуль С.", "aigul", Role.USER)


async def test_further_words_go_to_the_open_ticket(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, QUESTION))
    await bot.hear(text(chat, "И ещё: какой логин?"))
    (ticket,) = await bot.tickets()
    assert "И ещё: какой логин?" in [entry.text for entry in await bot.messages(ticket)]


async def test_words_reopen_a_resolved_ticket(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, QUESTION))
    await move(bot, TicketStatus.RESOLVED)
    await bot.hear(text(chat, "Не помогло"))
    (ticket,) = await bot.tickets()
    assert ticket.status in (TicketStatus.REOPENED, TicketStatus.ESCALATED)


@pytest.mark.parametrize("status", [TicketStatus.CLOSED, TicketStatus.CANCELLED])
async def test_words_after_a_closed_ticket_open_another(bot: LiveBot, chat: int, status: TicketStatus) -> None:
    await bot.hear(text(chat, QUESTION))
    await move(bot, status)
    await bot.hear(text(chat, "Другой вопрос"))
    assert [ticket.title for ticket in await bot.tickets()] == [QUESTION, "Другой вопрос"]


async def test_new_begins_another_ticket(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, QUESTION), text(chat, "/new"), text(chat, "Где мой заказ?"))
    assert [ticket.title for ticket in await bot.tickets()] == [QUESTION, "Где мой заказ?"]


async def test_an_answer_comes_with_its_source_and_buttons(bot: LiveBot, chat: int) -> None:
    await know(bot)
    await bot.hear(text(chat, QUESTION))
    (answer,) = bot.calls(chat)
    assert "Забыли пароль" in answer.text
    assert "faq.md" in answer.text
    assert [label for label, _ in answer.buttons] == ["👍 Помогло", "🙋 Позвать оператора"]


async def test_helped_resolves_the_ticket_with_thanks(bot: LiveBot, chat: int) -> None:
    await know(bot)
    await bot.hear(text(chat, QUESTION))
    await bot.hear(press(chat, bot.calls(chat)[0].buttons[0][1], message_id=1000))
    assert [ticket.status for ticket in await bot.tickets()] == [TicketStatus.RESOLVED]
    assert bot.said(chat)[1:] == [bot.said(chat)[1]]
    assert bot.said(chat)[1].startswith("Рад, что помогло!")
    assert [call.fields["message_id"] for call in bot.double.of_method("editMessageReplyMarkup")] == ["1000"]


async def test_the_operator_button_calls_a_person(bot: LiveBot, chat: int) -> None:
    await know(bot)
    await bot.hear(text(chat, QUESTION))
    await bot.hear(press(chat, bot.calls(chat)[0].buttons[1][1]))
    (ticket,) = await bot.tickets()
    assert (ticket.status, str(ticket.escalation_reason)) == (TicketStatus.ESCALATED, "customer_request")
    assert "передаю разговор сотруднику" in bot.said(chat)[-1]


async def test_a_button_of_another_customers_answer_does_nothing(bot: LiveBot, chat: int) -> None:
    await know(bot)
    await bot.hear(text(chat, QUESTION))
    stranger = chat + 5_000_000
    await bot.hear(press(stranger, bot.calls(chat)[0].buttons[0][1]))
    assert [ticket.status for ticket in await bot.tickets()] == [TicketStatus.OPEN]
    assert bot.double.of_method("answerCallbackQuery")[-1].text == "Этого обращения больше нет"


@pytest.mark.parametrize("data", ["", "helped:", "helped:x", f"helped:{'9' * 40}", "lang:xx", "drop:1"])
async def test_a_button_with_foreign_data_does_nothing(bot: LiveBot, chat: int, data: str) -> None:
    await bot.hear(press(chat, data))
    assert await bot.tickets() == []
    assert [call.text for call in bot.double.of_method("answerCallbackQuery")] == ["Этого обращения больше нет"]


async def test_operator_without_a_ticket_opens_one_for_a_person(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "/operator"))
    (ticket,) = await bot.tickets()
    assert (ticket.title, ticket.status) == ("Клиент зовёт оператора", TicketStatus.ESCALATED)


async def test_a_called_operator_is_not_called_twice(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "/operator"), text(chat, "/operator"))
    assert len(await bot.tickets()) == 1
    assert bot.said(chat)[-1].startswith("Сотрудник уже позван")


async def test_an_operators_reply_arrives_and_an_internal_note_does_not(
    bot: LiveBot, chat: int, make_user: MakeUser
) -> None:
    await bot.hear(text(chat, "/operator"))
    (ticket,) = await bot.tickets()
    operator = actor_of(await make_user(bot.tenant, Role.AGENT))
    async with unit_of_work(operator) as uow:
        await messages.add(uow, ticket.id, text="Пароль от сейфа <b>1234</b>", internal=True)
        await messages.add(uow, ticket.id, text="Добрый день! <b>Смотрю</b> & отвечу_скоро")
    await bot.work()
    assert bot.said(chat)[1:] == ["Добрый день! <b>Смотрю</b> & отвечу_скоро"]


async def test_what_staff_do_to_the_ticket_is_told(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "/operator"))
    await move(bot, TicketStatus.IN_PROGRESS)
    await move(bot, TicketStatus.CLOSED)
    assert bot.said(chat)[1:] == [
        "Ваше обращение взято в работу.",
        "Обращение закрыто. Новый вопрос можно написать прямо сюда.",
    ]


async def test_news_of_an_earlier_ticket_names_it(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "/operator"), text(chat, "/new"), text(chat, "Другой вопрос"))
    await move(bot, TicketStatus.RESOLVED)
    assert bot.said(chat)[-1].startswith("По обращению «Клиент зовёт оператора»:\nОбращение решено")


@pytest.mark.parametrize("kind", ["sticker", "location", "contact", "poll"])
async def test_what_the_bot_does_not_understand_gets_a_friendly_word(bot: LiveBot, chat: int, kind: str) -> None:
    await bot.hear(message(chat, **{kind: {"file_id": "x"}}))
    assert bot.said(chat)[0].startswith("Такие сообщения я пока не понимаю")
    assert await bot.tickets() == []


async def test_an_edited_message_changes_nothing(bot: LiveBot, chat: int) -> None:
    update = text(chat, "Правка")
    await bot.hear({"update_id": update["update_id"], "edited_message": update["message"]})
    assert (await bot.tickets(), bot.calls(chat)) == ([], [])


async def test_groups_are_left_in_peace_but_told_their_number(bot: LiveBot) -> None:
    group = {"id": -1_001_234, "type": "supergroup", "title": "Команда"}
    await bot.hear(text(77, "Привет всем", chat=group))
    assert (await bot.tickets(), bot.double.sent()) == ([], [])
    await bot.hear(text(77, "/id", chat=group))
    assert bot.said(-1_001_234) == ["-1001234"]


async def test_a_blocked_user_is_told_once(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "/help"))
    async with unit_of_work(system_actor(bot.tenant.id)):
        await User.filter(telegram_id=chat).update(is_active=False)
    await bot.hear(text(chat, "Пустите"), text(chat, "Ну пустите"))
    assert bot.said(chat)[1:] == [
        "Доступ к поддержке для вас закрыт. Если это ошибка, свяжитесь с компанией другим способом."
    ]
    assert await bot.tickets() == []


async def test_who_blocks_the_bot_is_noted_until_they_write(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "/help"), membership(chat, "kicked"))
    assert await blocked(bot, chat)
    await bot.hear(text(chat, "/help"))
    assert not await blocked(bot, chat)


async def move(bot: LiveBot, status: TicketStatus) -> None:
    """Staff move the first ticket."""
    ticket = (await bot.tickets())[0]
    async with unit_of_work(system_actor(bot.tenant.id)) as uow:
        await tickets.update(uow, ticket.id, TicketChanges(status=status))
    await bot.work()


async def blocked(bot: LiveBot, chat: int) -> bool:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return (await TelegramChat.get(chat_id=chat)).blocked_at is not None
