"""Saved views, and the same change of many rows."""

import pytest

from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput, NotFound
from models.saved_views import SavedView
from models.tickets import Ticket, TicketStatus
from services import bulk, dialogs, saved_views, tickets
from services.saved_views import ViewChanges
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.inbox.conftest import Company, dialog_of, ticket_of


async def saved(actor: Actor, *, shared: bool = False) -> SavedView:
    async with unit_of_work(actor) as uow:
        return await saved_views.create(uow, ViewChanges("Urgent", {"priority": ["HIGH"]}, shared))


async def seen(actor: Actor) -> list[int]:
    async with unit_of_work(actor) as uow:
        return [view.id for view in await saved_views.list_views(uow)]


async def test_a_view_is_its_owners_until_it_is_shared(
    company: Company, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    view = await saved(company.agent)
    stranger = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    assert (await seen(company.agent), await seen(company.admin)) == ([view.id], [])
    async with unit_of_work(company.agent) as uow:
        await saved_views.update(uow, view.id, ViewChanges(shared=True))
    assert await seen(company.admin) == [view.id]
    assert (await seen(company.customer), await seen(stranger)) == ([], [])


async def test_a_shared_view_is_changed_by_its_owner_and_admins(company: Company, make_user: MakeUser) -> None:
    view = await saved(company.agent, shared=True)
    colleague = actor_of(await make_user(company.tenant, Role.AGENT))
    with pytest.raises(Forbidden):
        async with unit_of_work(colleague) as uow:
            await saved_views.delete(uow, view.id)
    async with unit_of_work(company.admin) as uow:
        changed = await saved_views.update(uow, view.id, ViewChanges(name=" Later ", chosen={"stage": "OPEN"}))
    assert (changed.name, changed.chosen, changed.shared) == ("Later", {"stage": "OPEN"}, True)
    async with unit_of_work(company.admin) as uow:
        await saved_views.delete(uow, view.id)
    assert await seen(colleague) == []


async def test_a_view_of_a_colleague_that_is_not_shared_is_not_found(company: Company) -> None:
    view = await saved(company.agent)
    with pytest.raises(NotFound):
        async with unit_of_work(company.admin) as uow:
            await saved_views.delete(uow, view.id)
    assert await seen(company.agent) == [view.id]


@pytest.mark.parametrize(
    "given", [ViewChanges("", {}), ViewChanges("x" * 65, {}), ViewChanges("A", {"a": "x" * 9_000})]
)
async def test_a_view_has_a_name_and_a_filter_of_sensible_size(company: Company, given: ViewChanges) -> None:
    with pytest.raises(InvalidInput):
        async with unit_of_work(company.agent) as uow:
            await saved_views.create(uow, given)


async def test_customers_keep_no_views(company: Company) -> None:
    with pytest.raises(Forbidden):
        await saved(company.customer)


async def test_one_that_is_refused_stops_no_other(company: Company) -> None:
    opened, closed = await ticket_of(company.customer), await ticket_of(company.customer)
    close = TicketChanges(status=TicketStatus.CLOSED)
    async with unit_of_work(company.agent) as uow:
        await tickets.update(uow, closed.id, close)
    progress = TicketChanges(status=TicketStatus.IN_PROGRESS)
    result = await bulk.each(
        company.agent, [closed.id, opened.id, 2**62], lambda uow, id: tickets.update(uow, id, progress)
    )
    assert result.done == [opened.id]
    assert [(failure.id, failure.code) for failure in result.failures] == [
        (closed.id, "INVALID_TRANSITION"),
        (2**62, "NOT_FOUND"),
    ]
    async with unit_of_work(company.agent):
        assert (await Ticket.get(id=closed.id)).status is TicketStatus.CLOSED


async def test_dialogs_are_archived_together(company: Company) -> None:
    made = [(await dialog_of(company)).id for _ in range(2)]
    assert (await bulk.each(company.agent, [*made, *made], dialogs.archive)).done == made


@pytest.mark.parametrize("ids", [[], range(1, 102)])
async def test_none_and_too_many_are_refused(company: Company, ids: list[int]) -> None:
    with pytest.raises(InvalidInput):
        await bulk.each(company.agent, ids, dialogs.archive)
