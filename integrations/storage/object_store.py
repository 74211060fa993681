"""A directory or an S3 bucket, by the library ``obstore`` (the Rust crate ``object_store``).

Writes are atomic: a directory gets a temporary file that is renamed, a bucket one request or a multipart upload.

Its blocking calls run in threads of their own, because its asynchronous ones abort a process that ends soon after one
of them failed: threads of its runtime then ask for an interpreter that is gone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from core.errors import NotFound, Unavailable
from core.ids import new_uuid
from core.network import assert_allowed

if TYPE_CHECKING:
    from obstore import GetOptions

T = TypeVar("T")
Store = LocalStore | S3Store
_PIECE = 256 * 1024
_THREADS = 16
_MULTIPART_FROM = 8 * 1024 * 1024
_PROBE = b"probe"
logger = structlog.get_logger(__name__)


class ObjectStore:
    """A :class:`integrations.storage.port.FileStore`. ``name`` is what messages call it.

    ``open_store`` is called at the first use: a directory that cannot be made keeps no process from starting.
    """

    def __init__(self, open_store: Callable[[], Store], *, name: str) -> None:
        self._open = lru_cache(maxsize=1)(open_store)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="storage")
        self.name = name

    async def put(self, key: str, data: bytes, *, mime_type: str) -> None:
        """Store an object whole. Raises Unavailable."""
        with self._failures(key):
            await self._run(self._put, key, data, mime_type)

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Pieces of at least 256 KiB, but for the last. Raises NotFound, Unavailable."""
        with self._failures(key), _missing(key):
            pieces = await self._run(self._pieces, key, start, end)
        while True:
            with self._failures(key), _missing(key):
                piece = await self._run(next, pieces, None)
            if piece is None:
                return
            yield bytes(piece)

    async def delete(self, key: str) -> None:
        """Remove an object; a missing one is fine. Raises Unavailable."""
        with self._failures(key):
            await self._run(self._delete, key)

    async def probe(self) -> None:
        """Raises Unavailable where an object cannot be written, read and removed."""
        key = f"probe/{new_uuid()}"
        await self.put(key, _PROBE, mime_type="text/plain")
        held = b"".join([piece async for piece in self.read(key)])
        await self.delete(key)
        if held != _PROBE:
            raise Unavailable(f"{self.name} does not hold what was written; check OPORA_STORAGE_URL")

    async def close(self) -> None:
        """Let go of the threads; what they do is finished, what waits for one is not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, call: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, *args)

    def _put(self, key: str, data: bytes, mime_type: str) -> None:
        store = self._open()
        # A directory keeps no types; S3 shows them to whoever looks into the bucket.
        attributes = {"Content-Type": mime_type} if isinstance(store, S3Store) else None
        obstore.put(store, key, data, attributes=attributes, use_multipart=len(data) > _MULTIPART_FROM)

    def _pieces(self, key: str, start: int, end: int | None) -> Iterator[Any]:
        return iter(obstore.get(self._open(), key, options=_part(start, end)).stream(min_chunk_size=_PIECE))

    def _delete(self, key: str) -> None:
        try:
            obstore.delete(self._open(), key)
        except FileNotFoundError:
            # S3 deletes what is not there without a word: there it is the bucket that is missing.
            if not isinstance(self._open(), LocalStore):
                raise

    @contextmanager
    def _failures(self, key: str) -> Iterator[None]:
        assert_allowed("storage")
        try:
            yield
        except (BaseError, OSError, ValueError) as error:
            # The library's texts hold addresses of requests and whole answers: for the log, not for clients.
            logger.warning("storage_failed", store=self.name, key=key, error=str(error)[:500])
            raise Unavailable(f"{self.name} does not answer; check OPORA_STORAGE_URL") from None


@contextmanager
def _missing(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound("file", key) from None


def _part(start: int, end: int | None) -> "GetOptions | None":
    if end is not None:
        return {"range": (start, end)}
    return {"range": {"offset": start}} if start else None


def shown_store(url: str) -> str:
    """How messages name a store: its bucket or its directory, never a key."""
    parts = urlsplit(url)
    return f"The bucket {parts.netloc}" if parts.scheme == "s3" else f"The directory {parts.path}"
