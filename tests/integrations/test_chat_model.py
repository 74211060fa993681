"""The chat model against a real server that misbehaves on demand."""

import time
import traceback
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from prometheus_client import REGISTRY

from core.errors import ModelUnavailable
from core.network import NetworkInTransaction, forbidden
from integrations.llm.openai import OpenAIChat
from integrations.llm.port import ChatMessage, Tool, ToolCall, Usage
from integrations.model_endpoint import EndpointFailed, EndpointOptions, FailureReason
from tests.doubles.openai import Break, Calls, Fault, Garbage, Hang, OpenAIDouble, Status, running_openai

QUESTION = [ChatMessage("system", "Answer from the ground."), ChatMessage("user", "Как сбросить пароль?")]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.model_endpoint._BACKOFF_FIRST_S", 0.05)


@pytest.fixture(scope="module")
def served() -> Iterator[OpenAIDouble]:
    with running_openai() as running:
        yield running


@pytest.fixture
def double(served: OpenAIDouble) -> OpenAIDouble:
    served.faults.clear()
    served.requests.clear()
    return served


@pytest.fixture
async def model(double: OpenAIDouble) -> AsyncIterator[OpenAIChat]:
    chat = chat_model(double.base_url, double.api_key)
    yield chat
    await chat.close()


def chat_model(base_url: str, api_key: str, **options: Any) -> OpenAIChat:
    endpoint = EndpointOptions("chat", "OPORA_LLM", base_url, api_key, **{"attempt_s": 0.4, **options})
    return OpenAIChat(endpoint, model="double-chat", budget_s=4.0)


async def test_a_completion_has_text_model_and_usage(model: OpenAIChat) -> None:
    completion = await model.complete(QUESTION, max_tokens=50)
    assert completion.text == "Reset it on the sign-in page [1]."
    assert (completion.model, completion.finish_reason) == ("double-chat", "stop")
    assert completion.usage == Usage(prompt_tokens=13, completion_tokens=7)


async def test_a_stream_ends_with_the_whole_completion(model: OpenAIChat) -> None:
    stream = model.stream(QUESTION, max_tokens=50)
    with pytest.raises(RuntimeError):
        _ = stream.completion
    pieces = [piece async for piece in stream]
    assert len(pieces) == 7
    assert stream.completion.text == "".join(pieces) == "Reset it on the sign-in page [1]."
    assert stream.completion.usage is not None


@pytest.mark.parametrize("fault", [Status(500), Status(503), Status(429, "0.1"), Hang(30)])
async def test_a_passing_fault_is_tried_again(model: OpenAIChat, double: OpenAIDouble, fault: Fault) -> None:
    double.faults.append(fault)
    assert (await model.complete(QUESTION, max_tokens=50)).finish_reason == "stop"
    assert len(double.requests) == 2


@pytest.mark.parametrize(
    "fault", [Status(500), Hang(30), Break(0), Break(0, clean=True), Garbage("", "text/event-stream")]
)
async def test_a_stream_without_its_first_piece_is_tried_again(
    model: OpenAIChat, double: OpenAIDouble, fault: Fault
) -> None:
    double.faults.append(fault)
    assert len([piece async for piece in model.stream(QUESTION, max_tokens=50)]) == 7
    assert len(double.requests) == 2


@pytest.mark.parametrize("fault", [Break(3), Break(3, clean=True), Hang(30, after_pieces=3)])
async def test_a_stream_that_dies_after_some_pieces_is_an_error(
    model: OpenAIChat, double: OpenAIDouble, fault: Fault
) -> None:
    double.faults.append(fault)
    stream = model.stream(QUESTION, max_tokens=50)
    pieces = [await anext(aiter(stream)) for _ in range(3)]
    with pytest.raises(ModelUnavailable):
        await anext(aiter(stream))
    assert len(pieces) == 3
    assert len(double.requests) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Status(400), FailureReason.REJECTED),
        (Status(403), FailureReason.KEY_REFUSED),
        (Status(404), FailureReason.REJECTED),
        (Garbage("<html>proxy</html>", "text/html"), FailureReason.MALFORMED),
        (Garbage("{"), FailureReason.MALFORMED),
        (Garbage("{}"), FailureReason.MALFORMED),
        (Garbage('{"choices": "none"}'), FailureReason.MALFORMED),
        (Garbage('{"choices": [{"message": {"content": null}}]}'), FailureReason.MALFORMED),
    ],
)
async def test_a_lasting_fault_is_not_tried_again(
    model: OpenAIChat, double: OpenAIDouble, fault: Fault, reason: FailureReason
) -> None:
    double.faults.append(fault)
    with pytest.raises(EndpointFailed) as failed:
        await model.complete(QUESTION, max_tokens=50)
    assert failed.value.reason is reason
    assert len(double.requests) == 1


async def test_the_whole_answer_keeps_one_time_budget(double: OpenAIDouble) -> None:
    double.faults.extend([Hang(30)] * 9)
    model = chat_model(double.base_url, double.api_key, max_retries=9)
    started = time.monotonic()
    with pytest.raises(EndpointFailed) as failed:
        await model.complete(QUESTION, max_tokens=50, budget_s=1.5)
    assert time.monotonic() - started < 1.9
    assert failed.value.reason is FailureReason.TIMED_OUT
    await model.close()


