"""What is made once for all who ask at the same time, or shortly after."""

import asyncio
import weakref

import pytest

from core.errors import Unavailable
from realtime import content
from realtime.content import Shared


class Made:
    """Something whose end can be seen."""


async def _make() -> Made:
    return Made()


async def test_what_is_asked_at_once_and_shortly_after_is_made_once() -> None:
    shared: Shared[Made] = Shared()
    first, second = await asyncio.gather(*(shared.get("event", _make) for _ in range(2)))
    assert first is second is await shared.get("event", _make)


async def test_what_nobody_is_given_any_more_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_KEPT_S", 0.01)
    shared: Shared[Made] = Shared()
    old = weakref.ref(await shared.get("event", _make))
    await asyncio.sleep(0.02)
    await shared.get("another", _make)
    assert old() is None


async def test_a_failure_is_not_kept() -> None:
    async def fail() -> Made:
        raise Unavailable("away")

    shared: Shared[Made] = Shared()
    with pytest.raises(Unavailable):
        await shared.get("event", fail)
    assert isinstance(await shared.get("event", _make), Made)
