"""Payments: written down first, opened once, shown to their own."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, InvalidInput, Unavailable
from core.paging import OffsetPage
from core.refusals.payments import (
    InvalidAmount,
    InvalidPaymentAmount,
    PaymentCreationFailed,
    PaymentFailed,
    PaymentNotFound,
)
from models.payments import PaymentProvider, PaymentStatus
from services import payments
from services.payments import NewPayment
from services.providers import providers
from services.unit_of_work import unit_of_work
from tests.doubles.tbank import TERMINAL, Fault
from tests.doubles.yookassa import Fault as YookassaFault
from tests.fixtures.people import MakeTenant
from tests.payments.banks import THOUSAND, Shop, count_of_payments


async def test_a_payment_is_opened_at_the_bank(shop: Shop) -> None:
    payment = await shop.create(
        description="Пополнение", return_url="https://a.example/ok", fail_url="https://a.example/no"
    )
    (asked,) = shop.tbank.called("Init")
    assert (asked["OrderId"], asked["Amount"], asked["PayType"]) == (payment.order_id, 100_000, "O")
    assert (asked["SuccessURL"], asked["FailURL"]) == ("https://a.example/ok", "https://a.example/no")
    assert asked["NotificationURL"] == "https://opora.example/api/payments/webhook"
    assert payment.order_id.isdigit()
    assert (payment.status, payment.terminal_key) == (PaymentStatus.NEW, TERMINAL)
    assert payment.payment_url == f"https://securepay.tinkoff.ru/new/{payment.provider_id}"


async def test_yookassa_opens_under_the_orders_key(shop: Shop) -> None:
    payment = await shop.create_at_yookassa(Decimal("10.50"))
    assert shop.yookassa.keys == [f"payment-{payment.order_id}"]
    assert shop.yookassa.of_order(payment.order_id)["amount"] == {"value": "10.50", "currency": "RUB"}
    assert payment.payment_url is not None
    assert payment.payment_url.startswith("https://yoomoney.ru/")


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity", "1000000.01", "1e30"])
async def test_wrong_sums_reach_no_bank(shop: Shop, amount: str) -> None:
    before = await count_of_payments()
    with pytest.raises(InvalidPaymentAmount) as refused:
        await shop.create(Decimal(amount))
    assert refused.value.code == "INVALID_PAYMENT_AMOUNT"
    with pytest.raises(InvalidAmount) as top_up:
        await payments.top_up(shop.owner, NewPayment(amount=Decimal(amount)))
    assert top_up.value.code == "INVALID_AMOUNT"
    assert (shop.tbank.calls, await count_of_payments()) == ([], before)


@pytest.mark.parametrize(
    "wanted",
    [
        {"return_url": "javascript:alert(1)"},
        {"fail_url": "ftp://a.example"},
        {"return_url": "https://"},
        {"return_url": "https://a.example/" + "x" * 2048},
        {"description": "x" * 251},
        {"customer_email": "nobody"},
        {"request_key": ""},
        {"request_key": "x" * 256},
    ],
)
async def test_wrong_values_reach_no_bank(shop: Shop, wanted: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await shop.create(**wanted)
    assert shop.tbank.calls == []


async def test_a_refusal_rejects_the_payment(shop: Shop) -> None:
    shop.tbank.faults.append(Fault(refusal="9999"))
    with pytest.raises(PaymentCreationFailed) as refused:
        await shop.create()
    assert refused.value.code == "PAYMENT_CREATION_FAILED"
    (row,) = await shop.rows("SELECT status, error_code FROM payments")
    assert row == {"status": "REJECTED", "error_code": "9999"}


async def test_a_top_up_fails_as_documented(shop: Shop) -> None:
    shop.tbank.faults.append(Fault(refusal="9999"))
    with pytest.raises(PaymentFailed) as refused:
        await payments.top_up(shop.owner, NewPayment(amount=THOUSAND))
    assert refused.value.code == "PAYMENT_FAILED"


async def test_a_bank_that_fails_twice_is_asked_again(shop: Shop) -> None:
    shop.tbank.faults.extend([Fault(502), Fault(500)])
    assert (await shop.create()).payment_url is not None
    assert len({call["OrderId"] for call in shop.tbank.called("Init")}) == 1


async def test_a_bank_that_stays_silent_leaves_the_payment_open(shop: Shop) -> None:
    shop.tbank.faults.extend([Fault(502)] * 3)
    with pytest.raises(PaymentCreationFailed):
        await shop.create()
    (row,) = await shop.rows("SELECT status, provider_id, checked_at FROM payments")
    assert row == {"status": "NEW", "provider_id": None, "checked_at": None}


async def test_yookassa_is_asked_again_under_the_same_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    providers().payments.gateway("yookassa")
    monkeypatch.setattr("integrations.payments.yookassa_client._timeout_s", [1.0])
    shop.yookassa.faults.extend([YookassaFault(done=True), YookassaFault(hang_s=1.3)])
    payment = await shop.create_at_yookassa()
    assert set(shop.yookassa.keys) == {f"payment-{payment.order_id}"}
    assert len(shop.yookassa.keys) >= 3
    assert len(shop.yookassa.payments) == 1


async def test_a_dead_bank_is_told_from_a_refusal(shop: Shop, override: Any, bank_settings: dict[str, str]) -> None:
    from integrations.payments.factory import make_payments

    with override(**{**bank_settings, "OPORA_TBANK_API_URL": "http://127.0.0.1:1/v2"}) as settings:
        closed = make_payments(settings)
        with pytest.raises(Unavailable, match="OPORA_TBANK_API_URL"):
            await closed.gateway("tbank").state("1", "1")
        await closed.close()


async def test_one_key_is_one_payment(shop: Shop) -> None:
    made = await asyncio.gather(*(shop.create(request_key="same") for _ in range(6)))
    assert len({payment.order_id for payment in made}) == 1
    assert {payment.payment_url for payment in made} == {made[0].payment_url}
    assert len(shop.tbank.called("Init")) == 1


async def test_a_key_for_another_payment_is_a_conflict(shop: Shop) -> None:
    await shop.create(request_key="same")
    with pytest.raises(Conflict):
        await shop.create(Decimal("5.00"), request_key="same")


async def test_a_client_that_comes_again_finishes_what_began(shop: Shop) -> None:
    shop.tbank.faults.extend([Fault(502)] * 3)
    with pytest.raises(PaymentCreationFailed):
        await shop.create(request_key="same")
    payment = await shop.create(request_key="same")
    assert payment.payment_url is not None
    assert await shop.rows("SELECT order_id FROM payments") == [{"order_id": payment.order_id}]


async def test_keys_of_others_are_others(shop: Shop, make_tenant: MakeTenant) -> None:
    mine = await shop.create(request_key="same")
    other = Actor((await make_tenant()).id, Role.ADMIN)
    theirs = await payments.create(other, NewPayment(amount=THOUSAND, request_key="same"))
    assert mine.order_id != theirs.order_id


async def test_customers_and_agents_pay_nothing(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        await payments.create(Actor(shop.tenant.id, Role.MODERATOR), NewPayment(amount=THOUSAND))
    assert shop.tbank.calls == []


async def test_foreign_payments_are_not_found(shop: Shop, make_tenant: MakeTenant) -> None:
    payment = await shop.create()
    with pytest.raises(PaymentNotFound) as missing:
        await payments.status(Actor((await make_tenant()).id, Role.ADMIN), payment.order_id)
    assert missing.value.code == "PAYMENT_NOT_FOUND"


async def test_without_a_bank_the_settings_are_named(database: None, tenant: Any) -> None:
    actor = Actor(tenant.id, Role.ADMIN)
    with pytest.raises(Unavailable, match="OPORA_TBANK_TERMINAL_KEY"):
        await payments.create(actor, NewPayment(amount=THOUSAND))
    with pytest.raises(Unavailable, match="OPORA_YOOKASSA_SHOP_ID"):
        await payments.create(actor, NewPayment(amount=THOUSAND, provider=PaymentProvider.YOOKASSA))


async def test_looking_asks_the_bank_every_few_seconds(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = await shop.create()
    shop.tbank.pay(payment.order_id)
    assert (await payments.status(shop.owner, payment.order_id)).status is PaymentStatus.NEW
    monkeypatch.setattr(payments, "_ASK_EVERY_S", 0.0)
    shown = await payments.status(shop.owner, payment.order_id)
    assert (shown.status, await shop.balance()) == (PaymentStatus.CONFIRMED, THOUSAND)
    await payments.status(shop.owner, payment.order_id)
    assert len(shop.tbank.called("GetState")) == 1


async def test_looking_survives_a_bank_that_is_down(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = await shop.create()
    monkeypatch.setattr(payments, "_ASK_EVERY_S", 0.0)
    shop.tbank.faults.extend([Fault(500)] * 3)
    assert (await payments.status(shop.owner, payment.order_id)).status is PaymentStatus.NEW


async def test_the_history_counts_and_filters(shop: Shop) -> None:
    made = [await shop.create() for _ in range(3)]
    await shop.tell(shop.tbank.notification(shop.tbank.pay(made[0].order_id)))
    await shop.drain(shop.tenant)
    async with unit_of_work(shop.owner) as uow:
        page = await payments.list_payments(uow, None, OffsetPage(0, 2))
        paid = await payments.list_payments(uow, PaymentStatus.CONFIRMED, OffsetPage(0, 10))
    assert ([one.id for one in page.payments], page.total, page.has_more) == ([made[2].id, made[1].id], 3, True)
    assert ([one.id for one in paid.payments], paid.total, paid.has_more) == ([made[0].id], 1, False)


def test_no_bank_is_connected_before_it_is_asked(banks: Any) -> None:
    assert providers().payments._opened == {}
