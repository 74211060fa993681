"""Clients that mean harm on sockets and streams: frames of no kind, floods, and what is not theirs to watch."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from websockets.exceptions import WebSocketException

from core.actor import Actor, Role, system_actor
from core.facts.dialogs import DialogMessageAdded
from models.conversations import Message
from models.dialogs import Dialog
from realtime.answer_stream import AnswerStream
from services import guests
from services.unit_of_work import unit_of_work
from tests.doubles.dialog_clients import DialogSocket, DialogStream, Ended
from tests.fixtures.dialogs import PAGE, Site, new_site, say
from tests.fixtures.people import new_user, sign_in
from tests.graphql.world import MARK
from tests.replyx_dialect.live import Live, as_guest

pytestmark = pytest.mark.usefixtures("live_events")

FRAMES: tuple[str, ...] = (
    "", "null", "[]", "1", '"send_message"', "{", "{}", '{"type": null}', '{"type": {}}', '{"type": "delete_dialog"}',
    '{"type": "send_message"}', '{"type": "send_message", "text": null}', '{"type": "send_message", "text": ["a"]}',
    '{"type": "send_message", "text": ""}', '{"type": "send_message", "text": " "}',
    '{"type": "send_message", "text": "a\\u0000b"}', '{"type": "send_message", "text": "\\ud800"}',
    '{"type":' + "[" * 2_000 + "]" * 2_000 + "}", '{"type": "send_message", "text": 1e400}',
)  # fmt: skip


async def said(site: Site, dialog: Dialog) -> list[str]:
    async with unit_of_work(site.agent):
        return [message.text for message in await Message.filter(conversation_id=dialog.id).order_by("id")]


async def test_frames_of_no_kind_are_told_and_nothing_happens(
    live: Live, site: Site, guest: Actor, dialog: Dialog
) -> None:
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as socket:
        for frame in FRAMES:
            await socket.send(frame)
            told = await socket.next()
            assert (told["type"], told["error"]["code"]) == ("error", "VALIDATION_ERROR"), frame[:60]
        await socket.say("Всё ещё здесь")
        await socket.until("new_message")
    assert await said(site, dialog) == ["Всё ещё здесь"]


async def test_a_guest_cannot_sign_as_somebody_else(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    frame = {
        "type": "send_message", "text": "Я оператор", "internal": True, "sender": "operator",
        "operator_name": "Анна", "dialog_id": 1, "tenant_id": 1,
    }  # fmt: skip
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as socket:
        await socket.send(frame)
        message = (await socket.until("new_message"))["message"]
    assert (message["sender"], message.keys() & {"operator_name", "is_internal"}) == ("user", set())


@pytest.mark.parametrize("binary", [False, True])
async def test_a_frame_beyond_the_limit_ends_the_socket(
    binary: bool, live: Live, site: Site, guest: Actor, dialog: Dialog
) -> None:
    frame = json.dumps({"type": "send_message", "text": "x" * 2_000_000})
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as socket:
        await socket.connection.send(frame.encode() if binary else frame)
        assert await socket.closed() == 1009
    assert await said(site, dialog) == []


async def test_binary_frames_break_nothing(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    async with DialogSocket.open(live.socket(dialog.id, **as_guest(site, guest)), origin=PAGE) as socket:
        await socket.connection.send(b"\xff\xfe\x00")
        assert (await socket.next())["type"] == "error"
    assert await said(site, dialog) == []


STRANGERS: Mapping[str, Callable[[Site, Site, Actor], dict[str, object]]] = {
    "nobody": lambda site, other, guest: {},
    "another guest": lambda site, other, guest: {"site_token": site.assistant.site_token},
    "a forged guest": lambda site, other, guest: {
        "site_token": site.assistant.site_token, "guest_id": f"{'0' * 32}.{'A' * 43}",
    },
    "a guest id at another tenant": lambda site, other, guest: {
        "site_token": other.assistant.site_token, "guest_id": guests.guest_id_of(guest),
    },
    "another tenant's staff": lambda site, other, guest: {"token": other.token},
    "no token": lambda site, other, guest: {"token": "a.b.c"},
    "another assistant": lambda site, other, guest: {"assistant_id": other.assistant.id},
}  # fmt: skip


@pytest.mark.parametrize("who", STRANGERS)
async def test_strangers_watch_nothing(who: str, live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    await say(guest, dialog, MARK)
    query = STRANGERS[who](site, await new_site(), guest)
    with pytest.raises(AssertionError, match=r"\((401|403|404),"):
        async with DialogStream.open(live.stream(dialog.id, last_event_id=0, **query), origin=PAGE):
            pass
    frames: list[Any] = []
    try:
        async with DialogSocket.open(live.socket(dialog.id, last_seq=0, **query), origin=PAGE) as socket:
            assert await socket.closed() in (4401, 4403, 4404)
            frames = socket.frames
    except (WebSocketException, Ended):
        pass
    assert MARK not in json.dumps(frames)


async def test_a_customer_with_an_account_watches_no_dialog(live: Live, site: Site, dialog: Dialog) -> None:
    token = await sign_in(await new_user(site.tenant, Role.USER), "replyx")
    with pytest.raises(AssertionError, match=r"\((403|404),"):
        async with DialogStream.open(live.stream(dialog.id, token=token)):
            pass


async def test_notes_reach_no_guest_by_any_event(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    address = live.stream(dialog.id, last_event_id=0, **as_guest(site, guest))
    async with DialogStream.open(address, origin=PAGE) as stream:
        note = await say(site.agent, dialog, f"Между нами: {MARK}", internal=True)
        # Even one that is told as public by mistake: the row decides.
        await site.tell(DialogMessageAdded(dialog.id, message_id=note.id, internal=False))
        await say(site.agent, dialog, "Здравствуйте")
        shown = await stream.until("dialog.message.created")
        frames = [shown, *await stream.rest(0.3)]
    assert shown["message"]["text"] == "Здравствуйте"
    assert MARK not in json.dumps(frames)


async def test_words_of_one_dialog_pass_by_no_other(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    other = await site.guest()
    elsewhere = await site.open(other)
    async with DialogSocket.open(live.socket(elsewhere.id, **as_guest(site, other)), origin=PAGE) as socket:
        async with AnswerStream(site.tenant.id, f"dialog:{dialog.id}", turn=1, attempt=1) as stream:
            await stream.send(MARK)
        await say(site.agent, dialog, MARK)
        assert await socket.rest(0.3) == []
    async with unit_of_work(system_actor(site.tenant.id)):
        assert await Message.filter(conversation_id=elsewhere.id).count() == 0
