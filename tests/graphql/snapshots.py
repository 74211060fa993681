"""What a tenant holds, as a fingerprint: proof that a denied call changed nothing."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from services.unit_of_work import SystemReason, system_unit_of_work

Snapshot = dict[str, str | None]
T = TypeVar("T")
_TABLES = """
SELECT c.relname AS name FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname <> ALL ($1)
    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
ORDER BY 1
"""
_BESIDE = ["log_records"]
"""Written by the process, whatever is asked of it."""


async def fingerprint(tenant_id: int) -> Snapshot:
    """A hash of the tenant's rows in every table that has a tenant, and of the tenant's own row.

    A sum of the rows' hashes, which needs no order: sorting each of some sixty tables is most of what it would cost.
    """
    async with system_unit_of_work(SystemReason.TENANTS) as statements:
        tables = [(row["name"], "tenant_id") for row in await statements.rows(_TABLES, _BESIDE)]
        # One statement for all of them: what is compared is of one moment.
        hashes = " UNION ALL ".join(
            f"SELECT '{table}' AS name, sum(hashtextextended(t::text, 0))::text AS hash"  # noqa: S608
            f" FROM {table} t WHERE {column} = $1"
            for table, column in (*tables, ("tenants", "id"))
        )
        return {row["name"]: row["hash"] for row in await statements.rows(hashes, tenant_id)}


class Unchanged(Generic[T]):
    """What takes long to make: the same again for as long as its tenant's rows are as they were, else a new one."""

    def __init__(self, make: Callable[[], Awaitable[T]], tenant_of: Callable[[T], int]) -> None:
        self._make, self._tenant_of = make, tenant_of
        self._last: tuple[T, Snapshot] | None = None

    async def get(self) -> T:
        if self._last is None or await fingerprint(self._tenant_of(self._last[0])) != self._last[1]:
            made = await self._make()
            self._last = made, await fingerprint(self._tenant_of(made))
        return self._last[0]
