"""Money over GraphQL: payments, movements, refunds, events."""

from typing import Any

import pytest

from core.actor import Role
from tests.fixtures.people import MakeTenant, MakeUser, TokenFor
from tests.graphql.client import GraphQLClient, Refused
from tests.graphql.conftest import live
from tests.graphql.socket_client import graphql_socket
from tests.payments.banks import Shop

__all__ = ["live"]
CREATE = """mutation($amount: Decimal!, $key: String) {
    createPayment(input: {amount: $amount, idempotencyKey: $key}) { orderId amount status paymentUrl paid } }"""
REFUND = """mutation($order: String!, $amount: Decimal) { refundPayment(orderId: $order, input: {amount: $amount}) {
    refund { amount status } payment { refunded } } }"""
MONEY = """{ balance { balance pendingTransactions currency }
    transactions(type: CREDIT) { edges { node { amount type serviceType details description(language: ENGLISH) } } }
    payments(status: CONFIRMED) { edges { node { orderId card } } } }"""


@pytest.fixture
async def owner(shop: Shop, make_user: MakeUser, token_for: TokenFor) -> GraphQLClient:
    token = await token_for(await make_user(shop.tenant, Role.ADMIN), "graphql")
    return GraphQLClient(shop.client, token)


@pytest.fixture
async def superadmin(shop: Shop, make_tenant: MakeTenant, make_user: MakeUser, token_for: TokenFor) -> GraphQLClient:
    """Of another tenant than the shop's."""
    token = await token_for(await make_user(await make_tenant(), Role.SUPERADMIN), "graphql")
    return GraphQLClient(shop.client, token)


async def paid(shop: Shop, owner: GraphQLClient) -> str:
    created = (await owner(CREATE, amount="10.50"))["createPayment"]
    assert (created["amount"], created["status"], created["paid"]) == ("10.50", "NEW", False)
    await shop.tell(shop.tbank.notification(shop.tbank.pay(created["orderId"])))
    await shop.drain(shop.tenant)
    return str(created["orderId"])


async def test_a_payment_is_created_paid_and_shown(shop: Shop, owner: GraphQLClient) -> None:
    order = await paid(shop, owner)
    told = await owner(MONEY)
    assert told["balance"] == {"balance": "10.50", "pendingTransactions": 0, "currency": "RUB"}
    assert [edge["node"] for edge in told["transactions"]["edges"]] == [
        {"amount": "10.50", "type": "CREDIT", "serviceType": "TOP_UP", "details": {"order_id": order},
         "description": "Top-up"}
    ]  # fmt: skip
    assert told["payments"]["edges"] == [{"node": {"orderId": order, "card": "430000******0777"}}]


async def test_one_payment_is_shown_to_its_own(shop: Shop, owner: GraphQLClient, superadmin: GraphQLClient) -> None:
    order = await paid(shop, owner)
    query = "query($order: String!) { payment(orderId: $order) { status paid } }"
    assert (await owner(query, order=order))["payment"] == {"status": "CONFIRMED", "paid": True}
    assert await superadmin.code(query, order=order) == "PAYMENT_NOT_FOUND"


async def test_refunds_are_the_superadmins(shop: Shop, owner: GraphQLClient, superadmin: GraphQLClient) -> None:
    order = await paid(shop, owner)
    assert await owner.code(REFUND, order=order) == "FORBIDDEN"
    told = (await superadmin(REFUND, order=order, amount="0.50"))["refundPayment"]
    assert told == {"refund": {"amount": "0.50", "status": "PENDING"}, "payment": {"refunded": "0.50"}}
    assert await superadmin.code(REFUND, order=order, amount="11") == "INVALID_PAYMENT_AMOUNT"
    assert await superadmin.code(REFUND, order="1") == "PAYMENT_NOT_FOUND"


async def test_wrong_sums_name_their_field(owner: GraphQLClient) -> None:
    with pytest.raises(Refused) as refused:
        await owner(CREATE, amount="0.001")
    assert (refused.value.code, refused.value.field) == ("INVALID_PAYMENT_AMOUNT", "amount")
    with pytest.raises(Refused) as wrong:
        await owner(CREATE, amount="5", key=" ")
    assert (wrong.value.code, wrong.value.field) == ("VALIDATION_ERROR", "idempotencyKey")


@pytest.mark.usefixtures("live_events")
async def test_payments_are_seen_to_move(shop: Shop, owner: GraphQLClient, live: str) -> None:
    order = await paid(shop, owner)
    async with graphql_socket(live) as socket:
        await socket.init(owner.token)
        await socket.subscribe("1", "subscription { billingEvents(after: 0) { seq kind payment { orderId status } } }")
        event: dict[str, Any] = (await socket.next())["data"]["billingEvents"]
    assert event == {"seq": 1, "kind": "payment.moved", "payment": {"orderId": order, "status": "CONFIRMED"}}
