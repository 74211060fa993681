"""Questions with their answers as passages of the knowledge: what FAQ and Q&A entries have in common.

An entry and its passage are written by one transaction: what is embedded for it is embedded before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import InvalidInput
from core.text import checked_text
from services import ingestion
from services.ingestion import Batch, NewChunk, Prepared, Written
from services.unit_of_work import UnitOfWork

MAX_QUESTION = 500
MAX_ANSWER = 10_000
MAX_TAGS = 20
MAX_TAG = 50
MAX_SEARCH = 200
_SHORTEST_PART = 3
"""Characters: the index of parts of words is one of trigrams."""

_SOURCE = """
SELECT id FROM knowledge_sources WHERE tenant_id = $1 AND assistant_id IS NOT DISTINCT FROM $2::bigint AND name = $3
FOR UPDATE
"""
_PASSAGES = "SELECT id FROM knowledge_chunks WHERE source_id = $1 AND identity = $2 AND is_current"


class Entry(Protocol):
    """A row of either kind."""

    id: int
    question: Any
    answer: Any


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where entries of one kind are passages: the source, the prefix of identities, and whose the source is."""

    source: str
    prefix: str
    assistant_id: int | None = None

    def identity(self, entry_id: int) -> str:
        return f"{self.prefix}:{entry_id}"

    def batch(self, entry: Entry) -> Batch:
        """The question is the heading: it gives the passage its subject, and only the answer is quoted."""
        chunk = NewChunk(entry.answer, {f"{self.prefix}_id": entry.id}, entry.question)
        return Batch(self.source, {self.identity(entry.id): chunk}, assistant_id=self.assistant_id)


async def prepared(shelf: Shelf, entry: Entry) -> dict[str, Prepared]:
    """What :func:`follow` needs, computed before a transaction is opened."""
    return await ingestion.prepare(shelf.batch(entry).chunks)


async def follow(uow: UnitOfWork, shelf: Shelf, entry: Entry, ready: Mapping[str, Prepared]) -> Written | None:
    """Make the knowledge say what the entry says; None where other words were prepared."""
    fitting = {name: one for name, one in ready.items() if _says(one, entry)}
    return await ingestion.write(uow, shelf.batch(entry), fitting)


async def withdraw(uow: UnitOfWork, shelf: Shelf, entry_id: int) -> None:
    """Take the entry's passage out of the knowledge. The source is locked first, as whoever writes to it does."""
    source = await uow.row(_SOURCE, uow.tenant_id, shelf.assistant_id, shelf.source)
    if source is not None:
        passages = await uow.rows(_PASSAGES, source["id"], shelf.identity(entry_id))
        await ingestion.retire(uow, [row["id"] for row in passages])


def checked(name: str, value: Any) -> Any:
    """A value as it is stored under its name. Raises InvalidInput."""
    match name:
        case "question":
            return checked_text(value, field=name, least=1, most=MAX_QUESTION)
        case "answer":
            return checked_text(value, field=name, least=1, most=MAX_ANSWER)
        case "tags":
            return _tags(value)
    return value


def checked_search(search: str | None, *, field: str = "search") -> str:
    """What to look for, without spaces around it. Raises InvalidInput."""
    return checked_text(search or "", field=field, most=MAX_SEARCH).strip()


def part(search: str) -> str | None:
    """What LIKE is asked for, None for what is too short to be searched as a part of words."""
    if len(search) < _SHORTEST_PART:
        return None
    return f"%{escaped(search)}%"


def escaped(search: str) -> str:
    """As LIKE takes it for what it is."""
    return search.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _says(one: Prepared, entry: Entry) -> bool:
    return (one.columns["heading"], one.columns["content"]) == (entry.question, entry.answer)


def _tags(tags: Sequence[str]) -> list[str]:
    """Each once, as it was spelled first: case tells no tags apart."""
    if len(tags) > MAX_TAGS:
        raise InvalidInput(f"tags must hold at most {MAX_TAGS} items", field="tags")
    spelled: dict[str, str] = {}
    for tag in tags:
        trimmed = checked_text(tag, field="tags", least=1, most=MAX_TAG).strip()
        spelled.setdefault(trimmed.casefold(), trimmed)
    return list(spelled.values())
