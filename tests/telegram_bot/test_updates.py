"""The webhook: stored once, answered at once, handled once and in order."""

import asyncio
from typing import Any

import orjson
import pytest

from core.actor import system_actor
from models.jobs import Job
from models.telegram import TelegramUpdate
from services import messages, telegram_bots
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.people import MakeTenant
from tests.telegram_bot.conftest import LiveBot, MakeBot
from tests.telegram_bot.updates import membership, photo, text
from workers.attempts import run_job
from workers.task import TASKS

HANDLE = "telegram.handle"


async def stored(bot: LiveBot) -> list[TelegramUpdate]:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return await TelegramUpdate.all().order_by("update_id")


async def jobs_of(bot: LiveBot, task: str = HANDLE) -> list[Job]:
    async with unit_of_work(system_actor(bot.tenant.id)):
        return await Job.filter(task=task).order_by("id")


async def test_an_update_delivered_five_times_is_handled_once(bot: LiveBot, chat: int) -> None:
    update = text(chat, "Где мой заказ?")
    assert await asyncio.gather(*(bot.post(update) for _ in range(5))) == [200] * 5
    await bot.work()
    await bot.hear(update)
    assert [ticket.title for ticket in await bot.tickets()] == ["Где мой заказ?"]
    assert len(await jobs_of(bot)) == 1


@pytest.mark.parametrize("secret", ["", "wrong", "ключ"])
async def test_a_wrong_secret_stores_nothing(bot: LiveBot, chat: int, secret: str) -> None:
    header = {b"x-telegram-bot-api-secret-token": secret.encode("utf-8")}
    response = await bot.client.post(
        f"/telegram/webhook/{bot.row.id}", content=orjson.dumps(text(chat, "x")), headers=header
    )
    assert (response.status_code, await stored(bot)) == (403, [])


async def test_the_secret_of_another_bot_is_wrong(make_bot: MakeBot, chat: int) -> None:
    bot, other = await make_bot(), await make_bot()
    assert await bot.post(text(chat, "x"), secret=telegram_bots.webhook_secret(other.row.id)) == 403
    assert await stored(bot) == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"update_id": "x"}', b'{"update_id": true, "a": 1}'[:14]]
)
async def test_what_is_no_update_is_refused(bot: LiveBot, body: bytes) -> None:
    header = {"X-Telegram-Bot-Api-Secret-Token": telegram_bots.webhook_secret(bot.row.id)}
    response = await bot.client.post(f"/telegram/webhook/{bot.row.id}", content=body, headers=header)
    assert (response.status_code, await stored(bot)) == (400, [])


async def test_a_huge_body_is_refused(bot: LiveBot, chat: int) -> None:
    assert await bot.post(text(chat, "я" * 1_100_000)) == 413
    assert await stored(bot) == []


async def test_a_bot_that_is_not_connected_is_not_found(bot: LiveBot, chat: int) -> None:
    await telegram_bots.disconnect(system_actor(bot.tenant.id))
    assert await bot.post(text(chat, "x")) == 404


async def test_an_update_of_an_unknown_kind_is_kept_and_nothing_follows(bot: LiveBot) -> None:
    await bot.hear({"update_id": 12, "business_connection": {"id": "x"}}, {"update_id": 13, "message": {"odd": 1}})
    assert [update.handled_at is not None for update in await stored(bot)] == [True, True]
    assert await jobs_of(bot) == []


async def test_a_null_character_does_not_hold_back_a_message(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "При\x00вет"))
    assert [ticket.title for ticket in await bot.tickets()] == ["Привет"]


async def test_updates_of_a_chat_are_handled_in_order_under_two_workers(bot: LiveBot, chat: int) -> None:
    told = [text(chat, f"Слово {number}") for number in range(12)]
    for update in told:
        await bot.post(update)
    jobs = list(reversed(await jobs_of(bot)))
    await asyncio.gather(worker(jobs[::2]), worker(jobs[1::2]))
    await bot.work()
    (ticket,) = await bot.tickets()
    said = [entry.text for entry in await bot.messages(ticket) if entry.author_kind == "customer"]
    assert [ticket.title, *said] == [f"Слово {number}" for number in range(12)]


async def worker(jobs: list[Job]) -> None:
    for job in jobs:
        await run_job(TASKS[job.task], job.id, job.tenant_id)


async def test_a_job_that_runs_twice_does_nothing_more(bot: LiveBot, chat: int) -> None:
    await bot.hear(text(chat, "Раз"))
    (job,) = await jobs_of(bot)
    async with system_unit_of_work(SystemReason.SWEEP) as statements:
        await statements.rows("UPDATE jobs SET state = 'pending' WHERE id = $1", job.id)
    await bot.work()
    assert len(await bot.tickets()) == 1


async def test_an_update_that_cannot_be_handled_holds_back_nothing(
    bot: LiveBot, chat: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.hear(text(chat, "Первое"))
    add = messages.add

    async def poisoned(*args: Any, **fields: Any) -> Any:
        if fields["text"] == "Яд":
            raise RuntimeError("poison")
        return await add(*args, **fields)

    monkeypatch.setattr("services.messages.add", poisoned)
    monkeypatch.setattr("services.telegram_handling._TRIES", 1)
    await bot.hear(text(chat, "Яд"), text(chat, "После"))
    (ticket,) = await bot.tickets()
    assert "После" in [entry.text for entry in await bot.messages(ticket)]


async def test_bots_of_two_tenants_do_not_meet(make_bot: MakeBot, chat: int) -> None:
    ours, theirs = await make_bot(), await make_bot()
    await ours.hear(text(chat, "Наш вопрос"))
    await theirs.hear(text(chat, "Их вопрос"))
    assert [ticket.title for ticket in await ours.tickets()] == ["Наш вопрос"]
    assert [ticket.title for ticket in await theirs.tickets()] == ["Их вопрос"]
    assert {call.bot_id for call in ours.calls(chat)} == {ours.row.id, theirs.row.id}
    assert ours.row.tenant_id != theirs.row.tenant_id


async def test_a_tenants_bot_tells_nothing_of_another_tenants_ticket(make_bot: MakeBot, chat: int) -> None:
    ours, theirs = await make_bot(), await make_bot()
    await ours.hear(text(chat, "/operator"))
    await theirs.hear(text(chat, "/help"))
    (ticket,) = await ours.tickets()
    async with unit_of_work(system_actor(ours.tenant.id)) as uow:
        await messages.add(uow, ticket.id, text="Только для наших")
    await ours.work()
    await theirs.work()
    assert {call.bot_id for call in ours.calls(chat) if call.text == "Только для наших"} == {ours.row.id}


async def test_a_closed_registration_keeps_nobody_out(make_tenant: MakeTenant, bot: LiveBot, chat: int) -> None:
    await bot.hear(membership(chat, "member"), text(chat, "/help"))
    assert len(bot.said(chat)) == 1


async def test_a_word_waits_for_the_photo_before_it(bot: LiveBot, chat: int) -> None:
    first, second = photo(chat, "gone"), text(chat, "После фото")
    await bot.post(first)
    await bot.post(second)
    await worker(list(reversed(await jobs_of(bot))))
    assert await bot.tickets() == []
    await bot.work()
    assert [ticket.title for ticket in await bot.tickets()] == ["После фото"]
    assert bot.said(chat)[0].startswith("Не удалось получить файл")
