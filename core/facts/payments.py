"""What happens to money: payments, refunds, and a balance that runs out."""

from dataclasses import dataclass

from core.events import Event, StaffEvent


def billing_topic(tenant_id: int) -> str:
    """The money of a tenant, as its admins see it move."""
    return f"tenant:{tenant_id}:billing"


@dataclass(frozen=True)
class BillingEvent(StaffEvent):
    def topics(self, tenant_id: int) -> tuple[str, ...]:
        return (billing_topic(tenant_id),)


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
class BalanceRestored(Event):
    """Money came after the balance had run out: what assistants were silent to is to be answered."""

    kind = "billing.restored"


@dataclass(frozen=True)
class RefundUncovered(BillingEvent):
    """The bank gave back more than the balance held: ``missing`` roubles are left for people to settle."""

    kind = "payment.refund_uncovered"
    payment_id: int
    missing: str


@dataclass(frozen=True)
class PaymentCheckDue(Event):
    """A payment stays open: the bank is to be asked about it."""

    kind = "payment.check_due"
    payment_id: int


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
