"""Users, as their admins and they themselves see them."""

from datetime import datetime
from typing import Self

import strawberry

from core.actor import Role
from models.users import User as UserRow
from schema.types.rows import copier, shown_id

_USER = copier("email", "full_name", "role", "is_active", "created_at")


@strawberry.type(description="A user of the tenant.")
class User:
    id: strawberry.ID
    tenant_id: strawberry.ID
    email: str | None
    full_name: str
    role: Role
    is_active: bool = strawberry.field(description="False: shut out, with nothing of theirs removed.")
    created_at: datetime

    @classmethod
    def of(cls, user: UserRow) -> Self:
        return cls(id=shown_id(user.id), tenant_id=shown_id(user.tenant_id), **_USER(user))


@strawberry.input(description="A new user of the tenant.")
class CreateUserInput:
    email: str
    password: str = strawberry.field(description="8 characters to 72 bytes, with a letter and a digit.")
    full_name: str = ""
    role: Role = strawberry.field(default=Role.USER, description="Any but SUPERADMIN.")


@strawberry.input(description="What to change of a user; what is left out stays.")
class UpdateUserInput:
    full_name: strawberry.Maybe[str]
    is_active: strawberry.Maybe[bool]
