"""👥 Users API: the people of a tenant, for its admins."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor, Role
from models.users import User
from rest.operations import Examples, Group, Id
from rest.shapes import Email, Password
from rest.support import examples
from rest.support.words import PageQuery, SupportRole, moment, shown_role
from services import users
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Users", Bucket.OTHER)

FullName = Annotated[str, msgspec.Meta(max_length=255)]


class UserView(msgspec.Struct):
    """A user as the document shows one; ``role`` is `agent` for moderators too."""

    id: int
    email: str | None
    full_name: str
    tenant_id: int
    role: SupportRole
    is_active: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserView":
        return cls(
            id=user.id,
            email=user.email,
            full_name=user.full_name,
            tenant_id=user.tenant_id,
            role=shown_role(user.role),
            is_active=user.is_active,
            created_at=moment(user.created_at),
        )


class NewUser(msgspec.Struct):
    """`superadmin` is refused: only the command line makes one."""

    email: Email
    password: Password
    full_name: FullName | None = None
    role: SupportRole = "user"


class UserChanges(msgspec.Struct):
    full_name: FullName | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class RoleChange(msgspec.Struct):
    role: SupportRole


@group.get("/users", "Список пользователей", role=Role.ADMIN, examples=Examples(response=[examples.USER]))
async def list_users(actor: Actor, query: PageQuery) -> list[UserView]:
    async with unit_of_work(actor) as uow:
        return [UserView.of(user) for user in await users.list_users(uow, query.page)]


@group.post(
    "/users", "Создание пользователя", role=Role.ADMIN, status=201, errors=(400, 403, 409),
    examples=Examples(examples.NEW_USER, examples.AGENT_USER),
)  # fmt: skip
async def create_user(actor: Actor, body: NewUser) -> UserView:
    user = await users.create(
        actor, email=body.email, password=body.password, full_name=body.full_name or "", role=Role(body.role)
    )
    return UserView.of(user)


@group.get(
    "/users/{user_id}", "Получение пользователя", role=Role.ADMIN, errors=(404,),
    examples=Examples(response=examples.USER),
)  # fmt: skip
async def get_user(actor: Actor, user_id: Id) -> UserView:
    async with unit_of_work(actor) as uow:
        return UserView.of(await users.get(uow, user_id))


@group.patch(
    "/users/{user_id}", "Обновление пользователя", role=Role.ADMIN, errors=(403, 404),
    examples=Examples(examples.USER_CHANGES, examples.USER),
)  # fmt: skip
async def update_user(actor: Actor, user_id: Id, body: UserChanges) -> UserView:
    full_name = unset.UNSET if body.full_name is UNSET else body.full_name
    is_active = unset.UNSET if body.is_active is UNSET else body.is_active
    async with unit_of_work(actor) as uow:
        return UserView.of(await users.update(uow, user_id, full_name=full_name, is_active=is_active))


@group.patch(
    "/users/{user_id}/role", "Изменение роли", role=Role.ADMIN, errors=(403, 404),
    examples=Examples(examples.ROLE_CHANGE, examples.AGENT_USER),
)  # fmt: skip
async def set_role(actor: Actor, user_id: Id, body: RoleChange) -> UserView:
    """Нельзя изменить свою роль; нельзя установить `superadmin`; admin не может понизить другого admin."""
    async with unit_of_work(actor) as uow:
        return UserView.of(await users.set_role(uow, user_id, Role(body.role)))


@group.delete("/users/{user_id}", "Деактивация пользователя", role=Role.ADMIN, status=204, errors=(403, 404))
async def deactivate_user(actor: Actor, user_id: Id) -> None:
    """Soft delete — устанавливает `is_active=false`; сеансы пользователя закрываются сразу."""
    async with unit_of_work(actor) as uow:
        await users.deactivate(uow, user_id)
