"""What the first requests would wait for is loaded beside those that come before them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from core.errors import ModelUnavailable
from services import triaging

_AFTER_S = 1.0
"""The first answers come first: a start that is waited for has the processor to itself."""
logger = structlog.get_logger(__name__)


@asynccontextmanager
async def warming_up(after_s: float = _AFTER_S) -> AsyncIterator[None]:
    """Load models behind the block, which begins at once; its end does not wait for them. Raises nothing of theirs."""
    task = asyncio.create_task(_warm_up(after_s))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _warm_up(after_s: float) -> None:
    await asyncio.sleep(after_s)
    try:
        await triaging.warm_up()
    except ModelUnavailable as error:
        logger.warning("not_warmed_up", reason=error.message)
    except Exception:
        # Whoever needs it meets the same failure, and is told.
        logger.exception("not_warmed_up")
