"""📋 Работа с заявками: what the interviews found out."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core.actor import Actor, Role
from core.languages import Language
from core.paging import OffsetPage
from models.leads import Lead, LeadStatus
from rest.leads import examples
from rest.leads.words import moment
from rest.operations import Examples, Group, Id
from services import leads
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Заявки", Bucket.OTHER)

MOST_ROWS = 1000


class LeadView(msgspec.Struct):
    """A lead as the document shows one; ``bot_user_id`` is the client's number, ``created_at`` UTC without a zone."""

    id: int
    owner_id: int | None
    bot_user_id: int
    name: str
    phone: str
    city: str | None
    object_type: str | None
    area: str | None
    summary: str
    language: Language
    status: LeadStatus
    created_at: datetime

    @classmethod
    def of(cls, lead: Lead) -> "LeadView":
        return cls(
            id=lead.id,
            owner_id=lead.owner_id,
            bot_user_id=lead.contact_id,
            name=lead.name,
            phone=lead.phone,
            city=lead.city,
            object_type=lead.object_type,
            area=lead.area,
            summary=lead.summary,
            language=lead.language,
            status=lead.status,
            created_at=moment(lead.created_at),
        )


class LeadsView(msgspec.Struct):
    """``total`` counts all that match, whatever part of them is shown."""

    leads: list[LeadView]
    total: int


class LeadsQuery(msgspec.Struct):
    """The document names no parameters: without any the first 1000 come."""

    status: Annotated[LeadStatus, msgspec.Meta(description="Фильтр по статусу")] | UnsetType = UNSET
    skip: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="Пропустить N заявок")] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS, description="Лимит заявок (1-1000)")] = MOST_ROWS


class LeadPatch(msgspec.Struct):
    status: LeadStatus


@group.get("/leads", "Получение заявок", role=Role.AGENT, examples=Examples(response=examples.LEADS))
async def list_leads(actor: Actor, query: LeadsQuery) -> LeadsView:
    """Company's own leads, in the order in which they came."""
    statuses = None if query.status is UNSET else (query.status,)
    async with unit_of_work(actor) as uow:
        found = await leads.list_leads(
            uow, statuses=statuses, page=OffsetPage.checked(query.skip, query.limit, most=MOST_ROWS)
        )
        return LeadsView([LeadView.of(lead) for lead in found.leads], found.total)


@group.patch(
    "/leads/{lead_id}", "Статус заявки", role=Role.AGENT, errors=(400, 404),
    examples=Examples({"status": "in_progress"}, {**examples.LEAD, "status": "in_progress"}),
)  # fmt: skip
async def update_lead(actor: Actor, lead_id: Id, body: LeadPatch) -> LeadView:
    """Beyond the document: new, in_progress, completed, rejected. A move that is not allowed is 400."""
    async with unit_of_work(actor) as uow:
        return LeadView.of(await leads.set_status(uow, lead_id, body.status))
