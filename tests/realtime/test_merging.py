"""Several streams as one: each in its order, none lost, none read ahead of its reader."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from realtime.merging import merged


async def counting(name: str, most: int, taken: list[str]) -> AsyncGenerator[str, None]:
    for number in range(most):
        taken.append(name)
        yield f"{name}{number}"
        await asyncio.sleep(0)
    await asyncio.Event().wait()


async def failing() -> AsyncGenerator[str, None]:
    yield "last words"
    raise ZeroDivisionError


async def test_all_items_come_each_stream_in_its_order() -> None:
    found = []
    async with aclosing(merged(counting("a", 20, []), counting("b", 20, []))) as items:
        async for item in items:
            found.append(item)
            if len(found) == 40:
                break
    for name in "ab":
        assert [item for item in found if item[0] == name] == [f"{name}{number}" for number in range(20)]


async def test_a_slow_reader_holds_the_streams_back() -> None:
    taken: list[str] = []
    async with aclosing(merged(counting("a", 1000, taken))) as items:
        await anext(items)
        await asyncio.sleep(0.05)
    assert len(taken) <= 3


async def test_the_first_error_ends_all_and_closes_the_others() -> None:
    closed = asyncio.Event()

    async def waiting() -> AsyncGenerator[str, None]:
        try:
            await asyncio.Event().wait()
            yield ""
        finally:
            closed.set()

    items = merged(waiting(), failing())
    assert await anext(items) == "last words"
    with pytest.raises(ZeroDivisionError):
        await anext(items)
    assert closed.is_set()
