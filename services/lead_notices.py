"""The notice of a new lead in the company's Telegram chat."""

from core.actor import system_actor
from core.languages import Language
from models.leads import Lead
from models.tenants import Tenant
from services import jobs, telegram_notices
from services.interviewing.saying import say
from services.jobs import RunningJob
from services.unit_of_work import unit_of_work

_FIELDS = ("name", "phone", "city", "object_type", "area", "summary")


async def notify(job: RunningJob, *, lead_id: int) -> bool:
    """Ask for the notice and end the job, in one transaction; False where there is no chat, or no lead any more."""
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        tenant = await Tenant.get(id=uow.tenant_id)
        lead = await Lead.get_or_none(id=lead_id)
        wanted = lead is not None and tenant.telegram_chat_id is not None
        if lead is not None and tenant.telegram_chat_id is not None:
            telegram_notices.request(uow, tenant.telegram_chat_id, notice_text(lead, tenant.language))
        await jobs.finish(uow, job)
    return wanted


def notice_text(lead: Lead, language: Language) -> str:
    """What the chat is told, in the company's language; what is not known has no line."""
    values = [(name, getattr(lead, name)) for name in _FIELDS]
    lines = [say(language, f"notice_{name}", value=value) for name, value in values if value]
    return "\n".join([say(language, "notice_title", id=str(lead.id)), *lines])
