"""Balance, payments and refunds as the document shows them, with each of its codes."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.api import create_app
from core.actor import Role, system_actor
from models.billing import ServiceType
from models.payments import Payment
from models.tenants import Tenant
from services import billing
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.tbank import Fault, TbankDouble
from tests.fixtures.application import bearer, client_of
from tests.fixtures.people import MakeTenant, MakeUser, sign_in
from tests.payments.banks import AT_TBANK, AT_YOOKASSA
from tests.payments.conftest import bank_settings, banks, tbank_of_the_run, yookassa_of_the_run
from tests.replyx_dialect.world import Account, told
from tests.support_dialect.published import hold_to_the_document

__all__ = ["bank_settings", "banks", "tbank_of_the_run", "yookassa_of_the_run"]
NEW = {
    "amount": 1000.00,
    "description": "Пополнение баланса",
    "return_url": "https://example.com/success",
    "fail_url": "https://example.com/failed",
    "customer_email": "user@example.com",
}


@pytest.fixture
async def paying(banks: Any, application: Starlette, account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """The account's own client, with both banks at work."""
    hooks = {"response": [hold_to_the_document]}
    async with client_of(application, headers=account.headers, event_hooks=hooks) as client:
        yield client


@pytest.fixture
def tbank(banks: tuple[TbankDouble, Any]) -> TbankDouble:
    return banks[0]


async def superadmin_of(make_tenant: MakeTenant, make_user: MakeUser) -> dict[str, str]:
    return bearer(await sign_in(await make_user(await make_tenant(), Role.SUPERADMIN), "replyx"))


async def pay(client: httpx.AsyncClient, tbank: TbankDouble, drain: Any, order: str) -> None:
    body = tbank.notification(tbank.pay(order))
    response = await client.post("/api/payments/webhook", json=body, headers={"x-forwarded-for": AT_TBANK})
    assert (response.status_code, response.text) == (200, "OK")
    await drain(await payer(order))


async def payer(order: str) -> Tenant:
    async with system_unit_of_work(SystemReason.PAYMENTS):
        payment = await Payment.get(order_id=order)
        return await Tenant.get(id=payment.tenant_id)


async def test_the_balance_of_a_new_account(paying: httpx.AsyncClient) -> None:
    response = await paying.get("/api/balance")
    assert response.json() == {
        "balance": 500.0,
        "welcome_bonus": 500.0,
        "total_spent": 0.0,
        "pending_transactions": 0,
        "currency": "RUB",
    }


