"""Signing in by npm's `oidc-provider`, over GraphQL, as the console does."""

from typing import Any

import pytest

from core.actor import Role, system_actor
from core.errors import InvalidCredentials, NotAuthenticated
from integrations.oidc import discovery
from models.sign_in import SignInAttempt
from models.tenants import Tenant
from models.users import User
from services import identity, sign_in_providers
from services.sign_in_providers import ProviderChanges, ProviderRow, RoleRule
from services.unit_of_work import unit_of_work
from tests.embedded.running import free_port
from tests.fixtures.people import PASSWORD, MakeTenant, MakeUser, unique
from tests.graphql.client import GraphQLClient
from tests.sign_in.conftest import IdentityProvider, NewProvider, visit

OPTIONS = "query($company: String!) { signInProviders(company: $company) { id name } }"
START = """mutation($company: String!, $provider: ID!) {
    startSignIn(company: $company, providerId: $provider) { url browserKey } }"""
FINISH = """mutation($input: FinishSignInInput!) { finishSignIn(input: $input) {
    accessToken refreshToken user { id email role fullName firstName } } }"""
VERIFIED = {"email_verified": True}


@pytest.fixture
def anonymous(client: Any) -> GraphQLClient:
    return GraphQLClient(client)


async def came_back(client: GraphQLClient, tenant: Tenant, row: ProviderRow, login: str) -> dict[str, Any]:
    """The input of `finishSignIn` after a visit to the provider."""
    begun = (await client(START, company=tenant.slug, provider=str(row.id)))["startSignIn"]
    answer = await visit(begun["url"], login)
    return {
        "company": answer["company"],
        "state": answer["state"],
        "code": answer["code"],
        "issuer": answer["iss"],
        "browserKey": begun["browserKey"],
    }


async def enter(client: GraphQLClient, tenant: Tenant, row: ProviderRow, login: str) -> dict[str, Any]:
    given = await came_back(client, tenant, row, login)
    user: dict[str, Any] = (await client(FINISH, input=given))["finishSignIn"]["user"]
    return user


async def users_of(tenant: Tenant) -> int:
    async with unit_of_work(system_actor(tenant.id)):
        return await User.all().count()


@pytest.mark.parametrize("client_id", ["basic", "post", "public"])
async def test_a_stranger_becomes_a_user_where_the_company_allows_it(
    client_id: str, anonymous: GraphQLClient, tenant: Tenant, provider: IdentityProvider, new_provider: NewProvider
) -> None:
    secret = None if client_id == "public" else f"secret-of-{client_id}"
    row = await new_provider(client_id=client_id, client_secret=secret, creates_users=True)
    login = unique("aigerim")
    provider.knows(login, email=f"{login}@example.com", **VERIFIED, name="Aigerim Serik", given_name="Aigerim")
    assert (await anonymous(OPTIONS, company=tenant.slug))["signInProviders"] == [{"id": str(row.id), "name": "Office"}]
    user = await enter(anonymous, tenant, row, login)
    assert (user["email"], user["fullName"], user["firstName"], user["role"]) == (
        f"{login}@example.com", "Aigerim Serik", "Aigerim", "USER",
    )  # fmt: skip
    assert (await enter(anonymous, tenant, row, login))["id"] == user["id"]


async def test_strangers_stay_out_where_it_does_not(
    anonymous: GraphQLClient, tenant: Tenant, provider: IdentityProvider, new_provider: NewProvider
) -> None:
    row = await new_provider()
    provider.knows("stranger", email=f"{unique('stranger')}@example.com", **VERIFIED)
    before = await users_of(tenant)
    given = await came_back(anonymous, tenant, row, "stranger")
    assert await anonymous.code(FINISH, input=given) == "NO_ACCOUNT"
    assert await users_of(tenant) == before


async def test_a_verified_address_finds_the_account_and_an_unverified_one_does_not(
    anonymous: GraphQLClient,
    tenant: Tenant,
    make_user: MakeUser,
    provider: IdentityProvider,
    new_provider: NewProvider,
) -> None:
    known = await make_user(tenant, Role.AGENT)
    row = await new_provider(creates_users=True)
    provider.knows("liar", email=known.email, email_verified=False)
    provider.knows("owner", email=str(known.email).upper(), **VERIFIED)
    liar = await enter(anonymous, tenant, row, "liar")
    assert (liar["id"] == str(known.id), liar["email"]) == (False, None)
    assert (await enter(anonymous, tenant, row, "owner"))["id"] == str(known.id)


async def test_who_registered_another_s_address_beforehand_gains_nothing(
    anonymous: GraphQLClient, tenant: Tenant, provider: IdentityProvider, new_provider: NewProvider
) -> None:
    email = f"{unique('victim')}@example.com"
    await identity.register(email=email, password=PASSWORD, tenant_id=tenant.id)
    thief = await identity.login(email=email, password=PASSWORD, tenant_id=tenant.id)
    provider.knows("victim", email=email, **VERIFIED)
    await enter(anonymous, tenant, await new_provider(), "victim")
    with pytest.raises(NotAuthenticated):
        await identity.authenticate(thief.access_token)
    with pytest.raises(InvalidCredentials):
        await identity.login(email=email, password=PASSWORD, tenant_id=tenant.id)


