"""The event streams of a kind that are open in all processes: how many each may have, and the figures of them.

Redis holds a lease for each, which its process renews while the stream is open, so those of a killed process run out,
as one does that was dropped before its stream began. While Redis does not answer each process counts its own: never an
error, never unlimited.
"""

import asyncio
import contextvars
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self
from weakref import WeakSet

import structlog
from redis.exceptions import RedisError

from config.redis import get_redis, namespace
from config.settings import get_settings
from core import clock
from core.refusals.streams import StreamLimit

LEASE_S = 60.0
_RENEW_S = 15.0
_PATIENCE_S = 0.5
_PAUSE_S = 2.0
"""How long Redis is left alone after a failure: no stream waits for it in between."""
_KEPT = timedelta(days=2)
_KEPT_IDLE_S = 3600
_AGAIN_S = 30
_MOST_GONE = 10_000
"""Ended ones that Redis is not told yet: those beyond run out there."""
logger = structlog.get_logger(__name__)

# KEYS: all, of the address, of the person if there is one. ARGV: now, end of the lease, name, limits of the latter two.
_TAKE = """
for position = 1, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[position], '-inf', ARGV[1])
  if position > 1 and redis.call('ZCARD', KEYS[position]) >= tonumber(ARGV[position + 2]) then return position end
end
for position = 1, #KEYS do
  redis.call('ZADD', KEYS[position], ARGV[2], ARGV[3])
  redis.call('EXPIRE', KEYS[position], 3600)
end
return 0
"""


@dataclass(eq=False, slots=True, weakref_slot=True)
class Lease:
    """One open stream, of nobody who is known where ``person`` is None. ``opened_at`` is in epoch seconds."""

    kind: str
    person: str | None
    address: str
    opened_at: float = field(default_factory=time.time)
    key: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def name(self) -> str:
        """What stands in Redis: all that the figures need."""
        return f"{self.kind}:{self.opened_at:.3f}:{self.key}"


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """``average_s`` is of the streams that are open and of those that ended today, in UTC."""

    by_kind: Counter[str]
    average_s: float
    events_today: int


@dataclass(slots=True)
class _Counted:
    """Events sent, streams that ended, and the seconds that those were open."""

    sent: int = 0
    ended: int = 0
    ended_s: float = 0.0

    def add(self, other: "_Counted") -> None:
        self.sent += other.sent
        self.ended += other.ended
        self.ended_s += other.ended_s

    def of_redis(self) -> dict[str, float]:
        return {"sent": self.sent, "ended": self.ended, "ended_s": self.ended_s}

    @classmethod
    def from_redis(cls, told: Mapping[str, float]) -> Self:
        return cls(round(told.get("sent", 0)), round(told.get("ended", 0)), told.get("ended_s", 0.0))


