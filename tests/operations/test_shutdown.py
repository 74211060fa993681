"""An API process that is told to stop: out of the balancer first, then sockets and requests to their end."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.embedded.running import free_port
from tests.system.installation import Service, eventually, status_of

DRAIN_S = 1.5
SERVICE_RESTART = 1012
LOGIN = b'{"email": "nobody@example.com", "password": "wrong-password"}'


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def api(environment: dict[str, str], port: int, tmp_path: Path, database: None) -> Iterator[Service]:
    more = {"OPORA_PORT": str(port), "OPORA_DRAIN_S": str(DRAIN_S)}
    service = Service(["api"], environment | more, tmp_path / "api.log")
    assert eventually(lambda: status_of(f"http://127.0.0.1:{port}") == 200), service.text()
    yield service
    service.end()


class SlowRequest:
    """A request whose body has not come to its end yet."""

    async def begin(self, port: int) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /v1/auth/login/json HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(LOGIN)}\r\n"
        self._writer.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + LOGIN[:10])
        await self._writer.drain()

    async def end(self) -> str:
        """Send the rest; the status line of the answer."""
        self._writer.write(LOGIN[10:])
        await self._writer.drain()
        answer = await asyncio.wait_for(self._reader.readline(), 10)
        self._writer.close()
        return answer.decode().strip()


async def closed_with(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(socket.recv(), 15)
    return closed.value.rcvd.code if closed.value.rcvd else None


async def test_it_leaves_the_balancer_then_ends_sockets_and_finishes_requests(api: Service, port: int) -> None:
    origin, slow = f"http://127.0.0.1:{port}", SlowRequest()
    await slow.begin(port)
    async with (
        connect(f"ws://127.0.0.1:{port}/graphql", subprotocols=["graphql-transport-ws"]) as socket,  # type: ignore[list-item]  # the library's own name for str
        httpx.AsyncClient(base_url=origin) as balancer,
    ):
        api.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        ready = await balancer.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "stopping")
        assert ready.headers["Connection"] == "close"
        assert (await balancer.get("/health")).status_code == 200
        assert await closed_with(socket) == SERVICE_RESTART
    assert await slow.end() == "HTTP/1.1 401 Unauthorized"
    assert await asyncio.to_thread(api.process.wait, 15) == 0


async def test_a_second_signal_cuts_the_draining_short(
    environment: dict[str, str], port: int, tmp_path: Path, database: None
) -> None:
    more = {"OPORA_PORT": str(port), "OPORA_DRAIN_S": "100"}
    service = Service(["api"], environment | more, tmp_path / "api.log")
    assert eventually(lambda: status_of(f"http://127.0.0.1:{port}") == 200), service.text()
    service.process.send_signal(signal.SIGTERM)
    assert eventually(lambda: status_of(f"http://127.0.0.1:{port}") == 503)
    service.process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(service.process.wait, 15)
