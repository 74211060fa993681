"""The e-mail that tells a request's author of an answer, for they do not look into the default tenant."""

from core.actor import system_actor
from core.events import Visibility
from models.conversations import Message
from models.support_requests import SupportRequest
from models.tenants import Tenant
from models.tickets import Ticket
from services import jobs, mail
from services.jobs import RunningJob
from services.mail_templates import Template
from services.unit_of_work import unit_of_work


async def tell_author(job: RunningJob, *, ticket_id: int, message_id: int) -> None:
    """Write to the address that a request was filed with, once for each answer, and end the job.

    In the language of the author's company. A ticket that is no request has nobody to write to.
    """
    actor = system_actor(job.tenant_id)
    async with unit_of_work(actor):
        request = await SupportRequest.get_or_none(id=ticket_id)
    company = None if request is None else await _company(request.author_tenant_id)
    async with unit_of_work(actor) as uow:
        ticket = await Ticket.get_or_none(id=ticket_id)
        said = await Message.get_or_none(id=message_id, conversation_id=ticket_id, visibility=Visibility.PUBLIC)
        if request is not None and request.contact_email and company and ticket is not None and said is not None:
            await mail.queue(
                uow,
                template=Template.SUPPORT_REPLY,
                recipient=request.contact_email,
                language=company.language,
                values={"ticket": request.number, "subject": ticket.title, "message": said.text},
                once=f"support-reply:{message_id}",
            )
        await jobs.finish(uow, job)


async def _company(tenant_id: int) -> Tenant | None:
    async with unit_of_work(system_actor(tenant_id)):
        return await Tenant.get_or_none(id=tenant_id)
