"""A double of YooKassa's API, by https://yookassa.ru/developers/api: payments and refunds with idempotency keys."""

import asyncio
import base64
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.http_server import serving

SHOP, KEY = "100500", "test_secret-key-of-the-shop"
_CREATED = "2026-01-02T03:04:05.678Z"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request; ``done`` carries it out before."""

    status: int = 500
    hang_s: float = 0.0
    done: bool = False
    path: str | None = None


@dataclass
class YookassaDouble:
    """``keys`` are those of POST requests, in order; ``faults`` are used up one a request."""

    url: str = ""
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    refund_status: str = "succeeded"

    def reset(self) -> None:
        for kept in (self.payments, self.refunds, self.answered, self.keys, self.faults):
            kept.clear()
        self.refund_status = "succeeded"

    def of_order(self, order_id: str) -> dict[str, Any]:
        (payment,) = [one for one in self.payments.values() if one["metadata"]["order_id"] == order_id]
        return payment

    def pay(self, order_id: str) -> dict[str, Any]:
        """The payer pays."""
        card = {"first6": "555555", "last4": "4477", "expiry_month": "07", "expiry_year": "2028", "card_type": "Mir"}
        payment = self.of_order(order_id)
        method = {"type": "bank_card", "id": payment["id"], "saved": False, "card": card}
        payment.update(status="succeeded", paid=True, refundable=True, payment_method=method)
        return payment

    def cancel(self, order_id: str, reason: str) -> dict[str, Any]:
        payment = self.of_order(order_id)
        payment.update(status="canceled", cancellation_details={"party": "payment_network", "reason": reason})
        return payment

    @staticmethod
    def notification(payment: Mapping[str, Any], event: str | None = None, **changes: Any) -> dict[str, Any]:
        """What the shop is told; nothing signs it."""
        told = {**payment, **changes}
        return {"type": "notification", "event": event or f"payment.{told['status']}", "object": told}

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v3/payments", self._create_payment, methods=["POST"]),
                Route("/v3/payments/{id}", self._payment),
                Route("/v3/refunds", self._list_refunds, methods=["GET"]),
                Route("/v3/refunds", self._create_refund, methods=["POST"]),
            ]
        )

    async def _create_payment(self, request: Request) -> Response:
        return await self._post(request, self._new_payment)

    async def _create_refund(self, request: Request) -> Response:
        return await self._post(request, self._new_refund)

    async def _payment(self, request: Request) -> Response:
        payment = self.payments.get(request.path_params["id"])
        refused = await self._refused(request)
        if refused is not None:
            return refused
        return JSONResponse(payment) if payment else _error(404, "not_found", "Payment doesn't exist")

    async def _list_refunds(self, request: Request) -> Response:
        refused = await self._refused(request)
        if refused is not None:
            return refused
        wanted = request.query_params.get("payment_id")
        items = [one for one in self.refunds.values() if one["payment_id"] == wanted]
        return JSONResponse({"type": "list", "items": items})

    async def _post(self, request: Request, carry_out: Any) -> Response:
        """The same key gets the same answer again, and nothing happens twice."""
        key = request.headers.get("idempotence-key", "")
        if not key:
            return _error(400, "invalid_request", "Idempotence key is missing")
        self.keys.append(key)
        body = await request.json()
        lost = next((one for one in self.faults if one.done and one.path in (None, request.url.path)), None)
        if lost is not None:
            self._once(key, carry_out, body)
        refused = await self._refused(request)
        return refused if refused is not None else _shown(self._once(key, carry_out, body))

    def _once(self, key: str, carry_out: Any, body: Mapping[str, Any]) -> dict[str, Any]:
        if key not in self.answered:
            self.answered[key] = carry_out(body)
        return self.answered[key]

    async def _refused(self, request: Request) -> Response | None:
        expected = base64.b64encode(f"{SHOP}:{KEY}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _error(401, "invalid_credentials", "Authentication by given credentials failed")
        fault = next((one for one in self.faults if one.path in (None, request.url.path)), None)
        if fault is None:
            return None
        self.faults.remove(fault)
        await asyncio.sleep(fault.hang_s)
        return _error(fault.status, "internal_server_error", "Something went wrong")

    def _new_payment(self, body: Mapping[str, Any]) -> dict[str, Any]:
        number = str(uuid4())
        confirmation = {"type": "redirect", "confirmation_url": f"https://yoomoney.ru/checkout?orderId={number}"}
        payment = {
            "id": number,
            "status": "pending",
            "paid": False,
            "amount": body["amount"],
            "confirmation": {**confirmation, "return_url": body["confirmation"]["return_url"]},
            "created_at": _CREATED,
            "description": body.get("description"),
            "metadata": body["metadata"],
            "recipient": {"account_id": SHOP, "gateway_id": "1"},
            "refundable": False,
            "test": True,
        }
        self.payments[number] = payment
        return payment

    def _new_refund(self, body: Mapping[str, Any]) -> dict[str, Any]:
        payment = self.payments[body["payment_id"]]
        refunded = Decimal(payment.get("refunded_amount", {"value": "0"})["value"]) + Decimal(body["amount"]["value"])
        if payment["status"] != "succeeded" or refunded > Decimal(payment["amount"]["value"]):
            return {"code": "invalid_request", "description": "Refund amount exceeds the payment amount"}
        refund = {"id": str(uuid4()), "status": self.refund_status, "created_at": _CREATED, **body}
        if self.refund_status == "canceled":
            refund["cancellation_details"] = {"party": "yoo_money", "reason": "insufficient_funds"}
        else:
            payment["refunded_amount"] = {"value": f"{refunded:.2f}", "currency": "RUB"}
        self.refunds[refund["id"]] = refund
        return refund


def _shown(answer: dict[str, Any]) -> Response:
    return JSONResponse({"type": "error", **answer}, 400) if "code" in answer else JSONResponse(answer)


def _error(status: int, code: str, description: str) -> Response:
    return JSONResponse({"type": "error", "id": str(uuid4()), "code": code, "description": description}, status)


@contextmanager
def yookassa_server() -> Iterator[YookassaDouble]:
    """A running YooKassa; its API's address is ``url``."""
    double = YookassaDouble()
    with serving(double.app()) as url:
        double.url = f"{url}/v3"
        yield double
