"""What is written to an assistant's bot is a dialog, and what is said in it goes to the chat."""

import pytest

from core.actor import Actor, Role, system_actor
from models.conversations import AuthorKind, Conversation, Message
from models.dialogs import Dialog, DialogPlatform, DialogStatus, HandoffStatus
from models.handoffs import Handoff
from models.telegram import TelegramBot, TelegramChat
from models.tenants import TelegramMode, Tenant
from models.users import User
from services import assistants, dialog_messages, dialogs, telegram_bots, telegram_updates
from services.assistants import AssistantChanges
from services.ingestion import NewChunk
from services.knowledge import add_chunks
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.telegram import TelegramDouble, flood
from tests.fixtures.people import MakeUser, actor_of
from tests.telegram_bot.conftest import LiveBot
from tests.telegram_bot.updates import membership, message, photo, press, text

QUESTION = "Как сбросить пароль?"
PASSAGE = "Как сбросить пароль: откройте страницу входа и нажмите «Забыли пароль»."
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


async def know(bot: LiveBot) -> None:
    await add_chunks(system_actor(bot.tenant.id), source="faq.md", chunks=[NewChunk(PASSAGE)])


async def all_dialogs(bot: LiveBot) -> list[Dialog]:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return await Dialog.all().order_by("id")


async def said_in(bot: LiveBot, dialog: Dialog) -> list[tuple[AuthorKind, str]]:
    async with unit_of_work(system_actor(bot.tenant.id)):
        found = await Message.filter(conversation_id=dialog.id).order_by("id")
    return [(each.author_kind, each.text) for each in found]


async def operator_of(bot: LiveBot, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(bot.tenant, Role.AGENT, full_name="Мария"))


async def test_start_greets_in_the_name_of_the_assistant(assistant_bot: LiveBot, chat: int) -> None:
    await assistant_bot.hear(text(chat, "/start", sender={"language_code": "en"}))
    greeting, question = assistant_bot.calls(chat)
    assert greeting.text.startswith("Hello, Айгуль! This is “Техподдержка”.")
    assert "/new" not in greeting.text
    assert [data for _, data in question.buttons] == ["lang:ru", "lang:kk", "lang:en"]
    assert await all_dialogs(assistant_bot) == []


async def test_words_are_the_customers_part_of_a_dialog(assistant_bot: LiveBot, chat: int) -> None:
    await assistant_bot.hear(text(chat, QUESTION, sender={"last_name": "С.", "username": "aigul"}))
    (dialog,) = await all_dialogs(assistant_bot)
    async with unit_of_work(system_actor(assistant_bot.tenant.id)):
        row = await TelegramChat.get(chat_id=chat)
        user = await User.get(telegram_id=chat)
        conversation = await Conversation.get(id=dialog.id)
    assert (dialog.platform, dialog.assistant_id) == (DialogPlatform.TELEGRAM, assistant_bot.row.assistant_id)
    assert (dialog.telegram_chat_id, row.dialog_id, conversation.customer_id) == (row.id, dialog.id, user.id)
    assert (dialog.first_name, dialog.last_name, user.telegram_username) == ("Айгуль", "С.", "aigul")
    assert (await said_in(assistant_bot, dialog))[0] == (AuthorKind.CUSTOMER, QUESTION)
    assert await assistant_bot.tickets() == []


async def test_an_answer_comes_with_its_source_and_buttons(assistant_bot: LiveBot, chat: int) -> None:
    await know(assistant_bot)
    await assistant_bot.hear(text(chat, QUESTION))
    (answer,) = assistant_bot.calls(chat)
    assert "Забыли пароль" in answer.text
    assert "faq.md" in answer.text
    assert [label for label, _ in answer.buttons] == ["👍 Помогло", "🙋 Позвать оператора"]


async def test_an_answer_is_sent_once_however_often_its_job_runs(assistant_bot: LiveBot, chat: int) -> None:
    await know(assistant_bot)
    await assistant_bot.hear(text(chat, QUESTION))
    async with system_unit_of_work(SystemReason.SWEEP) as statements:
        again = "UPDATE jobs SET state = 'pending' WHERE tenant_id = $1 AND task LIKE 'telegram.%' RETURNING id"
        assert len(await statements.rows(again, assistant_bot.tenant.id)) >= 2
    await assistant_bot.work()
    assert len(assistant_bot.calls(chat)) == 1


async def test_words_in_a_row_stay_in_one_dialog_and_in_order(
    assistant_bot: LiveBot, chat: int, make_user: MakeUser
) -> None:
    await assistant_bot.hear(text(chat, "/operator"))
    (dialog,) = await all_dialogs(assistant_bot)
    operator = await operator_of(assistant_bot, make_user)
    for words in ("Один", "Два", "Три"):
        async with unit_of_work(operator) as uow:
            await dialog_messages.say(uow, dialog.id, text=words)
    assistant_bot.double.refusals.append(flood(1, method="sendMessage"))
    await assistant_bot.work()
    assert assistant_bot.said(chat)[-3:] == ["Один", "Два", "Три"]
    await assistant_bot.hear(text(chat, "Четыре"), text(chat, "Пять"))
    assert [words for kind, words in await said_in(assistant_bot, dialog) if kind is AuthorKind.CUSTOMER] == [
        "Четыре", "Пять"
    ]  # fmt: skip
    assert len(await all_dialogs(assistant_bot)) == 1


