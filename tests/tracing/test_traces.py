"""One trace leads from a customer's message to the reply on their screen, and holds nothing of what was said."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette

from app.api import create_app
from config import tracing
from config.settings import Settings
from core.actor import Role
from integrations.llm.openai import OpenAIChat
from integrations.model_endpoint import EndpointOptions
from models.tenants import Tenant
from models.users import User
from services import knowledge
from services.ingestion import NewChunk
from services.providers import providers, use_providers
from tests.doubles.openai import OpenAIDouble, running_openai
from tests.doubles.otlp import CollectorDouble, SentSpan, running_collector
from tests.doubles.websocket import WebSocketSession
from tests.fixtures.application import bearer, client_of, served
from tests.fixtures.people import MakeUser, TokenFor, actor_of
from tests.fixtures.work import DrainJobs
from tests.webhooks.receiver import receiving

RETURNS = "You can return a product within 14 days of delivery. The refund takes ten working days."
QUESTION = "Within how many days of delivery can I return a product?"
Override = Callable[..., AbstractContextManager[Settings]]
GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def collector() -> Iterator[CollectorDouble]:
    with running_collector() as double:
        yield double


@asynccontextmanager
async def traced_application(override: Override, collector: CollectorDouble, **more: str) -> AsyncIterator[Starlette]:
    """The API with a collector; when the block ends, all spans have arrived."""
    with override(OPORA_OTEL_ENDPOINT=collector.url, **more) as settings:
        async with served(create_app(settings, opening=lambda _: nullcontext())) as app:
            yield app


@pytest.fixture
def model() -> Iterator[OpenAIDouble]:
    with running_openai() as double:
        double.reply = lambda _body: RETURNS
        yield double


@pytest.fixture
async def customer(tenant: Tenant, make_user: MakeUser, model: OpenAIDouble) -> AsyncIterator[User]:
    """Of a tenant that knows about returns and has a chat model."""
    admin = actor_of(await make_user(tenant, Role.ADMIN))
    await knowledge.add_chunks(admin, source="shop.md", chunks=[NewChunk(RETURNS)])
    before = providers()
    options = EndpointOptions("chat", "OPORA_LLM", model.base_url, model.api_key, max_retries=0)
    chat = OpenAIChat(options, model="double", budget_s=5.0)
    use_providers(replace(before, chat=chat))
    yield await make_user(tenant)
    use_providers(before)
    await chat.close()


async def ask_and_see_the_reply(app: Starlette, token: str, work: Callable[[], Any]) -> None:
    async with client_of(app, headers=bearer(token)) as client:
        new = {"title": "Returns", "description": QUESTION, "priority": "high"}
        ticket = (await client.post("/v1/tickets", json=new)).raise_for_status().json()
    async with WebSocketSession(app, f"/v1/ws/{ticket['id']}?token={token}&last_seq=0") as socket:
        await work()
        while (frame := await socket.receive_json())["type"] != "message" or frame["data"]["role"] != "assistant":
            pass


def above(spans: list[SentSpan], span: SentSpan) -> list[str]:
    """Names of the spans that one stands below, the nearest first."""
    by_id = {each.span_id: each for each in spans}
    names = []
    while span.parent_id in by_id:
        span = by_id[span.parent_id]
        names.append(span.name)
    return names


@pytest.mark.usefixtures("live_events")
async def test_one_trace_from_the_message_to_the_reply_seen(
    override: Override, collector: CollectorDouble, customer: User, token_for: TokenFor, drain_jobs: DrainJobs,
    tenant: Tenant, model: OpenAIDouble,
) -> None:  # fmt: skip
    token = await token_for(customer)
    async with traced_application(override, collector) as app:
        await ask_and_see_the_reply(app, token, lambda: drain_jobs(tenant))
    asked = collector.named("POST /v1/tickets")
    spans = collector.trace(asked.trace_id)
    answering = next(span for span in spans if span.name == "job answering.reply")
    assert above(spans, answering) == ["unit of work", "POST /v1/tickets"]
    called = next(span for span in spans if span.name == "model chat")
    assert above(spans, called)[:1] == ["job answering.reply"]
    seen = [span for span in spans if span.name == "delivered message.added"][-1]
    assert above(spans, seen)[:2] == ["unit of work", "job answering.reply"]
    assert asked.start < answering.start < called.start < seen.start
    nothing_personal(collector, customer)
    assert "traceparent" not in model.requests[-1].headers


def nothing_personal(collector: CollectorDouble, customer: User) -> None:
    told = repr([(span.name, span.attributes) for span in collector.spans])
    for word in (str(customer.email), customer.full_name, "Returns", "return", "delivery of", "14 days", "token="):
        assert word not in told


async def test_the_trace_that_a_caller_names_goes_on(override: Override, collector: CollectorDouble) -> None:
    async with traced_application(override, collector) as app, client_of(app) as client:
        await client.get("/v1/auth/me", headers={"traceparent": GIVEN, "baggage": "name=Aigul"})
        await client.get("/v1/auth/me", headers={"traceparent": "00-" + "0" * 32 + "-00f067aa0ba902b7-01"})
        await client.get("/health")
    continued, anew = collector.spans
    assert (continued.trace_id, continued.parent_id) == tuple(GIVEN.split("-")[1:3])
    assert continued.attributes["http.route"] == "/v1/auth/me"
    assert continued.attributes["http.response.status_code"] == 401
    assert anew.parent_id == ""
    assert "Aigul" not in repr(collector.spans)


async def test_paths_and_unknown_routes_are_not_told(override: Override, collector: CollectorDouble) -> None:
    async with traced_application(override, collector) as app, client_of(app) as client:
        await client.get("/v1/tickets/123456789?token=eyJsecret")
        await client.get("/wp-admin/secret.php")
    assert {span.name for span in collector.spans} == {"GET /v1/tickets/{ticket_id}", "GET unknown"}
    assert "123456789" not in repr(collector.spans)
    assert "secret" not in repr(collector.spans)


async def test_operations_of_graphql_have_spans_of_their_own(
    override: Override, collector: CollectorDouble, tenant: Tenant, make_user: MakeUser, token_for: TokenFor
) -> None:
    headers = bearer(await token_for(await make_user(tenant)))
    async with traced_application(override, collector) as app, client_of(app, headers=headers) as client:
        (await client.post("/graphql", json={"query": "{ allowedOperations }"})).raise_for_status()
    operation = collector.named("graphql allowed_operations")
    assert above(collector.spans, operation) == ["POST /graphql"]


async def test_a_collector_gets_its_headers_and_the_share_that_is_asked_for(
    override: Override, collector: CollectorDouble
) -> None:
    more = {"OPORA_OTEL_HEADERS": "authorization=Bearer abc, x-team=opora", "OPORA_OTEL_SAMPLE": "0.5"}
    async with traced_application(override, collector, **more) as app, client_of(app) as client:
        for _ in range(40):
            await client.get("/v1/auth/me")
    assert 0 < len(collector.spans) < 40
    assert (collector.headers[0]["authorization"], collector.headers[0]["x-team"]) == ("Bearer abc", "opora")


async def test_a_silent_collector_delays_nobody(override: Override) -> None:
    with running_collector(silent=True) as collector:
        began = time.monotonic()
        async with traced_application(override, collector) as app, client_of(app) as client:
            for _ in range(3):
                assert (await client.get("/v1/auth/me")).status_code == 401
        # Two seconds are what the end waits for spans to be taken; the collector would keep them for a minute.
        assert time.monotonic() - began < 30
    assert not tracing.is_on()


async def test_failures_are_told_by_their_kind_alone(override: Override, collector: CollectorDouble) -> None:
    with override(OPORA_OTEL_ENDPOINT=collector.url) as settings:
        async with tracing.tracing(settings, process="worker"):
            with pytest.raises(ValueError, match="Айгүл"), tracing.span("work"):
                raise ValueError("Айгүл said so")
    (span,) = collector.spans
    assert (span.service, span.failed, span.attributes) == ("opora-worker", True, {"error.type": "ValueError"})


def test_nothing_is_traced_where_no_collector_is_named(settings: Settings) -> None:
    tracing.open_tracing(settings, process="api")
    with tracing.span("work", parent=GIVEN) as span:
        assert span is None
        assert tracing.traceparent() is None
    assert not tracing.is_on()


async def test_webhooks_carry_the_trace(override: Override, collector: CollectorDouble) -> None:
    from integrations.webhooks import Outgoing, new_secret, send

    more = {"OPORA_OTEL_ENDPOINT": collector.url, "OPORA_PRIVATE_NETWORKS": "127.0.0.0/8"}
    with override(**more) as settings, receiving() as receiver:
        outgoing = Outgoing(receiver.url, "msg_1", b"{}", [new_secret()])
        async with tracing.tracing(settings, process="worker"):
            with tracing.span("job webhooks.send"):
                await send(outgoing)
        await send(outgoing)
    first, second = (headers for headers, _ in receiver.received)
    assert first["traceparent"].split("-")[1] == collector.spans[0].trace_id
    assert "traceparent" not in second
