"""Background jobs, as admins see them."""

from datetime import datetime
from typing import Self

import strawberry

from models.jobs import Job as JobRow
from models.jobs import JobState
from schema.types.rows import copier, shown_id
from schema.types.scalars import JSONObject
from services.jobs import Backlog

strawberry.enum(JobState, description="Where a job stands; DEAD waits for an admin to retry it.")

_JOB = copier("task", "state", "attempts", "last_error", "created_at", "finished_at")


_BACKLOG = copier("task", "state", "count", "oldest_at", "attempts")


@strawberry.type(description="Jobs of one task that are in one state.")
class JobBacklog:
    task: str
    state: JobState
    count: int
    oldest_at: datetime = strawberry.field(description="When the oldest of them was created.")
    attempts: int = strawberry.field(description="The most that one of them took.")

    @classmethod
    def of(cls, row: Backlog) -> Self:
        return cls(**_BACKLOG(row))


@strawberry.type(description="Work that happens once, however often it is tried.")
class Job:
    id: strawberry.ID
    task: str
    args: JSONObject
    state: JobState
    attempts: int
    last_error: str | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: JobRow) -> Self:
        return cls(id=shown_id(row.id), args=JSONObject(row.args), **_JOB(row))
