"""Subscriptions that show the events of one topic: as a stream, or handed over to a transport that renders each once
for all who see alike.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import FragmentDefinitionNode, Node, VariableNode, Visitor, visit
from graphql.type import GraphQLResolveInfo

from core.actor import Actor
from core.bounded_cache import BoundedCache
from realtime.subscription import watch
from schema.types.context import Info
from services.events import StoredEvent

T = TypeVar("T")
Show = Callable[[StoredEvent, Actor], Awaitable[T | None]]
"""The event as the actor may see it now, None where it is not shown. Its result depends on nothing else."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What to watch, and how its events are shown. ``shaping`` names the variables that their selection uses."""

    actor: Actor
    topic: str
    after: int | None
    show: Show[Any]
    shaping: frozenset[str]


async def feed(info: Info, topic: str, show: Show[T], *, after: int | None) -> AsyncGenerator[T, None]:
    """Events of a topic as they are shown, from behind ``after``. Raises as :func:`realtime.subscription.watch`.

    Ends at once where the caller's transport takes the feed over.
    """
    actor = info.context.actor
    if info.context.hand_over is not None:
        info.context.hand_over(Feed(actor, topic, after, show, _shaping(info._raw_info)))
        return
    async with aclosing(watch(actor, topic, after=after)) as events:
        async for event in events:
            if (shown := await show(event, actor)) is not None:
                yield shown


_known: BoundedCache[int, tuple[Node, frozenset[str]]] = BoundedCache(1000)


def _shaping(info: GraphQLResolveInfo[Any]) -> frozenset[str]:
    """The variables used anywhere but in the root field's arguments, which say what to watch."""
    known = _known.get(id(info.operation))
    if known is None:
        names = _Names()
        fragments: list[FragmentDefinitionNode] = list(info.fragments.values())
        selected = [part for node in info.field_nodes for part in (*(node.directives or ()), node.selection_set)]
        for part in (*selected, *fragments):
            if part is not None:
                visit(part, names)
        # The node is held, so that no other can have its identity while the entry lives.
        known = (info.operation, frozenset(names.found))
        _known.put(id(info.operation), known)
    return known[1]


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found.add(node.name.value)
