"""How a feed's events look in the words of one document: executed once for all who see alike and ask alike."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any
from weakref import WeakValueDictionary

import orjson
from strawberry.types.graphql import OperationType

from core.actor import Actor
from realtime.lines import Rendered
from realtime.looks import Look, eyes_of
from resolvers.feeds import Feed
from resolvers.loaders import loaders
from schema.errors import shown_all
from schema.root import schema
from schema.types.context import Caller, Context
from services.events import StoredEvent
from services.rate_limits import RateLimiter

_looks: "WeakValueDictionary[tuple[Hashable, Actor], Look]" = WeakValueDictionary()
"""Shared by those who have the same one, for as long as anybody has it."""
_SUBSCRIPTION = frozenset({OperationType.SUBSCRIPTION})


class _Eyes(Caller):
    """Whom shared results are made for, in place of any one caller."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    async def actor(self) -> Actor:
        return self._actor


def look_at(
    feed: Feed, query: str, variables: Mapping[str, Any] | None, operation_name: str | None, limiter: RateLimiter
) -> Look:
    """The look of a feed that a valid document opened. Two are the same where nothing that shapes results differs."""
    given = dict(variables or {})
    shaping = {name: given[name] for name in feed.shaping if name in given}
    told = orjson.dumps(shaping, option=orjson.OPT_SORT_KEYS).decode()
    key = ("graphql", feed.show, query, operation_name, told)
    eyes = eyes_of(feed.actor)
    look = _looks.get((key, eyes))
    if look is None:
        look = _looks[key, eyes] = Look(key, eyes, _renderer(feed, query, given, operation_name, limiter))
    return look


def _renderer(
    feed: Feed, query: str, variables: dict[str, Any], operation_name: str | None, limiter: RateLimiter
) -> Callable[[StoredEvent, Actor], Awaitable[Rendered | None]]:
    async def render(event: StoredEvent, eyes: Actor) -> Rendered | None:
        item = await feed.show(event, eyes)
        if item is None:
            return None
        context = Context(_Eyes(eyes), limiter, "", loaders, _actor=eyes)
        result = await schema.execute(
            query, variables, context, item, operation_name, allowed_operation_types=_SUBSCRIPTION
        )
        errors = shown_all(result.errors)
        told: dict[str, Any] = {"data": result.data}
        if errors:
            told["errors"] = [error.formatted for error in errors]
        return Rendered(orjson.dumps(told))

    return render
