"""What one assistant is given, changed and deleted in any order leaves no trace in what another finds; nor does it
itself, once it is deleted.

The same is done twice: in one house for everybody, in another without the second assistant. Searches of the others
must bring the same, to the score.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from integrations.vectors.weaviate import WeaviateOptions, WeaviateVectorStore
from services import assistants, knowledge, qa_entries, retrieval
from services.providers import providers, use_providers
from services.qa_entries import QaChanges, QaRow
from services.unit_of_work import unit_of_work
from tests.assistant_knowledge.conftest import DOOR, House, MakeHouse
from tests.doubles.weaviate import WeaviateDouble, running_weaviate
from tests.fixtures.people import MakeTenant
from tests.fixtures.work import DrainJobs

QUESTIONS = ("Where is the secret door E-1045?", "лампа и ключ от двери")
WORDS = ("door", "secret", "E-1045", "E-2002", "lamp", "дверь", "ключ", "кілт")
OWNERS = ("all", "first", "second")
Step = tuple[str, str, int, Sequence[str]]
Scores = list[tuple[str, str, float]]

_texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
_steps = st.lists(
    st.tuples(
        st.sampled_from(("learn", "learn", "forget", "write", "rewrite", "unwrite")),
        st.sampled_from(OWNERS),
        st.integers(0, 2),
        st.lists(_texts, min_size=1, max_size=4, unique=True),
    ),
    min_size=4,
    max_size=9,
)


@pytest.fixture(scope="module")
def weaviate() -> Iterator[WeaviateDouble]:
    with running_weaviate() as double:
        yield double


@pytest.fixture(params=["pgvector", "weaviate"])
async def store(request: pytest.FixtureRequest, database: None, weaviate: WeaviateDouble) -> AsyncIterator[str]:
    before = providers()
    if request.param == "weaviate":
        options = WeaviateOptions(weaviate.url, weaviate.grpc_port)
        index = WeaviateVectorStore(options, model=before.embedder.model, dimensions=before.embedder.dimensions)
        use_providers(replace(before, index=index))
    yield request.param
    if providers() is not before:
        await providers().index.close()
        use_providers(before)


class Story:
    """One house, in which steps are taken for those who live there."""

    def __init__(self, house: House, owners: Sequence[str]) -> None:
        self.house, self._entries = house, dict[tuple[str, int], QaRow]()
        self.ids = {owner: None if owner == "all" else getattr(house, owner) for owner in owners}

    async def take(self, step: Step) -> None:
        does, owner, number, texts = step
        if owner in self.ids:
            await getattr(self, does)(owner, number, texts)

    async def learn(self, owner: str, number: int, texts: Sequence[str]) -> None:
        await self.house.learn(self.ids[owner], *texts, source=f"{number}.md")

    async def forget(self, owner: str, number: int, texts: Sequence[str]) -> None:
        async with unit_of_work(self.house.admin) as uow:
            rows = await knowledge.list_sources(uow, assistant_id=self.ids[owner])
        if self.ids[owner] is None and f"{number}.md" in {row.name for row in rows}:
            await knowledge.delete_source(self.house.admin, f"{number}.md")
        elif self.ids[owner] is not None:
            await self.house.learn(self.ids[owner], source=f"{number}.md")

    async def write(self, owner: str, number: int, texts: Sequence[str]) -> None:
        await self.unwrite(owner, number, texts)
        self._entries[owner, number] = await qa_entries.create(
            self.house.admin, question=texts[0], answer=" ".join(texts), assistant_id=self.ids[owner]
        )

    async def rewrite(self, owner: str, number: int, texts: Sequence[str]) -> None:
        if entry := self._entries.get((owner, number)):
            await qa_entries.update(self.house.admin, entry.id, QaChanges(answer="; ".join(texts)))

    async def unwrite(self, owner: str, number: int, texts: Sequence[str]) -> None:
        if entry := self._entries.pop((owner, number), None):
            await qa_entries.delete(self.house.admin, entry.id)

    async def found(self, owner: str) -> dict[str, Scores]:
        """Source, text and score of all that is found, for each question, in an order that does not rest on ids."""
        found = {}
        for question in QUESTIONS:
            search = await retrieval.search(self.house.admin, question, limit=50, assistant_id=self.ids[owner])
            rows = [(chunk.source, chunk.content, round(chunk.score, 4)) for chunk in search.chunks]
            found[question] = sorted(rows)
        return found


@hypothesis_settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(steps=_steps)
async def test_what_the_second_is_given_shows_nowhere_else(
    store: str, make_tenant: MakeTenant, make_house: MakeHouse, drain_jobs: DrainJobs, steps: list[Step]
) -> None:
    both = Story(await make_house(await make_tenant()), OWNERS)
    alone = Story(await make_house(await make_tenant()), ("all", "first"))
    for step in steps:
        await both.take(step)
        await alone.take(step)
    for story in (both, alone):
        await drain_jobs(story.house.tenant)
    for owner in ("all", "first"):
        assert await both.found(owner) == await alone.found(owner)
    await _delete(both.house, both.house.second)
    assert await both.found("first") == await alone.found("first")


async def test_a_deleted_assistant_leaves_nothing(
    store: str, house: House, drain_jobs: DrainJobs, weaviate: WeaviateDouble
) -> None:
    story = Story(house, OWNERS)
    await house.learn(house.second, DOOR, "The key hangs beside the lamp.")
    await house.learn(house.second, DOOR)
    await story.write("second", 1, ["secret", "lamp"])
    await house.upload(DOOR, assistant_id=house.second)
    await house.learn(house.first, DOOR)
    await _delete(house, house.second)
    await drain_jobs(house.tenant)
    assert await _scopes(house) == {(table, house.first) for table in _SCOPED}
    assert _shards(weaviate, house) == ({house.first: 1} if store == "weaviate" else {})


_SCOPED = ("knowledge_chunks", "chunk_vectors", "knowledge_spaces")


async def _delete(house: House, assistant_id: int) -> None:
    async with unit_of_work(house.admin) as uow:
        await assistants.delete(uow, assistant_id)


async def _scopes(house: House) -> set[tuple[str, int]]:
    """Which scopes have rows, in which tables."""
    async with unit_of_work(house.admin) as uow:
        return {
            (table, row["scope"])
            for table in _SCOPED
            for row in await uow.rows(f"SELECT scope FROM {table} WHERE tenant_id = $1", uow.tenant_id)  # noqa: S608
        }


def _shards(weaviate: WeaviateDouble, house: House) -> dict[int, int]:
    """How many vectors stand in the shards of assistants."""
    own = f"tenant_{house.tenant.id}_assistant_"
    sizes = {name.removeprefix(own): len(shard) for (_, name), shard in weaviate.shards.items() if name.startswith(own)}
    return {int(scope): size for scope, size in sizes.items() if size}
