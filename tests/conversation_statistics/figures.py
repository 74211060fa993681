"""Conversations as plain records, their rows, and their figures computed slowly."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from core.actor import system_actor
from core.events import EscalationReason, Visibility
from models.assistants import Assistant
from models.conversations import AuthorKind, Conversation, ConversationKind, Message
from models.dialogs import Dialog, DialogPlatform, DialogStatus
from models.handoffs import Handoff, HandoffState
from models.tenants import Tenant
from models.tickets import Ticket, TicketStatus
from models.users import User
from services.conversation_statistics import CountedKind, Volume
from services.unit_of_work import unit_of_work

START = datetime(2024, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """A message, ``minute`` minutes after its conversation began; ``by`` numbers a member of staff."""

    kind: AuthorKind
    minute: int
    by: int = 0
    internal: bool = False


@dataclass(frozen=True)
class Record:
    """A conversation that began ``minute`` minutes after :data:`START`; people were called ``called`` minutes later."""

    kind: CountedKind
    minute: int = 0
    called: int | None = None
    ended: bool = False
    messages: Sequence[Said] = field(default=())

    @property
    def began(self) -> datetime:
        return START + timedelta(minutes=self.minute)

    def said_by(self, kind: AuthorKind) -> list[int]:
        """Minutes of the public messages of one kind of author."""
        return sorted(said.minute for said in self.messages if said.kind is kind and not said.internal)

    @property
    def wait_s(self) -> int | None:
        """Seconds to an operator's first answer."""
        answers = self.said_by(AuthorKind.OPERATOR)
        asked = self.called or 0 if self.kind is CountedKind.DIALOG else 0
        return max(0, answers[0] - asked) * 60 if answers else None


@dataclass(frozen=True)
class Desk:
    tenant: Tenant
    customer: User
    staff: Sequence[User]
    assistant: Assistant

    async def store(self, records: Sequence[Record]) -> None:
        async with unit_of_work(system_actor(self.tenant.id)):
            for record in records:
                kind = ConversationKind(record.kind.value)
                conversation = await Conversation.create(tenant_id=self.tenant.id, kind=kind)
                write = self._ticket if record.kind is CountedKind.TICKET else self._dialog
                await write(conversation.id, record)
                await Message.bulk_create([self._message(conversation.id, record, said) for said in record.messages])

    async def _ticket(self, number: int, record: Record) -> None:
        called = None if record.called is None else record.began + timedelta(minutes=record.called)
        await Ticket.create(
            id=number,
            tenant_id=self.tenant.id,
            title="T",
            status=TicketStatus.RESOLVED if record.ended else TicketStatus.OPEN,
            created_by_id=self.customer.id,
            assigned_to_id=self.staff[0].id,
            created_at=record.began,
            escalated_at=called,
            escalation_reason=None if called is None else EscalationReason.NO_GROUND,
        )

    async def _dialog(self, number: int, record: Record) -> None:
        dialog = await Dialog.create(
            id=number,
            tenant_id=self.tenant.id,
            assistant_id=self.assistant.id,
            platform=DialogPlatform.WEBSITE,
            status=DialogStatus.ARCHIVED if record.ended else DialogStatus.ACTIVE,
            created_at=record.began,
        )
        if record.called is not None:
            dialog.handoff_id = (await self._handoff(number, record.began + timedelta(minutes=record.called))).id
            await dialog.save()

    async def _handoff(self, dialog_id: int, requested_at: datetime) -> Handoff:
        return await Handoff.create(
            tenant_id=self.tenant.id,
            dialog_id=dialog_id,
            assistant_id=self.assistant.id,
            request_id="r",
            state=HandoffState.RELEASED,
            reason="keyword",
            rank=2,
            queue_position=1,
            estimated_wait_s=60,
            operator_id=self.staff[1].id,
            requested_at=requested_at,
            taken_at=requested_at + timedelta(minutes=1),
            ended_at=requested_at + timedelta(minutes=6),
        )

    def _message(self, conversation_id: int, record: Record, said: Said) -> Message:
        return Message(
            tenant_id=self.tenant.id,
            conversation_id=conversation_id,
            author_kind=said.kind,
            author_id=self.staff[said.by].id if said.kind is AuthorKind.OPERATOR else None,
            visibility=Visibility.STAFF if said.internal else Visibility.PUBLIC,
            text="x",
            created_at=record.began + timedelta(minutes=said.minute),
        )


def volume(records: Sequence[Record]) -> Volume:
    """What the service must find, one record after the other."""
    counts = dict.fromkeys(("by_assistant", "handed_over", "by_people", "waiting"), 0)
    resolved, waits = 0, []
    for record in records:
        drafted, person = record.said_by(AuthorKind.ASSISTANT), record.said_by(AuthorKind.OPERATOR)
        alone = bool(drafted) and not person and record.called is None
        outcome = ("by_assistant" if alone else "handed_over") if drafted else ("by_people" if person else "waiting")
        counts[outcome] += 1
        # Their rows were written just now: no dialog has been silent for a day.
        resolved += alone and record.ended
        waits += [] if record.wait_s is None else [record.wait_s]
    return Volume(
        tickets=sum(record.kind is CountedKind.TICKET for record in records),
        dialogs=sum(record.kind is CountedKind.DIALOG for record in records),
        resolved_by_assistant=resolved,
        first_response_s=median(waits) if waits else None,
        **counts,
    )


def days(records: Sequence[Record], zone: str) -> dict[date, Volume]:
    """Of each day in the zone on which anything began."""
    by_day: dict[date, list[Record]] = {}
    for record in records:
        by_day.setdefault(record.began.astimezone(ZoneInfo(zone)).date(), []).append(record)
    return {day: volume(found) for day, found in by_day.items()}
