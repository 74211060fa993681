"""What is left to do, as the tenant's admins see it."""

import pytest

from core.actor import Role, system_actor
from core.errors import Forbidden
from models.jobs import Job, JobState
from models.tenants import Tenant
from services import jobs
from services.jobs import Backlog
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of


async def put(tenant: Tenant, task: str, state: JobState, attempts: int = 0) -> None:
    async with unit_of_work(system_actor(tenant.id)):
        await Job.create(tenant_id=tenant.id, task=task, args={}, state=state, attempts=attempts)


async def backlog(tenant: Tenant, make_user: MakeUser, role: Role = Role.ADMIN) -> list[Backlog]:
    async with unit_of_work(actor_of(await make_user(tenant, role))) as uow:
        return await jobs.backlog(uow)


async def test_the_backlog_counts_what_is_not_done(tenant: Tenant, make_user: MakeUser) -> None:
    # No worker knows these tasks, so that none takes them meanwhile.
    for state, attempts in ((JobState.DEAD, 3), (JobState.DEAD, 8), (JobState.RUNNING, 1), (JobState.DONE, 1)):
        await put(tenant, "nobody.does", state, attempts)
    found = await backlog(tenant, make_user)
    assert [(each.task, each.state, each.count, each.attempts) for each in found] == [
        ("nobody.does", JobState.DEAD, 2, 8),
        ("nobody.does", JobState.RUNNING, 1, 1),
    ]


async def test_the_backlog_is_of_ones_own_tenant(tenant: Tenant, make_tenant: MakeTenant, make_user: MakeUser) -> None:
    await put(await make_tenant(), "nobody.does", JobState.DEAD)
    assert await backlog(tenant, make_user) == []


async def test_the_backlog_is_for_admins(tenant: Tenant, make_user: MakeUser) -> None:
    with pytest.raises(Forbidden):
        await backlog(tenant, make_user, Role.MODERATOR)
