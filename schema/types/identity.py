"""Signing in and out."""

from typing import Self

import strawberry

from core.actor import Role
from schema.types.tenants import Tenant
from schema.types.users import User
from services import identity, registration


@strawberry.type(description="What a sign-in gives.")
class TokenPair:
    access_token: str = strawberry.field(description="Send it as `Authorization: Bearer <token>`.")
    refresh_token: str | None = strawberry.field(
        description="Good once, for the next pair. Presented twice, it ends the session."
    )
    token_type: str
    expires_in: int = strawberry.field(description="Life of the access token, in seconds.")
    user: User

    @classmethod
    def of(cls, pair: identity.TokenPair) -> Self:
        return cls(
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            token_type="bearer",  # noqa: S106  # RFC 6750's name of the scheme, not a secret
            expires_in=pair.expires_in,
            user=User.of(pair.user),
        )


@strawberry.type(description="The session has ended: its tokens are refused from now on, everywhere.")
class LogoutPayload:
    ok: bool


@strawberry.input(description="A new user.")
class RegisterInput:
    email: str
    password: str = strawberry.field(description="8 characters to 72 bytes, and not a well-known password.")
    full_name: str = ""
    tenant_id: strawberry.ID | None = strawberry.field(default=None, description="Absent: the default tenant.")
    username: str | None = strawberry.field(
        default=None, description="1 to 64 letters, digits and . _ + -; in the default tenant one can sign in with it."
    )
    role: Role = strawberry.field(
        default=Role.USER,
        description="Above USER: granted by an admin's token, or to the first user of the default tenant.",
    )


@strawberry.input(description="A new company, and the account of its admin.")
class RegisterCompanyInput:
    email: str = strawberry.field(description="One that no tenant knows.")
    password: str = strawberry.field(description="8 characters to 72 bytes, and not a well-known password.")
    company_name: str | None = strawberry.field(
        default=None, description="Absent: the person's name, else the e-mail's domain."
    )
    full_name: str = strawberry.field(default="", description="Absent: the first and the last name.")
    first_name: str = ""
    last_name: str = ""


@strawberry.type(description="A new tenant and its admin.")
class RegisterCompanyPayload:
    user: User
    tenant: Tenant

    @classmethod
    def of(cls, company: registration.Company) -> Self:
        return cls(user=User.of(company.admin), tenant=Tenant.of(company.tenant))


@strawberry.input
class LoginInput:
    password: str
    email: str | None = None
    username: str | None = strawberry.field(
        default=None, description="Instead of the e-mail. Without a `tenantId`, one of the default tenant."
    )
    tenant_id: strawberry.ID | None = strawberry.field(
        default=None, description="Needed only where the same e-mail and password are known to several tenants."
    )


@strawberry.input
class ChangePasswordInput:
    current_password: str
    new_password: str


@strawberry.input(description="What to change of oneself; the full name follows the first and the last.")
class UpdateMeInput:
    full_name: strawberry.Maybe[str]
    first_name: strawberry.Maybe[str]
    last_name: strawberry.Maybe[str | None]
    telegram_username: strawberry.Maybe[str | None]
    onboarding_completed: strawberry.Maybe[bool]
