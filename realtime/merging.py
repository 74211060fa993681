"""Several streams as one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


async def merged(*streams: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """What the streams give, as it comes; of one stream in its order. The first error of any ends all, and is raised.

    Nothing is taken from a stream before the reader has had what was taken before: the streams' own bounds hold.
    """
    ready: asyncio.Queue[T | _Failed] = asyncio.Queue(maxsize=1)
    drains = [asyncio.create_task(_drain(stream, ready)) for stream in streams]
    try:
        while True:
            item = await ready.get()
            if isinstance(item, _Failed):
                raise item.error
            yield item
    finally:
        for drain in drains:
            drain.cancel()
        # Shielded: a reader that is cancelled once more while it waits must not interrupt the streams' own endings.
        await asyncio.shield(asyncio.gather(*drains, return_exceptions=True))


async def _drain(stream: AsyncGenerator[T, None], ready: "asyncio.Queue[T | _Failed]") -> None:
    try:
        async with aclosing(stream) as items:
            async for item in items:
                await ready.put(item)
    except Exception as error:
        # Raised where it is read: whoever merges knows what to do with it.
        await ready.put(_Failed(error))
