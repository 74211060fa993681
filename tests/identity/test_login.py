"""Login: the right tenant, the same work for everybody, nothing for the deactivated."""

from typing import Any

import pytest

from core.actor import Actor, Role, system_actor
from core.errors import (
    BadRequest,
    Conflict,
    DomainError,
    InvalidCredentials,
    InvalidInput,
    NotAuthenticated,
    WeakPassword,
)
from models.tenants import Tenant
from models.users import Session, User
from services import identity, passwords
from services.tokens import Dialect
from services.unit_of_work import unit_of_work
from tests.fixtures.people import PASSWORD, MakeTenant, MakeUser, unique
from tests.identity.conftest import access_changes, sign_in, signed_in


async def _sessions_of(user: User) -> int:
    async with unit_of_work(system_actor(user.tenant_id)):
        return await Session.filter(user_id=user.id).count()


async def test_a_token_speaks_for_the_user_who_signed_in(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant, Role.AGENT)
    pair = await sign_in(user)
    assert (pair.user.id, pair.expires_in) == (user.id, 1800)
    actor = await identity.authenticate(pair.access_token)
    assert actor == Actor(tenant.id, Role.AGENT, user.id, actor.session_id)


async def test_the_email_is_matched_in_any_case(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant, email=f"{unique('Айгүл')}@Example.com")
    pair = await identity.login(email=str(user.email).upper(), password=PASSWORD)
    assert pair.user.id == user.id


@pytest.mark.parametrize(
    ("dialect", "life_s", "refreshed"),
    [
        ("support", 1800, True),
        ("graphql", 86400, True),
        ("telegram", 604800, False),
        ("leads", 604800, False),
        ("itdesk", 86400, False),
        ("replyx", 86400, False),
    ],
)
async def test_each_dialect_has_its_life_and_perhaps_a_refresh_token(
    tenant: Tenant, make_user: MakeUser, dialect: str, life_s: int, refreshed: bool
) -> None:
    pair = await sign_in(await make_user(tenant), dialect)
    assert (pair.expires_in, pair.refresh_token is not None) == (life_s, refreshed)


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong-horse-7"},
        {"password": ""},
        {"password": PASSWORD + "\x00"},
        {"password": "x" * 100_000},
        {"email": "nobody@example.com"},
        {"email": "no address at all\x00"},
        {"tenant_id": 999_999_999},
        {"tenant_id": 2**70},
        {"tenant_id": -1},
    ],
)
async def test_wrong_credentials_are_all_alike(tenant: Tenant, make_user: MakeUser, changes: dict[str, Any]) -> None:
    user = await make_user(tenant)
    with pytest.raises(InvalidCredentials) as refused:
        await identity.login(**{"email": str(user.email), "password": PASSWORD, "tenant_id": tenant.id, **changes})
    assert str(refused.value) == "Incorrect email or password"
    assert await _sessions_of(user) == 0


async def test_a_deactivated_user_is_told_what_a_wrong_password_is_told(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant, is_active=False)
    with pytest.raises(InvalidCredentials):
        await sign_in(user)
    assert await _sessions_of(user) == 0


async def test_the_tenant_is_the_one_whose_password_it_is(make_tenant: MakeTenant) -> None:
    email = f"{unique('ann')}@example.com"
    tenants = [await make_tenant() for _ in range(3)]
    for number, tenant in enumerate(tenants):
        await identity.register(email=email, password=f"securePassword{number}", tenant_id=tenant.id)
    pair = await identity.login(email=email, password="securePassword1")
    assert pair.user.tenant_id == tenants[1].id


async def test_where_several_tenants_are_meant_it_asks_for_one(make_tenant: MakeTenant) -> None:
    email = f"{unique('ann')}@example.com"
    first, second = await make_tenant(), await make_tenant()
    for tenant in (first, second):
        await identity.register(email=email, password="securePassword1", tenant_id=tenant.id)
    with pytest.raises(Conflict) as refused:
        await identity.login(email=email, password="securePassword1")
    assert refused.value.field == "tenant_id"
    pair = await identity.login(email=email, password="securePassword1", tenant_id=second.id)
    assert pair.user.tenant_id == second.id


