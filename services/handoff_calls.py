"""Dialogs that wait while no operator is there: the company's staff are called by e-mail, once for each request."""

from datetime import timedelta

import structlog

from core import clock
from core.actor import system_actor
from models.assistants import Assistant
from models.dialogs import Dialog
from models.handoffs import Handoff, HandoffState
from models.tenants import Tenant
from services import handoff_notices, handoff_priorities, mail
from services.mail_templates import Template
from services.operators import present_since
from services.unit_of_work import Row, SystemReason, UnitOfWork, system_unit_of_work, unit_of_work

_PATIENCE = timedelta(seconds=30)
"""Whoever only loads their page anew is back by then."""
_BATCH = 200
_MOST_RECIPIENTS = 20
_SERVES = "(coalesce(o.assistant_ids, 'null') = 'null' OR o.assistant_ids @> to_jsonb(h.assistant_id))"
_WAITING = f"""
SELECT h.id, h.tenant_id, h.dialog_id FROM handoffs h
WHERE h.state = 'requested' AND h.called_at IS NULL AND h.requested_at <= $1 AND NOT EXISTS (
    SELECT FROM operators o JOIN users u ON u.id = o.user_id
    WHERE o.tenant_id = h.tenant_id AND o.heartbeat_at > $2 AND o.status <> 'away'
        AND u.is_active AND u.role <> 'user' AND {_SERVES})
ORDER BY h.requested_at LIMIT $3
"""  # noqa: S608  # the piece is ours
_STAFF = f"""
SELECT u.id, u.email FROM handoffs h JOIN users u ON u.tenant_id = h.tenant_id LEFT JOIN operators o ON o.user_id = u.id
WHERE h.id = $1 AND u.tenant_id = $2 AND u.is_active AND u.role <> 'user' AND u.email IS NOT NULL AND {_SERVES}
ORDER BY u.id LIMIT $3
"""  # noqa: S608
logger = structlog.get_logger(__name__)


async def call_staff() -> int:
    """Call the staff of every dialog that waits where nobody is there who serves its assistant. Returns how many."""
    async with system_unit_of_work(SystemReason.HANDOFFS) as statements:
        waiting = await statements.rows(_WAITING, clock.now() - _PATIENCE, present_since(), _BATCH)
    return sum([await _call(row) for row in waiting])


async def _call(row: Row) -> bool:
    """One request, under its dialog's lock: whoever comes second finds that it was called for, or taken."""
    async with unit_of_work(system_actor(row["tenant_id"])) as uow:
        dialog = await Dialog.filter(id=row["dialog_id"]).select_for_update().get_or_none()
        handoff = await Handoff.get_or_none(id=row["id"], state=HandoffState.REQUESTED, called_at=None)
        if dialog is None or handoff is None:
            return False
        handoff.called_at = clock.now()
        await handoff.save(update_fields=["called_at"])
        await _write(uow, handoff)
    logger.info("staff_called", tenant_id=row["tenant_id"], dialog_id=row["dialog_id"])
    return True


async def _write(uow: UnitOfWork, handoff: Handoff) -> None:
    tenant = await Tenant.get(id=uow.tenant_id)
    values = {
        "dialog": str(handoff.dialog_id),
        "assistant": (await Assistant.get(id=handoff.assistant_id)).name,
        "reason": handoff_notices.reason_in_words(handoff, tenant.language),
        "question": await handoff_priorities.words_of(handoff),
    }
    for person in await uow.rows(_STAFF, handoff.id, uow.tenant_id, _MOST_RECIPIENTS):
        await mail.queue(
            uow,
            template=Template.OPERATOR_NEEDED,
            recipient=person["email"],
            language=tenant.language,
            values=values,
            once=f"operator-needed:{handoff.id}:{person['id']}",
        )
