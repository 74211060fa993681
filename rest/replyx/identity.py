"""🔐 Аутентификация: an account registers, signs in and out. The first two paths are other dialects' too."""

from typing import Annotated

import msgspec

from core.actor import Actor
from rest.operations import Examples, Group, Id, Origin
from rest.replyx import examples
from rest.replyx.accounts import TokenView, UserView, account_of
from rest.shapes import Email
from services import identity
from services.rate_limits import Bucket, by_email
from services.tokens import Dialect

group = Group("Аутентификация", Bucket.AUTH)

_SMALL_BODY = 16 * 1024
_Name = Annotated[str, msgspec.Meta(max_length=128)]


class AccountRegistration(msgspec.Struct):
    email: Email
    password: Annotated[str, msgspec.Meta(min_length=8)]
    first_name: _Name = ""
    last_name: _Name = ""


class AccountLogin(msgspec.Struct):
    """``tenant_id``, which the document does not have, chooses where several companies know e-mail and password."""

    email: str
    password: str
    tenant_id: Id | None = None


class LogoutView(msgspec.Struct):
    success: bool
    message: str


@group.post(
    "/auth/register", "Регистрация нового пользователя", role=None, bucket=Bucket.OTHER, status=201, errors=(409,),
    body_limit=_SMALL_BODY, examples=Examples(examples.REGISTRATION, examples.USER),
)  # fmt: skip
async def register_account(body: AccountRegistration) -> UserView:
    """Пользователь становится владельцем новой компании; приветственный бонус начисляется сразу."""
    company = await identity.register_company(
        email=body.email,
        password=body.password,
        first_name=body.first_name,
        last_name=body.last_name,
        dialect=Dialect.REPLYX,
    )
    return await account_of(Actor(company.tenant.id, company.admin.role, company.admin.id))


@group.post(
    "/auth/login", "Аутентификация пользователя", role=None, bucket=Bucket.LOGIN, errors=(401, 403, 409),
    body_limit=_SMALL_BODY, examples=Examples(examples.LOGIN, examples.TOKEN),
)  # fmt: skip
async def log_in_account(body: AccountLogin, origin: Origin) -> TokenView:
    await origin.count(Bucket.LOGIN, by_email(body.email))
    pair = await identity.login(
        email=body.email, password=body.password, tenant_id=body.tenant_id, dialect=Dialect.REPLYX
    )
    return await TokenView.of(pair)


@group.post(
    "/auth/logout", "Выход из системы (инвалидация токена)", bucket=Bucket.OTHER,
    examples=Examples(response={"success": True, "message": "Выход выполнен"}),
)  # fmt: skip
async def log_out(actor: Actor) -> LogoutView:
    """Токены сеанса больше не принимаются нигде, его соединения закрываются."""
    await identity.logout(actor)
    return LogoutView(success=True, message="Выход выполнен")
