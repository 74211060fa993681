"""The tries of one answer: whom to ask, one after the other, in the time that they share, and what became of each."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from config.settings import get_settings
from core.errors import ModelUnavailable, Unavailable
from core.refusals.models import FailoverFailed, ProviderUnavailable, RequestTimeout, TokenLimitExceeded
from integrations.llm.port import ChatMessage, ChatModel, Completion
from integrations.model_failures import EndpointFailed, FailureReason
from services import ai_claims, ai_usage
from services.ai_claims import Claim, NoClaim
from services.ai_clients import clients
from services.ai_usage import Try

CUT_OFF = "cut_off"
"""The error of a try whose reader went away before anything came."""
_REST_FOR = frozenset(FailureReason) - {FailureReason.REJECTED}
"""A request that is refused for what it asks says nothing against the token."""
_UNKNOWN = FailureReason.SERVER_ERROR
_writing: set[asyncio.Task[None]] = set()
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Who may be asked for ``model``, for a tenant: the pool's tokens where it is ``pooled``, or ``only`` one of them;
    then the environment's endpoint.
    """

    tenant_id: int
    model: str
    environment: ChatModel | None = None
    pooled: bool = True
    only: int | None = None


@dataclass
class Attempt:
    """One try: ``read`` is what a stream gave so far, ``completion`` is there when all went well.

    ``refused`` is why there is nobody to ask: the token's key cannot be opened, or it names no endpoint.
    """

    claim: Claim | None
    opened: ChatModel | None = None
    refused: Unavailable | None = None
    started: float = field(default_factory=time.monotonic)
    read: str = ""
    completion: Completion | None = None

    @property
    def chat(self) -> ChatModel:
        """Raises ``refused``, and RuntimeError before it is open."""
        if self.refused is not None:
            raise self.refused
        if self.opened is None:
            raise RuntimeError("The try has no model yet")
        return self.opened


class Run:
    """The tries of one answer, and the time that they share."""

    def __init__(self, source: Source, messages: Sequence[ChatMessage], budget_s: float | None) -> None:
        self.messages = messages
        self._source = source
        self._budget_s = budget_s
        self._deadline = time.monotonic() + (budget_s or get_settings().llm.budget_s)
        self._tried: set[int] = set()
        self._spare = _last_resorts(source.model, source.environment) if source.environment else []
        self._left: NoClaim | None = None if source.pooled else NoClaim(0, 0)
        self._failures: list[FailureReason] = []
        self._message = "The AI provider does not answer"

    def budget_s(self) -> float | None:
        """Seconds for the next try; None, the endpoint's own, where it is the first and the caller gave none."""
        if self._budget_s is None and not self._failures and self._left is not None:
            return None
        return max(0.001, self._deadline - time.monotonic())

    async def choose(self) -> Claim | ChatModel | None:
        """Whom to ask next; None where nobody or no time is left."""
        if time.monotonic() >= self._deadline:
            return None
        if self._left is None:
            claimed = await self._claim()
            if isinstance(claimed, Claim):
                self._tried.add(claimed.token_id)
                return claimed
            self._left = claimed
        return self._next_resort()

    async def _claim(self) -> Claim | NoClaim:
        only = self._source.only
        if only is None:
            return await ai_claims.claim(self._source.model, self._tried)
        return NoClaim(0, 0) if self._tried else await ai_claims.claim_one(only)

    def _next_resort(self) -> ChatModel | None:
        chat = self._spare.pop(0) if self._spare else None
        # The endpoint's own model stands in only where it does not know the one asked for.
        is_own = chat is not None and chat is self._source.environment and chat.name != self._source.model
        return None if is_own and self._failures[-1] is not FailureReason.REJECTED else chat

    @asynccontextmanager
    async def trying(self, choice: Claim | ChatModel) -> AsyncIterator[Attempt]:
        """A try, stored when it is over. Swallows its failure, unless part of the answer was read already."""
        claim = choice if isinstance(choice, Claim) else None
        attempt = Attempt(claim)
        async with AsyncExitStack() as stack:
            try:
                if isinstance(choice, Claim):
                    try:
                        attempt.opened = await stack.enter_async_context(clients().lent(choice, self._source.model))
                    except Unavailable as error:
                        # Told inside the try, which a context manager has to begin in any case.
                        attempt.refused = error
                else:
                    attempt.opened = choice
                yield attempt
            except Unavailable as error:
                await _kept(self._failed(attempt, error))
                if attempt.read:
                    raise self.error() from None
            except BaseException:
                await _kept(self._cut(attempt))
                raise
            else:
                await _kept(ai_usage.record(self._served(attempt)))

    def error(self) -> ModelUnavailable:
        """Why there is no answer."""
        if len(self._failures) > 1:
            return FailoverFailed(f"{len(self._failures)} AI endpoints were tried, and each failed. {self._message}")
        if self._failures:
            timed_out = self._failures[0] is FailureReason.TIMED_OUT
            return RequestTimeout(self._message) if timed_out else ProviderUnavailable(self._message)
        if self._left is None:
            return RequestTimeout("No AI token could be found in time")
        if self._left.out_of_room and not self._left.resting:
            return TokenLimitExceeded("The AI tokens have used up their limits")
        return ProviderUnavailable("No AI token can be asked now: they rest after failures")

    async def _failed(self, attempt: Attempt, error: Unavailable) -> None:
        known = error if isinstance(error, EndpointFailed) else None
        reason = known.reason if known else FailureReason.KEY_REFUSED if attempt.opened is None else _UNKNOWN
        self._failures.append(reason)
        self._message = error.message
        logger.warning("ai_try_failed", token_id=attempt.claim and attempt.claim.token_id, reason=reason.value)
        retry_after = known.rest_s if known else None
        made = self._made(attempt, error=reason.value, rests=reason in _REST_FOR, retry_after=retry_after)
        await ai_usage.record(made)

    def _served(self, attempt: Attempt) -> Try:
        completion = attempt.completion
        if completion is not None and completion.usage is not None:
            return self._made(attempt, usage=completion.usage)
        text = completion.text if completion else attempt.read
        return self._made(attempt, usage=ai_usage.estimate(self.messages, text), estimated=True)

    async def _cut(self, attempt: Attempt) -> None:
        """The reader went away: what was read is paid for; a token that said nothing yet is neither well nor ill."""
        made = self._served(attempt) if attempt.read else self._made(attempt, error=CUT_OFF)
        await ai_usage.record(made)

    def _made(self, attempt: Attempt, **said: Any) -> Try:
        duration_ms = round((time.monotonic() - attempt.started) * 1000)
        model = attempt.opened.name if attempt.opened else self._source.model
        return Try(self._source.tenant_id, model, attempt.claim, duration_ms, **said)


def _last_resorts(model: str, environment: ChatModel) -> list[ChatModel]:
    return [environment] if environment.name == model else [environment.named(model), environment]


async def finish_writing() -> None:
    """Wait for what is being written of tries whose readers went away."""
    await asyncio.gather(*_writing)


async def _kept(writing: Coroutine[Any, Any, None]) -> None:
    """Finish writing even where whoever waits for it is cancelled."""
    task = asyncio.ensure_future(writing)
    _writing.add(task)
    task.add_done_callback(_writing.discard)
    await asyncio.shield(task)
