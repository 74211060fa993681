"""Q&A entries: kept, searched, and passages that their assistant answers from and cites."""

import asyncio

import pytest

from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, InvalidInput, ModelUnavailable, NotFound
from core.paging import CursorPage
from models.documents import QaEntry
from models.knowledge import KnowledgeChunk
from services import knowledge, qa_entries, retrieval
from services.ingestion import NewChunk
from services.providers import providers
from services.qa_entries import SOURCE, QaChanges, QaRow
from services.unit_of_work import unit_of_work
from tests.assistant_knowledge.conftest import House, MakeHouse
from tests.fixtures.people import MakeTenant, MakeUser, actor_of

ASKED, ANSWER = "Где потайная дверь?", "Потайная дверь за книжным шкафом."


async def add(house: House, assistant_id: int | None = None, question: str = ASKED, answer: str = ANSWER) -> QaRow:
    return await qa_entries.create(
        house.admin, question=question, answer=answer, tags=["дверь", "дом"], assistant_id=assistant_id
    )


async def searched(house: House, query: str = "", assistant_id: int | None = None) -> list[str]:
    async with unit_of_work(house.admin) as uow:
        return [row.question for row in await qa_entries.search(uow, query, assistant_id=assistant_id)]


async def versions(actor: Actor) -> list[tuple[int, bool]]:
    async with unit_of_work(actor):
        return [(row.version, row.is_current) for row in await KnowledgeChunk.all().order_by("id")]


async def test_an_entry_is_found_and_cited_by_its_assistant_alone(house: House) -> None:
    await add(house, house.first)
    (chunk,) = (await retrieval.search(house.admin, ASKED, assistant_id=house.first)).chunks
    assert (chunk.source, chunk.heading, chunk.content, chunk.version) == (SOURCE, ASKED, ANSWER, 1)
    assert (await house.found(house.second, ASKED), await house.found(None, ASKED)) == ([], [])


async def test_an_entry_of_all_is_found_by_everybody(house: House) -> None:
    await add(house)
    assert [await house.found(who, ASKED) for who in (None, house.first, house.second)] == [[ANSWER]] * 3


async def test_other_words_make_a_new_version(house: House) -> None:
    entry = await add(house, house.first)
    changed = await qa_entries.update(house.admin, entry.id, QaChanges(answer="Дверь заложили кирпичом."))
    assert (changed.answer, changed.question, changed.tags) == ("Дверь заложили кирпичом.", ASKED, ("дверь", "дом"))
    assert await versions(house.admin) == [(1, False), (2, True)]
    assert await house.found(house.first, ASKED) == ["Дверь заложили кирпичом."]


async def test_what_is_no_text_makes_no_version(house: House) -> None:
    entry = await add(house)
    assert (await qa_entries.update(house.admin, entry.id, QaChanges(tags=["иное"]))).tags == ("иное",)
    assert await versions(house.admin) == [(1, True)]


async def test_a_deleted_entry_answers_nothing(house: House) -> None:
    entry = await add(house, house.first)
    await qa_entries.delete(house.admin, entry.id)
    assert (await house.found(house.first, ASKED), await searched(house)) == ([], [])
    with pytest.raises(NotFound):
        await qa_entries.delete(house.admin, entry.id)


async def test_search_knows_forms_of_words_and_puts_questions_first(house: House) -> None:
    await add(house, None, "Сколько стоит доставка?", "Дверями мы не торгуем.")
    await add(house, None, "Открыта ли дверь?", "Да, с девяти.")
    assert await searched(house, "двери") == ["Открыта ли дверь?", "Сколько стоит доставка?"]
    assert await searched(house, "тавк") == ["Сколько стоит доставка?"]
    assert await searched(house, "100%_\\") == []


