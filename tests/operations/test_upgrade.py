"""A database of the first release, with rows in every table, becomes one of today: nothing is lost, all of it works."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from config.database import close_database, open_database
from config.settings import Settings, override_settings
from core.actor import Actor, Role
from core.paging import OffsetPage
from models.tickets import TicketPriority
from services import categories, messages, ticket_analytics, tickets, users
from services.tickets import TicketChanges
from services.unit_of_work import unit_of_work
from tests.fixtures.clusters import SECRET_KEY
from tests.fixtures.servers import execute, with_database

FIRST_RELEASE = "opora.0002_isolation"
MIGRATE = """
import asyncio, functools, sys
from app import migrate
if len(sys.argv) > 1:
    migrate.apply_migrations = functools.partial(migrate.apply_migrations, target=sys.argv[1])
asyncio.run(migrate.migrate())
"""
TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'tortoise_migrations'
"""
# As the first release wrote them: a ticket that was closed kept no moment of it.
ROWS = """
INSERT INTO users (id, public_id, tenant_id, email, username, full_name, password_hash, role, is_active, created_at,
    updated_at)
VALUES (1, gen_random_uuid(), 1, 'admin@example.com', NULL, 'Admin', NULL, 'admin', true, now(), now()),
    (2, gen_random_uuid(), 1, NULL, 'customer', 'Айгүл', NULL, 'user', true, now(), now());
INSERT INTO sessions (id, tenant_id, user_id, dialect, generation, expires_at, created_at)
VALUES (gen_random_uuid(), 1, 2, 'support', 0, now(), now());
INSERT INTO conversations (id, public_id, tenant_id, kind, customer_id, language, created_at)
SELECT n, gen_random_uuid(), 1, 'ticket', 2, 'ru', now() FROM generate_series(1, 3) AS n;
INSERT INTO tickets (id, public_id, tenant_id, title, description, status, priority, source, created_by_id, created_at,
    updated_at)
SELECT n, gen_random_uuid(), 1, 'Ticket ' || n, '', (ARRAY['open', 'closed', 'cancelled'])[n], 'high', 'web', 2,
    '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'
FROM generate_series(1, 3) AS n;
INSERT INTO messages (id, public_id, tenant_id, conversation_id, author_kind, author_id, visibility, text, created_at)
VALUES (1, gen_random_uuid(), 1, 1, 'customer', 2, 'public', 'Нет звука', now());
INSERT INTO attachments (id, public_id, tenant_id, message_id, file_name, mime_type, size_bytes, sha256, storage_key,
    created_at)
VALUES (1, gen_random_uuid(), 1, 1, 'a.png', 'image/png', 1, repeat('0', 64), 'k', now());
INSERT INTO knowledge_sources (id, tenant_id, name, created_at, updated_at) VALUES (1, 1, 'faq.md', now(), now());
INSERT INTO knowledge_chunks (id, tenant_id, source_id, identity, version, is_current, heading, content, language,
    metadata, created_at)
VALUES (1, 1, 1, '1', 1, true, '', 'Text', 'en', '{}', now());
INSERT INTO chunk_vectors VALUES (1, 1, 1, 'en', 'm', 2, '[1,0]');
INSERT INTO chunk_sentences VALUES (1, 1, 'm', '{0,1}', '');
INSERT INTO knowledge_spaces VALUES (1, 'en', 'm', 1, 1, '[1,0]');
INSERT INTO citations (id, tenant_id, message_id, chunk_id, position, source, version, score, quote)
VALUES (1, 1, 1, 1, 0, 'faq.md', 1, 1.0, 'Text');
INSERT INTO event_topics (tenant_id, topic, last_seq) VALUES (1, 'ticket:1', 1);
INSERT INTO events (id, tenant_id, topic, seq, kind, visibility, payload, created_at)
VALUES (1, 1, 'ticket:1', 1, 'ticket.created', 'all', '{"ticket_id": 1}', now());
INSERT INTO event_outbox (event_id, tenant_id) VALUES (1, 1);
INSERT INTO jobs (tenant_id, task, args, state, attempts, run_after, created_at)
VALUES (1, 'answering.reply', '{"conversation_id": 1}', 'done', 1, now(), now());
SELECT setval(pg_get_serial_sequence(t, 'id'), 100)
FROM unnest(ARRAY['users', 'conversations', 'messages', 'attachments', 'knowledge_sources', 'knowledge_chunks',
    'citations', 'events']) AS t;
"""
ADMIN = Actor(tenant_id=1, user_id=1, role=Role.ADMIN)
CUSTOMER = Actor(tenant_id=1, user_id=2, role=Role.USER)
_numbers = itertools.count(1)
Counts = dict[str, int]


