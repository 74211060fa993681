"""A double of Weaviate: REST (meta, schema, tenants) and gRPC (search, batch, delete, health), with the client's stubs.

Keeps to what a server of version 1.35 does: tenants are made by writes where the collection says so, and woken by
searches and writes; their names are letters, digits, ``_`` and ``-``; a search in an unknown tenant is an error, as is
one for more than 10,000 results; objects are replaced by id, ``dot`` orders by inner product. What it does not know, it
refuses.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc  # type: ignore[import-untyped]
import httpx
import numpy as np
import numpy.typing as npt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from weaviate.proto.v1 import (
    base_pb2,
    batch_delete_pb2,
    batch_pb2,
    health_weaviate_pb2,
    properties_pb2,
    search_get_pb2,
    tenants_pb2,
    weaviate_pb2_grpc,
)

from integrations.vectors.weaviate import WeaviateOptions
from tests.doubles.http_server import serving

VERSION = "1.35.2"
_MOST_RESULTS = 10_000
_TENANT_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
Vector = npt.NDArray[np.float32]
Operator = base_pb2.Filters.Operator


@dataclass(frozen=True, slots=True)
class Stored:
    vector: Vector
    properties: Mapping[str, Any]


@dataclass
class WeaviateDouble:
    """What the server holds. ``refusing`` fails every gRPC call with that code, ``delay_s`` slows them."""

    url: str = ""
    grpc_port: int = 0
    api_key: str | None = None
    collections: dict[str, dict[str, Any]] = field(default_factory=dict)
    shards: dict[tuple[str, str], dict[str, Stored]] = field(default_factory=dict)
    asleep: set[tuple[str, str]] = field(default_factory=set)
    refusing: grpc.StatusCode | None = None
    delay_s: float = 0.0
    calls: list[str] = field(default_factory=list)

    def tenants(self, collection: str) -> list[str]:
        return [tenant for name, tenant in self.shards if name == collection]

    def shard(self, collection: str, tenant: str, *, writing: bool = False) -> dict[str, Stored] | None:
        """The tenant's objects; None where there is no such tenant and it is not made by writing."""
        definition = self.collections.get(collection)
        if definition is None:
            return None
        if definition.get("multiTenancyConfig", {}).get("autoTenantActivation"):
            self.asleep.discard((collection, tenant))
        if (collection, tenant) in self.asleep:
            return None
        if writing and definition.get("multiTenancyConfig", {}).get("autoTenantCreation"):
            return self.shards.setdefault((collection, tenant), {})
        return self.shards.get((collection, tenant))

    def allows(self, authorization: str) -> bool:
        return self.api_key is None or authorization == f"Bearer {self.api_key}"


@contextmanager
def running_weaviate(double: WeaviateDouble | None = None) -> Iterator[WeaviateDouble]:
    """A served double, on free ports."""
    double = double or WeaviateDouble()
    server = grpc.server(ThreadPoolExecutor(4, thread_name_prefix="weaviate-double"))
    weaviate_pb2_grpc.add_WeaviateServicer_to_server(_Servicer(double), server)  # type: ignore[no-untyped-call]
    server.add_generic_rpc_handlers((_Health(),))
    double.grpc_port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with serving(_Rest(double).app()) as double.url:
            yield double
    finally:
        server.stop(None).wait(5)


@contextmanager
def weaviate_at_hand() -> Iterator[WeaviateOptions]:
    """The real server that TEST_WEAVIATE_URL and TEST_WEAVIATE_GRPC_PORT name; without them, a double.

    Of a real one the collections that were made meanwhile are removed.
    """
    url = os.environ.get("TEST_WEAVIATE_URL")
    if url is None:
        with running_weaviate() as double:
            yield WeaviateOptions(double.url, double.grpc_port)
        return
    with httpx.Client(base_url=f"{url}/v1", timeout=30) as rest:
        before = _collections(rest)
        yield WeaviateOptions(url, int(os.environ.get("TEST_WEAVIATE_GRPC_PORT", "50051")))
        for name in _collections(rest) - before:
            rest.delete(f"/schema/{name}").raise_for_status()


def _collections(rest: httpx.Client) -> set[str]:
    return {each["class"] for each in rest.get("/schema").raise_for_status().json()["classes"]}


