"""Who tries to sign in as somebody else: codes carried from one company to another, providers that claim too much."""

from typing import Any

import pytest

from core.actor import Role, system_actor
from core.errors import Forbidden, InvalidInput
from core.refusals.sign_in import NoAccount, SignInExpired
from models.sign_in import SignInAttempt, SignInIdentity, SignInProvider
from models.tenants import Tenant
from models.users import User
from services import sign_in, sign_in_providers
from services.sign_in_people import recognise, role_of
from services.sign_in_providers import ProviderChanges, ProviderRow
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.sign_in.conftest import NewProvider
from tests.sign_in.liar import Liar

TRUE = {"email_verified": True}


async def lied_for(liar: Liar, tenant: Tenant, **changes: Any) -> SignInProvider:
    """The liar as the provider of a company."""
    given = {"name": "Office", "issuer": liar.issuer, "client_id": "opora", **changes}
    row = await sign_in_providers.create(system_actor(tenant.id), ProviderChanges(**given))
    return await stored(tenant, row)


async def stored(tenant: Tenant, row: ProviderRow) -> SignInProvider:
    async with unit_of_work(system_actor(tenant.id)):
        return await SignInProvider.get(id=row.id)


async def recognised(tenant: Tenant, provider: SignInProvider, **claims: Any) -> User:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        return await recognise(uow, provider, claims)


def state_of(begun: sign_in.SignInStart) -> str:
    return begun.url.split("state=")[1].split("&")[0]


async def test_a_code_is_not_shown_to_the_provider_of_another_company(
    liar: Liar, tenant: Tenant, make_tenant: MakeTenant, database: None
) -> None:
    """The mix-up attack (RFC 9700, 4.4): the liar sends on to an honest provider, whose code comes to its company."""
    provider = await lied_for(liar, tenant)
    honest = await make_tenant()
    begun = await sign_in.start(tenant.slug, provider.id)
    liar.heard.clear()
    came = {"state": state_of(begun), "code": "honest", "browser_key": begun.browser_key}
    with pytest.raises(SignInExpired):
        await sign_in.finish(company=honest.slug, **came)
    assert liar.heard == []
    async with unit_of_work(system_actor(tenant.id)):
        assert await SignInAttempt.all().count() == 0


async def test_each_company_has_an_address_of_its_own_to_come_back_to(
    tenant: Tenant, make_tenant: MakeTenant, database: None
) -> None:
    other = await make_tenant()
    addresses = []
    for one in (tenant, other):
        async with unit_of_work(system_actor(one.id)) as uow:
            addresses.append((await sign_in_providers.setup(uow)).redirect_uri)
    assert [address.rsplit("/", 1)[1] for address in addresses] == [tenant.slug, other.slug]


async def test_a_provider_speaks_for_its_own_company_alone(
    liar: Liar, tenant: Tenant, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    victim = await make_user(await make_tenant(), Role.ADMIN)
    provider = await lied_for(liar, tenant, creates_users=True)
    user = await recognised(tenant, provider, sub="7", email=victim.email, **TRUE)
    assert (user.tenant_id, user.id != victim.id, user.role) == (tenant.id, True, Role.USER)


async def test_a_subject_known_to_one_provider_is_nobody_to_another(
    liar: Liar, tenant: Tenant, make_user: MakeUser
) -> None:
    admin = await make_user(tenant, Role.ADMIN)
    first, second = await lied_for(liar, tenant), await lied_for(liar, tenant, name="Second")
    async with unit_of_work(system_actor(tenant.id)):
        await SignInIdentity.create(tenant_id=tenant.id, provider_id=first.id, subject="7", user_id=admin.id)
    assert (await recognised(tenant, first, sub="7")).id == admin.id
    with pytest.raises(NoAccount):
        await recognised(tenant, second, sub="7")


@pytest.mark.parametrize("verified", [False, None, "true", "false", 1, ["true"], {"a": 1}])
async def test_an_address_that_is_not_verified_is_no_admin_s(
    verified: object, liar: Liar, tenant: Tenant, make_user: MakeUser
) -> None:
    admin = await make_user(tenant, Role.ADMIN)
    provider = await lied_for(liar, tenant, creates_users=True)
    user = await recognised(tenant, provider, sub="7", email=admin.email, email_verified=verified)
    assert (user.id == admin.id, user.role, user.email) == (False, Role.USER, None)


async def test_no_claim_makes_a_superadmin_whatever_the_rules_hold(
    liar: Liar, tenant: Tenant, make_user: MakeUser
) -> None:
    provider = await lied_for(liar, tenant, roles_claim="role")
    provider.role_rules = [{"value": "root", "role": "superadmin"}]
    assert role_of(provider, {"role": ["root", "superadmin", "SUPERADMIN"]}) is Role.USER
    admin = await make_user(tenant, Role.ADMIN)
    for field in ("default_role", "role_rules"):
        value: Any = Role.SUPERADMIN if field == "default_role" else [sign_in_providers.RoleRule("a", Role.SUPERADMIN)]
        with pytest.raises(Forbidden):
            await sign_in_providers.update(actor_of(admin), provider.id, ProviderChanges(**{field: value}))


async def test_claims_choose_no_role_where_the_company_has_no_claim_for_it(liar: Liar, tenant: Tenant) -> None:
    provider = await lied_for(liar, tenant, creates_users=True)
    user = await recognised(tenant, provider, sub="7", role="admin", roles=["admin"], groups=["admin"])
    assert user.role is Role.USER


async def test_who_was_deactivated_after_the_first_sign_in_stays_out(
    liar: Liar, tenant: Tenant, make_user: MakeUser
) -> None:
    provider = await lied_for(liar, tenant, roles_claim="role")
    user = await make_user(tenant, is_active=False)
    async with unit_of_work(system_actor(tenant.id)):
        await SignInIdentity.create(tenant_id=tenant.id, provider_id=provider.id, subject="7", user_id=user.id)
    with pytest.raises(NoAccount):
        await recognised(tenant, provider, sub="7")


async def test_a_secret_does_not_follow_the_issuer_to_another_server(
    liar: Liar, new_provider: NewProvider, tenant: Tenant
) -> None:
    row = await new_provider()
    with pytest.raises(InvalidInput) as refused:
        await sign_in_providers.update(system_actor(tenant.id), row.id, ProviderChanges(issuer=liar.issuer))
    assert (refused.value.field, (await stored(tenant, row)).issuer) == ("client_secret", row.issuer)
    for secret in (None, "another"):
        given = ProviderChanges(issuer=liar.issuer, client_secret=secret)
        changed = await sign_in_providers.update(system_actor(tenant.id), row.id, given)
        assert changed.has_secret is (secret is not None)
        await sign_in_providers.update(
            system_actor(tenant.id), row.id, ProviderChanges(issuer=row.issuer, client_secret="secret-of-basic")
        )
