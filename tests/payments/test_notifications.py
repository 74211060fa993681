"""Notifications: turned away or stored once, credited once, in whatever order they come."""

import asyncio
import random
from decimal import Decimal
from typing import Any

import httpx
import pytest

from models.payments import PaymentStatus
from services import payment_notifications
from tests.doubles.tbank import Fault
from tests.doubles.tbank import token as signed
from tests.doubles.yookassa import Fault as YookassaFault
from tests.payments.banks import AT_TBANK, THOUSAND, WEBHOOK, YOOKASSA_WEBHOOK, Shop

HANDLED = "SELECT count(*) AS n FROM payment_notifications WHERE handled_at IS NOT NULL"


def told(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def stored(shop: Shop) -> int:
    (row,) = await shop.rows("SELECT count(*) AS n FROM payment_notifications")
    return int(row["n"])


async def test_a_confirmed_payment_is_credited(shop: Shop) -> None:
    payment = await shop.create()
    response = await shop.tell(shop.tbank.notification(shop.tbank.pay(payment.order_id)))
    assert (response.status_code, response.text) == (200, "OK")
    assert await shop.balance() == 0
    await shop.drain(shop.tenant)
    present = await shop.stored(payment)
    assert (present.status, await shop.balance()) == (PaymentStatus.CONFIRMED, THOUSAND)
    assert present.details == {"pan": "430000******0777", "exp_date": "1122", "card_id": "867911"}
    assert await shop.ledger() == [(f"payment:{payment.order_id}", THOUSAND)]


async def test_an_echo_is_stored_once(shop: Shop) -> None:
    payment = await shop.create()
    body = shop.tbank.notification(shop.tbank.pay(payment.order_id))
    responses = await asyncio.gather(*(shop.tell(body) for _ in range(10)))
    assert {response.text for response in responses} == {"OK"}
    await shop.drain(shop.tenant)
    await shop.tell(body)
    await shop.drain(shop.tenant)
    assert (await stored(shop), await shop.balance()) == (1, THOUSAND)


@pytest.mark.parametrize("address", ["203.0.113.7", "127.0.0.1", "185.71.76.5", "::1", "nonsense", "91.194.228.1"])
async def test_strangers_are_turned_away(shop: Shop, address: str) -> None:
    payment = await shop.create()
    body = shop.tbank.notification(shop.tbank.pay(payment.order_id))
    assert told(await shop.tell(body, address)) == (403, "WEBHOOK_IP_NOT_ALLOWED")
    assert (
        told(await shop.tell_of(shop.yookassa.notification({"status": "x"}), AT_TBANK))[1] == "WEBHOOK_IP_NOT_ALLOWED"
    )
    assert await stored(shop) == 0


async def test_an_address_is_believed_from_our_proxies_alone(shop: Shop, override: Any, bank_settings: Any) -> None:
    payment = await shop.create()
    body = shop.tbank.notification(shop.tbank.pay(payment.order_id))
    with override(**{**bank_settings, "OPORA_TRUSTED_PROXIES": ""}):
        assert told(await shop.tell(body)) == (403, "WEBHOOK_IP_NOT_ALLOWED")


@pytest.mark.parametrize(
    "forge",
    [
        lambda body: {**body, "Token": "0" * 64},
        lambda body: {**body, "Amount": 1},
        lambda body: {**body, "Status": "REFUNDED"},
        lambda body: {**body, "Success": "true!"},
        lambda body: {name: value for name, value in body.items() if name != "Token"},
        lambda body: _again({**body, "TerminalKey": "1700000000001DEMO"}),
    ],
)
async def test_forgeries_are_turned_away(shop: Shop, forge: Any) -> None:
    payment = await shop.create()
    body = forge(shop.tbank.notification(shop.tbank.pay(payment.order_id)))
    assert told(await shop.tell(body)) == (403, "WEBHOOK_SIGNATURE_INVALID")
    assert await stored(shop) == 0


def _again(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "Token": signed(body)}


async def test_unknown_orders_are_not_found(shop: Shop) -> None:
    payment = await shop.create()
    body = shop.tbank.notification(shop.tbank.pay(payment.order_id), OrderId="209901019")
    assert told(await shop.tell(body)) == (404, "PAYMENT_NOT_FOUND")


@pytest.mark.parametrize("amount", [1, 99_999, 100_001])
async def test_another_sum_is_never_credited(shop: Shop, amount: int) -> None:
    payment = await shop.create()
    body = shop.tbank.notification(shop.tbank.pay(payment.order_id), Amount=amount)
    assert told(await shop.tell(body)) == (400, "INVALID_PAYMENT_AMOUNT")
    await shop.drain(shop.tenant)
    assert (await stored(shop), await shop.balance()) == (0, Decimal(0))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff", b'{"a":' * 2000])
async def test_what_is_no_notification_is_a_bad_request(shop: Shop, body: bytes) -> None:
    for path in (WEBHOOK, YOOKASSA_WEBHOOK):
        address = AT_TBANK if path == WEBHOOK else "185.71.76.5"
        response = await shop.client.post(path, content=body, headers={"x-forwarded-for": address})
        assert told(response) == (400, "BAD_REQUEST")


async def test_too_large_ones_are_not_read(shop: Shop) -> None:
    response = await shop.client.post(WEBHOOK, content=b"x" * 70_000, headers={"x-forwarded-for": AT_TBANK})
    assert response.status_code == 413


@pytest.mark.parametrize("second", ["AUTHORIZED", "REJECTED", "CANCELED", "DEADLINE_EXPIRED", "NEW", "FORM_SHOWED"])
async def test_after_confirmed_nothing_less_counts(shop: Shop, second: str) -> None:
    payment = await shop.paid()
    await shop.tell(shop.tbank.notification(shop.tbank.of_order(payment.order_id), second))
    await shop.drain(shop.tenant)
    assert ((await shop.stored(payment)).status, await shop.balance()) == (PaymentStatus.CONFIRMED, THOUSAND)


async def test_money_that_comes_late_is_credited(shop: Shop) -> None:
    payment = await shop.create()
    await shop.tell(shop.tbank.notification(shop.tbank.of_order(payment.order_id), "REJECTED", ErrorCode="1051"))
    await shop.drain(shop.tenant)
    lost = await shop.stored(payment)
    assert (lost.status, lost.error_code) == (PaymentStatus.REJECTED, "1051")
    await shop.tell(shop.tbank.notification(shop.tbank.pay(payment.order_id)))
    await shop.drain(shop.tenant)
    found = await shop.stored(payment)
    assert (found.status, found.error_code, await shop.balance()) == (PaymentStatus.CONFIRMED, None, THOUSAND)


async def test_a_refund_told_before_the_payment_nets_out(shop: Shop) -> None:
    payment = await shop.create()
    there = shop.tbank.pay(payment.order_id)
    await shop.tell(shop.tbank.notification(there, "REFUNDED"))
    await shop.drain(shop.tenant)
    await shop.tell(shop.tbank.notification(there, "CONFIRMED"))
    await shop.drain(shop.tenant)
    present = await shop.stored(payment)
    assert (present.status, present.refunded, await shop.balance()) == (PaymentStatus.REFUNDED, THOUSAND, Decimal(0))
    assert [amount for _, amount in await shop.ledger()] == [THOUSAND, -THOUSAND]


async def test_a_notification_is_quicker_than_the_answer(shop: Shop) -> None:
    shop.tbank.faults.extend([Fault(done=True), Fault(502), Fault(502)])
    with pytest.raises(Exception, match="does not answer"):
        await shop.create()
    (there,) = shop.tbank.payments.values()
    there.status = "CONFIRMED"
    assert (await shop.tell(shop.tbank.notification(there))).text == "OK"
    await shop.drain(shop.tenant)
    (row,) = await shop.rows("SELECT status, provider_id FROM payments")
    assert (row, await shop.balance()) == ({"status": "CONFIRMED", "provider_id": there.id}, THOUSAND)


async def test_the_owner_is_told_by_mail(shop: Shop, make_user: Any) -> None:
    from core.actor import Role

    owner = await make_user(shop.tenant, Role.ADMIN)
    await shop.paid()
    letters = await shop.rows("SELECT template, recipient FROM mail")
    assert letters == [{"template": "payment_received", "recipient": owner.email}]


async def test_yookassa_is_believed_when_asked(shop: Shop) -> None:
    payment = await shop.paid_at_yookassa()
    assert (payment.status, await shop.balance()) == (PaymentStatus.CONFIRMED, THOUSAND)
    assert payment.details == {"pan": "555555******4477", "exp_date": "0728"}


async def test_yookassas_word_alone_moves_nothing(shop: Shop) -> None:
    payment = await shop.create_at_yookassa()
    lie = shop.yookassa.notification(shop.yookassa.of_order(payment.order_id), "payment.succeeded", status="succeeded")
    assert (await shop.tell_of(lie)).status_code == 200
    await shop.drain(shop.tenant)
    assert ((await shop.stored(payment)).status, await shop.balance()) == (PaymentStatus.NEW, Decimal(0))
    assert await shop.rows(HANDLED) == [{"n": 1}]


async def test_a_paid_payment_pays_for_no_other(shop: Shop) -> None:
    """An order whose number at the shop is not known yet cannot borrow another's."""
    paid = await shop.paid_at_yookassa()
    shop.yookassa.faults.extend([YookassaFault()] * 3)
    with pytest.raises(Exception, match="does not answer"):
        await shop.create_at_yookassa()
    (other,) = await shop.rows("SELECT order_id FROM payments WHERE provider_id IS NULL")
    theirs = shop.yookassa.of_order(paid.order_id)
    await shop.tell_of(shop.yookassa.notification(theirs, metadata={"order_id": other["order_id"]}))
    await shop.drain(shop.tenant)
    assert await shop.balance() == THOUSAND


async def test_yookassa_names_another_sum(shop: Shop) -> None:
    payment = await shop.create_at_yookassa()
    there = shop.yookassa.pay(payment.order_id)
    lie = shop.yookassa.notification(there, amount={"value": "1.00", "currency": "RUB"})
    assert told(await shop.tell_of(lie)) == (400, "INVALID_PAYMENT_AMOUNT")
    assert told(await shop.tell_of(shop.yookassa.notification({**there, "id": "x", "metadata": {}}))) == (
        404, "PAYMENT_NOT_FOUND"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("expired_on_confirmation", "DEADLINE_EXPIRED"),
        ("canceled_by_merchant", "CANCELED"),
        ("card_expired", "REJECTED"),
    ],
)
async def test_yookassas_reasons(shop: Shop, reason: str, status: str) -> None:
    payment = await shop.create_at_yookassa()
    await shop.tell_of(shop.yookassa.notification(shop.yookassa.cancel(payment.order_id, reason)))
    await shop.drain(shop.tenant)
    present = await shop.stored(payment)
    assert (present.status.value, present.error_code) == (status, reason)


