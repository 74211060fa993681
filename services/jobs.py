"""Jobs, as workers and admins see them: claim, renew, finish, fail; the dead ones.

An attempt is named by its number. Every mark it makes is conditional on that number, so that an attempt whose lease
ran out and which was replaced cannot change anything: its effects and its mark are one transaction.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from config.database import transaction
from core.actor import system_actor
from core.errors import Conflict, Forbidden, InvalidTransition, NotFound, RateLimited
from core.paging import CursorPage, Slice
from core.refusals.transactions import JobSuperseded
from models.jobs import MOVES, Job, JobState
from services.unit_of_work import Row, Statements, SystemReason, UnitOfWork, system_unit_of_work, unit_of_work

SENT_LEASE_S = 30.0
"""A job that nobody claims within this time after it was sent is sent again."""
_BACKOFF_FIRST_S = 1.0
_BACKOFF_MOST_S = 300.0
_MINE = "id = $1 AND state = 'running' AND attempts = $2"

# A job may be claimed before the relay's own transaction has ended: that row lock is then waited for.
_CLAIM = """
UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_until = clock_timestamp() + make_interval(secs => $2)
WHERE id = $1 AND (state IN ('pending', 'sent') AND run_after <= clock_timestamp()
                   OR state = 'running' AND lease_until < clock_timestamp())
RETURNING id, tenant_id, task, args, attempts, trace
"""
# As below: of a job that is not fresh the claim is committed before anything else is done.
_CLAIM_FRESH = _CLAIM.replace(
    "WHERE id = $1", "WHERE id = $1 AND coalesce(lease_until >= clock_timestamp() + make_interval(secs => $3), true)"
)
# Jobs never attempted, and sent a moment ago: an older message may be the echo of one that killed its worker.
_TAKE = """
UPDATE jobs SET state = 'done', attempts = 1, lease_until = NULL, finished_at = clock_timestamp()
WHERE id = ANY($1) AND attempts = 0 AND state IN ('pending', 'sent') AND run_after <= clock_timestamp()
  AND coalesce(lease_until >= clock_timestamp() + make_interval(secs => $2), true)
RETURNING id, tenant_id, task, args, attempts, trace
"""
_GIVE_BACK = """
UPDATE jobs SET state = 'pending', lease_until = NULL WHERE id = ANY($1) AND state = 'sent' RETURNING id
"""
_RENEW = f"UPDATE jobs SET lease_until = clock_timestamp() + make_interval(secs => $3) WHERE {_MINE} RETURNING id"  # noqa: S608
_FINISH = f"""
UPDATE jobs SET state = 'done', lease_until = NULL, last_error = NULL, finished_at = clock_timestamp()
WHERE {_MINE} RETURNING id
"""  # noqa: S608
_FAIL = f"""
UPDATE jobs SET state = $3::text, lease_until = NULL, last_error = $4,
    run_after = clock_timestamp() + make_interval(secs => $5),
    finished_at = CASE WHEN $3::text = 'dead' THEN clock_timestamp() END
