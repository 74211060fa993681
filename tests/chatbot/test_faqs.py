"""FAQ entries: kept, found, and passages of the knowledge as long as they are active."""

import asyncio

import pytest

from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, InvalidInput, ModelUnavailable, NotFound
from core.paging import CursorPage, OffsetPage
from models.chatbot import Faq
from models.knowledge import KnowledgeChunk
from models.tenants import Tenant
from services import faqs, ingestion, knowledge, retrieval
from services.faqs import SOURCE, FaqChanges, FaqFilter, FaqRow
from services.ingestion import NewChunk
from services.providers import providers
from services.unit_of_work import unit_of_work
from tests.chatbot.conftest import ANSWER, QUESTION
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.fixtures.work import DrainJobs


async def listed(actor: Actor, **chosen: object) -> list[str]:
    async with unit_of_work(actor) as uow:
        rows = await faqs.list_faqs(uow, FaqFilter(**chosen), OffsetPage())  # type: ignore[arg-type]
    return [row.question for row in rows]


async def passages(actor: Actor, **columns: object) -> list[KnowledgeChunk]:
    async with unit_of_work(actor):
        return await KnowledgeChunk.filter(**columns).order_by("id")


async def cited(actor: Actor, question: str) -> list[str]:
    return [chunk.content for chunk in (await retrieval.search(actor, question)).chunks if chunk.source == SOURCE]


async def test_an_entry_is_found_when_it_is_created(customer: Actor, password_faq: FaqRow) -> None:
    assert (password_faq.tags, password_faq.is_active) == (("password", "reset", "login"), True)
    assert await cited(customer, QUESTION) == [ANSWER]


async def test_other_words_make_a_new_version(agent: Actor, password_faq: FaqRow) -> None:
    changed = await faqs.update(agent, password_faq.id, FaqChanges(answer="Ask the help desk to reset it."))
    assert (changed.answer, changed.question) == ("Ask the help desk to reset it.", QUESTION)
    versions = [(row.version, row.is_current, row.identity) for row in await passages(agent)]
    assert versions == [(1, False, f"faq:{changed.id}"), (2, True, f"faq:{changed.id}")]
    assert await cited(agent, QUESTION) == ["Ask the help desk to reset it."]


async def test_what_is_no_text_makes_no_version(agent: Actor, password_faq: FaqRow) -> None:
    changed = await faqs.update(agent, password_faq.id, FaqChanges(category="Access", tags=["reset"]))
    assert (changed.category, changed.tags) == ("Access", ("reset",))
    assert [row.version for row in await passages(agent)] == [1]


async def test_an_inactive_entry_answers_nothing_until_it_is_active_again(agent: Actor, password_faq: FaqRow) -> None:
    await faqs.update(agent, password_faq.id, FaqChanges(is_active=False))
    assert await cited(agent, QUESTION) == []
    await faqs.update(agent, password_faq.id, FaqChanges(is_active=True))
    assert await cited(agent, QUESTION) == [ANSWER]


async def test_an_entry_that_begins_inactive_is_no_passage(agent: Actor) -> None:
    await faqs.create(agent, question=QUESTION, answer=ANSWER, is_active=False)
    assert await passages(agent) == []


async def test_a_deleted_entry_answers_nothing(agent: Actor, password_faq: FaqRow) -> None:
    await faqs.delete(agent, password_faq.id)
    assert await cited(agent, QUESTION) == []
    assert await listed(agent) == []
    with pytest.raises(NotFound):
        await faqs.delete(agent, password_faq.id)


async def test_an_entry_outlives_an_embedding_endpoint_that_is_down(
    agent: Actor, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, drain_jobs: DrainJobs
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(providers().embedder), "passages", _refused)
        await faqs.create(agent, question=QUESTION, answer=ANSWER)
    assert await _embedded(agent) == 0
    await drain_jobs(tenant)
    assert await _embedded(agent) == 1


