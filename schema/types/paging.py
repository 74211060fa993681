"""Connections as the Relay cursor specification has them, forward only: lists are read from their start."""

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

import strawberry

from core.paging import MAX_CURSOR_PAGE, Slice, encode_cursor

Node = TypeVar("Node")
Row = TypeVar("Row")

First = Annotated[int, strawberry.argument(description=f"How many to return, 1 to {MAX_CURSOR_PAGE}.")]
After = Annotated[
    str | None, strawberry.argument(description="The cursor behind which to go on; absent starts at the first.")
]


@strawberry.type(description="Where a page of a list begins and ends.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="One row of a list, and the cursor that stands for its place.")
class Edge(Generic[Node]):
    node: Node
    cursor: str


@strawberry.type(description="One page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]]
    page_info: PageInfo


class _Listed(Edge[Node]):
    """An edge whose cursor is made when somebody asks for it."""

    __slots__ = ("_key", "node")

    def __init__(self, node: Node, key: int) -> None:
        self.node, self._key = node, key

    cursor = property(lambda self: encode_cursor(self._key))


def connection(
    rows: Slice[Row], *, node: Callable[[Row], Node], key: Callable[[Row], int], after: str | None
) -> Connection[Node]:
    """A page as a connection; ``key`` is what the list is ordered by."""
    edges: list[Edge[Node]] = [_Listed(node(row), key(row)) for row in rows.rows]
    info = PageInfo(
        has_next_page=rows.has_more,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, page_info=info)