WHERE {_MINE} RETURNING id
"""  # noqa: S608
_AMEND = """
INSERT INTO jobs (tenant_id, task, args, state, attempts, run_after, created_at)
VALUES ($1, $2, $3::jsonb, 'pending', 0, clock_timestamp(), clock_timestamp())
"""
_RETRY = """
UPDATE jobs SET state = 'pending', attempts = 0, run_after = clock_timestamp(), finished_at = NULL
WHERE id = $1 AND state = 'dead' RETURNING id
"""
_BACKLOG = """
SELECT task, state, count(*) AS count, min(created_at) AS oldest_at, max(attempts) AS attempts
FROM jobs WHERE tenant_id = $1 AND state <> 'done' GROUP BY 1, 2 ORDER BY 1, 2
"""
_COUNTS = "SELECT state, count(*) AS n FROM jobs WHERE state <> 'done' GROUP BY state"


class NotYet(Conflict):
    """The job's turn comes in ``seconds``: something else has to be done first."""

    code = "NOT_YET"

    def __init__(self, seconds: float) -> None:
        super().__init__("Something else comes first")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs of one task in one state. ``attempts`` is the most that one of them took."""

    task: str
    state: JobState
    count: int
    oldest_at: datetime
    attempts: int


@dataclass(slots=True)
class RunningJob:
    """One attempt at a job. ``attempt`` starts at 1; ``trace`` is the ``traceparent`` of the work that asked for it.

    ``ended``: a transaction that marks it done was committed.
    """

    id: int
    tenant_id: int
    task: str
    args: dict[str, Any]
    attempt: int
    trace: str | None = None
    ended: bool = field(default=False, compare=False)

    def end(self) -> None:
        self.ended = True

    @property
    def idempotency_key(self) -> str:
        """The same at every attempt: what calls to third parties carry."""
        return f"job-{self.id}"


@dataclass(frozen=True, slots=True)
class Begun:
    """A claimed job and, where ``looked``, what its first step found; ``waits`` where that told it to come later."""

    job: RunningJob
    looked: bool = False
    found: object | None = None
    waits: NotYet | None = None


FirstStep = Callable[[UnitOfWork, RunningJob], Awaitable[object | None]]


async def claim(job_id: int, tenant_id: int, *, lease_s: float) -> RunningJob | None:
    """Take a job that is due; None where it is finished, held by a live attempt, or not of the tenant."""
    async with transaction(tenant_id) as client:
        row = await Statements(client).row(_CLAIM, job_id, lease_s)
    return None if row is None else _running(row)


async def begin(job_id: int, tenant_id: int, first: FirstStep, *, lease_s: float, fresh_s: float) -> Begun | None:
    """As :func:`claim`, with the first step in its transaction where the job was sent in the last ``fresh_s`` seconds.

    Where the step finds nothing to do, the job is ended with it. Raises what the step raises: nothing was claimed then.
    """
    async with unit_of_work(system_actor(tenant_id), traced=False) as uow:
        row = await uow.row(_CLAIM_FRESH, job_id, lease_s, SENT_LEASE_S - fresh_s)
        if row is None:
            row = await uow.row(_CLAIM, job_id, lease_s)
            return None if row is None else Begun(_running(row))
        job = _running(row)
        found = await first(uow, job)
        if found is None:
            await finish(uow, job)
        return Begun(job, looked=True, found=found)


def _running(row: Row) -> RunningJob:
    args = row["args"]
    return RunningJob(
        id=row["id"],
        tenant_id=row["tenant_id"],
        task=row["task"],
        args=orjson.loads(args) if isinstance(args, str) else args,
        attempt=row["attempts"],
        trace=row["trace"],
    )


async def take(uow: UnitOfWork, job_ids: Sequence[int], *, fresh_s: float) -> list[RunningJob]:
    """Mark done in the caller's transaction those that are due, never tried and sent in the last ``fresh_s`` seconds.

    Their effects are to follow in the same transaction: until it ends its locks keep others from them. In the order
    of ids. What it leaves out is done, another's, or to be claimed.
    """
    rows = await uow.rows(_TAKE, list(job_ids), SENT_LEASE_S - fresh_s)
    return sorted((_running(row) for row in rows), key=lambda job: job.id)


async def give_back(job_ids: Sequence[int], tenant_id: int) -> None:
    """Let what was sent and not begun be sent to another worker at once."""
    async with transaction(tenant_id) as client:
        await Statements(client).rows(_GIVE_BACK, list(job_ids))


async def renew(job: RunningJob, *, lease_s: float) -> bool:
    """Prolong the lease from now; False where the job is not this attempt's any more."""
    async with transaction(job.tenant_id) as client:
        return await Statements(client).row(_RENEW, job.id, job.attempt, lease_s) is not None


async def finish(uow: UnitOfWork, job: RunningJob) -> None:
    """Mark the job done in the caller's transaction, with its effects. Raises JobSuperseded: let it roll back."""
    if await uow.row(_FINISH, job.id, job.attempt) is None:
        raise JobSuperseded(job.id)
    uow.then(job.end)


