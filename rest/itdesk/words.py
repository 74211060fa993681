"""Words that `itdesk` and the domain call differently (roles, statuses), and how it writes moments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from core.actor import Role
from models.tickets import TicketStatus
from realtime.frames.itdesk import STATUSES, ItdeskStatus

ItdeskRole = Literal["customer", "support_agent", "admin"]
ItdeskPriority = Literal["low", "medium", "high", "critical"]

_ROLES: Mapping[Role, ItdeskRole] = {
    Role.USER: "customer",
    Role.AGENT: "support_agent",
    Role.MODERATOR: "support_agent",
    Role.ADMIN: "admin",
    Role.SUPERADMIN: "admin",
}


def shown_role(role: Role) -> ItdeskRole:
    return _ROLES[role]


def granted_role(word: ItdeskRole) -> Role:
    """The role that ``word`` gives: the least that is shown so."""
    return min((role for role, shown in _ROLES.items() if shown == word), key=lambda role: role.rank)


def shown_status(status: TicketStatus) -> ItdeskStatus:
    return STATUSES[status]


def meant_statuses(word: ItdeskStatus) -> frozenset[TicketStatus]:
    """The statuses of the domain that are shown as ``word``."""
    return frozenset(status for status, shown in STATUSES.items() if shown == word)


def moment(value: datetime) -> datetime:
    """In whole seconds of UTC, which JSON shows as ``2023-01-01T00:00:00Z``."""
    return value.astimezone(UTC).replace(microsecond=0)


def moment_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else moment(value)
