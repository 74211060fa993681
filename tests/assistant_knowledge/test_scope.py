"""Whose knowledge a search reads: all the tenant's and one assistant's, never another's."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.tenants import Tenant
from services import ingestion, knowledge, reindexing, retrieval
from services.retrieval import Search
from services.unit_of_work import unit_of_work
from tests.assistant_knowledge.conftest import DOOR, QUESTION, House, MakeHouse
from tests.fixtures.people import MakeTenant

CANDIDATES = 60
WORDS = ["door", "shelf", "key", "garden", "E-1045", "E-2002", "lamp", "window", "дверь", "ключ"]


async def test_an_assistant_knows_what_all_know_and_its_own(house: House) -> None:
    await house.learn(None, "The front door is green.")
    await house.learn(house.first, DOOR)
    assert set(await house.found(house.first)) == {"The front door is green.", DOOR}
    assert await house.found(house.second) == ["The front door is green."]
    assert await house.found(None) == ["The front door is green."]


async def test_sources_of_one_name_stay_apart(house: House) -> None:
    await house.learn(None, "The door of all is green.")
    await house.learn(house.first, "The first door is red.")
    await house.learn(house.second, "The second door is blue.")
    assert set(await house.found(house.second, "door")) == {"The door of all is green.", "The second door is blue."}


async def test_changing_an_assistants_source_leaves_the_others(house: House) -> None:
    await house.learn(None, DOOR)
    await house.learn(house.first, DOOR)
    await house.learn(house.first, "The door was bricked up.")
    assert await house.found(None) == [DOOR]
    assert await house.found(house.first) == [DOOR, "The door was bricked up."]


async def test_anothers_many_passages_push_nothing_out(house: House) -> None:
    await house.learn(house.first, *(f"{QUESTION} The secret door E-1045, copy {n}." for n in range(CANDIDATES)))
    await house.learn(house.second, DOOR, "Door E-1045 is painted green.")
    found = await house.found(house.second, f"{QUESTION} E-1045")
    assert set(found) == {DOOR, "Door E-1045 is painted green."}


async def test_an_assistants_own_answer_stands_among_many_of_all(house: House) -> None:
    await house.learn(None, *(f"The secret door, copy {n}." for n in range(CANDIDATES)))
    await house.learn(house.first, f"{QUESTION} In the attic.")
    assert (await house.found(house.first))[0] == f"{QUESTION} In the attic."


async def test_lists_and_deletion_of_the_tenants_knowledge_see_no_assistants(house: House) -> None:
    await house.learn(None, "The front door is green.")
    await house.learn(house.first, DOOR)
    async with unit_of_work(house.admin) as uow:
        shared = await knowledge.list_sources(uow)
        own = await knowledge.list_sources(uow, assistant_id=house.first)
    assert [(row.name, row.chunks) for row in shared] == [(row.name, row.chunks) for row in own] == [("house.md", 1)]
    assert shared[0].id != own[0].id
    assert await knowledge.delete_source(house.admin, "house.md") == 1
    assert await house.found(house.first) == [DOOR]


async def test_vectors_made_anew_stay_whose_they_are(house: House) -> None:
    await house.learn(None, "The front door is green.")
    await house.learn(house.first, DOOR)
    await reindexing.reindex(house.admin, None)
    assert await house.found(house.second) == ["The front door is green."]
    assert set(await house.found(house.first)) == {"The front door is green.", DOOR}


async def test_an_assistant_of_another_tenant_brings_nothing(
    house: House, make_house: MakeHouse, make_tenant: MakeTenant
) -> None:
    await house.learn(house.first, DOOR)
    other = await make_house(await make_tenant())
    assert await other.found(house.first) == []


async def test_what_an_assistant_is_given_changes_no_others_scores(house: House) -> None:
    await house.learn(None, "The front door is green.", "The key hangs beside the lamp.")
    await house.learn(house.second, DOOR)
    before = await _searches(house, house.second), await _searches(house, None)
    await house.learn(house.first, *(f"The secret door number {n} is a window." for n in range(30)))
    assert (await _searches(house, house.second), await _searches(house, None)) == before


async def test_a_stored_scope_is_not_believed_against_the_source(house: House) -> None:
    await house.learn(house.first, DOOR)
    async with unit_of_work(house.admin) as uow:
        await uow.rows("UPDATE knowledge_chunks SET scope = 0 WHERE tenant_id = $1 RETURNING id", uow.tenant_id)
        await uow.rows("UPDATE chunk_vectors SET scope = 0 WHERE tenant_id = $1 RETURNING chunk_id", uow.tenant_id)
    assert await house.found(None) == []


async def _searches(house: House, assistant_id: int | None) -> list[tuple[str, float]]:
    search = await retrieval.search(house.admin, QUESTION, limit=50, assistant_id=assistant_id)
    return [(chunk.content, chunk.score) for chunk in search.chunks]


_texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
_shelves = st.fixed_dictionaries(
    {
        owner: st.lists(_texts, max_size=6, unique=True)
        for owner in ("all", "first", "second", "elsewhere", "elsewhere_all")
    }
)


@pytest.fixture
async def elsewhere(make_tenant: MakeTenant, make_house: MakeHouse) -> House:
    return await make_house(await make_tenant())


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(shelves=_shelves, question=_texts)
async def test_whatever_is_known_by_whom_searches_read_their_own_alone(
    house: House, elsewhere: House, shelves: Mapping[str, list[str]], question: str
) -> None:
    await _fill(house, elsewhere, shelves)
    reached = {None: ("all",), house.first: ("all", "first"), house.second: ("all", "second")}
    for assistant_id, owners in reached.items():
        allowed = {f"{text} {owner}" for owner in owners for text in shelves[owner]}
        search = await retrieval.search(house.admin, question, limit=50, assistant_id=assistant_id)
        assert {chunk.content for chunk in search.chunks} <= allowed
        assert _counted(search) == len(allowed)


async def _fill(house: House, elsewhere: House, shelves: Mapping[str, list[str]]) -> None:
    places = {
        "all": (house, None),
        "first": (house, house.first),
        "second": (house, house.second),
        "elsewhere": (elsewhere, elsewhere.first),
        "elsewhere_all": (elsewhere, None),
    }
    for owner, (place, assistant_id) in places.items():
        await place.learn(assistant_id, *(f"{text} {owner}" for text in shelves[owner]))


def _counted(search: Search) -> int:
    """How many passages the search's corpus has."""
    return search.means.chunks


async def test_sums_follow_each_scope(house: House, tenant: Tenant) -> None:
    await house.learn(house.first, DOOR, "The key hangs beside the lamp.")
    await house.learn(house.first, DOOR)
    async with unit_of_work(house.admin) as uow:
        (space,) = await uow.rows(
            "SELECT s.scope, s.chunks, s.total::real[] AS total, v.embedding::real[] AS only"
            " FROM knowledge_spaces s JOIN chunk_vectors v USING (tenant_id, scope) WHERE s.tenant_id = $1",
            tenant.id,
        )
    assert (space["scope"], space["chunks"]) == (house.first, 1)
    assert np.allclose(space["total"], space["only"], atol=1e-5)


async def test_an_empty_batch_of_an_assistant_is_no_knowledge(house: House) -> None:
    report = await ingestion.store(house.admin, ingestion.Batch("empty.md", {}, "", assistant_id=house.first))
    assert report == ingestion.NOTHING
    assert await house.found(house.first) == []
