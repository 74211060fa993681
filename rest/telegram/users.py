"""👥 Пользователи: the people of a tenant, for its moderators and admins."""

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import msgspec

from core.actor import Actor, Role
from models.users import User
from realtime.frames.telegram import TelegramRole
from rest.operations import Examples, Group
from rest.shapes import words
from rest.telegram import examples
from rest.telegram.words import PageQuery, PublicId, granted_role, meant_roles, moment, shown_role
from services import user_list, users
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work
from services.user_list import LONGEST_SEARCH, ListedUser, UserFilter

group = Group("Пользователи", Bucket.OTHER)


class UserQuery(PageQuery):
    """``search`` is a part of a name, a username or an e-mail."""

    role: TelegramRole | None = None
    is_active: bool | None = None
    search: Annotated[str, msgspec.Meta(extra_json_schema=words(LONGEST_SEARCH, blank=True))] | None = None

    @property
    def filter(self) -> UserFilter:
        roles = None if self.role is None else meant_roles(self.role)
        return UserFilter(roles=roles, is_active=self.is_active, search=self.search)


class Named(Protocol):
    """What both a row and a listed user have of a name."""

    @property
    def first_name(self) -> str: ...
    @property
    def full_name(self) -> str: ...
    @property
    def email(self) -> str | None: ...


class UserView(msgspec.Struct):
    """A user as the document shows one. ``telegram_id`` and ``username`` are null where Telegram never told them."""

    id: UUID
    telegram_id: int | None
    username: str | None
    first_name: str
    last_name: str
    role: TelegramRole
    is_active: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserView":
        return cls(
            id=user.public_id,
            telegram_id=user.telegram_id,
            username=user.telegram_username,
            first_name=called(user),
            last_name=user.last_name,
            role=shown_role(user.role),
            is_active=user.is_active,
            created_at=moment(user.created_at),
            updated_at=moment(user.updated_at),
        )


class ListedUserView(msgspec.Struct):
    """``last_activity``: the last sign-in, ticket or message."""

    id: UUID
    telegram_id: int | None
    username: str | None
    first_name: str
    role: TelegramRole
    is_active: bool
    created_at: datetime
    tickets_count: int
    last_activity: datetime

    @classmethod
    def of(cls, user: ListedUser) -> "ListedUserView":
        return cls(
            id=user.public_id,
            telegram_id=user.telegram_id,
            username=user.telegram_username,
            first_name=called(user),
            role=shown_role(user.role),
            is_active=user.is_active,
            created_at=moment(user.created_at),
            tickets_count=user.tickets_count,
            last_activity=moment(user.last_activity),
        )


class UserPageView(msgspec.Struct):
    items: list[ListedUserView]
    total: int
    page: int
    size: int
    pages: int


class RoleChange(msgspec.Struct):
    role: TelegramRole


class StatusChange(msgspec.Struct):
    is_active: bool


def called(user: Named) -> str:
    """The first name that is shown of somebody."""
    return users.given_name(first_name=user.first_name, full_name=user.full_name, email=user.email)


@group.get("/users", "Список пользователей", role=Role.MODERATOR, examples=Examples(response=examples.USER_PAGE))
async def list_users(actor: Actor, query: UserQuery) -> UserPageView:
    async with unit_of_work(actor) as uow:
        found = await user_list.numbered_page(uow, query.rows, query.filter)
    items = [ListedUserView.of(user) for user in found.users]
    return UserPageView(items, found.total, query.page, query.size, query.pages(found.total))


@group.put(
    "/users/{id}/role", "Изменение роли пользователя", role=Role.ADMIN, errors=(404,),
    examples=Examples(examples.ROLE_CHANGE, examples.HELPER),
)  # fmt: skip
async def change_role(actor: Actor, id: PublicId, body: RoleChange) -> UserView:
    """Нельзя изменить свою роль и понизить другого администратора."""
    async with unit_of_work(actor) as uow:
        user_id = await users.number_of(uow, id)
        return UserView.of(await users.set_role(uow, user_id, granted_role(body.role)))


@group.put(
    "/users/{id}/status", "Блокировка/разблокировка пользователя", role=Role.ADMIN, errors=(404,),
    examples=Examples(examples.STATUS_CHANGE, examples.BLOCKED_USER),
)  # fmt: skip
async def change_status(actor: Actor, id: PublicId, body: StatusChange) -> UserView:
    """Сеансы заблокированного закрываются сразу. Нельзя заблокировать себя и другого администратора."""
    async with unit_of_work(actor) as uow:
        user_id = await users.number_of(uow, id)
        return UserView.of(await users.update(uow, user_id, is_active=body.is_active))
