"""Row-level security: what the database itself refuses, whatever our code asks."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from config.database import APP_ROLE, SYSTEM_ROLE, DatabaseAddress
from config.keys import role_password
from config.settings import Settings
from core.actor import Role
from models.tenants import Tenant
from tests.fixtures.people import MakeTenant, MakeUser
from tests.identity.rows import fill

_TENANT_TABLES = """
SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced, o.rolname AS owner,
       array(SELECT pol.polname::text FROM pg_policy pol WHERE pol.polrelid = c.oid ORDER BY 1) AS policies
FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND (c.relname = 'tenants' OR EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
ORDER BY c.relname
"""
_REFUSED = asyncpg.InsufficientPrivilegeError


@pytest.fixture
def address(settings: Settings, database_url: str) -> DatabaseAddress:
    return DatabaseAddress.parse(database_url)


@pytest.fixture
async def owner(address: DatabaseAddress) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(
        host=address.host, port=address.port, database=address.database, user=address.user, password=address.password
    )
    yield connection
    await connection.close()


@pytest.fixture
async def app(address: DatabaseAddress) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the application's role, as an attacker with our SQL in hand would have it."""
    connection = await asyncpg.connect(
        host=address.host, port=address.port, database=address.database, user=APP_ROLE, password=role_password(APP_ROLE)
    )
    yield connection
    await connection.close()


async def _counts(connection: asyncpg.Connection, tenant_id: object, tables: list[str]) -> dict[str, set[int]]:
    """The tenants whose rows the role sees in each table, in a transaction of ``tenant_id``."""
    async with connection.transaction():
        if tenant_id is not None:
            await connection.execute("SELECT set_config('opora.tenant_id', $1, true)", str(tenant_id))
        seen = {}
        for table in tables:
            column = "id" if table == "tenants" else "tenant_id"
            rows = await connection.fetch(f"SELECT DISTINCT {column} AS tenant FROM {table}")  # noqa: S608
            seen[table] = {row["tenant"] for row in rows}
        return seen


async def test_every_table_with_a_tenant_has_forced_row_level_security(
    database: None, owner: asyncpg.Connection
) -> None:
    tables = await owner.fetch(_TENANT_TABLES)
    assert {"tenants", "users", "sessions", "tickets", "messages", "events", "jobs"} <= {row["name"] for row in tables}
    assert [row["name"] for row in tables if not row["forced"]] == []
    assert [row["name"] for row in tables if row["owner"] in (APP_ROLE, SYSTEM_ROLE)] == []
    assert {row["name"]: row["policies"] for row in tables if row["policies"] != ["system", "tenant"]} == {}


async def test_the_application_sees_one_tenant_and_without_one_nothing(
    make_tenant: MakeTenant, make_user: MakeUser, owner: asyncpg.Connection, app: asyncpg.Connection
) -> None:
    tables = [row["name"] for row in await owner.fetch(_TENANT_TABLES)]
    first, second = await make_tenant(), await make_tenant()
    for tenant in (first, second):
        await fill(await make_user(tenant, Role.AGENT))
    assert await _counts(app, None, tables) == {table: set() for table in tables}
    assert await _counts(app, first.id, tables) == {table: {first.id} for table in tables}
    assert await _counts(app, second.id, tables) == {table: {second.id} for table in tables}


async def test_no_setting_of_the_tenant_opens_more(database: None, app: asyncpg.Connection) -> None:
    for value in ("", "0", "-1"):
        async with app.transaction():
            await app.execute("SELECT set_config('opora.tenant_id', $1, true)", value)
            assert await app.fetchval("SELECT count(*) FROM users") == 0
    for value in ("1 OR true", "*", "NULL"):
        with pytest.raises(asyncpg.DataError):
            await _counts(app, value, ["users"])


async def test_rows_cannot_be_written_into_another_tenant(
    make_tenant: MakeTenant, make_user: MakeUser, app: asyncpg.Connection
) -> None:
    first, second = await make_tenant(), await make_tenant()
    mine, theirs = await make_user(first), await make_user(second)
    with pytest.raises(_REFUSED):
        await _within(
            app, first, "INSERT INTO event_topics (tenant_id, topic, last_seq) VALUES ($1, 'x', 1)", second.id
        )
    with pytest.raises(_REFUSED):
        await _within(app, first, "UPDATE users SET tenant_id = $1 WHERE id = $2", second.id, mine.id)
    changed = await _within(app, first, "UPDATE users SET full_name = 'x' WHERE id = $1", theirs.id)
    assert changed == "UPDATE 0"


async def _within(connection: asyncpg.Connection, tenant: Tenant, sql: str, *args: object) -> str:
    async with connection.transaction():
        await connection.execute("SELECT set_config('opora.tenant_id', $1, true)", str(tenant.id))
        status: str = await connection.execute(sql, *args)
        return status


async def test_our_roles_have_no_attribute_that_passes_policies(database: None, owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        """SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS mighty,
                  EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS member
           FROM pg_roles r WHERE rolname = ANY ($1)""",
        [APP_ROLE, SYSTEM_ROLE],
    )
    assert [dict(row) for row in rows] == [{"mighty": False, "member": False}] * 2


@pytest.mark.parametrize(
    "statement",
    [
        f"SET ROLE {SYSTEM_ROLE}",
        f"SET SESSION AUTHORIZATION {SYSTEM_ROLE}",
        "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE users NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON users",
        f"ALTER ROLE {APP_ROLE} BYPASSRLS",
        "UPDATE events SET payload = '{}'",
        "DELETE FROM events",
        "DELETE FROM users",
        "DELETE FROM sessions",
        "TRUNCATE users",
        "INSERT INTO tenants (slug, name, created_at) VALUES ('x', 'x', now())",
        "DELETE FROM tenants",
        "CREATE TABLE public.mine (id int)",
        "SELECT id FROM ai_tokens",
        "SELECT sealed_token FROM ai_tokens",
        "INSERT INTO ai_tokens SELECT * FROM ai_tokens",
        "UPDATE ai_tokens SET is_active = true",
        "SELECT * FROM ai_token_days",
        "SELECT * FROM ai_model_prices",
        "UPDATE ledger_entries SET amount = 1",
        "DELETE FROM ledger_entries",
        "DELETE FROM accounts",
        "DELETE FROM payments",
        "DELETE FROM payment_notifications",
        "DELETE FROM refunds",
        "DELETE FROM handoffs",
        "DELETE FROM mail",
        "UPDATE ai_usage SET cost = 0",
        "DELETE FROM ai_usage",
        "UPDATE support_requests SET author_id = 1",
        "DELETE FROM support_requests",
        "UPDATE analytics_events SET event_type = 'x'",
        "DELETE FROM analytics_events",
        "COPY users TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
async def test_what_the_application_may_not_do(database: None, app: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(_REFUSED):
        await app.execute(statement)


async def test_the_owner_set_as_a_role_is_out_of_reach(
    database: None, app: asyncpg.Connection, address: DatabaseAddress
) -> None:
    with pytest.raises(_REFUSED):
        await app.execute(f"SET ROLE {address.user}")


async def test_switching_policies_off_is_an_error_and_shows_nothing(database: None, app: asyncpg.Connection) -> None:
    await app.execute("SET row_security = off")
    with pytest.raises(_REFUSED):
        await app.fetch("SELECT * FROM users")
