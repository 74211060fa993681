"""Alerts of the installation. They belong to no tenant: the default tenant's log carries them for everybody's staff."""

from dataclasses import dataclass

from core.events import StaffEvent


def monitoring_topic(tenant_id: int) -> str:
    return f"tenant:{tenant_id}:monitoring"


@dataclass(frozen=True)
class AlertEvent(StaffEvent):
    alert_id: int

    def topics(self, tenant_id: int) -> tuple[str, ...]:
        return (monitoring_topic(tenant_id),)


@dataclass(frozen=True)
class AlertOpened(AlertEvent):
    kind = "alert.opened"


@dataclass(frozen=True)
class AlertRaised(AlertEvent):
    """An open alert became more severe."""

    kind = "alert.raised"


@dataclass(frozen=True)
class AlertClosed(AlertEvent):
    kind = "alert.closed"
