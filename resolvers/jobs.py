"""Jobs that ran out of attempts, for admins."""

import strawberry

from core.paging import CursorPage
from resolvers.policy import Requires, mutation, query
from schema.types.context import ID, Info
from schema.types.jobs import Job, JobBacklog
from schema.types.paging import After, Connection, First, connection
from schema.types.scalars import row_id
from services import jobs
from services.unit_of_work import unit_of_work


@strawberry.type
class JobQuery:
    @query(Requires.JOB_MANAGE)
    async def dead_jobs(self, info: Info, first: First = 20, after: After = None) -> Connection[Job]:
        """Jobs of the tenant that ran out of attempts, oldest first."""
        page = CursorPage.checked(first, after)
        async with unit_of_work(info.context.actor) as uow:
            rows = await jobs.list_dead(uow, page)
        return connection(rows, node=Job.of, key=lambda job: job.id, after=after)

    @query(Requires.JOB_MANAGE)
    async def job_backlog(self, info: Info) -> list[JobBacklog]:
        """What is left to do for the tenant, by task and state; nothing where all is done."""
        async with unit_of_work(info.context.actor) as uow:
            return [JobBacklog.of(row) for row in await jobs.backlog(uow)]


@strawberry.type
class JobMutation:
    @mutation(Requires.JOB_MANAGE)
    async def retry_job(self, info: Info, id: ID) -> Job:
        """Let a dead job start anew. Errors: NOT_FOUND, INVALID_TRANSITION where it is not dead."""
        async with unit_of_work(info.context.actor) as uow:
            return Job.of(await jobs.retry(uow, row_id(id)))
