"""Answers of a chat model: from the ground, streamed, checked; and exactly one, whatever model and worker do."""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest

from tests.doubles.openai import Break, Fault, Garbage, Hang, OpenAIDouble, Status, running_openai
from tests.system.conftest import LEASE_S, Installed
from tests.system.installation import Installation, eventually
from tests.system.people import Person, Socket, is_message, of_kind, sign_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers end with their parent by a Linux feature")

QUESTION = "Can I return a Velmira Beam booster that I bought ten days ago, if I opened the box?"
RIGHT = "You can return a router or a booster that you bought within 14 days of receiving it [1]."
ALSO_RIGHT = "You may open the box, but the device must be undamaged and complete [1]."
INVENTED = "Every customer also gets a free flight to Paris and 70000 tenge in cash [1]."
FINE = Hang(0.0)
_FIRST_PASSAGE = re.compile(r"passage 1>>>\n[^\n]*\n(?P<text>.*?)\n<<<", re.DOTALL)


def quote(body: Mapping[str, Any]) -> str:
    """Two sentences of the first passage that the model was given, as a model that keeps to its ground would say it."""
    passage = _FIRST_PASSAGE.search("\n".join(message["content"] for message in body["messages"]))
    assert passage is not None, body["messages"]
    plain = " ".join(line for line in passage["text"].splitlines() if line and not line.startswith("#"))
    said = re.split(r"(?<=[.!?])\s+", plain)[:2]
    return " ".join(f"{sentence.rstrip('.')} [1]." for sentence in said)


@pytest.fixture(scope="module")
def double() -> Iterator[OpenAIDouble]:
    with running_openai() as double:
        yield double


@pytest.fixture(scope="module")
async def system(installed: Installed, double: OpenAIDouble) -> AsyncIterator[Installation]:
    model = {"BASE_URL": double.base_url, "API_KEY": double.api_key, "MODEL": "double-chat", "TIMEOUT_S": "5"}
    variables = {f"OPORA_LLM_{name}": value for name, value in model.items()}
    double.reply = quote
    async with installed(**variables, OPORA_SHUTDOWN_S="1") as system:
        # The demo's own tickets first: their requests to the model are none of the tests'.
        async with await sign_in(system.origin, "admin@demo.example") as admin:
            for ticket in (await admin.get("/v1/tickets?limit=100")).raise_for_status().json():
                await admin.until_answered(ticket["id"], 40)
        yield system


@pytest.fixture(autouse=True)
def script(double: OpenAIDouble, system: Installation) -> Iterator[None]:
    """Each test begins with a model that behaves."""
    double.reply = quote
    double.requests.clear()
    yield
    double.faults.clear()


async def test_answer_is_generated_from_the_retrieved_ground(customer: Person, double: OpenAIDouble) -> None:
    ticket_id = await customer.open_ticket("Returning a Beam", QUESTION)
    (reply,) = await customer.until_answered(ticket_id)
    assert reply["role"] == "assistant"
    assert reply["content"] == quote(double.requests[0].body)
    assert reply["citations"][0]["source"] == "en/returns.md"
    assert len(double.requests) == 1


async def test_checked_words_stream_before_the_message(customer: Person, double: OpenAIDouble) -> None:
    double.reply = lambda _body: f"{RIGHT} {ALSO_RIGHT}"
    # Well into the second sentence: the first has been let through, the second not yet.
    double.faults.append(Hang(2.0, after_pieces=len(RIGHT.split()) + 3))
    ticket_id, socket = await _ask(customer)
    async with socket:
        first = await socket.until(of_kind("delta"))
        began = time.monotonic()
        reply = await socket.until(is_message("assistant"))
        assert time.monotonic() - began > 0.5
    words = [frame["data"] for frame in socket.frames if frame["type"] == "delta"]
    assert RIGHT.startswith(first["data"]["text"].strip())
    assert "".join(each["text"] for each in words).strip() == reply["data"]["content"] == f"{RIGHT} {ALSO_RIGHT}"
    assert [each["offset"] for each in words] == sorted({each["offset"] for each in words})
    assert len(await customer.answers(ticket_id)) == 1


