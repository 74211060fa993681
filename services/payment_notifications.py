"""What banks tell us of payments: checked, stored once, answered at once, handled once by a job."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import orjson
import structlog

from config.settings import get_settings
from core import clock
from core.actor import system_actor
from core.errors import BadRequest
from core.facts.payments import PaymentNotified
from core.refusals.payments import InvalidPaymentAmount, PaymentNotFound, WebhookIpNotAllowed
from integrations.payments.port import Notice
from models.payments import Payment, PaymentNotification, PaymentProvider
from services import jobs, payment_states
from services.jobs import RunningJob
from services.providers import providers
from services.unit_of_work import Row, SystemReason, system_unit_of_work, unit_of_work

_FIND = """
SELECT id, tenant_id, amount, provider_id FROM payments
WHERE provider = $1 AND (order_id = $2 OR $2::text IS NULL AND provider_id = $3)
"""
_STORE = """
INSERT INTO payment_notifications (tenant_id, payment_id, digest, payload, created_at)
VALUES ($1, $2, $3, $4::jsonb, clock_timestamp()) ON CONFLICT (payment_id, digest) DO NOTHING RETURNING id
"""
_GIVEN_BACK = frozenset({"PARTIAL_REFUNDED", "REFUNDED"})
logger = structlog.get_logger(__name__)


async def accept(provider: PaymentProvider, body: bytes, address: str) -> None:
    """Check a notification from ``address`` and store it; one that is stored already changes nothing.

    Raises WebhookIpNotAllowed, Unavailable where the bank is not configured, BadRequest, WebhookSignatureInvalid,
    PaymentNotFound, InvalidPaymentAmount.
    """
    _check_network(provider, address)
    gateway = providers().payments.gateway(provider.value)
    notice = gateway.notice(_parsed(body))
    payment = await _payment_of(provider, notice)
    given_back = notice.state is not None and notice.state.status in _GIVEN_BACK
    if notice.amount is not None and notice.amount != payment["amount"] and not given_back:
        logger.error("notification_amount_differs", provider=provider, provider_id=notice.provider_id)
        raise InvalidPaymentAmount("The amount is not that of the payment", field="Amount")
    payload = orjson.dumps(notice.kept, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(payload).hexdigest()
    async with unit_of_work(system_actor(payment["tenant_id"])) as uow:
        stored = await uow.row(_STORE, uow.tenant_id, payment["id"], digest, payload.decode())
        if stored is not None:
            uow.emit(PaymentNotified(payment["id"], notification_id=stored["id"]))


@dataclass(frozen=True, slots=True)
class Told:
    """A notification that nobody has handled, and its payment."""

    payment: Payment
    notification: PaymentNotification


async def unhandled(payment_id: int, notification_id: int) -> Told | None:
    """None where it was handled before."""
    told = Told(await Payment.get(id=payment_id), await PaymentNotification.get(id=notification_id))
    return told if told.notification.handled_at is None else None


async def handle(job: RunningJob, found: Told) -> None:
    """Believe a notification: at once where it is signed, else what the bank says when it is asked. Ends the job.

    Raises Unavailable, BankRefused.
    """
    payment, told = found.payment, found.notification
    gateway = providers().payments.gateway(payment.provider.value)
    notice = gateway.notice_of(told.payload)
    state = notice.state or await gateway.state(payment.order_id, notice.provider_id)
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        present = await payment_states.locked(payment.id)
        told = await PaymentNotification.filter(id=told.id).select_for_update().get()
        if told.handled_at is None:
            if state is not None:
                await payment_states.settle(uow, present, state)
            told.handled_at = clock.now()
            await told.save(update_fields=["handled_at"])
        await jobs.finish(uow, job)


def _check_network(provider: PaymentProvider, address: str) -> None:
    settings = get_settings()
    networks = settings.tbank.networks if provider is PaymentProvider.TBANK else settings.yookassa.networks
    try:
        sender = ip_address(address)
    except ValueError:
        raise WebhookIpNotAllowed from None
    if not any(sender.version == network.version and sender in network for network in networks):
        logger.warning("notification_from_elsewhere", provider=provider, address=address)
        raise WebhookIpNotAllowed


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        parsed = None
    if not isinstance(parsed, dict):
        raise BadRequest("The notification is not a JSON object")
    return parsed


async def _payment_of(provider: PaymentProvider, notice: Notice) -> Row:
    """Raises PaymentNotFound, also where an unsigned notification names an order with another payment's number."""
    async with system_unit_of_work(SystemReason.PAYMENTS) as statements:
        payment = await statements.row(_FIND, provider.value, notice.order_id, notice.provider_id)
    if payment is None:
        raise PaymentNotFound(notice.order_id)
    if notice.state is None and payment["provider_id"] not in (None, notice.provider_id):
        raise PaymentNotFound(notice.order_id)
    return payment
