"""What narrows the inbox, as conditions on the tables of tickets and dialogs."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.actor import Actor
from core.errors import InvalidInput
from core.languages import Language
from core.text import is_storable
from models.dialogs import DialogPlatform
from models.tickets import Sentiment, TicketPriority, TicketSource, TicketStatus

LONGEST_SEARCH = 200
MOST_CHOSEN = 100
"""Values of one condition: an address or a view chooses among few."""
_WILDCARDS = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
_MOST_ID = 2**63 - 1


class InboxKind(StrEnum):
    TICKET = "ticket"
    DIALOG = "dialog"


class Stage(StrEnum):
    """Where a conversation stands, whatever its kind: ``waiting`` ones are open and want a person."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"


# As literals, so that the partial indexes of migrations/sql/0010_saved_views.sql serve them.
_STAGES: Mapping[InboxKind, Mapping[Stage, str]] = {
    InboxKind.TICKET: {
        Stage.OPEN: "tickets.status NOT IN ('resolved', 'closed', 'cancelled')",
        Stage.WAITING: "tickets.status IN ('escalated', 'pending_agent', 'reopened')",
        Stage.DONE: "tickets.status IN ('resolved', 'closed', 'cancelled')",
    },
    InboxKind.DIALOG: {
        Stage.OPEN: "dialogs.status = 'active'",
        Stage.WAITING: "dialogs.handoff_status = 'requested'",
        Stage.DONE: "dialogs.status = 'archived'",
    },
}
_UNASSIGNED = {
    InboxKind.TICKET: "tickets.assigned_to_id IS NULL",
    InboxKind.DIALOG: "dialogs.handoff_status = 'requested'",
}
_OF_OPERATOR = (
    "dialogs.handoff_status = 'active'"
    " AND EXISTS (SELECT FROM handoffs h WHERE h.id = dialogs.handoff_id AND h.operator_id = ${})"
)
_SPOKEN = "EXISTS (SELECT FROM conversations c WHERE c.id = {table}.id AND c.language = ${{}})"
_OF_CUSTOMER = "EXISTS (SELECT FROM conversations c WHERE c.id = dialogs.id AND c.customer_id = ${})"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which conversations; what is None or empty does not narrow. What a kind does not have leaves that kind out.

    ``assigned_to_id`` is who has the ticket, or the dialog at present; ``unassigned`` dialogs wait for an operator.
    """

    kinds: Collection[InboxKind] = ()
    stage: Stage | None = None
    assigned_to_id: int | None = None
    unassigned: bool = False
    customer_id: int | None = None
    language: Language | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    search: str | None = None
    statuses: Collection[TicketStatus] = ()
    priorities: Collection[TicketPriority] = ()
    category_ids: Collection[int] = ()
    sentiments: Collection[Sentiment] = ()
    sources: Collection[TicketSource] = ()
    platforms: Collection[DialogPlatform] = ()
    assistant_ids: Collection[int] = ()

    def lists(self) -> Iterator[Collection[Any]]:
        """The conditions that several values fit."""
        yield self.kinds
        yield from (*self.of_tickets().values(), *self.of_dialogs().values())

    def of_tickets(self) -> dict[str, Any]:
        """Conditions that dialogs have no answer to."""
        return {
            "tickets.status = ANY (${}::text[])": [str(each) for each in self.statuses],
            "tickets.priority = ANY (${}::text[])": [str(each) for each in self.priorities],
            "tickets.category_id = ANY (${}::bigint[])": list(self.category_ids),
            "tickets.sentiment = ANY (${}::text[])": [str(each) for each in self.sentiments],
            "tickets.source = ANY (${}::text[])": [str(each) for each in self.sources],
        }

    def of_dialogs(self) -> dict[str, Any]:
        """Conditions that tickets have no answer to."""
        return {
            "dialogs.platform = ANY (${}::text[])": [str(each) for each in self.platforms],
            "dialogs.assistant_id = ANY (${}::bigint[])": list(self.assistant_ids),
        }


@dataclass(frozen=True, slots=True)
class Selection:
    """Conversations of one kind: their table, the column they are ordered by, and the conditions on them."""

    kind: InboxKind
    table: str
    moment: str
    where: str


@dataclass(frozen=True, slots=True)
class Sought:
    """What is searched for: words, a part of a name as a LIKE pattern, and a number, where it is one."""

    text: str
    pattern: str
    number: int | None


def sought_of(search: str | None) -> Sought | None:
    """None for nothing but blanks. Raises InvalidInput."""
    text = (search or "").strip()
    if len(text) > LONGEST_SEARCH or not is_storable(text):
        raise InvalidInput(f"search must be at most {LONGEST_SEARCH} characters long", field="search")
    if not text:
        return None
    digits = text.removeprefix("#")
    number = int(digits) if digits.isascii() and digits.isdigit() and int(digits) <= _MOST_ID else None
    return Sought(text, f"%{text.lower().removeprefix('@').translate(_WILDCARDS)}%", number)


def selections(actor: Actor, chosen: InboxFilter, args: list[Any]) -> list[Selection]:
    """What to read of which table; the values are put behind ``args``, whose first is the tenant.

    As :meth:`models.tickets.Ticket.readable_by` and its like of dialogs say: staff see all, customers their tickets.
    Raises InvalidInput for more than MOST_CHOSEN values of one condition.
    """
    if any(len(values) > MOST_CHOSEN for values in chosen.lists()):
        raise InvalidInput(f"filter must choose at most {MOST_CHOSEN} values of a kind", field="filter")
    wanted = set(chosen.kinds or InboxKind)
    if not actor.is_staff or any(chosen.of_tickets().values()):
        wanted.discard(InboxKind.DIALOG)
    if any(chosen.of_dialogs().values()):
        wanted.discard(InboxKind.TICKET)
    found = []
    if InboxKind.TICKET in wanted:
        where = _where(InboxKind.TICKET, "tickets", chosen, _ticket_conditions(actor, chosen), args)
        found.append(Selection(InboxKind.TICKET, "tickets", "active_at", where))
    if InboxKind.DIALOG in wanted:
        where = _where(InboxKind.DIALOG, "dialogs", chosen, _dialog_conditions(chosen), args)
        found.append(Selection(InboxKind.DIALOG, "dialogs", "updated_at", where))
    return found


def _ticket_conditions(actor: Actor, chosen: InboxFilter) -> dict[str, Any]:
    return {
        **chosen.of_tickets(),
        "tickets.assigned_to_id = ${}": chosen.assigned_to_id,
        "tickets.created_by_id = ${}": chosen.customer_id,
        "tickets.created_by_id = ${}::bigint": None if actor.is_staff else actor.user_id or 0,
    }


def _dialog_conditions(chosen: InboxFilter) -> dict[str, Any]:
    return {**chosen.of_dialogs(), _OF_OPERATOR: chosen.assigned_to_id, _OF_CUSTOMER: chosen.customer_id}


def _where(kind: InboxKind, table: str, chosen: InboxFilter, own: Mapping[str, Any], args: list[Any]) -> str:
    where = [f"{table}.tenant_id = $1"]
    conditions = {
        **own,
        _SPOKEN.format(table=table): chosen.language,
        f"{table}.created_at >= ${{}}": chosen.created_from,
        f"{table}.created_at < ${{}}": chosen.created_before,
    }
    for condition, value in conditions.items():
        if value is not None and value != []:
            args.append(value)
            where.append(condition.format(len(args)))
    if chosen.stage is not None:
        where.append(_STAGES[kind][chosen.stage])
    if chosen.unassigned:
        where.append(_UNASSIGNED[kind])
    return " AND ".join(where)
