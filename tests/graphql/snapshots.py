"""What a tenant holds, as a fingerprint: proof that a denied call changed nothing."""

from services.unit_of_work import SystemReason, system_unit_of_work

_TABLES = (
    "users", "sessions", "conversations", "messages", "attachments", "tickets", "knowledge_sources",
    "knowledge_chunks", "citations", "faqs", "chatbot_sessions", "chatbot_exchanges", "contacts",
    "assistants", "telegram_bots", "interviews", "leads", "event_topics", "events", "jobs",
)  # fmt: skip


async def fingerprint(tenant_id: int) -> dict[str, str | None]:
    """A hash of each table's rows of the tenant, and of the tenant's own row."""
    hashes: dict[str, str | None] = {}
    async with system_unit_of_work(SystemReason.TENANTS) as statements:
        for table, column in (*((table, "tenant_id") for table in _TABLES), ("tenants", "id")):
            row = await statements.row(
                f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) AS hash FROM {table} t WHERE {column} = $1",  # noqa: S608
                tenant_id,
            )
            hashes[table] = row["hash"] if row else None
    return hashes
