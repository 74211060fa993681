"""Categories: seven for every tenant, others by its admin, none deleted while tickets are in it."""

import asyncio
from typing import Any

import pytest

from core.actor import Actor, Role, system_actor
from core.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound
from core.languages import Language
from models.categories import Category
from models.tenants import Tenant
from models.tickets import Ticket
from services import categories, tickets
from services.categories import CategoryChanges
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of

KEYS = [
    "system_down", "performance_issue", "password_reset", "software_installation", "hardware_issue", "network_issue",
    "other",
]  # fmt: skip


async def listed(actor: Actor) -> list[Category]:
    async with unit_of_work(actor) as uow:
        return await categories.list_categories(uow)


async def created(tenant: Tenant, **given: Any) -> Category:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        return await categories.create(uow, **given)


async def opened(customer: Actor, category_id: int | None = None) -> Ticket:
    async with unit_of_work(customer) as uow:
        return await tickets.create(uow, title="Broken", auto_respond=False, category_id=category_id)


@pytest.fixture
async def customer(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.USER))


@pytest.mark.parametrize(
    ("language", "name"),
    [(Language.RUSSIAN, "Проблемы с сетью"), (Language.KAZAKH, "Желі мәселелері"), (Language.ENGLISH, "Network issue")],
)
async def test_every_tenant_begins_with_seven_in_its_language(
    language: Language, name: str, make_tenant: MakeTenant
) -> None:
    found = await listed(system_actor((await make_tenant(language=language)).id))
    assert [category.key for category in found] == KEYS
    assert found[5].name == name
    assert all(category.icon and category.color for category in found)
    told = [categories.builtin()[key]["description"][language] for key in KEYS]
    assert [category.description for category in found] == told
    assert len(set(told)) == len(KEYS)


async def test_two_first_uses_at_once_make_seven(tenant: Tenant) -> None:
    found = await asyncio.gather(*(listed(system_actor(tenant.id)) for _ in range(8)))
    assert {len(each) for each in found} == {7}
    assert len(await listed(system_actor(tenant.id))) == 7


async def test_an_own_category_stands_in_its_place(tenant: Tenant) -> None:
    await created(tenant, name="Оплата", description="Счета", icon="💳", color="#ff6b6b", sort_order=-1)
    first = (await listed(system_actor(tenant.id)))[0]
    assert (first.key, first.name, first.color, first.is_active) == (None, "Оплата", "#ff6b6b", True)


async def test_customers_see_the_active_ones(tenant: Tenant, customer: Actor) -> None:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        other = (await categories.by_keys(uow))["other"]
        await categories.update(uow, other.id, CategoryChanges(is_active=False))
    assert [category.key for category in await listed(customer)] == KEYS[:-1]
    async with unit_of_work(customer) as uow:
        with pytest.raises(NotFound):
            await categories.by_public_id(uow, other.public_id)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "A", "color": "red"}, "color"),
        ({"name": "A", "color": "#12345"}, "color"),
        ({"name": "A", "icon": "x" * 17}, "icon"),
        ({"name": "A", "description": "x" * 2001}, "description"),
        ({"name": "A", "sort_order": 2**31}, "sort_order"),
    ],
)
async def test_wrong_values_are_named(given: dict[str, Any], field: str, tenant: Tenant) -> None:
    with pytest.raises(InvalidInput) as refused:
        await created(tenant, **given)
    assert refused.value.field == field
    assert len(await listed(system_actor(tenant.id))) == 7


@pytest.mark.parametrize("name", ["Оплата", "ОПЛАТА", " оплата "])
async def test_a_name_is_given_once(name: str, tenant: Tenant) -> None:
    await created(tenant, name="Оплата")
    with pytest.raises(Conflict):
        await created(tenant, name=name)


