"""🔐 Auth API: registration, login, tokens, one's own profile."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor
from rest.operations import Examples, Group, Id, Origin
from rest.shapes import Email, Password
from rest.support import examples
from rest.support.users import FullName, UserView
from services import identity, users
from services.identity import TokenPair
from services.rate_limits import Bucket, by_email
from services.unit_of_work import unit_of_work

group = Group("Auth", Bucket.AUTH)


class Registration(msgspec.Struct):
    """``tenant_id`` absent means the default tenant."""

    email: Email
    password: Password
    full_name: FullName | None = None
    tenant_id: Id | None = None


class PasswordForm(msgspec.Struct):
    """The form of OAuth 2.0 (RFC 6749, 4.3.2); ``username`` is the e-mail."""

    username: str
    password: str
    grant_type: str | UnsetType = UNSET
    tenant_id: Id | UnsetType = UNSET


class Login(msgspec.Struct):
    email: str
    password: str
    tenant_id: Id | None = None


class RefreshRequest(msgspec.Struct):
    refresh_token: str


class ProfileChanges(msgspec.Struct):
    full_name: FullName


class PasswordChange(msgspec.Struct):
    current_password: str
    new_password: Password


class TokenView(msgspec.Struct):
    """``expires_in``: seconds until the access token ends."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # the name of a scheme

    @classmethod
    def of(cls, pair: TokenPair) -> "TokenView":
        return cls(pair.access_token, pair.refresh_token or "", pair.expires_in)


@group.post(
    "/auth/register", "Регистрация пользователя", role=None, status=201, errors=(400, 403, 404, 409),
    examples=Examples(examples.REGISTRATION, examples.USER),
)  # fmt: skip
async def register(body: Registration) -> UserView:
    user = await identity.register(
        email=body.email, password=body.password, full_name=body.full_name or "", tenant_id=body.tenant_id
    )
    return UserView.of(user)


@group.post(
    "/auth/login", "Вход (OAuth2 форма)", role=None, errors=(401, 409),
    examples=Examples(examples.LOGIN_FORM, examples.TOKENS),
)  # fmt: skip
async def log_in_by_form(form: PasswordForm, origin: Origin) -> TokenView:
    return await _log_in(Login(form.username, form.password, form.tenant_id or None), origin)


@group.post(
    "/auth/login/json", "Вход (JSON)", role=None, errors=(401, 409), examples=Examples(examples.LOGIN, examples.TOKENS)
)
async def log_in(body: Login, origin: Origin) -> TokenView:
    return await _log_in(body, origin)


@group.post(
    "/auth/refresh", "Обновление токена", role=None, errors=(401,), examples=Examples(examples.REFRESH, examples.TOKENS)
)
async def refresh(body: RefreshRequest) -> TokenView:
    """The refresh token is used up; presenting it again ends the whole family of tokens."""
    return TokenView.of(await identity.refresh(body.refresh_token))


@group.post("/auth/logout", "Выход", status=204, bucket=Bucket.OTHER)
async def logout(actor: Actor) -> None:
    """Сеанс закрывается сразу: его токены больше не принимаются. В документе этой операции нет."""
    await identity.logout(actor)


@group.get("/auth/me", "Получение профиля", bucket=Bucket.OTHER, examples=Examples(response=examples.USER))
async def me(actor: Actor) -> UserView:
    async with unit_of_work(identity.at_home(actor)) as uow:
        return UserView.of(await users.get_me(uow))


@group.patch(
    "/auth/me", "Обновление профиля", bucket=Bucket.OTHER, examples=Examples(examples.PROFILE_CHANGES, examples.USER)
)
async def update_me(actor: Actor, body: ProfileChanges) -> UserView:
    async with unit_of_work(identity.at_home(actor)) as uow:
        return UserView.of(await users.update_me(uow, full_name=body.full_name))


@group.post(
    "/auth/change-password", "Смена пароля", errors=(400,),
    examples=Examples(examples.PASSWORD_CHANGE, examples.TOKENS),
)  # fmt: skip
async def change_password(actor: Actor, body: PasswordChange) -> TokenView:
    """Every session of the user ends, this one too; the answer holds the tokens of a new one."""
    pair = await identity.change_password(actor, current_password=body.current_password, new_password=body.new_password)
    return TokenView.of(pair)


async def _log_in(login: Login, origin: Origin) -> TokenView:
    await origin.count(Bucket.AUTH, by_email(login.email))
    return TokenView.of(await identity.login(email=login.email, password=login.password, tenant_id=login.tenant_id))
