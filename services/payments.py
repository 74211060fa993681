"""Payments: written down before a bank hears of them, opened there, watched until they end."""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

import structlog

from config.settings import get_settings
from core import clock
from core.actor import Actor
from core.emails import checked_email
from core.errors import Conflict, Forbidden, InvalidInput, Unavailable
from core.facts.payments import PaymentMoved
from core.money import checked_money
from core.paging import CursorPage, OffsetPage, Slice
from core.refusals.payments import (
    InvalidAmount,
    InvalidPaymentAmount,
    PaymentCreationFailed,
    PaymentFailed,
    PaymentNotFound,
)
from core.text import checked_text
from integrations.payments.port import BankRefused, OpenedPayment, Order
from models.payments import OPEN, Payment, PaymentProvider, PaymentStatus
from services import payment_states
from services.providers import providers
from services.unit_of_work import UnitOfWork, unit_of_work

WEBHOOK_PATHS = {
    PaymentProvider.TBANK: "/api/payments/webhook",
    PaymentProvider.YOOKASSA: "/api/payments/webhook/yookassa",
}
_ASK_EVERY_S = 3.0
_ASK_FOR_S = 5.0
"""Who looks at a payment waits no longer for a bank."""
_OPENING_S = 60.0
"""Nobody else opens a payment that somebody began to open so long ago."""
_PATIENCE_S = 15.0
_PAUSE_S = 0.2
_MOST_DESCRIPTION = 250
_MOST_URL = 2048
_WEB = re.compile(r"(?i:https?)://[^\s/?#]+[^\s]*")
_ORDER = re.compile(r"[\w-]{1,36}", re.ASCII)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_INSERT = """
INSERT INTO payments (id, tenant_id, order_id, request_key, provider, amount, refunded, status, description,
    customer_email, return_url, fail_url, terminal_key, details, created_by_id, checked_at, created_at, updated_at)
SELECT id, $1, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD') || id, $2, $3, $4, 0, 'NEW', $5, $6, $7, $8,
    $9, '{}'::jsonb, $10, clock_timestamp(), clock_timestamp(), clock_timestamp()
FROM (SELECT nextval(pg_get_serial_sequence('payments', 'id')) AS id) AS next
ON CONFLICT (tenant_id, request_key) DO NOTHING RETURNING id
"""
_CLAIM = """
UPDATE payments SET checked_at = clock_timestamp()
WHERE id = $1 AND (checked_at IS NULL OR checked_at < clock_timestamp() - make_interval(secs => $2)) RETURNING id
"""
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What a client asks for. ``request_key`` is its Idempotency-Key."""

    amount: Decimal | int | str
    description: str = ""
    customer_email: str | None = None
    return_url: str | None = None
    fail_url: str | None = None
    provider: PaymentProvider | None = None
    request_key: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentPage:
    payments: list[Payment]
    total: int
    has_more: bool


async def create(actor: Actor, wanted: NewPayment) -> Payment:
    """A payment that its bank has opened. The same key again is the same payment.

    Raises Forbidden below admin, InvalidPaymentAmount, InvalidInput, Unavailable where no such bank is configured,
    Conflict for a key that was used for something else, PaymentCreationFailed.
    """
    if not actor.is_admin:
        raise Forbidden
    amount = checked_amount(wanted.amount)
    wanted = _checked(wanted)
    payment, mine = await _write_down(actor, amount, wanted)
    deadline = clock.now().timestamp() + _PATIENCE_S
    while not mine and payment.provider_id is None and payment.status in OPEN:
        if clock.now().timestamp() > deadline:
            raise Conflict("A payment with this Idempotency-Key is being created")
        await asyncio.sleep(_PAUSE_S)
        mine = await _claim(actor, payment.id, _OPENING_S)
        payment = await get(actor, payment.order_id)
    if mine and payment.provider_id is None and payment.status in OPEN:
        return await _open(actor, payment)
    if payment.provider_id is None:
        _fail(payment.error_code or "REJECTED")
    return payment


async def top_up(actor: Actor, wanted: NewPayment) -> Payment:
    """As :func:`create`, which it is, with the codes of a balance: raises InvalidAmount and PaymentFailed instead."""
    try:
        return await create(actor, wanted)
    except InvalidPaymentAmount as error:
        raise InvalidAmount(error.message, field=error.field) from error
    except PaymentCreationFailed as error:
        raise PaymentFailed(error.message) from error


async def get(actor: Actor, order_id: str) -> Payment:
    """A payment of the actor's tenant as it is written down. Raises Forbidden below admin, PaymentNotFound."""
    async with unit_of_work(actor) as uow:
        return await find(uow, order_id)


