"""Signing in and out, and one's own account."""

import strawberry

from core.errors import InvalidInput
from core.unset import UNSET
from resolvers.policy import Requires, mutation, query
from schema.types.context import Info
from schema.types.identity import (
    ChangePasswordInput,
    LoginInput,
    LogoutPayload,
    RegisterCompanyInput,
    RegisterCompanyPayload,
    RegisterInput,
    TokenPair,
    UpdateMeInput,
)
from schema.types.scalars import row_id_or_none
from schema.types.users import User
from services import identity, telegram_login, users
from services.rate_limits import Bucket, by_email
from services.tokens import Dialect
from services.unit_of_work import unit_of_work

_COMPANY_NAMES = {
    "company_name": "companyName", "full_name": "fullName", "first_name": "firstName", "last_name": "lastName"
}  # fmt: skip


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
        """Become a user of a tenant. Errors: WEAK_PASSWORD, CONFLICT for a known e-mail or username, FORBIDDEN."""
        user = await identity.register(
            email=input.email,
            password=input.password,
            full_name=input.full_name,
            username=input.username,
            role=input.role,
            tenant_id=row_id_or_none(input.tenant_id, "tenant_id"),
            asker=info.context.known_actor,
            dialect=Dialect.GRAPHQL,
        )
        return User.of(user)

    @mutation(Requires.SIGN_IN, names=_COMPANY_NAMES)
    async def register_company(self, info: Info, input: RegisterCompanyInput) -> RegisterCompanyPayload:
        """Register a company: a tenant of its own, with the welcome bonus in its purse.

        Errors: WEAK_PASSWORD, CONFLICT for an e-mail known anywhere.
        """
        company = await identity.register_company(
            email=input.email,
            password=input.password,
            company_name=input.company_name,
            full_name=input.full_name,
            first_name=input.first_name,
            last_name=input.last_name,
            dialect=Dialect.GRAPHQL,
        )
        return RegisterCompanyPayload.of(company)

    @mutation(Requires.SIGN_IN)
    async def login(self, info: Info, input: LoginInput) -> TokenPair:
        """Sign in. Errors: INVALID_CREDENTIALS, CONFLICT where `tenantId` is needed, RATE_LIMIT_EXCEEDED."""
        name = _name(input)
        await info.context.count(Bucket.AUTH, by_email(name))
        pair = await identity.login(
            email=name,
            password=input.password,
            tenant_id=row_id_or_none(input.tenant_id, "tenant_id"),
            dialect=Dialect.GRAPHQL,
        )
        return TokenPair.of(pair)

    @mutation(Requires.SIGN_IN)
    async def sign_in_with_telegram(self, info: Info, init_data: str, hash: str | None = None) -> TokenPair:
        """Sign in from a Telegram Mini App, in the tenant of the bot that signed initData; a new user on first sight.

        `hash` may stand in `initData`, beside it, or in both. Errors: VALIDATION_ERROR, UNAUTHORIZED for what is
        forged or older than 24 hours, FORBIDDEN for the blocked, SERVICE_UNAVAILABLE where no bot is set up.
        """
        return TokenPair.of(await telegram_login.sign_in(init_data=init_data, hash=hash, dialect=Dialect.GRAPHQL))

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
            info.context.actor,
            current_password=input.current_password,
            new_password=input.new_password,
            dialect=Dialect.GRAPHQL,
        )
        return TokenPair.of(pair)

    @mutation(Requires.OWN_ACCOUNT, names={"username": "telegramUsername"})
    async def update_me(self, info: Info, input: UpdateMeInput) -> User:
        """Change one's own profile."""
        async with unit_of_work(identity.at_home(info.context.actor)) as uow:
            if input.full_name:
                await users.update_me(uow, full_name=input.full_name.value)
            user = await users.update_profile(
                uow,
                first_name=input.first_name.value if input.first_name else UNSET,
                last_name=input.last_name.value if input.last_name else UNSET,
                telegram_username=input.telegram_username.value if input.telegram_username else UNSET,
                onboarding_completed=input.onboarding_completed.value if input.onboarding_completed else UNSET,
            )
            return User.of(user)


def _name(given: LoginInput) -> str:
    """What to sign in as. Raises InvalidInput where it is not exactly one name."""
    name = given.username if given.email is None else given.email
    if name is None or (given.email is not None and given.username is not None):
        raise InvalidInput("Give email or username", field="email")
    return name
