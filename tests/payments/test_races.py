"""What money does while everything happens at once: the ledger is the balance, and nothing is given twice."""

import asyncio
import random
from collections.abc import Awaitable
from decimal import Decimal
from typing import Any

import pytest

from core.errors import DomainError, InsufficientBalance
from models.billing import ServiceType
from models.payments import Payment, PaymentStatus
from services import billing, reconciliation, refunds
from services.unit_of_work import unit_of_work
from tests.doubles.tbank import BankPayment, Fault
from tests.payments.banks import AT_YOOKASSA, THOUSAND, YOOKASSA_WEBHOOK, Shop

HUNDRED = Decimal("100.00")
BOOKS = """
SELECT balance, (SELECT coalesce(sum(amount), 0) FROM ledger_entries) AS ledger, spent,
    (SELECT coalesce(-sum(amount), 0) FROM ledger_entries WHERE amount < 0 AND service_type <> 'refund') AS used,
    debits = (SELECT count(*) FROM ledger_entries WHERE amount < 0) AS debits,
    credits = (SELECT count(*) FROM ledger_entries WHERE amount > 0) AS credits,
    (SELECT count(*) FROM ledger_entries WHERE balance_after < 0)::int AS below_zero
FROM accounts
"""
AGAIN = "UPDATE jobs SET state = 'pending', run_after = clock_timestamp() WHERE task LIKE 'payments.%' RETURNING id"


async def keeps_its_books(shop: Shop) -> None:
    (row,) = await shop.rows(BOOKS)
    assert (row["balance"], row["spent"]) == (row["ledger"], row["used"])
    assert (row["debits"], row["credits"], row["below_zero"]) == (True, True, 0)


async def refund(shop: Shop, payment: Payment, amount: Decimal | None = None) -> bool:
    try:
        await refunds.request(shop.superadmin, payment.order_id, amount=amount)
    except DomainError:
        return False
    return True


async def spend(shop: Shop, number: int, amount: Decimal) -> bool:
    try:
        async with unit_of_work(shop.owner) as uow:
            return await billing.debit(uow, amount, ServiceType.WIDGET_MESSAGE, reference=f"turn:1:{number}")
    except InsufficientBalance:
        return False


async def test_two_whole_refunds_at_once_are_one(shop: Shop) -> None:
    payment = await shop.paid()
    await shop.paid()
    assert sorted(await asyncio.gather(*(refund(shop, payment) for _ in range(5)))) == [False] * 4 + [True]
    await shop.drain(shop.tenant)
    assert await shop.balance() == THOUSAND
    await keeps_its_books(shop)


async def test_a_refund_and_charges_share_what_is_there(shop: Shop) -> None:
    payment = await shop.paid(HUNDRED)
    tries = [refund(shop, payment), *(spend(shop, number, Decimal("60.00")) for number in range(4))]
    random.Random(3).shuffle(tries)
    assert sum(await asyncio.gather(*tries)) == 1
    await shop.drain(shop.tenant)
    await keeps_its_books(shop)


@pytest.mark.parametrize("seed", range(4))
async def test_everything_at_once(shop: Shop, seed: int) -> None:
    """Notifications in any order, refunds, charges, a failing bank, reconciliation, and every job run again."""
    dice = random.Random(seed)
    made = [await shop.create(HUNDRED) for _ in range(4)]
    paid = [shop.tbank.pay(payment.order_id) for payment in made]
    shop.tbank.faults.extend(Fault(done=dice.random() < 0.5, method="Cancel") for _ in range(9))
    words = [(one, word) for one in paid for word in ("AUTHORIZED", "CONFIRMED", "CONFIRMED", "REJECTED")]
    for number in range(3):
        dice.shuffle(words)
        steps: list[Awaitable[Any]] = [shop.tell(shop.tbank.notification(one, word)) for one, word in words[:8]]
        steps += [refund(shop, dice.choice(made), dice.choice([None, Decimal("33.33")])) for _ in range(4)]
        steps += [spend(shop, 10 * number + n, Decimal("7.77")) for n in range(4)]
        await asyncio.gather(*steps, shop.drain(shop.tenant), shop.drain(shop.tenant))
        await shop.rows(AGAIN)
        await asyncio.gather(reconciliation.ask_about_open(), shop.drain(shop.tenant))
        await keeps_its_books(shop)
    await _came_to_rest(shop)
    for payment, there in zip([await shop.stored(one) for one in made], paid, strict=True):
        assert payment.amount - payment.refunded == Decimal(there.left) / 100


