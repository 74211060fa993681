"""What happens to money: payments, refunds, and a balance that runs out."""

from dataclasses import dataclass

from core.events import Event, Visibility


def billing_topic(tenant_id: int) -> str:
    """The money of a tenant, as its admins see it move."""
    return f"tenant:{tenant_id}:billing"


@dataclass(frozen=True)
class BillingEvent(Event):
    def topics(self, tenant_id: int) -> tuple[str, ...]:
        return (billing_topic(tenant_id),)

    @property
    def visibility(self) -> Visibility:
        return Visibility.STAFF


@dataclass(frozen=True)
class PaymentMoved(BillingEvent):
    kind = "payment.moved"
    payment_id: int
    status: str


@dataclass(frozen=True)
class BalanceExhausted(BillingEvent):
    """Assistants are silent from now on for want of money; told once until money comes."""

    kind = "billing.exhausted"
    service: str


@dataclass(frozen=True)
class PaymentNotified(Event):
    """A provider told something of a payment, for the first time."""

    kind = "payment.notified"
    payment_id: int
    notification_id: int


@dataclass(frozen=True)
class RefundRequested(Event):
    kind = "payment.refund_requested"
    refund_id: int
