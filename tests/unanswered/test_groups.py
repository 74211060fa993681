"""Groups of questions that ask the same, and what people do with them."""

import pytest

from core.actor import Role
from core.errors import Forbidden, InvalidInput, InvalidTransition, NotFound
from models.unanswered import UnansweredStatus
from services import faqs, qa_entries, retrieval, unanswered_groups
from services.unanswered_groups import AnswerPlace, NewAnswer
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.unanswered.conftest import OTHER, VOLCANO, VOLCANO_AGAIN, House

ANSWER = NewAnswer(VOLCANO, "It is Olympus Mons, 21.9 km high.", AnswerPlace.FAQ, category="Planets")


async def test_the_same_question_in_other_words_is_one_group_and_another_is_not(house: House) -> None:
    for text in (OTHER, VOLCANO, VOLCANO_AGAIN):
        await house.ask(text)
    first, second = await house.groups()
    assert (first.question, first.count, second.question, second.count) == (VOLCANO, 2, OTHER, 1)
    assert first.last_asked_at > first.first_asked_at


async def test_a_search_looks_into_all_questions_of_a_group(house: House) -> None:
    for text in (VOLCANO, VOLCANO_AGAIN, OTHER):
        await house.ask(text)
    assert [group.question for group in await house.groups(search="MARS: WHICH")] == [VOLCANO]
    assert await house.groups(search="100%") == []


async def test_an_answer_is_knowledge_at_once_and_closes_the_group(house: House) -> None:
    await house.ask(VOLCANO)
    (group,) = await house.groups()
    answered = await unanswered_groups.answer(house.agent, group.id, ANSWER)
    assert (answered.status, answered.resolved_by) == (UnansweredStatus.ANSWERED, "Anna")
    found = await retrieval.search(house.customer, VOLCANO)
    assert found.chunks[0].content == ANSWER.answer
    assert await house.groups() == []
    await faqs.delete(house.agent, answered.faq_id or 0)
    (left,) = await house.groups(UnansweredStatus.ANSWERED)
    assert left.faq_id is None


async def test_an_answer_may_be_a_questions_and_answers_entry(house: House) -> None:
    await house.ask(VOLCANO)
    (group,) = await house.groups()
    given = NewAnswer(VOLCANO, ANSWER.answer, AnswerPlace.QA_ENTRY)
    answered = await unanswered_groups.answer(house.agent, group.id, given)
    async with unit_of_work(house.agent) as uow:
        (entry,) = await qa_entries.search(uow, "")
    assert (answered.qa_entry_id, entry.answer) == (entry.id, ANSWER.answer)


async def test_a_group_is_answered_once(house: House) -> None:
    await house.ask(VOLCANO)
    (group,) = await house.groups()
    await unanswered_groups.answer(house.agent, group.id, ANSWER)
    with pytest.raises(InvalidTransition):
        await unanswered_groups.answer(house.agent, group.id, ANSWER)
    async with unit_of_work(house.agent) as uow:
        assert await uow.rows("SELECT count(*) AS n FROM faqs") == [{"n": 1}]


async def test_a_question_asked_again_in_vain_is_open_again(house: House) -> None:
    await house.ask(VOLCANO)
    (group,) = await house.groups()
    answered = await unanswered_groups.answer(house.agent, group.id, ANSWER)
    await faqs.delete(house.agent, answered.faq_id or 0)
    await house.ask(VOLCANO_AGAIN)
    (reopened,) = await house.groups()
    assert (reopened.id, reopened.count, reopened.resolved_at) == (group.id, 2, None)


async def test_a_dismissed_question_stays_so(house: House) -> None:
    await house.ask(VOLCANO)
    (group,) = await house.groups()
    async with unit_of_work(house.agent) as uow:
        await unanswered_groups.move(uow, [group.id], UnansweredStatus.DISMISSED)
    await house.ask(VOLCANO_AGAIN)
    assert await house.groups() == []
    (dismissed,) = await house.groups(UnansweredStatus.DISMISSED)
    assert dismissed.count == 2


async def test_groups_that_ask_the_same_become_one_that_later_questions_join(house: House) -> None:
    for text in (VOLCANO, OTHER):
        await house.ask(text)
    first, second = await house.groups()
    async with unit_of_work(house.agent) as uow:
        merged = await unanswered_groups.merge(uow, [first.id, second.id])
    assert (merged.id, merged.question, merged.count) == (min(first.id, second.id), VOLCANO, 2)
    await house.ask(OTHER)
    assert [group.count for group in await house.groups()] == [3]


async def test_what_is_answered_is_not_merged(house: House) -> None:
    for text in (VOLCANO, OTHER):
        await house.ask(text)
    first, second = await house.groups()
    await unanswered_groups.answer(house.agent, first.id, ANSWER)
    async with unit_of_work(house.agent) as uow:
        with pytest.raises(InvalidTransition):
            await unanswered_groups.merge(uow, [first.id, second.id])
    assert [group.id for group in await house.groups()] == [second.id]


async def test_customers_and_strangers_get_nothing(house: House, make_tenant: MakeTenant, make_user: MakeUser) -> None:
    await house.ask(VOLCANO)
    (group,) = await house.groups()
    stranger = actor_of(await make_user(await make_tenant(), Role.AGENT))
    for actor, refusal in ((house.customer, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            await unanswered_groups.answer(actor, group.id, ANSWER)
        async with unit_of_work(actor) as uow:
            with pytest.raises(refusal):
                await unanswered_groups.move(uow, [group.id], UnansweredStatus.DISMISSED)
    assert [left.status for left in await house.groups()] == [UnansweredStatus.OPEN]


async def test_faq_entries_are_no_assistants(house: House) -> None:
    await house.ask(VOLCANO)
    (group,) = await house.groups()
    with pytest.raises(InvalidInput):
        await unanswered_groups.answer(house.agent, group.id, NewAnswer("?", "!", AnswerPlace.FAQ, assistant_id=1))
