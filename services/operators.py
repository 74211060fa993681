"""Operators: who is there to take dialogs, how many each may have at once, and how many each has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.settings import get_settings
from core import clock
from core.actor import Role
from core.errors import Forbidden, InvalidInput
from core.refusals.handoffs import OperatorCapacityExceeded
from models.assistants import Assistant
from models.handoffs import Handoff, HandoffState, Operator, OperatorStatus
from models.users import User
from services.unit_of_work import UnitOfWork

PRESENT_S = 60
"""An operator is offline so long after the last heartbeat."""
MOST_CAPACITY = 1000
_MOST_ASSISTANTS = 1000

_MAKE = """
INSERT INTO operators (user_id, tenant_id, status, max_capacity, created_at)
VALUES ($1, $2, 'available', $3, $4) ON CONFLICT (user_id) DO NOTHING
"""
_PEOPLE = """
SELECT o.user_id, u.full_name, held.n AS load
FROM operators o JOIN users u ON u.id = o.user_id
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM handoffs h WHERE h.tenant_id = $1 AND h.operator_id = o.user_id AND h.state = 'active'
) held
WHERE o.tenant_id = $1 AND u.is_active AND u.role <> 'user'
"""


@dataclass(frozen=True, slots=True)
class Presence:
    """An operator as the others see them. ``load`` counts the dialogs that they have now.

    ``assistant_ids`` None means those of every assistant; ``heartbeat_at`` None that they never sent a heartbeat.
    """

    user_id: int
    name: str
    status: OperatorStatus
    online: bool
    load: int
    max_capacity: int
    assistant_ids: list[int] | None
    heartbeat_at: datetime | None


async def heartbeat(
    uow: UnitOfWork,
    *,
    status: OperatorStatus = OperatorStatus.AVAILABLE,
    max_capacity: int | None = None,
    assistant_ids: Sequence[int] | None = None,
    all_assistants: bool = False,
) -> Presence:
    """The actor is there. What is None stays as it was; ``all_assistants`` forgets a choice of assistants.

    A capacity below the present load takes nothing away. Raises Forbidden, InvalidInput.
    """
    if max_capacity is not None and not 1 <= max_capacity <= MOST_CAPACITY:
        raise InvalidInput(f"max_capacity must be between 1 and {MOST_CAPACITY}", field="max_capacity")
    user = await person(uow)
    if assistant_ids is not None:
        await _check_assistants(uow, assistant_ids)
    operator = await hold(uow, user.id)
    operator.status, operator.heartbeat_at, operator.lost_at = status, clock.now(), None
    operator.max_capacity = max_capacity or operator.max_capacity
    if assistant_ids is not None or all_assistants:
        operator.assistant_ids = None if all_assistants else sorted(set(assistant_ids or ()))
    await operator.save()
    return _presence(operator, user.full_name, await load_of(uow, user.id))


async def person(uow: UnitOfWork, user_id: int | None = None) -> User:
    """The account of the actor, or of ``user_id``, which only admins may name, as one that may answer dialogs.

    Raises Forbidden, InvalidInput naming ``operator_id``.
    """
    uow.actor.require_staff()
    own = user_id is None or user_id == uow.actor.user_id
    if not own and not uow.actor.is_admin:
        raise Forbidden("Only admins act for another operator")
    user = await User.get_or_none(id=uow.actor.user_id if own else user_id, tenant_id=uow.tenant_id, is_active=True)
    if user is not None and user.role.includes(Role.AGENT):
        return user
    if own:
        # A superadmin who looks into another company is none of its people.
        raise Forbidden("Operators are people of the company")
    raise InvalidInput("operator_id must be an active operator of this tenant", field="operator_id")


async def hold(uow: UnitOfWork, user_id: int) -> Operator:
    """The operator's row, made at need and locked until the unit of work ends: their load changes under this lock."""
    capacity = get_settings().dialogs.operator_capacity
    await uow.rows(_MAKE, user_id, uow.tenant_id, capacity, clock.now())
    operator = await Operator.filter(user_id=user_id).select_for_update().get()
    if operator.heartbeat_at is None:
        operator.max_capacity = capacity
    return operator


async def make_room(uow: UnitOfWork, user_id: int) -> None:
    """Let one more dialog be theirs, which the caller makes so. Taking one over is a sign of life.

    Raises OperatorCapacityExceeded.
    """
    operator = await hold(uow, user_id)
    if await load_of(uow, user_id) >= operator.max_capacity:
        raise OperatorCapacityExceeded(operator.max_capacity)
    if operator.heartbeat_at is not None:
        operator.heartbeat_at, operator.lost_at = clock.now(), None
        await operator.save(update_fields=["heartbeat_at", "lost_at"])


async def load_of(uow: UnitOfWork, user_id: int) -> int:
    """How many dialogs somebody has now."""
    return await Handoff.filter(tenant_id=uow.tenant_id, operator_id=user_id, state=HandoffState.ACTIVE).count()


async def served_by(uow: UnitOfWork) -> list[int] | None:
    """The assistants whose dialogs the actor answers; None for those of every one."""
    operator = await Operator.get_or_none(user_id=uow.actor.user_id or 0)
    return None if operator is None else operator.assistant_ids


async def list_operators(uow: UnitOfWork) -> list[Presence]:
    """Whoever has answered dialogs or said that they are there. Raises Forbidden to customers."""
    uow.actor.require_staff()
    rows = {row["user_id"]: row for row in await uow.rows(_PEOPLE, uow.tenant_id)}
    operators = await Operator.filter(tenant_id=uow.tenant_id, user_id__in=list(rows)).order_by("user_id")
    return [
        _presence(operator, rows[operator.user_id]["full_name"], rows[operator.user_id]["load"])
        for operator in operators
    ]


def present_since() -> datetime:
    """An operator whose last heartbeat is older is offline."""
    return clock.now() - timedelta(seconds=PRESENT_S)


def _presence(operator: Operator, name: str, load: int) -> Presence:
    return Presence(
        user_id=operator.user_id,
        name=name,
        status=operator.status,
        online=operator.heartbeat_at is not None and operator.heartbeat_at > present_since(),
        load=load,
        max_capacity=operator.max_capacity,
        assistant_ids=operator.assistant_ids,
        heartbeat_at=operator.heartbeat_at,
    )


async def _check_assistants(uow: UnitOfWork, assistant_ids: Sequence[int]) -> None:
    wanted = set(assistant_ids)
    if len(wanted) > _MOST_ASSISTANTS:
        raise InvalidInput(f"assistant_ids must be at most {_MOST_ASSISTANTS}", field="assistant_ids")
    if await Assistant.filter(tenant_id=uow.tenant_id, id__in=list(wanted)).count() != len(wanted):
        raise InvalidInput("assistant_ids must be assistants of this tenant", field="assistant_ids")
