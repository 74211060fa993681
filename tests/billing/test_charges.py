"""What answers cost: charged once a turn, never below zero, and the owner told once when the money is gone."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from core.actor import Actor, Role, system_actor
from core.errors import InsufficientBalance
from models.assistants import Assistant
from models.billing import Account, LedgerEntry, ServiceType
from models.dialogs import Dialog, DialogPlatform
from models.tenants import Tenant
from services import billing, charges, dialogs
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, unique

FIVE = Decimal("5.00")


async def top_up(tenant: Tenant, amount: Decimal, reference: str = "payment:1") -> None:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        await billing.credit(uow, amount, ServiceType.TOP_UP, reference=reference)


@pytest.fixture
async def dialog(tenant: Tenant) -> Dialog:
    return await new_dialog(tenant, DialogPlatform.WEBSITE)


async def new_dialog(tenant: Tenant, platform: DialogPlatform) -> Dialog:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        assistant = await Assistant.create(tenant_id=tenant.id, name="A", site_token=unique("site"))
        return await dialogs.create(uow, assistant, platform)


async def charge(dialog: Dialog, turn: int) -> None:
    async with unit_of_work(system_actor(dialog.tenant_id)) as uow:
        await charges.charge(uow, dialog, turn)


async def silence(dialog: Dialog) -> None:
    async with unit_of_work(system_actor(dialog.tenant_id)) as uow:
        await charges.exhausted(uow, dialog)


async def standing(tenant: Tenant) -> billing.Balance:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        return await billing.balance(uow)


async def rows(tenant: Tenant, sql: str) -> list[dict[str, Any]]:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        return await uow.rows(sql)


async def test_a_turn_is_charged_once(tenant: Tenant, dialog: Dialog) -> None:
    await top_up(tenant, Decimal("12.00"))
    await charge(dialog, 1)
    await charge(dialog, 1)
    assert (await standing(tenant)).balance == Decimal("7.00")
    async with unit_of_work(system_actor(tenant.id)):
        entry = await LedgerEntry.get(reference=f"turn:{dialog.id}:1")
    assert (entry.service_type, entry.amount) == (ServiceType.WIDGET_MESSAGE, -FIVE)
    assert entry.details == {"dialog_id": dialog.id, "message_count": 2}


async def test_the_platform_has_its_price(tenant: Tenant, override: Any) -> None:
    await top_up(tenant, Decimal("12.00"))
    telegram = await new_dialog(tenant, DialogPlatform.TELEGRAM)
    with override(OPORA_PRICE_TELEGRAM_MESSAGE="7.50"):
        await charge(telegram, 1)
    told = await standing(tenant)
    assert (told.balance, told.spent) == (Decimal("4.50"), Decimal("7.50"))


async def test_what_costs_nothing_is_always_affordable(tenant: Tenant, dialog: Dialog, override: Any) -> None:
    with override(OPORA_PRICE_WIDGET_MESSAGE="0"):
        async with unit_of_work(system_actor(tenant.id)) as uow:
            assert await charges.affordable(uow, dialog)
            await charges.charge(uow, dialog, 1)


async def test_two_hundred_debits_of_a_balance_that_covers_a_hundred(tenant: Tenant, dialog: Dialog) -> None:
    await top_up(tenant, 100 * FIVE)
    outcomes = await asyncio.gather(*(charge(dialog, turn) for turn in range(1, 201)), return_exceptions=True)
    assert outcomes.count(None) == 100
    assert sum(isinstance(outcome, InsufficientBalance) for outcome in outcomes) == 100
    told = await standing(tenant)
    assert (told.balance, told.spent) == (Decimal(0), 100 * FIVE)
    (check,) = await rows(tenant, "SELECT sum(amount) AS sum, count(*) AS n FROM ledger_entries WHERE amount < 0")
    assert check == {"sum": -100 * FIVE, "n": 100}


async def test_the_account_keeps_what_the_ledger_sums_to(tenant: Tenant, dialog: Dialog) -> None:
    await top_up(tenant, Decimal("50.00"))
    for turn in range(3):
        await charge(dialog, turn)
    async with unit_of_work(system_actor(tenant.id)) as uow:
        await billing.debit(uow, Decimal("10.00"), ServiceType.REFUND, reference="refund:1")
        account = await Account.get(tenant_id=tenant.id)
    assert (account.balance, account.spent, account.debits, account.credits) == (Decimal(25), Decimal(15), 4, 1)


@pytest.mark.parametrize(("balance", "enough"), [("4.99", False), ("5.00", True)])
async def test_affordable_is_the_price(tenant: Tenant, dialog: Dialog, balance: str, enough: bool) -> None:
    await top_up(tenant, Decimal(balance))
    async with unit_of_work(system_actor(tenant.id)) as uow:
        assert await charges.affordable(uow, dialog) is enough


async def test_the_owner_is_told_once_until_money_comes(tenant: Tenant, dialog: Dialog, make_user: MakeUser) -> None:
    await make_user(tenant, Role.AGENT)
    owner = await make_user(tenant, Role.ADMIN)
    await asyncio.gather(*(silence(dialog) for _ in range(4)))
    assert await rows(tenant, "SELECT template, recipient FROM mail") == [
        {"template": "balance_exhausted", "recipient": owner.email}
    ]
    kinds = await rows(tenant, "SELECT kind, count(*) AS n FROM events WHERE topic LIKE 'tenant:%' GROUP BY kind")
    told = {row["kind"]: row["n"] for row in kinds}
    assert (told["billing.exhausted"], told["dialog.assistant_silenced"]) == (1, 4)
    await top_up(tenant, FIVE)
    await charge(dialog, 1)
    await silence(dialog)
    assert len(await rows(tenant, "SELECT id FROM mail")) == 2


async def test_money_that_comes_before_the_silence_is_not_said_to_be_gone(
    tenant: Tenant, dialog: Dialog, make_user: MakeUser
) -> None:
    await make_user(tenant, Role.ADMIN)
    await top_up(tenant, FIVE)
    await silence(dialog)
    assert await rows(tenant, "SELECT id FROM mail") == []
    await charge(dialog, 1)
    await silence(dialog)
    assert len(await rows(tenant, "SELECT id FROM mail")) == 1


async def test_a_tenant_without_an_owner_is_silenced_all_the_same(tenant: Tenant, dialog: Dialog) -> None:
    await silence(dialog)
    async with unit_of_work(Actor(tenant.id, Role.ADMIN)):
        assert (await Account.get(tenant_id=tenant.id)).exhausted_at is not None
