"""Real worker and scheduler processes, and what may happen to them."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from app.embedded.postgres import EmbeddedPostgres
from app.embedded.process import alive
from app.embedded.valkey import EmbeddedValkey
from config.settings import Settings
from tests.workers import tasks
from tests.workers.conftest import Enqueue, add_jobs, effects, make_effects, states, until, until_done
from tests.workers.processes import end, running, workers_of

Process = subprocess.Popen[bytes]

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
def scheduler(environment: dict[str, str], database: None) -> Iterator[Process]:
    with running("scheduler", environment) as process:
        yield process


@pytest.fixture(scope="class")
def worker(environment: dict[str, str], scheduler: Process) -> Iterator[Process]:
    with running("worker", environment, OPORA_WORKER_PROCESSES="2", OPORA_WORKER_THREADS="4") as process:
        yield process


class TestOneWorker:
    """Each of these but the last leaves it at work; the others start their own, which must find their jobs alone."""

    async def test_jobs_reach_workers_and_are_done_once(self, enqueue: Enqueue, worker: Process) -> None:
        jobs = await enqueue("tests.work", count=120)
        await until_done(jobs)
        assert [row["job_id"] for row in await effects(jobs)] == jobs

    async def test_a_worker_killed_at_work_is_replaced_and_the_effect_comes_once(
        self, enqueue: Enqueue, worker: Process
    ) -> None:
        jobs = await enqueue("tests.work", seconds=1.0, count=4)
        await until(lambda: effects(jobs, "began"))
        began = await effects(jobs, "began")
        killed = began[0]["pid"]
        os.kill(killed, signal.SIGKILL)
        struck = time.monotonic()
        await until_done(jobs)
        assert [row["job_id"] for row in await effects(jobs)] == jobs
        # Lease, sweep, relay, the consumer's poll, the task itself; and a machine that has other work.
        assert time.monotonic() - struck < tasks.LEASE_S + 5.0 + 15.0
        assert await _pids(jobs) - {killed}
        assert killed not in workers_of(worker)

    async def test_a_wiped_valkey_loses_no_job(self, enqueue: Enqueue, worker: Process, valkey: EmbeddedValkey) -> None:
        jobs = await enqueue("tests.work", seconds=0.2, count=60)
        await until(lambda: effects(jobs))
        await asyncio.to_thread(valkey.wipe)
        more = await enqueue("tests.work", count=20)
        await asyncio.to_thread(valkey.start)
        await until_done([*jobs, *more])
        assert [row["job_id"] for row in await effects([*jobs, *more])] == sorted([*jobs, *more])

    async def test_workers_die_with_their_parent(self, worker: Process) -> None:
        """The last of those that share it."""
        await until(lambda: _count_children(worker, 2))
        children = workers_of(worker)
        worker.kill()
        worker.wait()
        await until(lambda: _all_gone(children), 10)


async def _pids(jobs: list[int]) -> set[int]:
    return {row["pid"] for row in await effects(jobs)}


async def test_a_signal_to_the_whole_group_twice_ends_workers_gracefully(
    environment: dict[str, str], enqueue: Enqueue, scheduler: Process
) -> None:
    with running("worker", environment, OPORA_WORKER_PROCESSES="2", OPORA_WORKER_THREADS="2") as process:
        jobs = await enqueue("tests.work", seconds=1.0, count=2)
        await until(lambda: effects(jobs, "began"))
        children = workers_of(process)
        os.killpg(process.pid, signal.SIGTERM)
        await asyncio.sleep(0.2)
        os.killpg(process.pid, signal.SIGTERM)
        assert await asyncio.to_thread(end, process) == 0
    assert not [child for child in children if alive(child)]
    assert len(await effects(await _finished(jobs))) == len(await _finished(jobs)) > 0


async def _finished(jobs: list[int]) -> list[int]:
    return [row["job_id"] for row in await effects(jobs)]


async def test_jobs_in_hand_at_the_end_of_patience_go_to_another_worker_at_once(
    environment: dict[str, str], enqueue: Enqueue, scheduler: Process
) -> None:
    jobs = await enqueue("tests.work", seconds=4.0)
    with running("worker", environment, OPORA_SHUTDOWN_S="1") as first:
        await until(lambda: effects(jobs, "began"))
        assert await asyncio.to_thread(end, first) == 0
    assert await states(jobs) != {"running": 1}
    assert await effects(jobs) == []
    with running("worker", environment):
        await until_done(jobs)
    assert len(await effects(jobs)) == 1


async def _count_children(process: Process, number: int) -> bool:
    return len(workers_of(process)) == number


async def _all_gone(processes: list[int]) -> bool:
    return not any(alive(each) for each in processes)


async def test_a_killed_postgres_loses_no_job_and_doubles_no_effect(
    own_database: Settings, own_postgres: EmbeddedPostgres, environment: dict[str, str]
) -> None:
    await make_effects(own_postgres.url)
    # Another number than that of this run's other processes: queues of another installation.
    changes = {"OPORA_DATABASE_URL": own_postgres.url, "OPORA_REDIS_URL": environment["OPORA_REDIS_URL"][:-1] + "9"}
    with running("scheduler", environment, **changes), running("worker", environment, **changes):
        jobs = await add_jobs(1, "tests.work", 40, {"seconds": 0.3})
        await until(lambda: effects(jobs))
        await asyncio.to_thread(own_postgres.kill)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(own_postgres.start)
        await until_done(jobs, 40.0)
        assert [row["job_id"] for row in await effects(jobs)] == jobs
