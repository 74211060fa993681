"""The main job: a customer's turn gets one grounded reply, or a person."""

import asyncio
from typing import Any

import pytest

from core.actor import Actor, Role
from core.errors import InvalidInput
from core.events import EscalationReason, ReplyRequested
from core.paging import OffsetPage
from models.conversations import AuthorKind
from models.tenants import Tenant
from models.tickets import Ticket, TicketStatus
from services import answering, knowledge, messages, tickets
from services.drafting import Draft, compose
from services.ingestion import NewChunk
from services.messages import MessageView
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.fixtures.work import DrainJobs
from tests.knowledge.shelf import admin_of

RETURNS = "You can return a product within 14 days of delivery. The refund takes ten working days."
QUESTION = "Within how many days of delivery can I return a product?"


@pytest.fixture
async def customer(tenant: Tenant, make_user: MakeUser) -> Actor:
    """A customer of a tenant that knows about returns and about delivery."""
    admin = await admin_of(tenant, make_user)
    chunks = [NewChunk(RETURNS, {"key": "returns"}), NewChunk("The courier calls an hour before.", {"key": "courier"})]
    await knowledge.add_chunks(admin, source="shop.md", chunks=chunks)
    return actor_of(await make_user(tenant, Role.USER))


async def open_ticket(actor: Actor, title: str, description: str = "", *, auto_respond: bool = True) -> Ticket:
    async with unit_of_work(actor) as uow:
        return await tickets.create(uow, title=title, description=description, auto_respond=auto_respond)


async def thread(actor: Actor, ticket: Ticket) -> list[MessageView]:
    async with unit_of_work(actor) as uow:
        return await messages.list_messages(uow, ticket.id, OffsetPage())


async def status(actor: Actor, ticket: Ticket) -> Ticket:
    async with unit_of_work(actor) as uow:
        return await tickets.get(uow, ticket.id)