async def settle(job: RunningJob) -> bool:
    """Mark done a job whose task left that to its runner; False where it is done or another's already."""
    async with transaction(job.tenant_id) as client:
        return await Statements(client).row(_FINISH, job.id, job.attempt) is not None


async def fail(
    job: RunningJob,
    error: str,
    *,
    max_attempts: int,
    final: bool = False,
    amends: str | None = None,
    after_s: float | None = None,
) -> JobState:
    """Put the job back for a later attempt, or to rest where it was the last or the error is ``final``.

    The attempt comes ``after_s`` seconds from now, or after the usual pause.

    ``error`` is shown to admins: it must hold no secret. ``amends`` names the task that follows a job's death.
    """
    state = JobState.DEAD if final or job.attempt >= max_attempts else JobState.PENDING
    pause = backoff_s(job.attempt) if after_s is None else after_s
    async with transaction(job.tenant_id) as client:
        statements = Statements(client)
        failed = await statements.row(_FAIL, job.id, job.attempt, state, error, pause)
        if failed and state is JobState.DEAD and amends is not None:
            await statements.rows(_AMEND, job.tenant_id, amends, orjson.dumps(job.args).decode())
    return state


async def release(job: RunningJob) -> None:
    """Give the job back for another worker to take at once: this one is stopping."""
    async with transaction(job.tenant_id) as client:
        await Statements(client).row(_FAIL, job.id, job.attempt, JobState.PENDING, "The worker stopped", 0.0)


def backoff_s(attempt: int) -> float:
    """Seconds before the attempt that follows ``attempt``: doubling, bounded, spread by half to either side."""
    # random, not secrets: it spreads load and guards nothing.
    return min(_BACKOFF_FIRST_S * 2.0 ** (attempt - 1), _BACKOFF_MOST_S) * random.uniform(0.5, 1.5)  # noqa: S311


def asked_pause(error: Exception) -> float | None:
    """Seconds that the error itself asks to wait: a third party's ``Retry-After``, or a job's place in a row."""
    if isinstance(error, NotYet):
        return error.seconds
    return float(error.retry_after) if isinstance(error, RateLimited) else None


async def list_dead(uow: UnitOfWork, page: CursorPage) -> Slice[Job]:
    """Jobs of the tenant that ran out of attempts, oldest first. Raises Forbidden below admin."""
    _require_admin(uow)
    jobs = await Job.filter(state=JobState.DEAD, id__gt=page.after or 0).order_by("id").limit(page.size + 1)
    return Slice(jobs[: page.size], has_more=len(jobs) > page.size)


async def backlog(uow: UnitOfWork) -> list[Backlog]:
    """What is left to do for the tenant, by task and state. Raises Forbidden below admin."""
    _require_admin(uow)
    rows = await uow.rows(_BACKLOG, uow.tenant_id)
    return [Backlog(**{**row, "state": JobState(row["state"])}) for row in rows]


async def retry(uow: UnitOfWork, job_id: int) -> Job:
    """Let a dead job start anew. Raises Forbidden below admin, NotFound, InvalidTransition where it is not dead."""
    _require_admin(uow)
    job = await Job.get_or_none(id=job_id)
    if job is None:
        raise NotFound("job", job_id)
    if JobState.PENDING not in MOVES[job.state] or await uow.row(_RETRY, job_id) is None:
        raise InvalidTransition("Job", job.state, JobState.PENDING)
    await job.refresh_from_db()
    return job


async def counts() -> dict[str, int]:
    """Jobs of all tenants that are not done, by state; every state is there."""
    async with system_unit_of_work(SystemReason.RELAY) as statements:
        rows = await statements.rows(_COUNTS)
    open_states = [state.value for state in JobState if state is not JobState.DONE]
    return dict.fromkeys(open_states, 0) | {row["state"]: row["n"] for row in rows}


def _require_admin(uow: UnitOfWork) -> None:
    if not uow.actor.is_admin:
        raise Forbidden
