"""What admins may do to the people of their tenant, and what they may not."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from core.actor import Role, system_actor
from core.errors import Conflict, Forbidden, InvalidInput, NotAuthenticated, NotFound, WeakPassword
from core.paging import CursorPage, OffsetPage
from models.tenants import Tenant
from models.users import User
from services import identity, user_list, users
from services.unit_of_work import UnitOfWork, unit_of_work
from services.user_list import UserFilter
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.identity.conftest import access_changes, sign_in

Operation = Callable[[UnitOfWork, int], Awaitable[Any]]
OPERATIONS: dict[str, Operation] = {
    "list": lambda uow, _: users.list_users(uow, OffsetPage()),
    "number of": lambda uow, _: users.number_of(uow, uuid4()),
    "get": users.get,
    "create": lambda uow, _: users.create(uow.actor, email="new@example.com", password="securePassword1"),
    "update": lambda uow, user_id: users.update(uow, user_id, full_name="Renamed"),
    "set role": lambda uow, user_id: users.set_role(uow, user_id, Role.AGENT),
    "deactivate": users.deactivate,
}
ON_ONE = ["get", "update", "set role", "deactivate"]


async def _as(actor_user: User, operation: Operation, user_id: int = 0) -> Any:
    async with unit_of_work(actor_of(actor_user)) as uow:
        return await operation(uow, user_id)


async def _row(user: User) -> dict[str, Any]:
    async with unit_of_work(system_actor(user.tenant_id)):
        (row,) = await User.filter(id=user.id).values()
        return row


async def _refused_to_change(actor_user: User, operation: Operation, target: User) -> None:
    before = await _row(target)
    with pytest.raises(Forbidden):
        await _as(actor_user, operation, target.id)
    assert await _row(target) == before
    assert await access_changes(target.tenant_id) == []


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR])
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_below_admin_nothing_is_allowed(tenant: Tenant, make_user: MakeUser, role: Role, operation: str) -> None:
    target = await make_user(tenant)
    await _refused_to_change(await make_user(tenant, role), OPERATIONS[operation], target)
    async with unit_of_work(system_actor(tenant.id)):
        assert await User.all().count() == 2


@pytest.mark.parametrize("operation", ON_ONE)
async def test_a_foreign_user_is_as_missing_as_a_missing_one(
    make_tenant: MakeTenant, make_user: MakeUser, operation: str
) -> None:
    admin, foreign = await make_user(await make_tenant(), Role.ADMIN), await make_user(await make_tenant())
    messages = set()
    for user_id in (foreign.id, 999_999_999, 0, -1, 2**63, 2**200):
        with pytest.raises(NotFound) as refused:
            await _as(admin, OPERATIONS[operation], user_id)
        messages.add(str(refused.value))
    assert messages == {"User not found"}
    assert (await _row(foreign))["is_active"]


async def test_an_admin_lists_the_users_of_the_own_tenant_alone(make_tenant: MakeTenant, make_user: MakeUser) -> None:
    tenant = await make_tenant()
    people = [await make_user(tenant, Role.ADMIN), *[await make_user(tenant) for _ in range(4)]]
    await make_user(await make_tenant())
    ids = [user.id for user in people]
    async with unit_of_work(actor_of(people[0])) as uow:
        assert [user.id for user in await users.list_users(uow, OffsetPage(skip=1, limit=2))] == ids[1:3]
        first = await user_list.cursor_page(uow, CursorPage(3), UserFilter())
        rest = await user_list.cursor_page(uow, CursorPage(3, after=first.rows[-1].id), UserFilter())
        assert ([user.id for user in [*first.rows, *rest.rows]], first.has_more, rest.has_more) == (ids, True, False)
        assert set(await users.by_ids(uow, [*ids[:2], 999_999_999])) == set(ids[:2])


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT])
async def test_below_moderator_nobody_reads_pages_of_people(tenant: Tenant, make_user: MakeUser, role: Role) -> None:
    async with unit_of_work(actor_of(await make_user(tenant, role))) as uow:
        with pytest.raises(Forbidden):
            await user_list.cursor_page(uow, CursorPage(3), UserFilter())
        with pytest.raises(Forbidden):
            await user_list.numbered_page(uow, OffsetPage(), UserFilter())


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR, Role.ADMIN])
async def test_an_admin_creates_users_of_any_role_below_superadmin(
    tenant: Tenant, make_user: MakeUser, role: Role
) -> None:
    admin = actor_of(await make_user(tenant, Role.ADMIN))
    created = await users.create(admin, email="New@example.com", password="securePassword1", full_name="New", role=role)
    assert (created.tenant_id, created.role, created.email) == (tenant.id, role, "New@example.com")
    assert (await sign_in(created, password="securePassword1")).user.id == created.id


async def test_nobody_makes_a_superadmin(tenant: Tenant, make_user: MakeUser) -> None:
    target = await make_user(tenant)
    for role in (Role.ADMIN, Role.SUPERADMIN):
        maker = await make_user(tenant, role)
        await _refused_to_change(maker, lambda uow, user_id: users.set_role(uow, user_id, Role.SUPERADMIN), target)
        with pytest.raises(Forbidden):
            await _as(
                maker,
                lambda uow, _: users.create(
                    uow.actor, email="root@example.com", password="securePassword1", role=Role.SUPERADMIN
                ),
            )


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"email": "taken@EXAMPLE.com"}, Conflict),
        ({"email": "none"}, InvalidInput),
        ({"password": "weak"}, WeakPassword),
        ({"full_name": "nul\x00"}, InvalidInput),
    ],
)
async def test_bad_users_are_not_created(
    tenant: Tenant, make_user: MakeUser, given: dict[str, Any], refusal: type[Exception]
) -> None:
    admin = await make_user(tenant, Role.ADMIN, email="Taken@example.com")
    with pytest.raises(refusal):
        await users.create(actor_of(admin), **{"email": "new@example.com", "password": "securePassword1", **given})
    async with unit_of_work(system_actor(tenant.id)):
        assert await User.all().count() == 1


async def test_a_role_is_changed_at_once_and_told(tenant: Tenant, make_user: MakeUser) -> None:
    admin, user = await make_user(tenant, Role.ADMIN), await make_user(tenant)
    token = (await sign_in(user)).access_token
    for role in (Role.AGENT, Role.ADMIN):
        async with unit_of_work(actor_of(admin)) as uow:
            assert (await users.set_role(uow, user.id, role)).role is role
        assert (await identity.authenticate(token)).role is role
    assert await access_changes(tenant.id) == [user.id, user.id]


async def test_nobody_changes_the_own_role_or_shuts_oneself_out(tenant: Tenant, make_user: MakeUser) -> None:
    for role in (Role.ADMIN, Role.SUPERADMIN):
        admin = await make_user(tenant, role)
        for operation in (OPERATIONS["set role"], OPERATIONS["deactivate"]):
            await _refused_to_change(admin, operation, admin)


@pytest.mark.parametrize("operation", ["set role", "deactivate"])
async def test_an_admin_is_no_match_for_another_admin(tenant: Tenant, make_user: MakeUser, operation: str) -> None:
    admin, peer, root = [await make_user(tenant, role) for role in (Role.ADMIN, Role.ADMIN, Role.SUPERADMIN)]
    await _refused_to_change(admin, OPERATIONS[operation], peer)
    await _refused_to_change(admin, OPERATIONS[operation], root)
    await _as(root, OPERATIONS[operation], peer.id)
    changed = await _row(peer)
    assert changed["role"] is Role.AGENT or not changed["is_active"]


@pytest.mark.parametrize("operation", ["update", "set role", "deactivate"])
async def test_superadmins_are_left_to_the_command_line(tenant: Tenant, make_user: MakeUser, operation: str) -> None:
    root = await make_user(tenant, Role.SUPERADMIN)
    await _refused_to_change(await make_user(tenant, Role.ADMIN), OPERATIONS[operation], root)
    if operation != "update":
        await _refused_to_change(await make_user(tenant, Role.SUPERADMIN), OPERATIONS[operation], root)


async def test_deactivation_shuts_out_at_once_and_can_be_undone(tenant: Tenant, make_user: MakeUser) -> None:
    admin, user = await make_user(tenant, Role.ADMIN), await make_user(tenant)
    pair = await sign_in(user)
    await _as(admin, users.deactivate, user.id)
    for _ in range(2):
        with pytest.raises(NotAuthenticated):
            await identity.authenticate(pair.access_token)
        with pytest.raises(NotAuthenticated):
            await identity.refresh(str(pair.refresh_token))
        await _as(admin, lambda uow, user_id: users.update(uow, user_id, is_active=True), user.id)
    assert (await sign_in(user)).user.id == user.id
    assert await access_changes(tenant.id) == [user.id]


async def test_everybody_reads_and_renames_oneself(tenant: Tenant, make_user: MakeUser) -> None:
    user = await make_user(tenant)
    async with unit_of_work(actor_of(user)) as uow:
        assert (await users.update_me(uow, full_name="Анна Иванова")).full_name == "Анна Иванова"
        assert (await users.get_me(uow)).full_name == "Анна Иванова"
        with pytest.raises(InvalidInput):
            await users.update_me(uow, full_name="\x00")
    async with unit_of_work(system_actor(tenant.id)) as uow:
        with pytest.raises(NotFound):
            await users.get_me(uow)
