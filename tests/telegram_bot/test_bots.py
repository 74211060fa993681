"""Bots are connected, found, kept and let go."""

import subprocess
import sys

import pytest

from core.actor import Actor, Role, system_actor
from core.errors import Conflict, Forbidden, NotFound, Unavailable
from integrations.telegram.port import BotAlreadyExists, InvalidTelegramToken
from models.telegram import TelegramBot, TelegramChat
from models.tenants import DEFAULT_TENANT_ID, Tenant
from models.users import User
from services import telegram_bots, telegram_notices
from services.sealing import unseal
from services.unit_of_work import unit_of_work
from tests.doubles.telegram import Refusal, TelegramDouble
from tests.fixtures.application import AsUser
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.fixtures.work import DrainJobs
from tests.telegram_bot.conftest import LiveBot, MakeBot
from tests.telegram_bot.updates import text

_STATUS = "{ telegramBot { id username isActive receivesBy lastError } noticeChat { chatId } }"
_CONNECT = "mutation($token: String!) { connectTelegramBot(token: $token) { username receivesBy } }"


@pytest.fixture
async def admin(tenant: Tenant, make_user: MakeUser) -> User:
    return await make_user(tenant, Role.ADMIN)


async def bot_of(tenant_id: int) -> TelegramBot | None:
    async with unit_of_work(system_actor(tenant_id)) as uow:
        return await telegram_bots.status(uow)


async def test_a_token_is_asked_about_and_kept_sealed(admin: User, telegram: TelegramDouble) -> None:
    token = telegram.add_bot(801_001, "shop_bot")
    await telegram_bots.connect(actor_of(admin), f" {token}\n")
    bot = await bot_of(admin.tenant_id)
    assert bot is not None
    assert (bot.id, bot.username, unseal(bot.sealed_token)) == (801_001, "shop_bot", token)
    assert "secret" not in bot.sealed_token


@pytest.mark.parametrize("token", ["", "none", "12:x y", "x:AA", "801002:AA-unknown-to-telegram"])
async def test_a_wrong_token_is_refused(admin: User, telegram: TelegramDouble, token: str) -> None:
    with pytest.raises(InvalidTelegramToken) as refused:
        await telegram_bots.connect(actor_of(admin), token)
    assert (refused.value.code, refused.value.status) == ("INVALID_TELEGRAM_TOKEN", 400)
    assert await bot_of(admin.tenant_id) is None


async def test_a_bot_of_another_tenant_is_refused(bot: LiveBot, admin: User) -> None:
    with pytest.raises(BotAlreadyExists) as refused:
        await telegram_bots.connect(actor_of(admin), bot.token)
    assert (refused.value.code, refused.value.status) == ("BOT_ALREADY_EXISTS", 409)
    assert await bot_of(admin.tenant_id) is None


async def test_a_bot_of_an_assistant_is_not_the_tenants_own(assistant_bot: LiveBot) -> None:
    actor = system_actor(assistant_bot.tenant.id)
    with pytest.raises(BotAlreadyExists):
        await telegram_bots.connect(actor, assistant_bot.token)
    with pytest.raises(NotFound):
        await telegram_bots.disconnect(actor)
    async with unit_of_work(actor):
        assert [row.assistant_id for row in await TelegramBot.all()] == [assistant_bot.row.assistant_id]


async def test_a_bot_that_was_connected_again_stays_connected(bot: LiveBot, make_user: MakeUser) -> None:
    actor = actor_of(await make_user(bot.tenant, Role.ADMIN))
    await telegram_bots.connect(actor, bot.double.add_bot(801_009))
    await telegram_bots.connect(actor, bot.token)
    bot.double.bots[bot.token].webhook = "https://help.example.com/telegram/webhook/1"
    await bot.work()
    assert {call.bot_id for call in bot.double.of_method("deleteWebhook")} == {bot.row.id, 801_009}
    present = await bot_of(bot.tenant.id)
    assert present is not None
    assert (present.id, present.last_error) == (bot.row.id, None)


async def test_telegram_that_is_down_connects_nothing(admin: User, telegram: TelegramDouble) -> None:
    token = telegram.add_bot(801_003)
    telegram.refusals += [Refusal(502, "Bad Gateway")] * 2
    with pytest.raises(Unavailable) as refused:
        await telegram_bots.connect(actor_of(admin), token)
    assert token not in refused.value.message
    assert await bot_of(admin.tenant_id) is None


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR])
async def test_only_admins_connect(tenant: Tenant, telegram: TelegramDouble, role: Role) -> None:
    actor = Actor(tenant.id, role, user_id=1)
    with pytest.raises(Forbidden):
        await telegram_bots.connect(actor, telegram.add_bot(801_004))
    with pytest.raises(Forbidden):
        await telegram_bots.disconnect(actor)
    assert (telegram.calls, await bot_of(tenant.id)) == ([], None)


async def test_another_bot_takes_the_place(bot: LiveBot, make_user: MakeUser, telegram: TelegramDouble) -> None:
    actor = actor_of(await make_user(bot.tenant, Role.ADMIN))
    await telegram_bots.connect(actor, telegram.add_bot(801_005))
    async with unit_of_work(system_actor(bot.tenant.id)):
        assert [row.id for row in await TelegramBot.all()] == [801_005]


