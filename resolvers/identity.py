"""Signing in and out, and one's own account."""

import strawberry

from resolvers.policy import Requires, mutation, query
from schema.types.context import Info
from schema.types.identity import (
    ChangePasswordInput,
    LoginInput,
    LogoutPayload,
    RegisterInput,
    TokenPair,
    UpdateMeInput,
)
from schema.types.scalars import row_id_or_none
from schema.types.users import User
from services import identity, users
from services.rate_limits import Bucket, by_email
from services.tokens import Dialect
from services.unit_of_work import unit_of_work


@strawberry.type
class IdentityQuery:
    @query(Requires.OWN_ACCOUNT)
    async def me(self, info: Info) -> User:
        """The user who is signed in."""
        async with unit_of_work(identity.at_home(info.context.actor)) as uow:
            return User.of(await users.get_me(uow))


@strawberry.type
class IdentityMutation:
    @mutation(Requires.SIGN_IN)
    async def register(self, info: Info, input: RegisterInput) -> User:
        """Become a user of a tenant. Errors: WEAK_PASSWORD, CONFLICT for a known e-mail, FORBIDDEN, NOT_FOUND."""
        user = await identity.register(
            email=input.email,
            password=input.password,
            full_name=input.full_name,
            tenant_id=row_id_or_none(input.tenant_id, "tenant_id"),
            dialect=Dialect.GRAPHQL,
        )
        return User.of(user)

    @mutation(Requires.SIGN_IN)
    async def login(self, info: Info, input: LoginInput) -> TokenPair:
        """Sign in. Errors: INVALID_CREDENTIALS, CONFLICT where `tenantId` is needed, RATE_LIMIT_EXCEEDED."""
        await info.context.count(Bucket.AUTH, by_email(input.email))
        pair = await identity.login(
            email=input.email,
            password=input.password,
            tenant_id=row_id_or_none(input.tenant_id, "tenant_id"),
            dialect=Dialect.GRAPHQL,
        )
        return TokenPair.of(pair)

    @mutation(Requires.SIGN_IN)
    async def refresh(self, info: Info, refresh_token: str) -> TokenPair:
        """The next pair of tokens; the given one is used up. Errors: UNAUTHORIZED, TOKEN_EXPIRED."""
        return TokenPair.of(await identity.refresh(refresh_token))

    @mutation(Requires.OWN_ACCOUNT)
    async def logout(self, info: Info) -> LogoutPayload:
        """End the session: its tokens are refused from now on, and its live connections end."""
        await identity.logout(info.context.actor)
        return LogoutPayload(ok=True)

    @mutation(Requires.OWN_PASSWORD)
    async def change_password(self, info: Info, input: ChangePasswordInput) -> TokenPair:
        """Set a new password. Every session ends, this one too; the answer holds the tokens of a new one."""
        pair = await identity.change_password(
            info.context.actor, current_password=input.current_password, new_password=input.new_password
        )
        return TokenPair.of(pair)

    @mutation(Requires.OWN_ACCOUNT)
    async def update_me(self, info: Info, input: UpdateMeInput) -> User:
        """Change one's own profile."""
        async with unit_of_work(identity.at_home(info.context.actor)) as uow:
            return User.of(await users.update_me(uow, full_name=input.full_name))
