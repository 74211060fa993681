"""Refunds: from the balance first, then from the bank; what the bank refuses returns."""

import asyncio
from decimal import Decimal

import pytest

from core.actor import Actor, Role
from core.errors import Forbidden, InsufficientBalance
from core.refusals.payments import InvalidPaymentAmount, PaymentAlreadyProcessed, PaymentNotFound
from models.billing import ServiceType
from models.payments import Payment, PaymentStatus
from services import billing, refunds
from services.unit_of_work import unit_of_work
from tests.doubles.tbank import Fault
from tests.doubles.yookassa import Fault as YookassaFault
from tests.payments.banks import THOUSAND, Shop

FIVE_HUNDRED = Decimal("500.00")
ZERO = Decimal(0)
REFUNDS = "SELECT amount, status FROM refunds ORDER BY id"
LET_COME = "UPDATE jobs SET run_after = clock_timestamp() WHERE state = 'pending' RETURNING id"


async def refund(shop: Shop, payment: Payment, amount: Decimal | None = None) -> None:
    await refunds.request(shop.superadmin, payment.order_id, amount=amount, reason="Возврат по запросу клиента")


async def spend(shop: Shop, amount: Decimal) -> None:
    async with unit_of_work(shop.owner) as uow:
        await billing.debit(uow, amount, ServiceType.WIDGET_MESSAGE, reference="turn:1:1")


async def test_a_part_goes_back(shop: Shop) -> None:
    payment = await shop.paid()
    await refund(shop, payment, FIVE_HUNDRED)
    assert await shop.balance() == FIVE_HUNDRED
    await shop.drain(shop.tenant)
    present = await shop.stored(payment)
    assert (present.status, present.refunded) == (PaymentStatus.PARTIAL_REFUNDED, FIVE_HUNDRED)
    (call,) = shop.tbank.called("Cancel")
    assert (call["Amount"], call["PaymentId"]) == (50_000, payment.provider_id)
    assert call["ExternalRequestId"].startswith("refund-")


async def test_the_rest_goes_back_where_no_sum_is_named(shop: Shop) -> None:
    payment = await shop.paid()
    await refund(shop, payment, FIVE_HUNDRED)
    await refund(shop, payment)
    await shop.drain(shop.tenant)
    present = await shop.stored(payment)
    assert (present.status, present.refunded, await shop.balance()) == (PaymentStatus.REFUNDED, THOUSAND, ZERO)
    assert shop.tbank.of_order(payment.order_id).left == 0


async def test_more_than_is_left_is_refused(shop: Shop) -> None:
    payment = await shop.paid()
    await refund(shop, payment, FIVE_HUNDRED)
    with pytest.raises(InvalidPaymentAmount) as refused:
        await refund(shop, payment, Decimal("500.01"))
    assert refused.value.code == "INVALID_PAYMENT_AMOUNT"
    assert await shop.balance() == FIVE_HUNDRED


async def test_simultaneous_refunds_never_exceed_the_payment(shop: Shop) -> None:
    payment = await shop.paid()
    await shop.paid()
    tries = [refund(shop, payment, Decimal("300.00")) for _ in range(8)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert outcomes.count(None) == 3
    await shop.drain(shop.tenant)
    assert (await shop.stored(payment)).refunded == Decimal("900.00")
    assert await shop.balance() == Decimal("1100.00")


async def test_money_that_is_spent_does_not_go_back(shop: Shop) -> None:
    payment = await shop.paid()
    await spend(shop, Decimal("1.00"))
    with pytest.raises(InsufficientBalance) as refused:
        await refund(shop, payment)
    assert refused.value.code == "INSUFFICIENT_BALANCE"
    assert (await shop.rows(REFUNDS), await shop.balance()) == ([], Decimal("999.00"))
    assert (await shop.stored(payment)).refunded == 0


async def test_what_was_not_paid_or_is_refunded_is_refused(shop: Shop) -> None:
    payment = await shop.create()
    with pytest.raises(PaymentAlreadyProcessed) as refused:
        await refund(shop, payment)
    assert refused.value.code == "PAYMENT_ALREADY_PROCESSED"
    paid = await shop.paid()
    await refund(shop, paid)
    with pytest.raises(PaymentAlreadyProcessed):
        await refund(shop, paid)
    with pytest.raises(PaymentNotFound):
        await refunds.request(shop.superadmin, "209901017")


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.ADMIN])
async def test_superadmins_refund_and_nobody_else(shop: Shop, role: Role) -> None:
    payment = await shop.paid()
    with pytest.raises(Forbidden):
        await refunds.request(Actor(shop.tenant.id, role), payment.order_id)
    assert await shop.balance() == THOUSAND


async def test_what_the_bank_refuses_returns(shop: Shop) -> None:
    payment = await shop.paid()
    shop.tbank.faults.append(Fault(refusal="1013", method="Cancel"))
    await refund(shop, payment)
    await shop.drain(shop.tenant)
    present = await shop.stored(payment)
    assert (present.status, present.refunded, await shop.balance()) == (PaymentStatus.CONFIRMED, ZERO, THOUSAND)
    assert await shop.rows(REFUNDS) == [{"amount": THOUSAND, "status": "failed"}]
    await refund(shop, payment)
    await shop.drain(shop.tenant)
    assert (await shop.stored(payment)).status is PaymentStatus.REFUNDED


