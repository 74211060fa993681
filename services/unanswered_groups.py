"""What people do with unanswered questions: read them in their groups, write an answer, put them aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core import clock
from core.actor import Actor
from core.errors import InvalidInput, InvalidTransition, NotFound
from core.languages import Language
from core.paging import OffsetPage
from models.unanswered import UnansweredGroup, UnansweredQuestion, UnansweredStatus
from services import entries, faqs, qa_entries
from services.unit_of_work import Row, UnitOfWork, unit_of_work

MOST_AT_ONCE = 100
SHOWN_QUESTIONS = 50

_GROUPS = """
SELECT g.id, g.status, g.faq_id, g.qa_entry_id, g.resolved_at, u.full_name AS resolved_by, first.text AS question,
    first.language, asked.count, asked.languages, asked.first_asked_at, asked.last_asked_at,
    count(*) OVER () AS total
FROM unanswered_groups g
CROSS JOIN LATERAL (
    SELECT count(*) AS count, array_agg(DISTINCT q.language) AS languages, min(q.asked_at) AS first_asked_at,
        max(q.asked_at) AS last_asked_at
    FROM unanswered_questions q WHERE q.group_id = g.id
) asked
CROSS JOIN LATERAL (
    SELECT q.text, q.language FROM unanswered_questions q WHERE q.group_id = g.id ORDER BY q.id LIMIT 1
) first
LEFT JOIN users u ON u.id = g.resolved_by_id
WHERE g.tenant_id = $1
"""
_LISTED = """AND g.status = $2 AND ($3::text IS NULL OR EXISTS (
    SELECT FROM unanswered_questions q WHERE q.group_id = g.id AND lower(q.text) LIKE lower($3)))
ORDER BY asked.count DESC, asked.last_asked_at DESC, g.id DESC OFFSET $4 LIMIT $5
"""
_SOME = "AND g.id = ANY ($2::bigint[]) ORDER BY g.id"


_REGROUP = "UPDATE unanswered_questions SET group_id = $2 WHERE group_id = ANY ($1::bigint[])"
# Directions of another model point elsewhere, and may have another length.
_GATHER = """
UPDATE unanswered_groups g SET centroid = g.centroid + others.centroid
FROM (
    SELECT sum(o.centroid) AS centroid FROM unanswered_groups o JOIN unanswered_groups one ON one.id = $2
    WHERE o.id = ANY ($1::bigint[]) AND o.model = one.model AND vector_dims(o.centroid) = vector_dims(one.centroid)
) AS others
WHERE g.id = $2 AND others.centroid IS NOT NULL
"""


class AnswerPlace(StrEnum):
    """Where an answer is written: entries that customers see too, or questions and answers of assistants."""

    FAQ = "faq"
    QA_ENTRY = "qa_entry"


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """``assistant_id`` is for Q&A entries alone, None for all assistants; ``category`` for FAQ entries."""

    question: str
    answer: str
    place: AnswerPlace
    assistant_id: int | None = None
    category: str = ""
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as lists show it: ``question`` is the first one that was asked, in ``language``."""

    id: int
    status: UnansweredStatus
    question: str
    language: Language
    count: int
    languages: tuple[Language, ...]
    first_asked_at: datetime
    last_asked_at: datetime
    faq_id: int | None
    qa_entry_id: int | None
    resolved_by: str | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class GroupPage:
    rows: Sequence[GroupRow]
    total: int


async def page_groups(
    uow: UnitOfWork, status: UnansweredStatus, page: OffsetPage, *, search: str | None = None
) -> GroupPage:
    """Groups of a status, the most asked first; ``search`` is a part of any question. For staff.

    Raises Forbidden, InvalidInput.
    """
    uow.actor.require_staff()
    part = entries.checked_search(search)
    asked = (status, f"%{entries.escaped(part)}%" if part else None, page.skip, page.limit)
    found = await uow.rows(_GROUPS + _LISTED, uow.tenant_id, *asked)
    return GroupPage([_row(row) for row in found], found[0]["total"] if found else 0)


async def get(uow: UnitOfWork, group_id: int) -> GroupRow:
    """Raises Forbidden below agent, NotFound."""
    (row,) = await _some(uow, [group_id])
    return row


async def questions(uow: UnitOfWork, group_id: int) -> list[UnansweredQuestion]:
    """What was asked, latest first, at most :data:`SHOWN_QUESTIONS`. Raises Forbidden below agent."""
    uow.actor.require_staff()
    return await UnansweredQuestion.filter(group_id=group_id).order_by("-id").limit(SHOWN_QUESTIONS)


