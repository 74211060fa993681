"""A customer and an operator talk through a bot, with real processes on our side and a double of Telegram's."""

import sys
from itertools import count

import httpx
import pytest

from tests.doubles.telegram import Call, TelegramDouble
from tests.system.conftest import Shared
from tests.system.installation import Installation, eventually
from tests.system.people import Person
from tests.telegram_bot.updates import press, text

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes end with the test by a Linux feature")

_CHATS = count(5_000_001)
_CONNECT = "mutation($token: String!) { connectTelegramBot(token: $token) { username } }"
_QUESTION = "На роутере красная лампочка, а в приложении написано E-101. Что мне сделать?"


@pytest.fixture(scope="module")
def telegram(shared: Shared) -> TelegramDouble:
    return shared.telegram


@pytest.fixture(scope="module")
def system(shared: Shared) -> Installation:
    """The default tenant's bot is in the settings; updates are polled for."""
    return shared.system


@pytest.fixture
async def token(admin: Person, telegram: TelegramDouble) -> str:
    """The demo tenant's bot, connected anew for each test."""
    token = telegram.add_bot(600_002, "demo_bot")
    response = await admin.post("/graphql", json={"query": _CONNECT, "variables": {"token": token}})
    assert response.json()["data"]["connectTelegramBot"] == {"username": "demo_bot"}
    return token


def until_sent(telegram: TelegramDouble, chat: int, number: int) -> list[Call]:
    """What was sent to a chat, once it is so many."""
    assert eventually(lambda: len(telegram.sent(chat)) >= number), [call.text for call in telegram.sent(chat)]
    return telegram.sent(chat)


async def test_an_answer_an_operator_and_the_operators_reply(
    token: str, telegram: TelegramDouble, admin: Person
) -> None:
    chat = next(_CHATS)
    telegram.push(token, text(chat, _QUESTION))
    (answer,) = until_sent(telegram, chat, 1)
    assert "E-101" in answer.text
    assert [label for label, _ in answer.buttons] == ["👍 Помогло", "🙋 Позвать оператора"]
    telegram.push(token, press(chat, answer.buttons[1][1]))
    assert "передаю разговор сотруднику" in until_sent(telegram, chat, 2)[1].text
    (ticket,) = (await admin.get("/v1/tickets?limit=1")).raise_for_status().json()
    assert ticket["status"] == "escalated"
    await admin.say(ticket["id"], "Здравствуйте, это Анна. Сейчас посмотрю линию.")
    assert until_sent(telegram, chat, 3)[2].text == "Здравствуйте, это Анна. Сейчас посмотрю линию."
    assert len(telegram.of_method("answerCallbackQuery")) == 1


async def test_the_bot_of_the_settings_serves_the_default_tenant(
    system: Installation, telegram: TelegramDouble
) -> None:
    chat = next(_CHATS)
    telegram.push(next(iter(telegram.bots)), text(chat, "/start"))
    greeting, _ = until_sent(telegram, chat, 2)
    assert greeting.text.startswith("Здравствуйте, Айгуль!")
    assert greeting.bot_id == 600_001


async def test_a_worker_that_is_killed_loses_no_word(
    system: Installation, token: str, telegram: TelegramDouble
) -> None:
    chats = [next(_CHATS) for _ in range(20)]
    telegram.push(token, *(text(chat, "/help") for chat in chats))
    until_sent(telegram, chats[0], 1)
    for child in system.worker.children():
        child.kill()
    for chat in chats:
        assert len(until_sent(telegram, chat, 1)) <= 2


async def test_the_api_accepts_no_foreign_webhook(system: Installation, token: str) -> None:
    async with httpx.AsyncClient(base_url=system.origin) as client:
        response = await client.post("/telegram/webhook/600002", json=text(1, "x"))
    assert response.status_code == 403
