"""Tenants."""

from datetime import datetime
from typing import Self

import strawberry

from models.tenants import TelegramMode
from models.tenants import Tenant as TenantRow
from models.tickets import TicketStatus
from schema.types.languages import Language
from schema.types.rows import copier, shown_id
from schema.types.working_hours import WorkingHours, WorkingHoursInput
from services import tenants

strawberry.enum(TelegramMode, description="What the tenant's Telegram bot does: open tickets, or interview for leads.")

_TENANT = copier(
    "slug",
    "name",
    "language",
    "registration_open",
    "answer_threshold",
    "suggest_threshold",
    "telegram_mode",
    "plan",
    "created_at",
)


@strawberry.type(description="A company: nothing of one tenant is visible to another.")
class Tenant:
    id: strawberry.ID
    slug: str
    name: str
    language: Language = strawberry.field(description="Used where a customer's own language is not known yet.")
    registration_open: bool
    answer_threshold: float | None = strawberry.field(
        description="Score from which a passage answers; null takes the measured default."
    )
    suggest_threshold: float | None = strawberry.field(
        description="Score below which nothing is offered and a person is called; null takes the measured default."
    )
    telegram_mode: TelegramMode
    hours: WorkingHours | None = strawberry.field(description="When its people work; null for always.")
    plan: str = strawberry.field(description="What the account is billed by; `trial` at first.")
    created_at: datetime

    @classmethod
    def of(cls, row: TenantRow) -> Self:
        return cls(id=shown_id(row.id), hours=WorkingHours.of_stored(row.hours), **_TENANT(row))


@strawberry.type
class TicketStatusCount:
    status: TicketStatus
    count: int


@strawberry.type(description="What the tenant holds.")
class TenantStats:
    tickets_by_status: list[TicketStatusCount] = strawberry.field(description="Every status, zeros included.")
    total_tickets: int
    total_users: int
    total_knowledge_chunks: int = strawberry.field(description="Current ones.")

    @classmethod
    def of(cls, stats: tenants.TenantStats) -> Self:
        counts = stats.tickets_by_status.items()
        return cls(
            tickets_by_status=[TicketStatusCount(status=TicketStatus(name), count=count) for name, count in counts],
            total_tickets=stats.total_tickets,
            total_users=stats.total_users,
            total_knowledge_chunks=stats.total_kb_chunks,
        )


@strawberry.input
class CreateTenantInput:
    name: str
    slug: str = strawberry.field(description="At most 63 small Latin letters, digits and single hyphens.")


@strawberry.input(description="What to change of the tenant's settings; what is left out stays.")
class UpdateTenantSettingsInput:
    name: strawberry.Maybe[str]
    language: strawberry.Maybe[Language]
    registration_open: strawberry.Maybe[bool]
    answer_threshold: strawberry.Maybe[float | None]
    suggest_threshold: strawberry.Maybe[float | None]
    telegram_mode: strawberry.Maybe[TelegramMode]
    hours: strawberry.Maybe[WorkingHoursInput | None]
    plan: strawberry.Maybe[str] = strawberry.field(description="A superadmin's to set; at most 32 characters.")