async def answer(actor: Actor, group_id: int, given: NewAnswer) -> GroupRow:
    """Write the answer to a group as an entry of the knowledge, which is answered from when this returns.

    Raises Forbidden below agent, NotFound for the group or the assistant, InvalidTransition where the group is not
    open, InvalidInput.
    """
    if given.place is AnswerPlace.FAQ and given.assistant_id is not None:
        raise InvalidInput("assistant_id is for Q&A entries: FAQ entries are everybody's", field="assistant_id")
    async with unit_of_work(actor) as uow:
        _check_open(await get(uow, group_id))
    # The entry is embedded before it is stored, and therefore outside of the transaction that closes the group. Should
    # that fail, the answer stands in the knowledge, and the group is there to be closed.
    column, entry_id = await _written(actor, given)
    async with unit_of_work(actor) as uow:
        group = await _locked(uow, group_id)
        if group.status is UnansweredStatus.OPEN:
            group.move(UnansweredStatus.ANSWERED, by=actor.user_id, at=clock.now())
            setattr(group, column, entry_id)
            await group.save(update_fields=["status", "resolved_by_id", "resolved_at", column])
        return await get(uow, group_id)


async def move(uow: UnitOfWork, group_ids: Sequence[int], status: UnansweredStatus) -> list[GroupRow]:
    """Put groups aside, or open them again: all of them or, where one is missing or not in a fit state, none.

    Raises Forbidden below agent, NotFound, InvalidTransition, InvalidInput.
    """
    uow.actor.require_staff()
    if not 1 <= len(group_ids) <= MOST_AT_ONCE:
        raise InvalidInput(f"ids must hold 1 to {MOST_AT_ONCE} items", field="ids")
    opening = status is UnansweredStatus.OPEN
    for group_id in sorted(set(group_ids)):
        group = await _locked(uow, group_id)
        group.move(status, by=None if opening else uow.actor.user_id, at=None if opening else clock.now())
        await group.save(update_fields=["status", "resolved_by_id", "resolved_at", "faq_id", "qa_entry_id"])
    return await _some(uow, list(set(group_ids)))


async def merge(uow: UnitOfWork, group_ids: Sequence[int]) -> GroupRow:
    """Make open groups that ask the same, in words too far from each other, one: the oldest of them.

    Raises Forbidden below agent, NotFound, InvalidTransition where one is not open, InvalidInput.
    """
    uow.actor.require_staff()
    chosen = sorted(set(group_ids))
    if not 2 <= len(chosen) <= MOST_AT_ONCE:
        raise InvalidInput(f"ids must hold 2 to {MOST_AT_ONCE} different items", field="ids")
    for group_id in chosen:
        group = await _locked(uow, group_id)
        if group.status is not UnansweredStatus.OPEN:
            raise InvalidTransition("Question", group.status, UnansweredStatus.OPEN)
    oldest, others = chosen[0], chosen[1:]
    await uow.rows(_REGROUP, others, oldest)
    await uow.rows(_GATHER, others, oldest)
    await UnansweredGroup.filter(id__in=others).delete()
    return await get(uow, oldest)


async def _written(actor: Actor, given: NewAnswer) -> tuple[str, int]:
    """The column that names the new entry, and the entry's id."""
    if given.place is AnswerPlace.FAQ:
        faq = await faqs.create(
            actor, question=given.question, answer=given.answer, category=given.category, tags=given.tags
        )
        return "faq_id", faq.id
    entry = await qa_entries.create(
        actor, question=given.question, answer=given.answer, tags=given.tags, assistant_id=given.assistant_id
    )
    return "qa_entry_id", entry.id


async def _locked(uow: UnitOfWork, group_id: int) -> UnansweredGroup:
    group = await UnansweredGroup.filter(id=group_id).select_for_update().get_or_none()
    if group is None:
        raise NotFound("question", group_id)
    return group


async def _some(uow: UnitOfWork, group_ids: Sequence[int]) -> list[GroupRow]:
    uow.actor.require_staff()
    found = [_row(row) for row in await uow.rows(_GROUPS + _SOME, uow.tenant_id, list(group_ids))]
    missing = set(group_ids) - {row.id for row in found}
    if missing:
        raise NotFound("question", min(missing))
    return found


def _row(row: Row) -> GroupRow:
    told = {name: value for name, value in row.items() if name != "total"}
    enums = {"status": UnansweredStatus(row["status"]), "language": Language(row["language"])}
    return GroupRow(**{**told, **enums, "languages": tuple(Language(each) for each in row["languages"])})


def _check_open(row: GroupRow) -> None:
    if row.status is not UnansweredStatus.OPEN:
        raise InvalidTransition("Question", row.status, UnansweredStatus.ANSWERED)
