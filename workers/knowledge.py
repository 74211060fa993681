"""Vectors follow the knowledge."""

from services import reindexing
from services.jobs import RunningJob
from workers.task import task

INDEX = "knowledge.index"
FORGET = "knowledge.forget"


@task(INDEX, time_limit_s=1800.0)
async def index(job: RunningJob) -> None:
    """Embed and store what a source holds and its vectors lack."""
    await reindexing.index_source(job, int(job.args["source_id"]))


@task(FORGET)
async def forget(job: RunningJob) -> None:
    """Delete the vectors of chunks that are gone."""
    chunk_ids = [int(chunk_id) for chunk_id in job.args["chunk_ids"]]
    # Jobs of before there were scopes name none.
    await reindexing.forget_chunks(job, chunk_ids, int(job.args.get("scope", 0)))
