"""Any notifications in any order: the money is right in the end."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import Actor, system_actor
from integrations.payments.port import BankState, StatusWord
from models.payments import PAID, Payment, PaymentProvider, PaymentStatus
from models.tenants import Tenant
from services import billing, payment_states
from services.unit_of_work import unit_of_work

AMOUNT = Decimal("100.00")
_orders: Iterator[int] = count(1)
WORDS = st.sampled_from([status.value for status in PaymentStatus])
TOLD = st.lists(st.tuples(WORDS, st.decimals("0", "100", places=2), st.booleans()), max_size=8)
"""A status, what had gone back by then, and whether the sum is wrong."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TOLD)
async def test_money_is_credited_once_and_what_went_back_is_gone(
    tenant: Tenant, told: list[tuple[StatusWord, Decimal, bool]]
) -> None:
    actor = system_actor(tenant.id)
    payment, before = await _new(actor), await _balance(actor)
    for status, gone, wrong in told:
        await _settle(actor, payment, _state(payment, status, gone, wrong=wrong))
    believed = [one for one in told if not one[2]]
    paid = any(status in {word.value for word in PAID} for status, *_ in believed)
    present = await _stored(actor, payment)
    assert (present.credited_at is not None) is paid
    assert present.refunded == _most_gone(believed)
    assert await _balance(actor) - before == (AMOUNT if paid else 0) - present.refunded


async def test_of_simultaneous_words_one_credits(tenant: Tenant) -> None:
    actor = system_actor(tenant.id)
    payment = await _new(actor)
    words: list[StatusWord] = ["CONFIRMED", "AUTHORIZED", "REJECTED", "CONFIRMED"] * 5
    await asyncio.gather(*(_settle(actor, payment, _state(payment, word, Decimal(0), wrong=False)) for word in words))
    assert await _balance(actor) == AMOUNT
    assert (await _stored(actor, payment)).status is PaymentStatus.CONFIRMED


def _most_gone(believed: list[tuple[StatusWord, Decimal, bool]]) -> Decimal:
    sums = [AMOUNT if status == "REFUNDED" else gone for status, gone, _ in believed if "REFUNDED" in status]
    return max(sums, default=Decimal(0))


def _state(payment: Payment, status: StatusWord, gone: Decimal, *, wrong: bool) -> BankState:
    amount = AMOUNT + 1 if wrong else AMOUNT
    told = AMOUNT if status == "REFUNDED" else gone
    return BankState("42", status, amount, told if "REFUNDED" in status else None, order_id=payment.order_id)


async def _settle(actor: Actor, payment: Payment, state: BankState) -> None:
    async with unit_of_work(actor) as uow:
        await payment_states.settle(uow, await payment_states.locked(payment.id), state)


async def _new(actor: Actor) -> Payment:
    async with unit_of_work(actor):
        order = f"hypothesis-{actor.tenant_id}-{next(_orders)}"
        return await Payment.create(
            tenant_id=actor.tenant_id, order_id=order, provider=PaymentProvider.TBANK, amount=AMOUNT
        )


async def _stored(actor: Actor, payment: Payment) -> Payment:
    async with unit_of_work(actor):
        return await Payment.get(id=payment.id)


async def _balance(actor: Actor) -> Decimal:
    async with unit_of_work(actor) as uow:
        return (await billing.balance(uow)).balance
