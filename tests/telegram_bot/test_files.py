"""Photos, documents and voice, both ways."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from config.settings import load_settings
from core.actor import Role, system_actor
from integrations.speech.factory import make_speech_to_text
from models.conversations import Attachment, Message
from services import files, messages
from services.providers import providers, use_providers
from services.unit_of_work import unit_of_work
from tests.doubles.openai import OpenAIDouble, running_openai
from tests.doubles.telegram import Refusal, TelegramDouble
from tests.files.samples import ogg, png
from tests.fixtures.people import MakeUser, actor_of
from tests.telegram_bot.conftest import LiveBot
from tests.telegram_bot.updates import message, photo, text, voice


async def attachments(bot: LiveBot) -> list[Attachment]:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return await Attachment.all().order_by("id")


async def said_by_customer(bot: LiveBot) -> list[Message]:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return await Message.filter(author_kind="customer", tenant_id=bot.tenant.id).order_by("id")


@pytest.fixture
async def speech(telegram: TelegramDouble) -> AsyncIterator[OpenAIDouble]:
    """Voice is set up: what the double says was said."""
    with running_openai() as double:
        settings = load_settings(
            OPORA_STT_BASE_URL=f"{double.base_url}", OPORA_STT_API_KEY=double.api_key, _env_file=None
        )
        present = providers()
        client = make_speech_to_text(settings)
        assert client is not None
        use_providers(replace(present, speech=client))
        yield double
        use_providers(present)
        await client.close()


async def test_a_photo_with_words_becomes_a_message_with_a_file(bot: LiveBot, chat: int) -> None:
    bot.double.files["p1"] = png()
    await bot.hear(photo(chat, "p1", "Что это за ошибка?"))
    (ticket,) = await bot.tickets()
    (entry,) = await said_by_customer(bot)
    (file,) = await attachments(bot)
    assert (ticket.title, entry.text) == ("Что это за ошибка?", "Что это за ошибка?")
    assert (file.message_id, file.mime_type, file.size_bytes) == (entry.id, "image/png", len(png()))


async def test_a_photo_without_words_is_taken_and_asked_about(bot: LiveBot, chat: int) -> None:
    bot.double.files["p1"] = png()
    await bot.hear(photo(chat, "p1"))
    assert [entry.text for entry in await said_by_customer(bot)] == [""]
    assert bot.said(chat)[0].startswith("Файл получен")


async def test_an_album_keeps_its_order_and_each_file_is_fetched_once(bot: LiveBot, chat: int) -> None:
    for number in range(4):
        bot.double.files[f"a{number}"] = png()
        assert await bot.post(photo(chat, f"a{number}", f"Фото {number}")) == 200
    await bot.work()
    assert [entry.text for entry in await said_by_customer(bot)] == [f"Фото {number}" for number in range(4)]
    assert len(bot.double.of_method("getFile")) == 4
    assert len(await attachments(bot)) == 4


async def test_voice_is_heard_and_answered_as_words(bot: LiveBot, chat: int, speech: OpenAIDouble) -> None:
    speech.transcript = "как сбросить пароль"
    bot.double.files["v1"] = ogg()
    await bot.hear(voice(chat, "v1"))
    (entry,) = await said_by_customer(bot)
    assert entry.text == "как сбросить пароль"
    assert [file.mime_type for file in await attachments(bot)] == ["audio/ogg"]
    assert bot.calls(chat) != []


async def test_voice_without_recognition_waits_for_a_person(bot: LiveBot, chat: int) -> None:
    bot.double.files["v1"] = ogg()
    await bot.hear(voice(chat, "v1"))
    assert [entry.text for entry in await said_by_customer(bot)] == [""]
    assert [ticket.title for ticket in await bot.tickets()] == ["Голосовое сообщение"]
    assert bot.said(chat)[0].startswith("Голосовое сообщение получено")


async def test_a_file_beyond_the_limit_is_not_fetched(bot: LiveBot, chat: int) -> None:
    await bot.hear(photo(chat, "huge", size=21 * 1024 * 1024))
    assert bot.said(chat)[0].startswith("Файл слишком большой")
    assert bot.double.of_method("getFile") == []


async def test_a_file_larger_than_it_said_is_cut_off(bot: LiveBot, chat: int) -> None:
    bot.double.files["liar"] = b"\0" * (20 * 1024 * 1024 + 1)
    await bot.hear(photo(chat, "liar"))
    assert bot.said(chat)[0].startswith("Файл слишком большой")


async def test_a_program_is_refused_with_a_word(bot: LiveBot, chat: int) -> None:
    bot.double.files["exe"] = b"MZ\x90\0" + b"\0" * 200
    await bot.hear(message(chat, document={"file_id": "exe", "file_name": "setup.exe"}))
    assert bot.said(chat)[0].startswith("Такой файл принять не получилось")
    assert await attachments(bot) == []


async def test_a_download_that_fails_is_tried_again(bot: LiveBot, chat: int) -> None:
    bot.double.files["p1"] = png()
    bot.double.refusals += [Refusal(502, "Bad Gateway", method="getFile")] * 2
    await bot.hear(photo(chat, "p1", "С третьего раза"))
    await bot.work()
    assert [entry.text for entry in await said_by_customer(bot)] == ["С третьего раза"]


async def test_files_of_operators_arrive(bot: LiveBot, chat: int, make_user: MakeUser) -> None:
    await bot.hear(text(chat, "/operator"))
    (ticket,) = await bot.tickets()
    operator = actor_of(await make_user(bot.tenant, Role.AGENT))
    picture = await files.upload(operator, file_name='схе"ма.png', data=png())
    paper = await files.upload(operator, file_name="договор.txt", data="Договор № 1".encode())
    async with unit_of_work(operator) as uow:
        await messages.add(uow, ticket.id, text="Смотрите", attachments=[picture.public_id, paper.public_id])
    await bot.work()
    told, shown, document = bot.calls(chat)[1:]
    assert (told.text, shown.method, document.method) == ("Смотрите", "sendPhoto", "sendDocument")
    assert shown.file is not None
    assert shown.file[1] == png()
    assert document.file == ("договор.txt", "Договор № 1".encode())


async def test_a_picture_that_is_no_photo_goes_as_a_document(bot: LiveBot, chat: int, make_user: MakeUser) -> None:
    await bot.hear(text(chat, "/operator"))
    (ticket,) = await bot.tickets()
    operator = actor_of(await make_user(bot.tenant, Role.AGENT))
    picture = await files.upload(operator, file_name="long.png", data=png())
    bot.double.refusals.append(Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS", method="sendPhoto"))
    async with unit_of_work(operator) as uow:
        await messages.add(uow, ticket.id, text="", attachments=[picture.public_id])
    await bot.work()
    assert [call.method for call in bot.calls(chat)[1:]] == ["sendDocument"]
