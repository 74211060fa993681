"""How an account is shown: with names, money and plan; and the token that signing in gives."""

from datetime import datetime
from typing import Literal

import msgspec

from core.actor import Actor, Role
from models.tenants import Tenant
from models.users import User
from rest.replyx.words import moment, money
from services import billing, identity, tenants, users
from services.billing import Purse
from services.identity import TokenPair
from services.unit_of_work import UnitOfWork, unit_of_work


class UserView(msgspec.Struct):
    """An account. The money is the company's and shown to its admins; its other people are shown 0.

    ``is_admin`` is true of superadmins alone.
    """

    id: int
    email: str | None
    first_name: str
    last_name: str
    is_admin: bool
    balance: float
    welcome_bonus: float
    plan: str
    onboarding_completed: bool
    created_at: datetime

    @classmethod
    async def own(cls, uow: UnitOfWork) -> "UserView":
        """The actor's."""
        return cls.of(await users.get_me(uow), await tenants.current(uow), await billing.own_purse(uow))

    @classmethod
    def of(cls, user: User, tenant: Tenant, purse: Purse) -> "UserView":
        first, last = users.names_of(user)
        return cls(
            id=user.id,
            email=user.email,
            first_name=first,
            last_name=last,
            is_admin=user.role is Role.SUPERADMIN,
            balance=money(purse.balance),
            welcome_bonus=money(purse.welcome_bonus),
            plan=tenant.plan,
            onboarding_completed=user.onboarding_completed,
            created_at=moment(user.created_at),
        )


class SignedInUserView(msgspec.Struct):
    id: int
    email: str | None
    is_admin: bool
    balance: float


class TokenView(msgspec.Struct):
    access_token: str
    user: SignedInUserView
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  # the name of a scheme

    @classmethod
    async def of(cls, pair: TokenPair) -> "TokenView":
        """What a new session is answered with."""
        user = pair.user
        async with unit_of_work(Actor(user.tenant_id, user.role, user.id)) as uow:
            purse = await billing.own_purse(uow)
        shown = SignedInUserView(user.id, user.email, user.role is Role.SUPERADMIN, money(purse.balance))
        return cls(pair.access_token, shown)


async def account_of(actor: Actor) -> UserView:
    """The actor's account, wherever they look around."""
    async with unit_of_work(identity.at_home(actor)) as uow:
        return await UserView.own(uow)
