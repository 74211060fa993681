"""Operators who are gone: their dialogs return to the queue, once, however many look after it at the same time.

Gone are those whose heartbeat stopped for longer than the grace time, and those who may not answer any more. Somebody
who never sent a heartbeat has none that could stop.
"""

from datetime import timedelta

import structlog

from config.settings import get_settings
from core import clock
from core.actor import Role, system_actor
from models.dialogs import Dialog
from models.handoffs import Handoff, HandoffState, Operator
from models.users import User
from services import handoffs, operators
from services.unit_of_work import Row, SystemReason, system_unit_of_work, unit_of_work

_BATCH = 500
_STAFF = [role for role in Role if role.includes(Role.AGENT)]

# Until the dialogs are returned each look finds their operator again, so that nothing hangs on one look alone.
_GONE = """
SELECT o.tenant_id, o.user_id FROM operators o JOIN users u ON u.id = o.user_id
WHERE (o.heartbeat_at <= $1 OR NOT u.is_active OR u.role = 'user') AND (
    o.lost_at IS NULL OR EXISTS (
        SELECT FROM handoffs h WHERE h.tenant_id = o.tenant_id AND h.operator_id = o.user_id AND h.state = 'active'))
ORDER BY o.user_id LIMIT $2
"""
_HELD = """
SELECT dialog_id FROM handoffs WHERE tenant_id = $1 AND operator_id = $2 AND state = 'active' ORDER BY id
"""
logger = structlog.get_logger(__name__)


async def return_dialogs() -> int:
    """Note who is gone, and return the dialogs of those whose grace time is over. Returns how many."""
    async with system_unit_of_work(SystemReason.HANDOFFS) as statements:
        gone = await statements.rows(_GONE, operators.present_since(), _BATCH)
    returned = 0
    for row in gone:
        for dialog_id in await _overdue(row):
            returned += await _return(row["tenant_id"], row["user_id"], dialog_id)
    return returned


async def _overdue(row: Row) -> list[int]:
    """The dialogs that somebody who is gone has no more time for; first the moment is noted when they were lost."""
    async with unit_of_work(system_actor(row["tenant_id"])) as uow:
        if not await _is_gone(row["user_id"]):
            return []
        return [held["dialog_id"] for held in await uow.rows(_HELD, uow.tenant_id, row["user_id"])]


async def _return(tenant_id: int, user_id: int, dialog_id: int) -> bool:
    """One dialog, under its lock: whoever comes second finds it waiting, or taken by another."""
    async with unit_of_work(system_actor(tenant_id)) as uow:
        dialog = await Dialog.filter(id=dialog_id).select_for_update().get_or_none()
        if dialog is None:
            return False
        handoff = await Handoff.get_or_none(dialog_id=dialog_id, operator_id=user_id, state=HandoffState.ACTIVE)
        if handoff is None or not await _is_gone(user_id):
            return False
        await handoffs.give_back(uow, dialog, handoff, gone=user_id)
    logger.info("dialog_returned", tenant_id=tenant_id, dialog_id=dialog_id, operator_id=user_id)
    return True


async def _is_gone(user_id: int) -> bool:
    """Whether the grace time of an operator is over, whose row is locked: a heartbeat waits, or was before."""
    operator = await Operator.filter(user_id=user_id).select_for_update().get()
    answers = await User.exists(id=user_id, is_active=True, role__in=_STAFF)
    if answers and (operator.heartbeat_at is None or operator.heartbeat_at > operators.present_since()):
        return False
    if operator.lost_at is None:
        operator.lost_at = clock.now()
        await operator.save(update_fields=["lost_at"])
    return not answers or operator.lost_at <= clock.now() - timedelta(seconds=get_settings().dialogs.handoff_grace_s)
