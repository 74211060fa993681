"""Looking ahead: what the client selected decides what the one statement of a list brings along."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graphql import FieldNode, FragmentSpreadNode

from schema.types.context import Info
from services.ticket_list import Include


def included(info: Info, *, below: Sequence[str]) -> Include:
    """What of a ticket is asked for that costs extra; ``below`` leads from the field to its tickets."""
    names = selected(info, below=below)
    return Include(
        author="author" in names,
        assignee="assignee" in names,
        last_message="lastMessage" in names,
        message_count="messageCount" in names,
        last_seq="lastSeq" in names,
        category="category" in names,
        language="language" in names,
    )


def selected(info: Info, *, below: Sequence[str]) -> set[str]:
    """The names of the fields that are selected below the field, at the end of the path ``below``."""
    nodes: list[Any] = list(info._raw_info.field_nodes)
    for name in below:
        nodes = [node for node in _selected(info, nodes) if node.name.value == name]
    return {node.name.value for node in _selected(info, nodes)}


def _selected(info: Info, nodes: Iterable[Any]) -> Iterator[FieldNode]:
    """The fields right below the nodes, fragments opened. Directives are not weighed: too much does no harm."""
    for node in nodes:
        for selection in node.selection_set.selections if node.selection_set else ():
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, FragmentSpreadNode):
                fragments = info._raw_info.fragments
                yield from _selected(info, [fragments[selection.name.value]])
            else:
                yield from _selected(info, [selection])
