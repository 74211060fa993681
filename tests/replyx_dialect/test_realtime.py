"""`/ws/dialogs/{id}`: the document's frames, who may watch, what is said over it, resuming, heartbeat and limit."""

import asyncio
import re
from contextlib import nullcontext
from typing import Any

import pytest

from app.api import create_app
from core.actor import Actor
from core.facts.dialogs import DialogArchived, dialog_topic
from core.facts.handoffs import HandoffCancelled, HandoffReleased, HandoffRequested, HandoffReturned, HandoffStarted
from models.conversations import AuthorKind, Message
from models.dialogs import Dialog
from realtime.answer_stream import AnswerStream
from services import dialogs, guests
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.doubles.dialog_clients import DialogSocket
from tests.fixtures.application import served
from tests.fixtures.dialogs import PAGE, Site, new_site, say
from tests.fixtures.listening import listening
from tests.replyx_dialect.live import Live, as_guest

pytestmark = pytest.mark.usefixtures("live_events")

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


async def test_a_message_arrives_as_the_document_shows_it(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    async with DialogSocket.open(live.socket(dialog.id, token=site.token)) as socket:
        said = await say(guest, dialog, "Привет!")
        frame = await socket.next()
    assert MOMENT.fullmatch(frame.pop("timestamp"))
    assert MOMENT.fullmatch(frame["message"].pop("created_at"))
    message = {"id": said.id, "sender": "user", "text": "Привет!", "reply_to": None, "attachments": []}
    assert frame == {"type": "new_message", "dialog_id": dialog.id, "message": message, "seq": 2}


async def test_a_handoff_is_told_step_by_step(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    ours = dialog.id, 1
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as socket:
        await site.tell(
            HandoffRequested(*ours, reason="keyword", queue_position=2, priority="normal"),
            HandoffStarted(*ours, operator_id=5, operator_name="Анна"),
            HandoffReturned(*ours, operator_id=5, queue_position=1),
            HandoffReleased(*ours, operator_id=5, resolution="completed", to_assistant=True),
            HandoffCancelled(*ours, reason="user_left"),
            DialogArchived(dialog.id),
        )
        frames = [await socket.next() for _ in range(6)]
    kinds = [f"handoff_{step}" for step in ("requested", "started", "returned", "released", "cancelled")]
    assert [frame["type"] for frame in frames] == [*kinds, "dialog_archived"]
    assert [frame["seq"] for frame in frames] == [2, 3, 4, 5, 6, 7]
    assert (frames[0]["reason"], frames[0]["queue_position"]) == ("keyword", 2)
    assert frames[1]["manager"] == {"id": 5, "name": "Анна", "avatar": ""}


async def test_a_visitor_opens_a_dialog_and_finds_it_again(live: Live, site: Site) -> None:
    token = site.assistant.site_token
    async with DialogSocket.open(live.socket("new", site_token=token), origin=PAGE) as socket:
        first = await socket.next()
        await socket.say("Есть кто?")
        assert (await socket.until("new_message"))["message"]["sender"] == "user"
    assert (first["type"], first["dialog_id"] > 0, first["seq"]) == ("connection.established", True, 1)
    again = live.socket("0", site_token=token, guest_id=first["guest_id"], last_seq=first["seq"])
    async with DialogSocket.open(again, origin=PAGE) as socket:
        greeting, message = await socket.next(), await socket.next()
    assert (greeting["dialog_id"], message["message"]["text"]) == (first["dialog_id"], "Есть кто?")


async def test_a_guest_speaks_as_the_customer_and_staff_as_the_operator(
    live: Live, site: Site, guest: Actor, dialog: Dialog
) -> None:
    token = guests.token_of(guest).token
    async with (
        DialogSocket.open(live.socket(dialog.id, guest_token=token), origin=PAGE) as page,
        DialogSocket.open(live.socket(dialog.id, token=site.token)) as console,
    ):
        await page.say("Где мой заказ?")
        asked = (await console.until("new_message"))["message"]
        await console.say("Уже едет")
        answered = await page.until("new_message"), await page.until("new_message")
    assert (asked["sender"], asked["text"]) == ("user", "Где мой заказ?")
    told = answered[1]["message"]
    assert (told["sender"], told["operator_name"], told["text"]) == ("operator", "Анна", "Уже едет")


async def test_notes_among_staff_never_reach_the_guest(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    await say(site.agent, dialog, "Постоянный клиент", internal=True)
    hidden = await say(site.agent, dialog, "Лишнее")
    async with unit_of_work(site.agent):
        await Message.filter(id=hidden.id).update(visibility="staff")
    await say(site.agent, dialog, "Здравствуйте!")
    async with DialogSocket.open(live.socket(dialog.id, last_seq=0, **as_guest(site, guest)), origin=PAGE) as page:
        assert (await page.next())["message"]["text"] == "Здравствуйте!"
        assert await page.rest(0.2) == []
    async with DialogSocket.open(live.socket(dialog.id, last_seq=0, token=site.token)) as console:
        shown = [(await console.next())["message"] for _ in range(3)]
    assert [message.get("is_internal", False) for message in shown] == [True, True, False]


async def test_it_resumes_behind_the_last_number(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    for number in range(4):
        await say(guest, dialog, f"Строка {number}")
    async with DialogSocket.open(live.socket(dialog.id, last_seq=3, token=site.token)) as socket:
        frames = [await socket.next(), await socket.next()]
    assert [(frame["seq"], frame["message"]["text"]) for frame in frames] == [(4, "Строка 2"), (5, "Строка 3")]


@pytest.mark.parametrize("asked", ["77", "0"])
async def test_a_gap_that_is_too_old_is_told_and_closed_as_such(
    live: Live, site: Site, guest: Actor, dialog: Dialog, asked: str
) -> None:
    await say(guest, dialog, "Строка")
    async with system_unit_of_work(SystemReason.RELAY) as statements:
        await statements.rows("DELETE FROM events WHERE topic = $1 AND seq = 1", dialog_topic(dialog.id))
    async with DialogSocket.open(live.socket(dialog.id, last_seq=asked, token=site.token)) as socket:
        refusal = await socket.next()
        assert await socket.closed() == 4409
    assert (refusal["type"], refusal["error"]["code"]) == ("error", "RESUME_EXPIRED")


async def test_the_words_of_an_answer_pass_by_before_its_message(
    live: Live, site: Site, guest: Actor, dialog: Dialog
) -> None:
    asked = await say(guest, dialog, "Где мой заказ?")
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as socket:
        await asyncio.sleep(0.2)
        async with AnswerStream(dialog.tenant_id, dialog_topic(dialog.id), turn=asked.id, attempt=1) as stream:
            await stream.send("Уже ")
            await asyncio.sleep(0.05)
            await stream.send("едет")
        assert [frame["type"] for frame in await socket.rest()] == ["assistant_delta"] * 2 + ["assistant_done"]
        async with unit_of_work(site.agent) as uow:
            locked = await dialogs.get_locked(uow, dialog.id)
            await dialogs.store(uow, locked, kind=AuthorKind.ASSISTANT, text="Уже едет", turn_id=asked.id)
        message = (await socket.until("new_message"))["message"]
        async with AnswerStream(dialog.tenant_id, dialog_topic(dialog.id), turn=asked.id, attempt=1) as late:
            await late.send("Уже едет")
        assert [frame["type"] for frame in await socket.rest()] == ["assistant_done"]
    assert "".join(frame.get("text", "") for frame in socket.frames) == "Уже едет"
    assert (message["sender"], message["reply_to"]) == ("assistant", asked.id)


async def test_the_assistant_falls_silent_when_a_person_is_called(
    live: Live, site: Site, guest: Actor, dialog: Dialog
) -> None:
    asked = await say(guest, dialog, "Где мой заказ?")
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as socket:
        await asyncio.sleep(0.2)
        async with AnswerStream(dialog.tenant_id, dialog_topic(dialog.id), turn=asked.id, attempt=1) as stream:
            await stream.send("Уже ")
            await socket.until("assistant_delta")
            await site.tell(HandoffRequested(dialog.id, 7, reason="keyword", queue_position=1, priority="normal"))
            assert (await socket.next())["type"] == "handoff_requested"
            taken_back = await socket.next()
            await stream.send("едет")
            stream.withdraw()
        assert await socket.rest() == []
    assert (taken_back["type"], taken_back["turn"]) == ("assistant_failed", asked.id)


async def test_who_types_is_told_to_the_others(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    async with (
        DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as page,
        DialogSocket.open(live.socket(dialog.id, token=site.token)) as console,
    ):
        await asyncio.sleep(0.2)
        await console.send({"type": "operator_typing"})
        told = await page.until("operator_typing")
        await page.send({"type": "typing", "is_typing": True})
        assert (await console.until("user_typing"))["dialog_id"] == dialog.id
        assert {frame["type"] for frame in page.frames} == {"operator_typing"}
    assert (told["operator_name"], told["dialog_id"], "seq" in told) == ("Анна", dialog.id, False)


@pytest.mark.parametrize("said", ["no json", "[]", '{"type": "delete"}', '{"type": "send_message", "text": 5}'])
async def test_what_is_not_understood_is_answered_and_the_socket_stays(
    live: Live, site: Site, dialog: Dialog, said: str
) -> None:
    async with DialogSocket.open(live.socket(dialog.id, token=site.token)) as socket:
        await socket.send(said)
        error = (await socket.until("error"))["error"]
        await socket.say("Здравствуйте!")
        assert (await socket.until("new_message"))["message"]["text"] == "Здравствуйте!"
    assert error.keys() == {"code", "message", "details"}
    assert error["code"] == "VALIDATION_ERROR"


async def test_the_fifty_first_message_of_a_minute_is_refused_without_a_cut(
    override: Any, site: Site, dialog: Dialog
) -> None:
    with override(OPORA_RATE_LIMITS="on"):
        async with served(create_app(opening=lambda _: nullcontext())) as app, listening(app) as host:
            address = Live(host).socket(dialog.id, token=site.token)
            async with DialogSocket.open(address) as one, DialogSocket.open(address) as other:
                for _ in range(25):
                    await one.send("{}")
                    await other.send("{}")
                told = [(await socket.next())["error"]["code"] for socket in (one, other) for _ in range(25)]
                await one.say("Здравствуйте!")
                assert (await one.until("error"))["error"]["code"] == "RATE_LIMIT_EXCEEDED"
                await one.send("__ping__")
                assert await one.connection.recv() == "__pong__"
    assert set(told) == {"VALIDATION_ERROR"}
    async with unit_of_work(site.agent):
        assert await Message.filter(conversation_id=dialog.id).count() == 0


async def test_new_guests_of_one_address_are_counted_together(override: Any, site: Site) -> None:
    with override(OPORA_RATE_LIMITS="on", OPORA_RATE_LIMIT_OTHER_PER_MINUTE="2"):
        async with served(create_app(opening=lambda _: nullcontext())) as app, listening(app) as host:
            address = Live(host).socket("new", site_token=site.assistant.site_token)
            for _ in range(2):
                async with DialogSocket.open(address, origin=PAGE) as welcome:
                    assert (await welcome.next())["type"] == "connection.established"
            async with DialogSocket.open(address, origin=PAGE) as refused:
                assert (await refused.until("error"))["error"]["code"] == "RATE_LIMIT_EXCEEDED"
                assert await refused.closed() == 1013
    async with unit_of_work(site.agent):
        assert await Dialog.filter(assistant_id=site.assistant.id).count() == 2


async def test_a_client_that_answers_pings_stays_and_a_silent_one_is_let_go(
    override: Any, live: Live, site: Site, dialog: Dialog
) -> None:
    address = live.socket(dialog.id, token=site.token)
    with override(OPORA_HEARTBEAT_S="0.1"):
        async with DialogSocket.open(address) as lively, DialogSocket.open(address, answering=False) as silent:
            ended = asyncio.create_task(silent.closed())
            assert await lively.rest(0.6) == []
            assert await ended == 4408
    assert (silent.pings, lively.pings >= 4) == (2, True)


async def test_those_who_may_not_watch_are_closed_with_their_code(
    live: Live, site: Site, guest: Actor, dialog: Dialog
) -> None:
    other = await new_site()
    refused = {
        live.socket(dialog.id): 4401,
        live.socket(dialog.id, token="forged"): 4401,
        live.socket(dialog.id, site_token="unknown"): 4401,
        live.socket(dialog.id, site_token=site.assistant.site_token, guest_id="00.forged"): 4401,
        live.socket(dialog.id, **as_guest(site, await site.guest())): 4404,
        live.socket(dialog.id, token=other.token): 4404,
        live.socket(dialog.id, **as_guest(other, await other.guest())): 4404,
        live.socket("x", token=site.token): 4404,
        live.socket("new", token=site.token): 4422,
        live.socket(dialog.id, token=site.token, last_seq="x"): 4422,
    }
    closed = {}
    for address in refused:
        async with DialogSocket.open(address, origin=PAGE) as socket:
            closed[address] = await socket.closed()
            assert [frame["type"] for frame in socket.frames] == ["error"]
    assert closed == refused
    async with DialogSocket.open(
        live.socket(dialog.id, **as_guest(site, guest)), origin="https://evil.example"
    ) as page:
        assert await page.closed() == 4403
