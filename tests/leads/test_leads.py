"""Leads below any surface: reading, moving, the notice, and that other companies see none of it."""

import pytest

from core.actor import Actor, Role
from core.errors import Forbidden, InvalidTransition, NotFound
from core.languages import Language
from core.paging import CursorPage, OffsetPage
from models.jobs import Job
from models.leads import MOVES, Lead, LeadStatus
from models.tenants import Tenant
from services import interviews, lead_notices, leads
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of
from tests.fixtures.work import DrainJobs

WHOLE = "Хочу дом 150 м2 в Алматы, меня зовут Канат, 87768776637"


async def new_lead(company: Actor, contact: str = "client") -> Lead:
    reply = await interviews.say(company, contact=contact, text=WHOLE)
    assert reply.lead_id is not None
    async with unit_of_work(company) as uow:
        return await leads.get(uow, reply.lead_id)


async def test_leads_come_in_their_order_with_the_total(company: Actor) -> None:
    made = [(await new_lead(company, contact)).id for contact in "abc"]
    async with unit_of_work(company) as uow:
        page = await leads.list_leads(uow, statuses=None, page=OffsetPage(1, 1))
        beyond = await leads.list_leads(uow, statuses=None, page=OffsetPage(9, 9))
        newest = await leads.page_leads(uow, statuses=(), page=CursorPage(2))
    assert ([lead.id for lead in page.leads], page.total) == ([made[1]], 3)
    assert (beyond.leads, beyond.total) == ([], 3)
    assert ([lead.id for lead in newest.rows], newest.has_more) == (made[:0:-1], True)


async def test_leads_are_filtered_by_status(company: Actor) -> None:
    first = await new_lead(company, "a")
    await new_lead(company, "b")
    async with unit_of_work(company) as uow:
        await leads.set_status(uow, first.id, LeadStatus.COMPLETED)
    async with unit_of_work(company) as uow:
        done = await leads.list_leads(uow, statuses=[LeadStatus.COMPLETED], page=OffsetPage(0, 10))
    assert ([lead.id for lead in done.leads], done.total) == ([first.id], 1)


@pytest.mark.parametrize("before", LeadStatus)
@pytest.mark.parametrize("after", LeadStatus)
async def test_a_status_moves_by_the_table(company: Actor, before: LeadStatus, after: LeadStatus) -> None:
    lead = await new_lead(company)
    async with unit_of_work(company) as uow:
        await Lead.filter(id=lead.id).update(status=before)
        if after is before or after in MOVES[before]:
            assert (await leads.set_status(uow, lead.id, after)).status is after
        else:
            with pytest.raises(InvalidTransition, match=f"{before}.*{after}"):
                await leads.set_status(uow, lead.id, after)


async def test_a_lead_is_the_accounts_that_interviewed(company: Actor) -> None:
    lead = await new_lead(company)
    assert lead.owner_id == company.user_id


async def test_customers_see_no_leads(company: Actor, tenant: Tenant, make_user: MakeUser) -> None:
    lead = await new_lead(company)
    customer = actor_of(await make_user(tenant, Role.USER))
    async with unit_of_work(customer) as uow:
        with pytest.raises(Forbidden):
            await leads.get(uow, lead.id)
        with pytest.raises(Forbidden):
            await leads.list_leads(uow, statuses=None, page=OffsetPage())


async def test_another_company_has_no_such_lead(company: Actor, rival: Actor) -> None:
    lead = await new_lead(company)
    async with unit_of_work(rival) as uow:
        with pytest.raises(NotFound):
            await leads.set_status(uow, lead.id, LeadStatus.REJECTED)
        assert (await leads.list_leads(uow, statuses=None, page=OffsetPage())).leads == []
    async with unit_of_work(company) as uow:
        assert (await leads.get(uow, lead.id)).status is LeadStatus.NEW


async def test_the_company_without_a_chat_hears_nothing(company: Actor, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    await new_lead(company)
    assert await drain_jobs(tenant) == 1


async def test_the_companys_chat_hears_of_a_lead_once(company: Actor, tenant: Tenant, drain_jobs: DrainJobs) -> None:
    async with unit_of_work(company):
        await Tenant.filter(id=tenant.id).update(telegram_chat_id=-100500)
    lead = await new_lead(company)
    await drain_jobs(tenant)
    async with unit_of_work(company):
        notices = await Job.filter(task="telegram.notify").all()
    assert [job.args["chat_id"] for job in notices] == [-100500]
    assert notices[0].args["text"] == lead_notices.notice_text(lead, Language.RUSSIAN)


async def test_the_notice_says_what_is_known_in_the_companys_language(company: Actor) -> None:
    lead = await new_lead(company)
    lead.area = None
    assert lead_notices.notice_text(lead, Language.RUSSIAN).splitlines() == [
        f"Новая заявка №{lead.id}",
        "Имя: Канат",
        "Телефон: 87768776637",
        "Город: Алматы",
        "Объект: дом",
        f"Описание: {lead.summary}",
    ]
    assert lead_notices.notice_text(lead, Language.KAZAKH).startswith(f"Жаңа өтінім №{lead.id}\nЕсімі: Канат")
