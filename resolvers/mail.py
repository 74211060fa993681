"""E-mail: confirming addresses, the contact form, and the outbox for admins."""

import strawberry

from core.paging import CursorPage
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.identity import TokenPair
from schema.types.mail import (
    ContactFormInput,
    KeptMail,
    OpenedMail,
    ResendConfirmationPayload,
    SendContactFormPayload,
    SendTestMailPayload,
)
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import row_id
from services import confirmations, contact_form, outbox
from services.rate_limits import Bucket, by_email
from services.tokens import Dialect
from services.unit_of_work import unit_of_work


@strawberry.type
class MailQuery:
    @query(Requires.MAIL_READ)
    async def kept_mails(self, info: Info, first: First = 20, after: After = None) -> Connection[KeptMail]:
        """E-mails of the tenant, newest first: what went out, and what is stuck."""
        page = CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            rows = await outbox.kept(uow, page)
        return connection(rows, node=KeptMail.of, key=lambda row: row.id, after=after)

    @query(Requires.MAIL_READ)
    async def kept_mail(self, info: Info, id: ID) -> OpenedMail:
        """An e-mail with what it says, where e-mail stays here because no SMTP server is set. Errors: NOT_FOUND."""
        async with unit_of_work(info.context.actor) as uow:
            row = await outbox.kept_one(uow, row_id(id))
        return OpenedMail.of(row, outbox.readable(row))


@strawberry.type
class MailMutation:
    @mutation(Requires.SIGN_IN)
    async def confirm_email(self, info: Info, email: str, code: str) -> TokenPair:
        """Confirm an address by the code that was sent to it, and sign in.

        Errors: BAD_REQUEST for a wrong code, CONFIRMATION_CODE_EXPIRED after 15 minutes or five tries.
        """
        await info.context.count(Bucket.AUTH, by_email(email))
        return TokenPair.of(await confirmations.confirm(email=email, code=code, dialect=Dialect.GRAPHQL))

    @mutation(Requires.SIGN_IN)
    async def resend_confirmation(self, info: Info, email: str) -> ResendConfirmationPayload:
        """Send a new code, once a minute; the answer is the same for an address that nobody has."""
        await info.context.count(Bucket.RESEND, by_email(email))
        await confirmations.resend(email=email)
        return ResendConfirmationPayload(ok=True)

    @mutation(Requires.CONTACT)
    async def send_contact_form(self, info: Info, input: ContactFormInput) -> SendContactFormPayload:
        """Write to those who run the installation."""
        await contact_form.submit(
            name=input.name, email=input.email, subject=input.subject, message=input.message, phone=input.phone
        )
        return SendContactFormPayload(ok=True)

    @mutation(Requires.MAIL_TEST)
    async def send_test_mail(self, info: Info, to: str) -> SendTestMailPayload:
        """Send a test e-mail at once. Errors: SMTP_CONNECTION_FAILED, EMAIL_SEND_FAILED with the server's words."""
        return SendTestMailPayload.of(await outbox.test_send(info.context.actor, to=to))