async def test_search_and_lists_keep_to_an_assistant(house: House) -> None:
    for owner, question in ((None, "дверь всех"), (house.first, "дверь первого"), (house.second, "дверь второго")):
        await add(house, owner, question)
    assert await searched(house, "дверь", house.first) == ["дверь первого"]
    assert await searched(house, "", house.second) == ["дверь второго"]
    assert len(await searched(house, "дверь")) == len(await searched(house)) == 3


async def test_entries_come_in_pages(house: House) -> None:
    for number in range(3):
        await add(house, None, f"Вопрос {number}")
    async with unit_of_work(house.admin) as uow:
        first = await qa_entries.page_entries(uow, CursorPage(2))
        rest = await qa_entries.page_entries(uow, CursorPage(2, first.rows[-1].id))
    assert [[row.question for row in page.rows] for page in (first, rest)] == [["Вопрос 0", "Вопрос 1"], ["Вопрос 2"]]
    assert (first.has_more, rest.has_more) == (True, False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"question": " "}, "question"),
        ({"answer": "a" * 10_001}, "answer"),
        ({"tags": ["t"] * 21}, "tags"),
        ({"question": "with\x00nul"}, "question"),
    ],
)
async def test_wrong_values_are_named_and_change_nothing(house: House, wrong: dict[str, str], field: str) -> None:
    entry = await add(house)
    with pytest.raises(InvalidInput) as refused:
        await qa_entries.update(house.admin, entry.id, QaChanges(**wrong))
    assert refused.value.field == field
    assert await house.found(None, ASKED) == [ANSWER]


async def test_customers_neither_read_nor_write(house: House, make_user: MakeUser) -> None:
    entry, customer = await add(house), actor_of(await make_user(house.tenant, Role.USER))
    with pytest.raises(Forbidden):
        await qa_entries.create(customer, question="?", answer="!")
    with pytest.raises(Forbidden):
        await qa_entries.delete(customer, entry.id)
    async with unit_of_work(customer) as uow:
        with pytest.raises(Forbidden):
            await qa_entries.search(uow, "")
    assert await searched(house) == [ASKED]


async def test_another_tenants_entries_and_assistants_are_not_there(
    house: House, make_house: MakeHouse, make_tenant: MakeTenant
) -> None:
    entry, other = await add(house, house.first), await make_house(await make_tenant())
    for call in (
        qa_entries.update(other.admin, entry.id, QaChanges(answer="x")),
        qa_entries.delete(other.admin, entry.id),
        qa_entries.create(other.admin, question="?", answer="!", assistant_id=house.first),
    ):
        with pytest.raises(NotFound):
            await call
    assert (await searched(other, "дверь"), await searched(house, "дверь")) == ([], [ASKED])


async def test_simultaneous_changes_leave_one_current_passage(house: House) -> None:
    entry = await add(house, house.first)
    changes = [qa_entries.update(house.admin, entry.id, QaChanges(answer=f"Ответ {n}.")) for n in range(4)]
    await asyncio.gather(*changes, return_exceptions=True)
    async with unit_of_work(house.admin):
        kept = await QaEntry.get(id=entry.id)
    assert await house.found(house.first, ASKED) == [kept.answer]


async def test_an_entry_is_kept_while_the_embedder_does_not_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(texts: object) -> None:
        raise ModelUnavailable("gone")

    monkeypatch.setattr(providers().embedder, "passages", fails)
    await add(house, house.first)
    assert await searched(house, assistant_id=house.first) == [ASKED]


async def test_the_source_of_all_entries_cannot_be_deleted_from_under_them(house: House) -> None:
    await add(house)
    with pytest.raises(Conflict):
        await knowledge.delete_source(house.admin, SOURCE)
    assert await house.found(None, ASKED) == [ANSWER]


async def test_a_source_called_alike_is_no_entry(house: House) -> None:
    await knowledge.add_chunks(house.admin, source=SOURCE, chunks=[NewChunk("Дверь на кухню открыта.")])
    entry = await add(house)
    await qa_entries.delete(house.admin, entry.id)
    assert await house.found(None, ASKED) == ["Дверь на кухню открыта."]
