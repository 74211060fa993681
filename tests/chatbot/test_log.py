"""The log and its analytics, against a slow computation of our own."""

from collections import Counter
from statistics import fmean
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput
from core.paging import CursorPage
from models.chatbot import ChatbotExchange, ChatbotSession
from models.conversations import Conversation, ConversationKind
from models.tenants import Tenant
from services import chatbot, chatbot_log
from services.chatbot_log import ChatbotSummary, ExchangeRow, LogFilter, query_key
from services.faqs import FaqRow
from services.unit_of_work import unit_of_work
from tests.chatbot.conftest import PERSON, QUESTION, UNKNOWN
from tests.fixtures.people import MakeTenant, MakeUser, actor_of, new_tenant, new_user

SPELLINGS = (
    "How do I pay?",
    "how do i pay",
    "HOW do I  pay!!",
    "Where is it?",
    "где это",
    "Где это?!",
    "???",
    "thanks",
)
_exchange = st.fixed_dictionaries(
    {
        "query": st.one_of(st.sampled_from(SPELLINGS), st.integers(0, 14).map("Question {}".format)),
        "confidence": st.floats(0, 1, width=32),
        "was_escalated": st.booleans(),
    }
)


async def summary(actor: Actor) -> ChatbotSummary:
    async with unit_of_work(actor) as uow:
        return await chatbot_log.summary(uow)


async def logged(actor: Actor, *, size: int = 100, after: int | None = None, **chosen: Any) -> list[ExchangeRow]:
    async with unit_of_work(actor) as uow:
        return list((await chatbot_log.page_log(uow, LogFilter(**chosen), CursorPage(size, after))).rows)


async def record(actor: Actor, exchanges: list[dict[str, Any]]) -> None:
    async with unit_of_work(actor):
        conversation = await Conversation.create(
            tenant_id=actor.tenant_id, kind=ConversationKind.CHATBOT, customer_id=actor.user_id
        )
        common: dict[str, Any] = {"tenant_id": actor.tenant_id, "user_id": actor.user_id}
        session = await ChatbotSession.create(id=conversation.id, key="s", **common)
        for exchange in exchanges:
            key = query_key(exchange["query"])
            await ChatbotExchange.create(
                session_id=session.id, query_key=key, response="!", response_time_ms=1, **common, **exchange
            )


def slow_summary(exchanges: list[dict[str, Any]]) -> dict[str, Any]:
    """The same by plain loops over all that was asked, oldest first."""
    total, escalated = len(exchanges), sum(exchange["was_escalated"] for exchange in exchanges)
    counts: Counter[str] = Counter()
    latest: dict[str, tuple[int, str]] = {}
    for place, exchange in enumerate(exchanges):
        key = "".join(word for word in exchange["query"].lower() if word.isalnum() or word == " ").split()
        name = " ".join(key) or exchange["query"]
        counts[name] += 1
        latest[name] = (place, exchange["query"])
    order = sorted(counts, key=lambda name: (-counts[name], -latest[name][0]))
    return {
        "total": total,
        "escalated": escalated,
        "rate": round(100 * escalated / total, 2) if total else 0.0,
        "confidence": fmean(exchange["confidence"] for exchange in exchanges) if total else 0.0,
        "common": [(latest[name][1], counts[name]) for name in order[:10]],
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exchanges=st.lists(_exchange, max_size=60))
async def test_analytics_equal_a_slow_computation(database: None, exchanges: list[dict[str, Any]]) -> None:
    actor = actor_of(await new_user(await new_tenant(), Role.AGENT))
    await record(actor, exchanges)
    found, expected = await summary(actor), slow_summary(exchanges)
    assert (found.total, found.escalated, found.escalation_rate) == (
        expected["total"],
        expected["escalated"],
        expected["rate"],
    )
    assert found.avg_confidence == pytest.approx(expected["confidence"], abs=1e-6)
    assert [(row.query, row.count) for row in found.common_queries] == expected["common"]


async def test_the_documents_rate(agent: Actor) -> None:
    asked = [{"query": QUESTION, "confidence": 0.82, "was_escalated": number < 25} for number in range(150)]
    await record(agent, asked)
    found = await summary(agent)
    assert (found.total, found.escalated, found.escalation_rate) == (150, 25, 16.67)


async def test_the_log_is_newest_first_and_filtered(customer: Actor, agent: Actor, password_faq: FaqRow) -> None:
    for key, message in (("a", QUESTION), ("a", UNKNOWN), ("b", PERSON), ("b", QUESTION)):
        await chatbot.chat(customer, message=message, session_key=key)
    assert [row.query for row in await logged(agent)] == [QUESTION, PERSON, UNKNOWN, QUESTION]
    assert [row.query for row in await logged(agent, session_key="a")] == [UNKNOWN, QUESTION]
    assert [row.query for row in await logged(agent, escalated_only=True)] == [PERSON, UNKNOWN]
    assert [row.query for row in await logged(agent, session_key="b", escalated_only=True)] == [PERSON]
    assert await logged(agent, session_key="c") == []


async def test_an_entry_of_the_log_tells_all(customer: Actor, agent: Actor, password_faq: FaqRow) -> None:
    reply = await chatbot.chat(customer, message=UNKNOWN, session_key="a")
    (row,) = await logged(agent)
    assert (row.id, row.user_id, row.session_key) == (reply.exchange_id, customer.user_id, "a")
    assert (row.query, row.response, row.ticket_id) == (UNKNOWN, reply.response, reply.ticket_id)


async def test_pages_of_the_log_meet(agent: Actor) -> None:
    asked = [{"query": f"Question {n}", "confidence": 1.0, "was_escalated": n % 3 == 0} for n in range(7)]
    await record(agent, asked)
    everything = [row.query for row in await logged(agent)]
    first = await logged(agent, size=3)
    rest = await logged(agent, after=first[-1].id)
    assert [row.query for row in (*first, *rest)] == everything == [f"Question {n}" for n in reversed(range(7))]


async def test_customers_read_neither(customer: Actor) -> None:
    with pytest.raises(Forbidden):
        await logged(customer)
    with pytest.raises(Forbidden):
        await summary(customer)


async def test_another_tenant_reads_nothing(
    make_tenant: MakeTenant, make_user: MakeUser, customer: Actor, password_faq: FaqRow
) -> None:
    await chatbot.chat(customer, message=QUESTION, session_key="a")
    stranger = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    assert await logged(stranger) == []
    assert await logged(stranger, session_key="a") == []
    assert (await summary(stranger)).total == 0


async def test_a_key_that_none_can_have_is_refused(agent: Actor) -> None:
    with pytest.raises(InvalidInput):
        await logged(agent, session_key="k" * 65)


async def test_a_deleted_ticket_leaves_the_log(
    tenant: Tenant, make_user: MakeUser, customer: Actor, password_faq: FaqRow
) -> None:
    admin = actor_of(await make_user(tenant, Role.ADMIN))
    reply = await chatbot.chat(customer, message=PERSON, session_key="a")
    async with unit_of_work(admin):
        await Conversation.filter(id=reply.ticket_id).delete()
    (row,) = await logged(admin)
    assert (row.was_escalated, row.ticket_id) == (True, None)
