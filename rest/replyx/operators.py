"""🔄 Handoff система: the queue of an operator, and the heartbeat that says that one is there."""

from datetime import datetime
from typing import Annotated

import msgspec

from core.actor import Actor, Role
from core.clock import now
from core.paging import OffsetPage
from models.dialogs import DialogPlatform
from models.handoffs import HandoffPriority, OperatorStatus
from rest.operations import Examples, Group
from rest.replyx import handoff_examples as examples
from rest.replyx.words import duration, moment, wait
from services import handoff_queue, operators
from services.handoff_queue import Waiting
from services.operators import Presence
from services.rate_limits import Bucket
from services.unit_of_work import unit_of_work

group = Group("Handoff система", Bucket.OTHER)

_MOST = 100
_NAMELESS = "Гость"
_Limit = Annotated[int, msgspec.Meta(ge=1, le=_MOST)]
_Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class QueueQuery(msgspec.Struct):
    """Stands in no request of the document."""

    limit: _Limit = _MOST
    offset: _Offset = 0


class UserInfoView(msgspec.Struct):
    name: str
    platform: DialogPlatform


class WaitingView(msgspec.Struct):
    dialog_id: int
    user_info: UserInfoView
    reason: str
    wait_time: str
    priority: HandoffPriority
    last_message: str
    created_at: datetime

    @classmethod
    def of(cls, row: Waiting) -> "WaitingView":
        return cls(
            dialog_id=row.dialog_id,
            user_info=UserInfoView(row.customer_name or _NAMELESS, row.platform),
            reason=row.reason,
            wait_time=duration((now() - row.requested_at).total_seconds()),
            priority=row.priority,
            last_message=row.last_message,
            created_at=moment(row.requested_at),
        )


class QueueView(msgspec.Struct):
    """``estimated_wait_time`` is for a dialog that came next."""

    queue: list[WaitingView]
    total_in_queue: int
    estimated_wait_time: str


class Heartbeat(msgspec.Struct):
    """``current_load`` is what the client believes; the answer says what it is."""

    status: OperatorStatus = OperatorStatus.AVAILABLE
    current_load: int | None = None
    max_capacity: Annotated[int, msgspec.Meta(ge=1, le=operators.MOST_CAPACITY)] | None = None


class PresenceView(msgspec.Struct):
    status: OperatorStatus
    current_load: int
    max_capacity: int
    online: bool
    last_heartbeat: datetime | None

    @classmethod
    def of(cls, presence: Presence) -> "PresenceView":
        at = presence.heartbeat_at
        return cls(
            presence.status,
            presence.load,
            presence.max_capacity,
            presence.online,
            None if at is None else moment(at),
        )


@group.get(
    "/operator/queue", "Очередь запросов для оператора", role=Role.AGENT, examples=Examples(response=examples.QUEUE)
)
async def operator_queue(actor: Actor, query: QueueQuery) -> QueueView:
    """Сначала по приоритету, затем по времени ожидания."""
    async with unit_of_work(actor) as uow:
        queue = await handoff_queue.queue(uow, OffsetPage(query.offset, query.limit))
    return QueueView([WaitingView.of(row) for row in queue.waiting], queue.total, wait(queue.estimated_wait_s))


@group.post(
    "/operator/heartbeat", "Поддержание присутствия оператора в системе", role=Role.AGENT,
    examples=Examples(examples.HEARTBEAT, examples.PRESENT),
)  # fmt: skip
async def operator_heartbeat(actor: Actor, body: Heartbeat) -> PresenceView:
    """Через 60 секунд после последнего оператор не на связи; его диалоги возвращаются в очередь."""
    async with unit_of_work(actor) as uow:
        return PresenceView.of(await operators.heartbeat(uow, status=body.status, max_capacity=body.max_capacity))
