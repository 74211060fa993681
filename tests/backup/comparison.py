"""How an installation is compared with its copy."""

import re
from typing import Any

import asyncpg

_ROWS = "SELECT coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM public.\"{name}\" t"
_TABLES = """
SELECT c.relname AS name, c.relrowsecurity AS isolated, c.relforcerowsecurity AS forced,
    array(SELECT format('%s %s %s %s', p.policyname, p.roles, p.qual, p.with_check) FROM pg_policies p
        WHERE p.tablename = c.relname ORDER BY 1) AS policies,
    array(SELECT format('%s %s', g.grantee, g.privilege_type) FROM information_schema.role_table_grants g
        WHERE g.table_name = c.relname AND g.grantee LIKE 'opora_%' AND g.grantee <> pg_get_userbyid(c.relowner)
        ORDER BY 1) AS grants,
    array(SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = c.oid ORDER BY 1) AS indexes,
    array(SELECT format('%s %s', k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k
        WHERE k.conrelid = c.oid ORDER BY 1) AS constraints
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
_ROUTINES = """
SELECT p.oid::regprocedure::text AS name, md5(pg_get_functiondef(p.oid)) AS body, pg_get_userbyid(p.proowner) AS owner
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND pg_get_userbyid(p.proowner) = 'opora_system' ORDER BY 1
"""


async def whole(url: str) -> dict[str, Any]:
    """All that matters of a database, to be compared with its copy's."""
    connection = await asyncpg.connect(url)
    try:
        tables = [{name: _plain(value) for name, value in row.items()} for row in await connection.fetch(_TABLES)]
        return {
            "tables": tables,
            "rows": {each["name"]: await connection.fetchval(_ROWS.format(name=each["name"])) for each in tables},
            "sequences": [tuple(row) for row in await connection.fetch(_SEQUENCES)],
            "routines": [tuple(row) for row in await connection.fetch(_ROUTINES)],
        }
    finally:
        await connection.close()


def _plain(value: Any) -> Any:
    """Definitions without the casts that PostgreSQL adds when it reads what it has written itself."""
    if isinstance(value, list):
        return sorted(re.sub(r"[()]|::(character varying|text)(\[\])?", "", each) for each in value)
    return value
