"""Sessions: what is remembered, who sees it, when a person is called, and what two requests at once leave behind."""

import asyncio

import pytest

from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput, ModelUnavailable
from core.events import EscalationReason
from models.chatbot import ChatbotExchange, ChatbotSession
from models.conversations import AuthorKind, Conversation, ConversationKind, Message
from models.knowledge import Citation
from models.tenants import Tenant
from models.tickets import Ticket, TicketSource, TicketStatus
from services import chatbot, faqs, tickets
from services.chatbot import ChatbotReply
from services.faqs import FaqRow
from services.providers import providers
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.chatbot.conftest import ANSWER, PERSON, QUESTION, UNKNOWN
from tests.fixtures.people import MakeTenant, MakeUser, actor_of


async def said(actor: Actor) -> list[tuple[AuthorKind, str]]:
    """All messages of the tenant's sessions, in order."""
    async with unit_of_work(actor):
        sessions = await Conversation.filter(kind=ConversationKind.CHATBOT).values_list("id", flat=True)
        messages = await Message.filter(conversation_id__in=list(sessions)).order_by("id")
    return [(message.author_kind, message.text) for message in messages]


async def opened(actor: Actor) -> list[Ticket]:
    async with unit_of_work(actor):
        return await Ticket.all().order_by("id")


async def test_a_known_question_is_answered_and_cited(customer: Actor, password_faq: FaqRow) -> None:
    reply = await chatbot.chat(customer, message=QUESTION)
    assert ANSWER in reply.response
    assert (reply.was_escalated, reply.ticket_id) == (False, None)
    assert 0.5 < reply.confidence <= 1
    assert [(citation.source, citation.quote) for citation in reply.citations] == [("FAQ", ANSWER)]


async def test_both_messages_are_kept(customer: Actor, password_faq: FaqRow) -> None:
    reply = await chatbot.chat(customer, message=QUESTION)
    assert await said(customer) == [(AuthorKind.CUSTOMER, QUESTION), (AuthorKind.ASSISTANT, reply.response)]
    async with unit_of_work(customer):
        question, answer = await Message.all().order_by("id")
        citation = await Citation.get(message_id=answer.id)
        exchange = await ChatbotExchange.get(id=reply.exchange_id)
    assert (answer.turn_id, answer.model, answer.confidence) == (question.id, "extractive", citation.score)
    assert (exchange.query, exchange.response, exchange.confidence) == (QUESTION, reply.response, reply.confidence)
    assert 0 < exchange.response_time_ms < 10_000


async def test_thanks_are_understood_after_an_answer(customer: Actor, password_faq: FaqRow) -> None:
    first = await chatbot.chat(customer, message=QUESTION)
    thanked = await chatbot.chat(customer, message="Thanks, that helped", session_key=first.session_key)
    assert (thanked.was_escalated, thanked.citations, thanked.session_key) == (False, (), first.session_key)
    assert await opened(customer) == []


async def test_an_answer_that_did_not_help_calls_a_person(customer: Actor, password_faq: FaqRow) -> None:
    first = await chatbot.chat(customer, message=QUESTION)
    refused = await chatbot.chat(customer, message="No, that's not it", session_key=first.session_key)
    assert refused.was_escalated


