"""Whole frames to a WebSocket's client, written at once where there is room.

A server that offers it puts its line into the connection's scope (ASGI, extensions). Elsewhere there is none, and what
is written waits its turn.
"""

from collections.abc import Mapping
from typing import Any, Protocol

EXTENSION = "opora.line"
_TEXT = b"\x81"
"""A whole message of text (RFC 6455, section 5.2)."""
_MOST_FRAMES = 64


class Line(Protocol):
    def write(self, frame: bytes) -> bool:
        """Whether the frame went out: not where the client does not keep up, nor where the socket is not open."""


class NoLine:
    """Of a server that offers none."""

    def write(self, frame: bytes) -> bool:
        return False


_NONE = NoLine()


def line_of(scope: Mapping[str, Any]) -> Line:
    """The line of an ASGI connection."""
    line: Line = scope.get("extensions", {}).get(EXTENSION, _NONE)
    return line


class Rendered:
    """What an event looks like to all who see alike, as JSON, and the frames of it."""

    __slots__ = ("_frames", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._frames: dict[bytes, bytes] = {}

    def within(self, before: bytes, after: bytes) -> bytes:
        """The text between what one client wants around it."""
        return before + self.text + after

    def frame(self, before: bytes = b"", after: bytes = b"") -> bytes:
        """As :meth:`within`, framed; those who want the same around it share one. ``after`` goes with ``before``."""
        found = self._frames.get(before)
        if found is None:
            found = text_frame(self.within(before, after))
            if len(self._frames) < _MOST_FRAMES:
                self._frames[before] = found
        return found


def text_frame(payload: bytes) -> bytes:
    """A server's frame of text, unmasked (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return _TEXT + bytes((size,)) + payload
    if size < 0x10000:
        return _TEXT + b"\x7e" + size.to_bytes(2, "big") + payload
    return _TEXT + b"\x7f" + size.to_bytes(8, "big") + payload
