"""What is not kept for ever: old events, finished jobs, ended sessions. Of all tenants, in small transactions."""

from services.unit_of_work import SystemReason, system_unit_of_work

_BATCH = 5000

# An event that still waits for the relay stays, however old: it would be lost.
_EVENTS = """
DELETE FROM events WHERE id IN (
    SELECT id FROM events e WHERE created_at < clock_timestamp() - make_interval(days => $1)
        AND NOT EXISTS (SELECT 1 FROM event_outbox o WHERE o.event_id = e.id)
    ORDER BY created_at LIMIT $2)
RETURNING id
"""
_JOBS = """
DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs WHERE state = 'done' AND finished_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""
# A session outlives its end, so that a stolen refresh token is still recognised as one.
_SESSIONS = """
DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE expires_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""

# Telegram repeats an update for a day at most, and a word is tried for as long: by then nothing comes twice.
_UPDATES = """
DELETE FROM telegram_updates WHERE id IN (
    SELECT id FROM telegram_updates
    WHERE handled_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""
_DELIVERIES = """
DELETE FROM telegram_deliveries WHERE id IN (
    SELECT id FROM telegram_deliveries
    WHERE sent_at < clock_timestamp() - make_interval(days => $1) AND key NOT LIKE 'refused%' LIMIT $2)
RETURNING id
"""

_ANALYTICS = """
DELETE FROM analytics_events WHERE id IN (
    SELECT id FROM analytics_events WHERE created_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""
_AI_USAGE = """
DELETE FROM ai_usage WHERE id IN (
    SELECT id FROM ai_usage WHERE created_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""

# The row says on that there was an e-mail, and keeps its key `once`; a year later nobody asks.
_MAIL_BODIES = """
UPDATE mail SET sealed_body = '' WHERE id IN (
    SELECT id FROM mail WHERE sealed_body <> '' AND created_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""
_MAIL = """
DELETE FROM mail WHERE id IN (
    SELECT id FROM mail WHERE created_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""

# A word of the bank that comes again later changes nothing: the payment knows that it was credited.
_NOTIFICATIONS = """
DELETE FROM payment_notifications WHERE id IN (
    SELECT id FROM payment_notifications
    WHERE created_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""

# Their deliveries go with them.
_WEBHOOKS = """
DELETE FROM webhook_messages WHERE id IN (
    SELECT id FROM webhook_messages WHERE created_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""


# Their own moment says when, a day after the request.
_IDEMPOTENCY_KEYS = """
DELETE FROM idempotency_keys WHERE id IN (
    SELECT id FROM idempotency_keys WHERE expires_at < clock_timestamp() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""


async def forget_events(*, days: int) -> int:
    """Delete events older than ``days``; subscribers who ask for them are told so. Returns how many."""
    return await _forget(_EVENTS, days)


async def forget_finished_jobs(*, days: int) -> int:
    return await _forget(_JOBS, days)


async def forget_ended_sessions(*, days: int) -> int:
    return await _forget(_SESSIONS, days)


async def forget_telegram(*, days: int) -> int:
    """Delete what bots were told and what they said, after ``days``; the messages of tickets stay."""
    return await _forget(_UPDATES, days) + await _forget(_DELIVERIES, days)


async def forget_analytics(*, days: int) -> int:
    """Delete what clients told of their steps, and what was used of models, after ``days``."""
    return await _forget(_ANALYTICS, days) + await _forget(_AI_USAGE, days)


async def forget_mail(*, days: int) -> int:
    """Empty e-mails, which may hold codes, after ``days``, and delete them after a year."""
    return await _forget(_MAIL_BODIES, days) + await _forget(_MAIL, max(days, 365))


async def forget_payment_notifications(*, days: int) -> int:
    """Delete what banks told of payments, after ``days``; payments, refunds and the ledger stay."""
    return await _forget(_NOTIFICATIONS, days)


async def forget_webhooks(*, days: int) -> int:
    """Delete what webhooks told, and how that went, after ``days``."""
    return await _forget(_WEBHOOKS, days)


async def forget_idempotency_keys() -> int:
    """Delete keys whose time is over, with their answers: they are as good as new before that already."""
    return await _forget(_IDEMPOTENCY_KEYS, 0)


async def _forget(statement: str, days: int) -> int:
    total = 0
    while True:
        async with system_unit_of_work(SystemReason.RETENTION) as statements:
            gone = len(await statements.rows(statement, days, _BATCH))
        total += gone
        if gone < _BATCH:
            return total