class Leases:
    """The streams of this process, and through Redis those of all that have the same ``name``."""

    def __init__(self, name: str) -> None:
        self._name = name
        # Whoever drops a lease, and be it by an error nobody foresaw, holds nothing any more.
        self._open: WeakSet[Lease] = WeakSet()
        self._pending = _Counted()
        self._gone: set[Lease] = set()
        self._again_at = 0.0
        self._renewing: asyncio.Task[None] | None = None

    async def take(self, kind: str, person: str | None, address: str) -> Lease:
        """A lease for one more stream, for as long as it is kept; None is nobody who is known. Raises StreamLimit."""
        limits = get_settings().streams
        if len(self._open) >= limits.sse_per_process:
            raise StreamLimit(_AGAIN_S)
        lease = Lease(kind, person, address)
        # Counted from now on: others that ask meanwhile must see it.
        self._open.add(lease)
        try:
            if not await self._granted(lease, limits.sse_per_address, limits.sse_per_person):
                raise StreamLimit(_AGAIN_S)
        except BaseException:
            self._open.discard(lease)
            raise
        if self._renewing is None or self._renewing.done():
            loop = asyncio.get_running_loop()
            self._renewing = loop.create_task(self._renew(), context=contextvars.Context())
        return lease

    def sent(self) -> None:
        """One more event went out."""
        self._pending.sent += 1

    async def give_back(self, lease: Lease) -> None:
        """The stream ended. Never raises; what Redis is not told now runs out there."""
        if lease not in self._open:
            return
        self._open.discard(lease)
        if len(self._gone) < _MOST_GONE:
            self._gone.add(lease)
        self._pending.ended += 1
        self._pending.ended_s += time.time() - lease.opened_at
        if not self._open and self._renewing is not None:
            self._renewing.cancel()
        await self._tell(renew=False)

    async def figures(self) -> StreamFigures:
        """Of all processes; of this one alone while Redis is away."""
        await self._tell()
        names, counted = await self._read()
        now = time.time()
        open_s = sum(now - float(name.split(":")[1]) for name in names)
        count = len(names) + counted.ended
        return StreamFigures(
            by_kind=Counter(name.split(":")[0] for name in names),
            average_s=(open_s + counted.ended_s) / count if count else 0.0,
            events_today=counted.sent,
        )

    async def _granted(self, lease: Lease, per_address: int, per_person: int) -> bool:
        if self._may_ask():
            now = time.time()
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    keys = self._keys(lease)
                    refused = await get_redis().eval(
                        _TAKE, len(keys), *keys, now, now + LEASE_S, lease.name, per_address, per_person
                    )
                return int(refused) == 0
            except (RedisError, OSError) as error:
                self._leave_alone(error)
        same_address = sum(1 for other in self._open if other.address == lease.address)
        same_person = sum(1 for other in self._open if other.person == lease.person)
        return same_address <= per_address and (lease.person is None or same_person <= per_person)

    async def _renew(self) -> None:
        """For as long as one is open; whoever takes the next begins anew."""
        await asyncio.sleep(_RENEW_S)
        while self._open:
            await self._tell()
            await asyncio.sleep(_RENEW_S)

    async def _tell(self, *, renew: bool = True) -> None:
        """Renew what is open, take away what is not, and hand over what was counted."""
        if not self._may_ask():
            return
        counted, self._pending = self._pending, _Counted()
        gone = tuple(self._gone)
        try:
            async with asyncio.timeout(_PATIENCE_S), get_redis().pipeline(transaction=True) as pipe:
                until = time.time() + LEASE_S
                # A Redis that lost everything gets it back here.
                for lease, key in self._places(self._open if renew else ()):
                    pipe.zadd(key, {lease.name: until})
                    pipe.expire(key, _KEPT_IDLE_S)
                for lease, key in self._places(gone):
                    pipe.zrem(key, lease.name)
                for name, value in counted.of_redis().items():
                    pipe.hincrbyfloat(self._day(), name, value)
                pipe.expire(self._day(), _KEPT)
                await pipe.execute()
        except (RedisError, OSError) as error:
            self._pending.add(counted)
            self._leave_alone(error)
        else:
            self._gone.difference_update(gone)

    async def _read(self) -> tuple[list[str], "_Counted"]:
        """Names of the open ones, and what was counted today."""
        if self._may_ask():
            try:
                async with asyncio.timeout(_PATIENCE_S), get_redis().pipeline(transaction=True) as pipe:
                    pipe.zremrangebyscore(self._all(), "-inf", time.time())
                    pipe.zrange(self._all(), 0, -1)
                    pipe.hgetall(self._day())
                    _, names, day = await pipe.execute()
                told = {name.decode(): float(value) for name, value in day.items()}
                return [name.decode() for name in names], _Counted.from_redis(told)
            except (RedisError, OSError) as error:
                self._leave_alone(error)
        return [lease.name for lease in self._open], self._pending

    def _may_ask(self) -> bool:
        return time.monotonic() >= self._again_at

    def _leave_alone(self, error: Exception) -> None:
        self._again_at = time.monotonic() + _PAUSE_S
        logger.warning("streams_counted_without_redis", error=type(error).__name__)

    def _places(self, leases: Iterable[Lease]) -> Iterator[tuple[Lease, str]]:
        """Each lease with each of its keys."""
        return ((lease, key) for lease in tuple(leases) for key in self._keys(lease))

    def _keys(self, lease: Lease) -> list[str]:
        keys = [self._all(), f"{self._prefix()}:at:{lease.address}"]
        return keys if lease.person is None else [*keys, f"{self._prefix()}:of:{lease.person}"]

    def _all(self) -> str:
        return f"{self._prefix()}:open"

    def _day(self) -> str:
        return f"{self._prefix()}:day:{clock.now():%Y-%m-%d}"

    def _prefix(self) -> str:
        # In braces, so that a cluster keeps in one place what one script and one transaction touch.
        return "{" + f"{namespace()}:{self._name}" + "}"


LEASES = Leases("streams")
"""Of dialogs, with a :class:`realtime.dialog_visits.VisitorKind` each."""
OPERATIONS = Leases("operations")
"""Of GraphQL."""
