"""FAQ entries: questions with their answers. Those that are active are passages of the knowledge, so that all answers
rest on them and cite them.

An entry and its passage are written by one transaction: what is embedded for it is embedded before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from core.actor import Actor
from core.errors import Conflict, NotFound
from core.paging import CursorPage, OffsetPage, Slice
from core.text import checked_text
from core.unset import UNSET, UnsetType
from models.chatbot import Faq
from services import entries, indexing, ingestion
from services.entries import MAX_ANSWER, MAX_QUESTION, MAX_SEARCH, MAX_TAG, MAX_TAGS, Shelf
from services.ingestion import Prepared, Written
from services.unit_of_work import Row, UnitOfWork, unit_of_work

__all__ = [
    "MAX_ANSWER", "MAX_CATEGORY", "MAX_QUESTION", "MAX_SEARCH", "MAX_TAG", "MAX_TAGS", "SOURCE", "FaqChanges",
    "FaqFilter", "FaqRow", "check_unused", "create", "delete", "list_faqs", "page_faqs", "update",
]  # fmt: skip

SOURCE = "FAQ"
"""The source of knowledge that the entries are passages of."""
MAX_CATEGORY = 100
_TRIES = 3
_SHELF = Shelf(SOURCE, "faq")

_NEXT_ID = "SELECT nextval(pg_get_serial_sequence('faqs', 'id')) AS id"
_SHOWN = """
SELECT f.id, f.question, f.answer, f.category, ARRAY(SELECT jsonb_array_elements_text(f.tags)) AS tags, f.is_active,
    f.created_at, f.updated_at
"""
_ALL = """
FROM faqs f WHERE f.tenant_id = $1 AND ($2::boolean IS NULL OR f.is_active = $2) AND f.id > $3
ORDER BY f.id OFFSET $4 LIMIT $5
"""
_OF_CATEGORY = """
FROM faqs f WHERE f.tenant_id = $1 AND ($2::boolean IS NULL OR f.is_active = $2) AND f.id > $3 AND f.category = $6
ORDER BY f.id OFFSET $4 LIMIT $5
"""
_FOUND = """
FROM faqs_found($6, $7, $8, $2, $3, $4, $5) AS found JOIN faqs f ON f.id = found.faq_id AND f.tenant_id = $1
ORDER BY f.id
"""


@dataclass(frozen=True, slots=True)
class FaqRow:
    """An entry as lists show it."""

    id: int
    question: str
    answer: str
    category: str
    tags: tuple[str, ...]
    is_active: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class FaqFilter:
    """Which entries; what is None does not narrow. ``search`` looks into questions, answers and tags."""

    category: str | None = None
    search: str | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class FaqChanges:
    """What to change; a field left UNSET stays."""

    question: str | UnsetType = UNSET
    answer: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    tags: Sequence[str] | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET

    def checked(self) -> dict[str, Any]:
        """The fields that are given, as they are stored. Raises InvalidInput."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _checked(name, value) for name, value in given.items() if value is not UNSET}


async def create(
    actor: Actor, *, question: str, answer: str, category: str = "", tags: Sequence[str] = (), is_active: bool = True
) -> FaqRow:
    """A new entry. An active one answers questions when this returns. Raises Forbidden below agent, InvalidInput."""
    actor.require_staff()
    values = FaqChanges(question, answer, category, tags, is_active).checked()
    async with unit_of_work(actor) as uow:
        (row,) = await uow.rows(_NEXT_ID)
    faq = Faq(id=row["id"], tenant_id=actor.tenant_id, created_by_id=actor.user_id, **values)
    prepared = await _prepared(faq)
    async with unit_of_work(actor) as uow:
        await faq.save(force_create=True)
        written = await _follow(uow, faq, prepared)
    return await _told(actor, faq, written)


