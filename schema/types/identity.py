"""Signing in and out."""

from typing import Self

import strawberry

from schema.types.users import User
from services import identity


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


@strawberry.input(description="A new user, with the role USER.")
class RegisterInput:
    email: str
    password: str = strawberry.field(description="8 characters to 72 bytes, with a letter and a digit.")
    full_name: str = ""
    tenant_id: strawberry.ID | None = strawberry.field(default=None, description="Absent: the default tenant.")


@strawberry.input
class LoginInput:
    email: str
    password: str
    tenant_id: strawberry.ID | None = strawberry.field(
        default=None, description="Needed only where the same e-mail and password are known to several tenants."
    )


@strawberry.input
class ChangePasswordInput:
    current_password: str
    new_password: str


@strawberry.input
class UpdateMeInput:
    full_name: str
