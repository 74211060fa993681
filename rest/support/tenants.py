"""🏢 Tenants API."""

from datetime import datetime
from typing import Annotated

import msgspec

from core.actor import Actor, Role
from models.tenants import Tenant
from models.tickets import TicketStatus
from rest.operations import Examples, Group
from rest.shapes import NOT_BLANK
from rest.support import examples
from rest.support.words import PageQuery, SupportStatus, moment, shown_status
from services import tenants
from services.rate_limits import Bucket
from services.tenants import TenantStats
from services.unit_of_work import unit_of_work

group = Group("Tenants", Bucket.OTHER)


class TenantView(msgspec.Struct):
    id: int
    name: str
    slug: str
    created_at: datetime

    @classmethod
    def of(cls, tenant: Tenant) -> "TenantView":
        return cls(tenant.id, tenant.name, tenant.slug, moment(tenant.created_at))


class TenantStatsView(msgspec.Struct):
    """``tickets_by_status`` has every status that the document names, zeros included; cancelled count as closed."""

    tickets_by_status: dict[SupportStatus, int]
    total_tickets: int
    total_users: int
    total_kb_chunks: int

    @classmethod
    def of(cls, stats: TenantStats) -> "TenantStatsView":
        counted: dict[SupportStatus, int] = {}
        for status, count in stats.tickets_by_status.items():
            shown = shown_status(TicketStatus(status))
            counted[shown] = counted.get(shown, 0) + count
        return cls(counted, stats.total_tickets, stats.total_users, stats.total_kb_chunks)


_SLUG = "^(?![0-9]+$)[a-z0-9]+(-[a-z0-9]+)*$"


class NewTenant(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255, extra_json_schema=NOT_BLANK)]
    slug: Annotated[str, msgspec.Meta(min_length=1, max_length=63, extra_json_schema={"pattern": _SLUG})]


@group.get("/tenants", "Список тенантов", role=Role.ADMIN, examples=Examples(response=[examples.TENANT]))
async def list_tenants(actor: Actor, query: PageQuery) -> list[TenantView]:
    """An admin sees their own tenant and those they created, a superadmin all."""
    return [TenantView.of(tenant) for tenant in await tenants.list_tenants(actor, query.page)]


@group.get("/tenants/current", "Текущий тенант", examples=Examples(response=examples.TENANT))
async def current_tenant(actor: Actor) -> TenantView:
    async with unit_of_work(actor) as uow:
        return TenantView.of(await tenants.current(uow))


@group.get(
    "/tenants/current/stats", "Статистика тенанта", role=Role.AGENT, examples=Examples(response=examples.TENANT_STATS)
)
async def tenant_stats(actor: Actor) -> TenantStatsView:
    async with unit_of_work(actor) as uow:
        return TenantStatsView.of(await tenants.stats(uow))


@group.post(
    "/tenants", "Создание тенанта", role=Role.ADMIN, status=201, errors=(409,),
    examples=Examples(examples.NEW_TENANT, examples.TENANT),
)  # fmt: skip
async def create_tenant(actor: Actor, body: NewTenant) -> TenantView:
    return TenantView.of(await tenants.create(actor, name=body.name, slug=body.slug))