async def test_a_job_that_runs_twice_credits_once(shop: Shop) -> None:
    payment = await shop.create()
    await shop.tell(shop.tbank.notification(shop.tbank.pay(payment.order_id)))
    await shop.drain(shop.tenant)
    await shop.rows("UPDATE jobs SET state = 'pending' WHERE task = 'payments.notified' RETURNING id")
    await shop.rows("UPDATE payment_notifications SET handled_at = NULL RETURNING id")
    await shop.drain(shop.tenant)
    assert await shop.balance() == THOUSAND
    assert payment_notifications.accept is not None


async def test_many_payments_many_echoes_and_forgeries(shop: Shop) -> None:
    """The short form of `python -m benchmarks payments`."""
    made = [await shop.create(Decimal(number)) for number in range(1, 11)]
    bodies = []
    for payment in made:
        there = shop.tbank.pay(payment.order_id)
        true = [shop.tbank.notification(there, status) for status in ("AUTHORIZED", "CONFIRMED", "CONFIRMED")]
        forged = [{**true[1], "Amount": there.amount * 10}, {**true[1], "Token": "f" * 64}]
        bodies += [*true, *true, *forged]
    random.Random(7).shuffle(bodies)
    responses = await asyncio.gather(*(shop.tell(body) for body in bodies))
    assert sorted({response.status_code for response in responses}) == [200, 403]
    await shop.drain(shop.tenant)
    assert await shop.balance() == sum(range(1, 11))
    assert sorted(amount for _, amount in await shop.ledger()) == [Decimal(number) for number in range(1, 11)]
