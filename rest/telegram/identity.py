"""🔑 Авторизация: signing in from the Mini App, and one's own profile."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor
from realtime.frames.telegram import TelegramRole
from rest.operations import Examples, Group
from rest.shapes import NOT_BLANK
from rest.telegram import examples
from rest.telegram.users import UserView, called
from rest.telegram.words import moment, shown_role
from services import identity, telegram_login, users
from services.rate_limits import Bucket
from services.sessions import TokenPair
from services.unit_of_work import unit_of_work

group = Group("Авторизация", Bucket.AUTH)

Name = Annotated[str, msgspec.Meta(max_length=128)]


FirstName = Annotated[str, msgspec.Meta(min_length=1, max_length=128, extra_json_schema=NOT_BLANK)]


class TelegramSignIn(msgspec.Struct):
    """``hash`` may be left out where initData has it."""

    init_data: Annotated[str, msgspec.Meta(max_length=telegram_login.LONGEST_DATA)] = msgspec.field(name="initData")
    hash: str | None = None


class ProfileChanges(msgspec.Struct):
    """What is left out stays; null clears what may be empty."""

    first_name: FirstName | UnsetType = UNSET
    last_name: Name | UnsetType | None = UNSET
    username: Annotated[str, msgspec.Meta(max_length=64)] | UnsetType | None = UNSET


class SignedInUserView(msgspec.Struct):
    id: UUID
    telegram_id: int | None
    username: str | None
    first_name: str
    role: TelegramRole
    created_at: datetime


class TokenView(msgspec.Struct):
    """``expires_in``: seconds until the token ends."""

    access_token: str
    expires_in: int
    user: SignedInUserView
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # the name of a scheme

    @classmethod
    def of(cls, pair: TokenPair) -> "TokenView":
        user = pair.user
        shown = SignedInUserView(
            id=user.public_id,
            telegram_id=user.telegram_id,
            username=user.telegram_username,
            first_name=called(user),
            role=shown_role(user.role),
            created_at=moment(user.created_at),
        )
        return cls(pair.access_token, pair.expires_in, shown)


@group.post(
    "/auth/telegram", "Авторизация через Telegram WebApp", role=None, errors=(401, 403),
    examples=Examples(examples.SIGN_IN, examples.SIGNED_IN),
)  # fmt: skip
async def sign_in(body: TelegramSignIn) -> TokenView:
    """initData проверяется подписью бота, и ей не больше 24 часов. Новый пользователь создаётся при первом входе."""
    return TokenView.of(await telegram_login.sign_in(init_data=body.init_data, hash=body.hash))


@group.get("/auth/me", "Текущий пользователь", bucket=Bucket.OTHER, examples=Examples(response=examples.USER))
async def me(actor: Actor) -> UserView:
    async with unit_of_work(identity.at_home(actor)) as uow:
        return UserView.of(await users.get_me(uow))


@group.put(
    "/auth/profile", "Обновление профиля", bucket=Bucket.OTHER, examples=Examples(examples.PROFILE, examples.USER)
)
async def update_profile(actor: Actor, body: ProfileChanges) -> UserView:
    async with unit_of_work(identity.at_home(actor)) as uow:
        user = await users.update_profile(
            uow,
            first_name=unset.UNSET if body.first_name is UNSET else body.first_name,
            last_name=unset.UNSET if body.last_name is UNSET else body.last_name,
            telegram_username=unset.UNSET if body.username is UNSET else body.username,
        )
        return UserView.of(user)
