"""With traces on, jobs share transactions as they do without, and each goes on in its own trace."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from config import tracing
from config.settings import Settings
from core.events import TicketUpdated
from models.tenants import Tenant
from services.jobs import RunningJob
from services.unit_of_work import UnitOfWork
from tests.doubles.otlp import CollectorDouble, running_collector
from tests.workers import tasks
from tests.workers.conftest import Enqueue, effects, rows, states
from workers.lots import BODIES, run_lot
from workers.task import TASKS

assert tasks.LEASE_S
ROWS = TASKS["tests.rows"]
TRACES = [f"00-{number:032x}-{number:016x}-01" for number in (1, 2, 3)]
Override = Callable[..., AbstractContextManager[Settings]]


@pytest.fixture
def collector() -> Iterator[CollectorDouble]:
    with running_collector() as double:
        yield double


async def and_tell(uow: UnitOfWork, job: RunningJob) -> None:
    await tasks.change_rows(uow, job)
    uow.emit(TicketUpdated(job.id))


@pytest.fixture
async def traced_jobs(enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Jobs that were asked for under traces of their own, and tell a fact."""
    monkeypatch.setitem(BODIES, ROWS.name, and_tell)
    job_ids = await enqueue(ROWS.name, count=len(TRACES))
    for job_id, trace in zip(job_ids, TRACES, strict=True):
        await rows("UPDATE jobs SET trace = $2 WHERE id = $1 RETURNING id", job_id, trace)
    return job_ids


async def test_a_lot_is_one_transaction_and_each_job_goes_on_in_its_own_trace(
    override: Override, collector: CollectorDouble, traced_jobs: list[int], tenant: Tenant
) -> None:
    with override(OPORA_OTEL_ENDPOINT=collector.url) as settings:
        async with tracing.tracing(settings, process="worker"):
            await run_lot(ROWS, traced_jobs, tenant.id)
    assert await states(traced_jobs) == {"done": 3}
    assert len(await effects(traced_jobs)) == 3
    assert len(await rows("SELECT DISTINCT xmin::text FROM test_effects WHERE job_id = ANY($1)", traced_jobs)) == 1
    lot = collector.named(f"lot {ROWS.name}")
    spans = [span for span in collector.spans if span.name == f"job {ROWS.name}"]
    assert [(span.trace_id, span.parent_id) for span in spans] == [tuple(each.split("-")[1:3]) for each in TRACES]
    assert all(span.links for span in spans)
    assert {span.trace_id for span in collector.spans if span.span_id in spans[0].links} == {lot.trace_id}
    told = await _told(traced_jobs, tenant)
    assert told == [f"00-{span.trace_id}-{span.span_id}-01" for span in spans]


async def _told(job_ids: list[int], tenant: Tenant) -> list[str]:
    """The traces with which the jobs' facts are handed on, in the order of jobs."""
    found = await rows(
        "SELECT (e.payload ->> 'ticket_id')::bigint AS id, o.trace"
        " FROM event_outbox o JOIN events e ON e.id = o.event_id"
        " WHERE o.tenant_id = $1 AND e.topic LIKE 'ticket:%' ORDER BY 1",
        tenant.id,
    )
    assert [row["id"] for row in found] == job_ids
    return [row["trace"] for row in found]
