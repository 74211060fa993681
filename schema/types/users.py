"""Users, as their admins and they themselves see them."""

from datetime import datetime
from typing import Self

import strawberry

from core.actor import Role
from models.users import User as UserRow
from schema.types.context import Info, computed
from schema.types.rows import copier, shown_id
from schema.types.scalars import BigInt
from services.user_list import Deeds, PagedUser

_USER = copier(
    "email", "username", "full_name", "first_name", "last_name", "telegram_id", "telegram_username", "role",
    "is_active", "onboarding_completed", "created_at",
)  # fmt: skip


@strawberry.type(description="A user of the tenant.")
class User:
    id: strawberry.ID
    tenant_id: strawberry.ID
    email: str | None
    username: str | None = strawberry.field(description="What they sign in with instead of the e-mail.")
    full_name: str
    first_name: str
    last_name: str
    telegram_id: BigInt | None
    telegram_username: str | None
    role: Role
    is_active: bool = strawberry.field(description="False: shut out, with nothing of theirs removed.")
    onboarding_completed: bool = strawberry.field(description="Whether they are done with the first steps.")
    created_at: datetime
    deeds: strawberry.Private[Deeds | None] = None
    """Where their list brought them along."""

    @computed("How many tickets they opened; null of somebody of another tenant.")
    async def tickets_count(self, info: Info) -> int | None:
        done = self.deeds or await info.context.loaders.deeds.load(int(self.id))
        return None if done is None else done.tickets_count

    @computed("The last sign-in, ticket or message; null of somebody of another tenant.")
    async def last_activity(self, info: Info) -> datetime | None:
        done = self.deeds or await info.context.loaders.deeds.load(int(self.id))
        return None if done is None else done.last_activity

    @classmethod
    def of(cls, user: UserRow | PagedUser) -> Self:
        deeds = user.deeds if isinstance(user, PagedUser) else None
        return cls(id=shown_id(user.id), tenant_id=shown_id(user.tenant_id), deeds=deeds, **_USER(user))


@strawberry.input(description="Which users; what is left out does not narrow.")
class UserFilter:
    role: list[Role] | None = None
    is_active: bool | None = None
    search: str | None = strawberry.field(
        default=None, description="A part of a name, a username or an e-mail, whatever its case."
    )


@strawberry.input(description="A new user of the tenant.")
class CreateUserInput:
    email: str
    password: str = strawberry.field(description="8 characters to 72 bytes, and not a well-known password.")
    full_name: str = ""
    role: Role = strawberry.field(default=Role.USER, description="Any but SUPERADMIN.")


@strawberry.input(description="What to change of a user; what is left out stays.")
class UpdateUserInput:
    full_name: strawberry.Maybe[str]
    is_active: strawberry.Maybe[bool]