async def test_a_bot_that_was_let_go_may_serve_another_tenant(bot: LiveBot, admin: User, chat: int) -> None:
    await bot.hear(text(chat, "Вопрос"))
    await telegram_bots.disconnect(system_actor(bot.tenant.id))
    assert bot.double.of_method("deleteWebhook") != []
    await telegram_bots.connect(actor_of(admin), bot.token)
    async with unit_of_work(system_actor(bot.tenant.id)):
        assert (await TelegramChat.all().count(), await bot_of_ours(bot)) == (0, None)
    assert len(await bot.tickets()) == 1


async def bot_of_ours(bot: LiveBot) -> TelegramBot | None:
    return await TelegramBot.filter(tenant_id=bot.tenant.id).first()


async def test_nothing_to_let_go_is_not_found(admin: User, telegram: TelegramDouble) -> None:
    with pytest.raises(NotFound):
        await telegram_bots.disconnect(actor_of(admin))


async def test_with_a_public_address_telegram_learns_it(make_bot: MakeBot, override: object, settings: object) -> None:
    with override(OPORA_PUBLIC_URL="https://help.example.com/"):  # type: ignore[operator]
        bot = await make_bot()
        await bot.work()
    told = bot.double.bots[bot.token]
    assert told.webhook == f"https://help.example.com/telegram/webhook/{bot.row.id}"
    assert telegram_bots.is_webhook_secret(bot.row.id, told.secret)
    (call,) = bot.double.of_method("setWebhook")
    assert "callback_query" in call.fields["allowed_updates"]


async def test_without_one_updates_are_polled_for(bot: LiveBot) -> None:
    await bot.work()
    assert bot.double.of_method("setWebhook") == []
    assert bot.double.of_method("deleteWebhook") != []


async def test_why_a_bot_does_not_work_is_shown(bot: LiveBot) -> None:
    del bot.double.bots[bot.token]
    await bot.work()
    present = await bot_of(bot.tenant.id)
    assert present is not None
    assert present.last_error == "Telegram does not accept this bot token"


async def test_graphql_connects_shows_and_lets_go(admin: User, telegram: TelegramDouble, as_user: AsUser) -> None:
    client = await as_user(admin)

    async def ask(query: str, **variables: object) -> dict[str, object]:
        response = await client.post("/graphql", json={"query": query, "variables": variables})
        found: dict[str, object] = response.json()
        return found

    token = telegram.add_bot(801_006, "shop_bot")
    connected = await ask(_CONNECT, token=token)
    assert connected == {"data": {"connectTelegramBot": {"username": "shop_bot", "receivesBy": "POLLING"}}}
    await ask("mutation { setNoticeChat(chatId: -1001234567890) { chatId } }")
    shown = {"id": "801006", "username": "shop_bot", "isActive": True, "receivesBy": "POLLING", "lastError": None}
    assert await ask(_STATUS) == {"data": {"telegramBot": shown, "noticeChat": {"chatId": -1001234567890}}}
    await ask("mutation { disconnectTelegramBot { ok } }")
    assert await ask(_STATUS) == {"data": {"telegramBot": None, "noticeChat": {"chatId": -1001234567890}}}


async def test_the_settings_name_the_default_tenants_bot(
    telegram: TelegramDouble, override: object, drain_jobs: DrainJobs
) -> None:
    token = telegram.add_bot(801_007, "default_bot")
    with override(OPORA_TELEGRAM_BOT_TOKEN=token):  # type: ignore[operator]
        await telegram_bots.ensure_default()
        await telegram_bots.ensure_default()
        await drain_jobs(Tenant(id=DEFAULT_TENANT_ID))
        with pytest.raises(Conflict):
            await telegram_bots.disconnect(system_actor(DEFAULT_TENANT_ID))
    bot = await bot_of(DEFAULT_TENANT_ID)
    assert bot is not None
    assert (bot.id, bot.username) == (801_007, "default_bot")
    await telegram_bots.disconnect(system_actor(DEFAULT_TENANT_ID))


@pytest.mark.parametrize("token", ["nonsense", "801008:", "80100899999999999999999:x"])
async def test_a_malformed_token_in_the_settings_stops_nothing(override: object, token: str) -> None:
    with override(OPORA_TELEGRAM_BOT_TOKEN=token):  # type: ignore[operator]
        await telegram_bots.ensure_default()
    assert await bot_of(DEFAULT_TENANT_ID) is None


async def test_another_tenants_bot_in_the_settings_stops_nothing(bot: LiveBot, override: object) -> None:
    with override(OPORA_TELEGRAM_BOT_TOKEN=bot.token):  # type: ignore[operator]
        await telegram_bots.ensure_default()
    assert await bot_of(DEFAULT_TENANT_ID) is None


async def test_a_notice_goes_by_the_tenants_bot(bot: LiveBot, chat: int) -> None:
    async with unit_of_work(system_actor(bot.tenant.id)) as uow:
        telegram_notices.request(uow, chat, "Новая заявка")
    await bot.work()
    assert [(call.bot_id, call.text) for call in bot.calls(chat)] == [(bot.row.id, "Новая заявка")]


async def test_a_notice_without_a_bot_ends_quietly(
    make_tenant: MakeTenant, telegram: TelegramDouble, drain_jobs: DrainJobs
) -> None:
    tenant = await make_tenant()
    async with unit_of_work(system_actor(tenant.id)) as uow:
        telegram_notices.request(uow, 5, "Новая заявка")
    await drain_jobs(tenant)
    assert telegram.calls == []


def test_processes_that_do_not_talk_to_telegram_do_not_import_its_client() -> None:
    program = "import sys, app.api, app.scheduler, app.worker; sys.exit('aiogram' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=False)  # noqa: S603  # our own words
    assert done.returncode == 0
