"""Tenants and their settings."""

from typing import Annotated

import strawberry

from core.paging import MAX_CURSOR_PAGE, OffsetPage
from core.unset import UNSET
from resolvers.policy import Requires, mutation, query
from schema.types.answer_thresholds import ThresholdEffect
from schema.types.context import Info
from schema.types.tenants import CreateTenantInput, Tenant, TenantStats, UpdateTenantSettingsInput
from schema.types.working_hours import hours_of
from services import answer_thresholds, tenants
from services.unit_of_work import unit_of_work

Limit = Annotated[int, strawberry.argument(description=f"How many to return, 1 to {MAX_CURSOR_PAGE}.")]

Threshold = Annotated[float | None, strawberry.argument(description="0 to 1; null takes the measured default.")]
Last = Annotated[
    int, strawberry.argument(description=f"How many answers to look at, 1 to {answer_thresholds.MOST_ANSWERS}.")
]


@strawberry.type
class TenantQuery:
    @query(Requires.TENANT_READ)
    async def tenant(self, info: Info) -> Tenant:
        """The tenant in which the caller acts."""
        async with unit_of_work(info.context.actor) as uow:
            return Tenant.of(await tenants.current(uow))

    @query(Requires.TENANT_STATS)
    async def tenant_stats(self, info: Info) -> TenantStats:
        """What the tenant holds, for its staff."""
        async with unit_of_work(info.context.actor) as uow:
            return TenantStats.of(await tenants.stats(uow))

    @query(Requires.TENANT_MANAGE)
    async def threshold_effect(
        self, info: Info, answer_threshold: Threshold = None, suggest_threshold: Threshold = None, last: Last = 1000
    ) -> ThresholdEffect:
        """What thresholds would have done with the latest answers of the tenant."""
        async with unit_of_work(info.context.actor) as uow:
            effect = await answer_thresholds.effect(uow, answer=answer_threshold, suggest=suggest_threshold, last=last)
        return ThresholdEffect.of(effect)

    @query(Requires.TENANT_MANAGE)
    async def tenants(self, info: Info, skip: int = 0, limit: Limit = 100) -> list[Tenant]:
        """An admin's own tenant and those they made; a superadmin's are all."""
        page = OffsetPage.checked(skip, limit, most=MAX_CURSOR_PAGE)
        return [Tenant.of(row) for row in await tenants.list_tenants(info.context.actor, page)]


@strawberry.type
class TenantMutation:
    @mutation(Requires.TENANT_MANAGE)
    async def create_tenant(self, info: Info, input: CreateTenantInput) -> Tenant:
        """A new, empty tenant. Errors: CONFLICT for a slug that is taken."""
        return Tenant.of(await tenants.create(info.context.actor, name=input.name, slug=input.slug))

    @mutation(Requires.TENANT_MANAGE)
    async def update_tenant_settings(self, info: Info, input: UpdateTenantSettingsInput) -> Tenant:
        """Change the tenant's settings."""
        async with unit_of_work(info.context.actor) as uow:
            tenant = await tenants.update_settings(
                uow,
                name=input.name.value if input.name else UNSET,
                language=input.language.value if input.language else UNSET,
                registration_open=input.registration_open.value if input.registration_open else UNSET,
                answer_threshold=input.answer_threshold.value if input.answer_threshold else UNSET,
                telegram_mode=input.telegram_mode.value if input.telegram_mode else UNSET,
                suggest_threshold=input.suggest_threshold.value if input.suggest_threshold else UNSET,
                plan=input.plan.value if input.plan else UNSET,
                hours=hours_of(input.hours.value) if input.hours else UNSET,
            )
            return Tenant.of(tenant)
