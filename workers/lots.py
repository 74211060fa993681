"""Tasks that only change rows: jobs of one tenant share a message and a transaction.

There is no claim to commit first: the transaction that finishes the jobs is their lease as well, by their rows' locks.
A worker that dies leaves nothing of it. What cannot be done together is done job by job, as other tasks are.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from config import tracing
from config.metrics import JOB_SECONDS, JOBS
from core.actor import system_actor
from core.errors import Unavailable
from services import jobs
from services.jobs import SENT_LEASE_S, RunningJob
from services.unit_of_work import UnitOfWork, unit_of_work
from workers.attempts import run_job
from workers.begun import is_first_to_begin
from workers.task import FRESH_S, Task, task

RowsBody = Callable[[UnitOfWork, RunningJob], Awaitable[object]]

LOT = 50
"""The most jobs of one message: as many as may be rolled back together where one of them fails."""
_LIMIT_S = 5.0
"""Below the database's patience with an idle transaction."""
BODIES: dict[str, RowsBody] = {}
logger = structlog.get_logger(__name__)


def rows_task(
    name: str, *, queue: str = "rows", max_attempts: int = 8, amends: str | None = None
) -> Callable[[RowsBody], RowsBody]:
    """Register ``async def body(uow, job)`` under a stable name. Raises ValueError if it is taken.

    The body changes rows of its tenant through ``uow`` and does nothing else: it calls nobody, takes milliseconds, and
    leaves the job's mark to its runner. It may be run again after it was rolled back with its neighbours.
    """

    def register(body: RowsBody) -> RowsBody:
        @task(name, queue=queue, max_attempts=max_attempts, amends=amends)
        async def alone(job: RunningJob) -> None:
            async with unit_of_work(system_actor(job.tenant_id)) as uow:
                await body(uow, job)
                await jobs.finish(uow, job)

        BODIES[name] = body
        return body

    return register


async def run_lot(task: Task, job_ids: Sequence[int], tenant_id: int) -> None:
    """Do the jobs, each once. Raises only when cancelled; what is not done is given back then."""
    try:
        done = await _together(task, job_ids, tenant_id)
        for job_id in job_ids:
            if job_id not in done:
                await run_job(task, job_id, tenant_id)
    except asyncio.CancelledError:
        await _give_back(job_ids, tenant_id)
        raise


async def _together(task: Task, job_ids: Sequence[int], tenant_id: int) -> set[int]:
    """The jobs that are done. Those that waited for long are done together once: the next message of theirs may be the
    echo of one that killed its worker, so that each of them is tried alone, and its attempts are counted.
    """
    done = await _run_together(task, job_ids, tenant_id, FRESH_S)
    late = [job_id for job_id in job_ids if done is not None and job_id not in done]
    if late and await is_first_to_begin(late[0]):
        return (done or set()) | (await _run_together(task, late, tenant_id, SENT_LEASE_S) or set())
    return done or set()


async def _run_together(task: Task, job_ids: Sequence[int], tenant_id: int, fresh_s: float) -> set[int] | None:
    """The jobs that are done, of those sent in the last ``fresh_s`` seconds. None where any of them, or the database,
    failed: each is then tried alone.
    """
    started = time.monotonic()
    try:
        with tracing.span(f"lot {task.name}", "consumer", opora__jobs=len(job_ids)):
            async with asyncio.timeout(_LIMIT_S), unit_of_work(system_actor(tenant_id)) as uow:
                taken = await jobs.take(uow, job_ids, fresh_s=fresh_s)
                for job in taken:
                    await _change(uow, task, job)
    except Exception as error:
        # One of them, tried alone, will tell what it is.
        logger.info("lot_divided", task=task.name, tenant_id=tenant_id, jobs=len(job_ids), reason=type(error).__name__)
        return None
    if not taken:
        return set()
    seconds = time.monotonic() - started
    JOBS.labels(task.name, "done").inc(len(taken))
    for _ in taken:
        JOB_SECONDS.labels(task.name).observe(seconds / len(taken))
    logger.info("lot_done", task=task.name, tenant_id=tenant_id, jobs=len(taken), seconds=round(seconds, 3))
    return {job.id for job in taken}


async def _change(uow: UnitOfWork, task: Task, job: RunningJob) -> None:
    """One of a lot, in a span of its own trace, which names the lot's."""
    numbers = {"opora__job_id": job.id, "opora__attempt": job.attempt}
    with (
        structlog.contextvars.bound_contextvars(job_id=job.id, tenant_id=job.tenant_id, task=task.name),
        tracing.span(f"job {task.name}", "consumer", parent=job.trace, link=tracing.traceparent(), **numbers),
    ):
        await BODIES[task.name](uow, job)


async def _give_back(job_ids: Sequence[int], tenant_id: int) -> None:
    try:
        await jobs.give_back(job_ids, tenant_id)
    except Unavailable:
        logger.warning("lot_not_released", tenant_id=tenant_id, jobs=len(job_ids))