async def _refused(self: object, texts: object) -> None:
    raise ModelUnavailable("The embedding endpoint does not answer")


async def _embedded(actor: Actor) -> int:
    async with unit_of_work(actor) as uow:
        return len(await uow.rows("SELECT chunk_id FROM chunk_vectors"))


async def test_the_entry_and_its_passage_are_written_together_or_not_at_all(
    agent: Actor, password_faq: FaqRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "write", _died)
    with pytest.raises(ConnectionError):
        await faqs.create(agent, question="Why?", answer="Because.")
    with pytest.raises(ConnectionError):
        await faqs.update(agent, password_faq.id, FaqChanges(answer="Because."))
    assert await listed(agent) == [QUESTION]
    assert [row.content for row in await passages(agent)] == [ANSWER]


async def _died(*_: object) -> None:
    raise ConnectionError


async def test_the_knowledge_says_what_the_last_of_many_writers_said(agent: Actor, password_faq: FaqRow) -> None:
    answers = [f"Answer number {number} about the password." for number in range(6)]
    written = await asyncio.gather(
        *(faqs.update(agent, password_faq.id, FaqChanges(answer=answer)) for answer in answers), return_exceptions=True
    )
    assert all(isinstance(one, FaqRow | Conflict) for one in written)
    async with unit_of_work(agent):
        entry = await Faq.get(id=password_faq.id)
    assert [row.content for row in await passages(agent, is_current=True)] == [entry.answer]


async def test_the_source_of_active_entries_is_not_deleted(
    tenant: Tenant, make_user: MakeUser, agent: Actor, password_faq: FaqRow
) -> None:
    admin = actor_of(await make_user(tenant, Role.ADMIN))
    with pytest.raises(Conflict):
        await knowledge.delete_source(admin, SOURCE)
    await faqs.delete(agent, password_faq.id)
    assert await knowledge.delete_source(admin, SOURCE) == 1


async def test_other_passages_of_the_source_are_left_alone(agent: Actor, password_faq: FaqRow) -> None:
    await knowledge.add_chunks(agent, source=SOURCE, chunks=[NewChunk("Printers are on the second floor.")])
    await faqs.delete(agent, password_faq.id)
    assert [row.content for row in await passages(agent, is_current=True)] == ["Printers are on the second floor."]


