"""One message of a client in the database: which interview it belongs to, what is stored with it, how it ends.

A contact is locked while its interview is read and written, so that two messages of one person never meet.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from config.settings import get_settings
from core.actor import Role
from core.clock import now
from core.facts.leads import LeadRegistered
from models.contacts import Contact
from models.conversations import AuthorKind, Conversation, ConversationKind, Message
from models.leads import Interview, Lead
from models.tenants import Tenant
from models.users import User
from services.interviewing.dialogue import State, Step, summary
from services.interviewing.hearing import Fact, Heard, hear
from services.interviewing.phrases import Phrase, phrases_of
from services.interviewing.saying import say
from services.prompts.messages import Speaker, Turn
from services.unit_of_work import UnitOfWork

_HISTORY = 40
_SENTENCE = 300
_RESENT_WITHIN = timedelta(minutes=10)
_ADD_CONTACT = """
INSERT INTO contacts (tenant_id, external_id, created_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (tenant_id, external_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A client's stored message in an open interview. ``before`` is the state in which it was ``heard``."""

    interview: Interview
    message: Message
    before: State
    heard: Heard
    history: tuple[Turn, ...]

    @property
    def said(self) -> list[str]:
        """The client's own words, oldest first, this message included."""
        earlier = [turn.text for turn in self.history if turn.speaker is Speaker.CUSTOMER]
        return [*earlier, self.message.text]


async def lock_contact(uow: UnitOfWork, external_id: str) -> Contact:
    """The contact of that name, made where there is none, locked until the unit of work ends."""
    await uow.rows(_ADD_CONTACT, uow.tenant_id, external_id)
    return await Contact.filter(tenant_id=uow.tenant_id, external_id=external_id).select_for_update().get()


async def finished_before(uow: UnitOfWork, contact: Contact, text: str) -> Interview | None:
    """The last interview, where it is over and ``text`` is only thanks, a farewell, or its last message once more: no
    new one begins for that.
    """
    phrases = phrases_of(text)
    farewell = Phrase.COURTESY in phrases and Phrase.GREETING not in phrases
    last = await Interview.filter(tenant_id=uow.tenant_id, contact_id=contact.id).order_by("-id").first()
    if last is None or last.finished_at is None:
        return None
    return last if farewell or await _repeated(last, text) is not None else None


async def part(uow: UnitOfWork, interview: Interview, text: str) -> str:
    """Store a farewell in a finished interview, with the answer to it, which is returned.

    The message that finished it, sent again because its answer was lost, gets that answer again.
    """
    again = await _repeated(interview, text)
    if again is not None:
        return again
    await _store(uow, interview, AuthorKind.CUSTOMER, text)
    reply = say(interview.language, "closing")
    await _store(uow, interview, AuthorKind.ASSISTANT, reply)
    return reply


async def begin(uow: UnitOfWork, contact: Contact, text: str, *, owner_id: int | None) -> OpenTurn:
    """Store a client's message in the open interview of a locked contact, or in a new one."""
    tenant = await Tenant.get(id=uow.tenant_id)
    interview = await Interview.filter(contact_id=contact.id, finished_at=None).select_for_update().first()
    before = State() if interview is None else state_of(interview)
    heard = await _hear(text, before, tenant)
    if interview is None:
        interview = await _open(uow, contact, heard, owner_id)
    history = await _history(interview)
    message = await _store(uow, interview, AuthorKind.CUSTOMER, text)
    return OpenTurn(interview, message, before, heard, history)


async def resume(uow: UnitOfWork, turn: OpenTurn) -> OpenTurn:
    """The turn of a contact that was let go meanwhile: its interview as it is now."""
    interview = await Interview.filter(id=turn.interview.id).select_for_update().get()
    return OpenTurn(interview, turn.message, state_of(interview), turn.heard, turn.history)


async def finish(uow: UnitOfWork, turn: OpenTurn, step: Step, *, model: str | None = None) -> Lead | None:
    """Store what is said and what is known now; the lead, where the interview is complete."""
    interview = turn.interview
    await _store(uow, interview, AuthorKind.ASSISTANT, step.text, turn_id=turn.message.id, model=model)
    interview.language = step.state.language or interview.language
    interview.facts = {str(name): value for name, value in step.state.facts.items()}
    interview.asked = [str(name) for name in step.state.asked]
    if step.complete or step.over:
        interview.finished_at = now()
    await interview.save(update_fields=["language", "facts", "asked", "finished_at", "updated_at"])
    await Conversation.filter(id=interview.id).update(language=interview.language)
    return await _register(uow, turn, step.state) if step.complete else None


def state_of(interview: Interview) -> State:
    """What an interview knows and has asked."""
    return State(interview.language, dict(interview.facts), tuple(interview.asked))


async def _repeated(interview: Interview, text: str) -> str | None:
    """The answer to the message that finished the interview, where ``text`` is that message again soon after."""
    if interview.finished_at is None or interview.finished_at < now() - _RESENT_WITHIN:
        return None
    said = await Message.filter(conversation_id=interview.id, author_kind=AuthorKind.CUSTOMER).order_by("-id").first()
    if said is None or said.text != text:
        return None
    answer = await Message.get_or_none(conversation_id=interview.id, turn_id=said.id)
    return None if answer is None else answer.text


async def _hear(text: str, before: State, tenant: Tenant) -> Heard:
    region = get_settings().leads.phone_region
    read = partial(
        hear,
        text,
        awaited=before.awaited,
        present=before.language,
        default=tenant.language,
        region=region,
        known=before.facts,
    )
    # A sentence takes a millisecond, a page a hundred: that is not for the event loop.
    return read() if len(text) <= _SENTENCE else await asyncio.to_thread(read)


async def _register(uow: UnitOfWork, turn: OpenTurn, state: State) -> Lead:
    facts: Mapping[str, str] = state.facts
    lead = await Lead.create(
        tenant_id=uow.tenant_id,
        interview_id=turn.interview.id,
        contact_id=turn.interview.contact_id,
        owner_id=turn.interview.owner_id,
        name=facts[Fact.NAME],
        phone=facts[Fact.PHONE],
        phone_e164=facts["phone_e164"],
        city=facts.get(Fact.CITY),
        object_type=facts.get(Fact.OBJECT_TYPE),
        area=facts.get(Fact.AREA),
        summary=facts.get("summary") or summary(state, turn.said),
        language=turn.interview.language,
    )
    uow.emit(LeadRegistered(lead.id))
    return lead


async def _open(uow: UnitOfWork, contact: Contact, heard: Heard, owner_id: int | None) -> Interview:
    if owner_id is None:
        # A bot's clients have no account behind them: the lead is the company's first admin's.
        owner = await User.filter(tenant_id=uow.tenant_id, role=Role.ADMIN, is_active=True).order_by("id").first()
        owner_id = owner.id if owner else None
    conversation = await Conversation.create(
        tenant_id=uow.tenant_id, kind=ConversationKind.INTERVIEW, language=heard.language
    )
    return await Interview.create(
        id=conversation.id,
        tenant_id=uow.tenant_id,
        contact_id=contact.id,
        owner_id=owner_id,
        language=heard.language,
    )


async def _history(interview: Interview) -> tuple[Turn, ...]:
    messages = await Message.filter(conversation_id=interview.id).order_by("-id").limit(_HISTORY)
    return tuple(
        Turn(Speaker.CUSTOMER if each.author_kind is AuthorKind.CUSTOMER else Speaker.ASSISTANT, each.text)
        for each in reversed(messages)
    )


async def _store(
    uow: UnitOfWork,
    interview: Interview,
    kind: AuthorKind,
    text: str,
    *,
    turn_id: int | None = None,
    model: str | None = None,
) -> Message:
    return await Message.create(
        tenant_id=uow.tenant_id,
        conversation_id=interview.id,
        author_kind=kind,
        text=text,
        turn_id=turn_id,
        model=model,
    )
