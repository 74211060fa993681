"""E-mail as admins see it: what went out of their tenant and what is stuck; and a test of the mail server."""

from dataclasses import dataclass
from datetime import datetime

from core import clock
from core.actor import Actor
from core.emails import checked_email
from core.errors import Forbidden, NotFound
from core.paging import CursorPage, Slice
from core.refusals.mail import EmailSendFailed
from models.mail import Mail
from services import mail, mail_templates, tenants
from services.mail_templates import Letter, Template
from services.providers import providers
from services.unit_of_work import UnitOfWork, unit_of_work


@dataclass(frozen=True, slots=True)
class Sent:
    """The e-mail of a test: through which server (``files`` where none is set), and when."""

    server: str
    at: datetime


async def kept(uow: UnitOfWork, page: CursorPage) -> Slice[Mail]:
    """The tenant's e-mails, newest first; the cursor is the id. Raises Forbidden below admin."""
    _require_admin(uow.actor)
    mails = Mail.filter(tenant_id=uow.tenant_id)
    if page.after is not None:
        mails = mails.filter(id__lt=page.after)
    rows = await mails.order_by("-id").limit(page.size + 1)
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


async def kept_one(uow: UnitOfWork, mail_id: int) -> Mail:
    """Raises Forbidden below admin, NotFound."""
    _require_admin(uow.actor)
    found = await Mail.get_or_none(id=mail_id, tenant_id=uow.tenant_id)
    if found is None:
        raise NotFound("e-mail", mail_id)
    return found


def readable(row: Mail) -> Letter | None:
    """What an e-mail says, where e-mail stays here because no SMTP server is set.

    None elsewhere: an e-mail that reached its recipient is theirs alone, and may hold a code. Raises Unavailable.
    """
    return mail.opened(row) if providers().mailer.keeps else None


async def test_send(actor: Actor, *, to: str) -> Sent:
    """Send a test e-mail now, within ``OPORA_SMTP_TIMEOUT_S``, and keep it among the tenant's.

    For admins; its text is fixed, and its edges count it, so that it is of no use to senders of junk. Raises
    Forbidden, InvalidInput naming ``to``, SmtpConnectionFailed, EmailSendFailed.
    """
    _require_admin(actor)
    recipient = checked_email(to, field="to")
    mailer = providers().mailer
    async with unit_of_work(actor) as uow:
        language = (await tenants.current(uow)).language
        letter = mail_templates.render(Template.TEST_MAIL, language, {"server": mailer.name})
        row = await mail.store(uow, letter, Template.TEST_MAIL, recipient=recipient, language=language)
    try:
        await mailer.send(mail.outgoing_of(row, letter))
    except EmailSendFailed as error:
        await _mark(actor, row, last_error=f"{error.code}: {error.message}")
        raise
    sent_at = clock.now()
    await _mark(actor, row, sent_at=sent_at)
    return Sent(mailer.name, sent_at)


async def _mark(actor: Actor, row: Mail, **columns: object) -> None:
    async with unit_of_work(actor):
        await Mail.filter(id=row.id).update(**columns)


def _require_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden
