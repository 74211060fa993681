"""A page of dialogs among 100,000 of one tenant, by each filter: ``python -m benchmarks.dialog_list``.

Starts its own PostgreSQL and Valkey, makes the dialogs with ten messages each, and asks for fifty with the total,
under row-level security as requests do. Prints how many the filter matches and the median time in milliseconds.
"""

import argparse
import asyncio
import time
from collections.abc import Mapping
from statistics import median

import asyncpg

from app.migrate import migrate
from benchmarks.latency import servers
from config.database import close_database, open_database, owner_address, transaction
from config.settings import get_settings, override_settings
from core.actor import system_actor
from core.paging import OffsetPage
from models.dialogs import DialogPlatform, DialogStatus, HandoffStatus
from services import dialog_list
from services.dialog_list import DialogFilter
from services.unit_of_work import unit_of_work

TENANT = 1
_ASSISTANTS = """
INSERT INTO assistants (public_id, tenant_id, name, description, system_prompt, is_active, website_integration,
    allowed_domains, site_token, created_at, updated_at)
SELECT gen_random_uuid(), $1, 'Assistant ' || n, '', '', true, true, '[]', 'token-' || n, now(), now()
FROM generate_series(1, 10) n
"""
_DIALOGS = """
WITH served AS (SELECT array_agg(id) AS ids FROM assistants),
made AS (
    INSERT INTO conversations (public_id, tenant_id, kind, created_at)
    SELECT gen_random_uuid(), $1::bigint, 'dialog', now() FROM generate_series(1, $2::int) RETURNING id
), opened AS (
    INSERT INTO dialogs (id, public_id, tenant_id, assistant_id, platform, guest_id, first_name, last_name, status,
        handoff_status, created_at, updated_at)
    SELECT m.id, gen_random_uuid(), $1, ids[1 + m.id % 10], CASE WHEN random() < 0.3 THEN 'telegram' ELSE 'website' END,
        gen_random_uuid(), 'Name' || m.id % 50000, 'Last' || m.id % 30000,
        CASE WHEN random() < 0.9 THEN 'active' ELSE 'archived' END,
        CASE WHEN random() < 0.005 THEN 'requested' ELSE 'none' END, now(), now() - random() * interval '300 days'
    FROM made m, served RETURNING id
)
INSERT INTO messages (public_id, tenant_id, conversation_id, author_kind, visibility, text, created_at)
SELECT gen_random_uuid(), $1, o.id, 'customer', 'public', repeat('message ', 10), now()
FROM opened o, generate_series(1, 10)
"""
_FIRST, _FAR = OffsetPage(0, 50), OffsetPage(90_000, 50)
ASKED: Mapping[str, tuple[DialogFilter, OffsetPage]] = {
    "all": (DialogFilter(), _FIRST),
    "all, row 90,000": (DialogFilter(), _FAR),
    "active": (DialogFilter(status=DialogStatus.ACTIVE), _FIRST),
    "archived": (DialogFilter(status=DialogStatus.ARCHIVED), _FIRST),
    "Telegram": (DialogFilter(platform=DialogPlatform.TELEGRAM), _FIRST),
    "waiting": (DialogFilter(handoff_status=HandoffStatus.REQUESTED), _FIRST),
    "one assistant": (DialogFilter(assistant_id=3), _FIRST),
    "search": (DialogFilter(search="name4242"), _FIRST),
    "search, 2 letters": (DialogFilter(search="e4"), _FIRST),
}


async def measure(dialogs: int, rounds: int, *, explain: bool) -> None:
    """Fill the database and ask. The first round warms up."""
    await migrate()
    await open_database()
    async with transaction(TENANT) as client:
        await client.execute_query(_ASSISTANTS, [TENANT])
    async with transaction(TENANT) as client:
        await client.execute_query("SET LOCAL statement_timeout = 0")
        await client.execute_query(_DIALOGS, [TENANT, dialogs])
    await _settle_down()
    for name, (chosen, page) in ASKED.items():
        taken = [await _ask(chosen, page) for _ in range(rounds + 1)][1:]
        print(f"{name:20} {taken[0][0]:>8} {median(ms for _, ms in taken):8.1f} ms", flush=True)
    if explain:
        await _explain()
    await close_database()


async def _ask(chosen: DialogFilter, page: OffsetPage) -> tuple[int, float]:
    async with unit_of_work(system_actor(TENANT)) as uow:
        started = time.perf_counter()
        found = await dialog_list.page(uow, chosen, page)
        return found.total, (time.perf_counter() - started) * 1000


async def _settle_down() -> None:
    """Let autovacuum's work be done now: the planner needs its statistics, an index-only scan its visibility map."""
    address = owner_address(get_settings())
    connection = await asyncpg.connect(
        host=address.host, port=address.port, database=address.database, user=address.user, password=address.password
    )
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def _explain() -> None:
    async with unit_of_work(system_actor(TENANT)) as uow:
        for chosen, page in (ASKED["all"], ASKED["active"]):
            statement, args = dialog_list.statement_of(uow.actor, chosen, page)
            for row in await uow.rows(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", *args):
                print(row["QUERY PLAN"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--explain", action="store_true", help="print the plans of the first pages")
    options = parser.parse_args()
    with servers() as environment, override_settings(**environment, _env_file=None):
        asyncio.run(measure(options.dialogs, options.rounds, explain=options.explain))


if __name__ == "__main__":
    main()
