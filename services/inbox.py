"""The inbox: tickets and dialogs in one list, the most recently active first, filtered and searched.

The page's places are cut from both kinds by their indexes in one statement; its tickets and its dialogs are read by one
statement each, however many there are. Ids of the two kinds are those of conversations, so that they never coincide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.paging import Place
from services import dialog_list, ticket_list
from services.dialog_list import DialogRow
from services.inbox_filter import InboxFilter, Selection, Stage, selections, sought_of
from services.ticket_list import Include
from services.ticket_rows import TicketRow
from services.unit_of_work import Row, UnitOfWork

HIGHLIGHT = ("\x02", "\x03")
"""What stands around the words that were found; no stored text is expected to hold them."""
MOST_COUNTED = 1_000
_OPTIONS = f"StartSel={HIGHLIGHT[0]}, StopSel={HIGHLIGHT[1]}, MaxWords=24, MinWords=10, ShortWord=0, MaxFragments=1"
_MOST_FOUND = 2_000
"""Of a word that is said everywhere, the newest places: nobody reads further, and memory stays bounded."""
_FOUND = "found AS MATERIALIZED (SELECT * FROM conversations_found($2, $3, $4, $5, $6)), "
# Looked up by their ids and only then put in order (OFFSET 0 keeps the two apart): a planner that does not know how few
# are found would hold every ticket of the tenant against them.
_AMONG_FOUND = """(SELECT {table}.id, {table}.{moment} FROM {table}
    WHERE {where} AND {table}.id = ANY (ARRAY(SELECT conversation_id FROM found)) OFFSET 0) AS {table}"""
_AMONG_ALL = "{table} WHERE {where}"
_KIND = """(SELECT '{kind}' AS kind, {table}.id, {table}.{moment} AS active_at FROM {source}
    ORDER BY {table}.{moment} DESC, {table}.id DESC LIMIT {limit})"""
_NOTHING = "SELECT '' AS kind, id, now() AS active_at FROM tickets WHERE tenant_id = $1 AND false"
_PAGE = """
WITH {found}page AS (SELECT * FROM ({kinds}) AS both_kinds ORDER BY active_at DESC, id DESC LIMIT {limit})
SELECT page.kind, page.id, page.active_at{columns} FROM page {joins}
ORDER BY page.active_at DESC, page.id DESC
"""
# A text of 20,000 characters is cut: the excerpt shows a line of it.
_SNIPPET = """, ts_headline('pg_catalog.russian', left(coalesce(m.text, t.title || ' — ' || t.description), 20000),
    message_query($2), '{options}') AS snippet"""
_SNIPPET_JOINS = """
LEFT JOIN found ON found.conversation_id = page.id
LEFT JOIN LATERAL (SELECT text FROM messages WHERE id = found.message_id LIMIT 1) m ON true
LEFT JOIN LATERAL (SELECT title, description FROM tickets WHERE id = page.id LIMIT 1) t ON true
"""
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {where} LIMIT {most}) AS counted"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A ticket or a dialog; exactly one of them is there. ``snippet`` holds what a search found between HIGHLIGHT."""

    place: Place
    ticket: TicketRow | None
    dialog: DialogRow | None
    snippet: str | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    rows: Sequence[InboxRow]
    has_more: bool


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many conversations there are of each; none is counted beyond MOST_COUNTED."""

    open: int
    waiting: int
    mine: int
    unassigned: int


async def page(
    uow: UnitOfWork, chosen: InboxFilter, *, size: int, after: Place | None = None, include: Include | None = None
) -> InboxPage:
    """Conversations that the actor may see: staff all, customers their own tickets. Raises InvalidInput."""
    statement, args = statement_of(uow, chosen, size=size, after=after)
    places = await uow.rows(statement, *args)
    shown = places[:size]
    tickets = await ticket_list.by_ids(uow, _ids(shown, "ticket"), include)
    dialogs = await dialog_list.by_ids(uow, _ids(shown, "dialog"))
    rows = [
        InboxRow(Place(row["active_at"], row["id"]), tickets.get(row["id"]), dialogs.get(row["id"]), _snippet(row))
        for row in shown
    ]
    return InboxPage(rows, has_more=len(places) > size)


async def counts(uow: UnitOfWork) -> InboxCounts:
    """What waits for the actor and their colleagues. One statement."""
    opened = InboxFilter(stage=Stage.OPEN)
    asked = {
        "open": opened,
        "waiting": InboxFilter(stage=Stage.WAITING),
        "mine": replace(opened, assigned_to_id=uow.actor.user_id or 0),
        "unassigned": replace(opened, unassigned=True),
    }
    args: list[Any] = [uow.tenant_id]
    columns = []
    for name, chosen in asked.items():
        parts = [f"({_counted(selection)})" for selection in selections(uow.actor, chosen, args)] or ["0"]
        columns.append(f"least({' + '.join(parts)}, {MOST_COUNTED}) AS {name}")
    (row,) = await uow.rows(f"SELECT {', '.join(columns)}", *args)
    return InboxCounts(**row)


def statement_of(
    uow: UnitOfWork, chosen: InboxFilter, *, size: int, after: Place | None = None
) -> tuple[str, list[Any]]:
    """The statement of a page as it runs, and its arguments. Raises InvalidInput."""
    args: list[Any] = [uow.tenant_id]
    sought = sought_of(chosen.search)
    if sought is not None:
        customer = None if uow.actor.is_staff else uow.actor.user_id or 0
        args += [sought.text, sought.pattern, sought.number, customer, _MOST_FOUND]
    kinds = selections(uow.actor, chosen, args)
    place = ""
    if after is not None:
        args += [after.moment, after.id]
        place = f" AND ({{moment}}, {{table}}.id) < (${len(args) - 1}::timestamptz, ${len(args)})"
    args.append(size + 1)
    limit = f"${len(args)}"
    parts = [_part(each, place, limit, searched=sought is not None) for each in kinds]
    statement = _PAGE.format(
        found=_FOUND if sought else "",
        kinds=" UNION ALL ".join(parts) or _NOTHING,
        limit=limit,
        columns=_SNIPPET.format(options=_OPTIONS) if sought else "",
        joins=_SNIPPET_JOINS if sought else "",
    )
    return statement, args


def _part(selection: Selection, place: str, limit: str, *, searched: bool) -> str:
    table, moment = selection.table, selection.moment
    where = selection.where + place.format(moment=f"{table}.{moment}", table=table)
    source = (_AMONG_FOUND if searched else _AMONG_ALL).format(table=table, moment=moment, where=where)
    return _KIND.format(kind=selection.kind, table=table, moment=moment, source=source, limit=limit)


def _counted(selection: Selection) -> str:
    return _COUNT.format(table=selection.table, where=selection.where, most=MOST_COUNTED)


def _ids(rows: Sequence[Row], kind: str) -> list[int]:
    return [row["id"] for row in rows if row["kind"] == kind]


def _snippet(row: Row) -> str | None:
    """None where the words stand elsewhere: in the customer's name, or in the number that was asked for."""
    snippet: str | None = row.get("snippet")
    return snippet if snippet is not None and HIGHLIGHT[0] in snippet else None
