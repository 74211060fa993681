"""What happens while the model thinks, and while there is no money: nobody is answered twice, late or never."""

from typing import Any

import pytest

from models.conversations import AuthorKind
from models.dialogs import Dialog
from models.tenants import Tenant
from services import dialog_answering, handoffs
from services.drafting import Draft, compose
from services.generation import Tell
from services.unit_of_work import unit_of_work
from tests.dialogs.conftest import Shop, add_money, kinds, opened, say, thread
from tests.fixtures.work import DrainJobs

CUSTOMER, ASSISTANT, SYSTEM = AuthorKind.CUSTOMER, AuthorKind.ASSISTANT, AuthorKind.SYSTEM


async def call_person(shop: Shop, dialog: Dialog) -> None:
    async with unit_of_work(shop.admin) as uow:
        locked = await Dialog.filter(id=dialog.id).select_for_update().get()
        await handoffs.request(uow, locked, reason="manual", request_id="meanwhile")


async def empty_purse(shop: Shop) -> None:
    async with unit_of_work(shop.admin) as uow:
        await uow.rows("UPDATE accounts SET balance = 0 WHERE tenant_id = $1", uow.tenant_id)


async def test_no_word_is_told_once_a_person_is_called(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, told = await opened(shop), []
    await say(shop.guest, dialog)

    async def slowly(*args: Any, tell: Tell, **kwargs: Any) -> Draft:
        await tell("Within")
        await call_person(shop, dialog)
        monkeypatch.setattr(dialog_answering, "_LOOK_S", 0.0)
        await tell(" 14 days")
        return await compose(*args, tell=tell, **kwargs)

    async def published(_tenant_id: int, _topic: str, frame: dict[str, Any], **_: Any) -> None:
        told.append(frame.get("text", frame["type"]))

    monkeypatch.setattr(dialog_answering, "compose", slowly)
    monkeypatch.setattr("realtime.answer_stream.publish_ephemeral", published)
    await drain_jobs(tenant)
    assert told == ["answer.started", "Within", "answer.failed"]


async def test_an_answer_made_before_an_operator_came_and_went_is_not_given(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = await opened(shop)
    await say(shop.guest, dialog)

    async def slowly(*args: Any, **kwargs: Any) -> Draft:
        await call_person(shop, dialog)
        async with unit_of_work(shop.agent) as uow:
            await handoffs.takeover(uow, dialog.id)
        await say(shop.agent, dialog, "You have fourteen days.")
        async with unit_of_work(shop.agent) as uow:
            await handoffs.release(uow, dialog.id)
        return await compose(*args, **kwargs)

    monkeypatch.setattr(dialog_answering, "compose", slowly)
    await drain_jobs(tenant)
    assert ASSISTANT not in await kinds(shop, dialog)


async def test_what_was_left_without_an_answer_is_answered_once_when_money_comes(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    await empty_purse(shop)
    dialog = await opened(shop)
    await say(shop.guest, dialog)
    last = await say(shop.guest, dialog)
    await drain_jobs(tenant)
    assert await kinds(shop, dialog) == [CUSTOMER, CUSTOMER]
    await add_money(shop.admin)
    await add_money(shop.admin)
    await drain_jobs(tenant)
    *_, answer = await thread(shop.agent, dialog)
    assert await kinds(shop, dialog) == [CUSTOMER, CUSTOMER, ASSISTANT]
    assert answer.turn_id == last.id


async def test_what_was_said_long_ago_stays_without_an_answer(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    await empty_purse(shop)
    dialog = await opened(shop)
    await say(shop.guest, dialog)
    await drain_jobs(tenant)
    async with unit_of_work(shop.admin) as uow:
        await uow.rows(
            "UPDATE messages SET created_at = created_at - interval '2 days' WHERE conversation_id = $1", dialog.id
        )
    await add_money(shop.admin)
    await drain_jobs(tenant)
    assert await kinds(shop, dialog) == [CUSTOMER]


async def test_an_operator_who_answered_without_money_is_not_answered_over(
    shop: Shop, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    await empty_purse(shop)
    dialog = await opened(shop)
    await say(shop.guest, dialog)
    await drain_jobs(tenant)
    await say(shop.agent, dialog, "Fourteen days.")
    await add_money(shop.admin)
    await drain_jobs(tenant)
    assert ASSISTANT not in await kinds(shop, dialog)