async def find(uow: UnitOfWork, order_id: str) -> Payment:
    """As :func:`get`, in an open unit of work."""
    if not uow.actor.is_admin:
        raise Forbidden
    may_be = _ORDER.fullmatch(order_id)
    payment = await Payment.get_or_none(tenant_id=uow.tenant_id, order_id=order_id) if may_be else None
    if payment is None:
        raise PaymentNotFound(order_id)
    return payment


async def by_id(uow: UnitOfWork, payment_id: int) -> Payment | None:
    """A payment of the tenant by our own number. Raises Forbidden below admin."""
    if not uow.actor.is_admin:
        raise Forbidden
    return await Payment.get_or_none(tenant_id=uow.tenant_id, id=payment_id)


async def status(actor: Actor, order_id: str) -> Payment:
    """As :func:`get`; the bank is asked about an open one, every few seconds at most. A bank that is down is no error.

    Raises Forbidden below admin, PaymentNotFound.
    """
    payment = await get(actor, order_id)
    if payment.status not in OPEN or not await _claim(actor, payment.id, _ASK_EVERY_S):
        return payment
    try:
        return await ask(actor, payment, patience_s=_ASK_FOR_S)
    except (BankRefused, Unavailable, TimeoutError) as error:
        logger.warning("payment_not_asked", order=order_id, error=str(error))
        return payment


async def ask(actor: Actor, payment: Payment, *, patience_s: float | None = None) -> Payment:
    """Ask the bank about a payment and write down what it says. Raises BankRefused, Unavailable, TimeoutError."""
    async with asyncio.timeout(patience_s):
        state = await providers().payments.gateway(payment.provider.value).state(payment.order_id, payment.provider_id)
    async with unit_of_work(actor) as uow:
        present = await payment_states.locked(payment.id)
        if state is not None:
            await payment_states.settle(uow, present, state)
    return present


async def list_payments(uow: UnitOfWork, status: PaymentStatus | None, page: OffsetPage) -> PaymentPage:
    """Payments of the tenant, newest first; of a status, or of all. Raises Forbidden below admin."""
    if not uow.actor.is_admin:
        raise Forbidden
    payments = Payment.filter(tenant_id=uow.tenant_id, **({} if status is None else {"status": status}))
    found = await payments.order_by("-id").offset(page.skip).limit(page.limit)
    # A page that is not full ends the list: its place tells the total without counting.
    full = len(found) == page.limit or (not found and page.skip > 0)
    total = await payments.count() if full else page.skip + len(found)
    return PaymentPage(found, total, has_more=page.skip + len(found) < total)


async def page_payments(uow: UnitOfWork, status: PaymentStatus | None, page: CursorPage) -> Slice[Payment]:
    """As :func:`list_payments`, from the one after the cursor on. Raises Forbidden below admin."""
    if not uow.actor.is_admin:
        raise Forbidden
    payments = Payment.filter(tenant_id=uow.tenant_id, **({} if status is None else {"status": status}))
    if page.after is not None:
        payments = payments.filter(id__lt=page.after)
    rows = await payments.order_by("-id").limit(page.size + 1)
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


def checked_amount(amount: Decimal | int | str) -> Decimal:
    """A sum that may be paid, in roubles. Raises InvalidPaymentAmount."""
    largest = get_settings().billing.largest_payment
    try:
        checked = checked_money(amount)
    except InvalidInput as error:
        raise InvalidPaymentAmount(error.message, field="amount") from error
    if checked > largest:
        raise InvalidPaymentAmount(f"amount must be at most {largest}", field="amount")
    return checked


