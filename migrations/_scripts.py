"""The SQL of migrations, in files of its own; and the isolation that every table with a tenant gets."""

from pathlib import Path

from tortoise.migrations.operations import RunSQL

_SQL = Path(__file__).parent / "sql"
_OURS = "tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint"


def script(name: str) -> str:
    return (_SQL / name).read_text(encoding="utf-8")


def isolation(*tables: str) -> str:
    """Forced row-level security: the application sees one tenant's rows, the system all; both may only read yet."""
    return "\n".join(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY system ON {table} TO opora_system USING (true) WITH CHECK (true);
        CREATE POLICY tenant ON {table} TO opora_app USING ({_OURS}) WITH CHECK ({_OURS});
        GRANT SELECT ON {table} TO opora_app, opora_system;"""
        for table in tables
    )


def index_beside_work(name: str, definition: str) -> list[RunSQL]:
    """An index on a table that is in use, made while people write to it: ``definition`` begins behind ``INDEX name``.

    For a migration with ``atomic = False``. It waits for transactions that are older than it, and nobody waits for it,
    so it has no ``lock_timeout``. An attempt that was cut off leaves an index that nobody uses; the next one removes it
    first.
    """
    return [
        RunSQL("SET lock_timeout = 0"),
        RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"),
        RunSQL(f"CREATE INDEX CONCURRENTLY {name} {definition}"),
        RunSQL("RESET lock_timeout"),
    ]
