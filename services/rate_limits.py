"""How much one caller may ask for in a time: the port that edges call. The counting is the composition root's."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from core.actor import Actor
from core.emails import checked_email
from core.errors import InvalidInput, RateLimited


class Bucket(StrEnum):
    """Kinds of requests that are counted apart."""

    AUTH = "auth"
    LOGIN = "login"
    """Sign-ins of `replyx`: five minutes are counted for them, whatever else was asked of AUTH."""
    RESEND = "resend"
    """Confirmation codes, by address."""
    AGENT = "agent"
    HANDOFF = "handoff"
    """Requests for an operator, a dialog."""
    TOP_UP = "top_up"
    """Top-ups: ten minutes are counted for them, and the minute of OTHER besides."""
    UPLOAD = "upload"
    """Documents for assistants: five minutes are counted for them, and the minute of OTHER besides."""
    OTHER = "other"
    GRAPHQL = "graphql"
    WEBHOOK = "webhook"
    """Not counted: a bank has few addresses, and its notifications are turned away by those."""
    WEBSOCKET = "websocket"
    """What a person says on sockets of dialogs."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request may go on. ``reset`` is in epoch seconds; ``limit`` None says that nothing is counted."""

    allowed: bool
    limit: int | None = None
    remaining: int = 0
    reset: int = 0
    retry_after: int = 0

    def headers(self) -> dict[str, str]:
        """The response headers that tell it, on refusals and on successes."""
        if self.limit is None:
            return {}
        told = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }
        return told if self.allowed else {**told, "Retry-After": str(self.retry_after)}

    def enforce(self) -> None:
        """Raises RateLimited where the request may not go on."""
        if not self.allowed:
            raise RateLimited(self.retry_after)


UNLIMITED = Decision(allowed=True)


class RateLimiter(Protocol):
    """Counts requests of all processes together."""

    async def check(self, bucket: Bucket, *identities: str) -> Decision:
        """Count one request against each identity; the tightest decision holds. Never raises."""


def caller(actor: Actor | None, client_ip: str) -> str:
    """Whom a request counts against: the user, or the address where there is none."""
    if actor is not None and actor.user_id is not None:
        return f"user:{actor.user_id}"
    return by_address(client_ip)


def by_person(actor: Actor) -> str:
    """Whom a connection that stays open counts against: the user, or the guest, at whatever address."""
    return f"user:{actor.user_id}" if actor.guest is None else f"guest:{actor.guest.id.hex}"


def by_address(client_ip: str) -> str:
    """An IPv6 customer has a /64 at the least, so its addresses count as one."""
    try:
        address = ip_address(client_ip)
    except ValueError:
        return "ip:unknown"
    if isinstance(address, IPv6Address):
        return f"ip:{IPv6Address(int(address) >> 64 << 64)}/64"
    return f"ip:{address}"


def by_email(email: str) -> str:
    """Whom a login counts against beside the address, so that many addresses do not get many tries at one account.

    Spellings that sign in to one account (case, Unicode's compositions, the domain in Punycode) count together.
    """
    try:
        spelt = checked_email(email)
    except InvalidInput:
        spelt = email.strip()
    return f"email:{hashlib.sha256(spelt.lower().encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
