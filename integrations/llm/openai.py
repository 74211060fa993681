"""Chat completions of OpenAI and of whatever speaks its protocol (Ollama, vLLM, llama.cpp, YandexGPT, ...)."""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from copy import copy
from typing import Any

import httpx2
from openai import AsyncStream
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from config.metrics import MODEL_CALLS
from core.network import assert_allowed
from integrations.llm.port import ChatMessage, Completion, CompletionStream, ModelHealth, Tool, ToolCall, Usage
from integrations.model_endpoint import (
    BrokenStream,
    Budget,
    EmptyAnswer,
    EndpointFailed,
    EndpointOptions,
    FailureReason,
    MalformedReply,
    ModelEndpoint,
    classify,
    documented_shape,
)

_HEALTH_TIMEOUT_S = 2.0
_HEALTH_REMEMBERED_S = 5.0
_MOST_TOKENS = 10**8


class OpenAIChat:
    """A :class:`integrations.llm.port.ChatModel`. Use one object within one event loop."""

    def __init__(self, options: EndpointOptions, *, model: str, budget_s: float = 30.0) -> None:
        self.name = model
        self._endpoint = ModelEndpoint(options)
        self._budget_s = budget_s
        self._health: tuple[float, ModelHealth] | None = None
        self._health_lock = asyncio.Lock()

    def named(self, model: str) -> "OpenAIChat":
        """The same endpoint, asked for another model; it shares the connections."""
        if model == self.name:
            return self
        other = copy(self)
        other.name = model
        return other

    async def complete(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        budget_s: float | None = None,
        idempotency_key: str | None = None,
        tools: Sequence[Tool] = (),
    ) -> Completion:
        """The whole answer. Raises EndpointFailed, a ModelUnavailable with the reason."""
        request = self._request(messages, max_tokens, idempotency_key)
        if tools:
            request["tools"] = [_described(tool) for tool in tools]

        async def attempt(timeouts: httpx2.Timeout) -> Completion:
            reply = await self._endpoint.client.chat.completions.create(**request, timeout=timeouts)
            return _completion(reply)

        return await self._endpoint.call(attempt, Budget(budget_s or self._budget_s))

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        budget_s: float | None = None,
        idempotency_key: str | None = None,
    ) -> CompletionStream:
        """The answer as it is generated; iterating raises EndpointFailed, also in the middle (BROKEN_STREAM)."""
        request = self._request(messages, max_tokens, idempotency_key)
        request |= {"stream": True, "stream_options": {"include_usage": True}}
        return OpenAIStream(self._endpoint, request, budget_s or self._budget_s)

    async def health(self) -> ModelHealth:
        """Ask for the list of models; the answer is good for five seconds."""
        async with self._health_lock:
            if self._health is None or time.monotonic() - self._health[0] > _HEALTH_REMEMBERED_S:
                self._health = (time.monotonic(), await self._ask_health())
            return self._health[1]

    async def _ask_health(self) -> ModelHealth:
        async def attempt(timeouts: httpx2.Timeout) -> ModelHealth:
            page = await self._endpoint.client.models.list(timeout=timeouts)
            with documented_shape():
                return ModelHealth(available=True, models=tuple(model.id for model in page.data))

        assert_allowed(self._endpoint.options.kind)
        try:
            async with asyncio.timeout(_HEALTH_TIMEOUT_S):
                return await self._endpoint.call(attempt, Budget(_HEALTH_TIMEOUT_S))
        except (EndpointFailed, TimeoutError):
            return ModelHealth(available=False)

    async def close(self) -> None:
        await self._endpoint.close()

    def _request(self, messages: Sequence[ChatMessage], max_tokens: int, idempotency_key: str | None) -> dict[str, Any]:
        # OpenAI's newer models refuse `max_tokens`; compatible servers know only that name.
        limit = "max_completion_tokens" if self._endpoint.host == "api.openai.com" else "max_tokens"
        return {
            "model": self.name,
            "messages": [_sent(message) for message in messages],
            limit: max_tokens,
            "extra_headers": _idempotency(self.name, idempotency_key),
        }


