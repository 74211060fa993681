"""Payments and refunds."""

import strawberry

from core.paging import CursorPage
from models.payments import PaymentStatus
from resolvers.policy import Requires, mutation, query
from schema.types.context import Info
from schema.types.paging import After, Connection, First, connection
from schema.types.payments import CreatePaymentInput, Payment, Refund, RefundPayload, RefundPaymentInput
from services import payments, refunds
from services.payments import NewPayment
from services.unit_of_work import unit_of_work


@strawberry.type
class PaymentQuery:
    @query(Requires.BALANCE_READ)
    async def payment(self, info: Info, order_id: str) -> Payment:
        """One payment; the bank is asked about one that is open. Errors: PAYMENT_NOT_FOUND."""
        return Payment.of(await payments.status(info.context.actor, order_id))

    @query(Requires.BALANCE_READ)
    async def payments(
        self, info: Info, first: First = 20, after: After = None, status: PaymentStatus | None = None
    ) -> Connection[Payment]:
        """Payments of the tenant, newest first."""
        page = CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            rows = await payments.page_payments(uow, status, page)
        return connection(rows, node=Payment.of, key=lambda row: row.id, after=after)


@strawberry.type
class PaymentMutation:
    @mutation(Requires.PAYMENT_WRITE, names={"Idempotency-Key": "idempotency_key"})
    async def create_payment(self, info: Info, input: CreatePaymentInput) -> Payment:
        """Have a bank ask for money. Errors: INVALID_PAYMENT_AMOUNT, PAYMENT_CREATION_FAILED, SERVICE_UNAVAILABLE."""
        wanted = NewPayment(
            amount=input.amount,
            description=input.description,
            customer_email=input.customer_email,
            return_url=input.return_url,
            fail_url=input.fail_url,
            provider=input.provider,
            request_key=input.idempotency_key,
        )
        return Payment.of(await payments.create(info.context.actor, wanted))

    @mutation(Requires.PAYMENT_REFUND)
    async def refund_payment(self, info: Info, order_id: str, input: RefundPaymentInput) -> RefundPayload:
        """Give money back, of any tenant's payment.

        Errors: PAYMENT_NOT_FOUND, PAYMENT_ALREADY_PROCESSED, INVALID_PAYMENT_AMOUNT, INSUFFICIENT_BALANCE.
        """
        payment, refund = await refunds.request(info.context.actor, order_id, amount=input.amount, reason=input.reason)
        return RefundPayload(payment=Payment.of(payment), refund=Refund.of(refund))
