"""A double of T-Bank's acquiring, by https://developer.tbank.ru/eacq/api: Init, GetState, CheckOrder, Cancel.

Requests are refused whose token is wrong. Notifications are made and signed as the bank does it.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.http_server import serving

TERMINAL, PASSWORD = "1700000000000DEMO", "usaf8fw8fsw21g"
_CLOSED = ("REJECTED", "CANCELED", "DEADLINE_EXPIRED", "REVERSED", "REFUNDED")


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request: a status, a refusal, or silence; ``done`` carries it out before."""

    status: int = 500
    refusal: str | None = None
    hang_s: float = 0.0
    done: bool = False
    method: str | None = None


@dataclass
class BankPayment:
    """A payment as the bank knows it; sums are kopecks."""

    id: str
    order_id: str
    amount: int
    request: Mapping[str, Any]
    status: str = "NEW"
    refunds: dict[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        return self.amount - sum(self.refunds.values())


@dataclass
class TbankDouble:
    """``calls`` are methods with their bodies; ``faults`` are used up one a request of their method."""

    url: str = ""
    payments: dict[str, BankPayment] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    _numbers: Iterator[int] = field(default_factory=lambda: count(987_654_321))

    def reset(self) -> None:
        self.payments.clear()
        self.calls.clear()
        self.faults.clear()

    def of_order(self, order_id: str) -> BankPayment:
        (payment,) = [payment for payment in self.payments.values() if payment.order_id == order_id]
        return payment

    def called(self, method: str) -> list[dict[str, Any]]:
        return [body for name, body in self.calls if name == method]

    def pay(self, order_id: str) -> BankPayment:
        """The payer pays."""
        payment = self.of_order(order_id)
        payment.status = "CONFIRMED"
        return payment

    def notification(self, payment: BankPayment, status: str | None = None, **changes: Any) -> dict[str, Any]:
        """What the bank tells of a payment, signed; ``changes`` are signed too."""
        body = {
            "TerminalKey": TERMINAL,
            "OrderId": payment.order_id,
            "Success": (status or payment.status) not in ("REJECTED", "DEADLINE_EXPIRED"),
            "Status": status or payment.status,
            "PaymentId": int(payment.id),
            "ErrorCode": "0",
            "Amount": payment.amount,
            "CardId": 867911,
            "Pan": "430000******0777",
            "ExpDate": "1122",
            **changes,
        }
        return {**body, "Token": token(body)}

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v2/{method}", self._call, methods=["POST"])])

    async def _call(self, request: Request) -> Response:
        method, body = request.path_params["method"], await request.json()
        self.calls.append((method, body))
        if body.get("TerminalKey") != TERMINAL or body.get("Token") != token(body):
            return _refusal("204", "Неверный токен. Проверьте пару TerminalKey/SecretKey.")
        fault = next((one for one in self.faults if one.method in (None, method)), None)
        if fault is None:
            return self._answer(method, body)
        self.faults.remove(fault)
        if fault.done:
            self._answer(method, body)
        if fault.refusal is not None:
            return _refusal(fault.refusal, "Операция отклонена")
        await asyncio.sleep(fault.hang_s)
        return Response("<html>Bad Gateway</html>", fault.status)

    def _answer(self, method: str, body: Mapping[str, Any]) -> Response:
        match method:
            case "Init":
                return self._init(body)
            case "CheckOrder":
                return self._check_order(body)
        payment = self.payments.get(str(body["PaymentId"]))
        if payment is None:
            return _refusal("255", "Платеж не найден")
        return self._cancel(payment, body) if method == "Cancel" else _success(payment)

    def _init(self, body: Mapping[str, Any]) -> Response:
        if not isinstance(body["Amount"], int) or body["Amount"] <= 0:
            return _refusal("9999", "Поле Amount неверно")
        number = str(next(self._numbers))
        payment = self.payments[number] = BankPayment(number, str(body["OrderId"]), body["Amount"], body)
        return _success(payment, PaymentURL=f"https://securepay.tinkoff.ru/new/{number}")

    def _check_order(self, body: Mapping[str, Any]) -> Response:
        found = [one for one in self.payments.values() if one.order_id == body["OrderId"]]
        if not found:
            return _refusal("255", "Заказ не найден")
        told = [{"PaymentId": one.id, "Amount": one.amount, "Status": one.status, "Success": True} for one in found]
        answer = {"TerminalKey": TERMINAL, "OrderId": body["OrderId"], "Success": True, "ErrorCode": "0"}
        return JSONResponse({**answer, "Message": "OK", "Payments": told})

    def _cancel(self, payment: BankPayment, body: Mapping[str, Any]) -> Response:
        """A known ``ExternalRequestId`` moves nothing: the present state is told."""
        key, before = str(body.get("ExternalRequestId") or next(self._numbers)), payment.left
        amount = body.get("Amount", payment.amount)
        if key not in payment.refunds:
            if payment.status in _CLOSED or amount > payment.left:
                return _refusal("8", "Неверный статус транзакции")
            payment.refunds[key] = amount
            payment.status = "PARTIAL_REFUNDED" if payment.left else "REFUNDED"
        return _success(payment, OriginalAmount=before, NewAmount=payment.left, ExternalRequestId=key)


def token(body: Mapping[str, Any]) -> str:
    """By the bank's description, written apart from the product's."""
    pairs = [(name, value) for name, value in body.items() if name != "Token" and not isinstance(value, dict | list)]
    pairs.append(("Password", PASSWORD))
    words = [str(value).lower() if isinstance(value, bool) else str(value) for _, value in sorted(pairs)]
    return hashlib.sha256("".join(words).encode()).hexdigest()


def _success(payment: BankPayment, **more: Any) -> Response:
    told = {
        "Success": True,
        "ErrorCode": "0",
        "TerminalKey": TERMINAL,
        "Status": payment.status,
        "PaymentId": payment.id,
        "OrderId": payment.order_id,
        "Amount": payment.amount if payment.status != "PARTIAL_REFUNDED" else payment.left,
    }
    return JSONResponse({**told, **more})


def _refusal(code: str, message: str) -> Response:
    return JSONResponse({"Success": False, "ErrorCode": code, "Message": message, "Details": message})


@contextmanager
def tbank_server() -> Iterator[TbankDouble]:
    """A running bank; its API's address is ``url``."""
    double = TbankDouble()
    with serving(double.app()) as url:
        double.url = f"{url}/v2"
        yield double