async def test_an_internal_note_does_not_arrive(assistant_bot: LiveBot, chat: int, make_user: MakeUser) -> None:
    await assistant_bot.hear(text(chat, "/operator"))
    (dialog,) = await all_dialogs(assistant_bot)
    before = assistant_bot.said(chat)
    async with unit_of_work(await operator_of(assistant_bot, make_user)) as uow:
        await dialog_messages.say(uow, dialog.id, text="Пароль от сейфа 1234", internal=True)
    await assistant_bot.work()
    assert assistant_bot.said(chat) == before


@pytest.mark.parametrize("words", ["/operator", "Позовите оператора, пожалуйста"])
async def test_a_wish_for_a_person_is_a_handoff_that_the_customer_hears_of(
    assistant_bot: LiveBot, chat: int, words: str
) -> None:
    await assistant_bot.hear(text(chat, words))
    (dialog,) = await all_dialogs(assistant_bot)
    assert dialog.handoff_status is HandoffStatus.REQUESTED
    (told,) = [said for kind, said in await said_in(assistant_bot, dialog) if kind is AuthorKind.SYSTEM]
    assert assistant_bot.said(chat) == [told]


async def test_a_called_operator_is_not_called_twice(assistant_bot: LiveBot, chat: int) -> None:
    await assistant_bot.hear(text(chat, "/operator"), text(chat, "/operator"))
    async with unit_of_work(system_actor(assistant_bot.tenant.id)):
        assert await Handoff.all().count() == 1
    assert assistant_bot.said(chat)[-1].startswith("Сотрудник уже позван")


async def test_the_operator_button_calls_a_person_and_helped_thanks(assistant_bot: LiveBot, chat: int) -> None:
    await know(assistant_bot)
    await assistant_bot.hear(text(chat, QUESTION))
    helped, operator = (data for _, data in assistant_bot.calls(chat)[0].buttons)
    await assistant_bot.hear(press(chat, helped))
    (dialog,) = await all_dialogs(assistant_bot)
    assert (dialog.status, dialog.handoff_status) == (DialogStatus.ACTIVE, HandoffStatus.NONE)
    await assistant_bot.hear(press(chat, operator))
    (dialog,) = await all_dialogs(assistant_bot)
    assert dialog.handoff_status is HandoffStatus.REQUESTED
    toasts = [call.text for call in assistant_bot.double.of_method("answerCallbackQuery")]
    assert toasts == ["Спасибо!", "Зову сотрудника"]


@pytest.mark.parametrize("what", ["helped", "operator"])
async def test_a_button_of_another_customers_dialog_does_nothing(assistant_bot: LiveBot, chat: int, what: str) -> None:
    await know(assistant_bot)
    await assistant_bot.hear(text(chat, QUESTION))
    number = assistant_bot.calls(chat)[0].buttons[0][1].partition(":")[2]
    await assistant_bot.hear(press(chat + 5_000_000, f"{what}:{number}"))
    assert [each.handoff_status for each in await all_dialogs(assistant_bot)] == [HandoffStatus.NONE]
    assert assistant_bot.double.of_method("answerCallbackQuery")[-1].text == "Этого обращения больше нет"


async def test_words_reopen_an_archived_dialog(assistant_bot: LiveBot, chat: int) -> None:
    await know(assistant_bot)
    await assistant_bot.hear(text(chat, QUESTION))
    (dialog,) = await all_dialogs(assistant_bot)
    async with unit_of_work(system_actor(assistant_bot.tenant.id)) as uow:
        await dialogs.archive(uow, dialog.id)
    await assistant_bot.hear(text(chat, QUESTION))
    (again,) = await all_dialogs(assistant_bot)
    assert (again.id, again.status) == (dialog.id, DialogStatus.ACTIVE)


async def test_a_file_is_attached(assistant_bot: LiveBot, chat: int) -> None:
    assistant_bot.double.files["pic"] = PNG
    await assistant_bot.hear(photo(chat, "pic"))
    (dialog,) = await all_dialogs(assistant_bot)
    async with unit_of_work(system_actor(assistant_bot.tenant.id)) as uow:
        (message_row,) = await Message.filter(conversation_id=dialog.id, author_kind=AuthorKind.CUSTOMER)
        (view,) = (await dialog_messages.views(uow, [message_row.id])).values()
    assert [each.file_name for each in view.attachments] == ["photo.jpg.png"]
    assert assistant_bot.said(chat) == [
        "Файл получен. Напишите, пожалуйста, в чём вопрос, или позовите сотрудника: /operator"
    ]


