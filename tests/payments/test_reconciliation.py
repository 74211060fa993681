"""Payments and refunds that stay open: the banks are asked, rarer with age, and what nobody pays ends."""

from typing import Any

import pytest

from core.refusals.payments import PaymentCreationFailed
from models.payments import Payment, PaymentStatus
from services import reconciliation, refunds
from tests.doubles.tbank import Fault
from tests.doubles.yookassa import Fault as YookassaFault
from tests.payments.banks import THOUSAND, Shop

AGE = """
UPDATE payments SET created_at = clock_timestamp() - $1::text::interval,
    checked_at = clock_timestamp() - $2::text::interval WHERE tenant_id = $3 RETURNING id
"""
CHECKS = "SELECT count(*) AS n FROM jobs WHERE task = 'payments.check' AND state = 'pending'"


async def age(shop: Shop, created: str, checked: str) -> None:
    await shop.rows(AGE, created, checked, shop.tenant.id)


async def ask_about_all() -> None:
    """Of all tests of the worker, a bounded number at a time."""
    while await reconciliation.ask_about_open():
        pass


async def due(shop: Shop) -> int:
    await ask_about_all()
    (row,) = await shop.rows(CHECKS)
    return int(row["n"])


async def reconciled(shop: Shop, payment: Payment) -> PaymentStatus:
    await ask_about_all()
    await shop.drain(shop.tenant)
    return (await shop.stored(payment)).status


async def test_a_payment_that_nobody_told_of_is_found(shop: Shop) -> None:
    payment = await shop.create()
    shop.tbank.pay(payment.order_id)
    await age(shop, "5 min", "2 min")
    assert await reconciled(shop, payment) is PaymentStatus.CONFIRMED
    assert await shop.balance() == THOUSAND


async def test_one_at_yookassa_too(shop: Shop) -> None:
    payment = await shop.create_at_yookassa()
    shop.yookassa.pay(payment.order_id)
    await age(shop, "5 min", "2 min")
    assert await reconciled(shop, payment) is PaymentStatus.CONFIRMED


@pytest.mark.parametrize(
    ("created", "checked", "asks"),
    [("30 s", "30 s", 0), ("2 min", "40 s", 1), ("2 h", "10 min", 0), ("2 h", "21 min", 1), ("3 days", "61 min", 1)],
)
async def test_it_asks_rarer_with_age(shop: Shop, created: str, checked: str, asks: int) -> None:
    await shop.create()
    await age(shop, created, checked)
    assert await due(shop) == asks
    assert await due(shop) == asks


async def test_closed_payments_are_left_alone(shop: Shop) -> None:
    await shop.paid()
    await age(shop, "2 h", "2 h")
    assert await due(shop) == 0


async def test_a_payment_whose_opening_got_lost_is_found_by_its_order(shop: Shop) -> None:
    shop.tbank.faults.extend([Fault(done=True), Fault(502), Fault(502)])
    with pytest.raises(PaymentCreationFailed):
        await shop.create()
    (there,) = shop.tbank.payments.values()
    there.status = "CONFIRMED"
    await shop.rows("UPDATE payments SET created_at = clock_timestamp() - interval '5 min' RETURNING id")
    await ask_about_all()
    await shop.drain(shop.tenant)
    assert await shop.rows("SELECT status, provider_id FROM payments") == [
        {"status": "CONFIRMED", "provider_id": there.id}
    ]
    assert await shop.balance() == THOUSAND


@pytest.mark.parametrize(("created", "status"), [("50 min", "NEW"), ("2 h", "DEADLINE_EXPIRED")])
async def test_what_the_bank_never_heard_of_ends(shop: Shop, created: str, status: str) -> None:
    shop.tbank.faults.extend([Fault(502)] * 3)
    with pytest.raises(PaymentCreationFailed):
        await shop.create()
    await age(shop, created, "1 h")
    await ask_about_all()
    await shop.drain(shop.tenant)
    assert await shop.rows("SELECT status FROM payments") == [{"status": status}]


async def test_what_nobody_pays_for_a_week_ends(shop: Shop) -> None:
    payment = await shop.create()
    await age(shop, "8 days", "2 h")
    assert await reconciled(shop, payment) is PaymentStatus.DEADLINE_EXPIRED


async def test_nothing_ends_while_the_bank_is_silent(shop: Shop) -> None:
    payment = await shop.create()
    await age(shop, "8 days", "2 h")
    shop.tbank.faults.extend([Fault(500)] * 3)
    assert await reconciled(shop, payment) is PaymentStatus.NEW
    assert await shop.rows("SELECT state FROM jobs WHERE task = 'payments.check'") == [{"state": "done"}]


async def test_one_run_is_bounded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await ask_about_all()
    for _ in range(3):
        await shop.create()
    await age(shop, "2 h", "3 h")
    monkeypatch.setattr(reconciliation, "_MOST", 2)
    await reconciliation.ask_about_open()
    (row,) = await shop.rows(CHECKS)
    assert row["n"] <= 2


async def test_a_refund_that_nobody_carried_out_is_asked_again(shop: Shop) -> None:
    payment = await shop.paid_at_yookassa()
    shop.yookassa.faults.extend([YookassaFault(path="/v3/refunds")] * 3)
    await refunds.request(shop.superadmin, payment.order_id)
    await shop.drain(shop.tenant)
    await shop.rows("UPDATE jobs SET state = 'dead' WHERE task = 'payments.refund' RETURNING id")
    assert await _again(shop, "1 min") == "pending"
    assert await _again(shop, "11 min") == "done"
    assert len(shop.yookassa.refunds) == 1


async def _again(shop: Shop, checked: str) -> Any:
    await shop.rows("UPDATE refunds SET checked_at = clock_timestamp() - $1::text::interval RETURNING id", checked)
    await ask_about_all()
    await shop.drain(shop.tenant)
    (row,) = await shop.rows("SELECT status FROM refunds")
    return row["status"]


async def test_the_product_is_ready_while_the_bank_is_down(shop: Shop) -> None:
    shop.tbank.faults.extend([Fault(500)] * 9)
    assert (await shop.client.get("/ready")).status_code == 200
