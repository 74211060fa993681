"""A double of an OpenAI-compatible server: models, chat (also streamed), embeddings, transcriptions, and faults.

Shapes follow the OpenAI API reference; embeddings honour ``encoding_format``, which the SDK sets to base64.
"""

import asyncio
import base64
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.doubles.embeddings import word_vector
from tests.doubles.http_server import serving


@dataclass(frozen=True, slots=True)
class Status:
    """Answer with this status."""

    status: int
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing for so long; in a stream, after so many pieces."""

    seconds: float
    after_pieces: int = 0


@dataclass(frozen=True, slots=True)
class Break:
    """Cut a stream's connection after so many pieces; ``clean`` ends it as if it were whole."""

    after_pieces: int
    clean: bool = False


@dataclass(frozen=True, slots=True)
class Garbage:
    """Answer 200 with this body instead."""

    body: str
    media_type: str = "application/json"


Fault = Status | Hang | Break | Garbage


@dataclass(frozen=True, slots=True)
class Calls:
    """A reply that calls a function; ``arguments`` are sent as they are, also where they are not JSON."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request: ``body`` is the parsed JSON, or the form's fields with the length of its file."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class ConnectionCut(Exception):
    """Raised inside a stream so that the server drops the connection."""


@dataclass
class OpenAIDouble:
    """What the server says. ``faults`` are used up one a request (not by ``/models``), in order.

    ``pause_s`` goes before a stream's pieces; ``first_pieces`` are the moments (``time.monotonic``) of each first.
    """

    base_url: str = ""
    api_key: str = "sk-double-0123456789"
    models: tuple[str, ...] = ("double-chat", "double-embeddings")
    reply: Callable[[Mapping[str, Any]], str | Calls] = lambda _body: "Reset it on the sign-in page [1]."
    transcript: str = "здравствуйте"
    dimensions: int = 384
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[Recorded] = field(default_factory=list)
    file_names: list[str] = field(default_factory=list)
    stopped: bool = False
    pause_s: float = 0.0
    first_pieces: list[float] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/models", self._list_models),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/embeddings", self._embed, methods=["POST"]),
                Route("/v1/audio/transcriptions", self._transcribe, methods=["POST"]),
            ]
        )

    async def _list_models(self, request: Request) -> Response:
        self._record(request, {})
        if refusal := self._refusal(request):
            return refusal
        data = [{"id": model, "object": "model", "created": 1, "owned_by": "double"} for model in self.models]
        return JSONResponse({"object": "list", "data": data})

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        fault, answer = await self._begin(request, body)
        if answer is not None:
            return answer
        said = self.reply(body)
        if isinstance(said, Calls):
            return JSONResponse(_calling(body, said))
        text = said
        if body.get("stream"):
            return StreamingResponse(self._pieces(body, text, fault), media_type="text/event-stream")
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return JSONResponse(
            {**_head(body, "chat.completion"), "choices": [choice], "usage": _usage(json.dumps(body["messages"]), text)}
        )

    async def _pieces(self, body: Mapping[str, Any], text: str, fault: Fault | None) -> AsyncIterator[str]:
        head = _head(body, "chat.completion.chunk")
        yield _event({**head, "choices": [_delta({"role": "assistant", "content": ""})]})
        for number, piece in enumerate(_words(text)):
            if isinstance(fault, Break) and number == fault.after_pieces:
                if fault.clean:
                    return
                raise ConnectionCut
            if isinstance(fault, Hang) and number == fault.after_pieces:
                await self._sleep(fault.seconds)
            await asyncio.sleep(self.pause_s)
            if number == 0:
                self.first_pieces.append(time.monotonic())
            yield _event({**head, "choices": [_delta({"content": piece})]})
        yield _event({**head, "choices": [_delta({}, "stop")]})
        if (body.get("stream_options") or {}).get("include_usage"):
            yield _event({**head, "choices": [], "usage": _usage(json.dumps(body["messages"]), text)})
        yield "data: [DONE]\n\n"

    async def _embed(self, request: Request) -> Response:
        body = await request.json()
        _, answer = await self._begin(request, body)
        if answer is not None:
            return answer
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        if not texts or not all(texts):
            return JSONResponse({"error": {"message": "input cannot be an empty string"}}, 400)
        data = [self._embedding(number, text, body) for number, text in enumerate(texts)]
        usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
        return JSONResponse({"object": "list", "model": body["model"], "data": data, "usage": usage})

    def _embedding(self, number: int, text: str, body: Mapping[str, Any]) -> dict[str, Any]:
        # Not of unit length, as of many servers.
        vector = 3 * word_vector(text, body.get("dimensions") or self.dimensions)
        packed = base64.b64encode(vector.astype("<f4").tobytes()).decode()
        value = packed if body.get("encoding_format") == "base64" else vector.tolist()
        return {"object": "embedding", "index": number, "embedding": value}

    async def _transcribe(self, request: Request) -> Response:
        async with request.form() as form:
            body = {name: value if isinstance(value, str) else value.size for name, value in form.items()}
            self.file_names += [value.filename or "" for value in form.values() if not isinstance(value, str)]
        _, answer = await self._begin(request, body)
        if answer is not None:
            return answer
        if body.get("response_format") == "text":
            return PlainTextResponse(self.transcript)
        return JSONResponse({"text": self.transcript})

    async def _begin(self, request: Request, body: Mapping[str, Any]) -> tuple[Fault | None, Response | None]:
        """Record the request; return a fault for a stream to act out, or the response of a fault or a refusal."""
        self._record(request, body)
        if refusal := self._refusal(request):
            return None, refusal
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, Hang) and not (body.get("stream") and fault.after_pieces):
            await self._sleep(fault.seconds)
        if isinstance(fault, Garbage):
            return None, Response(fault.body, media_type=fault.media_type)
        if isinstance(fault, Status):
            headers = {"retry-after": fault.retry_after} if fault.retry_after is not None else {}
            return None, JSONResponse({"error": {"message": f"scripted {fault.status}"}}, fault.status, headers)
        return fault, None

    def _record(self, request: Request, body: Mapping[str, Any]) -> None:
        self.requests.append(Recorded(request.url.path, dict(request.headers), body))

    def _refusal(self, request: Request) -> Response | None:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if key == self.api_key:
            return None
        # OpenAI quotes the key (in part); that a server quotes it whole is the worst case to be safe against.
        error = {"message": f"Incorrect API key provided: {key}", "code": "invalid_api_key"}
        return JSONResponse({"error": error}, 401)

    async def _sleep(self, seconds: float) -> None:
        for _ in range(int(seconds / 0.02)):
            if self.stopped:
                return
            await asyncio.sleep(0.02)


@contextmanager
def running_openai(double: OpenAIDouble | None = None) -> Iterator[OpenAIDouble]:
    """A served double; its ``base_url`` includes ``/v1``."""
    double = double or OpenAIDouble()
    with serving(double.app()) as address:
        double.base_url = f"{address}/v1"
        try:
            yield double
        finally:
            double.stopped = True


def _head(body: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-double", "object": kind, "created": 1, "model": body["model"]}


def _calling(body: Mapping[str, Any], call: Calls) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    calls = [{"id": f"call_{len(body['messages'])}", "type": "function", "function": function}]
    message = {"role": "assistant", "content": None, "refusal": None, "tool_calls": calls}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls", "logprobs": None}
    usage = _usage(json.dumps(body["messages"]), call.arguments)
    return {**_head(body, "chat.completion"), "choices": [choice], "usage": usage}


def _delta(delta: Mapping[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason}


def _event(chunk: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def _words(text: str) -> list[str]:
    words = text.split(" ")
    return [word if number == 0 else f" {word}" for number, word in enumerate(words)]


def _usage(prompt: str, text: str) -> dict[str, int]:
    spent = (len(prompt.split()), len(text.split()))
    return {"prompt_tokens": spent[0], "completion_tokens": spent[1], "total_tokens": sum(spent)}
