"""What a tenant holds, as a fingerprint: proof that a denied call changed nothing."""

from services.unit_of_work import SystemReason, system_unit_of_work

_TABLES = """
SELECT c.relname AS name FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname <> ALL ($1)
    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
ORDER BY 1
"""
_BESIDE = ["log_records"]
"""Written by the process, whatever is asked of it."""


async def fingerprint(tenant_id: int) -> dict[str, str | None]:
    """A hash of the tenant's rows in every table that has a tenant, and of the tenant's own row."""
    hashes: dict[str, str | None] = {}
    async with system_unit_of_work(SystemReason.TENANTS) as statements:
        tables = [(row["name"], "tenant_id") for row in await statements.rows(_TABLES, _BESIDE)]
        for table, column in (*tables, ("tenants", "id")):
            row = await statements.row(
                f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) AS hash FROM {table} t WHERE {column} = $1",  # noqa: S608
                tenant_id,
            )
            hashes[table] = row["hash"] if row else None
    return hashes
