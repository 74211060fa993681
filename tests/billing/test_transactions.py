"""The ledger as people read it."""

from decimal import Decimal

import pytest

from core.actor import Actor, Role, system_actor
from core.errors import Forbidden
from core.languages import Language
from core.paging import CursorPage, OffsetPage
from models.billing import ServiceType
from models.tenants import Tenant
from services import billing, transactions
from services.transactions import TransactionType
from services.unit_of_work import unit_of_work


@pytest.fixture
async def actor(tenant: Tenant) -> Actor:
    """Of a tenant with a bonus, a top-up, three debits and a refund."""
    actor = system_actor(tenant.id)
    async with unit_of_work(actor) as uow:
        await billing.welcome(uow, tenant.id)
        await billing.credit(uow, Decimal(100), ServiceType.TOP_UP, reference="payment:1")
        for turn in range(3):
            details = {"dialog_id": 1, "message_count": 2}
            await billing.debit(
                uow, Decimal(5), ServiceType.WIDGET_MESSAGE, reference=f"turn:1:{turn}", details=details
            )
        await billing.debit(uow, Decimal(50), ServiceType.REFUND, reference="refund:1")
    return actor


@pytest.mark.parametrize(("type_", "total"), [(None, 6), (TransactionType.DEBIT, 4), (TransactionType.CREDIT, 2)])
async def test_a_page_and_its_total(actor: Actor, type_: TransactionType | None, total: int) -> None:
    async with unit_of_work(actor) as uow:
        page = await transactions.list_transactions(uow, type_, OffsetPage(1, 1))
        beyond = await transactions.list_transactions(uow, type_, OffsetPage(50, 10))
        whole = await transactions.list_transactions(uow, type_, OffsetPage(0, 100))
    assert (len(page.transactions), page.total) == (1, total)
    assert (beyond.transactions, beyond.total) == ([], total)
    assert [one.id for one in whole.transactions] == sorted((one.id for one in whole.transactions), reverse=True)
    assert {one.type for one in whole.transactions} == ({type_} if type_ else set(TransactionType))


async def test_cursors_walk_the_whole_ledger(actor: Actor) -> None:
    seen: list[int] = []
    after: int | None = None
    async with unit_of_work(actor) as uow:
        while True:
            page = await transactions.page_transactions(uow, None, CursorPage(2, after))
            seen += [one.id for one in page.rows]
            if not page.has_more:
                break
            after = seen[-1]
    assert len(seen) == len(set(seen)) == 6


async def test_movements_have_words(actor: Actor) -> None:
    async with unit_of_work(actor) as uow:
        page = await transactions.list_transactions(uow, None, OffsetPage(0, 100))
    told = {(one.amount, transactions.description(one, Language.RUSSIAN)) for one in page.transactions}
    assert (Decimal(-5), "Сообщение виджета") in told
    assert (Decimal(100), "Пополнение баланса") in told
    for language in Language:
        assert all(transactions.description(one, language) for one in page.transactions)


async def test_a_tenant_without_money_has_an_empty_page(tenant: Tenant) -> None:
    async with unit_of_work(system_actor(tenant.id)) as uow:
        page = await transactions.list_transactions(uow, None, OffsetPage(0, 10))
    assert (page.transactions, page.total) == ([], 0)


async def test_money_is_the_admins(actor: Actor) -> None:
    async with unit_of_work(Actor(actor.tenant_id, Role.AGENT)) as uow:
        with pytest.raises(Forbidden):
            await transactions.list_transactions(uow, None, OffsetPage(0, 10))
