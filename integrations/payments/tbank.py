"""T-Bank's internet acquiring by its published protocol, https://developer.tbank.ru/eacq/api.

One-stage payments (``PayType`` O): the bank confirms by itself. Amounts go in kopecks.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

import httpx

from core import network
from core.errors import BadRequest, Unavailable
from core.refusals.payments import WebhookSignatureInvalid
from integrations.payments.money import kopecks, roubles
from integrations.payments.port import (
    BankRefused,
    BankState,
    Notice,
    OpenedPayment,
    Order,
    RefundAnswer,
    StatusWord,
)
from integrations.payments.tbank_tokens import TOKEN, is_signed, token_of

_TRIES = 3
_BUDGET_TRIES = 2
"""All tries of a call together last as long as two that hang."""
_PAUSE_S = 0.3
_DESCRIPTION = 140
_KEPT = ("Status", "PaymentId", "OrderId", "Amount", "Success", "ErrorCode", "Pan", "ExpDate", "CardId", "TerminalKey")
_NUMBER = re.compile(r"[0-9A-Za-z-]{1,64}")
# Between our words the bank has finer ones; a failed try (AUTH_FAIL) leaves the payer's form open for another.
_STATUSES: Mapping[str, StatusWord] = {
    "NEW": "NEW",
    "FORM_SHOWED": "FORM_SHOWED",
    "FORMSHOWED": "FORM_SHOWED",
    "AUTHORIZING": "FORM_SHOWED",
    "3DS_CHECKING": "FORM_SHOWED",
    "3DS_CHECKED": "FORM_SHOWED",
    "AUTH_FAIL": "FORM_SHOWED",
    "PAY_CHECKING": "FORM_SHOWED",
    "AUTHORIZED": "AUTHORIZED",
    "CONFIRMING": "AUTHORIZED",
    "REVERSING": "AUTHORIZED",
    "PARTIAL_REVERSED": "AUTHORIZED",
    "CONFIRMED": "CONFIRMED",
    "CONFIRM_CHECKING": "AUTHORIZED",
    "REFUNDING": "CONFIRMED",
    "ASYNC_REFUNDING": "CONFIRMED",
    "PARTIAL_REFUNDED": "PARTIAL_REFUNDED",
    "REFUNDED": "REFUNDED",
    "REVERSED": "CANCELED",
    "CANCELED": "CANCELED",
    "CANCELLED": "CANCELED",
    "REJECTED": "REJECTED",
    "DEADLINE_EXPIRED": "DEADLINE_EXPIRED",
    "ATTEMPTS_EXPIRED": "REJECTED",
}
_GIVING_BACK = frozenset({"REFUNDING", "ASYNC_REFUNDING", "REVERSING"})
_GIVEN_BACK = frozenset({"REFUNDED", "PARTIAL_REFUNDED", "REVERSED", "PARTIAL_REVERSED", "CANCELED"})


class TbankGateway:
    """A terminal. ``timeout_s`` bounds one try, of which a call has up to three."""

    def __init__(self, *, terminal_key: str, password: str, api_url: str, timeout_s: float) -> None:
        self.account = terminal_key
        self._password = password
        self._budget_s = _BUDGET_TRIES * timeout_s
        self._client = httpx.AsyncClient(base_url=f"{api_url.rstrip('/')}/", timeout=timeout_s, trust_env=False)

    async def open(self, order: Order) -> OpenedPayment:
        """See the port. A try whose answer was lost leaves a payment that nobody can pay: its address is unknown."""
        answer = await self._call(
            "Init",
            {
                "Amount": kopecks(order.amount),
                "OrderId": order.order_id,
                "Description": order.description[:_DESCRIPTION] or None,
                "PayType": "O",
                "NotificationURL": order.notification_url,
                "SuccessURL": order.return_url,
                "FailURL": order.fail_url,
                "DATA": {"Email": order.customer_email} if order.customer_email else None,
            },
        )
        if not answer.get("PaymentURL") or not answer.get("PaymentId"):
            raise Unavailable("T-Bank opened a payment without an address")
        return OpenedPayment(str(answer["PaymentId"]), str(answer["PaymentURL"]))

    async def state(self, order_id: str, provider_id: str | None) -> BankState | None:
        """See the port. Without the bank's number it asks by the order, and takes what came furthest."""
        if provider_id is not None:
            return _state(await self._call("GetState", {"PaymentId": provider_id}, answered_by="Status"))
        try:
            answer = await self._call("CheckOrder", {"OrderId": order_id})
        except BankRefused:
            # Its codes do not say so for certain; a payment that nobody could open is lost either way.
            return None
        states = [
            _state({**payment, "ErrorCode": "0", "OrderId": order_id}) for payment in answer.get("Payments") or ()
        ]
        return max(states, key=lambda one: one.status in ("CONFIRMED", "PARTIAL_REFUNDED", "REFUNDED"), default=None)

    async def refund(self, provider_id: str, amount: Decimal, *, key: str, again: bool = False) -> RefundAnswer:
        """See the port. The bank answers a ``key`` that it knows with the payment's state, and moves nothing."""
        answer = await self._call(
            "Cancel", {"PaymentId": provider_id, "Amount": kopecks(amount), "ExternalRequestId": key}
        )
        status = str(answer.get("Status"))
        if status == "REJECTED":
            raise BankRefused(str(answer.get("ErrorCode", "")), str(answer.get("Message", status)))
        return RefundAnswer(done=status in _GIVEN_BACK, provider_id=key)

    def notice(self, body: Mapping[str, Any]) -> Notice:
        """See the port. Follows https://developer.tbank.ru/eacq/intro/developer/notification."""
        if not is_signed(body, self._password) or body.get("TerminalKey") != self.account:
            raise WebhookSignatureInvalid
        if "Status" not in body or "OrderId" not in body:
            raise BadRequest("The notification is not about a payment")
        return self.notice_of({name: body[name] for name in _KEPT if name in body})

    def notice_of(self, kept: Mapping[str, Any]) -> Notice:
        """See the port."""
        state = _state(kept)
        return Notice(state.provider_id, str(kept["OrderId"]), state.amount, kept, state)

    async def close(self) -> None:
        await self._client.aclose()

    async def _call(self, method: str, parameters: Mapping[str, Any], answered_by: str | None = None) -> dict[str, Any]:
        """The bank's answer where it says yes, or has what ``answered_by`` names. Raises BankRefused, Unavailable."""
        network.assert_allowed("T-Bank")
        body = {"TerminalKey": self.account, **{name: value for name, value in parameters.items() if value is not None}}
        answer = await self._answer(method, {**body, TOKEN: token_of(body, self._password)})
        if answer.get("Success") is not True and answered_by not in answer:
            details = answer.get("Details") or answer.get("Message") or ""
            raise BankRefused(str(answer.get("ErrorCode", "")), str(details))
        return answer

    async def _answer(self, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._budget_s):
                for number in range(_TRIES):
                    await asyncio.sleep(_PAUSE_S * (2**number - 1))
                    if (answer := await self._try(method, body)) is not None:
                        return answer
        raise Unavailable("T-Bank does not answer; check OPORA_TBANK_API_URL")

    async def _try(self, method: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            response = await self._client.post(method, json=body)
            answer = response.json() if response.status_code < 500 else None
        except (httpx.HTTPError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None


def _state(told: Mapping[str, Any]) -> BankState:
    """Raises BadRequest where the answer or notification is not one."""
    status, number, amount = _STATUSES.get(str(told.get("Status"))), str(told.get("PaymentId")), told.get("Amount")
    if status is None or not _NUMBER.fullmatch(number) or not isinstance(amount, int) or amount < 0:
        raise BadRequest("T-Bank tells of a payment in an unknown form")
    code = str(told.get("ErrorCode", "0"))
    names = {"pan": "Pan", "exp_date": "ExpDate", "card_id": "CardId"}
    card = {ours: str(told[theirs])[:64] for ours, theirs in names.items() if told.get(theirs) not in (None, "")}
    return BankState(
        number,
        status,
        roubles(amount),
        error_code=None if code == "0" else code[:64],
        card=card,
        order_id=str(told["OrderId"]) if told.get("OrderId") else None,
        refunding=told["Status"] in _GIVING_BACK,
    )
