"""What the product asks of a bank, in words of its own; amounts are roubles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from core.errors import BadRequest

StatusWord = Literal[
    "NEW",
    "FORM_SHOWED",
    "AUTHORIZED",
    "CONFIRMED",
    "REJECTED",
    "CANCELED",
    "DEADLINE_EXPIRED",
    "PARTIAL_REFUNDED",
    "REFUNDED",
]
"""Where a payment stands: the words of ``models.payments.PaymentStatus``."""


class BankRefused(BadRequest):
    """The bank understood and will not do it: nothing happened. ``bank_code`` is the bank's own."""

    code = "BANK_REFUSED"

    def __init__(self, bank_code: str, message: str) -> None:
        super().__init__(f"The bank refused ({bank_code}): {message}"[:250])
        self.bank_code = bank_code[:64]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid. The same ``order_id`` is the same payment, however often it is opened.

    ``return_url`` is where the payer comes back to, ``fail_url`` where it failed; ``notification_url`` where the
    bank tells of it.
    """

    order_id: str
    amount: Decimal
    description: str
    customer_email: str | None = None
    return_url: str | None = None
    fail_url: str | None = None
    notification_url: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedPayment:
    provider_id: str
    payment_url: str | None
    """None where the bank knew the order and gives no address again."""


@dataclass(frozen=True, slots=True)
class BankState:
    """What a bank says of a payment. ``refunded`` is None where it does not say how much went back.

    ``refunding`` says that it gives money back just now; ``order_id`` is None where it does not repeat the order;
    ``card`` holds the masked card, as far as it is told: ``pan``, ``exp_date``, ``card_id``.
    """

    provider_id: str
    status: StatusWord
    amount: Decimal
    refunded: Decimal | None = None
    error_code: str | None = None
    card: Mapping[str, str] = field(default_factory=dict)
    order_id: str | None = None
    refunding: bool = False


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """``done`` is False while the bank is still at it; ``provider_id`` the bank's number of the refund."""

    done: bool
    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notification says. ``state`` is None where it is not to be believed before the bank was asked.

    ``order_id`` is None where it names the bank's number alone.
    """

    provider_id: str
    order_id: str | None
    amount: Decimal | None
    kept: Mapping[str, Any]
    """What is stored of it: no token, no personal data."""
    state: BankState | None = None


class PaymentGateway(Protocol):
    """One bank. Every call raises Unavailable where it does not answer within its time and retries."""

    @property
    def account(self) -> str:
        """The terminal's or shop's name at the bank, which is no secret."""
        ...

    async def open(self, order: Order) -> OpenedPayment:
        """Have the payer asked for money. Raises BankRefused."""
        ...

    async def state(self, order_id: str, provider_id: str | None) -> BankState | None:
        """Where a payment stands; None where the bank knows none. Raises BankRefused."""
        ...

    async def refund(self, provider_id: str, amount: Decimal, *, key: str, again: bool = False) -> RefundAnswer:
        """Give money back, once for a ``key``; ``again``: it may have been asked before. Raises BankRefused."""
        ...

    def notice(self, body: Mapping[str, Any]) -> Notice:
        """Read a notification. Raises BadRequest where it is none, WebhookSignatureInvalid."""
        ...

    def notice_of(self, kept: Mapping[str, Any]) -> Notice:
        """The notification that ``kept`` was stored of."""
        ...

    async def close(self) -> None: ...
