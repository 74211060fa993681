"""E-mail on its way out: a row in the caller's transaction, sent by a job once that is committed.

A row is marked as sent in the transaction that ends its job. SMTP knows no other key than the Message-ID, which stays
the same: a worker that dies between the server's word and the mark sends the e-mail again, and a mailbox that sorts
out what it has by Message-ID shows it once.
"""

from collections.abc import Mapping

import orjson

from core import clock
from core.actor import system_actor
from core.errors import NotFound
from core.facts.mail import MailQueued
from core.languages import Language
from core.refusals.mail import EmailSendFailed
from integrations.mail.port import OutgoingMail
from models.mail import Mail
from services import jobs, mail_templates
from services.jobs import RunningJob
from services.mail_templates import Letter
from services.providers import providers
from services.sealing import seal, unseal
from services.unit_of_work import UnitOfWork, unit_of_work

_PURPOSE = "mail"
_LONGEST_ERROR = 500
# A second writer of the same key waits for the first, and then finds its row.
_CLAIM_KEY = "SELECT pg_advisory_xact_lock(hashtextextended('mail:' || $1::bigint || ':' || $2::text, 0))"


async def queue(
    uow: UnitOfWork,
    *,
    template: str,
    recipient: str,
    language: Language,
    values: Mapping[str, str],
    once: str | None = None,
    reply_to: str | None = None,
) -> Mail:
    """Write an e-mail down, to be sent when the caller's transaction is committed.

    ``template`` and the ``values`` that it names stand in :class:`services.mail_templates.Template`; the addresses
    were checked. An e-mail under a key ``once`` (at most 96 characters, of the tenant) is written once, and the row
    that is there is returned. Raises ValueError, jinja2.UndefinedError for a mistake of the caller's.
    """
    if once is not None:
        await uow.rows(_CLAIM_KEY, uow.tenant_id, once)
        known = await Mail.get_or_none(tenant_id=uow.tenant_id, once=once)
        if known is not None:
            return known
    letter = mail_templates.render(template, language, values)
    mail = await store(uow, letter, template, recipient=recipient, language=language, once=once, reply_to=reply_to)
    uow.emit(MailQueued(mail.id))
    return mail


async def store(
    uow: UnitOfWork,
    letter: Letter,
    template: str,
    *,
    recipient: str,
    language: Language,
    once: str | None = None,
    reply_to: str | None = None,
) -> Mail:
    """The row alone: nothing sends it."""
    return await Mail.create(
        tenant_id=uow.tenant_id,
        template=template,
        language=language,
        recipient=recipient,
        reply_to=reply_to,
        subject=letter.subject,
        sealed_body=seal(orjson.dumps([letter.text, letter.html]).decode(), purpose=_PURPOSE),
        once=once,
    )


def opened(mail: Mail) -> Letter | None:
    """What the e-mail says; None once its body was emptied. Raises Unavailable where no key opens it."""
    if not mail.sealed_body:
        return None
    text, html = orjson.loads(unseal(mail.sealed_body, purpose=_PURPOSE))
    return Letter(mail.subject, text, html)


async def unsent(mail_id: int) -> Mail | None:
    """An e-mail that is to be sent; None where it was sent before, or is gone."""
    return await Mail.get_or_none(id=mail_id, sent_at=None)


async def send(job: RunningJob, mail: Mail) -> None:
    """Send an e-mail and end the job.

    Raises SmtpConnectionFailed, EmailSendFailed, EmailRefused as the server told, which the row tells too.
    """
    actor = system_actor(job.tenant_id)
    outgoing = _outgoing(mail)
    try:
        await providers().mailer.send(outgoing)
    except EmailSendFailed as error:
        async with unit_of_work(actor):
            await Mail.filter(id=mail.id).update(last_error=f"{error.code}: {error.message}"[:_LONGEST_ERROR])
        raise
    async with unit_of_work(actor) as uow:
        await Mail.filter(id=mail.id).update(sent_at=clock.now(), last_error=None)
        await jobs.finish(uow, job)


def _outgoing(mail: Mail) -> OutgoingMail:
    letter = opened(mail)
    if letter is None:
        raise NotFound("body of the e-mail", mail.id)
    return outgoing_of(mail, letter)


def outgoing_of(mail: Mail, letter: Letter) -> OutgoingMail:
    """What the mail server is given."""
    return OutgoingMail(
        public_id=mail.public_id,
        recipient=mail.recipient,
        reply_to=mail.reply_to,
        language=mail.language,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        written_at=mail.created_at,
    )
