"""One attempt at a job: from claim to mark, under a lease that is kept."""

import asyncio
import time

import structlog

from config import tracing
from config.logging import Redactor, known_secrets
from config.metrics import JOB_SECONDS, JOBS
from config.settings import get_settings
from core.errors import (
    BadRequest,
    DomainError,
    Forbidden,
    InvalidInput,
    NotFound,
    TooLarge,
    Unavailable,
    UnsupportedFormat,
)
from core.refusals.mail import EmailRefused
from core.refusals.transactions import JobSuperseded
from models.jobs import JobState
from services import jobs
from services.jobs import Begun, FirstStep, NotYet, RunningJob
from services.unit_of_work import UnitOfWork
from workers.begun import BACKLOG
from workers.task import Steps, Task

# What another attempt cannot mend.
_FINAL = (BadRequest, EmailRefused, Forbidden, InvalidInput, NotFound, TooLarge, UnsupportedFormat)
_LONGEST_ERROR = 500
_CLAIM_PATIENCE_S = 60.0
"""A job that was not claimed by then comes again, when the lease of its sending runs out."""
_CLAIM_PAUSE_S = 0.5
logger = structlog.get_logger(__name__)


async def run_job(task: Task, job_id: int, tenant_id: int) -> None:
    """One attempt at a job, from claim to mark. Raises only when cancelled; the job is given back then."""
    with structlog.contextvars.bound_contextvars(job_id=job_id, tenant_id=tenant_id, task=task.name):
        started = time.monotonic()
        try:
            begun = await _begin(task, job_id, tenant_id)
        except Exception:
            logger.exception("job_not_claimed")
            return
        if begun is None:
            # Redis delivers at least once: the row says that this message is an echo.
            JOBS.labels(task.name, "stale").inc()
            return
        job = begun.job
        numbers = {"opora__job_id": job.id, "opora__attempt": job.attempt}
        with tracing.span(f"job {task.name}", "consumer", parent=job.trace, link=None, **numbers):
            outcome = "done" if job.ended else await _attempt(task, begun)
            tracing.note(opora__outcome=outcome)
        seconds = time.monotonic() - started
        JOBS.labels(task.name, outcome).inc()
        JOB_SECONDS.labels(task.name).observe(seconds)
        logger.info("job_attempted", outcome=outcome, attempt=job.attempt, seconds=round(seconds, 3))


async def _begin(task: Task, job_id: int, tenant_id: int) -> Begun | None:
    """The claimed job, with what its first step found where that went well. Raises what keeps it from being claimed."""
    if task.steps is not None:
        fresh_s = await BACKLOG.patience_s(job_id)
        try:
            begun = await jobs.begin(job_id, tenant_id, _traced(task.steps), lease_s=task.lease_s, fresh_s=fresh_s)
            BACKLOG.note(begun)
            return begun
        except Exception as error:
            # Its claim went with it: claimed alone, the attempt is counted, and the step tells again what is wrong.
            logger.debug("job_claimed_alone", reason=type(error).__name__)
            waits = error if isinstance(error, NotYet) else None
            job = await _claim(task, job_id, tenant_id)
            return None if job is None else Begun(job, waits=waits)
    job = await _claim(task, job_id, tenant_id)
    return None if job is None else Begun(job)


def _traced(steps: Steps) -> FirstStep:
    async def first(uow: UnitOfWork, job: RunningJob) -> object | None:
        with tracing.span(f"job {job.task} looks", "consumer", parent=job.trace):
            return await steps.first(uow, job)

    return first


async def _claim(task: Task, job_id: int, tenant_id: int) -> RunningJob | None:
    """Claim, waiting for a database that restarts: without it there is nothing else to do. Raises what stays wrong."""
    deadline = time.monotonic() + _CLAIM_PATIENCE_S
    while True:
        try:
            return await jobs.claim(job_id, tenant_id, lease_s=task.lease_s)
        except Exception:
            # Whatever it is, the message would be gone with it, and the job would wait for the sweeper.
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(_CLAIM_PAUSE_S)


async def _attempt(task: Task, begun: Begun) -> str:
    job = begun.job
    try:
        if begun.waits is not None:
            raise begun.waits
        async with asyncio.timeout(task.time_limit_s):
            await _run_under_lease(task, begun)
        if not job.ended:
            await jobs.settle(job)
    except JobSuperseded:
        return "superseded"
    except asyncio.CancelledError:
        await _give_back(job)
        raise
    except Exception as error:
        return await _record_failure(task, job, error)
    return "done"


async def _run_under_lease(task: Task, begun: Begun) -> None:
    """Run the body while a companion prolongs the lease. Raises JobSuperseded when the lease is lost."""
    job = begun.job
    rest = task.body(job) if task.steps is None or not begun.looked else task.steps.second(job, begun.found)
    body = asyncio.ensure_future(rest)
    keeper = asyncio.create_task(_keep_lease(task, job))
    try:
        await asyncio.wait({body, keeper}, return_when=asyncio.FIRST_COMPLETED)
        if not body.done():
            raise JobSuperseded(job.id)
        await body
    finally:
        for companion in (body, keeper):
            companion.cancel()
        await asyncio.gather(body, keeper, return_exceptions=True)


async def _keep_lease(task: Task, job: RunningJob) -> None:
    """Return when the job is not this attempt's any more. A database that restarts is waited for."""
    while True:
        await asyncio.sleep(task.lease_s / 3)
        try:
            if not await jobs.renew(job, lease_s=task.lease_s):
                return
        except Unavailable:
            continue


async def _record_failure(task: Task, job: RunningJob, error: Exception) -> str:
    final = isinstance(error, _FINAL)
    if isinstance(error, NotYet):
        logger.debug("job_waits", seconds=error.seconds, attempt=job.attempt)
    elif isinstance(error, DomainError):
        logger.warning("job_failed", code=error.code, reason=error.message, attempt=job.attempt)
    else:
        logger.error("job_failed", attempt=job.attempt, exc_info=error)
    try:
        state = await jobs.fail(
            job,
            describe(error),
            max_attempts=task.max_attempts,
            final=final,
            amends=task.amends,
            after_s=jobs.asked_pause(error),
        )
    except Exception:
        # The lease runs out and the sweeper finds the job.
        logger.exception("failure_not_recorded", attempt=job.attempt)
        return "failed"
    return "dead" if state is JobState.DEAD else "failed"


async def _give_back(job: RunningJob) -> None:
    try:
        await jobs.release(job)
    except Unavailable:
        logger.warning("job_not_released", attempt=job.attempt)
    JOBS.labels(job.task, "released").inc()


def describe(error: Exception) -> str:
    """One line for admins: the code and message of a domain error, else its type and text, without secrets."""
    kind = error.code if isinstance(error, DomainError) else type(error).__name__
    return Redactor(known_secrets(get_settings())).text(f"{kind}: {error}")[:_LONGEST_ERROR]
