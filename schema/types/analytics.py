"""Figures of the whole installation, and what clients tell of their first steps."""

from datetime import datetime
from decimal import Decimal
from typing import Self

import strawberry

import schema.types.people  # noqa: F401  # it makes Role a type of the schema
from core.actor import Role
from models.billing import ServiceType
from schema.types.rows import copier, shown_id
from schema.types.scalars import BigInt
from services.analytics import Overview, Span
from services.installation_users import InstallationUser as UserRow

strawberry.enum(ServiceType, description="What money was received or spent for.")
strawberry.enum(Span, name="OverviewPeriod", description="A period that ends now.")

_USER = copier(
    "email", "full_name", "role", "is_active", "balance", "total_spent", "assistants_count", "dialogs_count",
    "created_at", "last_login_at",
)  # fmt: skip
_OVERVIEW = copier("total_users", "new_users", "active_dialogs", "total_messages", "cost")


@strawberry.type(description="Roubles for one service.")
class ServiceRevenue:
    service: ServiceType
    amount: Decimal


@strawberry.type(description="What one chat model used.")
class ModelTokens:
    model: str
    tokens: BigInt


@strawberry.type(description="Figures of a period; `totalUsers` counts all there are.")
class InstallationOverview:
    since: datetime
    until: datetime
    total_users: int
    new_users: int
    active_dialogs: int
    total_messages: int
    revenue: list[ServiceRevenue]
    tokens_by_model: list[ModelTokens]
    cost: Decimal = strawberry.field(description="Of the models, in roubles.")

    @classmethod
    def of(cls, overview: Overview) -> Self:
        return cls(
            since=overview.period.start,
            until=overview.period.end,
            revenue=[ServiceRevenue(service=service, amount=sum_) for service, sum_ in overview.revenue.items()],
            tokens_by_model=[
                ModelTokens(model=model, tokens=BigInt(tokens)) for model, tokens in overview.tokens.items()
            ],
            **_OVERVIEW(overview),
        )


@strawberry.type(description="Somebody of the installation. Money and counts are the company's, beside its admins.")
class InstallationUser:
    id: strawberry.ID
    tenant_id: strawberry.ID
    email: str | None
    full_name: str
    role: Role
    is_active: bool
    balance: Decimal
    total_spent: Decimal
    assistants_count: int
    dialogs_count: int
    created_at: datetime
    last_login_at: datetime | None

    @classmethod
    def of(cls, row: UserRow) -> Self:
        return cls(id=shown_id(row.id), tenant_id=shown_id(row.tenant_id), **_USER(row))


@strawberry.type(description="A page of the installation's people.")
class InstallationUserPage:
    users: list[InstallationUser]
    total: int
