"""What the product asks of a chat model."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call. ``parameters`` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model makes. ``arguments`` is what it wrote: JSON as a rule, checked by nobody yet."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """``tool_calls`` stand in an assistant's message; a ``tool`` message answers the call ``tool_call_id``."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the endpoint counts them."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer. ``finish_reason`` is ``stop``, or ``length`` where ``max_tokens`` cut it.

    ``text`` may be empty where there are ``tool_calls``.
    """

    text: str
    model: str
    finish_reason: str
    usage: Usage | None = None
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """Whether the endpoint answers, and the models that it lists."""

    available: bool
    models: tuple[str, ...] = ()


class CompletionStream:
    """The pieces of one answer, in order, to be iterated once. Close it where it is not read to its end.

    A model's own reads them in ``_iterate``, and leaves the whole answer in ``_completion`` behind the last.
    """

    def __init__(self) -> None:
        self._pieces = self._iterate()
        self._completion: Completion | None = None

    def __aiter__(self) -> AsyncIterator[str]:
        return self._pieces

    @property
    def completion(self) -> Completion:
        """The whole answer. Raises RuntimeError before the iteration has ended."""
        if self._completion is None:
            raise RuntimeError("The stream has not ended")
        return self._completion

    async def aclose(self) -> None:
        await self._pieces.aclose()

    def _iterate(self) -> AsyncGenerator[str, None]:
        raise NotImplementedError


class ChatModel(Protocol):
    """A chat model behind one endpoint.

    ``budget_s`` bounds all attempts together, in seconds; None means the endpoint's configured budget. The same
    ``idempotency_key`` on a repeated call tells the endpoint that it is the same request.
    """

    @property
    def name(self) -> str: ...

    def named(self, model: str) -> "ChatModel":
        """The same endpoint, asked for another model. It shares the connections: close only the first."""
        ...

    async def complete(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        budget_s: float | None = None,
        idempotency_key: str | None = None,
        tools: Sequence[Tool] = (),
    ) -> Completion:
        """The whole answer, with the calls of ``tools`` that the model makes. Raises ModelUnavailable."""
        ...

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        budget_s: float | None = None,
        idempotency_key: str | None = None,
    ) -> CompletionStream:
        """The answer as it is generated. Iterating raises ModelUnavailable, possibly after some pieces."""
        ...

    async def health(self) -> ModelHealth:
        """Never raises for an endpoint that is down; remembers the answer for a few seconds."""
        ...

    async def close(self) -> None: ...
