"""🔧 Административные API: the people of the installation, for its superadmin."""

from datetime import datetime
from typing import Annotated

import msgspec

from core.actor import Actor, Role
from core.paging import OffsetPage
from rest.operations import Examples, Group
from rest.replyx import admin_examples as examples
from rest.replyx.words import moment, money
from services import installation_users
from services.installation_users import InstallationUser
from services.rate_limits import Bucket

group = Group("Административные API", Bucket.OTHER)


class UserQuery(msgspec.Struct):
    """``q`` is a part of an e-mail or a name."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0
    q: str = ""


class AdminUserView(msgspec.Struct):
    """Money and counts are the company's, shown beside its owner."""

    id: int
    email: str | None
    first_name: str
    last_name: str
    is_admin: bool
    balance: float
    total_spent: float
    assistants_count: int
    dialogs_count: int
    created_at: datetime
    last_login_at: datetime | None

    @classmethod
    def of(cls, user: InstallationUser) -> "AdminUserView":
        first, _, last = user.full_name.partition(" ")
        return cls(
            id=user.id,
            email=user.email,
            first_name=user.first_name or first,
            last_name=user.last_name or ("" if user.first_name else last),
            is_admin=user.role is Role.SUPERADMIN,
            balance=money(user.balance),
            total_spent=money(user.total_spent),
            assistants_count=user.assistants_count,
            dialogs_count=user.dialogs_count,
            created_at=moment(user.created_at),
            last_login_at=None if user.last_login_at is None else moment(user.last_login_at),
        )


class AdminUsersView(msgspec.Struct):
    users: list[AdminUserView]
    total: int


@group.get(
    "/admin/users", "Список пользователей", role=Role.SUPERADMIN, examples=Examples(response=examples.USERS)
)  # fmt: skip
async def list_all_users(actor: Actor, query: UserQuery) -> AdminUsersView:
    """Пользователи всех компаний; только для администратора установки."""
    page = OffsetPage(query.offset, query.limit)
    found = await installation_users.list_users(actor, page, search=query.q)
    return AdminUsersView([AdminUserView.of(user) for user in found.users], found.total)
