"""The words of an answer on their way to whoever watches the ticket or dialog."""

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

    async def send(self, text: str) -> None:
        """More of the answer."""
        if self._offset == 0 and not self._waiting:
            await self._publish("answer.started")
        self._waiting += text
        if time.monotonic() - self._sent_at >= _PAUSE_S:
            await self._flush()

    def withdraw(self) -> None:
        """There will be no message: at the end the words that were sent are taken back."""
        self._waiting = ""
        self._withdrawn = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._offset or self._waiting:
            await self._flush()
            await self._publish("answer.failed" if error is not None or self._withdrawn else "answer.done")

    async def _flush(self) -> None:
        if self._waiting:
            text, self._waiting = self._waiting, ""
            await self._publish("answer.delta", offset=self._offset, text=text)
            self._offset += len(text)
            self._sent_at = time.monotonic()

    async def _publish(self, kind: str, **more: object) -> None:
        await publish_ephemeral(self._tenant_id, self._topic, {"type": kind, **self._names, **more})