async def test_a_payment_from_creation_to_refund(
    paying: httpx.AsyncClient, tbank: TbankDouble, drain_jobs: Any, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    created = await paying.post("/api/payments/create", json=NEW)
    assert created.status_code == 201
    body = created.json()
    assert body.keys() == {"payment_id", "payment_url", "amount", "status", "terminal_key", "created_at"}
    assert (body["amount"], body["status"]) == (1000.0, "NEW")
    assert (await paying.get("/api/balance")).json()["pending_transactions"] == 1
    await pay(paying, tbank, drain_jobs, body["payment_id"])
    status = (await paying.get(f"/api/payments/{body['payment_id']}/status")).json()
    assert (status["status"], status["success"], status["error_code"]) == ("CONFIRMED", True, None)
    assert status["details"] == {"pan": "430000******0777", "exp_date": "1122", "card_id": "867911"}
    assert (await paying.get("/api/balance")).json()["balance"] == 1500.0
    refund = {"amount": 500.00, "reason": "Возврат по запросу клиента"}
    path = f"/api/payments/{body['payment_id']}/refund"
    assert told(await paying.post(path, json=refund)) == (403, "INSUFFICIENT_PERMISSIONS", None)
    headers = await superadmin_of(make_tenant, make_user)
    answer = await paying.post(path, json=refund, headers=headers)
    assert (answer.status_code, answer.json()["refunded"]) == (200, 500.0)
    await drain_jobs(await payer(body["payment_id"]))
    shown = (await paying.get(f"/api/payments/{body['payment_id']}/status")).json()
    assert (shown["status"], (await paying.get("/api/balance")).json()["balance"]) == ("PARTIAL_REFUNDED", 1000.0)
    wrong = await paying.post(path, json={"amount": 600}, headers=headers)
    assert told(wrong) == (400, "INVALID_PAYMENT_AMOUNT", "amount")
    assert (await paying.post(path, json={}, headers=headers)).status_code == 200
    assert told(await paying.post(path, json={}, headers=headers)) == (409, "PAYMENT_ALREADY_PROCESSED", None)


async def test_history_and_transactions(paying: httpx.AsyncClient, tbank: TbankDouble, drain_jobs: Any) -> None:
    orders = [(await paying.post("/api/payments/create", json=NEW)).json()["payment_id"] for _ in range(2)]
    await pay(paying, tbank, drain_jobs, orders[0])
    history = (await paying.get("/api/payments/history", params={"limit": 1})).json()
    assert (history["total"], history["has_more"], history["payments"][0]["payment_id"]) == (2, True, orders[1])
    paid = (await paying.get("/api/payments/history", params={"status": "CONFIRMED"})).json()
    assert [one["payment_id"] for one in paid["payments"]] == [orders[0]]
    moved = (await paying.get("/api/balance/transactions", params={"type": "credit"})).json()
    assert [(one["amount"], one["description"], one["type"]) for one in moved["transactions"]] == [
        (1000.0, "Пополнение баланса", "credit"), (500.0, "Приветственный бонус", "credit")
    ]  # fmt: skip
    assert moved["total"] == 2
    assert (await paying.get("/api/balance/transactions", params={"type": "debit"})).json() == {
        "transactions": [], "total": 0
    }  # fmt: skip


async def test_debits_are_negative_and_name_their_dialog(paying: httpx.AsyncClient, account: Account) -> None:
    (tenant,) = await tenants_of(account)
    async with unit_of_work(system_actor(tenant)) as uow:
        details = {"dialog_id": 1, "message_count": 2}
        await billing.debit(uow, Decimal(10), ServiceType.WIDGET_MESSAGE, reference="turn:1:1", details=details)
    (entry,) = (await paying.get("/api/balance/transactions", params={"type": "debit"})).json()["transactions"]
    assert (entry["amount"], entry["service_type"], entry["details"]) == (-10.0, "widget_message", details)
    assert (await paying.get("/api/balance")).json()["total_spent"] == 10.0


async def tenants_of(account: Account) -> list[int]:
    from models.users import User
    from services.unit_of_work import SystemReason, system_unit_of_work

    async with system_unit_of_work(SystemReason.TENANTS):
        return [user.tenant_id for user in await User.filter(email=account.email)]


async def test_a_top_up_is_a_payment(paying: httpx.AsyncClient, tbank: TbankDouble) -> None:
    body = {"amount": 1000.0, "payment_method": "card", "return_url": "https://example.com/success"}
    response = await paying.post("/api/balance/top-up", json=body)
    assert (response.status_code, response.json()["amount"]) == (201, 1000.0)
    assert tbank.called("Init")[0]["SuccessURL"] == "https://example.com/success"


@pytest.mark.parametrize("amount", [0, -5, 0.001, 1e9, 10.123])
async def test_wrong_sums(paying: httpx.AsyncClient, amount: float) -> None:
    create = await paying.post("/api/payments/create", json={"amount": amount})
    top_up = await paying.post("/api/balance/top-up", json={"amount": amount})
    assert told(create) == (400, "INVALID_PAYMENT_AMOUNT", "amount")
    assert told(top_up) == (400, "INVALID_AMOUNT", "amount")


@pytest.mark.parametrize("body", [{}, {"amount": None}, {"amount": True}, {"amount": "ten"}, {"amount": [1]}])
async def test_what_is_no_sum(paying: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert told(await paying.post("/api/payments/create", json=body)) == (422, "VALIDATION_ERROR", "amount")


async def test_a_bank_that_refuses(paying: httpx.AsyncClient, tbank: TbankDouble) -> None:
    tbank.faults.extend([Fault(refusal="9999"), Fault(refusal="9999")])
    assert told(await paying.post("/api/payments/create", json=NEW)) == (503, "PAYMENT_CREATION_FAILED", None)
    assert told(await paying.post("/api/balance/top-up", json={"amount": 5})) == (503, "PAYMENT_FAILED", None)


async def test_an_idempotency_key(paying: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "a-key"}
    first = await paying.post("/api/payments/create", json=NEW, headers=headers)
    again = await paying.post("/api/payments/create", json=NEW, headers=headers)
    other = await paying.post("/api/payments/create", json={**NEW, "amount": 5}, headers=headers)
    assert first.json() == again.json()
    assert told(other) == (422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key")


async def test_a_payment_that_broke_off_goes_on_under_its_key(paying: httpx.AsyncClient, tbank: TbankDouble) -> None:
    headers = {"idempotency-key": "a-key"}
    tbank.faults.extend([Fault(method="Init") for _ in range(3)])
    first = await paying.post("/api/payments/create", json=NEW, headers=headers)
    again = await paying.post("/api/payments/create", json=NEW, headers=headers)
    assert (first.status_code, again.status_code) == (503, 201)
    assert len(tbank.payments) == 1
    assert (await paying.get("/api/payments/history")).json()["total"] == 1


async def test_foreign_and_unknown_payments(paying: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    order = (await paying.post("/api/payments/create", json=NEW)).json()["payment_id"]
    other = await Account.make(client)
    path = f"/api/payments/{order}/status"
    assert told(await client.get(path, headers=other.headers)) == (404, "PAYMENT_NOT_FOUND", None)
    assert told(await paying.get("/api/payments/1/status")) == (404, "PAYMENT_NOT_FOUND", None)


async def test_colleagues_see_no_money(application: Starlette, tenant: Tenant, make_user: MakeUser) -> None:
    token = await sign_in(await make_user(tenant, Role.MODERATOR), "replyx")
    async with client_of(application, headers=bearer(token)) as client:
        for path in ("/api/balance", "/api/balance/transactions", "/api/payments/history", "/api/payments/1/status"):
            assert told(await client.get(path)) == (403, "INSUFFICIENT_PERMISSIONS", None)
        for path in ("/api/balance/top-up", "/api/payments/create"):
            assert told(await client.post(path, json=NEW)) == (403, "INSUFFICIENT_PERMISSIONS", None)


async def test_without_a_bank(client: httpx.AsyncClient, account: Account) -> None:
    response = await client.post("/api/payments/create", json=NEW, headers=account.headers)
    assert told(response) == (503, "SERVICE_UNAVAILABLE", None)
    assert "OPORA_TBANK_TERMINAL_KEY" in response.json()["error"]["message"]


async def test_webhooks_fail_in_the_documents_words(paying: httpx.AsyncClient, tbank: TbankDouble) -> None:
    order = (await paying.post("/api/payments/create", json=NEW)).json()["payment_id"]
    body, path = tbank.notification(tbank.pay(order)), "/api/payments/webhook"
    stranger = await paying.post(path, json=body)
    forged = await paying.post(path, json={**body, "Token": "x"}, headers={"x-forwarded-for": AT_TBANK})
    unsigned = await paying.post(f"{path}/yookassa", json={}, headers={"x-forwarded-for": AT_YOOKASSA})
    assert told(stranger)[:2] == (403, "WEBHOOK_IP_NOT_ALLOWED")
    assert stranger.json()["error"]["message"] == "IP адрес не в whitelist T-Bank"
    assert told(forged)[:2] == (403, "WEBHOOK_SIGNATURE_INVALID")
    assert told(unsigned)[:2] == (400, "BAD_REQUEST")


async def test_three_top_ups_in_ten_minutes(banks: Any, override: Any, bank_settings: Any, account: Account) -> None:
    with override(**{**bank_settings, "OPORA_RATE_LIMITS": "on"}):
        app = create_app(opening=lambda _: nullcontext())
        async with client_of(app, headers=account.headers) as client:
            answers = [await client.post("/api/balance/top-up", json={"amount": 5}) for _ in range(4)]
            webhooks = [await client.post("/api/payments/webhook", json={}) for _ in range(3)]
        await app.state.rate_limits.close()
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert 500 < int(answers[-1].headers["retry-after"]) <= 600
    assert all("x-ratelimit-limit" not in response.headers for response in webhooks)
