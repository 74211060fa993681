"""What customers asked and no knowledge answered, in groups of questions that ask the same.

The mean of a group's questions, ``centroid``, stands beside the columns here: its type is pgvector's, unknown to the
ORM.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from core.errors import InvalidTransition
from core.events import EscalationReason
from core.languages import Language


class UnansweredStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    """Somebody wrote an answer; asked again without success, the group is open again."""
    DISMISSED = "dismissed"
    """None of the knowledge's business: it stays so, however often it is asked."""


class UnansweredOrigin(StrEnum):
    TICKET = "ticket"
    DIALOG = "dialog"
    CHATBOT = "chatbot"


MOVES: Mapping[UnansweredStatus, frozenset[UnansweredStatus]] = {
    UnansweredStatus.OPEN: frozenset({UnansweredStatus.ANSWERED, UnansweredStatus.DISMISSED}),
    UnansweredStatus.ANSWERED: frozenset({UnansweredStatus.OPEN}),
    UnansweredStatus.DISMISSED: frozenset({UnansweredStatus.OPEN}),
}


class UnansweredGroup(Model):
    """Questions that ask the same. ``model`` names the embedding space of its centroid.

    ``faq_id`` or ``qa_entry_id`` is the answer that was written, as long as it is there.
    """

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    status = fields.CharEnumField(UnansweredStatus, max_length=16, default=UnansweredStatus.OPEN)
    model = fields.CharField(max_length=128)
    faq_id: int | None = fields.BigIntField(null=True)
    qa_entry_id: int | None = fields.BigIntField(null=True)
    resolved_by_id: int | None = fields.BigIntField(null=True)
    resolved_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "unanswered_groups"
        indexes = (Index(fields=["tenant_id", "status", "id"]),)

    def move(self, status: UnansweredStatus, *, by: int | None, at: datetime | None) -> None:
        """Raises InvalidTransition that names both states."""
        if status not in MOVES[self.status]:
            raise InvalidTransition("Question", self.status, status)
        self.status, self.resolved_by_id, self.resolved_at = status, by, at
        if status is UnansweredStatus.OPEN:
            self.faq_id = self.qa_entry_id = None


class UnansweredQuestion(Model):
    """One question of one customer; goes with its conversation.

    ``turn_id`` is the customer's message, 0 for a ticket's own text: a turn is noted once. ``group_id`` is None until
    a job has found its group; ``confidence`` is the best passage's, None where none was found.
    """

    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    group_id: int | None = fields.BigIntField(null=True)
    conversation_id: int = fields.BigIntField()
    turn_id: int = fields.BigIntField()
    origin = fields.CharEnumField(UnansweredOrigin, max_length=16)
    assistant_id: int | None = fields.BigIntField(null=True)
    text: str = fields.TextField()
    language = fields.CharEnumField(Language, max_length=2)
    reason = fields.CharEnumField(EscalationReason, max_length=32)
    confidence: float | None = fields.FloatField(null=True)
    asked_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "opora"
        table = "unanswered_questions"
        unique_together = (("conversation_id", "turn_id"),)
        indexes = (Index(fields=["group_id", "id"]), Index(fields=["tenant_id", "id"]))
