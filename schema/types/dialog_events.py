"""What subscribers of dialogs receive."""

from datetime import datetime
from typing import Annotated, Union

import strawberry

from models.handoffs import HandoffPriority
from schema.types.dialogs import DialogMessage
from schema.types.events import AnswerDelta, AnswerFailed, AnswerStarted
from schema.types.scalars import BigInt


@strawberry.interface(description="A numbered fact about a dialog.")
class DialogEvent:
    seq: BigInt = strawberry.field(
        description="Rises strictly within the subscribed topic: give the last one as `after` to go on behind it."
        " Guests see gaps where staff have notes of their own."
    )
    at: datetime
    dialog_id: strawberry.ID


@strawberry.type(description="A customer came.")
class DialogOpened(DialogEvent):
    pass


@strawberry.type(description="The dialog was put aside.")
class DialogArchived(DialogEvent):
    pass


@strawberry.type(description="The dialog is open again.")
class DialogReopened(DialogEvent):
    pass


@strawberry.type(description="Somebody wrote.")
class DialogMessageAdded(DialogEvent):
    message_id: strawberry.ID
    message: DialogMessage | None = strawberry.field(description="Null where it has been deleted since.")
    reply_to: strawberry.ID | None = strawberry.field(
        description="The customer's message that it answers: pieces of an answer with this turn are done with."
    )


@strawberry.type(description="The assistant owes an answer that it does not give. For staff.")
class AssistantSilenced(DialogEvent):
    reason: str = strawberry.field(description="The code of the error.")


@strawberry.type(description="The dialog waits for an operator.")
class HandoffRequested(DialogEvent):
    handoff_id: strawberry.ID
    reason: str
    queue_position: int = strawberry.field(description="1 is next.")
    priority: HandoffPriority


@strawberry.type(description="A waiting handoff moved in the queue. For staff.")
class HandoffPrioritised(DialogEvent):
    handoff_id: strawberry.ID
    priority: HandoffPriority


@strawberry.type(description="An operator took the dialog.")
class HandoffStarted(DialogEvent):
    handoff_id: strawberry.ID
    operator_id: strawberry.ID
    operator_name: str


@strawberry.type(description="The operator was gone for too long: the dialog waits again.")
class HandoffReturned(DialogEvent):
    handoff_id: strawberry.ID
    queue_position: int


@strawberry.type(description="The operator is done.")
class HandoffReleased(DialogEvent):
    handoff_id: strawberry.ID
    resolution: str | None
    to_assistant: bool = strawberry.field(description="Whether the assistant answers again.")


@strawberry.type(description="The request for an operator was withdrawn.")
class HandoffCancelled(DialogEvent):
    handoff_id: strawberry.ID
    reason: str


@strawberry.type(description="Somebody else types, or has stopped. It passes by: some may be missed.")
class DialogTyping:
    dialog_id: strawberry.ID
    is_typing: bool
    by_staff: bool
    name: str | None = strawberry.field(description="Of the operator; null for the customer.")


DIALOG_EVENT_TYPES = (
    DialogOpened, DialogArchived, DialogReopened, DialogMessageAdded, AssistantSilenced, HandoffRequested,
    HandoffPrioritised, HandoffStarted, HandoffReturned, HandoffReleased, HandoffCancelled,
)  # fmt: skip

DialogFact = (
    DialogOpened | DialogArchived | DialogReopened | DialogMessageAdded | AssistantSilenced | HandoffRequested
    | HandoffPrioritised | HandoffStarted | HandoffReturned | HandoffReleased | HandoffCancelled
)  # fmt: skip
DialogStep = AnswerStarted | AnswerDelta | AnswerFailed | DialogTyping
DialogUpdate = Annotated[
    Union[DialogFact, DialogStep],  # noqa: UP007  # strawberry names unions by Union
    strawberry.union(
        "DialogUpdate",
        description="A numbered fact about a dialog; or what passes by and is never sent again: pieces of an answer"
        " that is being written, and who types.",
    ),
]


@strawberry.type(description="Whether those who watch the dialog were told.")
class SetDialogTypingPayload:
    is_typing: bool


@strawberry.type(description="The event streams of dialogs that are open in all processes.")
class StreamStatistics:
    admin: int = strawberry.field(description="Of staff.")
    widget: int = strawberry.field(description="Of guests by a site token.")
    site: int = strawberry.field(description="Of guests by an assistant's id.")
    average_seconds: float = strawberry.field(description="How long those are open, and those that ended today were.")
    events_today: int = strawberry.field(description="Sent since midnight, UTC.")
