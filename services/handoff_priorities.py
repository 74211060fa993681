"""How soon a dialog needs a person, where nobody said: two reasons make it high, and both can be told to an operator.

The customer had to call a person before, within a day, or what they wrote sounds angry. The first is known at once;
the tone takes a model, so that a job finds it, and the waiting dialog moves forward in the queue.
"""

from dataclasses import dataclass
from datetime import timedelta

from core import clock
from core.actor import system_actor
from core.events import Visibility
from core.facts.handoffs import HandoffPrioritised
from models.conversations import AuthorKind, Message
from models.dialogs import Dialog
from models.handoffs import Handoff, HandoffPriority, HandoffState
from models.tickets import Sentiment
from services import jobs
from services.jobs import RunningJob
from services.providers import providers
from services.sentiment import sentiment
from services.unit_of_work import unit_of_work

_AGAIN_WITHIN = timedelta(days=1)
_MESSAGES = 3
_TONE_CHARS = 2_000


async def derive(dialog: Dialog) -> HandoffPriority:
    """High for a dialog that needed a person lately, else normal."""
    earlier = Handoff.filter(dialog_id=dialog.id, requested_at__gt=clock.now() - _AGAIN_WITHIN)
    again = await earlier.filter(state=HandoffState.RELEASED).exists()
    return HandoffPriority.HIGH if again else HandoffPriority.NORMAL


@dataclass(frozen=True, slots=True)
class Asked:
    """A handoff that may become more urgent, and what its customer wrote."""

    handoff_id: int
    dialog_id: int
    text: str


async def look_at(handoff_id: int) -> Asked | None:
    """None where nobody has to know the customer's tone."""
    handoff = await Handoff.get_or_none(id=handoff_id)
    text = "" if handoff is None or not _may_rise(handoff) else await words_of(handoff)
    return Asked(handoff_id, handoff.dialog_id, text) if handoff is not None and text else None


async def prioritise(job: RunningJob, asked: Asked) -> None:
    """The job of a new handoff: high priority where the customer's words are angry. Raises ModelUnavailable."""
    angry = await tone_of(asked.text) is Sentiment.NEGATIVE
    async with unit_of_work(system_actor(job.tenant_id)) as uow:
        if angry:
            await Dialog.filter(id=asked.dialog_id).select_for_update().get_or_none()
            present = await Handoff.get_or_none(id=asked.handoff_id)
            if present is not None and _may_rise(present):
                present.priority, present.rank = HandoffPriority.HIGH, HandoffPriority.HIGH.rank
                await present.save(update_fields=["priority", "rank"])
                uow.emit(HandoffPrioritised(present.dialog_id, present.id, priority=present.priority))
        await jobs.finish(uow, job)


async def words_of(handoff: Handoff) -> str:
    """What the customer wrote last, and with the request."""
    said = Message.filter(
        conversation_id=handoff.dialog_id, author_kind=AuthorKind.CUSTOMER, visibility=Visibility.PUBLIC
    )
    texts = [message.text for message in reversed(await said.order_by("-id").limit(_MESSAGES))]
    if handoff.last_user_text not in texts:
        texts.append(handoff.last_user_text)
    return "\n".join(filter(None, texts))[-_TONE_CHARS:]


async def tone_of(text: str) -> Sentiment:
    """How the words sound. Raises ModelUnavailable."""
    embedder = providers().embedder
    return await sentiment(await embedder.query(text), embedder)


def _may_rise(handoff: Handoff) -> bool:
    return handoff.state is HandoffState.REQUESTED and handoff.priority is HandoffPriority.NORMAL
