"""What the page of a site may know before its visitor has said anything: whom they would write to."""

from dataclasses import dataclass

from tortoise.expressions import Q

from config.settings import get_settings
from models.assistants import Assistant
from models.tenants import Tenant
from services import guests
from services.unit_of_work import SystemReason, system_unit_of_work

_LONGEST_TOKEN = 64
_SERVING = Q(is_active=True, website_integration=True)
_DEMO = "demo"
"""The slug of the tenant that :mod:`app.demo` loads."""


@dataclass(frozen=True, slots=True)
class SiteAssistant:
    """``largest_upload`` is in bytes."""

    name: str
    largest_upload: int


async def named(site_token: str) -> SiteAssistant | None:
    """The assistant whom a site token names, None where it serves no site at present."""
    if len(site_token) > _LONGEST_TOKEN:
        return None
    async with system_unit_of_work(SystemReason.WIDGET):
        found = await Assistant.get_or_none(_SERVING, site_token=site_token)
    return None if found is None else SiteAssistant(found.name, _largest_upload())


async def demo_token(origin: str) -> str | None:
    """The site token of the demo tenant's first assistant that serves pages at ``origin``; None in production."""
    if get_settings().is_production:
        # There is no demo, and whoever calls themselves so is a customer like others.
        return None
    async with system_unit_of_work(SystemReason.WIDGET):
        tenant = await Tenant.get_or_none(slug=_DEMO)
        found = [] if tenant is None else await Assistant.filter(_SERVING, tenant_id=tenant.id).order_by("id")
    return next((each.site_token for each in found if guests.is_allowed(origin, each.allowed_domains)), None)


def _largest_upload() -> int:
    limits = get_settings().limits
    return min(limits.max_upload_mb, limits.guest_upload_mb) * 1024 * 1024
