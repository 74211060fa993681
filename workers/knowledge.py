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
    await reindexing.forget_chunks(job, [int(chunk_id) for chunk_id in job.args["chunk_ids"]])
