"""Authentication: registration, login, one's own account. All three paths are other dialects' too."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from core.actor import Actor
from core.errors import BadRequest, Conflict
from models.users import User
from rest.itdesk import examples
from rest.itdesk.words import ItdeskRole, granted_role, moment, shown_role
from rest.operations import Examples, Group, Id, Origin
from rest.shapes import Email
from services import identity, users
from services.rate_limits import Bucket, by_email
from services.tokens import Dialect
from services.unit_of_work import unit_of_work

group = Group("Authentication", Bucket.AUTH)

_SMALL_BODY = 16 * 1024


class Registration(msgspec.Struct):
    """A role above `customer` takes the token of an admin, or being the first user of all."""

    username: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    email: Email
    password: Annotated[str, msgspec.Meta(min_length=8)]
    full_name: Annotated[str, msgspec.Meta(max_length=255)] = ""
    role: ItdeskRole = "customer"


class Login(msgspec.Struct):
    """``username`` may be the e-mail."""

    username: str
    password: str
    tenant_id: Id | None = None


class UserView(msgspec.Struct):
    """A user as the document shows one; ``username`` is the e-mail of somebody who has none."""

    id: int
    username: str
    email: str | None
    full_name: str
    role: ItdeskRole
    is_active: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserView":
        return cls(
            id=user.id,
            username=user.username or user.email or user.telegram_username or str(user.public_id),
            email=user.email,
            full_name=user.full_name,
            role=shown_role(user.role),
            is_active=user.is_active,
            created_at=moment(user.created_at),
        )


class TokenView(msgspec.Struct):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # the name of a scheme


@group.post(
    "/auth/register", "Register a new user", role=None, status=201, errors=(403,), body_limit=_SMALL_BODY,
    examples=Examples(examples.REGISTRATION, examples.USER),
)  # fmt: skip
async def register_user(actor: Actor | None, body: Registration) -> UserView:
    """The user joins the default tenant."""
    try:
        user = await identity.register(
            email=body.email,
            username=body.username,
            password=body.password,
            full_name=body.full_name,
            role=granted_role(body.role),
            asker=actor,
            dialect=Dialect.ITDESK,
        )
    except Conflict as error:
        raise BadRequest(f"{'Username' if error.field == 'username' else 'Email'} already registered") from error
    return UserView.of(user)


@group.post(
    "/auth/login", "Login with username and password", role=None, errors=(401, 409), body_limit=_SMALL_BODY,
    examples=Examples(examples.LOGIN, examples.TOKEN),
)  # fmt: skip
async def log_in_user(body: Login, origin: Origin) -> TokenView:
    await origin.count(Bucket.AUTH, by_email(body.username))
    pair = await identity.login(
        email=body.username, password=body.password, tenant_id=body.tenant_id, dialect=Dialect.ITDESK
    )
    return TokenView(pair.access_token)


@group.get("/auth/me", "Current user", bucket=Bucket.OTHER, examples=Examples(response=examples.USER))
async def user_me(actor: Actor) -> UserView:
    async with unit_of_work(identity.at_home(actor)) as uow:
        return UserView.of(await users.get_me(uow))
