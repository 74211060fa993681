"""👥 Пользователи: one's own account and password."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor
from core.errors import BadRequest
from rest.operations import Examples, Group
from rest.replyx import examples
from rest.replyx.accounts import TokenView, UserView, account_of
from rest.replyx.errors import WrongPassword
from rest.shapes import words
from services import identity, users
from services.rate_limits import Bucket
from services.tokens import Dialect
from services.unit_of_work import unit_of_work

group = Group("Пользователи", Bucket.OTHER)

FirstName = Annotated[str, msgspec.Meta(extra_json_schema=words(users.LONGEST_NAME))]
LastName = Annotated[str, msgspec.Meta(extra_json_schema=words(users.LONGEST_NAME, blank=True))]


class ProfileChanges(msgspec.Struct):
    """What to change; what is left out stays. ``onboarding_completed`` stands in no request of the document."""

    first_name: FirstName | UnsetType = UNSET
    last_name: LastName | UnsetType | None = UNSET
    onboarding_completed: bool | UnsetType = UNSET


class PasswordChange(msgspec.Struct):
    current_password: str
    new_password: str


@group.get("/users/me", "Информация о текущем пользователе", examples=Examples(response=examples.USER))
async def user_me(actor: Actor) -> UserView:
    return await account_of(actor)


@group.put("/users/me", "Обновление профиля пользователя", examples=Examples(examples.PROFILE_CHANGES, examples.USER))
async def update_user_me(actor: Actor, body: ProfileChanges) -> UserView:
    done = body.onboarding_completed
    async with unit_of_work(identity.at_home(actor)) as uow:
        await users.update_profile(
            uow,
            first_name=unset.UNSET if body.first_name is UNSET else body.first_name,
            last_name=unset.UNSET if body.last_name is UNSET else body.last_name,
            onboarding_completed=unset.UNSET if done is UNSET else done,
        )
        return await UserView.own(uow)


@group.post(
    "/users/change-password", "Смена пароля", bucket=Bucket.AUTH,
    examples=Examples(examples.PASSWORD_CHANGE, examples.TOKEN),
)  # fmt: skip
async def change_user_password(actor: Actor, body: PasswordChange) -> TokenView:
    """Все сеансы пользователя закрываются, и этот тоже; в ответе токен нового, как при входе."""
    try:
        pair = await identity.change_password(
            actor,
            current_password=body.current_password,
            new_password=body.new_password,
            dialect=Dialect.REPLYX,
        )
    except BadRequest as error:
        if error.field != "current_password":
            raise
        raise WrongPassword(error.message, field=error.field) from error
    return await TokenView.of(pair)
