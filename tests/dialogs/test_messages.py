"""What customers and operators say: who may, what follows, and who reads it."""

import pytest

from core.actor import Actor, Role
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.ids import new_uuid
from core.languages import Language
from core.paging import CursorPage, OffsetPage
from models.conversations import AuthorKind
from models.dialogs import Dialog, DialogStatus, HandoffStatus
from services import dialog_messages, dialogs
from services.messages import MAX_TEXT
from services.unit_of_work import unit_of_work
from tests.dialogs.conftest import Shop, enter, opened, owed, present, say, thread
from tests.fixtures.people import MakeTenant, MakeUser, actor_of


async def read(actor: Actor, dialog: Dialog, page: OffsetPage | None = None) -> list[dialog_messages.SaidInDialog]:
    async with unit_of_work(actor) as uow:
        return await dialog_messages.list_messages(uow, dialog.id, page or OffsetPage())


async def set_handoff(shop: Shop, dialog: Dialog, status: HandoffStatus) -> None:
    async with unit_of_work(shop.admin):
        await Dialog.filter(id=dialog.id).update(handoff_status=status)


async def test_a_guest_gets_the_open_dialog_back_however_often_it_is_opened(shop: Shop) -> None:
    assert (await opened(shop)).id == (await opened(shop)).id


async def test_another_guest_and_staff_get_dialogs_of_their_own(shop: Shop) -> None:
    first = await opened(shop)
    async with unit_of_work(await enter(shop.assistant)) as uow:
        second = await dialogs.open_for(uow, first_name="Иван")
    async with unit_of_work(shop.agent) as uow:
        third = await dialogs.open_for(uow, shop.assistant.id)
    assert len({first.id, second.id, third.id}) == 3
    assert len({first.guest_id, second.guest_id, third.guest_id}) == 3


async def test_users_who_are_no_guests_open_no_dialog(shop: Shop, make_user: MakeUser) -> None:
    async with unit_of_work(actor_of(await make_user(shop.tenant))) as uow:
        with pytest.raises(Forbidden):
            await dialogs.open_for(uow, shop.assistant.id)
    async with unit_of_work(shop.agent):
        assert await Dialog.all().count() == 0


async def test_nobody_opens_a_dialog_with_an_assistant_of_others(
    shop: Shop, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    stranger = actor_of(await make_user(await make_tenant(), Role.ADMIN))
    for actor, assistant_id in ((stranger, shop.assistant.id), (shop.guest, shop.assistant.id + 1)):
        async with unit_of_work(actor) as uow:
            with pytest.raises(NotFound):
                await dialogs.open_for(uow, assistant_id)


async def test_a_customers_message_asks_for_an_answer_and_tells_the_language(shop: Shop) -> None:
    dialog = await opened(shop)
    message = await say(shop.guest, dialog, "Сколько дней есть на возврат товара?")
    assert message.author_kind is AuthorKind.CUSTOMER
    assert await owed(shop) == [message.id]
    async with unit_of_work(shop.agent):
        assert await dialogs.language_of(dialog) is Language.RUSSIAN


@pytest.mark.parametrize(
    ("status", "asks"),
    [
        (HandoffStatus.REQUESTED, False), (HandoffStatus.ACTIVE, False),
        (HandoffStatus.RELEASED, True), (HandoffStatus.NONE, True),
    ],
)  # fmt: skip
async def test_while_a_person_is_there_nobody_else_is_asked_to_answer(
    shop: Shop, status: HandoffStatus, asks: bool
) -> None:
    dialog = await opened(shop)
    await set_handoff(shop, dialog, status)
    await say(shop.guest, dialog)
    assert bool(await owed(shop)) is asks


async def test_an_operator_writes_without_taking_over_and_asks_for_no_answer(shop: Shop) -> None:
    dialog = await opened(shop)
    message = await say(shop.agent, dialog, "Здравствуйте!")
    assert (message.author_kind, message.author_id) == (AuthorKind.OPERATOR, shop.agent.user_id)
    assert await owed(shop) == []
    assert (await present(shop, dialog)).handoff_status is HandoffStatus.NONE


async def test_customers_read_the_name_that_an_operator_signed_with_else_the_accounts(shop: Shop) -> None:
    dialog = await opened(shop)
    await say(shop.guest, dialog, "Hello")
    await say(shop.agent, dialog, "Signed", operator_name="Мария")
    await say(shop.agent, dialog, "Not signed")
    assert [said.operator_name for said in await read(shop.guest, dialog)] == [None, "Мария", "Анна"]


async def test_customers_never_see_internal_notes(shop: Shop) -> None:
    dialog = await opened(shop)
    note = await say(shop.agent, dialog, "Difficult customer", internal=True)
    assert await read(shop.guest, dialog) == []
    assert [said.internal for said in await read(shop.agent, dialog)] == [True]
    async with unit_of_work(shop.guest) as uow:
        assert await dialog_messages.views(uow, [note.id]) == {}
        assert (await dialog_messages.pages(uow, [dialog.id], CursorPage(10)))[dialog.id].rows == []


@pytest.mark.parametrize("more", [{"internal": True}, {"operator_name": "Boss"}])
async def test_guests_write_as_customers_alone(shop: Shop, more: dict[str, object]) -> None:
    dialog = await opened(shop)
    with pytest.raises(Forbidden):
        await say(shop.guest, dialog, "Hello", **more)
    assert await thread(shop.agent, dialog) == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MAX_TEXT + 1), "a\x00b"])
