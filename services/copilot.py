"""The copilot: what helps an operator write. It suggests and rewrites; people send.

Suggestions rest on the tenant's knowledge, by the way of the assistant's own answers (:mod:`services.drafting`), and
cite it. Nothing is stored. Without a chat model there is no copilot, and :func:`model_name` says so.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.actor import Actor
from core.bounded_cache import BoundedCache
from core.errors import ModelUnavailable
from core.events import Visibility
from core.languages import Language
from core.refusals.copilot import AnswerCutShort, CopilotAbsent, NothingToAnswer
from core.text import checked_text
from integrations.llm.port import ChatMessage, ChatModel
from models.assistants import Assistant
from models.conversations import AuthorKind, Conversation, Message
from models.dialogs import Dialog
from models.tenants import Tenant
from models.tickets import Ticket
from services import ai_pool, conversations, drafting, turns
from services.drafting import Draft, Persona, Question
from services.intents import is_greeting, wants_person
from services.language import detect
from services.prompts.copilot import rewriting
from services.prompts.handoff import summary_messages
from services.prompts.messages import Speaker, Turn
from services.unit_of_work import UnitOfWork, unit_of_work

MAX_TEXT = 6_000
_BUDGET_S = 30.0
_REWRITTEN_TOKENS = 3_000
_SUMMARY_TOKENS = 300
_RETOLD = 60
_LOOKED_AT = 10
_CALL_CHARS = 80
_summaries: BoundedCache[tuple[int, int, Language], "Rewritten"] = BoundedCache(500)


class Rewriting(StrEnum):
    """What to make of a text; the name is that of the prompt too."""

    SHORTEN = "shorten"
    TRANSLATE = "translate"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A model's text, and the model."""

    text: str
    model: str


async def model_name(actor: Actor) -> str | None:
    """The chat model that helps the actor; None where none is set."""
    chat = await ai_pool.chat_for(actor)
    return None if chat is None else chat.name


async def suggest(actor: Actor, conversation_id: int) -> Draft:
    """A reply to what the customer asked last, from the tenant's knowledge; ``escalation`` set where it has none.

    Raises NotFound, Forbidden, NothingToAnswer, CopilotAbsent, ModelUnavailable.
    """
    async with unit_of_work(actor) as uow:
        found = await conversations.get(uow, conversation_id)
        question = await _question(uow, found)
    await _chat(actor)
    return await drafting.from_knowledge(actor, question)


async def rewrite(actor: Actor, text: str, how: Rewriting, language: Language | None = None) -> Rewritten:
    """The text shortened or translated; ``language`` None is its own. Raises InvalidInput for more than
    :data:`MAX_TEXT` characters, CopilotAbsent, AnswerCutShort, ModelUnavailable.
    """
    checked_text(text, field="text", least=1, most=MAX_TEXT)
    messages = rewriting(how.value, text, language or detect(text))
    return await _completed(await _chat(actor), messages, _REWRITTEN_TOKENS)


async def summarise(actor: Actor, conversation_id: int, language: Language) -> Rewritten:
    """What a conversation came to, in a few sentences; one request for what was said so far, however often asked.

    Raises NotFound, Forbidden, NothingToAnswer, CopilotAbsent, AnswerCutShort, ModelUnavailable.
    """
    async with unit_of_work(actor) as uow:
        found = await conversations.get(uow, conversation_id)
        said = await _said(found.id, _RETOLD)
    own = _own_text(found)
    if not said and not own:
        raise NothingToAnswer
    chat = await _chat(actor)
    key = (found.id, said[-1].id if said else 0, language)
    summary = _summaries.get(key)
    if summary is None:
        spoken = [*([Turn(Speaker.CUSTOMER, own)] if own else []), *map(turns.said, said)]
        summary = await _completed(chat, summary_messages(spoken, language), _SUMMARY_TOKENS)
        _summaries.put(key, summary)
    return summary


async def _chat(actor: Actor) -> ChatModel:
    chat = await ai_pool.chat_for(actor)
    if chat is None:
        raise CopilotAbsent
    return chat


async def _completed(chat: ChatModel, messages: list[ChatMessage], max_tokens: int) -> Rewritten:
    completion = await chat.complete(messages, max_tokens=max_tokens, budget_s=_BUDGET_S)
    if completion.finish_reason == "length":
        raise AnswerCutShort
    if not completion.text.strip():
        raise ModelUnavailable("The model answered nothing")
    return Rewritten(completion.text.strip(), completion.model or chat.name)


async def _question(uow: UnitOfWork, found: Ticket | Dialog) -> Question:
    """What the customer asked last: words that only call for a person, or greet, are passed over for earlier ones.

    Raises NothingToAnswer.
    """
    words = await _words(found.id)
    message = next((each for each in words if _asks(each.text)), None)
    own = _own_text(found)
    if message is None and not own:
        if not words:
            raise NothingToAnswer
        message = words[0]
    tenant, conversation = await Tenant.get(id=uow.tenant_id), await Conversation.get(id=found.id)
    text = own if message is None else message.text
    return Question(
        text=text,
        language=detect(text, hint=conversation.language or tenant.language),
        thresholds=turns.thresholds_of(tenant),
        subject=found.title if isinstance(found, Ticket) and message is not None else None,
        history=await turns.said_before(message) if message is not None else (),
        persona=await _persona(found),
    )


async def _persona(found: Ticket | Dialog) -> Persona | None:
    if isinstance(found, Ticket):
        return None
    assistant = await Assistant.get(id=found.assistant_id)
    return Persona(assistant.id, assistant.system_prompt, assistant.ai_model)


def _asks(text: str) -> bool:
    return not is_greeting(text) and (len(text) > _CALL_CHARS or not wants_person(text))


def _own_text(found: Ticket | Dialog) -> str:
    """What a ticket says before its messages."""
    return found.own_text if isinstance(found, Ticket) else ""


async def _words(conversation_id: int) -> list[Message]:
    """The customer's latest messages that hold words, newest first."""
    public = Message.filter(conversation_id=conversation_id, visibility=Visibility.PUBLIC).exclude(text="")
    return await public.filter(author_kind=AuthorKind.CUSTOMER).order_by("-id").limit(_LOOKED_AT)


async def _said(conversation_id: int, most: int) -> list[Message]:
    """The latest public messages that hold words, oldest first; the system's notices are left out."""
    public = Message.filter(conversation_id=conversation_id, visibility=Visibility.PUBLIC).exclude(text="")
    return list(reversed(await public.exclude(author_kind=AuthorKind.SYSTEM).order_by("-id").limit(most)))
