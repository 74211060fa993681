"""E-mail: what admins see of it, and what is asked of it."""

from datetime import datetime
from typing import Self

import strawberry

from core.languages import Language
from models.mail import Mail
from schema.types.rows import copier, shown_id
from services.mail_templates import Letter
from services.outbox import Sent

_MAIL = copier(
    "template", "language", "recipient", "reply_to", "subject", "once", "created_at", "sent_at", "last_error"
)


@strawberry.type(description="An e-mail of the tenant's.")
class KeptMail:
    id: strawberry.ID
    template: str
    language: Language
    recipient: str
    reply_to: str | None
    subject: str
    once: str | None = strawberry.field(description="The key under which it is written once.")
    created_at: datetime
    sent_at: datetime | None = strawberry.field(description="Null: it waits, or its job is among `deadJobs`.")
    last_error: str | None = strawberry.field(description="Why the last attempt failed, in the mail server's words.")

    @classmethod
    def of(cls, row: Mail) -> Self:
        return cls(id=shown_id(row.id), **_MAIL(row))


@strawberry.type(description="An e-mail with what it says.")
class OpenedMail:
    mail: KeptMail
    text: str | None = strawberry.field(
        description="Null where an SMTP server is set: what was sent is its recipient's. Null when old."
    )
    html: str | None

    @classmethod
    def of(cls, row: Mail, letter: Letter | None) -> Self:
        text, html = (letter.text, letter.html) if letter is not None else (None, None)
        return cls(mail=KeptMail.of(row), text=text, html=html)


@strawberry.type(description="A test e-mail was taken over.")
class SendTestMailPayload:
    server: str = strawberry.field(description="The mail server's name; `files` where none is set.")
    sent_at: datetime

    @classmethod
    def of(cls, sent: Sent) -> Self:
        return cls(server=sent.server, sent_at=sent.at)


@strawberry.type(description="Where the address waits to be confirmed, a code is on its way.")
class ResendConfirmationPayload:
    ok: bool


@strawberry.type(description="The message is kept, and goes to those who run the installation.")
class SendContactFormPayload:
    ok: bool


@strawberry.input(description="A message to those who run the installation.")
class ContactFormInput:
    name: str = strawberry.field(description="1 to 128 characters.")
    email: str = strawberry.field(description="Where the answer goes.")
    subject: str = strawberry.field(description="1 to 200 characters.")
    message: str = strawberry.field(description="1 to 5000 characters.")
    phone: str = strawberry.field(default="", description="At most 32 characters.")
