"""The client of the Bot API: its calls, and its failures in the product's words."""

import asyncio
import socket

import pytest

from core.errors import DomainError, TooLarge, Unavailable
from core.network import NetworkInTransaction, forbidden
from integrations.telegram.factory import LazyTelegram
from integrations.telegram.port import (
    BotClient,
    Button,
    ChatGone,
    FileGone,
    InvalidTelegramToken,
    OutgoingFile,
    TelegramFlood,
    TelegramRefused,
    UpdatesTakenElsewhere,
)
from tests.doubles.telegram import Refusal, TelegramDouble, flood
from tests.files.samples import ogg

TOKEN_NUMBER = 900_001


@pytest.fixture
async def client(telegram: TelegramDouble, telegram_client: LazyTelegram) -> BotClient:
    return await telegram_client.bot(telegram.add_bot(TOKEN_NUMBER, "me_bot"))


async def test_who_it_is(client: BotClient) -> None:
    me = await client.get_me()
    assert (me.id, me.username) == (TOKEN_NUMBER, "me_bot")


async def test_a_text_with_buttons(client: BotClient, telegram: TelegramDouble) -> None:
    number = await client.send_text(5, "<b>Да?</b>", [[Button("Да", "yes")], [Button("Нет", "no")]])
    (call,) = telegram.sent(5)
    assert (call.text, call.buttons, number >= 1000) == ("<b>Да?</b>", [("Да", "yes"), ("Нет", "no")], True)


async def test_voice_goes_as_voice(client: BotClient, telegram: TelegramDouble) -> None:
    await client.send_file(5, OutgoingFile("v.ogg", "audio/ogg", ogg()))
    assert [(call.method, call.file) for call in telegram.sent(5)] == [("sendVoice", ("v.ogg", ogg()))]


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (flood(7), TelegramFlood),
        (Refusal(401, "Unauthorized"), InvalidTelegramToken),
        (Refusal(404, "Not Found"), InvalidTelegramToken),
        (Refusal(403, "Forbidden: bot was blocked by the user"), ChatGone),
        (Refusal(403, "Forbidden: user is deactivated"), ChatGone),
        (Refusal(400, "Bad Request: chat not found"), ChatGone),
        (Refusal(400, "Bad Request: message text is empty"), TelegramRefused),
        (Refusal(409, "Conflict: terminated by other getUpdates request"), UpdatesTakenElsewhere),
        (Refusal(413, "Request Entity Too Large"), TooLarge),
        (Refusal(500, "Internal Server Error"), Unavailable),
        (Refusal(502, "Bad Gateway"), Unavailable),
    ],
    ids=lambda value: value.description if isinstance(value, Refusal) else value.__name__,
)
async def test_refusals_in_our_words(
    client: BotClient, telegram: TelegramDouble, refusal: Refusal, error: type[DomainError]
) -> None:
    telegram.refusals.append(refusal)
    with pytest.raises(error) as raised:
        await client.send_text(5, "Здравствуйте")
    assert f"secret-of-{TOKEN_NUMBER}" not in f"{raised.value!r}"
    assert telegram.sent(5) == []


async def test_the_pause_that_telegram_asks_for_is_kept(client: BotClient, telegram: TelegramDouble) -> None:
    telegram.refusals.append(flood(7))
    with pytest.raises(TelegramFlood) as raised:
        await client.send_text(5, "Здравствуйте")
    assert raised.value.retry_after == 7


async def test_a_server_that_is_not_there() -> None:
    opened = LazyTelegram("http://127.0.0.1:9")
    bot = await opened.bot("1:secret-of-nobody")
    with pytest.raises(Unavailable) as raised:
        await bot.send_text(5, "Здравствуйте")
    assert "secret-of-nobody" not in raised.value.message
    assert raised.value.__context__ is None
    await opened.close()


async def test_nobody_waits_for_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.telegram.bot_api._QUESTION_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        opened = LazyTelegram(f"http://127.0.0.1:{silent.getsockname()[1]}")
        bot = await opened.bot("1:secret-of-nobody")
        async with asyncio.timeout(14):
            with pytest.raises(Unavailable) as raised:
                await bot.get_me()
        await opened.close()
    assert "does not answer" in raised.value.message
    assert raised.value.__context__ is None


async def test_a_question_is_asked_again_and_a_word_is_not(client: BotClient, telegram: TelegramDouble) -> None:
    telegram.refusals.append(Refusal(502, "Bad Gateway"))
    assert (await client.get_me()).id == TOKEN_NUMBER
    telegram.refusals.append(Refusal(502, "Bad Gateway"))
    with pytest.raises(Unavailable):
        await client.send_text(5, "Здравствуйте")


async def test_one_strange_update_holds_back_no_other(client: BotClient, telegram: TelegramDouble) -> None:
    strange = {"update_id": 1, "message": {"message_id": "x"}}
    telegram.push(f"{TOKEN_NUMBER}:AA-secret-of-{TOKEN_NUMBER}", strange, {"update_id": 2, "poll": {}})
    assert [update["update_id"] for update in await client.get_updates(offset=0, wait_s=1)] == [1, 2]


async def test_files(client: BotClient, telegram: TelegramDouble) -> None:
    telegram.files["f"] = b"content"
    assert await client.download("f") == b"content"
    with pytest.raises(FileGone):
        await client.download("unknown")
    telegram.refusals.append(Refusal(400, "Bad Request: file is too big"))
    with pytest.raises(TooLarge):
        await client.download("f")


async def test_no_call_inside_a_transaction(client: BotClient, telegram: TelegramDouble) -> None:
    with forbidden(), pytest.raises(NetworkInTransaction):
        await client.get_me()
    assert telegram.calls == []