async def test_a_question_without_ground_becomes_a_ticket(customer: Actor, password_faq: FaqRow) -> None:
    first = await chatbot.chat(customer, message=QUESTION)
    reply = await chatbot.chat(customer, message=UNKNOWN, session_key=first.session_key)
    (ticket,) = await opened(customer)
    assert (reply.was_escalated, reply.ticket_id, reply.citations) == (True, ticket.id, ())
    assert str(ticket.id) in reply.response
    assert (ticket.source, ticket.created_by_id, ticket.title) == (TicketSource.CHATBOT, customer.user_id, UNKNOWN)
    assert (ticket.status, ticket.escalation_reason) == (TicketStatus.ESCALATED, EscalationReason.NO_GROUND)
    assert ticket.description == f"Customer: {QUESTION}\n\nChatbot: {first.response}\n\nCustomer: {UNKNOWN}"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Позовите оператора, пожалуйста", "передаю разговор сотруднику"),
        ("Операторды шақырыңыз", "қызметкерге беріп жатырмын"),
        (PERSON, "handing the conversation to a colleague"),
    ],
)
async def test_who_asks_for_a_person_is_told_so_in_their_language(
    customer: Actor, password_faq: FaqRow, message: str, words: str
) -> None:
    reply = await chatbot.chat(customer, message=message)
    assert words in reply.response
    (ticket,) = await opened(customer)
    assert (reply.ticket_id, ticket.escalation_reason) == (ticket.id, EscalationReason.CUSTOMER_REQUEST)


async def test_a_model_that_fails_calls_a_person(
    customer: Actor, password_faq: FaqRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(providers().embedder), "query", _failed)
    reply = await chatbot.chat(customer, message=QUESTION)
    (ticket,) = await opened(customer)
    assert (reply.was_escalated, reply.confidence) == (True, 0.0)
    assert ticket.escalation_reason is EscalationReason.PROVIDER_FAILED


async def _failed(self: object, text: str) -> None:
    raise ModelUnavailable("The embedding endpoint does not answer")


async def test_a_session_has_one_ticket_while_that_is_open(customer: Actor, password_faq: FaqRow) -> None:
    first = await chatbot.chat(customer, message=PERSON, session_key="s")
    again = await chatbot.chat(customer, message=UNKNOWN, session_key="s")
    assert first.ticket_id == again.ticket_id
    async with unit_of_work(customer):
        added = await Message.filter(conversation_id=first.ticket_id, author_kind=AuthorKind.CUSTOMER)
    assert [message.text for message in added] == [UNKNOWN]


@pytest.mark.parametrize("status", [TicketStatus.RESOLVED, TicketStatus.CLOSED, TicketStatus.CANCELLED])
async def test_a_finished_ticket_is_followed_by_another(
    customer: Actor, password_faq: FaqRow, status: TicketStatus
) -> None:
    first = await chatbot.chat(customer, message=PERSON, session_key="s")
    assert first.ticket_id is not None
    async with unit_of_work(customer) as uow:
        await tickets.update(uow, first.ticket_id, TicketChanges(status=status))
    again = await chatbot.chat(customer, message=PERSON, session_key="s")
    assert again.was_escalated
    assert again.ticket_id not in (None, first.ticket_id)


async def test_another_session_has_a_ticket_of_its_own(customer: Actor, password_faq: FaqRow) -> None:
    replies = [await chatbot.chat(customer, message=PERSON) for _ in range(2)]
    assert len({reply.session_key for reply in replies}) == 2
    assert len({reply.ticket_id for reply in replies}) == 2


async def test_after_the_call_for_a_person_the_chatbot_still_answers(customer: Actor, password_faq: FaqRow) -> None:
    await chatbot.chat(customer, message=PERSON, session_key="s")
    reply = await chatbot.chat(customer, message=QUESTION, session_key="s")
    assert (reply.was_escalated, reply.ticket_id) == (False, None)
    assert ANSWER in reply.response


async def test_what_is_said_at_once_stands_in_pairs_and_calls_for_one_ticket(
    customer: Actor, password_faq: FaqRow
) -> None:
    asked = [PERSON, UNKNOWN, QUESTION, PERSON, UNKNOWN, QUESTION]
    replies = await asyncio.gather(*(chatbot.chat(customer, message=each, session_key="s") for each in asked))
    assert len(await opened(customer)) == 1
    assert len({reply.ticket_id for reply in replies if reply.was_escalated}) == 1
    async with unit_of_work(customer):
        (session,) = await ChatbotSession.all()
        stored = await Message.filter(conversation_id=session.id).order_by("id")
        assert await Conversation.filter(kind=ConversationKind.CHATBOT).count() == 1
    pairs = list(zip(stored[::2], stored[1::2], strict=True))
    assert [answer.turn_id for _, answer in pairs] == [question.id for question, _ in pairs]
    assert sorted(question.text for question, _ in pairs) == sorted(asked)


