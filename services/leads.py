"""Leads: what interviews found out, and how far the company has got with each."""

from collections.abc import Collection
from dataclasses import dataclass

from tortoise.queryset import QuerySet

from core.actor import Actor
from core.errors import NotFound
from core.facts.leads import LeadStatusChanged
from core.paging import CursorPage, OffsetPage, Slice
from models.leads import Lead, LeadStatus
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Some leads, and how many there are of that kind in all."""

    leads: list[Lead]
    total: int


async def list_leads(uow: UnitOfWork, *, statuses: Collection[LeadStatus] | None, page: OffsetPage) -> LeadPage:
    """Leads of the tenant in the order in which they came; of the given statuses, or of all. Raises Forbidden."""
    leads = _reachable(uow.actor)
    if statuses is not None:
        leads = leads.filter(status__in=list(statuses))
    found = await leads.order_by("id").offset(page.skip).limit(page.limit)
    # A page that is not full ends the list: its place tells the total without counting.
    full = len(found) == page.limit or (not found and page.skip > 0)
    return LeadPage(found, await leads.count() if full else page.skip + len(found))


async def page_leads(uow: UnitOfWork, *, statuses: Collection[LeadStatus], page: CursorPage) -> Slice[Lead]:
    """Leads of the tenant, newest first; no status named means all. Raises Forbidden."""
    leads = _reachable(uow.actor)
    if statuses:
        leads = leads.filter(status__in=list(statuses))
    if page.after is not None:
        leads = leads.filter(id__lt=page.after)
    rows = await leads.order_by("-id").limit(page.size + 1)
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


async def get(uow: UnitOfWork, lead_id: int) -> Lead:
    """A lead of the tenant. Raises Forbidden for customers, NotFound."""
    lead = await _reachable(uow.actor).get_or_none(id=lead_id)
    if lead is None:
        raise NotFound("lead", lead_id)
    return lead


async def set_status(uow: UnitOfWork, lead_id: int, status: LeadStatus) -> Lead:
    """Move a lead; the present status is fine and tells nothing. Raises Forbidden, NotFound, InvalidTransition."""
    lead = await _reachable(uow.actor).filter(id=lead_id).select_for_update().get_or_none()
    if lead is None:
        raise NotFound("lead", lead_id)
    previous = lead.status
    if lead.move(status):
        await lead.save(update_fields=["status", "updated_at"])
        uow.emit(LeadStatusChanged(lead.id, status=status, previous=previous))
    return lead


def _reachable(actor: Actor) -> QuerySet[Lead]:
    actor.require_staff()
    return Lead.filter(tenant_id=actor.tenant_id)
