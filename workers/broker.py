"""Dramatiq over Redis: carries (job id, tenant id) to worker processes. What a job is stands in its row."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import dramatiq
import structlog
from dramatiq import Message, Worker
from dramatiq.asyncio import EventLoopThread, get_event_loop_thread, set_event_loop_thread
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO, Middleware
from redis.asyncio import Redis

from config.database import close_database, open_database
from config.redis import close_redis, namespace, new_blocking_client, open_redis
from config.settings import Settings
from services import log_records
from services.dispatch import TakenJob
from workers.attempts import run_job
from workers.lots import BODIES, LOT, run_lot
from workers.task import Task

# Per million commands. A dead worker's unacknowledged messages return only in such maintenance; at Dramatiq's own
# defaults (0.1 % after 60 s) that takes minutes on a quiet queue. A worker that only seemed dead does no harm: what it
# holds is delivered twice, and claimed once.
_MAINTENANCE_CHANCE = 100_000
_HEARTBEAT_TIMEOUT_MS = 4_000
_IDLE_POLL_MS = 100
"""How long an idle consumer sleeps between looks into its queue: half of it is added to a lone job's latency."""
_CANCEL_PATIENCE_S = 3.0
_Word = bytes | bytearray | memoryview | str | int | float
logger = structlog.get_logger(__name__)


class DaemonAsyncIO(AsyncIO):
    """Dramatiq's event loop in a daemon thread: a process that is told twice to stop must not hang on it."""

    def before_worker_boot(self, broker: dramatiq.Broker, worker: Worker) -> None:
        thread = EventLoopThread(self.logger)
        thread.daemon = True
        thread.start(timeout=5.0)
        set_event_loop_thread(thread)


class Broker(RedisBroker):
    """Without Dramatiq's queues of delayed messages, which workers would look into all the time: delays are rows'."""

    def get_declared_delay_queues(self) -> set[str]:
        return set()


class Connections(Middleware):
    """Database and Redis of the event loop. To be added after AsyncIO: opened before the first message is taken."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._logging = contextlib.AsyncExitStack()

    def before_worker_boot(self, broker: dramatiq.Broker, worker: Worker) -> None:
        _on_loop(self._open())

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: Worker) -> None:
        _on_loop(self._close())

    async def _open(self) -> None:
        await open_database(self._settings)
        open_redis(self._settings)
        await self._logging.enter_async_context(log_records.storing())

    async def _close(self) -> None:
        await RUNNING.cancel()
        await self._logging.aclose()
        await close_redis()
        await close_database()


class Running:
    """The attempts that run on this process's loop, so that a stop can give their jobs back."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run to the end. Returns quietly when the attempt was cancelled by :meth:`cancel`."""
        attempt = asyncio.create_task(work)
        self._tasks.add(attempt)
        attempt.add_done_callback(self._tasks.discard)
        with contextlib.suppress(asyncio.CancelledError):
            await attempt

    async def cancel(self) -> None:
        left = set(self._tasks)
        for attempt in left:
            attempt.cancel()
        if left:
            await asyncio.wait(left, timeout=_CANCEL_PATIENCE_S)


RUNNING = Running()


def make_broker(settings: Settings, tasks: Mapping[str, Task]) -> RedisBroker:
    """A broker that knows an actor for every task. Dramatiq's own retries are off: rows are retried, not messages."""
    broker = Broker(  # type: ignore[no-untyped-call]  # its constructor has no types
        client=new_blocking_client(settings),
        namespace=f"{namespace(settings)}:jobs",
        maintenance_chance=_MAINTENANCE_CHANCE,
        heartbeat_timeout=_HEARTBEAT_TIMEOUT_MS,
        middleware=[DaemonAsyncIO(), Connections(settings)],
    )
    for task in tasks.values():
        dramatiq.actor(actor_name=task.name, queue_name=task.queue, broker=broker)(_actor(task))
    return broker


def make_worker(broker: RedisBroker, *, threads: int) -> Worker:
    """A worker of this process; each thread carries one job at a time."""
    # A wiped or restarted Redis should cost parts of a second, not Dramatiq's 3 and 5 s.
    dramatiq.worker.CONSUMER_RESTART_DELAY_SECS = 0.5
    dramatiq.worker.POST_PROCESS_MESSAGE_RETRY_DELAY_SECS = 1
    worker = Worker(broker, worker_threads=threads, worker_timeout=_IDLE_POLL_MS)
    # Dramatiq would take twice as many: jobs take seconds, and those in reserve would wait beside an idle worker.
    worker.queue_prefetch = threads
    return worker


def messages(tasks: Mapping[str, Task], taken: Iterable[TakenJob]) -> Iterator[Message[Any]]:
    """A message a job; those of a tenant and a task that changes only rows share one, up to a lot."""
    shared: dict[tuple[str, int], list[int]] = {}
    for job in taken:
        if job.task in BODIES:
            shared.setdefault((job.task, job.tenant_id), []).append(job.id)
        else:
            yield _message(tasks[job.task], job.id, job.tenant_id)
    for (name, tenant_id), job_ids in shared.items():
        for start in range(0, len(job_ids), LOT):
            yield _message(tasks[name], job_ids[start : start + LOT], tenant_id)


def _message(task: Task, job: int | list[int], tenant_id: int) -> Message[Any]:
    options = {"redis_message_id": str(uuid4())}
    return Message(queue_name=task.queue, actor_name=task.name, args=(job, tenant_id), kwargs={}, options=options)


async def send(
    client: Redis, broker: RedisBroker, tasks: Mapping[str, Task], taken: Iterable[TakenJob]
) -> Mapping[str, int]:
    """Enqueue taken jobs, all or none; how many messages went to which queue. Raises redis.RedisError.

    They are stored as Dramatiq's own script does it, but in one round trip: the script takes one for each.
    """
    queues: dict[str, dict[_Word, _Word]] = {}
    for message in messages(tasks, taken):
        queues.setdefault(message.queue_name, {})[message.options["redis_message_id"]] = message.encode()
    async with client.pipeline(transaction=True) as batch:
        for queue, encoded in queues.items():
            key = queue_key(broker, queue)
            batch.hset(f"{key}.msgs", mapping=encoded)
            batch.rpush(key, *encoded)
        await batch.execute()
    return {queue: len(encoded) for queue, encoded in queues.items()}


def queue_key(broker: RedisBroker, queue: str) -> str:
    """The Redis list that holds the queue's waiting messages."""
    return f"{broker.namespace}:{queue}"


def _actor(task: Task) -> Callable[[int | list[int], int], Awaitable[None]]:
    async def attempt(job: int | list[int], tenant_id: int) -> None:
        if task.name in BODIES:
            await RUNNING.run(run_lot(task, job if isinstance(job, list) else [job], tenant_id))
        elif isinstance(job, int):
            await RUNNING.run(run_job(task, job, tenant_id))

    return attempt


def _on_loop(work: Coroutine[Any, Any, None]) -> None:
    thread = get_event_loop_thread()
    if thread is None:
        raise RuntimeError("The event loop middleware has to come first")
    thread.run_coroutine(work)