@pytest.mark.parametrize("invented", [INVENTED, f"{RIGHT} {INVENTED}", f"{RIGHT} {INVENTED} {ALSO_RIGHT}"])
async def test_invented_answer_is_shown_to_nobody(customer: Person, double: OpenAIDouble, invented: str) -> None:
    double.reply = lambda _body: invented
    ticket_id, socket = await _ask(customer)
    async with socket:
        escalation = await socket.until(of_kind("escalation"))
        await socket.until(is_message("system"))
        await socket.rest()
    assert escalation["data"]["code"] == "ungrounded_answer"
    assert "Paris" not in str(socket.frames)
    assert "70000" not in str(socket.frames)
    kinds = [frame["type"] for frame in socket.frames]
    assert "answer_done" not in kinds
    # What was let through before is taken back.
    assert ("delta" in kinds) == ("answer_failed" in kinds) == invented.startswith(RIGHT)
    (notice,) = await customer.answers(ticket_id)
    assert notice["role"] == "system"
    assert (await customer.ticket(ticket_id))["escalation_reason"] == "ungrounded_answer"


async def test_every_customer_hears_once_from_a_model_that_fails_half_the_time(
    customer: Person, double: OpenAIDouble
) -> None:
    broken: list[Fault] = [
        Status(500),
        Break(2),
        Garbage("{"),
        Status(429, retry_after="0"),
        Break(2, clean=True),
        Status(401),
    ]
    double.faults.extend(fault for each in broken * 3 for fault in (each, FINE))
    tickets = await asyncio.gather(*(customer.open_ticket("Returning a Beam", QUESTION) for _ in range(12)))
    told = await asyncio.gather(*(customer.until_answered(ticket_id, 40) for ticket_id in tickets))
    await asyncio.sleep(1)
    again = await asyncio.gather(*(customer.answers(ticket_id) for ticket_id in tickets))
    assert told == again
    assert all(len(each) == 1 for each in again)
    reasons = [(await customer.ticket(ticket_id))["escalation_reason"] for ticket_id in tickets]
    roles = [each[0]["role"] for each in again]
    assert roles == ["assistant" if reason is None else "system" for reason in reasons]
    assert set(reasons) <= {None, "provider_failed"}
    assert roles.count("assistant") >= 6


async def test_reply_comes_once_although_the_worker_process_was_killed(
    customer: Person, system: Installation, double: OpenAIDouble
) -> None:
    ticket_id = await _ask_a_model_that_hangs(customer, double)
    (victim,) = system.worker.children()
    victim.kill()
    seconds = await _until_answered_once(customer, ticket_id)
    # The lease has to run out; the rest is a new process and the answer itself.
    assert seconds < LEASE_S + 25
    assert [worker.pid for worker in system.worker.children()] != [victim.pid]


async def test_reply_comes_once_although_the_whole_worker_was_killed(
    customer: Person, system: Installation, double: OpenAIDouble
) -> None:
    ticket_id = await _ask_a_model_that_hangs(customer, double)
    system.worker.kill()
    system.worker.start_again()
    assert await _until_answered_once(customer, ticket_id) < LEASE_S + 25


async def _ask(customer: Person) -> tuple[int, Socket]:
    """Ask on a ticket whose socket is open already; returns both."""
    ticket_id = await customer.open_ticket("Returning a Beam", auto_respond=False)
    socket = customer.watch(ticket_id, stream=1)
    await socket.open()
    await customer.say(ticket_id, QUESTION)
    return ticket_id, socket


async def _ask_a_model_that_hangs(customer: Person, double: OpenAIDouble) -> int:
    double.faults.append(Hang(30.0, after_pieces=3))
    ticket_id = await customer.open_ticket("Returning a Beam", QUESTION)
    assert await asyncio.to_thread(eventually, lambda: len(double.requests) > 0)
    # Some words are on their way.
    await asyncio.sleep(0.2)
    return ticket_id


async def _until_answered_once(customer: Person, ticket_id: int) -> float:
    began = time.monotonic()
    told = await customer.until_answered(ticket_id, 40)
    seconds = time.monotonic() - began
    await asyncio.sleep(1)
    assert await customer.answers(ticket_id) == told
    assert [each["role"] for each in told] == ["assistant"]
    return seconds
