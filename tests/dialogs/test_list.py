"""Lists of dialogs: filtered, counted and searched in one statement, each actor's own."""

from typing import Any

import pytest

from core.actor import Actor, Role
from core.errors import InvalidInput
from core.paging import OffsetPage
from models.conversations import AuthorKind
from models.dialogs import Dialog, DialogPlatform, DialogStatus, HandoffStatus
from services import dialog_list, dialogs
from services.dialog_list import DialogFilter, DialogPage
from services.unit_of_work import UnitOfWork, unit_of_work
from tests.dialogs.conftest import Shop, enter, new_assistant, opened, say
from tests.fixtures.people import MakeTenant, MakeUser, actor_of


async def listed(actor: Actor, page: OffsetPage | None = None, **chosen: Any) -> DialogPage:
    async with unit_of_work(actor) as uow:
        return await dialog_list.page(uow, DialogFilter(**chosen), page or OffsetPage())


async def several(shop: Shop, count: int = 3) -> list[Dialog]:
    """Dialogs of guests called Guest 0, Guest 1...; the last is the most recently used."""
    made = []
    for number in range(count):
        async with unit_of_work(await enter(shop.assistant)) as uow:
            made.append(await dialogs.open_for(uow, first_name=f"Guest {number}", last_name="Петров"))
    return made


def ids(page: DialogPage) -> list[int]:
    return [row.id for row in page.rows]


async def test_the_most_recently_used_come_first_with_total_and_more(shop: Shop) -> None:
    first, second, third = await several(shop)
    await say(shop.agent, first, "Hello")
    page = await listed(shop.agent, OffsetPage(0, 2))
    assert (ids(page), page.total, page.has_more) == ([first.id, third.id], 3, True)
    page = await listed(shop.agent, OffsetPage(2, 2))
    assert (ids(page), page.total, page.has_more) == ([second.id], 3, False)
    page = await listed(shop.agent, OffsetPage(9, 2))
    assert (ids(page), page.total, page.has_more) == ([], 3, False)


async def test_a_row_shows_the_last_message_and_the_assistant(shop: Shop) -> None:
    dialog = await opened(shop)
    await say(shop.agent, dialog, "First")
    await say(shop.agent, dialog, "Last", internal=True)
    (row,) = (await listed(shop.agent)).rows
    assert row.assistant_name == "Helper"
    assert row.last_message is not None
    assert (row.last_message.excerpt, row.last_message.author_kind) == ("Last", AuthorKind.OPERATOR)
    async with unit_of_work(shop.guest) as uow:
        seen = await dialog_list.get(uow, dialog.id)
    assert seen.last_message is not None
    assert (seen.last_message.excerpt, seen.last_seq) == ("First", 3)


async def test_filters_narrow(shop: Shop) -> None:
    active, archived, waiting = await several(shop)
    other = await new_assistant(shop.tenant, shop.admin)
    async with unit_of_work(shop.agent) as uow:
        await dialogs.archive(uow, archived.id)
        elsewhere = await dialogs.open_for(uow, other.id)
        await Dialog.filter(id=waiting.id).update(handoff_status=HandoffStatus.REQUESTED)
    assert ids(await listed(shop.agent, status=DialogStatus.ARCHIVED)) == [archived.id]
    assert ids(await listed(shop.agent, handoff_status=HandoffStatus.REQUESTED)) == [waiting.id]
    assert ids(await listed(shop.agent, assistant_id=other.id)) == [elsewhere.id]
    assert ids(await listed(shop.agent, platform=DialogPlatform.TELEGRAM)) == []
    page = await listed(shop.agent, status=DialogStatus.ACTIVE, assistant_id=shop.assistant.id)
    assert (set(ids(page)), page.total) == ({active.id, waiting.id}, 2)


@pytest.mark.parametrize(
    ("search", "found"), [("guest 1", 1), ("ПЕТРОВ", 3), ("1 петр", 1), ("%", 0), ("  ", 3), ("_", 0)]
)
async def test_a_part_of_the_name_finds(shop: Shop, search: str, found: int) -> None:
    await several(shop)
    page = await listed(shop.agent, search=search)
    assert (len(page.rows), page.total) == (found, found)


async def test_a_search_too_long_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidInput):
        await listed(shop.agent, search="x" * 129)


async def test_others_see_nothing(shop: Shop, make_tenant: MakeTenant, make_user: MakeUser) -> None:
    await several(shop)
    for actor in (
        shop.guest,
        actor_of(await make_user(shop.tenant)),
        actor_of(await make_user(await make_tenant(), Role.ADMIN)),
    ):
        for search in (None, "guest"):
            page = await listed(actor, search=search)
            assert (ids(page), page.total) == ([], 0)


async def test_a_page_is_one_statement(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await several(shop)
    asked: list[str] = []
    run = UnitOfWork.rows

    async def counted(uow: UnitOfWork, sql: str, *args: object) -> list[dict[str, object]]:
        asked.append(sql)
        return await run(uow, sql, *args)

    monkeypatch.setattr(UnitOfWork, "rows", counted)
    await listed(shop.agent)
    assert len(asked) == 1
