"""What the jobs of ``benchmarks.jobs`` do, and Opora's own processes that know these tasks as well."""

from dataclasses import dataclass

from core.actor import system_actor
from core.events import Event
from services import jobs
from services.jobs import RunningJob
from services.unit_of_work import Fanout, Row, UnitOfWork, unit_of_work
from workers.fanout import FANOUT
from workers.lots import rows_task
from workers.task import two_step_task

TENANT = 1
TOGETHER, ALONE = "benchmark.together", "benchmark.alone"
MAKE = """
CREATE TABLE IF NOT EXISTS benchmark_effects (job_id bigint NOT NULL);
GRANT SELECT, INSERT, DELETE ON benchmark_effects TO opora_app, opora_system
"""
LOOK = "SELECT id, name FROM tenants WHERE id = $1"
EFFECT = "INSERT INTO benchmark_effects (job_id) VALUES ($1)"


@dataclass(frozen=True)
class RowsDue(Event):
    """A job whose task may share its transaction with others."""

    kind = "benchmark.rows_due"


@dataclass(frozen=True)
class WorkDue(Event):
    """A job whose task has its two transactions to itself, as those that call third parties between them."""

    kind = "benchmark.work_due"


@rows_task(TOGETHER)
async def together(uow: UnitOfWork, job: RunningJob) -> None:
    """Leave one row."""
    await uow.rows(EFFECT, job.id)


async def look(uow: UnitOfWork, job: RunningJob) -> Row | None:
    """Read what a call would need."""
    return await uow.row(LOOK, job.tenant_id)


@two_step_task(ALONE, look, queue="benchmark")
async def alone(job: RunningJob, _found: Row) -> None:
    """Leave one row, and the mark in the same transaction."""
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        await uow.rows(EFFECT, job.id)
        await jobs.finish(uow, job)


def know_facts() -> None:
    """Let units of work of this process turn the benchmark's facts into jobs. After ``install_fanout``."""
    Fanout.tasks = {**FANOUT, RowsDue: (TOGETHER,), WorkDue: (ALONE,)}


def serve(role: str) -> int:
    """Run Opora's worker or scheduler; the exit code."""
    if role == "worker":
        from app.worker import main as worker

        return worker()
    from app.scheduler import main as scheduler

    return scheduler()
