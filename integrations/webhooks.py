"""Sending to a company's own server, as https://github.com/standard-webhooks/standard-webhooks has it.

One POST, fifteen seconds for all of it, no redirects, only to addresses that :mod:`integrations.outgoing` permits. The
body of the answer is read as far as people want to see it.
"""

import asyncio
import base64
import hmac
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx2

from config import tracing
from core import clock
from core.network import assert_allowed
from core.refusals.outgoing import AddressRefused, HostUnknown
from integrations.outgoing import outgoing_client, read_bounded

TIMEOUT_S = 15.0
SECRET_PREFIX = "whsec_"  # noqa: S105  # how every secret begins
_SECRET_BYTES = 32
_EXCERPT_BYTES = 2000
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What goes where. ``secrets`` are as the company holds them, ``whsec_`` and base64, the newest first."""

    url: str
    message_id: str
    body: bytes
    secrets: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt went: ``status`` and the beginning of the body, or the code of what kept an answer from coming.

    ``retry_after_s`` is what the server asks to be given; ``took_ms`` the whole attempt's time.
    """

    status: int | None
    excerpt: str
    error: str | None
    took_ms: int
    retry_after_s: float | None = None

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The server says that nobody will ever take it: by the specification, we stop sending."""
        return self.status == 410


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,`` and the base64 of HMAC-SHA256 over id, seconds since 1970 and body, joined by points."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


async def send(outgoing: Outgoing) -> Answer:
    """One attempt. Whatever goes wrong with the server or on the way is told in the answer, not raised."""
    assert_allowed("A webhook endpoint")
    started = time.monotonic()
    try:
        async with asyncio.timeout(TIMEOUT_S), outgoing_client(TIMEOUT_S) as client:
            request = client.build_request("POST", outgoing.url, content=outgoing.body, headers=_headers(outgoing))
            response = await client.send(request, stream=True)
            try:
                read, _ = await read_bounded(response, _EXCERPT_BYTES)
            finally:
                await response.aclose()
    except (AddressRefused, HostUnknown) as error:
        return _failed(started, error.code)
    except (TimeoutError, httpx2.TimeoutException):
        return _failed(started, "TIMED_OUT")
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return _failed(started, "UNREACHABLE")
    excerpt = _CONTROL.sub(" ", read.decode("utf-8", "replace")).strip()
    return Answer(response.status_code, excerpt, None, _since(started), _retry_after(response))


def _headers(outgoing: Outgoing) -> dict[str, str]:
    at = int(clock.now().timestamp())
    signatures = (signature(secret, outgoing.message_id, at, outgoing.body) for secret in outgoing.secrets)
    return {
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": "Opora-Webhooks/1",
        "webhook-id": outgoing.message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signatures),
    } | ({tracing.TRACEPARENT: carried} if (carried := tracing.traceparent()) else {})


def _failed(started: float, error: str) -> Answer:
    return Answer(None, "", error, _since(started))


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _retry_after(response: httpx2.Response) -> float | None:
    """``Retry-After`` in seconds (RFC 9110, 10.2.3: a number or a date); None where it is absent or nonsense."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None