async def test_what_no_message_may_hold_is_refused(shop: Shop, text: str) -> None:
    dialog = await opened(shop)
    for actor in (shop.guest, shop.agent):
        with pytest.raises(InvalidInput):
            await say(actor, dialog, text)
    assert await thread(shop.agent, dialog) == []


async def test_nobody_writes_in_a_dialog_that_they_may_not_see(
    shop: Shop, make_tenant: MakeTenant, make_user: MakeUser
) -> None:
    dialog = await opened(shop)
    for actor in (
        await enter(shop.assistant),
        actor_of(await make_user(shop.tenant)),
        actor_of(await make_user(await make_tenant(), Role.ADMIN)),
    ):
        with pytest.raises(NotFound):
            await say(actor, dialog, "Let me in")
    assert await thread(shop.agent, dialog) == []


async def test_messages_come_oldest_first_by_pages(shop: Shop) -> None:
    dialog = await opened(shop)
    for number in range(5):
        await say(shop.agent, dialog, str(number))
    assert [said.message.text for said in await read(shop.guest, dialog, OffsetPage(1, 2))] == ["1", "2"]
    async with unit_of_work(shop.guest) as uow:
        page = (await dialog_messages.pages(uow, [dialog.id], CursorPage(3)))[dialog.id]
    assert ([said.message.text for said in page.rows], page.has_more) == (["0", "1", "2"], True)


async def test_an_archived_dialog_is_open_again_when_its_customer_writes(shop: Shop) -> None:
    dialog = await opened(shop)
    async with unit_of_work(shop.agent) as uow:
        await dialogs.archive(uow, dialog.id)
    await say(shop.agent, dialog, "A last word")
    assert (await present(shop, dialog)).status is DialogStatus.ARCHIVED
    await say(shop.guest, dialog)
    assert (await present(shop, dialog)).status is DialogStatus.ACTIVE
    assert await kinds_of_events(shop, dialog) == [
        "dialog.opened", "dialog.archived", "dialog.message_added", "dialog.reopened", "dialog.message_added",
    ]  # fmt: skip


async def kinds_of_events(shop: Shop, dialog: Dialog) -> list[str]:
    async with unit_of_work(shop.admin) as uow:
        rows = await uow.rows("SELECT kind FROM events WHERE topic = $1 ORDER BY seq", f"dialog:{dialog.id}")
    return [row["kind"] for row in rows]


async def test_an_archived_dialog_is_not_the_one_that_opening_gives_back(shop: Shop) -> None:
    dialog = await opened(shop)
    async with unit_of_work(shop.agent) as uow:
        await dialogs.archive(uow, dialog.id)
        await dialogs.archive(uow, dialog.id)
    assert (await opened(shop)).id != dialog.id


@pytest.mark.parametrize("status", [HandoffStatus.REQUESTED, HandoffStatus.ACTIVE])
async def test_a_dialog_that_is_with_a_person_is_not_archived(shop: Shop, status: HandoffStatus) -> None:
    dialog = await opened(shop)
    await set_handoff(shop, dialog, status)
    async with unit_of_work(shop.agent) as uow:
        with pytest.raises(Conflict):
            await dialogs.archive(uow, dialog.id)
    assert (await present(shop, dialog)).status is DialogStatus.ACTIVE


async def test_guests_archive_and_reopen_nothing(shop: Shop) -> None:
    dialog = await opened(shop)
    for move in (dialogs.archive, dialogs.reopen):
        async with unit_of_work(shop.guest) as uow:
            with pytest.raises(Forbidden):
                await move(uow, dialog.id)
    assert (await present(shop, dialog)).status is DialogStatus.ACTIVE


async def test_a_message_that_is_sent_again_is_the_one_that_was_stored(shop: Shop) -> None:
    dialog, number = await opened(shop), new_uuid()
    first = await say(shop.guest, dialog, "Hello", client_id=number)
    again = await say(shop.guest, dialog, "Hello", client_id=number)
    assert (again.id, await owed(shop)) == (first.id, [first.id])
    assert [message.client_id for message in await thread(shop.agent, dialog)] == [number]


async def test_nobody_takes_the_number_of_another_persons_message(shop: Shop) -> None:
    dialog, number = await opened(shop), new_uuid()
    await say(shop.guest, dialog, "Hello", client_id=number)
    with pytest.raises(InvalidInput):
        await say(shop.agent, dialog, "Good day", client_id=number)
    assert len(await thread(shop.agent, dialog)) == 1


async def test_numbers_are_of_one_dialog(shop: Shop) -> None:
    number, other = new_uuid(), await enter(shop.assistant)
    first = await say(shop.guest, await opened(shop), "Hello", client_id=number)
    async with unit_of_work(other) as uow:
        dialog = await dialogs.open_for(uow)
    assert (await say(other, dialog, "Hello", client_id=number)).id != first.id