async def test_roles_follow_the_provider_s_claim(
    anonymous: GraphQLClient, tenant: Tenant, provider: IdentityProvider, new_provider: NewProvider
) -> None:
    rules = [RoleRule("helpers", Role.AGENT), RoleRule("leads", Role.MODERATOR)]
    row = await new_provider(creates_users=True, roles_claim="realm_access.roles", role_rules=rules)
    login = unique("role")
    for roles, expected in ((["helpers", "leads"], "MODERATOR"), (["helpers"], "AGENT"), ([], "USER")):
        provider.knows(login, realm_access={"roles": roles})
        assert (await enter(anonymous, tenant, row, login))["role"] == expected


async def test_no_company_s_provider_speaks_for_a_superadmin_or_the_deactivated(
    anonymous: GraphQLClient,
    tenant: Tenant,
    make_user: MakeUser,
    provider: IdentityProvider,
    new_provider: NewProvider,
) -> None:
    row = await new_provider(creates_users=True)
    for kept_out in (await make_user(tenant, Role.SUPERADMIN), await make_user(tenant, is_active=False)):
        provider.knows("boss", email=kept_out.email, **VERIFIED)
        given = await came_back(anonymous, tenant, row, "boss")
        assert await anonymous.code(FINISH, input=given) == "NO_ACCOUNT"


async def test_a_sign_in_is_finished_once_and_where_it_began(
    anonymous: GraphQLClient, tenant: Tenant, provider: IdentityProvider, new_provider: NewProvider
) -> None:
    row = await new_provider(creates_users=True)
    provider.knows("once", name="Once")
    given = await came_back(anonymous, tenant, row, "once")
    elsewhere = {**given, "browserKey": "of another browser"}
    assert await anonymous.code(FINISH, input=elsewhere) == "SIGN_IN_EXPIRED"
    assert await anonymous.code(FINISH, input=given) == "SIGN_IN_EXPIRED"
    given = await came_back(anonymous, tenant, row, "once")
    assert await anonymous.code(FINISH, input={**given, "issuer": "https://evil.example"}) == "SIGN_IN_FAILED"
    given = await came_back(anonymous, tenant, row, "once")
    assert await anonymous.code(FINISH, input={**given, "code": "guessed"}) == "SIGN_IN_FAILED"
    given = await came_back(anonymous, tenant, row, "once")
    assert await anonymous.code(FINISH, input=given) is None
    async with unit_of_work(system_actor(tenant.id)):
        assert await SignInAttempt.all().count() == 0


async def test_an_old_sign_in_is_over(
    anonymous: GraphQLClient, tenant: Tenant, provider: IdentityProvider, new_provider: NewProvider
) -> None:
    row = await new_provider(creates_users=True)
    provider.knows("late", name="Late")
    given = await came_back(anonymous, tenant, row, "late")
    async with unit_of_work(system_actor(tenant.id)) as uow:
        await uow.rows("DELETE FROM sign_in_attempts WHERE expires_at < now() + interval '1 hour'")
    assert await anonymous.code(FINISH, input=given) == "SIGN_IN_EXPIRED"


async def test_new_signing_keys_are_found(
    anonymous: GraphQLClient,
    tenant: Tenant,
    new_provider: NewProvider,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(discovery, "_KEYS_AGAIN_S", 0)
    own = IdentityProvider(free_port(), tmp_path)
    own.knows("turn", name="Turn")
    for _ in range(2):
        with own.running():
            row = await new_provider(issuer=own.issuer, creates_users=True)
            assert (await enter(anonymous, tenant, row, "turn"))["fullName"] == "Turn"


async def test_another_company_s_provider_is_as_one_that_is_not_there(
    anonymous: GraphQLClient, make_tenant: MakeTenant, new_provider: NewProvider
) -> None:
    row, other = await new_provider(), await make_tenant()
    for company, number in ((other.slug, row.id), (other.slug, 2**62), ("nobody", row.id)):
        assert await anonymous.code(START, company=company, provider=str(number)) == "NOT_FOUND"
    assert (await anonymous(OPTIONS, company="nobody"))["signInProviders"] == []


async def test_a_provider_that_is_shut_lets_nobody_in_any_more(
    anonymous: GraphQLClient,
    tenant: Tenant,
    provider: IdentityProvider,
    new_provider: NewProvider,
) -> None:
    row = await new_provider(creates_users=True)
    provider.knows("shut", name="Shut")
    given = await came_back(anonymous, tenant, row, "shut")
    await sign_in_providers.update(system_actor(tenant.id), row.id, ProviderChanges(is_active=False))
    assert await anonymous.code(FINISH, input=given) == "NOT_FOUND"
    assert (await anonymous(OPTIONS, company=tenant.slug))["signInProviders"] == []
