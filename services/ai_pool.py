"""The pool of AI tokens as one chat model: a request goes to a token that may serve it, and on to the next if it fails.

The environment's key is the last resort. All tries of an answer share one time budget. A stream is handed on while
nothing of it was read; what broke off later is for its reader to begin again (:mod:`services.generation`).
"""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from config.settings import get_settings
from core.actor import Actor
from integrations.llm.port import ChatMessage, ChatModel, Completion, CompletionStream, ModelHealth, Tool
from services import ai_claims
from services.ai_clients import close_clients
from services.ai_tries import Run, Source, finish_writing
from services.providers import providers

_TRIAL = "Answer with the single word: ready"
_TRIAL_TOKENS = 16


async def chat_for(actor: Actor, model: str | None = None) -> ChatModel | None:
    """The chat model that answers for the actor's tenant; ``model`` None takes the installation's.

    None where there is neither a token that may use it nor an endpoint: answers are then quotations. What it raises
    is one of :mod:`core.refusals.models`, each a ModelUnavailable.
    """
    environment = providers().chat
    wanted = model or (environment.name if environment else get_settings().llm.model)
    usable = await ai_claims.usable_model(wanted)
    if usable is not None:
        return PooledChat(Source(actor.tenant_id, usable, environment))
    if environment is None:
        return None
    return PooledChat(Source(actor.tenant_id, wanted or environment.name, environment, pooled=False))


async def installation_chat() -> ChatModel | None:
    """The chat model that answers where no assistant names another, to ask how it is: of no tenant, so not to be used.

    None where there is neither a token that names a model nor an endpoint.
    """
    environment = providers().chat
    if environment is not None:
        return environment
    usable = await ai_claims.usable_model(get_settings().llm.model)
    return None if usable is None else PooledChat(Source(0, usable))


@dataclass(frozen=True, slots=True)
class Trial:
    """What a token answered, and after how long."""

    model: str
    answer: str
    duration_ms: int


async def try_token(actor: Actor, token_id: int, model: str) -> Trial:
    """Ask one token alone. Raises one of :mod:`core.refusals.models`."""
    chat = PooledChat(Source(actor.tenant_id, model, only=token_id))
    started = time.monotonic()
    completion = await chat.complete([ChatMessage("user", _TRIAL)], max_tokens=_TRIAL_TOKENS)
    return Trial(completion.model or model, completion.text, round((time.monotonic() - started) * 1000))


async def close_pool() -> None:
    """Finish what is being written, and let go of the pool's connections."""
    await finish_writing()
    await close_clients()


class PooledChat:
    """A :class:`integrations.llm.port.ChatModel` for one tenant."""

    def __init__(self, source: Source) -> None:
        self.name = source.model
        self._source = source

    def named(self, model: str) -> "PooledChat":
        """The same pool, asked for another model."""
        return PooledChat(replace(self._source, model=model))

    async def complete(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        budget_s: float | None = None,
        idempotency_key: str | None = None,
        tools: Sequence[Tool] = (),
    ) -> Completion:
        """The whole answer. Raises one of :mod:`core.refusals.models`."""
        run = Run(self._source, messages, budget_s)
        while (choice := await run.choose()) is not None:
            async with run.trying(choice) as attempt:
                attempt.completion = await attempt.chat.complete(
                    messages,
                    max_tokens=max_tokens,
                    budget_s=run.budget_s(),
                    idempotency_key=idempotency_key,
                    tools=tools,
                )
                return attempt.completion
        raise run.error()

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        budget_s: float | None = None,
        idempotency_key: str | None = None,
    ) -> CompletionStream:
        """The answer as it is generated; iterating raises one of :mod:`core.refusals.models`."""
        run = Run(self._source, messages, budget_s)
        return PooledStream(run, max_tokens, idempotency_key)

    async def health(self) -> ModelHealth:
        """The endpoint of the environment; without it, whether a token could be asked now."""
        if self._source.environment is not None:
            return await self._source.environment.health()
        return ModelHealth(available=await ai_claims.any_ready(self.name), models=(self.name,))

    async def close(self) -> None:
        """Nothing: the connections are the process's."""


class PooledStream(CompletionStream):
    """One streamed answer. It is handed on to another token until its first piece has been read."""

    def __init__(self, run: Run, max_tokens: int, key: str | None) -> None:
        self._run = run
        self._max_tokens = max_tokens
        self._key = key
        super().__init__()

    async def _iterate(self) -> AsyncGenerator[str, None]:
        run = self._run
        while (choice := await run.choose()) is not None:
            async with run.trying(choice) as attempt:
                stream = attempt.chat.stream(
                    run.messages, max_tokens=self._max_tokens, budget_s=run.budget_s(), idempotency_key=self._key
                )
                async with aclosing(stream):
                    async for piece in stream:
                        attempt.read += piece
                        yield piece
                    self._completion = attempt.completion = stream.completion
                return
        raise run.error()
