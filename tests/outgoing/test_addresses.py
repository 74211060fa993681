"""Requests to tenants' addresses stay out of private networks, whatever a name resolves to."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from config.settings import override_settings
from core import network
from core.refusals.outgoing import AddressRefused, HostUnknown
from integrations.outgoing import assert_public, checked_url, outgoing_client, read_bounded

_LOOPBACK = "127.0.0.0/8"


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What each host's next lookups answer, one list of addresses a lookup; the last answers for ever."""
    answers: dict[str, list[list[str]]] = {}

    def getaddrinfo(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        if host not in answers:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        found = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return answers


@asynccontextmanager
async def listening(reply: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that keeps what it was sent and answers ``reply``; its port."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://192.0.0.192/",
        "https://168.63.129.16/",
        "https://198.18.0.1/",
        "https://255.255.255.255/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[64:ff9b:1::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://[2001::1]/",
        "https://[::127.0.0.1]/",
        "https://[::1%251]/",
        "http://93.184.216.34/",
        "http://example.com/",
        "ftp://example.com/",
        "https://user:secret@example.com/",
        "https://example.com:443@10.0.0.1/",
        "https://example.com/\r\nx-secret: 1",
        "https://example.com\\@10.0.0.1/",
        "https://example.com/#part",
        "https://example.com:99999/",
        "https:///path",
        "https://exa mple.com/",
        "https://пример.com/",
        "https://0177.0.0.1/",
        "example.com",
    ],
)
def test_addresses_that_are_not_called(url: str) -> None:
    with pytest.raises(AddressRefused):
        checked_url(url)


@pytest.mark.parametrize(
    "url", ["https://example.com/", "https://93.184.216.34:8443/hook?a=1", "https://[2606:4700::1]/"]
)
def test_public_addresses_are_called(url: str) -> None:
    assert checked_url(url) == url


async def test_a_name_is_refused_for_one_private_address_among_many(names: dict[str, list[list[str]]]) -> None:
    names["mixed.example"] = [["93.184.216.34", "10.0.0.7"]]
    with pytest.raises(AddressRefused):
        await assert_public("https://mixed.example/")


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0"])
async def test_numbers_in_disguise_are_resolved_before_they_are_judged(host: str) -> None:
    with pytest.raises((AddressRefused, HostUnknown)):
        await assert_public(f"https://{host}/")


async def test_a_name_is_looked_up_as_its_address_spells_it(names: dict[str, list[list[str]]]) -> None:
    # Decoded and encoded anew by another edition of IDNA, it would be strasse.example.
    names["xn--strae-oqa.example"] = [["127.0.0.1"]]
    reply = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    with override_settings(OPORA_PRIVATE_NETWORKS=_LOOPBACK):
        async with listening(reply) as (port, heard), outgoing_client(5) as client:
            await client.get(f"http://xn--strae-oqa.example:{port}/")
    assert f"host: xn--strae-oqa.example:{port}".encode() in heard[0].lower()


async def test_unknown_hosts_are_told(names: dict[str, list[list[str]]]) -> None:
    with pytest.raises(HostUnknown):
        await assert_public("https://nobody.example/")


async def test_a_name_that_turns_private_after_the_check_is_not_called(names: dict[str, list[list[str]]]) -> None:
    names["rebinding.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    async with listening(b"") as (port, heard), outgoing_client(5) as client:
        url = f"https://rebinding.example:{port}/"
        await assert_public(url)
        with pytest.raises(AddressRefused):
            await client.get(url)
    assert heard == []


async def test_permitted_networks_are_called_without_tls_under_their_own_name(
    names: dict[str, list[list[str]]],
) -> None:
    names["inside.example"] = [["127.0.0.1"]]
    reply = b"HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/\r\ncontent-length: 2\r\n\r\nok"
    with override_settings(OPORA_PRIVATE_NETWORKS=_LOOPBACK):
        async with listening(reply) as (port, heard), outgoing_client(5) as client:
            response = await client.get(f"http://inside.example:{port}/hook")
    assert response.status_code == 302
    assert f"host: inside.example:{port}".encode() in heard[0].lower()


async def test_a_body_is_read_to_its_bound() -> None:
    reply = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + b"x" * 5000
    with override_settings(OPORA_PRIVATE_NETWORKS=_LOOPBACK):
        async with (
            listening(reply) as (port, _),
            outgoing_client(5) as client,
            client.stream("GET", f"http://127.0.0.1:{port}/") as response,
        ):
            body, whole = await read_bounded(response, 100)
    assert (len(body), whole) == (100, False)


async def test_nobody_is_called_inside_a_transaction() -> None:
    with network.forbidden():
        async with outgoing_client(5) as client:
            with pytest.raises(network.NetworkInTransaction):
                await client.get("https://example.com/")


async def test_a_body_beyond_the_client_s_bound_is_cut_off() -> None:
    reply = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + b"x" * 5000
    with override_settings(OPORA_PRIVATE_NETWORKS=_LOOPBACK):
        async with listening(reply) as (port, _), outgoing_client(5, most=1000) as client:
            with pytest.raises(httpx2.ReadError):
                await client.get(f"http://127.0.0.1:{port}/")


async def test_a_packed_body_is_not_unpacked() -> None:
    packed = gzip.compress(b"x" * 100_000)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    with override_settings(OPORA_PRIVATE_NETWORKS=_LOOPBACK):
        async with listening(head + packed) as (port, heard), outgoing_client(5) as client:
            response = await client.get(f"http://127.0.0.1:{port}/")
    assert response.content == packed
    assert b"accept-encoding: identity" in heard[0].lower()