def _checked(wanted: NewPayment) -> NewPayment:
    """Raises InvalidInput."""
    if wanted.request_key is not None and not _KEY.fullmatch(wanted.request_key):
        raise InvalidInput("Idempotency-Key must be 1 to 255 printable characters", field="Idempotency-Key")
    for field, url in (("return_url", wanted.return_url), ("fail_url", wanted.fail_url)):
        if url is not None and (len(url) > _MOST_URL or not _WEB.fullmatch(checked_text(url, field=field, most=9999))):
            raise InvalidInput(f"{field} must be an address that begins with http:// or https://", field=field)
    email = wanted.customer_email
    return NewPayment(
        amount=wanted.amount,
        description=checked_text(wanted.description, field="description", most=_MOST_DESCRIPTION),
        customer_email=checked_email(email, field="customer_email") if email else None,
        return_url=wanted.return_url,
        fail_url=wanted.fail_url,
        provider=wanted.provider,
        request_key=wanted.request_key,
    )


async def _write_down(actor: Actor, amount: Decimal, wanted: NewPayment) -> tuple[Payment, bool]:
    """The payment, and whether it is new. Raises Unavailable, Conflict."""
    chosen = providers().payments
    name = wanted.provider.value if wanted.provider else chosen.default
    account = chosen.gateway(name).account
    key = None if wanted.request_key is None else hashlib.sha256(wanted.request_key.encode()).hexdigest()
    told = (wanted.description, wanted.customer_email, wanted.return_url, wanted.fail_url)
    async with unit_of_work(actor) as uow:
        row = await uow.row(_INSERT, uow.tenant_id, key, name, amount, *told, account, actor.user_id)
        if row is not None:
            return await Payment.get(id=row["id"]), True
        payment = await Payment.get(tenant_id=uow.tenant_id, request_key=key)
    present = (payment.description, payment.customer_email, payment.return_url, payment.fail_url)
    if (payment.amount, payment.provider, *present) != (amount, name, *told):
        raise Conflict("This Idempotency-Key was used for another payment", field="Idempotency-Key")
    return payment, False


async def _claim(actor: Actor, payment_id: int, seconds: float) -> bool:
    async with unit_of_work(actor) as uow:
        return await uow.row(_CLAIM, payment_id, seconds) is not None


async def _open(actor: Actor, payment: Payment) -> Payment:
    """Raises PaymentCreationFailed."""
    try:
        opened = await providers().payments.gateway(payment.provider.value).open(_order(payment))
    except BankRefused as refused:
        await _write_refusal(actor, payment, refused)
        _fail(refused.bank_code)
    except Unavailable as error:
        # Whether the bank heard of it is not known: the reconciliation asks, and the client may come again.
        logger.warning("payment_not_opened", order=payment.order_id, error=error.message)
        async with unit_of_work(actor):
            await Payment.filter(id=payment.id, provider_id=None).update(checked_at=None)
        raise PaymentCreationFailed("The bank does not answer; nothing was charged. Try again later") from error
    return await _write_opened(actor, payment, opened)


async def _write_opened(actor: Actor, payment: Payment, opened: OpenedPayment) -> Payment:
    async with unit_of_work(actor):
        present = await payment_states.locked(payment.id)
        # A notification may have been quicker than the answer.
        present.provider_id = present.provider_id or opened.provider_id
        present.payment_url = opened.payment_url
        await present.save(update_fields=["provider_id", "payment_url", "updated_at"])
    return present


async def _write_refusal(actor: Actor, payment: Payment, refused: BankRefused) -> None:
    logger.warning("payment_refused", order=payment.order_id, code=refused.bank_code, error=refused.message)
    async with unit_of_work(actor) as uow:
        present = await payment_states.locked(payment.id)
        if present.advance(PaymentStatus.REJECTED):
            present.error_code = refused.bank_code
            await present.save()
            uow.emit(PaymentMoved(present.id, status=present.status))


def _order(payment: Payment) -> Order:
    home = get_settings().http.public_url
    return Order(
        order_id=payment.order_id,
        amount=payment.amount,
        description=payment.description,
        customer_email=payment.customer_email,
        return_url=payment.return_url,
        fail_url=payment.fail_url,
        notification_url=f"{home.rstrip('/')}{WEBHOOK_PATHS[payment.provider]}" if home else None,
    )


def _fail(code: str) -> NoReturn:
    raise PaymentCreationFailed(f"The bank refused the payment ({code})")
