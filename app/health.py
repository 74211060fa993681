"""``/health``: the process lives. ``/ready``: it can serve; what it says of each part helps to find what is broken."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response

from config.database import transaction
from config.redis import get_redis
from realtime.hub import current_hub
from services import ai_pool
from services.providers import providers

logger = structlog.get_logger(__name__)

_PATIENCE_S = 3.0
_draining = threading.Event()


@dataclass(frozen=True, slots=True)
class Part:
    """``needed``: without it the process is not ready. What a third party does never decides that."""

    check: Callable[[], Awaitable[str]]
    needed: bool = False


async def health(request: Request) -> Response:
    return _json({"status": "ok"}, 200)


def begin_draining() -> None:
    """From now on ``/ready`` says no, whatever works: the process is about to end."""
    _draining.set()


def is_draining() -> bool:
    return _draining.is_set()


async def ready(request: Request) -> Response:
    """200, or 503 where a needed part does not work or the process ends; the body tells the state of every part."""
    if is_draining():
        return _json({"status": "stopping", "parts": {}}, 503)
    states = await asyncio.gather(*(_state(name, part.check) for name, part in PARTS.items()))
    parts = dict(zip(PARTS, states, strict=True))
    is_ready = all(parts[name] == "ok" for name, part in PARTS.items() if part.needed)
    return _json({"status": "ready" if is_ready else "not ready", "parts": parts}, 200 if is_ready else 503)


async def _state(name: str, check: Callable[[], Awaitable[str]]) -> str:
    """What a check says, or in two words how it failed: the why is for the log and `opora doctor`."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await check()
    except TimeoutError:
        return "no answer"
    except Exception as error:
        # Whatever is wrong with a part, the answer is that it is down, never that readiness cannot be told.
        logger.info("part_down", part=name, error=str(error), kind=type(error).__name__)
        return "down"


async def _database() -> str:
    # Reading a table tells more than SELECT 1: the migrations are there too, and the role may read.
    async with transaction(None) as client:
        await client.execute_query("SELECT FROM tenants LIMIT 1")
    return "ok"


async def _redis() -> str:
    await get_redis().ping()
    return "ok"


async def _live_events() -> str:
    return "ok" if current_hub().connected else "down"


async def _vectors() -> str:
    return "ok" if await providers().index.ready() else "down"


async def _chat_model() -> str:
    chat = await ai_pool.installation_chat()
    if chat is None:
        return "not configured"
    return "ok" if (await chat.health()).available else "down"


PARTS: Mapping[str, Part] = {
    "database": Part(_database, needed=True),
    "redis": Part(_redis, needed=True),
    "live_events": Part(_live_events),
    "vectors": Part(_vectors),
    "chat_model": Part(_chat_model),
}


def _json(body: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(body), status, {"cache-control": "no-store"}, "application/json")
