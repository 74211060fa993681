"""What is noted as unanswered: questions that want ground, wherever they are asked, and each turn once."""

import pytest

from core.actor import Actor
from core.events import EscalationReason, ReplyRequested
from models.unanswered import UnansweredOrigin, UnansweredQuestion
from services import chatbot, tickets
from services.unit_of_work import unit_of_work
from tests.dialogs.conftest import Shop, opened, say
from tests.dialogs.conftest import shop as shop  # a fixture
from tests.unanswered.conftest import KNOWN, OTHER, VOLCANO, House


async def noted(actor: Actor) -> list[UnansweredQuestion]:
    async with unit_of_work(actor):
        return await UnansweredQuestion.all().order_by("id")


async def test_a_question_to_the_chatbot_without_ground_is_noted_with_its_ticket(house: House) -> None:
    reply = await chatbot.chat(house.customer, message=VOLCANO)
    (question,) = await noted(house.agent)
    assert (question.text, question.origin, question.language) == (VOLCANO, UnansweredOrigin.CHATBOT, "en")
    assert (question.conversation_id, question.reason) == (reply.ticket_id, EscalationReason.NO_GROUND)


@pytest.mark.parametrize("text", [KNOWN, "I want to talk to a person", "Hello"])
async def test_what_is_answered_or_no_question_is_not_noted(house: House, text: str) -> None:
    await house.ask(text)
    assert await noted(house.agent) == []


async def test_a_ticket_that_says_the_same_twice_asks_it_once(house: House) -> None:
    async with unit_of_work(house.customer) as uow:
        await tickets.create(uow, title=VOLCANO, description=f"{VOLCANO}\n", auto_respond=True)
    await house.drain(house.tenant)
    (group,) = await house.groups()
    assert group.question == VOLCANO


async def test_a_ticket_is_noted_once_however_often_it_is_tried(house: House) -> None:
    async with unit_of_work(house.customer) as uow:
        ticket = await tickets.create(uow, title=VOLCANO, auto_respond=True)
    await house.drain(house.tenant)
    async with unit_of_work(house.customer) as uow:
        uow.emit(ReplyRequested(ticket.id))
    await house.drain(house.tenant)
    (question,) = await noted(house.agent)
    assert (question.conversation_id, question.turn_id, question.origin) == (ticket.id, 0, UnansweredOrigin.TICKET)


async def test_a_question_in_a_dialog_names_its_assistant(shop: Shop, house: House) -> None:
    dialog = await opened(shop)
    message = await say(shop.guest, dialog, OTHER)
    await house.drain(house.tenant)
    (question,) = await noted(house.agent)
    assert (question.turn_id, question.assistant_id) == (message.id, shop.assistant.id)


async def test_an_answer_that_did_not_help_leaves_its_question(house: House) -> None:
    await house.ask(KNOWN, session="s")
    await house.ask("No, that did not help", session="s")
    assert [question.text for question in await noted(house.agent)] == [KNOWN]


async def test_the_words_go_with_their_conversation(house: House) -> None:
    await house.ask(VOLCANO)
    (question,) = await noted(house.agent)
    async with unit_of_work(house.agent) as uow:
        await uow.rows("DELETE FROM tickets WHERE id = $1", question.conversation_id)
        await uow.rows("DELETE FROM conversations WHERE id = $1", question.conversation_id)
    assert (await noted(house.agent), await house.groups()) == ([], [])
