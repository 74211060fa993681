"""What anybody may write to those who run the installation: kept, and sent to them as e-mail."""

from email.utils import parseaddr

from config.settings import get_settings
from core.actor import Role, system_actor
from core.emails import checked_email
from core.text import checked_text
from models.tenants import DEFAULT_TENANT_ID
from models.users import User
from services import mail, mail_templates, tenants
from services.mail_templates import Template
from services.unit_of_work import unit_of_work

LONGEST_NAME = 128
LONGEST_SUBJECT = 200
LONGEST_MESSAGE = 5000
LONGEST_PHONE = 32
_MOST_RECIPIENTS = 20


async def submit(*, name: str, email: str, subject: str, message: str, phone: str = "") -> None:
    """Keep a message and send it to ``OPORA_CONTACT_EMAIL``, else to the admins of the default tenant.

    Where there is neither it is kept alone, addressed to the installation. A reply goes to the sender. Raises
    InvalidInput naming the field.
    """
    sender = checked_email(email)
    values = {
        "name": checked_text(name, field="name", least=1, most=LONGEST_NAME).strip(),
        "email": sender,
        "phone": checked_text(phone, field="phone", most=LONGEST_PHONE).strip(),
        "subject": checked_text(subject, field="subject", least=1, most=LONGEST_SUBJECT).strip(),
        "message": checked_text(message, field="message", least=1, most=LONGEST_MESSAGE).strip(),
    }
    async with unit_of_work(system_actor(DEFAULT_TENANT_ID)) as uow:
        language = (await tenants.current(uow)).language
        recipients = await _recipients()
        for recipient in recipients:
            await mail.queue(
                uow,
                template=Template.CONTACT_FORM,
                recipient=recipient,
                language=language,
                values=values,
                reply_to=sender,
            )
        if not recipients:
            letter = mail_templates.render(Template.CONTACT_FORM, language, values)
            ours = parseaddr(get_settings().mail.sender)[1]
            await mail.store(uow, letter, Template.CONTACT_FORM, recipient=ours, language=language, reply_to=sender)


async def _recipients() -> list[str]:
    chosen = get_settings().mail.contact
    if chosen is not None:
        return [chosen]
    above = [role for role in Role if role.includes(Role.ADMIN)]
    admins = User.filter(tenant_id=DEFAULT_TENANT_ID, role__in=above, is_active=True, email__isnull=False)
    return [str(admin.email) for admin in await admins.order_by("id").limit(_MOST_RECIPIENTS)]