class _Rest:
    def __init__(self, double: WeaviateDouble) -> None:
        self._double = double

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/meta", self._meta),
                Route("/v1/.well-known/{probe}", self._probe),
                Route("/v1/schema", self._schema, methods=["GET", "POST"]),
                Route("/v1/schema/{name}", self._collection, methods=["GET", "DELETE"]),
                Route("/v1/schema/{name}/tenants", self._tenants, methods=["GET", "POST", "PUT", "DELETE"]),
                Route("/v1/schema/{name}/tenants/{tenant}", self._tenant, methods=["GET", "HEAD"]),
            ]
        )

    async def _meta(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        return JSONResponse({"hostname": self._double.url, "version": VERSION, "modules": {}})

    async def _probe(self, request: Request) -> Response:
        return Response(status_code=404 if request.path_params["probe"] == "openid-configuration" else 200)

    async def _schema(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        if request.method == "GET":
            return JSONResponse({"classes": list(self._double.collections.values())})
        definition = await request.json()
        if definition["class"] in self._double.collections:
            return _error(422, f"class name {definition['class']} already exists")
        self._double.collections[definition["class"]] = definition
        return JSONResponse(definition)

    async def _collection(self, request: Request) -> Response:
        name = request.path_params["name"]
        if refusal := self._refusal(request):
            return refusal
        if request.method == "DELETE":
            self._double.collections.pop(name, None)
            for tenant in self._double.tenants(name):
                del self._double.shards[(name, tenant)]
            return Response()
        definition = self._double.collections.get(name)
        return JSONResponse(definition) if definition else _error(404, "class not found")

    async def _tenants(self, request: Request) -> Response:
        name = request.path_params["name"]
        if refusal := self._refusal(request):
            return refusal
        if request.method == "GET":
            return JSONResponse([_tenant(tenant) for tenant in self._double.tenants(name)])
        named = await request.json()
        for tenant in named:
            if request.method == "DELETE":
                self._double.shards.pop((name, tenant), None)
            elif request.method == "PUT":
                asleep = tenant["activityStatus"] in ("COLD", "INACTIVE")
                (self._double.asleep.add if asleep else self._double.asleep.discard)((name, tenant["name"]))
            else:
                self._double.shards.setdefault((name, tenant["name"]), {})
        return JSONResponse(named)

    async def _tenant(self, request: Request) -> Response:
        name, tenant = request.path_params["name"], request.path_params["tenant"]
        if refusal := self._refusal(request):
            return refusal
        return JSONResponse(_tenant(tenant)) if (name, tenant) in self._double.shards else _error(404, "not found")

    def _refusal(self, request: Request) -> Response | None:
        self._double.calls.append(f"{request.method} {request.url.path}")
        if self._double.allows(request.headers.get("authorization", "")):
            return None
        return _error(401, "anonymous access not enabled")


class _Servicer(weaviate_pb2_grpc.WeaviateServicer):
    def __init__(self, double: WeaviateDouble) -> None:
        self._double = double

    def BatchObjects(
        self, request: batch_pb2.BatchObjectsRequest, context: grpc.ServicerContext
    ) -> batch_pb2.BatchObjectsReply:
        self._begin("BatchObjects", context)
        errors = []
        if wrong := next((thing.tenant for thing in request.objects if not _TENANT_NAME.fullmatch(thing.tenant)), None):
            context.abort(grpc.StatusCode.UNKNOWN, f"'{wrong}' is not a valid tenant name")
        for index, thing in enumerate(request.objects):
            shard = self._double.shard(thing.collection, thing.tenant, writing=True)
            if shard is None:
                errors.append(batch_pb2.BatchObjectsReply.BatchError(index=index, error="tenant not found"))
                continue
            properties = dict(thing.properties.non_ref_properties.items())
            shard[thing.uuid] = Stored(_vector_of(thing), properties)
        return batch_pb2.BatchObjectsReply(took=0.001, errors=errors)

    def BatchDelete(
        self, request: batch_delete_pb2.BatchDeleteRequest, context: grpc.ServicerContext
    ) -> batch_delete_pb2.BatchDeleteReply:
        self._begin("BatchDelete", context)
        shard = self._existing(request, context)
        matching = [uuid for uuid, stored in shard.items() if _matches(request.filters, uuid, stored)]
        for uuid in matching:
            del shard[uuid]
        return batch_delete_pb2.BatchDeleteReply(took=0.001, matches=len(matching), successful=len(matching))

    def Search(
        self, request: search_get_pb2.SearchRequest, context: grpc.ServicerContext
    ) -> search_get_pb2.SearchReply:
        self._begin("Search", context)
        shard = self._existing(request, context)
        if request.limit > _MOST_RESULTS:
            context.abort(grpc.StatusCode.UNKNOWN, "invalid pagination params: query maximum results exceeded")
        found = [
            (uuid, stored)
            for uuid, stored in shard.items()
            if not request.HasField("filters") or _matches(request.filters, uuid, stored)
        ]
        scores = _scores(request, [stored for _, stored in found])
        order = sorted(range(len(found)), key=lambda number: -scores[number])[: request.limit or 10]
        results = [_result(request, *found[number], scores[number]) for number in order]
        return search_get_pb2.SearchReply(took=0.001, results=results)

    def TenantsGet(
        self, request: tenants_pb2.TenantsGetRequest, context: grpc.ServicerContext
    ) -> tenants_pb2.TenantsGetReply:
        self._begin("TenantsGet", context)
        asked = request.names.values or self._double.tenants(request.collection)
        there = [name for name in asked if (request.collection, name) in self._double.shards]
        return tenants_pb2.TenantsGetReply(
            took=0.001,
            tenants=[
                tenants_pb2.Tenant(name=name, activity_status=self._status(request.collection, name)) for name in there
            ],
        )

    def _status(self, collection: str, tenant: str) -> Any:
        if (collection, tenant) in self._double.asleep:
            return tenants_pb2.TENANT_ACTIVITY_STATUS_INACTIVE
        return tenants_pb2.TENANT_ACTIVITY_STATUS_ACTIVE

    def _begin(self, call: str, context: grpc.ServicerContext) -> None:
        self._double.calls.append(call)
        if not self._double.allows(dict(context.invocation_metadata()).get("authorization", "")):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "anonymous access not enabled")
        if self._double.refusing is not None:
            context.abort(self._double.refusing, "scripted fault")
        time.sleep(self._double.delay_s)

    def _existing(self, request: Any, context: grpc.ServicerContext) -> dict[str, Stored]:
        shard = self._double.shard(request.collection, request.tenant)
        if shard is None:
            context.abort(grpc.StatusCode.UNKNOWN, f'tenant not found: "{request.tenant}"')
            raise AssertionError("abort raises")
        return shard


class _Health(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
    def service(self, details: Any) -> Any:
        if details.method != "/grpc.health.v1.Health/Check":
            return None
        reply = health_weaviate_pb2.WeaviateHealthCheckResponse(
            status=health_weaviate_pb2.WeaviateHealthCheckResponse.SERVING
        )
        return grpc.unary_unary_rpc_method_handler(
            lambda _request, _context: reply,
            request_deserializer=health_weaviate_pb2.WeaviateHealthCheckRequest.FromString,
            response_serializer=health_weaviate_pb2.WeaviateHealthCheckResponse.SerializeToString,
        )


def _matches(filters: base_pb2.Filters, uuid: str, stored: Stored) -> bool:
    if filters.operator == Operator.OPERATOR_AND:
        return all(_matches(part, uuid, stored) for part in filters.filters)
    if filters.operator == Operator.OPERATOR_OR:
        return any(_matches(part, uuid, stored) for part in filters.filters)
    name = filters.target.property
    value = uuid if name in ("_id", "id") else stored.properties.get(name)
    if filters.operator == Operator.OPERATOR_CONTAINS_ANY:
        return value in list(filters.value_text_array.values) + list(filters.value_int_array.values)
    if filters.operator == Operator.OPERATOR_EQUAL:
        kind = next(given.name for given, _ in filters.ListFields() if given.name.startswith("value_"))
        return bool(value == getattr(filters, kind))
    raise NotImplementedError(f"operator {filters.operator}")


def _scores(request: search_get_pb2.SearchRequest, found: Sequence[Stored]) -> list[float]:
    if request.HasField("near_vector"):
        return _inner_products(_vector_of(request.near_vector), found)
    if request.HasField("hybrid_search"):
        hybrid = request.hybrid_search
        alpha = hybrid.alpha_param if hybrid.use_alpha_param else hybrid.alpha
        holder = hybrid if hybrid.vector_bytes or hybrid.vectors else hybrid.near_vector
        near = _relative(_inner_products(_vector_of(holder), found))
        words = _relative([_shared_words(hybrid.query, str(stored.properties["text"])) for stored in found])
        return [alpha * a + (1 - alpha) * b for a, b in zip(near, words, strict=True)]
    raise NotImplementedError("neither near_vector nor hybrid_search")


def _inner_products(vector: Vector, found: Sequence[Stored]) -> list[float]:
    return [float(stored.vector @ vector) for stored in found]


def _relative(scores: Sequence[float]) -> list[float]:
    """Scores stretched to 0 … 1: Weaviate's relative score fusion."""
    low, high = (min(scores), max(scores)) if scores else (0.0, 0.0)
    return [(score - low) / (high - low) if high > low else 0.0 for score in scores]


def _shared_words(query: str, text: str) -> float:
    return float(len(set(re.findall(r"\w+", query.lower())) & set(re.findall(r"\w+", text.lower()))))


def _vector_of(holder: Any) -> Vector:
    packed = holder.vector_bytes or holder.vectors[0].vector_bytes
    return np.frombuffer(packed, "<f4").astype(np.float32)


def _result(
    request: search_get_pb2.SearchRequest, uuid: str, stored: Stored, score: float
) -> search_get_pb2.SearchResult:
    metadata = search_get_pb2.MetadataResult(id=uuid, score=score, score_present=request.metadata.score)
    if request.metadata.vector:
        metadata.vectors.append(
            base_pb2.Vectors(
                name="default",
                vector_bytes=stored.vector.astype("<f4").tobytes(),
                type=base_pb2.Vectors.VECTOR_TYPE_SINGLE_FP32,
            )
        )
    fields = {name: _value(stored.properties[name]) for name in request.properties.non_ref_properties}
    properties = search_get_pb2.PropertiesResult(
        non_ref_props=properties_pb2.Properties(fields=fields), target_collection=request.collection
    )
    return search_get_pb2.SearchResult(metadata=metadata, properties=properties)


def _value(value: Any) -> properties_pb2.Value:
    if isinstance(value, str):
        return properties_pb2.Value(text_value=value)
    # The client sends every number as a double; the collection's type is INT.
    return properties_pb2.Value(int_value=int(value))


def _tenant(name: str) -> dict[str, str]:
    return {"name": name, "activityStatus": "ACTIVE"}


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": [{"message": message}]}, status)