async def test_a_wait_that_the_budget_cannot_pay_is_not_begun(model: OpenAIChat, double: OpenAIDouble) -> None:
    double.faults.append(Status(429, "60"))
    started = time.monotonic()
    with pytest.raises(EndpointFailed) as failed:
        await model.complete(QUESTION, max_tokens=50)
    assert time.monotonic() - started < 1
    assert failed.value.reason is FailureReason.RATE_LIMITED


async def test_a_refused_key_is_in_no_error(double: OpenAIDouble) -> None:
    model = chat_model(double.base_url, "sk-wrong-and-secret")
    with pytest.raises(EndpointFailed) as failed:
        await model.complete(QUESTION, max_tokens=50)
    assert failed.value.reason is FailureReason.KEY_REFUSED
    assert "OPORA_LLM_API_KEY" in failed.value.message
    assert failed.value.__context__ is None
    assert "sk-wrong" not in "".join(traceback.format_exception(failed.value))
    await model.close()


async def test_a_refused_connection_ends_as_unavailable_at_once() -> None:
    model = chat_model("http://127.0.0.1:9/v1", "sk-x", max_retries=1)
    with pytest.raises(ModelUnavailable, match="OPORA_LLM_BASE_URL"):
        await model.complete(QUESTION, max_tokens=50)
    assert not (await model.health()).available
    await model.close()


async def test_all_attempts_carry_one_idempotency_key(model: OpenAIChat, double: OpenAIDouble) -> None:
    double.faults.append(Status(500))
    await model.complete(QUESTION, max_tokens=50, idempotency_key="job:7")
    await model.complete(QUESTION, max_tokens=50, idempotency_key="job:8")
    first, again, other = (request.headers["idempotency-key"] for request in double.requests)
    assert first == again != other
    assert "job" not in first


async def test_health_lists_models_and_is_remembered(model: OpenAIChat, double: OpenAIDouble) -> None:
    assert (await model.health()).models == ("double-chat", "double-embeddings")
    await model.health()
    assert len(double.requests) == 1


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("opora_model_calls_total", {"kind": "chat", "outcome": outcome}) or 0.0


async def test_attempts_are_counted_by_their_outcome(model: OpenAIChat, double: OpenAIDouble) -> None:
    before = {outcome: counted(outcome) for outcome in ("ok", "server_error")}
    double.faults.extend([Status(500), Status(502)])
    await model.complete(QUESTION, max_tokens=50)
    assert counted("server_error") - before["server_error"] == 2
    assert counted("ok") - before["ok"] == 1


async def test_a_stream_may_be_left_early(model: OpenAIChat) -> None:
    stream = model.stream(QUESTION, max_tokens=50)
    assert await anext(aiter(stream)) == "Reset"
    await stream.aclose()
    with pytest.raises(RuntimeError):
        _ = stream.completion


async def test_an_open_transaction_forbids_the_call(model: OpenAIChat, double: OpenAIDouble) -> None:
    with forbidden(), pytest.raises(NetworkInTransaction):
        await model.complete(QUESTION, max_tokens=50)
    assert double.requests == []


async def test_a_key_of_the_environment_does_not_go_to_a_foreign_host(
    double: OpenAIDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    model = chat_model(double.base_url, "")
    await model.health()
    assert "of-somebody" not in str(double.requests[0].headers)
    await model.close()


TOOL = Tool("register_lead", "Files it.", {"type": "object", "properties": {"name": {"type": "string"}}})


async def test_a_call_of_a_tool_is_part_of_the_completion(model: OpenAIChat, double: OpenAIDouble) -> None:
    reply, double.reply = double.reply, lambda _body: Calls("register_lead", '{"name": "Канат"}')
    completion = await model.complete(QUESTION, max_tokens=50, tools=[TOOL])
    double.reply = reply
    (call,) = completion.tool_calls
    assert (call.name, call.arguments, completion.text, completion.finish_reason) == (
        "register_lead", '{"name": "Канат"}', "", "tool_calls",
    )  # fmt: skip
    (sent,) = double.requests[-1].body["tools"]
    assert sent == {
        "type": "function",
        "function": {"name": TOOL.name, "description": TOOL.description, "parameters": dict(TOOL.parameters)},
    }


async def test_the_result_of_a_call_is_sent_as_documented(model: OpenAIChat, double: OpenAIDouble) -> None:
    call = ToolCall("call_1", "register_lead", "{}")
    called = [ChatMessage("assistant", "", (call,)), ChatMessage("tool", "Error: no name", tool_call_id="call_1")]
    completion = await model.complete([*QUESTION, *called], max_tokens=50, tools=[TOOL])
    assert completion.tool_calls == ()
    assert double.requests[-1].body["messages"][-2:] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "register_lead", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "content": "Error: no name", "tool_call_id": "call_1"},
    ]


async def test_without_tools_the_request_names_none(model: OpenAIChat, double: OpenAIDouble) -> None:
    await model.complete(QUESTION, max_tokens=50)
    assert "tools" not in double.requests[-1].body