async def update(actor: Actor, faq_id: int, changes: FaqChanges) -> FaqRow:
    """Change an entry; other words make a new version of its passage. Raises Forbidden, NotFound, InvalidInput.

    Conflict where others change it time after time.
    """
    actor.require_staff()
    values = changes.checked()
    for _ in range(_TRIES):
        async with unit_of_work(actor):
            wanted = _changed(await _entry(Faq.get_or_none(id=faq_id), faq_id), values)
        prepared = await _prepared(wanted)
        async with unit_of_work(actor) as uow:
            faq = await _entry(Faq.filter(id=faq_id).select_for_update().get_or_none(), faq_id)
            written = await _follow(uow, _changed(faq, values), prepared)
            if written is not None:
                await faq.save(update_fields=[*values, "updated_at"])
                break
    else:
        raise Conflict("The FAQ entry is being changed by others; try again")
    return await _told(actor, faq, written)


async def delete(actor: Actor, faq_id: int) -> None:
    """Remove an entry; nothing is answered from it any more. Raises Forbidden below agent, NotFound."""
    actor.require_staff()
    async with unit_of_work(actor) as uow:
        faq = await _entry(Faq.filter(id=faq_id).select_for_update().get_or_none(), faq_id)
        await entries.withdraw(uow, _SHELF, faq.id)
        await faq.delete()


async def check_unused(uow: UnitOfWork) -> None:
    """Raises Conflict where active entries are passages of the knowledge."""
    if await Faq.exists(tenant_id=uow.tenant_id, is_active=True):
        raise Conflict(f"The source {SOURCE} holds the FAQ entries: deactivate or delete those", field="source")


async def list_faqs(uow: UnitOfWork, chosen: FaqFilter, page: OffsetPage) -> list[FaqRow]:
    """Entries that the actor may see (customers: active ones), oldest first. Raises InvalidInput."""
    return await _listed(uow, chosen, after=0, skip=page.skip, most=page.limit)


async def page_faqs(uow: UnitOfWork, chosen: FaqFilter, page: CursorPage) -> Slice[FaqRow]:
    """As :func:`list_faqs`, by cursor."""
    rows = await _listed(uow, chosen, after=page.after or 0, skip=0, most=page.size + 1)
    return Slice(rows[: page.size], has_more=len(rows) > page.size)


async def _listed(uow: UnitOfWork, chosen: FaqFilter, *, after: int, skip: int, most: int) -> list[FaqRow]:
    is_active = chosen.is_active if uow.actor.is_staff else True
    category = None if chosen.category is None else checked_text(chosen.category, field="category", most=MAX_CATEGORY)
    search = entries.checked_search(chosen.search)
    common = (uow.tenant_id, is_active, after, skip, most)
    if search:
        rows = await uow.rows(_SHOWN + _FOUND, *common, search, entries.part(search), category)
    elif category is not None:
        rows = await uow.rows(_SHOWN + _OF_CATEGORY, *common, category)
    else:
        rows = await uow.rows(_SHOWN + _ALL, *common)
    return [_row(row) for row in rows]


def _row(row: Row) -> FaqRow:
    return FaqRow(**{**row, "tags": tuple(row["tags"])})


async def _prepared(faq: Faq) -> dict[str, Prepared]:
    return await entries.prepared(_SHELF, faq) if faq.is_active else {}


async def _follow(uow: UnitOfWork, faq: Faq, prepared: Mapping[str, Prepared]) -> Written | None:
    """Make the knowledge say what the entry says; None where other words were prepared."""
    if not faq.is_active:
        await entries.withdraw(uow, _SHELF, faq.id)
        return Written(ingestion.NOTHING, ())
    return await entries.follow(uow, _SHELF, faq, prepared)


async def _told(actor: Actor, faq: Faq, written: Written | None) -> FaqRow:
    if written is not None:
        await indexing.publish(actor.tenant_id, written.ready)
    shown = {field.name: getattr(faq, field.name) for field in fields(FaqRow)}
    return FaqRow(**{**shown, "tags": tuple(faq.tags)})


async def _entry(query: Any, faq_id: int) -> Faq:
    faq: Faq | None = await query
    if faq is None:
        raise NotFound("FAQ", faq_id)
    return faq


def _changed(faq: Faq, values: Mapping[str, Any]) -> Faq:
    return faq.update_from_dict(dict(values))


def _checked(name: str, value: Any) -> Any:
    if name == "category":
        return checked_text(value, field=name, most=MAX_CATEGORY)
    return entries.checked(name, value)
