"""What happens to leads."""

from dataclasses import dataclass

from core.events import StaffEvent


def leads_topic(tenant_id: int) -> str:
    """All leads of a tenant, as its staff see them come and change."""
    return f"tenant:{tenant_id}:leads"


@dataclass(frozen=True)
class LeadEvent(StaffEvent):
    lead_id: int

    def topics(self, tenant_id: int) -> tuple[str, ...]:
        return (leads_topic(tenant_id),)


@dataclass(frozen=True)
class LeadRegistered(LeadEvent):
    """An interview found out what a lead needs."""

    kind = "lead.registered"


@dataclass(frozen=True)
class LeadStatusChanged(LeadEvent):
    kind = "lead.status_changed"
    status: str
    previous: str
