"""📧 Email система: confirming an address, the contact form, a test of the mail server."""

from datetime import datetime
from typing import Annotated

import msgspec

from core.actor import Actor, Role
from rest.operations import Examples, Group, Origin
from rest.replyx import email_examples as examples
from rest.replyx.words import moment
from rest.shapes import Email, words
from services import confirmations, contact_form, outbox
from services.contact_form import LONGEST_MESSAGE, LONGEST_NAME, LONGEST_PHONE, LONGEST_SUBJECT
from services.rate_limits import Bucket, by_email
from services.sessions import TokenPair
from services.tokens import Dialect

group = Group("Email система", Bucket.AUTH)

_SMALL_BODY = 64 * 1024


class TestSend(msgspec.Struct):
    to: Email


class TestSendView(msgspec.Struct):
    """``smtp_server`` is ``files`` where no server is set."""

    success: bool
    message: str
    smtp_server: str
    sent_at: datetime


class EmailConfirmation(msgspec.Struct):
    email: Email
    code: Annotated[str, msgspec.Meta(max_length=64)]


class ConfirmedUserView(msgspec.Struct):
    id: int
    email: str | None
    is_email_confirmed: bool


class EmailConfirmedView(msgspec.Struct):
    success: bool
    message: str
    access_token: str
    user: ConfirmedUserView

    @classmethod
    def of(cls, pair: TokenPair) -> "EmailConfirmedView":
        user = pair.user
        shown = ConfirmedUserView(user.id, user.email, user.email_confirmed_at is not None)
        return cls(True, "Email успешно подтвержден", pair.access_token, shown)


class ConfirmationRequest(msgspec.Struct):
    email: Email


class ContactForm(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_NAME))]
    email: Email
    subject: Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_SUBJECT))]
    message: Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_MESSAGE))]
    phone: Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_PHONE, blank=True))] | None = None


class EmailDoneView(msgspec.Struct):
    success: bool
    message: str


@group.post(
    "/email/test_send", "Тестовая отправка email для диагностики SMTP", role=Role.ADMIN, errors=(503,),
    body_limit=_SMALL_BODY, examples=Examples(examples.TEST_SEND, examples.TEST_SENT),
)  # fmt: skip
async def send_test_email(actor: Actor, body: TestSend) -> TestSendView:
    """Письмо отправляется сразу; ошибки SMTP сообщаются словами почтового сервера."""
    sent = await outbox.test_send(actor, to=body.to)
    return TestSendView(True, "Письмо успешно отправлено", sent.server, moment(sent.at))


@group.post(
    "/email/confirm_email", "Подтверждение email по коду", role=None, bucket=Bucket.OTHER, errors=(400,),
    body_limit=_SMALL_BODY, examples=Examples(examples.CONFIRMATION, examples.CONFIRMED),
)  # fmt: skip
async def confirm_email(body: EmailConfirmation, origin: Origin) -> EmailConfirmedView:
    """Код действует 15 минут; после пяти попыток нужен новый."""
    # Five tries a code and ten codes a day bound the guessing: see services.confirmations.
    await origin.count(Bucket.OTHER, by_email(body.email))
    pair = await confirmations.confirm(email=body.email, code=body.code, dialect=Dialect.REPLYX)
    return EmailConfirmedView.of(pair)


@group.post(
    "/email/resend_confirmation", "Повторная отправка кода подтверждения", role=None, body_limit=_SMALL_BODY,
    examples=Examples(examples.RESEND, examples.RESENT),
)  # fmt: skip
async def resend_confirmation(body: ConfirmationRequest, origin: Origin) -> EmailDoneView:
    """Один запрос в минуту на email. Ответ одинаков и для неизвестного адреса."""
    await origin.count(Bucket.RESEND, by_email(body.email))
    await confirmations.resend(email=body.email)
    return EmailDoneView(success=True, message=examples.RESENT["message"])


@group.post(
    "/email/contact-form", "Отправка сообщения через контактную форму", role=None, body_limit=_SMALL_BODY,
    examples=Examples(examples.CONTACT_FORM, examples.CONTACTED),
)  # fmt: skip
async def send_contact_form(body: ContactForm) -> EmailDoneView:
    await contact_form.submit(
        name=body.name, email=body.email, subject=body.subject, message=body.message, phone=body.phone or ""
    )
    return EmailDoneView(success=True, message=examples.CONTACTED["message"])
