"""What admins set up: nothing is kept that was not looked at, and no secret comes out again."""

from typing import Any

import pytest

from core.actor import Role, system_actor
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.refusals.outgoing import AddressRefused
from core.refusals.sign_in import ProviderUnavailable
from models.sign_in import SignInIdentity, SignInProvider
from models.tenants import Tenant
from services import sign_in_providers
from services.sign_in_people import claim_values
from services.sign_in_providers import ProviderChanges, ProviderRow, RoleRule
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser
from tests.sign_in.conftest import IdentityProvider, NewProvider


async def kept(tenant: Tenant) -> list[SignInProvider]:
    async with unit_of_work(system_actor(tenant.id)):
        return await SignInProvider.all()


async def renamed(tenant: Tenant, row: ProviderRow, **changes: Any) -> ProviderRow:
    return await sign_in_providers.update(system_actor(tenant.id), row.id, ProviderChanges(**changes))


async def test_a_secret_rests_sealed_and_stays_where_none_is_given(tenant: Tenant, new_provider: NewProvider) -> None:
    row = await new_provider(client_secret="hush")
    sealed = (await kept(tenant))[0].sealed_secret
    assert sealed is not None
    assert "hush" not in sealed
    assert "hush" not in repr(row)
    await renamed(tenant, row, name="Desk")
    assert [(one.name, one.sealed_secret) for one in await kept(tenant)] == [("Desk", sealed)]


@pytest.mark.parametrize("issuer", ["https://10.0.0.8", "https://[::1]", "http://id.example", "https://localhost"])
async def test_issuers_in_private_networks_are_not_kept(issuer: str, database: None, tenant: Tenant) -> None:
    given = ProviderChanges(name="Inside", issuer=issuer, client_id="c")
    with pytest.raises(AddressRefused) as refused:
        await sign_in_providers.create(system_actor(tenant.id), given)
    assert (refused.value.field, await kept(tenant)) == ("issuer", [])


async def test_what_is_no_provider_is_not_kept(
    tenant: Tenant, new_provider: NewProvider, provider: IdentityProvider
) -> None:
    with pytest.raises(ProviderUnavailable):
        await new_provider(issuer=f"{provider.issuer}/nothing")
    assert await kept(tenant) == []


@pytest.mark.parametrize("missing", ["name", "issuer", "client_id"])
async def test_what_a_provider_needs_is_asked_for(missing: str, tenant: Tenant, new_provider: NewProvider) -> None:
    with pytest.raises(InvalidInput) as refused:
        await new_provider(**{missing: " "})
    assert refused.value.field == missing


async def test_nobody_becomes_a_superadmin_by_a_rule(new_provider: NewProvider) -> None:
    with pytest.raises(Forbidden):
        await new_provider(default_role=Role.SUPERADMIN)
    with pytest.raises(Forbidden):
        await new_provider(role_rules=[RoleRule("all", Role.SUPERADMIN)])


async def test_another_issuer_forgets_whom_the_former_one_knew(
    tenant: Tenant, make_user: MakeUser, new_provider: NewProvider, provider: IdentityProvider
) -> None:
    row, user = await new_provider(), await make_user(tenant)
    async with unit_of_work(system_actor(tenant.id)) as uow:
        await SignInIdentity.create(tenant_id=tenant.id, provider_id=row.id, subject="7", user_id=user.id)
        await uow.rows("UPDATE sign_in_providers SET issuer = 'https://before.example' WHERE id = $1", row.id)
    await renamed(tenant, row, issuer=provider.issuer, client_secret="new")
    async with unit_of_work(system_actor(tenant.id)):
        assert await SignInIdentity.all().count() == 0


async def test_a_company_has_a_bounded_number_of_them(
    new_provider: NewProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_providers, "MAX_PROVIDERS", 1)
    await new_provider()
    with pytest.raises(Conflict):
        await new_provider()


async def test_another_company_s_admin_reaches_none(make_tenant: MakeTenant, new_provider: NewProvider) -> None:
    row, other = await new_provider(), await make_tenant()
    with pytest.raises(NotFound):
        await renamed(other, row, name="Mine")
    async with unit_of_work(system_actor(other.id)) as uow:
        with pytest.raises(NotFound):
            await sign_in_providers.delete(uow, row.id)
        assert (await sign_in_providers.setup(uow)).providers == []


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("groups", {"a", "b"}),
        ("realm_access.roles", {"c"}),
        ("https://example.com/role", {"d"}),
        ("one", {"e"}),
        ("missing.path", set()),
        ("", set()),
    ],
)
def test_roles_are_read_from_claims_of_every_shape(path: str, values: set[str]) -> None:
    claims = {
        "groups": ["a", "b", {"no": "text"}],
        "realm_access": {"roles": ["c"]},
        "https://example.com/role": "d",
        "one": "e",
    }
    assert claim_values(claims, path) == values
