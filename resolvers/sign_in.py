"""Sign-in by a company's identity provider, and the providers themselves."""

import strawberry

from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.identity import TokenPair
from schema.types.scalars import row_id
from schema.types.sign_in import (
    CreateSignInProviderInput,
    FinishSignInInput,
    SignInOption,
    SignInProvider,
    SignInProviderDeleted,
    SignInSetup,
    SignInStart,
    UpdateSignInProviderInput,
)
from services import sign_in, sign_in_providers
from services.unit_of_work import unit_of_work

_NAMES = {
    "client_id": "clientId",
    "client_secret": "clientSecret",
    "roles_claim": "rolesClaim",
    "role_rules": "roleRules",
}


@strawberry.type
class SignInQuery:
    @query(Requires.SIGN_IN_OPTIONS)
    async def sign_in_providers(self, info: Info, company: str) -> list[SignInOption]:
        """The providers of the company with that short name (`Tenant.slug`); none where there is no such company."""
        return [SignInOption.of(option) for option in await sign_in.options(company)]

    @query(Requires.SIGN_IN_MANAGE)
    async def sign_in_setup(self, info: Info) -> SignInSetup:
        """The company's providers, and the addresses that its admins tell others."""
        async with unit_of_work(info.context.actor) as uow:
            return SignInSetup.of(await sign_in_providers.setup(uow))


@strawberry.type
class SignInMutation:
    @mutation(Requires.SIGN_IN)
    async def start_sign_in(self, info: Info, company: str, provider_id: ID) -> SignInStart:
        """Begin to sign in by a provider. It has to be finished in the same browser within ten minutes.

        Errors: NOT_FOUND, SIGN_IN_PROVIDER_UNAVAILABLE.
        """
        return SignInStart.of(await sign_in.start(company, row_id(provider_id, "providerId")))

    @mutation(Requires.SIGN_IN)
    async def finish_sign_in(self, info: Info, input: FinishSignInInput) -> TokenPair:
        """Exchange what the provider sent the browser back with for a session.

        Errors: SIGN_IN_EXPIRED, SIGN_IN_FAILED, NO_ACCOUNT, SIGN_IN_PROVIDER_UNAVAILABLE.
        """
        pair = await sign_in.finish(
            company=input.company,
            state=input.state,
            code=input.code,
            browser_key=input.browser_key,
            issuer=input.issuer,
        )
        return TokenPair.of(pair)

    @mutation(Requires.SIGN_IN_SETUP, names=_NAMES)
    async def create_sign_in_provider(self, info: Info, input: CreateSignInProviderInput) -> SignInProvider:
        """Let people sign in by a provider.

        Errors: VALIDATION_ERROR, ADDRESS_REFUSED, SIGN_IN_PROVIDER_UNAVAILABLE where it is none, CONFLICT beyond 20.
        """
        return SignInProvider.of(await sign_in_providers.create(info.context.actor, input.changes()))

    @mutation(Requires.SIGN_IN_SETUP, names=_NAMES)
    async def update_sign_in_provider(self, info: Info, id: ID, input: UpdateSignInProviderInput) -> SignInProvider:
        """Change a provider. Another issuer forgets whom the former one knew, and asks for the client secret anew.

        Errors: NOT_FOUND, and those of `createSignInProvider`.
        """
        return SignInProvider.of(await sign_in_providers.update(info.context.actor, row_id(id), input.changes()))

    @mutation(Requires.SIGN_IN_MANAGE)
    async def delete_sign_in_provider(self, info: Info, id: ID) -> SignInProviderDeleted:
        """Let a provider go. Errors: NOT_FOUND."""
        async with unit_of_work(info.context.actor) as uow:
            row = await sign_in_providers.delete(uow, row_id(id))
        return SignInProviderDeleted(id=strawberry.ID(str(row.id)))
