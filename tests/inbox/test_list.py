"""The inbox: both kinds in one order, filtered, in pages, each actor's own."""

from datetime import timedelta
from typing import Any

import pytest

from core.actor import Role
from core.clock import now
from core.errors import InvalidInput
from core.languages import Language
from core.paging import Place
from models.dialogs import Dialog, HandoffStatus
from models.tickets import TicketPriority, TicketStatus
from services import dialogs, handoffs, inbox, tickets
from services.inbox_filter import InboxFilter, InboxKind, Stage
from services.tickets import TicketChanges
from services.unit_of_work import UnitOfWork, unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.inbox.conftest import Company, dialog_of, listed, ticket_of, write


async def change(company: Company, ticket_id: int, **given: Any) -> None:
    async with unit_of_work(company.agent) as uow:
        await tickets.update(uow, ticket_id, TicketChanges(**given))


async def test_the_most_recently_active_comes_first_whatever_its_kind(company: Company) -> None:
    first = await ticket_of(company.customer)
    dialog = await dialog_of(company)
    second = await ticket_of(company.customer)
    assert await listed(company.agent) == [second.id, dialog.id, first.id]
    await write(company.customer, first, "Still broken")
    assert await listed(company.agent) == [first.id, second.id, dialog.id]
    await write(company.agent, dialog, "Hello")
    await change(company, second.id, status=TicketStatus.IN_PROGRESS)
    assert await listed(company.agent) == [second.id, dialog.id, first.id]


async def test_pages_follow_each_other_without_gap_or_repetition(company: Company) -> None:
    made = []
    for number in range(7):
        made.append((await (dialog_of(company) if number % 2 else ticket_of(company.customer))).id)
    seen: list[int] = []
    after: Place | None = None
    while True:
        async with unit_of_work(company.agent) as uow:
            page = await inbox.page(uow, InboxFilter(), size=3, after=after)
        seen += [row.place.id for row in page.rows]
        if not page.has_more:
            break
        after = Place.of(page.rows[-1].place.cursor())
    assert seen == made[::-1]


async def test_a_row_holds_the_ticket_or_the_dialog(company: Company) -> None:
    await ticket_of(company.customer, "Printer")
    await dialog_of(company, "Ivan")
    async with unit_of_work(company.agent) as uow:
        dialog, ticket = (await inbox.page(uow, InboxFilter(), size=5)).rows
    assert dialog.dialog is not None
    assert dialog.ticket is None
    assert dialog.dialog.first_name == "Ivan"
    assert ticket.ticket is not None
    assert ticket.dialog is None
    assert ticket.ticket["title"] == "Printer"


async def test_stages_tell_what_is_open_waits_and_is_done(company: Company) -> None:
    opened, waiting, done = [await ticket_of(company.customer) for _ in range(3)]
    active, asking, archived = [await dialog_of(company) for _ in range(3)]
    await change(company, waiting.id, status=TicketStatus.ESCALATED)
    await change(company, done.id, status=TicketStatus.RESOLVED)
    async with unit_of_work(company.agent) as uow:
        await dialogs.archive(uow, archived.id)
        await Dialog.filter(id=asking.id).update(handoff_status=HandoffStatus.REQUESTED)
    assert set(await listed(company.agent, stage=Stage.OPEN)) == {opened.id, waiting.id, active.id, asking.id}
    assert set(await listed(company.agent, stage=Stage.WAITING)) == {waiting.id, asking.id}
    assert set(await listed(company.agent, stage=Stage.DONE)) == {done.id, archived.id}


async def test_what_somebody_has_are_their_tickets_and_the_dialogs_they_took(company: Company) -> None:
    mine, nobodys = await ticket_of(company.customer), await ticket_of(company.customer)
    taken = await dialog_of(company)
    await change(company, mine.id, assigned_to_id=company.agent.user_id)
    async with unit_of_work(company.agent) as uow:
        await handoffs.request(uow, await dialogs.get_locked(uow, taken.id), reason="keyword", request_id="one")
    async with unit_of_work(company.agent) as uow:
        await handoffs.takeover(uow, taken.id)
    assert set(await listed(company.agent, assigned_to_id=company.agent.user_id)) == {mine.id, taken.id}
    assert await listed(company.agent, unassigned=True) == [nobodys.id]
    async with unit_of_work(company.agent) as uow:
        told = await inbox.counts(uow)
    assert told == inbox.InboxCounts(open=3, waiting=0, mine=2, unassigned=1)


async def test_what_only_one_kind_has_leaves_the_other_out(company: Company) -> None:
    urgent = await ticket_of(company.customer, priority=TicketPriority.CRITICAL)
    await ticket_of(company.customer)
    dialog = await dialog_of(company)
    assert await listed(company.agent, priorities=[TicketPriority.CRITICAL]) == [urgent.id]
    assert await listed(company.agent, assistant_ids=[company.assistant_id]) == [dialog.id]
    assert await listed(company.agent, kinds=[InboxKind.DIALOG]) == [dialog.id]
    assert await listed(company.agent, kinds=[InboxKind.DIALOG], priorities=[TicketPriority.LOW]) == []


async def test_language_customer_and_day_narrow(company: Company, make_user: MakeUser) -> None:
    russian = await ticket_of(company.customer, "Не печатает принтер", "Принтер перестал печатать после обновления")
    other = actor_of(await make_user(company.tenant))
    english = await ticket_of(other, "The printer is broken", "It stopped printing after the update")
    assert await listed(company.agent, language=Language.RUSSIAN) == [russian.id]
    assert await listed(company.agent, customer_id=other.user_id) == [english.id]
    assert await listed(company.agent, created_from=now() + timedelta(minutes=1)) == []
    assert len(await listed(company.agent, created_before=now() + timedelta(minutes=1))) == 2


async def test_customers_see_their_own_tickets_and_nothing_else(
    company: Company, make_user: MakeUser, make_tenant: MakeTenant
) -> None:
    own = await ticket_of(company.customer)
    await dialog_of(company)
    other = actor_of(await make_user(company.tenant))
    stranger = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    assert await listed(company.customer) == [own.id]
    for actor in (other, stranger):
        assert await listed(actor) == []
        assert await listed(actor, customer_id=company.customer.user_id) == []


@pytest.mark.parametrize("name", ["category_ids", "assistant_ids", "statuses", "kinds"])
async def test_a_filter_chooses_among_few(company: Company, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await listed(company.agent, **{name: [2**62] * 101})
    assert refused.value.field == "filter"


async def test_a_page_costs_three_statements(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        await ticket_of(company.customer)
        await dialog_of(company)
    asked: list[str] = []
    run = UnitOfWork.rows

    async def counted(uow: UnitOfWork, sql: str, *args: object) -> list[dict[str, object]]:
        asked.append(sql)
        return await run(uow, sql, *args)

    monkeypatch.setattr(UnitOfWork, "rows", counted)
    await listed(company.agent)
    assert len(asked) == 3
