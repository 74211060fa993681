"""Registration: into which tenant, as whom, and what is refused."""

import asyncio
from typing import Any

import pytest

from core.actor import Role, system_actor
from core.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound, WeakPassword
from models.tenants import DEFAULT_TENANT_ID, Tenant
from models.users import User
from services import identity
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, unique

STRONG = "securePassword123"


async def _users_of(tenant_id: int) -> int:
    async with unit_of_work(system_actor(tenant_id)):
        return await User.all().count()


async def test_a_new_user_joins_the_named_tenant_as_a_plain_user(tenant: Tenant) -> None:
    user = await identity.register(
        email="Ann@EXAMPLE.com", password=STRONG, full_name="Ann Ivanova", tenant_id=tenant.id
    )
    assert (user.tenant_id, user.role, user.is_active, user.full_name) == (tenant.id, Role.USER, True, "Ann Ivanova")
    assert user.email == "Ann@example.com"
    assert user.created_at.tzinfo is not None


async def test_without_a_tenant_it_is_the_default_one(database: None) -> None:
    user = await identity.register(email=f"{unique('ann')}@example.com", password=STRONG)
    assert user.tenant_id == DEFAULT_TENANT_ID


@pytest.mark.parametrize("tenant_id", [0, -1, 999_999_999, 2**63, 10**30])
async def test_an_unknown_tenant_is_not_found(database: None, tenant_id: int) -> None:
    with pytest.raises(NotFound):
        await identity.register(email="ann@example.com", password=STRONG, tenant_id=tenant_id)


async def test_a_closed_tenant_takes_nobody(make_tenant: MakeTenant) -> None:
    closed = await make_tenant(registration_open=False)
    with pytest.raises(Forbidden):
        await identity.register(email="ann@example.com", password=STRONG, tenant_id=closed.id)
    assert await _users_of(closed.id) == 0


async def test_an_email_is_registered_once_in_a_tenant_whatever_its_case(tenant: Tenant) -> None:
    await identity.register(email="Аня@example.com", password=STRONG, tenant_id=tenant.id)
    with pytest.raises(Conflict) as refused:
        await identity.register(email="АНЯ@EXAMPLE.com", password=STRONG, tenant_id=tenant.id)
    assert refused.value.field == "email"
    assert await _users_of(tenant.id) == 1


async def test_of_simultaneous_registrations_one_succeeds(tenant: Tenant) -> None:
    spellings = ["ann@example.com", "Ann@example.com", "ANN@example.com"] * 4
    results = await asyncio.gather(
        *(identity.register(email=email, password=STRONG, tenant_id=tenant.id) for email in spellings),
        return_exceptions=True,
    )
    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == len(spellings) - 1
    assert await _users_of(tenant.id) == 1


async def test_one_email_may_be_in_many_tenants(make_tenant: MakeTenant) -> None:
    email = f"{unique('ann')}@example.com"
    for tenant in (await make_tenant(), await make_tenant()):
        assert (await identity.register(email=email, password=STRONG, tenant_id=tenant.id)).tenant_id == tenant.id


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"password": "short1"}, WeakPassword, "password"),
        ({"password": "onlyletters"}, WeakPassword, "password"),
        ({"password": "password123"}, WeakPassword, "password"),
        ({"password": "a1" * 37}, InvalidInput, "password"),
        ({"password": "nul\x00inside1"}, InvalidInput, "password"),
        ({"email": "no-address"}, InvalidInput, "email"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, InvalidInput, "email"),
        ({"full_name": "x" * 256}, InvalidInput, "full_name"),
        ({"full_name": "nul\x00"}, InvalidInput, "full_name"),
        ({"full_name": "half \udfff"}, InvalidInput, "full_name"),
    ],
)
async def test_bad_input_is_refused_by_field_and_leaves_nothing(
    tenant: Tenant, changes: dict[str, Any], refusal: type[DomainError], field: str
) -> None:
    given = {"email": "ann@example.com", "password": STRONG, "full_name": "Ann", "tenant_id": tenant.id, **changes}
    with pytest.raises(refusal) as refused:
        await identity.register(**given)
    assert type(refused.value) is refusal
    assert refused.value.field == field
    assert await _users_of(tenant.id) == 0


async def test_leads_accepts_six_characters_and_the_others_eight(tenant: Tenant) -> None:
    await identity.register(email="a@example.com", password="letmein", tenant_id=tenant.id, dialect="leads")
    with pytest.raises(InvalidInput):
        await identity.register(email="b@example.com", password="letme", tenant_id=tenant.id, dialect="leads")
    with pytest.raises(InvalidInput):
        await identity.register(email="b@example.com", password="letmein", tenant_id=tenant.id, dialect="itdesk")
