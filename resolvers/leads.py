"""Lead interviews and leads: speaking, reading, moving, watching."""

from collections.abc import AsyncGenerator

import strawberry

from core.actor import Actor
from core.errors import NotFound
from core.facts.leads import leads_topic
from core.paging import CursorPage
from models.leads import LeadStatus
from resolvers.feeds import feed
from resolvers.policy import Requires, mutation, query, subscription
from schema.types.context import ID, Info
from schema.types.leads import Interview, InterviewAnswer, InterviewMessage, Lead, LeadEvent
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import BigInt, row_id
from services import interviews, leads
from services.events import StoredEvent
from services.unit_of_work import unit_of_work


@strawberry.type
class LeadQuery:
    @query(Requires.LEAD_READ)
    async def leads(
        self, info: Info, first: First = 20, after: After = None, status: list[LeadStatus] | None = None
    ) -> Connection[Lead]:
        """Leads of the tenant, newest first; of some statuses, or of all."""
        page = CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            rows = await leads.page_leads(uow, statuses=status or (), page=page)
        return connection(rows, node=Lead.of, key=lambda row: row.id, after=after)

    @query(Requires.LEAD_READ)
    async def lead(self, info: Info, id: ID) -> Lead:
        """One lead. Errors: NOT_FOUND."""
        async with unit_of_work(info.context.actor) as uow:
            return Lead.of(await leads.get(uow, row_id(id)))

    @query(Requires.LEAD_READ)
    async def interview(self, info: Info, id: ID, first: First = 20, after: After = None) -> Interview:
        """One interview, with a page of what was said in it. Errors: NOT_FOUND."""
        page = CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            row = await interviews.get(uow, row_id(id))
            said = await interviews.page_messages(uow, row.id, page)
        messages = connection(said, node=InterviewMessage.of, key=lambda message: message.id, after=after)
        return Interview.of(row, messages)


@strawberry.type
class LeadMutation:
    @mutation(Requires.INTERVIEW_SAY)
    async def say_in_interview(self, info: Info, contact: str, text: str) -> InterviewAnswer:
        """What a client wrote to the company, and the answer to it. `contact` is what the company calls the client.

        The interview asks for what is missing of object, city, area, name and phone, in the client's language, and
        registers one lead. Errors: SERVICE_UNAVAILABLE where an earlier message of the client is not answered in time.
        """
        return InterviewAnswer.of(await interviews.say(info.context.actor, contact=contact, text=text))

    @mutation(Requires.LEAD_WRITE)
    async def update_lead_status(self, info: Info, id: ID, status: LeadStatus) -> Lead:
        """Move a lead. Errors: NOT_FOUND, INVALID_TRANSITION names both statuses."""
        async with unit_of_work(info.context.actor) as uow:
            return Lead.of(await leads.set_status(uow, row_id(id), status))


@strawberry.type
class LeadSubscription:
    @subscription(Requires.LEAD_READ)
    def lead_events(self, info: Info, after: BigInt | None = None) -> AsyncGenerator[LeadEvent, None]:
        """Leads as they come and move: every event behind `after`, then live ones. Resumes as `ticketEvents` does."""
        return feed(info, leads_topic(info.context.actor.tenant_id), _shown, after=after)


async def _shown(event: StoredEvent, actor: Actor) -> LeadEvent:
    async with unit_of_work(actor) as uow:
        try:
            lead = Lead.of(await leads.get(uow, event.payload["lead_id"]))
        except NotFound:
            lead = None
    return LeadEvent(seq=BigInt(event.seq), at=event.at, kind=event.kind, lead=lead)
