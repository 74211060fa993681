"""The ledger: its sum is the balance, nothing counts twice, and nobody spends what they do not have."""

import asyncio
from decimal import Decimal

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.exceptions import BaseORMException

from core.actor import Actor, system_actor
from core.errors import InsufficientBalance, InvalidInput
from models.billing import Account, LedgerEntry, ServiceType
from models.tenants import Tenant
from services import billing
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, new_tenant

TEN = Decimal("10.00")


@pytest.fixture
async def actor(make_tenant: MakeTenant) -> Actor:
    tenant: Tenant = await make_tenant()
    return system_actor(tenant.id)


async def top_up(actor: Actor, amount: Decimal, reference: str = "payment:1") -> bool:
    async with unit_of_work(actor) as uow:
        return await billing.credit(uow, amount, ServiceType.TOP_UP, reference=reference)


async def spend(actor: Actor, amount: Decimal, reference: str) -> bool:
    async with unit_of_work(actor) as uow:
        return await billing.debit(uow, amount, ServiceType.WIDGET_MESSAGE, reference=reference)


async def balance(actor: Actor) -> billing.Balance:
    async with unit_of_work(actor) as uow:
        return await billing.balance(uow)


async def test_the_balance_tells_what_was_received_and_spent(actor: Actor) -> None:
    async with unit_of_work(actor) as uow:
        await billing.welcome(uow, uow.tenant_id)
    await spend(actor, TEN, "message:1")
    told = await balance(actor)
    assert (told.balance, told.welcome_bonus, told.spent) == (Decimal("490.00"), Decimal("500.00"), TEN)


async def test_a_reference_counts_once(actor: Actor) -> None:
    assert await top_up(actor, TEN)
    assert not await top_up(actor, TEN)
    assert (await balance(actor)).balance == TEN


async def test_a_debit_beyond_the_balance_leaves_nothing_behind(actor: Actor) -> None:
    await top_up(actor, TEN)
    with pytest.raises(InsufficientBalance):
        await spend(actor, Decimal("10.01"), "message:1")
    assert (await balance(actor)).balance == TEN
    async with unit_of_work(actor):
        assert await LedgerEntry.all().count() == 1


async def test_simultaneous_debits_never_go_below_zero(actor: Actor) -> None:
    await top_up(actor, TEN)
    tries = [spend(actor, Decimal("3.00"), f"message:{number}") for number in range(8)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert outcomes.count(True) == 3
    assert sum(isinstance(outcome, InsufficientBalance) for outcome in outcomes) == 5
    assert (await balance(actor)).balance == Decimal("1.00")


async def test_the_same_debit_at_the_same_time_counts_once(actor: Actor) -> None:
    await top_up(actor, TEN)
    outcomes = await asyncio.gather(*(spend(actor, Decimal("2.00"), "message:1") for _ in range(5)))
    assert sorted(outcomes) == [False] * 4 + [True]
    assert (await balance(actor)).balance == Decimal("8.00")


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity", "1e12"])
async def test_sums_that_are_no_money_are_refused(actor: Actor, amount: str) -> None:
    with pytest.raises(InvalidInput):
        await top_up(actor, Decimal(amount))
    assert (await balance(actor)).balance == 0


@pytest.mark.parametrize("sql", ["UPDATE ledger_entries SET amount = 1", "DELETE FROM ledger_entries"])
async def test_the_database_refuses_to_rewrite_the_ledger(actor: Actor, sql: str) -> None:
    await top_up(actor, TEN)
    with pytest.raises((BaseORMException, asyncpg.InsufficientPrivilegeError)):
        async with unit_of_work(actor) as uow:
            await uow.rows(sql)
    assert (await balance(actor)).balance == TEN


MOVEMENTS = st.lists(
    st.tuples(st.integers(1, 6), st.decimals("-20", "20", places=2).filter(lambda amount: amount != 0)), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVEMENTS)
async def test_any_movements_sum_up(database: None, movements: list[tuple[int, Decimal]]) -> None:
    actor = system_actor((await new_tenant()).id)
    expected = Decimal(0)
    seen: set[int] = set()
    for number, amount in movements:
        if number in seen:
            continue
        if expected + amount >= 0:
            expected += amount
            seen.add(number)
        await _move(actor, amount, f"thing:{number}")
    assert (await balance(actor)).balance == expected
    async with unit_of_work(actor):
        account = await Account.get_or_none(tenant_id=actor.tenant_id)
    assert (account.balance if account else 0) == expected


async def _move(actor: Actor, amount: Decimal, reference: str) -> None:
    try:
        await (top_up(actor, amount, reference) if amount > 0 else spend(actor, -amount, reference))
    except InsufficientBalance:
        return
