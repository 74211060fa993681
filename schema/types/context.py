"""What every resolver finds in ``info.context``."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import strawberry
from strawberry.types import Info as StrawberryInfo

from core.actor import Actor
from core.errors import DomainError, NotAuthenticated
from core.paging import Slice
from models.users import User
from services.dialog_messages import DialogMessageKey, SaidInDialog
from services.messages import MessageView
from services.rate_limits import UNLIMITED, Bucket, Decision, RateLimiter, caller
from services.ticket_list import MessageKey
from services.ticket_rows import TicketRow
from services.user_list import Deeds

K = TypeVar("K", bound=Hashable, contravariant=True)
T = TypeVar("T", covariant=True)


class Loader(Protocol[K, T]):
    """Loads one row of a batch: fields that are resolved at the same time share one statement."""

    def load(self, key: K) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Loaders:
    """What fields load that their operation did not bring along. Rows hidden from the actor come as None."""

    users: Loader[int, User | None]
    deeds: Loader[int, Deeds | None]
    tickets: Loader[int, TicketRow | None]
    messages: Loader[MessageKey, Slice[MessageView]]
    dialog_messages: Loader[DialogMessageKey, Slice[SaidInDialog]]


class Caller(Protocol):
    """Who uses a connection. A request is one moment; a socket lives on, and asks again at each operation."""

    async def actor(self) -> Actor:
        """Raises NotAuthenticated, TokenExpired, Forbidden, NotFound for what the client presented."""


@dataclass(slots=True)
class Context:
    """One request or one socket: who asks, from where, how much they may still ask for, and the loaders.

    ``load`` makes the loaders, which read as the context's actor at the time.
    """

    caller: Caller
    limiter: RateLimiter
    client_ip: str
    load: Callable[["Context"], Loaders]
    decision: Decision = UNLIMITED
    """The tightest limit that the request was counted against, for the response's headers."""
    connection_params: Mapping[str, object] | None = None
    hand_over: Callable[[Any], None] | None = None
    """Takes the feed of a subscription, where the transport sends it itself: see :mod:`resolvers.feeds`."""
    _actor: Actor | DomainError = field(default_factory=NotAuthenticated)
    _loaders: Loaders | None = field(default=None, init=False)

    @property
    def loaders(self) -> Loaders:
        """Made when the first field asks for them: most requests, and all sockets, need none."""
        if self._loaders is None:
            self._loaders = self.load(self)
        return self._loaders

    @property
    def actor(self) -> Actor:
        """Raises the error that authentication ended with, NotAuthenticated where nobody signed in.

        It may be a guest, who may do what a policy grants guests and nothing else.
        """
        if isinstance(self._actor, DomainError):
            raise self._actor
        return self._actor

    @property
    def known_actor(self) -> Actor | None:
        """Who is signed in; None for guests too."""
        return None if isinstance(self._actor, DomainError) or self._actor.guest is not None else self._actor

    @property
    def is_known(self) -> bool:
        """Whether anybody is there at all, a guest included."""
        return not isinstance(self._actor, DomainError)

    async def authenticate(self) -> Actor | None:
        """Ask who calls, now. What is wrong with a token is told where an operation needs one."""
        try:
            self._actor = await self.caller.actor()
        except DomainError as error:
            self._actor = error
        return self.known_actor

    async def count(self, bucket: Bucket, *identities: str) -> None:
        """Count ``identities``, the caller where none is given, in a bucket. Raises RateLimited."""
        counted = identities or (caller(self.known_actor, self.client_ip),)
        decision = await self.limiter.check(bucket, *counted)
        self.decision = min(self.decision, decision, key=_tightness)
        decision.enforce()


def _tightness(decision: Decision) -> tuple[bool, float]:
    return decision.allowed, float("inf") if decision.limit is None else decision.remaining


def computed(description: str) -> Callable[[Callable[..., Awaitable[object]]], Any]:
    """A field of a row that its operation did not bring along: it loads."""
    decorate: Callable[[Callable[..., Awaitable[object]]], Any] = strawberry.field(description=description)
    return decorate


Info = StrawberryInfo[Context, None]
ID = strawberry.ID
