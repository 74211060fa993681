"""Which tasks follow which fact. A fact without a row, or a task that nobody defines, fails at import."""

from collections.abc import Mapping

from core.events import (
    AccessChanged,
    ChunksRemoved,
    Event,
    KnowledgeChanged,
    MessageAdded,
    ReplyRequested,
    TicketCreated,
    TicketDeleted,
    TicketEscalated,
    TicketStatusChanged,
    TicketUpdated,
    all_events,
)
from services.unit_of_work import Fanout
from workers import answering, knowledge
from workers.task import TASKS
from workers.wake import Waker

FANOUT: Mapping[type[Event], tuple[str, ...]] = {
    TicketCreated: (),
    TicketUpdated: (),
    TicketStatusChanged: (),
    TicketEscalated: (),
    TicketDeleted: (),
    MessageAdded: (),
    ReplyRequested: (answering.REPLY,),
    AccessChanged: (),
    KnowledgeChanged: (knowledge.INDEX,),
    ChunksRemoved: (knowledge.FORGET,),
}


def check_complete(table: Mapping[type[Event], tuple[str, ...]]) -> None:
    """Raises LookupError that names the facts without a row and the tasks without a body."""
    missing = [fact.__name__ for fact in all_events() if fact not in table]
    unknown = sorted({name for names in table.values() for name in names} - TASKS.keys())
    if missing or unknown:
        raise LookupError(f"Facts without a row: {missing}; tasks that nobody defines: {unknown}")


check_complete(FANOUT)


def install_fanout() -> None:
    """Let units of work of this process write jobs, and wake the relay. Needs an open Redis client to wake it."""
    Fanout.tasks = FANOUT
    Fanout.wake = Waker()