async def test_the_same_name_at_once_is_given_once(tenant: Tenant) -> None:
    await listed(system_actor(tenant.id))
    outcomes = await asyncio.gather(*(created(tenant, name="Оплата") for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, Category) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 4


async def test_a_change_leaves_what_is_not_given(tenant: Tenant) -> None:
    category = await created(tenant, name="Оплата", icon="💳", sort_order=3)
    async with unit_of_work(system_actor(tenant.id)) as uow:
        await categories.update(uow, category.id, CategoryChanges(name="оплата", description="Счета"))
    now = await present(tenant, category.id)
    assert (now.name, now.description, now.icon, now.sort_order) == ("оплата", "Счета", "💳", 3)


async def present(tenant: Tenant, category_id: int) -> Category:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        return await categories.get(uow, category_id)


async def test_one_in_use_is_not_deleted_and_says_by_how_many(tenant: Tenant, customer: Actor) -> None:
    category = await created(tenant, name="Оплата")
    for _ in range(3):
        await opened(customer, category.id)
    with pytest.raises(Conflict, match="3 tickets are in it"):
        async with unit_of_work(system_actor(tenant.id)) as uow:
            await categories.delete(uow, category.id)
    assert await present(tenant, category.id)


async def test_a_built_in_one_is_deactivated_not_deleted(tenant: Tenant) -> None:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        other = (await categories.by_keys(uow))["other"]
        with pytest.raises(Conflict, match="deactivate"):
            await categories.delete(uow, other.id)
    assert len(await listed(system_actor(tenant.id))) == 7


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT, Role.MODERATOR])
async def test_only_admins_change_categories(role: Role, tenant: Tenant, make_user: MakeUser) -> None:
    category = await created(tenant, name="Оплата")
    async with unit_of_work(actor_of(await make_user(tenant, role))) as uow:
        for attempt in (
            categories.create(uow, name="Новая"),
            categories.update(uow, category.id, CategoryChanges(name="Новая")),
            categories.delete(uow, category.id),
        ):
            with pytest.raises(Forbidden):
                await attempt
    assert [each.name for each in await listed(system_actor(tenant.id)) if each.key is None] == ["Оплата"]


async def test_another_tenants_category_is_none(tenant: Tenant, make_tenant: MakeTenant, customer: Actor) -> None:
    foreign = await created(await make_tenant(), name="Чужая")
    async with unit_of_work(system_actor(tenant.id)) as uow:
        with pytest.raises(NotFound):
            await categories.update(uow, foreign.id, CategoryChanges(name="Моя"))
        with pytest.raises(NotFound):
            await categories.delete(uow, foreign.id)
        with pytest.raises(NotFound):
            await categories.by_public_id(uow, foreign.public_id)
    with pytest.raises(InvalidInput):
        await opened(customer, foreign.id)


async def test_a_ticket_takes_no_category_that_is_switched_off(tenant: Tenant, customer: Actor) -> None:
    category = await created(tenant, name="Оплата")
    ticket = await opened(customer)
    async with unit_of_work(system_actor(tenant.id)) as uow:
        await categories.update(uow, category.id, CategoryChanges(is_active=False))
    with pytest.raises(InvalidInput, match="active"):
        await opened(customer, category.id)
    with pytest.raises(InvalidInput, match="active"):
        async with unit_of_work(system_actor(tenant.id)) as uow:
            await tickets.update(uow, ticket.id, TicketChanges(category_id=category.id))


@pytest.mark.parametrize("attempt", range(6))
async def test_a_category_deleted_while_tickets_take_it(attempt: int, tenant: Tenant, customer: Actor) -> None:
    """Either it is gone and nobody has it, or it stays and somebody does: never a reference to nothing."""
    category = await created(tenant, name="Оплата")

    async def delete() -> None:
        await asyncio.sleep(attempt * 0.002)
        async with unit_of_work(system_actor(tenant.id)) as uow:
            await categories.delete(uow, category.id)

    outcomes = await asyncio.gather(
        delete(), *(opened(customer, category.id) for _ in range(4)), return_exceptions=True
    )
    assert all(outcome is None or isinstance(outcome, Ticket | DomainError) for outcome in outcomes)
    async with unit_of_work(system_actor(tenant.id)):
        in_it = await Ticket.filter(category_id=category.id).count()
        assert await Category.filter(id=category.id).exists() is (in_it > 0)
    assert isinstance(outcomes[0], Conflict) is (in_it > 0)
