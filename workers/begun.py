"""What somebody has begun with, as Redis remembers it: if it comes again, it may have killed its worker."""

import time

from redis.exceptions import RedisError

from config.redis import get_redis, namespace
from services.jobs import SENT_LEASE_S, Begun
from workers.task import FRESH_S

_REMEMBERED_S = 3600
_BACKLOG_S = 10.0


async def is_first_to_begin(job_id: int) -> bool:
    """False where Redis cannot tell. A lot goes by its first job."""
    try:
        return bool(await get_redis().set(f"{namespace()}:begun:{job_id}", "begun", nx=True, ex=_REMEMBERED_S))
    except (RedisError, OSError):
        return False


class Backlog:
    """Whether jobs wait long before a worker of this process takes them: then Redis is asked who began with them."""

    def __init__(self) -> None:
        self._until = 0.0

    async def patience_s(self, job_id: int) -> float:
        """How long ago a job may have been sent that is claimed with its first step."""
        asked = time.monotonic() < self._until
        return SENT_LEASE_S if asked and await is_first_to_begin(job_id) else FRESH_S

    def note(self, begun: Begun | None) -> None:
        if begun is not None and not begun.looked:
            self._until = time.monotonic() + _BACKLOG_S


BACKLOG = Backlog()
