"""What the relay takes: committed events and due jobs of all tenants, a tenant at a time.

Taken rows are marked inside a transaction that the relay keeps open while Redis accepts them. A relay that dies in
between leaves them as they were, so the worst is that they are handed on twice, which receivers notice.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

import orjson

from services.events import EVENT_COLUMNS, StoredEvent
from services.unit_of_work import Statements, SystemReason, system_unit_of_work

_OWN = "SELECT pg_try_advisory_xact_lock(hashtextextended('opora.relay', $1)) AS owned"
_TAKE_EVENTS = f"""
WITH taken AS (
    DELETE FROM event_outbox WHERE tenant_id = $1 AND event_id IN (
        SELECT event_id FROM event_outbox WHERE tenant_id = $1 ORDER BY event_id LIMIT $2)
    RETURNING event_id, trace
)
SELECT {EVENT_COLUMNS}, taken.trace FROM taken JOIN events e ON e.id = taken.event_id ORDER BY e.id
"""  # noqa: S608
_TAKE_JOBS = """
UPDATE jobs SET state = 'sent', lease_until = clock_timestamp() + make_interval(secs => $4)
WHERE id IN (
    SELECT id FROM jobs
    WHERE tenant_id = $1 AND task = ANY($2) AND state = 'pending' AND run_after <= clock_timestamp()
    ORDER BY run_after, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, tenant_id, task
"""
# From tenant to tenant along the index, however many jobs each of them has.
_WAITING = """
WITH RECURSIVE pending AS (
    (SELECT tenant_id FROM jobs WHERE state = 'pending' ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT j.tenant_id FROM jobs j WHERE j.state = 'pending' AND j.tenant_id > p.tenant_id
            ORDER BY j.tenant_id LIMIT 1)
    FROM pending p WHERE p.tenant_id IS NOT NULL
)
SELECT tenant_id FROM event_outbox
UNION
SELECT p.tenant_id FROM pending p WHERE EXISTS (
    SELECT FROM jobs j WHERE j.tenant_id = p.tenant_id AND j.state = 'pending' AND j.run_after <= clock_timestamp()
        AND j.task = ANY($1))
LIMIT $2
"""
_UNSEND = "UPDATE jobs SET state = 'pending', lease_until = NULL WHERE state = 'sent' RETURNING id"
_SWEEP = """
WITH lapsed AS (
    SELECT j.id, j.state = 'running' AND j.attempts >= coalesce(t.max_attempts, 1) AS spent, t.amends
    FROM jobs j LEFT JOIN jsonb_to_recordset($1::jsonb) AS t (task text, max_attempts int, amends text) USING (task)
    WHERE j.state IN ('sent', 'running') AND j.lease_until < clock_timestamp()
    LIMIT 1000 FOR UPDATE OF j SKIP LOCKED
), swept AS (
UPDATE jobs SET state = CASE WHEN spent THEN 'dead' ELSE 'pending' END, lease_until = NULL,
    last_error = CASE WHEN spent THEN 'Its workers stopped without a word' ELSE last_error END,
    finished_at = CASE WHEN spent THEN clock_timestamp() END
FROM lapsed WHERE jobs.id = lapsed.id
RETURNING jobs.id, jobs.tenant_id, jobs.args, lapsed.spent, lapsed.amends
), amended AS (
INSERT INTO jobs (tenant_id, task, args, state, attempts, run_after, created_at)
SELECT tenant_id, amends, args, 'pending', 0, clock_timestamp(), clock_timestamp()
FROM swept WHERE spent AND amends IS NOT NULL
)
SELECT id, tenant_id FROM swept
"""


@dataclass(frozen=True, slots=True)
class TakenJob:
    id: int
    tenant_id: int
    task: str


class Holding:
    """One tenant's events and jobs while this relay owns them."""

    def __init__(self, statements: Statements, tenant_id: int) -> None:
        self._statements = statements
        self._tenant_id = tenant_id

    async def take_events(self, limit: int) -> list[StoredEvent]:
        """The oldest events that are not handed on yet; per topic they are in order."""
        return [StoredEvent.of(row) for row in await self._statements.rows(_TAKE_EVENTS, self._tenant_id, limit)]

    async def take_jobs(self, tasks: Sequence[str], limit: int, *, lease_s: float) -> list[TakenJob]:
        """Due jobs of the named tasks, marked sent; they come again when ``lease_s`` passes unclaimed."""
        rows = await self._statements.rows(_TAKE_JOBS, self._tenant_id, list(tasks), limit, lease_s)
        return sorted((TakenJob(**row) for row in rows), key=lambda job: job.id)


@asynccontextmanager
async def hold(tenant_id: int) -> AsyncIterator[Holding | None]:
    """Own a tenant until the block ends; None where another relay does. What was taken is final when it ends well."""
    async with system_unit_of_work(SystemReason.RELAY) as statements:
        row = await statements.row(_OWN, tenant_id)
        yield Holding(statements, tenant_id) if row and row["owned"] else None


async def tenants_waiting(tasks: Sequence[str], *, limit: int) -> list[int]:
    """Tenants that have events to hand on, or due jobs of the named tasks."""
    async with system_unit_of_work(SystemReason.RELAY) as statements:
        return [row["tenant_id"] for row in await statements.rows(_WAITING, list(tasks), limit)]


async def unsend() -> int:
    """Make every job that was sent but not claimed pending: the courier lost what it had. Returns how many."""
    async with system_unit_of_work(SystemReason.RELAY) as statements:
        return len(await statements.rows(_UNSEND))


@dataclass(frozen=True, slots=True)
class Limit:
    """How often a task is tried, and the task that makes amends when it died."""

    task: str
    max_attempts: int
    amends: str | None = None


async def sweep(limits: Sequence[Limit]) -> list[int]:
    """Return jobs whose lease ran out, or lay them to rest after their last attempt. Returns their tenants."""
    table = [asdict(limit) for limit in limits]
    async with system_unit_of_work(SystemReason.SWEEP) as statements:
        rows = await statements.rows(_SWEEP, orjson.dumps(table).decode())
    return sorted({row["tenant_id"] for row in rows})
