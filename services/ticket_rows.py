"""A row of a list of tickets, as it is passed on. Pages have hundreds of them: a row is the driver's own record, and
nothing of it is copied. The tables here say how what it holds is read, by whoever shows it.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from core.actor import Role
from core.events import EscalationReason, Visibility
from core.languages import Language
from models.conversations import AuthorKind
from models.tickets import Sentiment, TicketPriority, TicketSource, TicketStatus
from services.unit_of_work import Record

TicketRow = Record
"""A row of the statements in :mod:`services.ticket_list`, which :data:`TICKET` and those below it read.

What :class:`services.ticket_list.Include` does not ask for is not there, and read as None.
"""


class MessagePreview(NamedTuple):
    id: int
    author_kind: AuthorKind
    excerpt: str
    internal: bool
    created_at: datetime


class CategoryRow(NamedTuple):
    """A category as tickets show it; ``key`` is None for those of the tenant's own."""

    id: int
    public_id: UUID
    key: str | None
    name: str
    description: str
    icon: str
    color: str
    is_active: bool
    sort_order: int


class Column(NamedTuple):
    """Where a row holds an attribute: the column's name, and the values that its own stand for, where they are others.

    An ``optional`` column may be missing, and is None then.
    """

    name: str
    values: Mapping[Any, Any] | None = None
    optional: bool = False

    def read(self, row: Record) -> Any:
        """Raises KeyError for what is none of the values."""
        found = row.get(self.name) if self.optional else row[self.name]
        return found if self.values is None else self.values[found]


Columns = Mapping[str, Column]


def _columns(prefix: str, *names: str) -> dict[str, Column]:
    return {name: Column(f"{prefix}{name}") for name in names}


def _member(kind: type[StrEnum], name: str, *, optional: bool = False) -> Column:
    # Calling an enumeration takes a microsecond, looking a member up a twentieth of one.
    return Column(name, {None: None, **{each.value: each for each in kind}}, optional)


TICKET: Columns = {
    **_columns("", "id", "title", "description", "escalated_at", "resolved_at", "created_at", "updated_at"),
    **_columns("", "auto_categorized", "category_confidence"),
    "status": _member(TicketStatus, "status"),
    "priority": _member(TicketPriority, "priority"),
    "source": _member(TicketSource, "source"),
    "escalation_reason": _member(EscalationReason, "escalation_reason"),
    "sentiment": _member(Sentiment, "sentiment"),
    "language": _member(Language, "language", optional=True),
    "message_count": Column("message_count", optional=True),
    "last_seq": Column("last_seq", optional=True),
}
"""The attributes of a ticket."""
CATEGORY: Columns = _columns("category_", *CategoryRow._fields)
"""Of its category, where the row has a ``category_id``."""
LAST_MESSAGE: Columns = {
    **_columns("message_", "id", "excerpt", "created_at"),
    "author_kind": _member(AuthorKind, "message_author_kind"),
    "internal": Column("message_visibility", {each.value: each is Visibility.STAFF for each in Visibility}),
}
"""Of its newest message that the actor may see, where the row has a ``message_id``."""


def _person(which: str) -> Columns:
    return {
        "id": Column(f"{which}_id"),
        "full_name": Column(f"{which}_name"),
        "email": Column(f"{which}_email"),
        "role": _member(Role, f"{which}_role"),
    }


AUTHOR, ASSIGNEE = _person("author"), _person("assignee")
"""Of its people, where the row has an ``author_role`` or ``assignee_role``: there is none for a person of another
tenant (a superadmin who looked in). ``email`` is for the eyes of staff."""
