"""Full-text search over tickets and dialogs: who finds what, by which words, with which excerpt."""

import pytest

from core.actor import Role
from core.errors import InvalidInput
from services import inbox
from services.inbox_filter import InboxFilter
from services.unit_of_work import UnitOfWork, unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
from tests.fixtures.servers import execute
from tests.inbox.conftest import Company, dialog_of, listed, ticket_of, write


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("Не приходят платежи за сентябрь", "платёж сентябрь"),
        ("Не приходят платежи за сентябрь", "ПЛАТЕЖ"),
        ("The invoices were sent twice", "invoice"),
        ("Төлемді қайтарыңыз", "төлем"),
        ("Error E-4711 on start", "e-4711"),
        ("C:\\Users\\o'neil is missing", "o'neil \\"),
    ],
)
async def test_words_find_what_was_said_in_their_forms(company: Company, text: str, search: str) -> None:
    said, described, elsewhere = (
        await dialog_of(company),
        await ticket_of(company.customer, "Question", text),
        await ticket_of(company.customer),
    )
    await write(company.agent, said, text)
    found = await listed(company.agent, search=search)
    assert set(found) == {said.id, described.id}
    assert elsewhere.id not in found


async def test_names_and_numbers_find_too(company: Company) -> None:
    ticket, dialog = await ticket_of(company.customer), await dialog_of(company, "Иван Петров")
    assert await listed(company.agent, search="айгүл") == [ticket.id]
    assert await listed(company.agent, search="петр") == [dialog.id]
    assert await listed(company.agent, search=f"#{ticket.id}") == [ticket.id]


_CROWD = """
WITH made AS (
    INSERT INTO conversations (public_id, tenant_id, kind, customer_id, created_at)
    SELECT gen_random_uuid(), $1, 'ticket', $2, now() FROM generate_series(1, 1000) RETURNING id
)
INSERT INTO tickets (id, public_id, tenant_id, title, description, status, priority, source, created_by_id,
    auto_categorized, created_at, updated_at, active_at)
SELECT id, gen_random_uuid(), $1, 'Another', repeat('printer ', 150), 'open', 'medium', 'web', $2, false,
    now(), now(), now() FROM made
"""
_READ = """SELECT sum(seq_tup_read + idx_tup_fetch)::int AS rows FROM pg_stat_xact_user_tables
    WHERE relname IN ('conversations', 'tickets')"""


async def read_so_far(uow: UnitOfWork) -> int:
    (row,) = await uow.rows(_READ)
    return int(row["rows"])


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
async def test_what_is_not_found_is_not_read(company: Company, database_url: str, plans: str) -> None:
    ticket = await ticket_of(company.customer, "Refund")
    async with unit_of_work(company.customer) as uow:
        await uow.rows(_CROWD, company.tenant.id, company.customer.user_id)
    await execute(database_url, "ANALYZE conversations, tickets")
    async with unit_of_work(company.agent) as uow:
        await uow.rows("SELECT set_config('plan_cache_mode', $1, true)", plans)
        before = await read_so_far(uow)
        page = await inbox.page(uow, InboxFilter(search="refund"), size=5)
        read = await read_so_far(uow) - before
    assert [row.place.id for row in page.rows] == [ticket.id]
    assert read < 50


async def test_a_name_finds_what_its_people_wrote_last(company: Company, make_user: MakeUser) -> None:
    namesake = actor_of(await make_user(company.tenant, full_name="Айгүл Ахметова"))
    written = [(await ticket_of(actor)).id for actor in (company.customer, namesake, company.customer)]
    await ticket_of(actor_of(await make_user(company.tenant, full_name="Ерлан")))
    assert await listed(company.agent, search="айгүл") == written[::-1]
    async with unit_of_work(company.agent) as uow:
        found = await uow.rows("SELECT * FROM conversations_found('айгүл', '%айгүл%', NULL, NULL, 2)")
    assert sorted(row["conversation_id"] for row in found) == written[1:]


async def test_a_search_is_narrowed_by_the_rest_of_the_filter(company: Company) -> None:
    ticket, dialog = await ticket_of(company.customer, "Refund"), await dialog_of(company)
    await write(company.agent, dialog, "A refund is on its way")
    assert await listed(company.agent, search="refund") == [dialog.id, ticket.id]
    assert await listed(company.agent, search="refund", assistant_ids=[company.assistant_id]) == [dialog.id]


async def snippet_of(company: Company, search: str) -> str | None:
    async with unit_of_work(company.agent) as uow:
        (row,) = (await inbox.page(uow, InboxFilter(search=search), size=5)).rows
    return row.snippet


async def test_an_excerpt_marks_what_was_found(company: Company) -> None:
    ticket = await ticket_of(company.customer, "Hello")
    await write(company.customer, ticket, "words " * 200 + "the printer is on fire " + "words " * 200)
    start, stop = inbox.HIGHLIGHT
    snippet = await snippet_of(company, "printers")
    assert snippet is not None
    assert f"{start}printer{stop}" in snippet
    assert len(snippet) < 300
    assert await snippet_of(company, "Сериккызы") is None


async def test_customers_find_neither_notes_nor_what_others_wrote(
    company: Company, make_user: MakeUser, make_tenant: MakeTenant
) -> None:
    ticket = await ticket_of(company.customer, "Refund please")
    await write(company.agent, ticket, "He is a swindler", internal=True)
    other, stranger = (
        actor_of(await make_user(company.tenant)),
        actor_of(await make_user(await make_tenant(), Role.ADMIN)),
    )
    assert await listed(company.agent, search="swindler") == [ticket.id]
    assert await listed(company.customer, search="refund") == [ticket.id]
    assert await listed(company.customer, search="swindler") == []
    for actor in (other, stranger):
        for search in ("refund", "айгүл", str(ticket.id)):
            assert await listed(actor, search=search) == []


@pytest.mark.parametrize("search", ["x" * 201, "\x00"])
async def test_a_search_that_cannot_be_is_refused(company: Company, search: str) -> None:
    with pytest.raises(InvalidInput):
        await listed(company.agent, search=search)


@pytest.mark.parametrize("search", ["щ", "' | & !", "%", "(((", "🙂", ":*"])
async def test_odd_searches_are_searches(company: Company, search: str) -> None:
    await ticket_of(company.customer, "Hello")
    assert await listed(company.agent, search=search) == []
