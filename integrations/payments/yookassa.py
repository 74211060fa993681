"""YooKassa by its official package, https://yookassa.ru/developers/api.

The package is synchronous: it runs in a few threads of its own, each call with a timeout and our own idempotency key.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any, TypeVar

from core import network
from core.errors import BadRequest, Unavailable
from core.text import is_storable
from integrations.payments import yookassa_client
from integrations.payments.port import (
    BankRefused,
    BankState,
    Notice,
    OpenedPayment,
    Order,
    RefundAnswer,
    StatusWord,
)

_Answer = TypeVar("_Answer")
_THREADS = 8
_TRIES = 3
_PAUSE_S = 0.3
_DESCRIPTION = 128
_LONGEST_WORD = 128
_STATUSES: Mapping[str, StatusWord] = {
    "pending": "NEW",
    "waiting_for_capture": "AUTHORIZED",
    "succeeded": "CONFIRMED",
    "canceled": "REJECTED",
}
_REASONS: Mapping[str, StatusWord] = {
    "expired_on_confirmation": "DEADLINE_EXPIRED",
    "expired_on_capture": "DEADLINE_EXPIRED",
    "canceled_by_merchant": "CANCELED",
}
_OF_PAYMENTS = ("payment.succeeded", "payment.waiting_for_capture", "payment.canceled")
_OF_REFUNDS = ("refund.succeeded",)


class YookassaGateway:
    """A shop. ``home_url`` is where a payer comes back to who has no address of their own; ``timeout_s`` one try's."""

    def __init__(self, *, shop_id: str, secret_key: str, api_url: str, timeout_s: float, home_url: str) -> None:
        yookassa_client.configure(shop_id=shop_id, secret_key=secret_key, api_url=api_url, timeout_s=timeout_s)
        self.account = shop_id
        self._home_url = home_url
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(_THREADS, "yookassa")

    async def open(self, order: Order) -> OpenedPayment:
        """See the port. The order is the idempotency key, which the shop remembers for a day."""
        wanted = {
            "amount": _money(order.amount),
            "capture": True,
            "confirmation": {"type": "redirect", "return_url": order.return_url or self._home_url},
            "description": order.description[:_DESCRIPTION],
            "metadata": {"order_id": order.order_id},
        }
        payment = await self._call(lambda: yookassa_client.Payment.create(wanted, f"payment-{order.order_id}"))
        confirmation = payment.confirmation
        return OpenedPayment(str(payment.id), None if confirmation is None else str(confirmation.confirmation_url))

    async def state(self, order_id: str, provider_id: str | None) -> BankState | None:
        """See the port. A payment whose number got lost cannot be asked for: the shop has no search by order."""
        if provider_id is None:
            return None
        try:
            return _state(await self._call(lambda: yookassa_client.Payment.find_one(provider_id)))
        except BankRefused as refused:
            if refused.bank_code == "not_found":
                return None
            raise

    async def refund(self, provider_id: str, amount: Decimal, *, key: str, again: bool = False) -> RefundAnswer:
        """See the port. Keys are forgotten after a day: whoever asks ``again`` looks first at what the shop has."""
        known = [one for one in await self._refunds(provider_id) if _key_of(one) == key] if again else []
        wanted = {"payment_id": provider_id, "amount": _money(amount), "metadata": {"key": key}}
        refund = known[0] if known else await self._call(lambda: yookassa_client.Refund.create(wanted, key))
        if refund.status == "canceled":
            reason = refund.cancellation_details.reason if refund.cancellation_details else "canceled"
            raise BankRefused(str(reason), "the refund was cancelled")
        return RefundAnswer(done=refund.status == "succeeded", provider_id=str(refund.id))

    def notice(self, body: Mapping[str, Any]) -> Notice:
        """See the port. Nothing signs a notification: it says of which payment to ask, and no more."""
        event, told = body.get("event"), body.get("object")
        if not isinstance(told, dict) or event not in (*_OF_PAYMENTS, *_OF_REFUNDS):
            raise BadRequest("The notification is not about a payment")
        of_refund = event in _OF_REFUNDS
        metadata = told.get("metadata")
        kept = {
            "event": event,
            "payment_id": told.get("payment_id") if of_refund else told.get("id"),
            "order_id": None if of_refund or not isinstance(metadata, dict) else metadata.get("order_id"),
            "amount": None if of_refund else _told_amount(told.get("amount")),
            "object_id": told.get("id"),
            "status": told.get("status"),
        }
        if not all(value is None or _is_word(value) for value in kept.values()):
            raise BadRequest("The notification is in an unknown form")
        return self.notice_of(kept)

    def notice_of(self, kept: Mapping[str, Any]) -> Notice:
        """See the port."""
        amount = kept["amount"]
        return Notice(
            str(kept["payment_id"]), kept["order_id"], None if amount is None else Decimal(amount), kept, state=None
        )

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _refunds(self, provider_id: str) -> list[Any]:
        return await self._call(lambda: yookassa_client.refunds_of(provider_id))

    async def _call(self, ask: Callable[[], _Answer]) -> _Answer:
        """Raises BankRefused, Unavailable."""
        network.assert_allowed("YooKassa")
        loop = asyncio.get_running_loop()
        for number in range(_TRIES):
            if number:
                await asyncio.sleep(_PAUSE_S * 2**number)
            try:
                # The thread ends by its own timeout; ours is for a pool that is busy with such threads.
                async with asyncio.timeout(2 * self._timeout_s):
                    return await loop.run_in_executor(self._threads, ask)
            except (*yookassa_client.LATER, yookassa_client.Unreachable, TimeoutError):
                continue
            except yookassa_client.REFUSED as refused:
                told = refused.content or {}
                code, text = str(told.get("code", "refused")), str(told.get("description", ""))
                raise BankRefused(code, text) from refused
        raise Unavailable("YooKassa does not answer; check OPORA_YOOKASSA_API_URL")


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_WORD and is_storable(value)


