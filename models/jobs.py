"""Jobs: work that must happen once, however often a worker tries."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class JobState(StrEnum):
    PENDING = "pending"
    """Waits for ``run_after`` and the relay."""
    SENT = "sent"
    """Handed to the broker; sent again when the lease runs out."""
    RUNNING = "running"
    """A worker holds it and renews the lease."""
    DONE = "done"
    DEAD = "dead"
    """Out of attempts: waits for an admin to retry it."""


MOVES: Mapping[JobState, frozenset[JobState]] = {
    # A message may overtake the commit that marks its job as sent.
    JobState.PENDING: frozenset({JobState.SENT, JobState.RUNNING}),
    JobState.SENT: frozenset({JobState.RUNNING, JobState.PENDING}),
    JobState.RUNNING: frozenset({JobState.DONE, JobState.PENDING, JobState.DEAD, JobState.RUNNING}),
    JobState.DONE: frozenset(),
    JobState.DEAD: frozenset({JobState.PENDING}),
}


class Job(Model):
    id = fields.BigIntField(primary_key=True)
    tenant_id: int = fields.BigIntField()
    task = fields.CharField(max_length=64)
    args: dict[str, Any] = fields.JSONField()
    state = fields.CharEnumField(JobState, max_length=8, default=JobState.PENDING)
    attempts = fields.IntField(default=0)
    run_after = fields.DatetimeField(auto_now_add=True)
    lease_until: datetime | None = fields.DatetimeField(null=True)
    last_error: str | None = fields.TextField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    finished_at: datetime | None = fields.DatetimeField(null=True)
    trace: str | None = fields.TextField(null=True)

    class Meta:
        app = "opora"
        table = "jobs"
        indexes = (Index(fields=["tenant_id", "id"]),)
