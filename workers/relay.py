"""The relay: hands what was committed to Redis, events to subscribers and jobs to workers. Any number may run."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from enum import Enum

import structlog
from dramatiq.brokers.redis import RedisBroker
from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.metrics import EVENTS_PUBLISHED, JOBS_SENT, RELAY_LAG
from config.redis import Subscription, namespace
from core.clock import now
from core.errors import Unavailable
from realtime.channels import event_channel
from services import dispatch
from services.events import StoredEvent, outbox_lag
from services.jobs import SENT_LEASE_S
from workers.broker import send
from workers.room import Room
from workers.task import Task
from workers.wake import wake_channel

POLL_S = 0.5
EVENT_BATCH = 200
JOB_BATCH = 200
QUEUE_ROOM = 500
"""Messages that may wait in one queue: more would only hide whose turn it is, rows wait in PostgreSQL as well."""
_CONCURRENCY = 3
_TENANTS_PER_POLL = 1000
_HELD_ELSEWHERE_S = (0.005, 0.025)
_TROUBLE = (Unavailable, RedisError, OSError)
logger = structlog.get_logger(__name__)


class _Outcome(Enum):
    EMPTY = "nothing is left"
    MORE = "a batch was full"
    HELD = "another relay owns the tenant"


class Relay:
    """Run it with :meth:`run`; it goes on until cancelled, whatever Redis and PostgreSQL do meanwhile."""

    def __init__(self, client: Redis, broker: RedisBroker, tasks: Mapping[str, Task]) -> None:
        self._redis = client
        self._broker = broker
        self._tasks = tasks
        self._epoch_key = f"{namespace()}:epoch"
        self._queue: asyncio.Queue[int] = asyncio.Queue()
        self._queued: set[int] = set()
        self._busy: set[int] = set()
        self._again: set[int] = set()
        self._room = Room(broker, tasks)

    async def run(self) -> None:
        """Raises nothing but CancelledError."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._poll())
            group.create_task(self._listen())
            for _ in range(_CONCURRENCY):
                group.create_task(self._serve())

    def poke(self, tenant_id: int) -> None:
        """Look at a tenant soon."""
        if tenant_id in self._busy:
            self._again.add(tenant_id)
        elif tenant_id not in self._queued:
            self._queued.add(tenant_id)
            self._queue.put_nowait(tenant_id)

    async def _poll(self) -> None:
        """What no wake-up told of: jobs whose time came, rows of a process that died too early."""
        while True:
            try:
                await self._check_epoch()
                await self._room.measure(self._redis, QUEUE_ROOM)
                for tenant_id in await dispatch.tenants_waiting(self._room.sendable(), limit=_TENANTS_PER_POLL):
                    self.poke(tenant_id)
            except _TROUBLE as error:
                await self._report_trouble(error)
            await asyncio.sleep(POLL_S * random.uniform(0.8, 1.2))  # noqa: S311

    async def _report_trouble(self, error: Exception) -> None:
        logger.warning("relay_waits", reason=str(error) or type(error).__name__)
        if not isinstance(error, Unavailable):
            try:
                RELAY_LAG.set(await outbox_lag())
            except Unavailable as unavailable:
                logger.warning("relay_waits", reason=str(unavailable))

    async def _check_epoch(self) -> None:
        """Redis without our mark is a Redis that lost what was sent: it is sent again."""
        if not await self._redis.exists(self._epoch_key):
            await self._send_again("Redis is empty")
            await self._redis.set(self._epoch_key, now().isoformat(), nx=True)

    async def _send_again(self, reason: str) -> None:
        jobs = await dispatch.unsend()
        if jobs:
            logger.warning("jobs_sent_again", jobs=jobs, reason=reason)

    async def _listen(self) -> None:
        first = True
        while True:
            try:
                async with Subscription(self._redis.connection_pool) as wakes:
                    await wakes.subscribe(wake_channel())
                    if not first:
                        # It may have restarted from a file that lacks its last second.
                        await self._send_again("the connection to Redis was lost")
                    first = False
                    await self._hear(wakes)
            except _TROUBLE as error:
                logger.info("relay_deaf", reason=str(error) or type(error).__name__)
                await asyncio.sleep(POLL_S)

    async def _hear(self, wakes: Subscription) -> None:
        while True:
            message = await wakes.get_message(ignore_subscribe_messages=True, timeout=10.0)
            if message is None:
                await wakes.ping()
            elif message["type"] == "message":
                for tenant_id in message["data"].split(b","):
                    self.poke(int(tenant_id))

    async def _serve(self) -> None:
        while True:
            tenant_id = await self._queue.get()
            self._queued.discard(tenant_id)
            self._busy.add(tenant_id)
            outcome = _Outcome.EMPTY
            try:
                outcome = await self.relay(tenant_id)
            except _TROUBLE as error:
                await self._report_trouble(error)
            except Exception:
                logger.exception("relay_failed", tenant_id=tenant_id)
            finally:
                self._busy.discard(tenant_id)
            self._follow_up(tenant_id, outcome)

    def _follow_up(self, tenant_id: int, outcome: _Outcome) -> None:
        if outcome is _Outcome.HELD:
            # The owner may have looked before our news was committed.
            delay = random.uniform(*_HELD_ELSEWHERE_S)  # noqa: S311
            asyncio.get_running_loop().call_later(delay, self.poke, tenant_id)
        elif outcome is _Outcome.MORE or tenant_id in self._again:
            self.poke(tenant_id)
        self._again.discard(tenant_id)

    async def relay(self, tenant_id: int) -> _Outcome:
        """Hand on one batch of a tenant. Raises Unavailable, redis.RedisError: the batch stays to be handed on."""
        if self._room.is_scarce(JOB_BATCH):
            await self._room.measure(self._redis, QUEUE_ROOM)
        async with dispatch.hold(tenant_id) as holding:
            if holding is None:
                return _Outcome.HELD
            events = await holding.take_events(EVENT_BATCH)
            if events:
                await self._publish(events)
            jobs = await self._take_jobs(holding)
        return _Outcome.MORE if len(events) == EVENT_BATCH or len(jobs) >= JOB_BATCH else _Outcome.EMPTY

    async def _publish(self, events: Sequence[StoredEvent]) -> None:
        async with self._redis.pipeline(transaction=False) as batch:
            for event in events:
                batch.publish(event_channel(event.tenant_id, event.topic), event.encode())
            await batch.execute()
        RELAY_LAG.set((now() - min(event.at for event in events)).total_seconds())
        EVENTS_PUBLISHED.inc(len(events))

    async def _take_jobs(self, holding: dispatch.Holding) -> Sequence[dispatch.TakenJob]:
        taken: list[dispatch.TakenJob] = []
        for tasks, limit in self._room.portions(JOB_BATCH):
            taken += await holding.take_jobs(tasks, limit, lease_s=SENT_LEASE_S)
        if taken:
            self._room.use(await send(self._redis, self._broker, self._tasks, taken))
        for job in taken:
            JOBS_SENT.labels(job.task).inc()
        return taken
