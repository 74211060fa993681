"""Full-text search over tickets and dialogs: who finds what, by which words, with which excerpt."""

import pytest

from core.actor import Role
from core.errors import InvalidInput
from services import inbox
from services.inbox_filter import InboxFilter
from services.unit_of_work import unit_of_work
from tests.fixtures.people import MakeTenant, MakeUser, actor_of
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
