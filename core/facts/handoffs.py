"""How dialogs change hands. Each is told in the dialog and to the tenant's staff."""

from dataclasses import dataclass

from core.events import Visibility
from core.facts.dialogs import DialogEvent


@dataclass(frozen=True)
class HandoffEvent(DialogEvent):
    handoff_id: int


@dataclass(frozen=True)
class HandoffRequested(HandoffEvent):
    """``queue_position`` counts from 1; ``priority_given`` says that a person chose the priority."""

    kind = "handoff.requested"
    reason: str
    queue_position: int
    priority: str
    offered_to_id: int | None = None
    priority_given: bool = False


@dataclass(frozen=True)
class HandoffPrioritised(HandoffEvent):
    """A waiting handoff moved in the queue, for what the customer's words sound like."""

    kind = "handoff.prioritised"
    priority: str

    @property
    def visibility(self) -> Visibility:
        return Visibility.STAFF


@dataclass(frozen=True)
class HandoffStarted(HandoffEvent):
    """An operator took the dialog; ``operator_name`` is what the customer is told."""

    kind = "handoff.started"
    operator_id: int
    operator_name: str


@dataclass(frozen=True)
class HandoffReturned(HandoffEvent):
    """The operator was gone for too long: the dialog waits in the queue again."""

    kind = "handoff.returned"
    operator_id: int
    queue_position: int


@dataclass(frozen=True)
class HandoffReleased(HandoffEvent):
    kind = "handoff.released"
    operator_id: int | None
    resolution: str | None
    to_assistant: bool


@dataclass(frozen=True)
class HandoffCancelled(HandoffEvent):
    kind = "handoff.cancelled"
    reason: str
