"""Tasks: what a job's name stands for. How one attempt at a job is run: :mod:`workers.attempts`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from config.settings import get_settings
from core.actor import system_actor
from services import jobs
from services.jobs import FirstStep, RunningJob
from services.unit_of_work import UnitOfWork, unit_of_work

Found = TypeVar("Found")
TaskBody = Callable[[RunningJob], Awaitable[None]]
SecondStep = Callable[[RunningJob, Found], Awaitable[None]]

FRESH_S = 3.0
"""Below Dramatiq's heartbeat: what a dead worker held comes again later than that."""


@dataclass(frozen=True, slots=True)
class Steps:
    """``first`` is done in the transaction that claims the job; ``second`` is given what it found."""

    first: FirstStep
    second: SecondStep[Any]


@dataclass(frozen=True, slots=True)
class Task:
    """``lease`` None means the settings' lease; a body that runs longer than ``time_limit_s`` has failed.

    ``amends`` names the task that a dead job of this one is followed by, with the same arguments.
    """

    name: str
    body: TaskBody
    queue: str
    max_attempts: int
    time_limit_s: float
    lease: float | None = None
    amends: str | None = None
    steps: Steps | None = None

    @property
    def lease_s(self) -> float:
        return self.lease or float(get_settings().jobs.lease_s)


TASKS: dict[str, Task] = {}


def task(
    name: str,
    *,
    queue: str = "default",
    lease_s: float | None = None,
    max_attempts: int = 8,
    time_limit_s: float = 300.0,
    amends: str | None = None,
    steps: Steps | None = None,
) -> Callable[[TaskBody], TaskBody]:
    """Register ``async def body(job)`` under a stable name, which stored jobs carry. Raises ValueError if it is taken.

    A body that changes rows calls ``services.jobs.finish(uow, job)`` in the same unit of work; one that does not is
    marked done when it returns, and must do no harm when it runs twice.
    """

    def register(body: TaskBody) -> TaskBody:
        if name in TASKS:
            raise ValueError(f"Two tasks are called {name}")
        TASKS[name] = Task(name, body, queue, max_attempts, time_limit_s, lease_s, amends, steps)
        return body

    return register


def two_step_task(
    name: str, first: Callable[[UnitOfWork, RunningJob], Awaitable[Found | None]], **options: Any
) -> Callable[[SecondStep[Found]], SecondStep[Found]]:
    """Register ``async def second(job, found)``, which calls third parties and then ends the job as other bodies do.

    ``found`` is what ``first(uow, job)`` returned: it reads and changes rows in the transaction that claims the job, in
    milliseconds. Where it returns None there is nothing left to do, and the job is ended with what it changed. It may
    be run again after it was rolled back. ``options`` as of :func:`task`.
    """

    def register(second: SecondStep[Found]) -> SecondStep[Found]:
        @task(name, steps=Steps(first, second), **options)
        async def whole(job: RunningJob) -> None:
            async with unit_of_work(system_actor(job.tenant_id)) as uow:
                found = await first(uow, job)
                if found is None:
                    await jobs.finish(uow, job)
            if found is not None:
                await second(job, found)

        return second

    return register
