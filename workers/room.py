"""How many messages the queues in Redis have room for, by the relay's last look."""

from collections.abc import Iterator, Mapping

from dramatiq.brokers.redis import RedisBroker
from redis.asyncio import Redis

from workers.broker import queue_key
from workers.task import Task


class Room:
    """None anywhere before the first look."""

    def __init__(self, broker: RedisBroker, tasks: Mapping[str, Task]) -> None:
        self._broker = broker
        self._tasks = tasks
        self._left = dict.fromkeys((task.queue for task in tasks.values()), 0)

    async def measure(self, client: Redis, most: int) -> None:
        """Look: a queue holds ``most`` messages. Raises redis.RedisError."""
        queues = list(self._left)
        async with client.pipeline(transaction=False) as batch:
            for queue in queues:
                batch.llen(queue_key(self._broker, queue))
            for queue, waiting in zip(queues, await batch.execute(), strict=True):
                self._left[queue] = max(0, most - waiting)

    def use(self, messages: Mapping[str, int]) -> None:
        """So many were sent to these queues."""
        for queue, number in messages.items():
            self._left[queue] -= number

    def is_scarce(self, batch: int) -> bool:
        """Whether a queue may lack room for a batch: it may have been emptied since the last look."""
        return any(left < batch for left in self._left.values())

    def sendable(self) -> list[str]:
        """Tasks whose queue has room."""
        return [task.name for task in self._tasks.values() if self._left[task.queue] > 0]

    def portions(self, batch: int) -> Iterator[tuple[list[str], int]]:
        """Tasks and how many jobs of them may be sent: together where there is plenty of room, else queue by queue."""
        plenty = [task.name for task in self._tasks.values() if self._left[task.queue] >= batch]
        if plenty:
            yield plenty, batch
        for queue, left in self._left.items():
            if 0 < left < batch:
                yield [task.name for task in self._tasks.values() if task.queue == queue], left
