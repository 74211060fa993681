"""Words that `telegram` and the domain call differently (roles, statuses, priorities), its pages, and its moments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from core.actor import Role
from core.paging import OffsetPage
from models.tickets import TicketPriority, TicketStatus
from realtime.frames.telegram import ROLES, STATUSES, TelegramRole, TelegramStatus

TelegramPriority = Literal["LOW", "NORMAL", "HIGH", "CRITICAL"]
PublicId = UUID
"""A row's id in paths and bodies: `telegram` shows UUIDs alone."""

MOST_ROWS = 100
PageNumber = Annotated[int, msgspec.Meta(ge=1, le=10_000_000, description="Номер страницы")]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS, description="Размер страницы")]

_PRIORITIES: Mapping[TicketPriority, TelegramPriority] = {
    TicketPriority.LOW: "LOW",
    TicketPriority.MEDIUM: "NORMAL",
    TicketPriority.HIGH: "HIGH",
    TicketPriority.CRITICAL: "CRITICAL",
}
_MEANT_PRIORITIES = {word: priority for priority, word in _PRIORITIES.items()}


class PageQuery(msgspec.Struct):
    """Numbered pages, as the lists of the document take them."""

    page: PageNumber = 1
    size: PageSize = 20

    @property
    def rows(self) -> OffsetPage:
        """The rows of the page. A page that begins behind 2^31 rows is as empty as the last that does not."""
        return OffsetPage.checked(min((self.page - 1) * self.size, 2**31 - 1), self.size, most=MOST_ROWS)

    def pages(self, total: int) -> int:
        """How many pages ``total`` rows fill."""
        return -(-total // self.size)


def shown_role(role: Role) -> TelegramRole:
    return ROLES[role]


def meant_roles(word: TelegramRole) -> frozenset[Role]:
    """The roles of the domain that are shown as ``word``."""
    return frozenset(role for role, shown in ROLES.items() if shown == word)


def granted_role(word: TelegramRole) -> Role:
    """The role that ``word`` gives: `ADMIN` is the tenant's admin, never more."""
    return min(meant_roles(word), key=lambda role: role.rank)


def shown_status(status: TicketStatus) -> TelegramStatus:
    return STATUSES[status]


def meant_statuses(word: TelegramStatus) -> frozenset[TicketStatus]:
    """The statuses of the domain that are shown as ``word``."""
    return frozenset(status for status, shown in STATUSES.items() if shown == word)


def shown_priority(priority: TicketPriority) -> TelegramPriority:
    return _PRIORITIES[priority]


def meant_priority(word: TelegramPriority) -> TicketPriority:
    return _MEANT_PRIORITIES[word]


def moment(value: datetime) -> datetime:
    """In whole seconds of UTC, which JSON shows as ``2024-01-01T10:00:00Z``."""
    return value.astimezone(UTC).replace(microsecond=0)


def moment_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else moment(value)