def _state(payment: Any) -> BankState:
    """A payment as the package shows it."""
    status = _STATUSES.get(payment.status)
    if status is None:
        raise BadRequest("YooKassa tells of a payment in an unknown form")
    details = payment.cancellation_details
    if payment.status == "canceled" and details is not None:
        status = _REASONS.get(details.reason, status)
    amount = Decimal(payment.amount.value)
    refunded = Decimal(payment.refunded_amount.value) if payment.refunded_amount else Decimal(0)
    if refunded:
        status = "REFUNDED" if refunded >= amount else "PARTIAL_REFUNDED"
    error = None if details is None else str(details.reason)[:64]
    order_id = (payment.metadata or {}).get("order_id")
    return BankState(str(payment.id), status, amount, refunded, error, _card(payment.payment_method), order_id)


def _card(method: Any) -> dict[str, str]:
    card = getattr(method, "card", None)
    if card is None:
        return {}
    expires = f"{card.expiry_month}{str(card.expiry_year)[-2:]}" if card.expiry_month and card.expiry_year else ""
    return {"pan": f"{card.first6 or ''}******{card.last4}", **({"exp_date": expires} if expires else {})}


def _money(amount: Decimal) -> dict[str, str]:
    return {"value": f"{amount:.2f}", "currency": "RUB"}


def _key_of(refund: Any) -> str | None:
    metadata = getattr(refund, "metadata", None)
    return metadata.get("key") if isinstance(metadata, dict) else None


def _told_amount(amount: Any) -> str | None:
    """The sum in roubles as text. Raises BadRequest where it is none."""
    try:
        value = Decimal(str(amount["value"])) if amount["currency"] == "RUB" else None
    except (KeyError, TypeError, ArithmeticError):
        value = None
    if value is None or not value.is_finite():
        raise BadRequest("The notification tells of no sum in roubles")
    return f"{value:.2f}"
