"""A tenant with an admin and two assistants."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from core.actor import Actor, Role
from models.assistants import Assistant
from models.documents import Document
from models.tenants import Tenant
from services import document_files, ingestion, retrieval
from services.ingestion import Batch, NewChunk
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeUser, actor_of, unique

DOOR = "The secret door is behind the tall shelf in the library."
QUESTION = "Where is the secret door?"


@dataclass(frozen=True)
class House:
    """``first`` and ``second`` are ids of assistants."""

    tenant: Tenant
    admin: Actor
    first: int
    second: int

    async def learn(self, assistant_id: int | None, *passages: str, source: str = "house.md") -> None:
        """Let an assistant, or all, know passages."""
        chunks = {f"#{number}": NewChunk(text) for number, text in enumerate(passages)}
        await ingestion.store(self.admin, Batch(source, chunks, "", assistant_id=assistant_id))

    async def found(self, assistant_id: int | None, question: str = QUESTION, limit: int = 50) -> list[str]:
        """What a search on behalf of an assistant finds, best first."""
        search = await retrieval.search(self.admin, question, limit=limit, assistant_id=assistant_id)
        return [chunk.content for chunk in search.chunks]

    async def upload(self, text: str, name: str = "door.md", assistant_id: int | None = None) -> Document:
        return await document_files.upload(self.admin, file_name=name, data=text.encode(), assistant_id=assistant_id)

    async def documents(self, assistant_id: int | None = None) -> list[Document]:
        async with unit_of_work(self.admin) as uow:
            return await document_files.list_documents(uow, assistant_id=assistant_id)


MakeHouse = Callable[[Tenant], Awaitable[House]]


@pytest.fixture
def make_house(make_user: MakeUser) -> MakeHouse:
    """`await make_house(tenant)`"""

    async def make(tenant: Tenant) -> House:
        admin = actor_of(await make_user(tenant, Role.ADMIN))
        async with unit_of_work(admin):
            first, second = [
                await Assistant.create(tenant_id=tenant.id, name=name, site_token=unique(name))
                for name in ("first", "second")
            ]
        return House(tenant, admin, first.id, second.id)

    return make


@pytest.fixture
async def house(tenant: Tenant, make_house: MakeHouse) -> House:
    return await make_house(tenant)
