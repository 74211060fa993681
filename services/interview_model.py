"""The interview led by a chat model: it asks in its own words and calls ``register_lead`` when it has everything.

What it says is a proposal. The arguments of its call are checked against the schema and by the rules' own readers, the
number has to be one that the client wrote, and whatever fails goes back to the model as the call's result.
"""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog

from config.settings import get_settings
from core.errors import ModelUnavailable
from integrations.llm.port import ChatMessage, ChatModel, Completion, Tool, ToolCall
from services.interview_turns import OpenTurn
from services.interviewing.arguments import WrongArguments, checked_facts
from services.interviewing.dialogue import learn, respond
from services.interviewing.phrases import Phrase
from services.prompts.interview import build_messages

TOOL_NAME = "register_lead"
_ROUNDS = 3
_BUDGET_S = 25.0
_MAX_TOKENS = 400
_LONGEST_REPLY = 2_000
_TEXT = {"type": ["string", "null"], "maxLength": 255}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "The client's name, as they wrote it",
        },
        "phone": {"type": "string", "minLength": 5, "maxLength": 32, "description": "The number, as they wrote it"},
        "city": {**_TEXT, "description": "The city, in the nominative; null where the client would not say"},
        "object_type": {**_TEXT, "description": "One or two words: house, flat, bathhouse; in the client's language"},
        "area": {"type": ["string", "null"], "maxLength": 64, "description": "For example 150 м²"},
        "summary": {
            "type": "string",
            "maxLength": 500,
            "description": "One sentence for the manager, only what was said",
        },
    },
    "required": ["name", "phone"],
    "additionalProperties": False,
}
_TOOL = Tool(TOOL_NAME, "File the client's request. Call it once, when everything is known.", SCHEMA)
_SPEAK = f"That cannot be said to the client. Ask the next question in plain words, or call {TOOL_NAME}."
_WRITTEN_CALL = re.compile(rf"^\s*(?:```|[{{\[<])|{TOOL_NAME}")
_NUMBER = re.compile(r"\+?\d(?:[\s().\-]{0,3}\d){8,}")
_SUBSCRIBER = 7
"""Digits of a phone number that people never leave out."""
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the model decided: to say ``text``, or to register the lead with ``facts``."""

    model: str
    text: str = ""
    facts: Mapping[str, str] | None = None


async def converse(chat: ChatModel, turn: OpenTurn) -> Outcome | None:
    """The model's answer to a turn; None where it gave none that can be used: the rules answer then. Never raises
    ModelUnavailable.
    """
    if Phrase.STOP in turn.heard.phrases:
        return None
    after = learn(turn.before, turn.heard)
    messages = build_messages(
        turn.message.text, turn.history, after, next_question=respond(turn.before, turn.heard).text
    )
    deadline = time.monotonic() + _BUDGET_S
    try:
        for number in range(_ROUNDS):
            completion = await chat.complete(
                messages,
                max_tokens=_MAX_TOKENS,
                budget_s=max(1.0, deadline - time.monotonic()),
                idempotency_key=f"interview-{turn.message.id}-{number}",
                tools=(_TOOL,),
            )
            outcome = _outcome(completion, turn, messages)
            if outcome is not None or time.monotonic() > deadline:
                return outcome
    except ModelUnavailable as error:
        logger.warning("interview_by_rules", reason=error.message)
        return None
    logger.warning("interview_by_rules", reason="the model's calls were not valid")
    return None


def _outcome(completion: Completion, turn: OpenTurn, messages: list[ChatMessage]) -> Outcome | None:
    """What the completion decides; None where its calls were wrong, which ``messages`` then tell."""
    if not completion.tool_calls:
        text = completion.text.strip()[:_LONGEST_REPLY]
        if _speaks(text, turn):
            return Outcome(completion.model, text)
        messages.append(ChatMessage("assistant", text or "-"))
        messages.append(ChatMessage("user", _SPEAK))
        return None
    messages.append(ChatMessage("assistant", completion.text, completion.tool_calls))
    for call in completion.tool_calls:
        try:
            facts = _facts(call, turn)
        except WrongArguments as error:
            messages.append(ChatMessage("tool", f"Error: {error}", tool_call_id=call.id))
        else:
            return Outcome(completion.model, facts=facts)
    return None


def _speaks(text: str, turn: OpenTurn) -> bool:
    """Whether a reply can be said to the client: words, not a call written out, with no number that is not theirs."""
    if not text or _WRITTEN_CALL.search(text):
        return False
    theirs = re.sub(r"\D", "", " ".join([*turn.said, *turn.before.facts.values(), *turn.heard.facts.values()]))
    return all(re.sub(r"\D", "", number)[-_SUBSCRIBER:] in theirs for number in _NUMBER.findall(text))


@cache
def _validator() -> Any:
    # Only where a model leads the interview: most processes never need it.
    from jsonschema import Draft202012Validator

    return Draft202012Validator(SCHEMA)


def _facts(call: ToolCall, turn: OpenTurn) -> dict[str, str]:
    """The facts of a valid call. Raises WrongArguments."""
    if call.name != TOOL_NAME:
        raise WrongArguments(f"there is no function {call.name[:64]}; the only one is {TOOL_NAME}")
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        raise WrongArguments("the arguments are not JSON") from None
    errors = _validator().iter_errors(arguments)
    wrong = [f"{'.'.join(map(str, each.path)) or 'arguments'}: {each.message}" for each in errors]
    if wrong:
        raise WrongArguments("; ".join(wrong)[:500])
    return checked_facts(
        arguments,
        state=learn(turn.before, turn.heard),
        said=turn.said,
        region=get_settings().leads.phone_region,
    )
