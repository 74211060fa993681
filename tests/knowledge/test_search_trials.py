"""Trying the search out, and the versions of what it finds."""

import pytest

from core.actor import Role
from core.errors import Forbidden, NotFound
from core.paging import CursorPage
from models.tenants import Tenant
from services import assistants, knowledge, qa_entries, retrieval, search_trials
from services.assistants import AssistantChanges
from services.ingestion import NewChunk
from services.scoring import Decision
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.knowledge.shelf import admin_of

RETURNS = "You can return a product within 14 days of delivery. The code of a return is R-200."
QUESTION = "Within how many days of delivery can I return a product?"


async def test_a_trial_shows_what_each_lane_gave_and_what_would_come_of_it(tenant: Tenant, make_user: MakeUser) -> None:
    admin = await admin_of(tenant, make_user)
    await knowledge.add_chunks(admin, source="shop.md", chunks=[NewChunk(RETURNS)])
    trial = await search_trials.run(admin, f"{QUESTION} R-200")
    (found,) = trial.found
    assert (trial.decision, trial.language, trial.passages) == (Decision.ANSWER, "en", 1)
    assert (found.lanes.exact, found.score >= trial.answer_threshold) == (1.0, True)
    assert found.lanes.words > 0
    assert found.lanes.dense > 0


async def test_nothing_near_would_call_a_person(tenant: Tenant, make_user: MakeUser) -> None:
    trial = await search_trials.run(await admin_of(tenant, make_user), QUESTION)
    assert (trial.decision, trial.found, trial.passages) == (Decision.ESCALATE, (), 0)


async def test_an_assistants_own_knowledge_is_searched_for_it_alone(tenant: Tenant, make_user: MakeUser) -> None:
    admin = await admin_of(tenant, make_user)
    assistant = await assistants.create(admin, AssistantChanges(name="Helper"))
    await qa_entries.create(admin, question=QUESTION, answer=RETURNS, assistant_id=assistant.id)
    assert (await search_trials.run(admin, QUESTION)).found == ()
    assert len((await search_trials.run(admin, QUESTION, assistant_id=assistant.id)).found) == 1


async def test_trials_are_not_for_customers_nor_for_foreign_assistants(
    tenant: Tenant, make_user: MakeUser, make_tenant: MakeTenant
) -> None:
    admin = await admin_of(tenant, make_user)
    stranger = await admin_of(await make_tenant(), make_user)
    assistant = await assistants.create(stranger, AssistantChanges(name="Theirs"))
    with pytest.raises(NotFound):
        await search_trials.run(admin, QUESTION, assistant_id=assistant.id)
    with pytest.raises(Forbidden):
        await search_trials.run(actor_of(await make_user(tenant, Role.USER)), QUESTION)


async def test_versions_of_a_passage_are_told_latest_first(tenant: Tenant, make_user: MakeUser) -> None:
    admin = await admin_of(tenant, make_user)
    for days in (14, 30):
        text = NewChunk(f"You can return a product within {days} days.", {"key": "returns"})
        await knowledge.add_chunks(admin, source="shop.md", chunks=[text, NewChunk("Another passage.", {"key": "b"})])
    (found, _) = (await retrieval.search(admin, QUESTION)).chunks
    async with unit_of_work(admin) as uow:
        versions = await knowledge.chunk_versions(uow, found.id)
    assert [(row.version, row.is_current, "30" in row.content) for row in versions] == [
        (2, True, True),
        (1, False, False),
    ]


async def test_pages_of_chunks_narrow_to_current_ones_and_to_an_assistants(tenant: Tenant, make_user: MakeUser) -> None:
    admin = await admin_of(tenant, make_user)
    assistant = await assistants.create(admin, AssistantChanges(name="Helper"))
    await qa_entries.create(admin, question=QUESTION, answer=RETURNS, assistant_id=assistant.id)
    for text in ("One.", "Two."):
        await knowledge.add_chunks(admin, source="s", chunks=[NewChunk(text, {"key": "k"})])
    async with unit_of_work(admin) as uow:
        shown = [
            [row.content for row in (await knowledge.page_chunks(uow, CursorPage(10), **chosen)).rows]
            for chosen in ({}, {"current": True}, {"current": False}, {"assistant_id": assistant.id})
        ]
    assert shown == [["One.", "Two."], ["Two."], ["One."], [RETURNS]]


async def test_what_an_assistant_alone_knows_is_not_for_customers(tenant: Tenant, make_user: MakeUser) -> None:
    admin = await admin_of(tenant, make_user)
    assistant = await assistants.create(admin, AssistantChanges(name="Helper"))
    await qa_entries.create(admin, question=QUESTION, answer=RETURNS, assistant_id=assistant.id)
    (found,) = (await retrieval.search(admin, QUESTION, assistant_id=assistant.id)).chunks
    async with unit_of_work(actor_of(await make_user(tenant, Role.USER))) as uow:
        with pytest.raises(NotFound):
            await knowledge.chunk_versions(uow, found.id)
        with pytest.raises(Forbidden):
            await knowledge.page_chunks(uow, CursorPage(10), assistant_id=assistant.id)
        with pytest.raises(Forbidden):
            await knowledge.list_sources(uow, assistant_id=assistant.id)
