"""Vectors in Weaviate, for deployments that outgrow one PostgreSQL: one collection a model, one shard a tenant, and
one more for each assistant that knows something of its own.

A shard, not a property to filter by: nothing of another assistant is in what a search reads, its graph serves it whole,
and the shards of before there were assistants hold what they held.

Importing this module takes most of a second; the factory does it only where Weaviate is configured.
"""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import grpc  # type: ignore[import-untyped]
import httpx
import numpy as np
import weaviate
from weaviate.classes.config import Configure, DataType, Property, Tokenization, VectorDistances
from weaviate.classes.data import DataObject
from weaviate.classes.init import AdditionalConfig, Auth, Timeout
from weaviate.classes.query import Filter, HybridFusion, MetadataQuery
from weaviate.exceptions import WeaviateBaseError, WeaviateQueryError

from core.errors import Unavailable
from core.network import assert_allowed
from integrations.vectors.port import (
    SHARED,
    Hit,
    Vector,
    VectorQuery,
    VectorRecord,
    candidates,
    centred_cosines,
    checked,
)

_BATCH = 200
_CONNECT_S, _QUERY_S, _INSERT_S = 3, 5, 30
# Of one call of ours, the client's own retries included.
_READ_BUDGET_S, _WRITE_BUDGET_S = 8.0, 60.0
_IDS = uuid.UUID("9f3b0c86-53a4-4b0e-8d6c-6f0d3c5e2a17")
_FAILURES = (WeaviateBaseError, grpc.RpcError, httpx.HTTPError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class WeaviateOptions:
    """``url`` is the REST address; gRPC is at the same host."""

    url: str
    grpc_port: int = 50051
    api_key: str | None = None


class WeaviateVectorStore:
    """An :class:`integrations.vectors.port.VectorStore` for one model. Use one object within one event loop."""

    def __init__(self, options: WeaviateOptions, *, model: str, dimensions: int) -> None:
        self._options = options
        self._dimensions = dimensions
        self._name = collection_name(model, dimensions)
        self._client: weaviate.WeaviateAsyncClient | None = None
        self._connecting = asyncio.Lock()

    async def put(self, tenant_id: int, records: Sequence[VectorRecord]) -> None:
        """Add or replace, in batches of 200; shards are made where they are new."""
        checked(records, self._dimensions)
        async with self._talking(_WRITE_BUDGET_S) as collection:
            for scope, inside in _by_scope(records).items():
                shard = collection.with_tenant(_tenant(tenant_id, scope))
                for at in range(0, len(inside), _BATCH):
                    done = await shard.data.insert_many([_object(tenant_id, r) for r in inside[at : at + _BATCH]])
                    if done.has_errors:
                        raise Unavailable(f"Weaviate refused {len(done.errors)} of {len(inside)} chunks")

    async def search(self, tenant_id: int, query: VectorQuery, *, limit: int) -> list[Hit]:
        """Best first, by exact scores of the candidates that the graphs find in each language."""

        async def near(shard: Any, language: str) -> Any:
            return await shard.query.near_vector(
                query.vector.tolist(),
                limit=candidates(limit),
                filters=Filter.by_property("language").equal(str(language)),
                include_vector=True,
                return_properties=["chunk_id"],
            )

        found = await self._in_each_language(tenant_id, query, near)
        return sorted((hit for hit, _ in found), key=lambda hit: (-hit.score, hit.chunk_id))[:limit]

    async def hybrid(self, tenant_id: int, query: VectorQuery, *, limit: int) -> list[Hit]:
        """Best first by the vector and the words of ``query.text`` together; the score is still the centred cosine.

        For questions with exact tokens (order numbers, error codes), which vectors do not tell apart.
        """

        async def fused(shard: Any, language: str) -> Any:
            return await shard.query.hybrid(
                query.text,
                query_properties=["text"],
                vector=query.vector.tolist(),
                alpha=0.5,
                fusion_type=HybridFusion.RELATIVE_SCORE,
                limit=candidates(limit),
                filters=Filter.by_property("language").equal(str(language)),
                include_vector=True,
                return_properties=["chunk_id"],
                return_metadata=MetadataQuery(score=True),
            )

        found = await self._in_each_language(tenant_id, query, fused)
        found.sort(key=lambda pair: (-pair[1], -pair[0].score, pair[0].chunk_id))
        return [hit for hit, _ in found[:limit]]

    async def delete(self, tenant_id: int, chunk_ids: Sequence[int], *, scope: int = SHARED) -> None:
        """Remove chunks; a shard that is not there is no error."""
        name = _tenant(tenant_id, scope)
        async with self._talking(_WRITE_BUDGET_S) as collection:
            if not await collection.tenants.exists(name):
                return
            shard = collection.with_tenant(name)
            for at in range(0, len(chunk_ids), _BATCH):
                ids = [_object_id(tenant_id, chunk_id) for chunk_id in chunk_ids[at : at + _BATCH]]
                await shard.data.delete_many(where=Filter.by_id().contains_any(ids))

    async def drop_tenant(self, tenant_id: int) -> None:
        """Remove the tenant's shard and those of its assistants."""
        async with self._talking(_WRITE_BUDGET_S) as collection:
            own, assistants = _tenant(tenant_id), f"{_tenant(tenant_id)}_"
            there = await collection.tenants.get()
            await collection.tenants.remove([own, *(name for name in there if name.startswith(assistants))])

    async def ready(self) -> bool:
        """Whether Weaviate answers and has, or lets us make, the collection."""
        try:
            # `client.is_ready()` would print its errors.
            async with self._talking(_CONNECT_S):
                await (await self._connected()).get_meta()
        except Unavailable:
            return False
        return True

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _in_each_language(self, tenant_id: int, query: VectorQuery, ask: Any) -> list[tuple[Hit, float]]:
        """Hits with exact scores, each with the score that the store gave it (0 where it gave none)."""
        async with self._talking(_READ_BUDGET_S) as collection:
            names = [_tenant(tenant_id, scope) for scope in query.scopes]
            found = await asyncio.gather(*(_ask_shard(collection, name, query.means, ask) for name in names))
        return [
            pair
            for replies in found
            for mean, reply in zip(query.means.values(), replies, strict=False)
            for pair in _scored(reply.objects, mean, query.vector)
        ]

    @asynccontextmanager
    async def _talking(self, seconds: float) -> AsyncIterator[Any]:
        """The collection, connected to, for so many seconds. Raises Unavailable for whatever goes wrong there."""
        assert_allowed("weaviate")
        try:
            async with asyncio.timeout(seconds):
                yield (await self._connected()).collections.use(self._name)
        except _FAILURES as error:
            raise Unavailable(
                f"Weaviate does not answer ({type(error).__name__}); check OPORA_WEAVIATE_URL, _GRPC_PORT and _API_KEY"
            ) from None

    async def _connected(self) -> weaviate.WeaviateAsyncClient:
        async with self._connecting:
            if self._client is None:
                client = _client(self._options)
                try:
                    await client.connect()
                    await self._ensure_collection(client)
                except BaseException:
                    await client.close()
                    raise
                self._client = client
            return self._client

    async def _ensure_collection(self, client: weaviate.WeaviateAsyncClient) -> None:
        if await client.collections.exists(self._name):
            return
        try:
            await client.collections.create(self._name, **_schema())
        except WeaviateBaseError:
            # Another process may have made it at the same moment.
            if not await client.collections.exists(self._name):
                raise


def collection_name(model: str, dimensions: int) -> str:
    """A collection holds vectors of one model: ``OporaChunksTextEmbedding3Small1536``."""
    words = re.findall(r"[A-Za-z0-9]+", model)
    return f"OporaChunks{''.join(word[:1].upper() + word[1:] for word in words)}{dimensions}"


def _client(options: WeaviateOptions) -> weaviate.WeaviateAsyncClient:
    parts = urlsplit(options.url)
    secure = parts.scheme == "https"
    host = parts.hostname or "127.0.0.1"
    port = parts.port or (443 if secure else 80)
    if port == options.grpc_port:
        raise Unavailable("OPORA_WEAVIATE_GRPC_PORT must be another port than that of OPORA_WEAVIATE_URL")
    return weaviate.use_async_with_custom(
        http_host=host,
        http_port=port,
        http_secure=secure,
        grpc_host=host,
        grpc_port=options.grpc_port,
        grpc_secure=secure,
        auth_credentials=Auth.api_key(options.api_key) if options.api_key else None,
        additional_config=AdditionalConfig(timeout=Timeout(init=_CONNECT_S, query=_QUERY_S, insert=_INSERT_S)),
        # These checks would also ask a package index for news.
        skip_init_checks=True,
    )


def _schema() -> dict[str, Any]:
    return {
        "vector_config": Configure.Vectors.self_provided(
            vector_index_config=Configure.VectorIndex.hnsw(distance_metric=VectorDistances.DOT)
        ),
        "multi_tenancy_config": Configure.multi_tenancy(
            enabled=True, auto_tenant_creation=True, auto_tenant_activation=True
        ),
        "properties": [
            Property(name="chunk_id", data_type=DataType.INT),
            Property(name="source_id", data_type=DataType.INT),
            Property(name="language", data_type=DataType.TEXT, tokenization=Tokenization.FIELD, index_searchable=False),
            Property(name="text", data_type=DataType.TEXT, tokenization=Tokenization.WORD, index_filterable=False),
        ],
    }


def _object(tenant_id: int, record: VectorRecord) -> DataObject[dict[str, Any], None]:
    return DataObject(
        uuid=_object_id(tenant_id, record.chunk_id),
        properties={
            "chunk_id": record.chunk_id,
            "source_id": record.source_id,
            "language": str(record.language),
            "text": record.text,
        },
        vector=record.vector.tolist(),
    )


def _object_id(tenant_id: int, chunk_id: int) -> uuid.UUID:
    return uuid.uuid5(_IDS, f"{tenant_id}:{chunk_id}")


def _tenant(tenant_id: int, scope: int = SHARED) -> str:
    return f"tenant_{tenant_id}" if scope == SHARED else f"tenant_{tenant_id}_assistant_{scope}"


def _by_scope(records: Iterable[VectorRecord]) -> dict[int, list[VectorRecord]]:
    found: dict[int, list[VectorRecord]] = {}
    for record in records:
        found.setdefault(record.scope, []).append(record)
    return found


async def _ask_shard(collection: Any, name: str, languages: Mapping[str, Vector], ask: Any) -> list[Any]:
    """A reply a language; none of a shard that its first chunk has yet to make."""
    shard = collection.with_tenant(name)
    try:
        return list(await asyncio.gather(*(ask(shard, language) for language in languages)))
    except WeaviateQueryError:
        if await collection.tenants.exists(name):
            raise
        return []


def _scored(objects: Sequence[Any], mean: Vector, query: Vector) -> list[tuple[Hit, float]]:
    if not objects:
        return []
    vectors = np.array([found.vector["default"] for found in objects], np.float32)
    scores = centred_cosines(vectors, mean, query)
    return [
        (Hit(int(found.properties["chunk_id"]), float(score)), found.metadata.score or 0.0)
        for found, score in zip(objects, scores, strict=True)
    ]
