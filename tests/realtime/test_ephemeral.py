"""What passes by: the words of an answer reach whoever watches, and nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from core.actor import Actor
from core.errors import Forbidden
from core.events import Visibility, ticket_topic
from models.tenants import Tenant
from models.tickets import Ticket
from realtime.answer_stream import AnswerStream
from realtime.ephemeral import publish_ephemeral
from realtime.hub import Hub
from realtime.subscription import watch_ephemeral
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.system.installation import eventually


@asynccontextmanager
async def watching(actor: Actor, topic: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Frames as they come, and a moment at the end for the last of them."""
    frames: list[dict[str, Any]] = []

    async def read() -> None:
        async with aclosing(watch_ephemeral(actor, topic)) as passing:
            async for frame in passing:
                frames.append(frame)

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.3)
    try:
        yield frames
        await asyncio.sleep(0.2)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_the_words_of_an_answer_arrive_in_order_with_offsets(hub: Hub, customer: Actor, ticket: Ticket) -> None:
    words = ["Ваш ", "заказ ", "едет. ", "Он ", "будет ", "завтра."]
    async with watching(customer, ticket_topic(ticket.id)) as frames:
        await _answer(ticket, words)
    assert [frame["type"] for frame in frames][:1] == ["answer.started"]
    assert frames[-1] == {"type": "answer.done", "ticket_id": ticket.id, "turn": 5, "attempt": 2}
    deltas = [frame for frame in frames if frame["type"] == "answer.delta"]
    assert "".join(frame["text"] for frame in deltas) == "".join(words)
    assert [frame["offset"] for frame in deltas] == _offsets([frame["text"] for frame in deltas])


async def _answer(ticket: Ticket, words: list[str]) -> None:
    async with AnswerStream(ticket.tenant_id, ticket_topic(ticket.id), turn=5, attempt=2) as stream:
        for word in words:
            await stream.send(word)
            await asyncio.sleep(0.02)


def _offsets(texts: list[str]) -> list[int]:
    return [sum(map(len, texts[:position])) for position in range(len(texts))]


async def test_an_answer_that_fails_says_so_and_one_without_words_says_nothing(
    hub: Hub, customer: Actor, ticket: Ticket
) -> None:
    async with watching(customer, ticket_topic(ticket.id)) as frames:
        with pytest.raises(ZeroDivisionError):
            await _fail(ticket)
        async with AnswerStream(ticket.tenant_id, ticket_topic(ticket.id), turn=5, attempt=3):
            pass
    assert [frame["type"] for frame in frames] == ["answer.started", "answer.delta", "answer.failed"]


async def _fail(ticket: Ticket) -> None:
    async with AnswerStream(ticket.tenant_id, ticket_topic(ticket.id), turn=5, attempt=2) as stream:
        await stream.send("Ваш")
        raise ZeroDivisionError


async def test_an_answer_that_begins_again_takes_back_what_was_sent(hub: Hub, customer: Actor, ticket: Ticket) -> None:
    topic = ticket_topic(ticket.id)
    async with watching(customer, topic) as frames, AnswerStream(ticket.tenant_id, topic, turn=5, attempt=2) as stream:
        for piece in ("You", None, "Your", " order"):
            await stream.send(piece)
        await asyncio.sleep(0.3)
    sent = [(frame["type"].removeprefix("answer."), frame.get("offset"), frame.get("text")) for frame in frames]
    assert sent[:3] == [("started", None, None), ("delta", 0, "You"), ("failed", None, None)]
    assert sent[3:6] == [("started", None, None), ("delta", 0, "Your"), ("delta", 4, " order")]


async def test_words_go_out_though_no_more_follow(hub: Hub, customer: Actor, ticket: Ticket) -> None:
    topic = ticket_topic(ticket.id)
    async with watching(customer, topic) as frames, AnswerStream(ticket.tenant_id, topic, turn=5, attempt=2) as stream:
        await stream.send("Your")
        await stream.send(" order")
        await asyncio.to_thread(eventually, lambda: len(frames) == 3)
        assert [frame.get("text") for frame in frames] == [None, "Your", " order"]


async def test_frames_for_staff_pass_customers_by(hub: Hub, customer: Actor, agent: Actor, ticket: Ticket) -> None:
    topic = ticket_topic(ticket.id)
    async with watching(customer, topic) as customers, watching(agent, topic) as staffs:
        await publish_ephemeral(ticket.tenant_id, topic, {"type": "typing"}, visibility=Visibility.STAFF)
    assert (customers, staffs) == ([], [{"type": "typing"}])


async def test_another_customer_and_another_tenant_get_nothing(
    hub: Hub, tenant: Tenant, customer: Actor, ticket: Ticket, make_user: MakeUser, make_tenant: MakeTenant
) -> None:
    other = actor_of(await make_user(tenant))
    with pytest.raises(Forbidden):
        await anext(watch_ephemeral(other, ticket_topic(ticket.id)))
    elsewhere = (await make_tenant()).id
    async with watching(customer, ticket_topic(ticket.id)) as frames:
        await publish_ephemeral(elsewhere, ticket_topic(ticket.id), {"type": "typing"})
    assert frames == []