async def migrated(url: str, *target: str) -> None:
    environment = {"OPORA_DATABASE_URL": url, "OPORA_SECRET_KEY": SECRET_KEY}
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, *target, env=environment)
    assert await run.wait() == 0


async def counts(connection: asyncpg.Connection) -> Counts:
    names = [row["table_name"] for row in await connection.fetch(TABLES)]
    return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in names}  # noqa: S608


async def of_the_first_release(url: str) -> Counts:
    """Make the database; how many rows each of its tables has."""
    await migrated(url, FIRST_RELEASE)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(ROWS)
        return await counts(connection)
    finally:
        await connection.close()


@pytest.fixture
async def upgraded(
    template_url: str, environment: dict[str, str], database: None
) -> AsyncIterator[tuple[Settings, Counts]]:
    """The migrated database in place of the tests' one, and what its tables held before."""
    server, name = with_database(template_url, "postgres"), f"opora_old_{next(_numbers)}_{id(environment)}"
    await execute(server, f"CREATE DATABASE {name}")
    url = with_database(template_url, name)
    try:
        before = await of_the_first_release(url)
        await migrated(url)
        with override_settings(**{**environment, "OPORA_DATABASE_URL": url}, _env_file=None) as settings:
            await close_database()
            await open_database(settings)
            yield settings, before
            await close_database()
    finally:
        await execute(server, f"DROP DATABASE {name} WITH (FORCE)")
        await open_database()


async def test_rows_of_the_first_release_are_kept_and_serve(upgraded: tuple[Settings, Counts]) -> None:
    settings, before = upgraded
    assert min(before.values()) > 0, "every table of the first release has rows"
    await nothing_is_lost(settings, before)
    await people_and_tickets_are_as_they_were()
    await what_is_new_works_on_them()


async def nothing_is_lost(settings: Settings, before: Counts) -> None:
    assert settings.database.url is not None
    connection = await asyncpg.connect(settings.database.url.get_secret_value())
    try:
        after = await counts(connection)
        closed = await connection.fetch("SELECT status, closed_at = updated_at AS known FROM tickets ORDER BY id")
    finally:
        await connection.close()
    assert before.items() <= after.items()
    assert [tuple(row) for row in closed] == [("open", None), ("closed", True), ("cancelled", True)]


async def people_and_tickets_are_as_they_were() -> None:
    async with unit_of_work(CUSTOMER) as uow:
        me: Any = await users.get_me(uow)
        listed = await tickets.list_tickets(uow, page=OffsetPage(0, 10))
        said = await messages.list_messages(uow, 1, OffsetPage(0, 10))
    assert (me.full_name, me.first_name, me.telegram_id) == ("Айгүл", "", None)
    assert [(each.id, each.auto_categorized, each.sentiment) for each in listed] == [
        (number, False, None) for number in (3, 2, 1)
    ]
    assert [(view.message.text, len(view.attachments)) for view in said] == [("Нет звука", 1)]


async def what_is_new_works_on_them() -> None:
    async with unit_of_work(ADMIN) as uow:
        known = await categories.by_keys(uow)
        moved = await tickets.update(uow, 1, TicketChanges(category_id=known["other"].id))
        summary = await ticket_analytics.summary(uow)
    assert (moved.category_id, summary.total) == (known["other"].id, 3)
    assert summary.priorities[TicketPriority.HIGH] == 3
