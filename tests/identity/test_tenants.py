"""Tenants: who sees which, who makes them, and what they count."""

import asyncio
from typing import Any

import pytest

from core.actor import Role
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.languages import Language
from core.paging import OffsetPage
from models.knowledge import KnowledgeChunk, KnowledgeSource
from models.tenants import Tenant
from models.tickets import Ticket, TicketStatus
from services import tenants, tickets
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of, unique

EVERYTHING = OffsetPage(limit=1000)


async def _known(slug: str) -> bool:
    async with system_unit_of_work(SystemReason.TENANTS):
        return await Tenant.exists(slug=slug)


async def test_an_admin_sees_the_own_tenant_and_those_they_made(make_tenant: MakeTenant, make_user: MakeUser) -> None:
    home, _ = await make_tenant(), await make_tenant()
    admin, other_admin = await make_user(home, Role.ADMIN), await make_user(home, Role.ADMIN)
    made = await tenants.create(actor_of(admin), name="Acme Corporation", slug=unique("acme"))
    assert [tenant.id for tenant in await tenants.list_tenants(actor_of(admin), EVERYTHING)] == [home.id, made.id]
    assert [tenant.id for tenant in await tenants.list_tenants(actor_of(other_admin), EVERYTHING)] == [home.id]
    assert [tenant.id for tenant in await tenants.list_tenants(actor_of(admin), OffsetPage(1, 5))] == [made.id]


async def test_a_superadmin_sees_all(make_tenant: MakeTenant, make_user: MakeUser) -> None:
    home, other = await make_tenant(), await make_tenant()
    listed = await tenants.list_tenants(actor_of(await make_user(home, Role.SUPERADMIN)), EVERYTHING)
    assert {1, home.id, other.id} <= {tenant.id for tenant in listed}


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR])
async def test_below_admin_nobody_lists_or_makes_tenants(tenant: Tenant, make_user: MakeUser, role: Role) -> None:
    actor, slug = actor_of(await make_user(tenant, role)), unique("acme")
    with pytest.raises(Forbidden):
        await tenants.list_tenants(actor, EVERYTHING)
    with pytest.raises(Forbidden):
        await tenants.create(actor, name="Acme", slug=slug)
    assert not await _known(slug)
    async with unit_of_work(actor) as uow:
        with pytest.raises(Forbidden):
            await tenants.update_settings(uow, registration_open=False)
        assert (await tenants.current(uow)).registration_open


@pytest.mark.parametrize(
    "slug", ["", "A", "Acme", "a_b", "-a", "a-", "a--b", "123", "a b", "a/b", "ачме", "a\x00", "a\n", "x" * 64]
)
async def test_bad_slugs_are_refused(tenant: Tenant, make_user: MakeUser, slug: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await tenants.create(actor_of(await make_user(tenant, Role.ADMIN)), name="Acme", slug=slug)
    assert refused.value.field == "slug"


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "nul\x00"])
async def test_bad_names_are_refused(tenant: Tenant, make_user: MakeUser, name: str) -> None:
    slug = unique("acme")
    with pytest.raises(InvalidInput) as refused:
        await tenants.create(actor_of(await make_user(tenant, Role.ADMIN)), name=name, slug=slug)
    assert refused.value.field == "name"
    assert not await _known(slug)


async def test_of_simultaneous_tenants_with_one_slug_one_is_made(tenant: Tenant, make_user: MakeUser) -> None:
    actor, slug = actor_of(await make_user(tenant, Role.ADMIN)), unique("acme")
    results = await asyncio.gather(
        *(tenants.create(actor, name="Acme", slug=slug) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(result, Tenant) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 5


async def test_statistics_count_the_tenant_alone_with_zeros(make_tenant: MakeTenant, make_user: MakeUser) -> None:
    tenant, foreign = await make_tenant(), await make_user(await make_tenant())
    agent = await make_user(tenant, Role.AGENT)
    for actor in (actor_of(agent), actor_of(agent), actor_of(foreign)):
        async with unit_of_work(actor) as uow:
            await tickets.create(uow, title="No sound", auto_respond=False)
    async with unit_of_work(actor_of(agent)) as uow:
        first = await Ticket.all().order_by("id").first()
        await Ticket.filter(id=first.id if first else 0).update(status=TicketStatus.RESOLVED)
        source = await KnowledgeSource.create(tenant_id=tenant.id, name="faq.md")
        for version, current in ((1, False), (2, True)):
            await KnowledgeChunk.create(
                tenant_id=tenant.id, source_id=source.id, identity="1", content="?", language="en",
                version=version, is_current=current,
            )  # fmt: skip
        counted = await tenants.stats(uow)
    assert dict(counted.tickets_by_status) == {**{status.value: 0 for status in TicketStatus}, "open": 1, "resolved": 1}
    assert (counted.total_tickets, counted.total_users, counted.total_kb_chunks) == (2, 1, 1)


async def test_statistics_are_for_staff(tenant: Tenant, make_user: MakeUser) -> None:
    async with unit_of_work(actor_of(await make_user(tenant))) as uow:
        with pytest.raises(Forbidden):
            await tenants.stats(uow)


async def test_an_admin_changes_settings_and_nothing_unasked(tenant: Tenant, make_user: MakeUser) -> None:
    admin = await make_user(tenant, Role.ADMIN)
    async with unit_of_work(actor_of(admin)) as uow:
        await tenants.update_settings(uow, language=Language.KAZAKH, answer_threshold=0.8, suggest_threshold=0.4)
    async with unit_of_work(actor_of(admin)) as uow:
        changed = await tenants.update_settings(uow, registration_open=False, answer_threshold=None)
    assert (changed.name, changed.language, changed.registration_open) == (tenant.name, Language.KAZAKH, False)
    assert (changed.answer_threshold, changed.suggest_threshold) == (None, 0.4)


@pytest.mark.parametrize(
    "given",
    [
        {"answer_threshold": 1.5},
        {"suggest_threshold": -0.1},
        {"answer_threshold": float("nan")},
        {"answer_threshold": 0.3, "suggest_threshold": 0.6},
    ],
)
async def test_thresholds_are_probabilities_in_order(
    tenant: Tenant, make_user: MakeUser, given: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        async with unit_of_work(actor_of(await make_user(tenant, Role.ADMIN))) as uow:
            await tenants.update_settings(uow, **given)


async def test_only_a_superadmin_enters_another_tenant(make_tenant: MakeTenant, make_user: MakeUser) -> None:
    home, other = await make_tenant(), await make_tenant()
    admin, root = actor_of(await make_user(home, Role.ADMIN)), actor_of(await make_user(home, Role.SUPERADMIN))
    assert await tenants.enter_tenant(admin, str(home.id)) == admin
    for key in (other.id, other.slug, "no-such-tenant", 999_999_999):
        with pytest.raises(Forbidden):
            await tenants.enter_tenant(admin, key)
    for key in (other.id, str(other.id), other.slug):
        inside = await tenants.enter_tenant(root, key)
        async with unit_of_work(inside) as uow:
            assert (await tenants.current(uow)).slug == other.slug
    for missing in ("no-such-tenant", 999_999_999, "0", "", "9" * 40, "nul\x00", "٣", "x" * 64):
        with pytest.raises(NotFound):
            await tenants.enter_tenant(root, missing)
