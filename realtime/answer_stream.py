"""The words of an answer on their way to whoever watches the ticket or dialog."""

import asyncio
import time
from types import TracebackType
from typing import Self

from realtime.ephemeral import publish_ephemeral

_PAUSE_S = 0.04
"""Words are sent together where they come faster than an eye follows."""


class AnswerStream:
    """Frames ``answer.started``, ``answer.delta``..., then ``answer.done`` or ``answer.failed``.

    ``topic`` is that of one ticket or dialog, whose id each carries (``ticket_id``, ``dialog_id``) beside turn and
    attempt; a delta also the offset of its text in characters, so that a client notices what it missed, and starts
    over when a later attempt begins. The stored message is the truth.
    """

    def __init__(self, tenant_id: int, topic: str, *, turn: int, attempt: int) -> None:
        self._tenant_id = tenant_id
        self._topic = topic
        noun, _, number = topic.partition(":")
        self._names: dict[str, object] = {f"{noun}_id": int(number), "turn": turn, "attempt": attempt}
        self._offset = 0
        self._waiting = ""
        self._sent_at = 0.0
        self._withdrawn = False
        self._sending = asyncio.Lock()
        self._due: asyncio.TimerHandle | None = None
        self._flushing: asyncio.Task[None] | None = None

    async def send(self, text: str | None) -> None:
        """More of the answer; None where it begins again, and the words that were sent are taken back."""
        if text is None:
            await self._begin_again()
            return
        if self._offset == 0 and not self._waiting:
            await self._publish("answer.started")
        self._waiting += text
        pause = self._sent_at + _PAUSE_S - time.monotonic()
        if pause <= 0:
            await self._flush()
        elif self._due is None:
            self._due = asyncio.get_running_loop().call_later(pause, self._flush_now)

    def withdraw(self) -> None:
        """There will be no message: at the end the words that were sent are taken back."""
        self._waiting = ""
        self._withdrawn = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._settle()
        if self._offset or self._waiting:
            await self._flush()
            await self._publish("answer.failed" if error is not None or self._withdrawn else "answer.done")

    async def _begin_again(self) -> None:
        await self._settle()
        if self._offset:
            await self._publish("answer.failed")
        self._offset, self._waiting, self._sent_at = 0, "", 0.0

    async def _settle(self) -> None:
        """No words go out by themselves any more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._flushing is not None:
            await self._flushing

    def _flush_now(self) -> None:
        self._due = None
        self._flushing = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        if self._waiting:
            text, offset = self._waiting, self._offset
            self._waiting, self._offset, self._sent_at = "", offset + len(text), time.monotonic()
            await self._publish("answer.delta", offset=offset, text=text)

    async def _publish(self, kind: str, **more: object) -> None:
        # One after another: each may take a connection of its own, and overtake the last.
        async with self._sending:
            await publish_ephemeral(self._tenant_id, self._topic, {"type": kind, **self._names, **more})
