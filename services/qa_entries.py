"""Q&A entries: questions with their answers that an assistant is given, or all assistants of a tenant. Each is a
passage of the knowledge, so that answers rest on it and cite it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from core.actor import Actor
from core.errors import Conflict, NotFound
from core.paging import CursorPage, Slice
from core.unset import UNSET, UnsetType
from models.documents import QaEntry
from services import assistant_removal, assistants, entries, indexing
from services.entries import Shelf
from services.ingestion import Written
from services.unit_of_work import Row, UnitOfWork, unit_of_work

SOURCE = "Q&A"
"""The source of knowledge that entries are passages of; each assistant has its own."""
MOST_ROWS = 1_000
_TRIES = 3

_NEXT_ID = "SELECT nextval(pg_get_serial_sequence('qa_entries', 'id')) AS id"
_SHOWN = """
SELECT e.id, e.assistant_id, e.question, e.answer, ARRAY(SELECT jsonb_array_elements_text(e.tags)) AS tags,
    e.created_at, e.updated_at
"""
_ALL = """
FROM qa_entries e
WHERE e.tenant_id = $1 AND ($2::bigint IS NULL OR e.assistant_id = $2) AND e.id > $3
ORDER BY e.id LIMIT $4
"""
_FOUND = """
FROM qa_entries_found($2, $3, $4, $5) AS found JOIN qa_entries e ON e.id = found.entry_id AND e.tenant_id = $1
ORDER BY found.rank DESC, e.id
"""


@dataclass(frozen=True, slots=True)
class QaRow:
    """An entry as lists show it. ``assistant_id`` None: all assistants of the tenant know it."""

    id: int
    assistant_id: int | None
    question: str
    answer: str
    tags: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class QaChanges:
    """What to change; a field left UNSET stays."""

    question: str | UnsetType = UNSET
    answer: str | UnsetType = UNSET
    tags: Sequence[str] | UnsetType = UNSET

    def checked(self) -> dict[str, Any]:
        """The fields that are given, as they are stored. Raises InvalidInput."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: entries.checked(name, value) for name, value in given.items() if value is not UNSET}


async def create(
    actor: Actor, *, question: str, answer: str, tags: Sequence[str] = (), assistant_id: int | None = None
) -> QaRow:
    """A new entry, which is answered from when this returns. Raises Forbidden below agent, NotFound for the assistant,
    InvalidInput.
    """
    actor.require_staff()
    values = QaChanges(question, answer, tags).checked()
    async with unit_of_work(actor) as uow:
        await assistants.check_named(uow, assistant_id)
        (row,) = await uow.rows(_NEXT_ID)
    own = {"tenant_id": actor.tenant_id, "assistant_id": assistant_id, "created_by_id": actor.user_id}
    entry = QaEntry(id=row["id"], **own, **values)
    prepared = await entries.prepared(_shelf(entry), entry)
    async with unit_of_work(actor) as uow:
        if assistant_id is not None:
            await assistant_removal.prevent(uow, assistant_id)
        await entry.save(force_create=True)
        written = await entries.follow(uow, _shelf(entry), entry, prepared)
    return await _told(actor, entry, written)


async def update(actor: Actor, entry_id: int, changes: QaChanges) -> QaRow:
    """Change an entry; other words make a new version of its passage. Raises Forbidden, NotFound, InvalidInput.

    Conflict where others change it time after time.
    """
    actor.require_staff()
    values = changes.checked()
    for _ in range(_TRIES):
        async with unit_of_work(actor):
            wanted = _changed(await _entry(QaEntry.get_or_none(id=entry_id), entry_id), values)
        prepared = await entries.prepared(_shelf(wanted), wanted)
        async with unit_of_work(actor) as uow:
            if wanted.assistant_id is not None:
                await assistant_removal.prevent(uow, wanted.assistant_id)
            entry = await _entry(QaEntry.filter(id=entry_id).select_for_update().get_or_none(), entry_id)
            written = await entries.follow(uow, _shelf(entry), _changed(entry, values), prepared)
            if written is not None:
                await entry.save(update_fields=[*values, "updated_at"])
                return await _told(actor, entry, written)
    raise Conflict("The Q&A entry is being changed by others; try again")


async def delete(actor: Actor, entry_id: int) -> None:
    """Remove an entry; nothing is answered from it any more. Raises Forbidden below agent, NotFound."""
    actor.require_staff()
    async with unit_of_work(actor) as uow:
        entry = await _entry(QaEntry.filter(id=entry_id).select_for_update().get_or_none(), entry_id)
        await entries.withdraw(uow, _shelf(entry), entry.id)
        await entry.delete()


async def check_unused(uow: UnitOfWork) -> None:
    """Raises Conflict where entries of all the tenant are passages of the knowledge."""
    if await QaEntry.exists(tenant_id=uow.tenant_id, assistant_id=None):
        raise Conflict(f"The source {SOURCE} holds Q&A entries: delete those", field="source")


async def search(uow: UnitOfWork, query: str, *, assistant_id: int | None = None) -> list[QaRow]:
    """Entries with the words of ``query`` in any of their forms, or with it as a part of the text, best first.

    An empty query finds all, oldest first; an ``assistant_id`` only those of that assistant. At most a thousand. Raises
    Forbidden below agent, NotFound for the assistant, InvalidInput.
    """
    asked = entries.checked_search(query, field="query")
    if not asked:
        return await _listed(uow, assistant_id, after=0, most=MOST_ROWS)
    uow.actor.require_staff()
    await assistants.check_named(uow, assistant_id)
    found = await uow.rows(_SHOWN + _FOUND, uow.tenant_id, asked, entries.part(asked), assistant_id, MOST_ROWS)
    return [_row(row) for row in found]


async def page_entries(uow: UnitOfWork, page: CursorPage, *, assistant_id: int | None = None) -> Slice[QaRow]:
    """Entries by cursor, oldest first. Raises as :func:`search`."""
    rows = await _listed(uow, assistant_id, after=page.after or 0, most=page.size + 1)
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


async def _listed(uow: UnitOfWork, assistant_id: int | None, *, after: int, most: int) -> list[QaRow]:
    uow.actor.require_staff()
    await assistants.check_named(uow, assistant_id)
    return [_row(row) for row in await uow.rows(_SHOWN + _ALL, uow.tenant_id, assistant_id, after, most)]


def _shelf(entry: QaEntry) -> Shelf:
    return Shelf(SOURCE, "qa", entry.assistant_id)


def _row(row: Row) -> QaRow:
    return QaRow(**{**row, "tags": tuple(row["tags"])})


async def _told(actor: Actor, entry: QaEntry, written: Written | None) -> QaRow:
    if written is not None:
        await indexing.publish(actor.tenant_id, written.ready)
    shown = {field.name: getattr(entry, field.name) for field in fields(QaRow)}
    return QaRow(**{**shown, "tags": tuple(entry.tags)})


async def _entry(query: Any, entry_id: int) -> QaEntry:
    entry: QaEntry | None = await query
    if entry is None:
        raise NotFound("Q&A entry", entry_id)
    return entry


def _changed(entry: QaEntry, values: Mapping[str, Any]) -> QaEntry:
    return entry.update_from_dict(dict(values))