async def test_a_key_is_its_users_own(
    tenant: Tenant, make_user: MakeUser, customer: Actor, password_faq: FaqRow
) -> None:
    colleague = actor_of(await make_user(tenant, Role.USER))
    first = await chatbot.chat(customer, message=QUESTION, session_key="s")
    theirs = await chatbot.chat(colleague, message="Thanks, that helped", session_key="s")
    assert first.session_key == theirs.session_key == "s"
    # "Thanks" follows no answer of theirs, so it is a question like any other.
    assert theirs.was_escalated
    (ticket,) = await opened(colleague)
    assert QUESTION not in ticket.description
    async with unit_of_work(customer):
        assert await ChatbotSession.filter(key="s").count() == 2


async def test_a_key_of_another_tenant_opens_nothing_of_theirs(
    make_tenant: MakeTenant, make_user: MakeUser, customer: Actor, password_faq: FaqRow
) -> None:
    await chatbot.chat(customer, message=QUESTION, session_key="s")
    stranger = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    reply = await chatbot.chat(stranger, message=QUESTION, session_key="s")
    assert (reply.was_escalated, reply.citations) == (True, ())
    assert len(await said(stranger)) == 2


async def test_entries_that_are_not_active_answer_nothing(agent: Actor, customer: Actor) -> None:
    await faqs.create(agent, question=QUESTION, answer=ANSWER, is_active=False)
    assert (await chatbot.chat(customer, message=QUESTION)).was_escalated


@pytest.mark.parametrize("message", ["", " \n\t ", "m" * 4_001, "line\n" * 10_000, "a\x00b", "\ud800"])
async def test_a_bad_message_leaves_nothing(customer: Actor, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await chatbot.chat(customer, message=message)
    assert refused.value.field == "message"
    assert await said(customer) == []


@pytest.mark.parametrize("key", ["k" * 65, "a\x00b"])
async def test_a_bad_key_leaves_nothing(customer: Actor, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await chatbot.chat(customer, message=QUESTION, session_key=key)
    assert refused.value.field == "session_id"
    assert await said(customer) == []


@pytest.mark.parametrize(
    "message", ["???", "\u200b", "<script>alert(1)</script>", "\x07\x1b[31m", "👩‍👩‍👧‍👦 " * 300, "слово " * 600]
)
async def test_odd_messages_are_handed_on(customer: Actor, message: str) -> None:
    reply = await chatbot.chat(customer, message=message)
    (ticket,) = await opened(customer)
    assert reply.ticket_id == ticket.id
    assert 1 <= len(ticket.title) <= 255


async def test_a_long_session_fits_into_its_ticket(customer: Actor, password_faq: FaqRow) -> None:
    for _ in range(6):
        await chatbot.chat(customer, message=f"{QUESTION} " * 140, session_key="s")
    await chatbot.chat(customer, message=PERSON, session_key="s")
    (ticket,) = await opened(customer)
    description = ticket.description
    assert 15_000 < len(description) <= 20_000
    assert description.endswith(f"Customer: {PERSON}")


async def test_who_looks_into_another_tenant_has_no_session_there(tenant: Tenant, customer: Actor) -> None:
    visitor = Actor(tenant_id=tenant.id, role=Role.SUPERADMIN, user_id=1, home_tenant_id=1)
    with pytest.raises(Forbidden):
        await chatbot.chat(visitor, message=QUESTION)
    assert await said(customer) == []


async def test_staff_may_ask_too(agent: Actor, password_faq: FaqRow) -> None:
    first: ChatbotReply = await chatbot.chat(agent, message=PERSON, session_key="s")
    again = await chatbot.chat(agent, message=PERSON, session_key="s")
    assert first.ticket_id == again.ticket_id
