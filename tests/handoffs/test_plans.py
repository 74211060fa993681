"""The statements of the queue among a hundred thousand handoffs: indexes serve them."""

from datetime import timedelta

import asyncpg
import pytest

from core import clock
from models.dialogs import Dialog
from services import handoff_estimates, handoff_queue, handoff_routing, operators
from services.unit_of_work import unit_of_work
from tests.fixtures.people import actor_of
from tests.handoffs.world import World, beat

_MANY = """
INSERT INTO handoffs (tenant_id, dialog_id, assistant_id, request_id, state, reason, priority, rank, last_user_text,
    queue_position, estimated_wait_s, operator_comment, requested_at, taken_at, ended_at)
SELECT $1, $2, $3, 'm' || n, 'released', 'keyword', 'normal', 2, '', 1, 60, '', now() - n * interval '1 minute',
    now() - n * interval '1 minute', now() - n * interval '1 minute'
FROM generate_series(1, 100000) AS n
"""
STATEMENTS = {
    "page": handoff_queue._PAGE,
    "count": handoff_queue._COUNT,
    "measures": handoff_estimates._MEASURES,
    "place": handoff_estimates._BEFORE,
    "choose": handoff_routing._CHOOSE,
    "people": operators._PEOPLE,
}


@pytest.fixture
async def crowd(world: World, database_url: str) -> Dialog:
    """A tenant with 100,000 past handoffs, 20 that wait and an operator."""
    dialog = await world.dialog()
    owner = await asyncpg.connect(database_url)
    await owner.execute(_MANY, world.tenant.id, dialog.id, world.assistant.id)
    await owner.execute("ANALYZE handoffs")
    await owner.close()
    for _ in range(20):
        await world.waiting()
    await beat(actor_of(world.agent))
    return dialog


async def test_indexes_serve_every_statement(world: World, crowd: Dialog) -> None:
    now = clock.now()
    arguments = {
        "page": (world.tenant.id, None, 50, 0),
        "count": (world.tenant.id, None),
        "measures": (world.tenant.id, now - timedelta(days=30), now),
        "place": (world.tenant.id, 2, now, 2**62),
        "choose": (world.tenant.id, world.assistant.id, now, 0),
        "people": (world.tenant.id,),
    }
    async with unit_of_work(world.system) as uow:
        for name, statement in STATEMENTS.items():
            rows = await uow.rows(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", *arguments[name])
            plan = "\n".join(row["QUERY PLAN"] for row in rows)
            assert "Seq Scan on handoffs" not in plan, plan
            assert "Seq Scan on messages" not in plan, plan
            assert float(plan.rpartition("Execution Time: ")[2].split(" ")[0]) < 250, plan