async def test_every_failure_costs_one_computation(make_tenant: MakeTenant, computations: list[bytes]) -> None:
    lone, shared = f"{unique('ann')}@example.com", f"{unique('bob')}@example.com"
    tenants = [await make_tenant() for _ in range(3)]
    await identity.register(email=lone, password="securePassword1", tenant_id=tenants[0].id)
    for tenant in tenants:
        await identity.register(email=shared, password="securePassword1", tenant_id=tenant.id)
    for email in (lone, shared, "nobody@example.com", "no address"):
        for tenant_id in (None, tenants[0].id, tenants[2].id):
            computations.clear()
            with pytest.raises(InvalidCredentials):
                await identity.login(email=email, password="wrong-horse-7", tenant_id=tenant_id)
            assert len(computations) == 1


async def test_a_hash_of_an_older_key_is_renewed_at_login(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant)
    async with unit_of_work(system_actor(tenant.id)):
        older = await passwords.hash_password(PASSWORD)
        await User.filter(id=user.id).update(password_hash=older)
    assert passwords.is_outdated(older, str(user.email))
    await sign_in(user)
    async with unit_of_work(system_actor(tenant.id)):
        renewed = await User.get(id=user.id)
    assert not passwords.is_outdated(str(renewed.password_hash), str(user.email))
    assert (await sign_in(renewed)).user.id == user.id


async def test_a_password_change_ends_every_session_and_gives_a_new_one(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant)
    elsewhere, here = await sign_in(user), await sign_in(user)
    actor = await identity.authenticate(here.access_token)
    fresh = await identity.change_password(actor, current_password=PASSWORD, new_password="battery-Staple-8")
    for old in (elsewhere, here):
        with pytest.raises(NotAuthenticated):
            await identity.authenticate(old.access_token)
        with pytest.raises(NotAuthenticated):
            await identity.refresh(str(old.refresh_token))
    assert (await identity.authenticate(fresh.access_token)).user_id == user.id
    assert await access_changes(tenant.id) == [user.id]
    with pytest.raises(InvalidCredentials):
        await sign_in(user)
    assert (await sign_in(user, password="battery-Staple-8")).user.id == user.id


@pytest.mark.parametrize(
    ("current", "new", "refusal", "field"),
    [
        ("wrong-horse-7", "battery-Staple-8", BadRequest, "current_password"),
        (PASSWORD, "short1", WeakPassword, "new_password"),
        (PASSWORD, "password123", WeakPassword, "new_password"),
    ],
)
async def test_a_refused_password_change_changes_nothing(
    tenant: Tenant, make_user: MakeUser, current: str, new: str, refusal: type[BadRequest], field: str
) -> None:
    actor = await signed_in(await make_user(tenant))
    with pytest.raises(refusal) as refused:
        await identity.change_password(actor, current_password=current, new_password=new)
    assert refused.value.field == field
    assert await identity.still_valid(actor) == actor
    assert await access_changes(tenant.id) == []


@pytest.mark.parametrize(
    ("asked_by", "new", "refusal"),
    [
        (Dialect.SUPPORT, "password", WeakPassword),
        (Dialect.GRAPHQL, "password", WeakPassword),
        (Dialect.REPLYX, "1234567", InvalidInput),
    ],
)
async def test_a_new_password_meets_the_rules_of_the_dialect_that_asks_not_of_the_session(
    tenant: Tenant, make_user: MakeUser, asked_by: Dialect, new: str, refusal: type[DomainError]
) -> None:
    actor = await identity.authenticate((await sign_in(await make_user(tenant), "leads")).access_token)
    with pytest.raises(refusal):
        await identity.change_password(actor, current_password=PASSWORD, new_password=new, dialect=asked_by)
    assert await identity.still_valid(actor) == actor
