"""The notice of a new lead in the company's Telegram chat."""

from core.languages import Language
from models.leads import Lead
from models.tenants import Tenant
from services import telegram_notices
from services.interviewing.saying import say
from services.unit_of_work import UnitOfWork

_FIELDS = ("name", "phone", "city", "object_type", "area", "summary")


async def notify(uow: UnitOfWork, *, lead_id: int) -> bool:
    """Ask for the notice; False where there is no chat, or no lead any more."""
    tenant = await Tenant.get(id=uow.tenant_id)
    lead = await Lead.get_or_none(id=lead_id)
    if lead is None or tenant.telegram_chat_id is None:
        return False
    telegram_notices.request(uow, tenant.telegram_chat_id, notice_text(lead, tenant.language))
    return True


def notice_text(lead: Lead, language: Language) -> str:
    """What the chat is told, in the company's language; what is not known has no line."""
    values = [(name, getattr(lead, name)) for name in _FIELDS]
    lines = [say(language, f"notice_{name}", value=value) for name, value in values if value]
    return "\n".join([say(language, "notice_title", id=str(lead.id)), *lines])
