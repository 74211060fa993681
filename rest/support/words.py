"""Words that `support` and the domain call differently (roles, statuses, authors), and how it writes moments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, cast

import msgspec

from core.actor import Role
from core.paging import OffsetPage
from models.conversations import AuthorKind
from models.tickets import TicketSource, TicketStatus

SupportRole = Literal["user", "agent", "admin", "superadmin"]
SupportStatus = Literal[
    "open", "in_progress", "pending_customer", "pending_agent", "escalated", "resolved", "closed", "reopened"
]
SupportSource = Literal["web", "email", "api"]
SupportAuthor = Literal["user", "assistant", "agent", "system"]

MOST_ROWS = 1000

_AUTHORS: Mapping[AuthorKind, SupportAuthor] = {
    AuthorKind.CUSTOMER: "user",
    AuthorKind.ASSISTANT: "assistant",
    AuthorKind.OPERATOR: "agent",
    AuthorKind.SYSTEM: "system",
}
_SOURCES = frozenset({TicketSource.WEB, TicketSource.EMAIL, TicketSource.API})
_KINDS = {word: kind for kind, word in _AUTHORS.items()}


class PageQuery(msgspec.Struct):
    """Offset pages, as every list of the document takes them."""

    skip: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1, description="Пропустить N записей")] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST_ROWS, description="Лимит записей (1-1000)")] = 100

    @property
    def page(self) -> OffsetPage:
        return OffsetPage.checked(self.skip, self.limit, most=MOST_ROWS)


def shown_role(role: Role) -> SupportRole:
    return cast(SupportRole, "agent" if role is Role.MODERATOR else role.value)


def shown_status(status: TicketStatus) -> SupportStatus:
    return cast(SupportStatus, "closed" if status is TicketStatus.CANCELLED else status.value)


def meant_statuses(status: SupportStatus) -> frozenset[TicketStatus]:
    """The statuses of the domain that are shown as ``status``."""
    return frozenset(domain for domain in TicketStatus if shown_status(domain) == status)


def shown_source(source: TicketSource) -> SupportSource:
    """Channels that the document does not know are interfaces of programs to it."""
    return cast(SupportSource, source.value if source in _SOURCES else "api")


def shown_author(kind: AuthorKind) -> SupportAuthor:
    return _AUTHORS[kind]


def meant_author(author: SupportAuthor) -> AuthorKind:
    return _KINDS[author]


def moment(value: datetime) -> datetime:
    """In whole seconds of UTC, which JSON shows as ``2024-01-15T10:30:00Z``."""
    return value.astimezone(UTC).replace(microsecond=0)
