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
    async with system_unit_of_work(SystemReason.TENANTS) as statements:
        tables = [(row["name"], "tenant_id") for row in await statements.rows(_TABLES, _BESIDE)]
        # One statement for all of them: what is compared is of one moment.
        hashes = " UNION ALL ".join(
            f"SELECT '{table}' AS name, md5(string_agg(t::text, ',' ORDER BY t::text)) AS hash"  # noqa: S608
            f" FROM {table} t WHERE {column} = $1"
            for table, column in (*tables, ("tenants", "id"))
        )
        return {row["name"]: row["hash"] for row in await statements.rows(hashes, tenant_id)}