async def _came_to_rest(shop: Shop) -> None:
    """The bank is well again, and each job is run until it is done."""
    shop.tbank.faults.clear()
    for _ in range(3):
        await shop.rows(AGAIN)
        await shop.drain(shop.tenant)
    assert await shop.rows("SELECT id FROM refunds WHERE status = 'pending'") == []
    await keeps_its_books(shop)


async def test_the_end_of_a_try_that_nobody_can_pay_ends_no_payment(shop: Shop) -> None:
    """The answer to the first Init got lost: the bank lets that payment expire, and ours is another."""
    shop.tbank.faults.append(Fault(done=True, method="Init"))
    payment = await shop.create()
    lost, ours = sorted(shop.tbank.payments.values(), key=lambda one: int(one.id))
    assert payment.provider_id == ours.id
    await shop.tell(shop.tbank.notification(lost, "DEADLINE_EXPIRED"))
    await shop.drain(shop.tenant)
    assert (await shop.stored(payment)).status is PaymentStatus.NEW
    ours.status = "CONFIRMED"
    await shop.tell(shop.tbank.notification(ours))
    await shop.drain(shop.tenant)
    assert await shop.balance() == THOUSAND


async def test_a_half_that_went_back_behind_a_refusal_is_accounted(shop: Shop) -> None:
    """The bank gave it back, the answer got lost, and asked again it refuses: what is left equals what was asked."""
    payment = await shop.paid()
    shop.tbank.faults.extend([Fault(done=True, method="Cancel"), Fault(refusal="8", method="Cancel")])
    await refund(shop, payment, Decimal("500.00"))
    await shop.drain(shop.tenant)
    assert shop.tbank.of_order(payment.order_id).left == 50_000
    assert (await shop.stored(payment)).refunded == Decimal("500.00")
    assert await shop.balance() == Decimal("500.00")
    await keeps_its_books(shop)


async def test_what_the_bank_gives_back_just_now_does_not_return(shop: Shop) -> None:
    """It began at our first request, whose answer got lost, and refuses the second one meanwhile."""
    payment = await shop.paid()
    _of(shop, payment).status = "REFUNDING"
    shop.tbank.faults.append(Fault(refusal="8", method="Cancel"))
    await refund(shop, payment)
    await shop.drain(shop.tenant)
    assert (await shop.balance(), (await shop.stored(payment)).refunded) == (Decimal(0), THOUSAND)
    _of(shop, payment).status = "CONFIRMED"
    await shop.rows("UPDATE refunds SET checked_at = clock_timestamp() - interval '11 min' RETURNING id")
    await reconciliation.ask_about_open()
    await shop.drain(shop.tenant)
    assert (await shop.stored(payment)).status is PaymentStatus.REFUNDED
    assert await shop.balance() == 0


async def test_a_refusal_long_ago_hides_no_refund_of_ours(shop: Shop) -> None:
    payment = await shop.paid()
    shop.tbank.faults.append(Fault(refusal="8", method="Cancel"))
    await refund(shop, payment, Decimal("300.00"))
    await shop.drain(shop.tenant)
    await refund(shop, payment, Decimal("700.00"))
    await shop.drain(shop.tenant)
    await shop.tell(shop.tbank.notification(_of(shop, payment), "PARTIAL_REFUNDED", Amount=30_000))
    await shop.drain(shop.tenant)
    assert (await shop.balance(), (await shop.stored(payment)).refunded) == (Decimal("300.00"), Decimal("700.00"))


def _of(shop: Shop, payment: Payment) -> BankPayment:
    return shop.tbank.of_order(payment.order_id)


async def test_an_address_of_version_4_may_come_as_version_6(shop: Shop) -> None:
    payment = await shop.create()
    body = shop.tbank.notification(shop.tbank.pay(payment.order_id))
    assert (await shop.tell(body, "::ffff:91.194.226.10")).text == "OK"
    assert (await shop.tell(body, "::ffff:203.0.113.7")).status_code == 403


@pytest.mark.parametrize("body", ['{"id":"a\\u0000b"}', '{"id":"x","metadata":{"order_id":"a\\u0000"}}'])
async def test_what_no_text_may_hold_is_a_bad_request(shop: Shop, body: str) -> None:
    told = f'{{"event":"payment.canceled","object":{body[:-1]},"amount":{{"value":"1.00","currency":"RUB"}}}}}}'
    response = await shop.client.post(YOOKASSA_WEBHOOK, content=told, headers={"x-forwarded-for": AT_YOOKASSA})
    assert response.status_code in (400, 404)
