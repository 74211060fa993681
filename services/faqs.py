"""FAQ entries: questions with their answers. Those that are active are passages of the knowledge, so that all answers
rest on them and cite them.

An entry and its passage are written by one transaction: what is embedded for it is embedded before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from core.actor import Actor
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.paging import CursorPage, OffsetPage, Slice
from core.text import checked_text
from core.unset import UNSET, UnsetType
from models.chatbot import Faq
from services import indexing, ingestion
from services.ingestion import Batch, NewChunk, Prepared, Written
from services.unit_of_work import Row, UnitOfWork, unit_of_work

SOURCE = "FAQ"
"""The source of knowledge that the entries are passages of."""
MAX_QUESTION = 500
MAX_ANSWER = 10_000
MAX_CATEGORY = 100
MAX_TAGS = 20
MAX_TAG = 50
MAX_SEARCH = 200
_SHORTEST_PART = 3
"""Characters: the index of parts of words is one of trigrams."""
_TRIES = 3

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
_SOURCE = "SELECT id FROM knowledge_sources WHERE tenant_id = $1 AND name = $2 FOR UPDATE"
_PASSAGES = "SELECT id FROM knowledge_chunks WHERE source_id = $1 AND identity = $2 AND is_current"


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
    _require_staff(actor)
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
    _require_staff(actor)
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
    _require_staff(actor)
    async with unit_of_work(actor) as uow:
        faq = await _entry(Faq.filter(id=faq_id).select_for_update().get_or_none(), faq_id)
        await _withdraw(uow, faq)
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
    search = checked_text(chosen.search or "", field="search", most=MAX_SEARCH).strip()
    common = (uow.tenant_id, is_active, after, skip, most)
    if search:
        rows = await uow.rows(_SHOWN + _FOUND, *common, search, _part(search), category)
    elif category is not None:
        rows = await uow.rows(_SHOWN + _OF_CATEGORY, *common, category)
    else:
        rows = await uow.rows(_SHOWN + _ALL, *common)
    return [_row(row) for row in rows]


def _part(search: str) -> str | None:
    """What LIKE is asked for, None for what is too short to be searched as a part of words."""
    if len(search) < _SHORTEST_PART:
        return None
    escaped = search.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def _row(row: Row) -> FaqRow:
    return FaqRow(**{**row, "tags": tuple(row["tags"])})


async def _prepared(faq: Faq) -> dict[str, Prepared]:
    return await ingestion.prepare(_batch(faq).chunks) if faq.is_active else {}


async def _follow(uow: UnitOfWork, faq: Faq, prepared: Mapping[str, Prepared]) -> Written | None:
    """Make the knowledge say what the entry says; None where other words were prepared."""
    if not faq.is_active:
        await _withdraw(uow, faq)
        return Written(ingestion.NOTHING, ())
    fitting = {name: one for name, one in prepared.items() if _says(one, faq)}
    return await ingestion.write(uow, _batch(faq), fitting)


def _says(prepared: Prepared, faq: Faq) -> bool:
    return (prepared.columns["heading"], prepared.columns["content"]) == (faq.question, faq.answer)


def _batch(faq: Faq) -> Batch:
    """The question is the heading: it gives the passage its subject, and only the answer is quoted."""
    return Batch(SOURCE, {_identity(faq): NewChunk(faq.answer, {"faq_id": faq.id}, faq.question)})


def _identity(faq: Faq) -> str:
    return f"faq:{faq.id}"


async def _withdraw(uow: UnitOfWork, faq: Faq) -> None:
    """Take the entry's passage out of the knowledge. The source is locked first, as whoever writes to it does."""
    source = await uow.row(_SOURCE, uow.tenant_id, SOURCE)
    if source is not None:
        await ingestion.retire(uow, [row["id"] for row in await uow.rows(_PASSAGES, source["id"], _identity(faq))])


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
    match name:
        case "question":
            return checked_text(value, field=name, least=1, most=MAX_QUESTION)
        case "answer":
            return checked_text(value, field=name, least=1, most=MAX_ANSWER)
        case "category":
            return checked_text(value, field=name, most=MAX_CATEGORY)
        case "tags":
            return _tags(value)
    return value


def _tags(tags: Sequence[str]) -> list[str]:
    """Each once, as it was spelled first: case tells no tags apart."""
    if len(tags) > MAX_TAGS:
        raise InvalidInput(f"tags must hold at most {MAX_TAGS} items", field="tags")
    spelled: dict[str, str] = {}
    for tag in tags:
        trimmed = checked_text(tag, field="tags", least=1, most=MAX_TAG).strip()
        spelled.setdefault(trimmed.casefold(), trimmed)
    return list(spelled.values())


def _require_staff(actor: Actor) -> None:
    if not actor.is_staff:
        raise Forbidden