async def test_a_ticket_is_answered_with_citations(customer: Actor, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    ticket = await open_ticket(customer, "Returns", QUESTION)
    await drain_jobs(tenant)
    (reply,) = await thread(customer, ticket)
    assert reply.message.author_kind is AuthorKind.ASSISTANT
    assert "within 14 days" in reply.message.text
    citation = reply.citations[0]
    assert (citation.source, citation.version, citation.quote) == ("shop.md", 1, RETURNS)
    assert 0 < citation.score <= 1
    assert citation.chunk_id is not None


async def test_a_turn_is_answered_once_however_often_it_is_asked_for(
    customer: Actor, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    ticket = await open_ticket(customer, "Returns", QUESTION)
    async with unit_of_work(customer) as uow:
        uow.emit(*[ReplyRequested(ticket.id)] * 4)
    await drain_jobs(tenant)
    await answering.respond(customer, ticket.id, save=True)
    assert len(await thread(customer, ticket)) == 1


async def test_replies_asked_for_at_once_leave_one(customer: Actor) -> None:
    ticket = await open_ticket(customer, "Returns", QUESTION, auto_respond=False)
    await asyncio.gather(*(answering.respond(customer, ticket.id, save=True) for _ in range(4)))
    assert len(await thread(customer, ticket)) == 1


async def test_each_message_of_the_customer_gets_its_reply(
    customer: Actor, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    ticket = await open_ticket(customer, "Returns", QUESTION)
    for text in (QUESTION, "Does the courier call before?"):
        async with unit_of_work(customer) as uow:
            await messages.add(uow, ticket.id, text=text)
    await drain_jobs(tenant)
    kinds = [view.message.author_kind for view in await thread(customer, ticket)]
    assert kinds.count(AuthorKind.CUSTOMER) == 2
    assert len(kinds) == 5


async def test_without_auto_respond_nobody_answers(customer: Actor, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    ticket = await open_ticket(customer, "Returns", QUESTION, auto_respond=False)
    await drain_jobs(tenant)
    assert await thread(customer, ticket) == []


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("Please let me talk to a real person", "colleague"),
        ("Позовите, пожалуйста, оператора", "сотрудник"),
        ("Оператормен сөйлескім келеді", "қызметкер"),
    ],
)
async def test_who_asks_for_a_person_is_promised_one_in_their_language(
    customer: Actor, tenant: Tenant, drain_jobs: DrainJobs, text: str, notice: str
) -> None:
    ticket = await open_ticket(customer, text)
    await drain_jobs(tenant)
    (told,) = await thread(customer, ticket)
    assert told.message.author_kind is AuthorKind.SYSTEM
    assert notice in told.message.text.lower()
    found = await status(customer, ticket)
    assert (found.status, found.escalation_reason) == (TicketStatus.ESCALATED, EscalationReason.CUSTOMER_REQUEST)


async def test_without_ground_a_person_is_called(customer: Actor, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    ticket = await open_ticket(customer, "Astronomy", "Which moons does Saturn have?")
    await drain_jobs(tenant)
    (told,) = await thread(customer, ticket)
    assert told.message.author_kind is AuthorKind.SYSTEM
    assert (await status(customer, ticket)).escalation_reason is EscalationReason.NO_GROUND


async def test_the_assistant_is_silent_after_a_person_was_promised(
    customer: Actor, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    ticket = await open_ticket(customer, "I want to talk to a human")
    await drain_jobs(tenant)
    async with unit_of_work(customer) as uow:
        await messages.add(uow, ticket.id, text=QUESTION)
    await drain_jobs(tenant)
    assert [view.message.author_kind for view in await thread(customer, ticket)] == [
        AuthorKind.SYSTEM,
        AuthorKind.CUSTOMER,
    ]


async def test_a_deleted_ticket_ends_its_job_quietly(
    customer: Actor, tenant: Tenant, make_user: MakeUser, drain_jobs: DrainJobs
) -> None:
    ticket = await open_ticket(customer, "Returns", QUESTION)
    async with unit_of_work(await admin_of(tenant, make_user)) as uow:
        await tickets.delete(uow, ticket.id)
    # The reply's job, and that which looks at the new ticket.
    assert await drain_jobs(tenant) == 2
    assert await drain_jobs(tenant) == 0


async def test_a_customers_message_reopens_a_resolved_ticket(
    customer: Actor, tenant: Tenant, make_user: MakeUser
) -> None:
    ticket = await open_ticket(customer, "Returns", auto_respond=False)
    async with unit_of_work(await admin_of(tenant, make_user)) as uow:
        await tickets.update(uow, ticket.id, TicketChanges(status=TicketStatus.RESOLVED))
    async with unit_of_work(customer) as uow:
        await messages.add(uow, ticket.id, text="Still broken", auto_respond=False)
    assert (await status(customer, ticket)).status is TicketStatus.REOPENED


async def test_internal_notes_are_no_history_for_the_assistant_and_not_shown(
    customer: Actor, tenant: Tenant, make_user: MakeUser
) -> None:
    ticket = await open_ticket(customer, "Returns", auto_respond=False)
    agent = actor_of(await make_user(tenant, Role.AGENT))
    async with unit_of_work(agent) as uow:
        await messages.add(uow, ticket.id, text="This customer is difficult", internal=True)
    assert await thread(customer, ticket) == []
    assert len(await thread(agent, ticket)) == 1


async def _answered_then(actor: Actor, tenant: Tenant, drain_jobs: DrainJobs, said: str) -> tuple[MessageView, Ticket]:
    """What follows an answer on which the customer said something."""
    ticket = await open_ticket(actor, "Returns", QUESTION)
    await drain_jobs(tenant)
    async with unit_of_work(actor) as uow:
        await messages.add(uow, ticket.id, text=said)
    await drain_jobs(tenant)
    return (await thread(actor, ticket))[-1], await status(actor, ticket)


async def test_thanks_for_an_answer_are_taken_note_of_and_nobody_is_called(
    customer: Actor, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    told, ticket = await _answered_then(customer, tenant, drain_jobs, "Yes, thank you!")
    assert (told.message.author_kind, told.citations) == (AuthorKind.ASSISTANT, ())
    assert "helped" in told.message.text
    assert ticket.status is TicketStatus.OPEN


async def test_after_an_answer_that_did_not_help_a_person_is_called(
    customer: Actor, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    told, ticket = await _answered_then(customer, tenant, drain_jobs, "No, that's not it")
    assert told.message.author_kind is AuthorKind.SYSTEM
    assert (ticket.status, ticket.escalation_reason) == (TicketStatus.ESCALATED, EscalationReason.NO_GROUND)


async def test_a_yes_without_an_answer_before_it_is_a_question_like_any_other(
    customer: Actor, tenant: Tenant, drain_jobs: DrainJobs
) -> None:
    ticket = await open_ticket(customer, "Yes")
    await drain_jobs(tenant)
    assert (await status(customer, ticket)).status is TicketStatus.ESCALATED


async def test_an_empty_question_to_the_playground_is_refused_by_its_own_name(customer: Actor) -> None:
    with pytest.raises(InvalidInput) as refused:
        await answering.ask(customer, "  ")
    assert refused.value.field == "question"


async def test_the_playground_answers_and_stores_nothing(customer: Actor) -> None:
    draft = await answering.ask(customer, QUESTION)
    assert not draft.needs_escalation
    assert draft.context[0].source == "shop.md"
    async with unit_of_work(customer):
        assert await Ticket.filter(created_by_id=customer.user_id).count() == 0


async def test_a_reply_that_no_attempt_can_make_goes_to_a_person(
    customer: Actor, tenant: Tenant, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await open_ticket(customer, "Returns", QUESTION)

    async def broken(*_args: object, **_kwargs: object) -> None:
        raise InvalidInput("nothing that another attempt could mend")

    monkeypatch.setattr(answering, "compose", broken)
    await drain_jobs(tenant)
    (told,) = await thread(customer, ticket)
    assert told.message.author_kind is AuthorKind.SYSTEM
    assert (await status(customer, ticket)).escalation_reason is EscalationReason.PROVIDER_FAILED


async def test_an_answer_that_comes_after_a_person_took_over_is_not_stored(
    customer: Actor, tenant: Tenant, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await open_ticket(customer, "Returns", QUESTION)

    async def slowly(*args: Any, **kwargs: Any) -> Draft:
        async with unit_of_work(customer) as uow:
            await tickets.update(uow, ticket.id, TicketChanges(status=TicketStatus.ESCALATED))
        return await compose(*args, **kwargs)

    monkeypatch.setattr(answering, "compose", slowly)
    await drain_jobs(tenant)
    assert [view.message.author_kind for view in await thread(customer, ticket)] == [AuthorKind.SYSTEM]
