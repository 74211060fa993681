"""🔐 Аутентификация: a company registers, signs in, and sees itself. All three paths are other dialects' too."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor
from core.errors import BadRequest, Conflict
from models.tenants import Tenant
from models.users import User
from rest.leads import examples
from rest.leads.words import moment
from rest.operations import Examples, Group, Id, Origin
from rest.shapes import Email
from services import identity, tenants, users
from services.rate_limits import Bucket, by_email
from services.tokens import Dialect
from services.unit_of_work import unit_of_work

group = Group("Аутентификация", Bucket.AUTH)

_SMALL_BODY = 16 * 1024


class CompanyRegistration(msgspec.Struct):
    email: Email
    password: Annotated[str, msgspec.Meta(min_length=6)]
    company_name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class CompanyLogin(msgspec.Struct):
    """The form of OAuth 2.0 (RFC 6749, 4.3.2); ``username`` is the e-mail."""

    username: str
    password: str
    grant_type: str | UnsetType = UNSET
    tenant_id: Id | UnsetType = UNSET


class CompanyView(msgspec.Struct):
    """A company's account; ``created_at`` is in UTC and, as the document writes it, says no zone."""

    id: int
    email: str | None
    company_name: str
    is_active: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User, tenant: Tenant) -> "CompanyView":
        return cls(
            id=user.id,
            email=user.email,
            company_name=tenant.name,
            is_active=user.is_active,
            created_at=moment(user.created_at),
        )


class TokenView(msgspec.Struct):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # the name of a scheme


@group.post(
    "/auth/register", "Регистрация компании", role=None, status=201, body_limit=_SMALL_BODY,
    examples=Examples(examples.REGISTRATION, examples.COMPANY),
)  # fmt: skip
async def register_company(body: CompanyRegistration) -> CompanyView:
    """Company becomes a tenant of its own, and the account its admin."""
    try:
        company = await identity.register_company(
            email=body.email, password=body.password, company_name=body.company_name, dialect=Dialect.LEADS
        )
    except Conflict as error:
        raise BadRequest("Email already registered", field="email") from error
    return CompanyView.of(company.admin, company.tenant)


@group.post(
    "/auth/login", "Логин (получение JWT токена)", role=None, errors=(401, 409), body_limit=_SMALL_BODY,
    examples=Examples(examples.LOGIN, examples.TOKEN),
)  # fmt: skip
async def log_in_company(form: CompanyLogin, origin: Origin) -> TokenView:
    await origin.count(Bucket.AUTH, by_email(form.username))
    pair = await identity.login(
        email=form.username, password=form.password, tenant_id=form.tenant_id or None, dialect=Dialect.LEADS
    )
    return TokenView(pair.access_token)


@group.get(
    "/auth/me", "Информация о текущем пользователе", bucket=Bucket.OTHER, examples=Examples(response=examples.COMPANY)
)
async def company_me(actor: Actor) -> CompanyView:
    async with unit_of_work(identity.at_home(actor)) as uow:
        return CompanyView.of(await users.get_me(uow), await tenants.current(uow))