async def test_what_the_bot_does_not_understand_gets_a_friendly_word(assistant_bot: LiveBot, chat: int) -> None:
    await assistant_bot.hear(message(chat, sticker={"file_id": "x"}))
    assert assistant_bot.said(chat)[0].startswith("Такие сообщения я пока не понимаю")
    assert await all_dialogs(assistant_bot) == []


async def test_who_blocks_the_bot_is_sent_nothing(assistant_bot: LiveBot, chat: int, make_user: MakeUser) -> None:
    await assistant_bot.hear(text(chat, "/operator"), membership(chat, "kicked"))
    (dialog,) = await all_dialogs(assistant_bot)
    before = assistant_bot.said(chat)
    async with unit_of_work(await operator_of(assistant_bot, make_user)) as uow:
        await dialog_messages.say(uow, dialog.id, text="Здравствуйте")
    await assistant_bot.work()
    assert assistant_bot.said(chat) == before


async def test_a_private_chat_learns_its_number(assistant_bot: LiveBot, chat: int) -> None:
    await assistant_bot.hear(text(chat, "/id"))
    assert str(chat) in assistant_bot.said(chat)[-1]


async def test_a_bot_of_an_inactive_assistant_says_nothing_and_goes_on_where_it_fell_silent(
    assistant_bot: LiveBot, chat: int
) -> None:
    actor = system_actor(assistant_bot.tenant.id)
    await assistant_bot.hear(text(chat, "/id"))
    said = assistant_bot.said(chat)
    await assistants.update(actor, assistant_bot.row.assistant_id or 0, AssistantChanges(is_active=False))
    # This process knew the bot before: what comes all the same is taken and waits.
    await assistant_bot.hear(text(chat, QUESTION))
    assert (await all_dialogs(assistant_bot), assistant_bot.said(chat)) == ([], said)
    assert assistant_bot.row.id not in {bot.id for bot in await telegram_bots.active()}
    await assistants.update(actor, assistant_bot.row.assistant_id or 0, AssistantChanges(is_active=True))
    await assistant_bot.work()
    (dialog,) = await all_dialogs(assistant_bot)
    assert (await said_in(assistant_bot, dialog))[0] == (AuthorKind.CUSTOMER, QUESTION)


async def test_what_polling_brings_after_the_bot_fell_silent_stays_with_telegram(
    assistant_bot: LiveBot, chat: int
) -> None:
    actor, update = system_actor(assistant_bot.tenant.id), text(chat, QUESTION)
    await assistants.update(actor, assistant_bot.row.assistant_id or 0, AssistantChanges(is_active=False))
    following = update["update_id"] + 1
    assert not await telegram_updates.store_batch(actor.tenant_id, assistant_bot.row.id, [update], following)
    async with unit_of_work(actor):
        assert (await TelegramBot.get(id=assistant_bot.row.id)).next_update < following


async def test_an_assistants_bot_asks_for_no_leads(assistant_bot: LiveBot, chat: int) -> None:
    async with system_unit_of_work(SystemReason.TENANTS):
        await Tenant.filter(id=assistant_bot.tenant.id).update(telegram_mode=TelegramMode.LEADS)
    await assistant_bot.hear(text(chat, QUESTION))
    assert len(await all_dialogs(assistant_bot)) == 1


async def test_the_tenants_own_bot_goes_on_with_tickets_beside_it(
    assistant_bot: LiveBot, chat: int, telegram: TelegramDouble, make_user: MakeUser
) -> None:
    own = await telegram_bots.connect(
        actor_of(await make_user(assistant_bot.tenant, Role.ADMIN)), telegram.add_bot(799_901)
    )
    await assistant_bot.hear(text(chat, "/operator"))
    update = text(chat, "/operator")
    await telegram_updates.store_batch(assistant_bot.tenant.id, own.id, [update], update["update_id"] + 1)
    await assistant_bot.work()
    assert (len(await all_dialogs(assistant_bot)), len(await assistant_bot.tickets())) == (1, 1)
    by_bot = [call.bot_id for call in assistant_bot.calls(chat)]
    assert by_bot == [assistant_bot.row.id, own.id]
    async with unit_of_work(system_actor(assistant_bot.tenant.id)):
        assert await TelegramBot.all().count() == 2


async def test_a_deleted_assistants_bot_is_let_go(assistant_bot: LiveBot, chat: int, override: object) -> None:
    await assistant_bot.hear(text(chat, "/operator"))
    told = assistant_bot.double.bots[assistant_bot.token]
    told.webhook = "https://help.example.com/telegram/webhook/1"
    async with unit_of_work(system_actor(assistant_bot.tenant.id)) as uow:
        await assistants.delete(uow, assistant_bot.row.assistant_id or 0)
    await assistant_bot.work()
    assert (told.webhook, await all_dialogs(assistant_bot)) == ("", [])
    assert await assistant_bot.post(text(chat, QUESTION)) == 404
    async with unit_of_work(system_actor(assistant_bot.tenant.id)):
        assert await TelegramBot.all().count() == await Conversation.all().count() == 0