async def test_tags_are_kept_once_as_first_spelled(agent: Actor) -> None:
    entry = await faqs.create(agent, question="Why?", answer="Because.", tags=["VPN", " access ", "vpn", "Access"])
    assert entry.tags == ("VPN", "access")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (FaqChanges(question=" "), "question"),
        (FaqChanges(question="?" * 501), "question"),
        (FaqChanges(answer=""), "answer"),
        (FaqChanges(answer="a" * 10_001), "answer"),
        (FaqChanges(answer="a\x00b"), "answer"),
        (FaqChanges(category="c" * 101), "category"),
        (FaqChanges(tags=["t"] * 21), "tags"),
        (FaqChanges(tags=["t" * 51]), "tags"),
        (FaqChanges(tags=[" "]), "tags"),
    ],
)
async def test_bad_values_change_nothing(agent: Actor, password_faq: FaqRow, changes: FaqChanges, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await faqs.update(agent, password_faq.id, changes)
    assert refused.value.field == field
    assert await listed(agent) == [QUESTION]


async def test_customers_may_not_write(customer: Actor, agent: Actor, password_faq: FaqRow) -> None:
    with pytest.raises(Forbidden):
        await faqs.create(customer, question="Why?", answer="Because.")
    with pytest.raises(Forbidden):
        await faqs.update(customer, password_faq.id, FaqChanges(answer="Because."))
    with pytest.raises(Forbidden):
        await faqs.delete(customer, password_faq.id)
    assert await listed(agent) == [QUESTION]
    assert [row.version for row in await passages(agent)] == [1]


async def test_another_tenant_sees_and_changes_nothing(
    make_tenant: MakeTenant, make_user: MakeUser, agent: Actor, password_faq: FaqRow
) -> None:
    stranger = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    assert await listed(stranger) == []
    assert await listed(stranger, search="password") == []
    with pytest.raises(NotFound):
        await faqs.update(stranger, password_faq.id, FaqChanges(answer="Because."))
    with pytest.raises(NotFound):
        await faqs.delete(stranger, password_faq.id)
    assert await listed(agent) == [QUESTION]


@pytest.fixture
async def entries(agent: Actor) -> None:
    """Entries in three languages, one of them inactive."""
    for question, answer, category, tags, is_active in (
        ("Как сбросить пароль?", "Нажмите «Забыли пароль» на странице входа.", "Доступ", ["пароль"], True),
        ("Құпиясөзді қалай өзгертемін?", "Баптаулар бөлімін ашыңыз.", "Доступ", ["құпиясөз"], True),
        ("Where do printers stand?", "On the 2nd floor, behind 100%_glass.", "Hardware", ["Printing", "E-42"], True),
        ("How do I order a chair?", "Write to the office manager.", "Hardware", [], False),
    ):
        await faqs.create(agent, question=question, answer=answer, category=category, tags=tags, is_active=is_active)


RUSSIAN, KAZAKH = "Как сбросить пароль?", "Құпиясөзді қалай өзгертемін?"
PRINTERS, CHAIR = "Where do printers stand?", "How do I order a chair?"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("пароли", [RUSSIAN]),
        ("забыл ПАРОЛЬ", [RUSSIAN]),
        ("құпиясөзді", [KAZAKH]),
        ("printer", [PRINTERS]),
        ("standing printer", [PRINTERS]),
        ("printing", [PRINTERS]),
        ("e-42", [PRINTERS]),
        ("rinter", [PRINTERS]),
        ("100%_g", [PRINTERS]),
        ("%%%", []),
        ("___", []),
        ("'; DROP TABLE faqs; --", []),
        ("пароль printer", []),
        ("chair", [CHAIR]),
        ("  ", [RUSSIAN, KAZAKH, PRINTERS, CHAIR]),
    ],
)
async def test_search_finds_forms_of_words_and_parts_of_them(
    agent: Actor, entries: None, search: str, found: list[str]
) -> None:
    assert await listed(agent, search=search) == found


async def test_customers_find_active_entries_alone(customer: Actor, entries: None) -> None:
    assert await listed(customer) == [RUSSIAN, KAZAKH, PRINTERS]
    assert await listed(customer, search="chair") == []
    assert await listed(customer, is_active=False) == [RUSSIAN, KAZAKH, PRINTERS]


async def test_filters_join(agent: Actor, entries: None) -> None:
    assert await listed(agent, category="Hardware") == [PRINTERS, CHAIR]
    assert await listed(agent, category="Hardware", is_active=False) == [CHAIR]
    assert await listed(agent, category="Hardware", search="пароль") == []
    assert await listed(agent, category="Доступ", search="пароль") == [RUSSIAN]
    assert await listed(agent, category="hard") == []


async def test_a_search_of_any_length_is_answered_or_refused(agent: Actor, entries: None) -> None:
    assert await listed(agent, search="2n") == []
    with pytest.raises(InvalidInput):
        await listed(agent, search="s" * 201)
    with pytest.raises(InvalidInput):
        await listed(agent, search="a\x00b")


@pytest.mark.parametrize("search", [None, "пароль printers chair открыть", "о"])
async def test_pages_meet_without_gap_or_overlap(agent: Actor, entries: None, search: str | None) -> None:
    after, seen = None, []
    async with unit_of_work(agent) as uow:
        while True:
            page = await faqs.page_faqs(uow, FaqFilter(search=search), CursorPage(1, after))
            seen += [row.question for row in page.rows]
            if not page.has_more:
                break
            after = page.rows[-1].id
    assert seen == await listed(agent, search=search)
