"""`/api/dialogs/{id}/events` and `/api/sse/stats`: the document's events, resuming, refusals, limits, heartbeat."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from core.actor import Actor, Role
from core.facts.dialogs import DialogArchived, dialog_topic
from core.facts.handoffs import HandoffRequested, HandoffStarted
from models.dialogs import Dialog
from services import identity
from services.unit_of_work import SystemReason, system_unit_of_work
from tests.doubles.dialog_clients import DialogStream
from tests.fixtures.application import bearer
from tests.fixtures.dialogs import PAGE, Site, new_site, say
from tests.fixtures.listening import listening
from tests.fixtures.people import MakeUser, TokenFor
from tests.replyx_dialect.live import Live, as_guest
from tests.replyx_dialect.world import told

pytestmark = pytest.mark.usefixtures("live_events")


async def refusal(address: str, **headers: str) -> tuple[int, str]:
    """Status and code of what is refused before the stream begins."""
    async with httpx.AsyncClient() as client:
        return told(await client.get(address, headers=headers))[:2]


async def test_a_stream_begins_and_goes_on_as_the_document_shows(
    live: Live, site: Site, guest: Actor, dialog: Dialog
) -> None:
    async with DialogStream.open(live.stream(dialog.id, **as_guest(site, guest)), origin=PAGE) as stream:
        greeting = await stream.next()
        said = await say(guest, dialog, "Привет!")
        await site.tell(
            HandoffRequested(dialog.id, 1, reason="keyword", queue_position=2, priority="normal"),
            HandoffStarted(dialog.id, 1, operator_id=5, operator_name="Анна"),
            DialogArchived(dialog.id),
        )
        message, *others = [await stream.next() for _ in range(4)]
        assert stream.seq == 5
    assert greeting.pop("timestamp") < message.pop("timestamp") + "~"
    assert greeting.pop("client_id").startswith(f"widget_{dialog.id}_")
    expected = {"type": "connection.established", "dialog_id": dialog.id, "seq": 1}
    assert greeting == {**expected, "guest_id": as_guest(site, guest)["guest_id"]}
    shown = message["message"]
    assert (message["type"], message["dialog_id"]) == ("dialog.message.created", dialog.id)
    assert (shown["id"], shown["text"], shown["sender"]) == (said.id, "Привет!", "user")
    assert [frame["type"] for frame in others] == ["handoff.requested", "handoff.started", "dialog.archived"]
    assert (others[0]["reason"], others[0]["queue_position"], others[1]["manager"]["name"]) == ("keyword", 2, "Анна")


async def test_nothing_between_keeps_events_back(live: Live, site: Site, dialog: Dialog) -> None:
    async with DialogStream.open(live.stream(dialog.id, token=site.token)) as stream:
        await stream.next()
        headers = stream.response.headers
        assert stream.retry_ms == 2000
    assert headers["content-type"].startswith("text/event-stream")
    assert (headers["x-accel-buffering"], "no-cache" in headers["cache-control"]) == ("no", True)


async def test_a_visitor_opens_a_dialog_by_its_first_stream(live: Live, site: Site) -> None:
    token = site.assistant.site_token
    async with DialogStream.open(live.stream("new", site_token=token), origin=PAGE) as stream:
        first = await stream.next()
    by_id = live.stream("0", assistant_id=site.assistant.id, guest_id=first["guest_id"])
    async with DialogStream.open(by_id, referer=f"{PAGE}/cart?x=1") as stream:
        again = await stream.next()
    assert again["dialog_id"] == first["dialog_id"]
    assert again["client_id"].startswith("site_")


@pytest.mark.parametrize("where", ["header", "query", "header wins"])
async def test_it_resumes_behind_the_last_event(
    live: Live, site: Site, guest: Actor, dialog: Dialog, where: str
) -> None:
    for number in range(4):
        await say(guest, dialog, f"Строка {number}")
    query = {"query": {"last_event_id": 3}, "header wins": {"last_event_id": 1}}.get(where, {})
    headers = {} if where == "query" else {"last_event_id": "3"}
    async with DialogStream.open(live.stream(dialog.id, token=site.token, **query), **headers) as stream:
        assert (await stream.next())["seq"] == 3
        texts = [(await stream.next())["message"]["text"] for _ in range(2)]
        assert stream.seq == 5
    assert texts == ["Строка 2", "Строка 3"]


@pytest.mark.parametrize("wrong", ["x", "-1", "2", "9" * 30])
async def test_INVALID_LAST_EVENT_ID_is_no_number_that_was_ever_given_out(  # the document's code
    live: Live, site: Site, dialog: Dialog, wrong: str
) -> None:
    address = live.stream(dialog.id, token=site.token)
    assert await refusal(address, **{"last-event-id": wrong}) == (400, "INVALID_LAST_EVENT_ID")


async def test_SSE_AUTH_FAILED_is_whoever_cannot_say_who_they_are(live: Live, site: Site, dialog: Dialog) -> None:
    token = site.assistant.site_token
    for words in ({}, {"token": "forged"}, {"site_token": "x"}, {"site_token": token, "guest_id": "00.x"}):
        assert await refusal(live.stream(dialog.id, **words), origin=PAGE) == (401, "SSE_AUTH_FAILED")


async def test_dialogs_of_others_are_not_there_and_other_sites_may_not(
    live: Live, site: Site, guest: Actor, dialog: Dialog
) -> None:
    stranger = as_guest(site, await site.guest())
    foreign = (await new_site()).token
    for words in (stranger, {"token": foreign}):
        assert await refusal(live.stream(dialog.id, **words), origin=PAGE) == (404, "NOT_FOUND")
    elsewhere = live.stream(dialog.id, **as_guest(site, guest))
    assert await refusal(elsewhere, origin="https://evil.example") == (403, "INSUFFICIENT_PERMISSIONS")


async def test_a_gap_that_is_too_old_is_told_once_and_the_next_try_goes_on(
    live: Live, site: Site, guest: Actor, dialog: Dialog
) -> None:
    for number in range(3):
        await say(guest, dialog, f"Строка {number}")
    async with system_unit_of_work(SystemReason.RELAY) as statements:
        await statements.rows("DELETE FROM events WHERE topic = $1 AND seq <= 3", dialog_topic(dialog.id))
    address = live.stream(dialog.id, token=site.token)
    async with DialogStream.open(address, last_event_id="1") as stream:
        frames = await stream.ended()
        oldest = str(stream.seq)
    assert (frames[-1]["type"], frames[-1]["error"]["code"], oldest) == ("error", "RESUME_EXPIRED", "3")
    async with DialogStream.open(address, last_event_id=oldest) as stream:
        assert (await stream.until("dialog.message.created"))["message"]["text"] == "Строка 2"


async def test_notes_among_staff_never_reach_the_guest(live: Live, site: Site, guest: Actor, dialog: Dialog) -> None:
    await say(site.agent, dialog, "Постоянный клиент", internal=True)
    await say(site.agent, dialog, "Здравствуйте!")
    address = live.stream(dialog.id, last_event_id=0, **as_guest(site, guest))
    async with DialogStream.open(address, origin=PAGE) as stream:
        assert (await stream.until("dialog.message.created"))["message"]["text"] == "Здравствуйте!"
        assert stream.seq == 3


async def test_the_heartbeat_comes_in_both_forms_of_the_document(
    override: Any, live: Live, site: Site, dialog: Dialog
) -> None:
    with override(OPORA_HEARTBEAT_S="0.1"):
        async with DialogStream.open(live.stream(dialog.id, token=site.token)) as stream:
            assert (await stream.until("connection.ping")).keys() == {"type", "timestamp"}
            assert stream.pings == 1
            assert stream.seq == 1


@pytest.mark.parametrize("limit", ["PERSON", "ADDRESS", "PROCESS"])
async def test_SSE_CONNECTION_LIMIT_is_one_stream_too_many_until_another_ends(
    override: Any, live: Live, site: Site, dialog: Dialog, limit: str
) -> None:
    address = live.stream(dialog.id, token=site.token)
    with override(**{f"OPORA_SSE_PER_{limit}": "2"}):
        async with DialogStream.open(address):
            async with DialogStream.open(address) as second:
                assert await refusal(address) == (429, "SSE_CONNECTION_LIMIT")
                await say(site.agent, dialog, "Здравствуйте!")
                await second.until("dialog.message.created")
            for _ in range(50):
                try:
                    async with DialogStream.open(address) as third:
                        await third.next()
                    break
                except AssertionError:
                    await asyncio.sleep(0.1)
            else:
                pytest.fail("the place of the stream that ended is not given to another")


async def test_a_stream_ends_in_good_order_when_the_server_stops(
    application: Starlette, site: Site, dialog: Dialog
) -> None:
    async with listening(application) as host:
        opened = asyncio.Event()

        async def read() -> list[Any]:
            async with DialogStream.open(Live(host).stream(dialog.id, token=site.token)) as stream:
                await stream.next()
                opened.set()
                return await stream.ended()

        reading = asyncio.create_task(read())
        await opened.wait()
    assert [frame["type"] for frame in await reading] == ["connection.established"]


async def test_the_statistics_are_the_superadmins(
    client: httpx.AsyncClient, live: Live, site: Site, guest: Actor, dialog: Dialog,
    make_user: MakeUser, token_for: TokenFor,
) -> None:  # fmt: skip
    admin = bearer(await token_for(await make_user(site.tenant, Role.ADMIN)))
    above = bearer(await token_for(await make_user(site.tenant, Role.SUPERADMIN)))
    assert told(await client.get("/api/sse/stats", headers=admin))[:2] == (403, "INSUFFICIENT_PERMISSIONS")
    before = (await client.get("/api/sse/stats", headers=above)).json()
    async with (
        DialogStream.open(live.stream(dialog.id, token=site.token)) as console,
        DialogStream.open(live.stream(dialog.id, **as_guest(site, guest)), origin=PAGE) as page,
    ):
        await console.next()
        await page.next()
        await say(site.agent, dialog, "Здравствуйте!")
        await asyncio.gather(console.next(), page.next())
        shown = (await client.get("/api/sse/stats", headers=above)).json()
    assert shown["total_connections"] == before["total_connections"] + 2
    changed = {
        kind: count - before["connections_by_type"][kind] for kind, count in shown["connections_by_type"].items()
    }
    assert changed == {"admin": 1, "widget": 1, "site": 0}
    assert shown["events_sent_today"] == before["events_sent_today"] + 2
    assert [len(part) for part in shown["average_duration"].split(":")] == [2, 2, 2]


async def test_a_head_request_opens_no_stream(live: Live, site: Site, dialog: Dialog) -> None:
    async with httpx.AsyncClient(timeout=5) as client:
        response = await client.head(live.stream(dialog.id, token=site.token))
    assert (response.status_code, response.content) == (200, b"")


async def test_a_session_that_ends_ends_its_streams(live: Live, site: Site, dialog: Dialog) -> None:
    address = live.stream(dialog.id, token=site.token)
    async with DialogStream.open(address) as stream:
        await stream.next()
        await identity.logout(await identity.authenticate(site.token))
        assert (await stream.until("error"))["error"]["code"] == "ACCESS_REVOKED"
        await stream.ended()
    assert await refusal(address) == (401, "SSE_AUTH_FAILED")
