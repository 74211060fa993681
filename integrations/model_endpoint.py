"""An OpenAI-compatible endpoint: its client, the kinds of its failures, retries within one time budget.

Shared by the adapters that speak this protocol (chat, embeddings). Follows the error codes and the ``Retry-After``
rule of the OpenAI API reference; the SDK's own retries are off, because their number, not their time, is bounded.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2
import openai

from config import tracing
from config.metrics import MODEL_CALLS, MODEL_SECONDS
from core import clock
from core.network import assert_allowed
from integrations.model_failures import EndpointFailed as EndpointFailed
from integrations.model_failures import FailureReason as FailureReason

Reply = TypeVar("Reply")

_BACKOFF_FIRST_S = 0.5
_BACKOFF_MOST_S = 8.0
# ValueError covers JSON that does not parse.
_EXPECTED = (openai.OpenAIError, httpx2.HTTPError, TimeoutError, ValueError)


_RETRIED = frozenset(
    {
        FailureReason.RATE_LIMITED,
        FailureReason.TIMED_OUT,
        FailureReason.UNREACHABLE,
        FailureReason.SERVER_ERROR,
        FailureReason.BROKEN_STREAM,
    }
)


class MalformedReply(ValueError):
    """The endpoint answered 200 with something that is not the documented shape."""


class EmptyAnswer(ValueError):
    """The model ended without a word, as a content filter makes it: what was asked is to blame, and not the endpoint.

    Else a customer who provokes it would have every token of a pool rest.
    """


class BrokenStream(httpx2.HTTPError):
    """A stream ended before the model said that it was finished."""


@contextmanager
def documented_shape() -> Iterator[None]:
    """Reading a reply: a part that is missing or of another type raises MalformedReply (the SDK does not validate)."""
    try:
        yield
    except (AttributeError, TypeError, LookupError) as error:
        raise MalformedReply(type(error).__name__) from error


class Budget:
    """Seconds of wall clock that all attempts of one answer share."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def remaining(self) -> float:
        return max(0.0, self._deadline - time.monotonic())


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """``base_url`` includes the version suffix; ``setting`` is the settings' prefix that messages name."""

    kind: str
    setting: str
    base_url: str
    api_key: str | None
    attempt_s: float = 30.0
    connect_s: float = 2.0
    max_retries: int = 2


class ModelEndpoint:
    """One endpoint. Safe for concurrent use within one event loop."""

    def __init__(self, options: EndpointOptions) -> None:
        self.options = options
        self.host = urlsplit(options.base_url).hostname or "?"
        # The SDK takes what is absent here (key, organisation, project) from OPENAI_* variables, for whatever host.
        self.client = openai.AsyncOpenAI(
            base_url=options.base_url,
            api_key=options.api_key or "none",
            max_retries=0,
            # The SDK follows by default: what customers wrote would go on to a host that nobody configured.
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )
        self.client.organization = self.client.project = None

    async def call(self, attempt: Callable[[httpx2.Timeout], Awaitable[Reply]], budget: Budget) -> Reply:
        """Run ``attempt`` until it succeeds, the retries or the budget are spent. Raises EndpointFailed.

        Rate limits, timeouts, 5xx, connection errors and streams broken before their first token are tried again.
        """
        assert_allowed(self.options.kind)
        for number in range(self.options.max_retries + 1):
            try:
                return await self._once(attempt, budget)
            except _EXPECTED as error:
                reason, retry_after = classify(error), retry_after_of(error)
            pause = retry_after if retry_after is not None else backoff(number)
            if reason not in _RETRIED or pause >= budget.remaining() or number == self.options.max_retries:
                break
            await asyncio.sleep(pause)
        # Raised outside the handler: a chained SDK error may quote the key that the endpoint refused.
        raise self.failure(reason, retry_after)

    async def _once(self, attempt: Callable[[httpx2.Timeout], Awaitable[Reply]], budget: Budget) -> Reply:
        with tracing.span(f"model {self.options.kind}", "client", server__address=self.host):
            return await self._measured(attempt, budget)

    async def _measured(self, attempt: Callable[[httpx2.Timeout], Awaitable[Reply]], budget: Budget) -> Reply:
        allowed = min(self.options.attempt_s, budget.remaining())
        outcome = "cancelled"
        started = time.perf_counter()
        try:
            async with asyncio.timeout(allowed):
                reply = await attempt(httpx2.Timeout(allowed, connect=min(self.options.connect_s, allowed)))
            outcome = "ok"
        except _EXPECTED as error:
            outcome = classify(error).value
            raise
        finally:
            tracing.note(opora__outcome=outcome)
            MODEL_CALLS.labels(self.options.kind, outcome).inc()
            MODEL_SECONDS.labels(self.options.kind).observe(time.perf_counter() - started)
        return reply

    def failure(self, reason: FailureReason, rest_s: float | None = None) -> EndpointFailed:
        """The error to raise for ``reason``."""
        message = _MESSAGES[reason].format(host=self.host, setting=self.options.setting)
        return EndpointFailed(message, reason, rest_s)

    async def close(self) -> None:
        await self.client.close()


_MESSAGES = {
    FailureReason.RATE_LIMITED: "The model endpoint {host} is rate limited",
    FailureReason.TIMED_OUT: "The model endpoint {host} did not answer in time",
    FailureReason.UNREACHABLE: "The model endpoint {host} cannot be reached; check {setting}_BASE_URL",
    FailureReason.SERVER_ERROR: "The model endpoint {host} failed",
    FailureReason.KEY_REFUSED: "The model endpoint {host} refused the key; check {setting}_API_KEY",
    FailureReason.REJECTED: "The model endpoint {host} rejected the request; check {setting}_BASE_URL and _MODEL",
    FailureReason.BROKEN_STREAM: "The model endpoint {host} broke off in the middle of an answer",
    FailureReason.MALFORMED: "The model endpoint {host} answered in an unknown form; check {setting}_BASE_URL",
}


def classify(error: Exception) -> FailureReason:
    """The kind of an error that the SDK, its HTTP client or our own checks raised."""
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code)
    if isinstance(error, EmptyAnswer):
        return FailureReason.REJECTED
    if isinstance(error, TimeoutError | openai.APITimeoutError | httpx2.TimeoutException):
        return FailureReason.TIMED_OUT
    if isinstance(error, BrokenStream | httpx2.RemoteProtocolError):
        return FailureReason.BROKEN_STREAM
    if isinstance(error, openai.APIConnectionError | httpx2.HTTPError):
        return FailureReason.UNREACHABLE
    if isinstance(error, openai.APIResponseValidationError | ValueError):
        return FailureReason.MALFORMED
    return FailureReason.SERVER_ERROR


def _of_status(status: int) -> FailureReason:
    if status == 429:
        return FailureReason.RATE_LIMITED
    if status in (401, 403):
        return FailureReason.KEY_REFUSED
    if status == 408:
        return FailureReason.TIMED_OUT
    return FailureReason.SERVER_ERROR if status >= 500 else FailureReason.REJECTED


def retry_after_of(error: Exception) -> float | None:
    """Seconds that the endpoint asks to wait (``Retry-After``, seconds or an HTTP date); None where it asks nothing."""
    if not isinstance(error, openai.APIStatusError):
        return None
    value = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None


def backoff(number: int) -> float:
    """Seconds before retry ``number`` (from 0): doubling, with jitter so that workers do not return in step."""
    return min(_BACKOFF_MOST_S, _BACKOFF_FIRST_S * 2.0**number) * random.uniform(0.5, 1.0)  # noqa: S311
