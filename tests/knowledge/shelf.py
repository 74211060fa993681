"""What tests ask of a tenant's knowledge."""

from core.actor import Actor, Role
from core.paging import OffsetPage
from models.tenants import Tenant
from services import knowledge
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of


async def admin_of(tenant: Tenant, make_user: MakeUser) -> Actor:
    return actor_of(await make_user(tenant, Role.ADMIN))


async def versions_of(actor: Actor, source: str) -> list[tuple[str, int, bool]]:
    """(content, version, is current) of all chunks of a source, oldest first."""
    async with unit_of_work(actor) as uow:
        rows = await knowledge.list_chunks(uow, OffsetPage(limit=1000))
    return [(row.content, row.version, row.is_current) for row in rows if row.source == source]


async def current_contents(actor: Actor, source: str) -> list[str]:
    return [content for content, _, current in await versions_of(actor, source) if current]


async def counted_spaces(actor: Actor) -> dict[str, int]:
    """Current chunks by language, as the sums count them, where there are any."""
    async with unit_of_work(actor) as uow:
        rows = await uow.rows("SELECT language, chunks FROM knowledge_spaces WHERE chunks > 0")
    return {row["language"]: row["chunks"] for row in rows}