async def test_a_lost_answer_refunds_once(shop: Shop) -> None:
    payment = await shop.paid()
    shop.tbank.faults.extend([Fault(done=True, method="Cancel")] + [Fault(502, method="Cancel")] * 2)
    await refund(shop, payment, FIVE_HUNDRED)
    await shop.drain(shop.tenant)
    assert await shop.rows(REFUNDS) == [{"amount": FIVE_HUNDRED, "status": "pending"}]
    await shop.rows(LET_COME)
    await shop.drain(shop.tenant)
    assert await shop.rows(REFUNDS) == [{"amount": FIVE_HUNDRED, "status": "done"}]
    assert shop.tbank.of_order(payment.order_id).left == 50_000
    assert len({call["ExternalRequestId"] for call in shop.tbank.called("Cancel")}) == 1


async def test_yookassa_gives_back_under_a_key(shop: Shop) -> None:
    payment = await shop.paid_at_yookassa()
    await refund(shop, payment, FIVE_HUNDRED)
    await shop.drain(shop.tenant)
    (there,) = shop.yookassa.refunds.values()
    assert (there["amount"]["value"], there["metadata"]["key"]) == ("500.00", shop.yookassa.keys[-1])
    assert (await shop.stored(payment)).status is PaymentStatus.PARTIAL_REFUNDED


async def test_a_key_that_yookassa_forgot_refunds_once(shop: Shop) -> None:
    payment = await shop.paid_at_yookassa()
    shop.yookassa.faults.extend(
        [YookassaFault(done=True, path="/v3/refunds")] + [YookassaFault(path="/v3/refunds")] * 2
    )
    await refund(shop, payment, FIVE_HUNDRED)
    await shop.drain(shop.tenant)
    shop.yookassa.answered.clear()
    await shop.rows(LET_COME)
    await shop.drain(shop.tenant)
    assert await shop.rows(REFUNDS) == [{"amount": FIVE_HUNDRED, "status": "done"}]
    assert len(shop.yookassa.refunds) == 1


async def test_a_refund_that_yookassa_cancels_returns(shop: Shop) -> None:
    payment = await shop.paid_at_yookassa()
    shop.yookassa.refund_status = "canceled"
    await refund(shop, payment)
    await shop.drain(shop.tenant)
    assert await shop.rows(REFUNDS) == [{"amount": THOUSAND, "status": "failed"}]
    assert (await shop.balance(), (await shop.stored(payment)).refunded) == (THOUSAND, ZERO)


async def test_a_refund_in_the_banks_cabinet_is_accounted(shop: Shop) -> None:
    payment = await shop.paid()
    there = shop.tbank.of_order(payment.order_id)
    await shop.tell(shop.tbank.notification(there, "PARTIAL_REFUNDED", Amount=70_000))
    await shop.drain(shop.tenant)
    assert (await shop.balance(), (await shop.stored(payment)).refunded) == (Decimal("700.00"), Decimal("300.00"))
    await shop.tell(shop.tbank.notification(there, "REFUNDED"))
    await shop.drain(shop.tenant)
    assert (await shop.balance(), (await shop.stored(payment)).refunded) == (ZERO, THOUSAND)


async def test_what_the_balance_does_not_cover_is_told(shop: Shop) -> None:
    payment = await shop.paid()
    await spend(shop, Decimal("900.00"))
    await shop.tell(shop.tbank.notification(shop.tbank.of_order(payment.order_id), "REFUNDED"))
    await shop.drain(shop.tenant)
    assert (await shop.balance(), (await shop.stored(payment)).refunded) == (ZERO, THOUSAND)
    events = await shop.rows("SELECT payload FROM events WHERE kind = 'payment.refund_uncovered'")
    (row,) = await shop.rows("SELECT error, status FROM refunds")
    assert len(events) == 1
    assert row == {"error": "The balance did not cover 900.00", "status": "done"}


async def test_our_own_refund_is_not_accounted_twice(shop: Shop) -> None:
    payment = await shop.paid()
    await shop.paid()
    await refund(shop, payment, Decimal("300.00"))
    there = shop.tbank.of_order(payment.order_id)
    for amount in (70_000, 30_000):
        await shop.tell(shop.tbank.notification(there, "PARTIAL_REFUNDED", Amount=amount))
    await shop.drain(shop.tenant)
    assert (await shop.balance(), (await shop.stored(payment)).refunded) == (Decimal("1700.00"), Decimal("300.00"))


async def test_a_cabinets_refund_meets_ours(shop: Shop) -> None:
    """Somebody refunds it at the bank while our own request is on its way: the payer gets it once."""
    payment = await shop.paid()
    await refund(shop, payment)
    there = shop.tbank.of_order(payment.order_id)
    there.refunds["cabinet"], there.status = there.amount, "REFUNDED"
    await shop.drain(shop.tenant)
    assert (await shop.balance(), (await shop.stored(payment)).refunded) == (ZERO, THOUSAND)
    assert (await shop.stored(payment)).status is PaymentStatus.REFUNDED
