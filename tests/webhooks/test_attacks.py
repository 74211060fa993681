"""Servers that would harm whoever calls them, and addresses that would have us say more than we mean."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from config.settings import override_settings
from core import clock
from core.errors import InvalidInput
from integrations import webhooks as wire
from integrations.webhooks import Outgoing, new_secret
from services import webhook_deliveries, webhooks
from services.unit_of_work import unit_of_work
from services.webhooks import EndpointChanges
from tests.webhooks.conftest import Company

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"


@asynccontextmanager
async def server(answer: Answering) -> AsyncIterator[Outgoing]:
    """What to send to a server that answers so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            await answer(writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        with override_settings(OPORA_PRIVATE_NETWORKS="127.0.0.0/8"):
            yield Outgoing(f"http://127.0.0.1:{port}/", "msg_1", b"{}", [new_secret()])


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD)
    while True:
        writer.write(b"x-more: " + b"x" * 8_000 + b"\r\n")
        await writer.drain()


async def test_an_endless_answer_is_read_as_far_as_it_is_shown() -> None:
    async with server(endless) as outgoing:
        answer = await wire.send(outgoing)
    assert (answer.status, len(answer.excerpt)) == (200, 2000)


async def test_an_answer_that_trickles_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "TIMEOUT_S", 0.5)
    started = time.monotonic()
    async with server(trickle) as outgoing:
        answer = await wire.send(outgoing)
    assert (answer.status, answer.error) == (None, "TIMED_OUT")
    assert time.monotonic() - started < 5


async def test_headers_without_end_are_no_answer() -> None:
    async with server(endless_headers) as outgoing:
        answer = await wire.send(outgoing)
    assert (answer.status, answer.error) == (None, "UNREACHABLE")


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/\r\nx-evil: 1",
        "https://a.example/\nx",
        "https://a.example/ HTTP/1.1",
        "https://a.example/\x00",
        "https://user:secret@a.example/",
        "https://a.example@10.0.0.1/",
        "https://a.example/#webhook",
        "file:///etc/passwd",
        "gopher://a.example/",
        "https://" + "a" * 3000 + ".example/",
    ],
)
async def test_an_address_holds_nothing_but_an_address(company: Company, url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await webhooks.update(company.admin, company.endpoint.id, EndpointChanges(url=url))
    assert refused.value.field == "url"
    assert (await company.present()).url == company.receiver.url


async def test_what_people_write_is_in_no_header(company: Company) -> None:
    evil = "x\r\nwebhook-id: msg_evil"
    await webhooks.update(company.admin, company.endpoint.id, EndpointChanges(description=evil))
    await company.ticket(evil)
    await company.work()
    ((headers, _),) = company.receiver.received
    assert headers["webhook-id"].startswith("msg_")
    assert "evil" not in str(headers)


async def test_asking_twice_for_all_that_was_missed_sends_it_once(company: Company) -> None:
    await company.change(is_active=False, disabled_at=clock.now())
    await company.ticket()
    await company.work()
    await company.change(is_active=True, disabled_at=None)
    counts = []
    for _ in range(3):
        async with unit_of_work(company.admin) as uow:
            since = company.endpoint.created_at
            counts.append((await webhook_deliveries.replay_since(uow, company.endpoint.id, since)).count)
    await company.work()
    assert counts == [1, 0, 0]
    assert len(company.receiver.received) == 1
