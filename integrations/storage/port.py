"""What the product asks of a file store."""

from collections.abc import AsyncIterator
from typing import Protocol


class FileStore(Protocol):
    """Objects by key: parts of plain ASCII letters, digits and dashes, joined by ``/``.

    Every method raises Unavailable where the store does not answer within its time.
    """

    async def put(self, key: str, data: bytes, *, mime_type: str) -> None:
        """Store or replace a whole object; nobody ever reads a part of it."""
        ...

    def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from ``start`` up to, not including, ``end`` (None: to the last), in pieces of bounded size.

        Iterating raises NotFound where the object is gone.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove an object; a missing one is fine."""
        ...

    async def probe(self) -> None:
        """Write, read and remove a small object."""
        ...

    async def close(self) -> None: ...
