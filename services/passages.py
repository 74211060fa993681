"""The passages that answers cite: as they were then, and as they are now."""

from dataclasses import dataclass

from core.errors import NotFound
from services.knowledge import ChunkRow
from services.unit_of_work import UnitOfWork

_VERSIONS = """
SELECT c.id, s.name AS source, c.content, c.heading, c.version, c.is_current, c.language, c.created_at
FROM knowledge_chunks named
JOIN knowledge_chunks c ON c.source_id = named.source_id AND c.identity = named.identity
JOIN knowledge_sources s ON s.id = c.source_id
WHERE named.id = $2 AND named.tenant_id = $1 AND (named.scope = 0 OR $4)
    AND (c.version = $3 OR c.is_current)
ORDER BY c.version
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """``current`` is the newest version, the cited one itself where it is; None where the source holds it no more."""

    cited: ChunkRow
    current: ChunkRow | None


async def cited(uow: UnitOfWork, chunk_id: int, version: int) -> Passage:
    """A version of a passage. What an assistant alone knows is for staff. Raises NotFound."""
    rows = await uow.rows(_VERSIONS, uow.tenant_id, chunk_id, version, uow.actor.is_staff)
    versions = [ChunkRow(**row) for row in rows]
    then = next((each for each in versions if each.version == version), None)
    if then is None:
        raise NotFound("passage", chunk_id)
    return Passage(then, next((each for each in versions if each.is_current), None))
