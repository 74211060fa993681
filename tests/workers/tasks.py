"""Tasks that only tests have. Their effects are rows of ``test_effects``, which a fixture makes."""

import asyncio
import os

from core.actor import system_actor
from core.errors import NotFound, Unavailable
from services import jobs
from services.jobs import NotYet, RunningJob
from services.unit_of_work import UnitOfWork, unit_of_work
from workers.lots import rows_task
from workers.task import task, two_step_task

LEASE_S = 2.0


async def record(job: RunningJob, kind: str) -> None:
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await uow.rows("INSERT INTO test_effects VALUES ($1, $2, $3, $4)", job.id, kind, job.attempt, os.getpid())


@task("tests.work", queue="tests", lease_s=LEASE_S, max_attempts=5)
async def work(job: RunningJob) -> None:
    """Say that it began, take a while, then leave one effect and the done mark in one transaction."""
    await record(job, "began")
    await asyncio.sleep(job.args.get("seconds", 0))
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await uow.rows("INSERT INTO test_effects VALUES ($1, 'effect', $2, $3)", job.id, job.attempt, os.getpid())
        await jobs.finish(uow, job)


@task("tests.simple", queue="tests", lease_s=LEASE_S)
async def simple(job: RunningJob) -> None:
    """Leaves the done mark to the runner."""
    await record(job, "effect")


@task("tests.refuse", queue="tests", lease_s=LEASE_S, max_attempts=2)
async def refuse(job: RunningJob) -> None:
    if job.args.get("final"):
        raise NotFound("ticket")
    if job.args.get("unexpected"):
        raise ValueError("Authorization: Bearer abcdefghijklmnop was refused")
    raise Unavailable("The bank does not answer")


@rows_task("tests.rows", queue="tests_rows")
async def change_rows(uow: UnitOfWork, job: RunningJob) -> None:
    """Leaves one effect in its runner's transaction."""
    await uow.rows("INSERT INTO test_effects VALUES ($1, 'effect', $2, $3)", job.id, job.attempt, os.getpid())
    await asyncio.sleep(job.args.get("seconds", 0))
    if job.args.get("refuse"):
        raise NotFound("ticket") if job.args.get("final") else Unavailable("It was refused")


async def look(uow: UnitOfWork, job: RunningJob) -> str | None:
    """Leaves an effect of its own in the transaction that claims the job."""
    await uow.rows("INSERT INTO test_effects VALUES ($1, 'look', $2, $3)", job.id, job.attempt, os.getpid())
    await asyncio.sleep(job.args.get("looks", 0))
    if job.args.get("refuse"):
        raise Unavailable("It was refused")
    if job.args.get("wait"):
        raise NotYet(job.args["wait"])
    return None if job.args.get("nothing") else f"found by {job.id}"


@two_step_task("tests.steps", look, queue="tests", lease_s=LEASE_S)
async def go_on(job: RunningJob, found: str) -> None:
    """Leaves an effect and the done mark."""
    assert found == f"found by {job.id}"
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await uow.rows("INSERT INTO test_effects VALUES ($1, 'effect', $2, $3)", job.id, job.attempt, os.getpid())
        await jobs.finish(uow, job)