class OpenAIStream(CompletionStream):
    """One streamed answer. Until the first piece a failure is tried again; after it, it is the caller's to decide."""

    def __init__(self, endpoint: ModelEndpoint, request: Mapping[str, Any], budget_s: float) -> None:
        self._endpoint = endpoint
        self._request = request
        self._budget_s = budget_s
        super().__init__()

    async def _iterate(self) -> AsyncGenerator[str, None]:
        budget = Budget(self._budget_s)
        answer, first = await self._endpoint.call(self._open, budget)
        async with aclosing(answer):
            piece: str | None = first
            while piece is not None:
                yield piece
                piece = await self._next(answer, budget)
        self._completion = answer.completion()

    async def _open(self, timeouts: httpx2.Timeout) -> tuple["_Answer", str]:
        stream = await self._endpoint.client.chat.completions.create(**self._request, timeout=timeouts)
        if not isinstance(stream, AsyncStream):
            raise MalformedReply
        answer = _Answer(stream)
        try:
            first = await answer.next()
            if first is None:
                raise EmptyAnswer
        except BaseException:
            await answer.aclose()
            raise
        return answer, first

    async def _next(self, answer: "_Answer", budget: Budget) -> str | None:
        try:
            async with asyncio.timeout(budget.remaining()):
                return await answer.next()
        except Exception as error:
            reason = classify(error)
        if reason is not FailureReason.TIMED_OUT:
            reason = FailureReason.BROKEN_STREAM
        MODEL_CALLS.labels(self._endpoint.options.kind, reason.value).inc()
        raise self._endpoint.failure(reason)


class _Answer:
    """What has been read of a stream of chunks."""

    def __init__(self, chunks: AsyncStream[ChatCompletionChunk]) -> None:
        self._chunks = chunks
        self._text: list[str] = []
        self._model = ""
        self._finish_reason: str | None = None
        self._usage: Usage | None = None

    async def next(self) -> str | None:
        """The next piece that is not empty; None at a proper end. Raises BrokenStream at any other end."""
        while True:
            try:
                chunk = await anext(self._chunks)
            except StopAsyncIteration:
                break
            with documented_shape():
                piece = self._take(chunk)
            if piece:
                return piece
        if self._finish_reason is None:
            raise BrokenStream("the stream ended without a finish reason")
        return None

    def _take(self, chunk: ChatCompletionChunk) -> str:
        self._model = chunk.model or self._model
        self._usage = _usage(chunk.usage) or self._usage
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self._finish_reason = choice.finish_reason or self._finish_reason
        piece = choice.delta.content or ""
        self._text.append(piece)
        return piece

    def completion(self) -> Completion:
        return Completion("".join(self._text), self._model, self._finish_reason or "", self._usage)

    async def aclose(self) -> None:
        await self._chunks.close()


def _completion(reply: ChatCompletion) -> Completion:
    with documented_shape():
        choice = reply.choices[0]
        text = choice.message.content or ""
        calls = tuple(
            ToolCall(call.id, call.function.name, call.function.arguments)
            for call in choice.message.tool_calls or ()
            if call.type == "function"
        )
        if not text and not calls:
            raise EmptyAnswer if choice.finish_reason else MalformedReply("an answer without text")
        return Completion(text, reply.model, choice.finish_reason, _usage(reply.usage), calls)


def _sent(message: ChatMessage) -> dict[str, Any]:
    """A message as the API reference has it (Chat Completions, ``messages``)."""
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        sent["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        sent["tool_call_id"] = message.tool_call_id
    return sent


def _described(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _usage(usage: CompletionUsage | None) -> Usage | None:
    """None where the endpoint counts nothing, or no numbers that can be kept: whoever stores it then estimates."""
    told = [getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens")]
    counts = [count for count in told if type(count) is int and 0 <= count <= _MOST_TOKENS]
    return Usage(*counts) if len(counts) == len(told) else None


def _idempotency(model: str, key: str | None) -> dict[str, str]:
    if key is None:
        return {}
    # Hashed: the header has to be short and plain, and must not tell a third party how our jobs are named.
    return {"Idempotency-Key": hashlib.sha256(f"opora:{model}:{key}".encode()).hexdigest()[:32]}
