"""People of the demo tenant, who use the product over HTTP and WebSockets as anybody from outside would."""

import asyncio
import json
import time
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.demo import PASSWORD
from tests.system.installation import PLAIN

Frame = dict[str, Any]
REPLY_S = 20.0
TRY_AGAIN_LATER = 1013
_REQUEST_S = 30.0


class Person(httpx.AsyncClient):
    """Signed in with the support dialect. Every path is below the origin, such as ``/v1/tickets``."""

    def __init__(self, origin: str, token: str) -> None:
        super().__init__(
            base_url=origin, timeout=_REQUEST_S, verify=PLAIN, headers={"authorization": f"Bearer {token}"}
        )
        self.token = token

    def at(self, origin: str) -> "Person":
        """The same session, at another process."""
        return Person(origin, self.token)

    async def open_ticket(self, title: str, description: str = "", *, auto_respond: bool = True) -> int:
        body = {"title": title, "description": description, "auto_respond": auto_respond}
        response = await self.post("/v1/tickets", json=body)
        assert response.status_code == 201, response.text
        return int(response.json()["id"])

    async def say(self, ticket_id: int, text: str, *, auto_respond: bool = True) -> Frame:
        body = {"content": text, "auto_respond": auto_respond}
        response = await self.post(f"/v1/tickets/{ticket_id}/messages", json=body)
        assert response.status_code == 201, response.text
        said: Frame = response.json()
        return said

    async def ticket(self, ticket_id: int) -> Frame:
        found: Frame = (await self.get(f"/v1/tickets/{ticket_id}")).raise_for_status().json()
        return found

    async def messages(self, ticket_id: int) -> list[Frame]:
        path = f"/v1/tickets/{ticket_id}/messages?limit=100"
        found: list[Frame] = (await self.get(path)).raise_for_status().json()
        return found

    async def answers(self, ticket_id: int) -> list[Frame]:
        """Messages of the assistant and of the system: what the customer was told."""
        return [each for each in await self.messages(ticket_id) if each["role"] in ("assistant", "system")]

    async def until_answered(self, ticket_id: int, seconds: float = REPLY_S, count: int = 1) -> list[Frame]:
        """Wait for the assistant's or the system's word; fails after ``seconds``. 503 means later."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if len(told := await self.answers(ticket_id)) >= count:
                    return told
            except httpx.HTTPStatusError as error:
                if error.response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            await asyncio.sleep(0.05)
        raise AssertionError(f"ticket {ticket_id} has no answer after {seconds} s")

    async def hear(self, ticket_id: int, count: int) -> list[int]:
        """The first ``count`` messages as a client hears them that resumes wherever its socket is closed (1013)."""
        heard: list[int] = []
        last_seq = 0
        while len(heard) < count:
            async with self.watch(ticket_id, last_seq=last_seq) as socket:
                try:
                    while len(heard) < count:
                        frame = await socket.next()
                        last_seq = frame["seq"]
                        heard += [frame["data"]["id"]] if frame["type"] == "message" else []
                except ConnectionClosed as end:
                    if end.rcvd is None or end.rcvd.code != TRY_AGAIN_LATER:
                        raise
        return heard

    def watch(self, ticket_id: int, **query: int) -> "Socket":
        """`async with person.watch(ticket_id, last_seq=0, stream=1) as socket:`"""
        words = "".join(f"&{name}={value}" for name, value in query.items())
        origin = str(self.base_url).rstrip("/").replace("http", "ws", 1)
        return Socket(f"{origin}/v1/ws/{ticket_id}?token={self.token}{words}")


class Socket:
    """An open ticket socket that remembers its frames."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: ClientConnection | None = None
        self.frames: list[Frame] = []

    async def open(self) -> None:
        """Connect now; entering the block would do it too. From here on nothing that happens is missed."""
        if self._connection is None:
            self._connection = await connect(self._address, compression=None, max_size=None)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.close()

    async def next(self, seconds: float = REPLY_S) -> Frame:
        """The next frame. Raises TimeoutError, ConnectionClosed."""
        async with asyncio.timeout(seconds):
            frame: Frame = json.loads(await self._open.recv())
        self.frames.append(frame)
        return frame

    async def until(self, wanted: Callable[[Frame], bool], seconds: float = REPLY_S) -> Frame:
        """Read on to the first frame that is wanted; fails after ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                while not wanted(frame := await self.next(seconds)):
                    continue
        except TimeoutError:
            raise AssertionError(f"it did not come in {seconds} s; what came: {self.frames}") from None
        return frame

    async def rest(self, seconds: float = 1.0) -> list[Frame]:
        """What still comes within ``seconds``."""
        before = len(self.frames)
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.next(seconds)
        except TimeoutError:
            return self.frames[before:]

    async def closed(self, seconds: float = 5.0) -> int:
        """Read on until the server closes; its code."""
        with pytest.raises(ConnectionClosed) as end:
            await self.rest(seconds)
        return end.value.rcvd.code if end.value.rcvd is not None else 1006

    @property
    def _open(self) -> ClientConnection:
        assert self._connection is not None
        return self._connection


async def sign_in(origin: str, email: str = "customer@demo.example", password: str = PASSWORD) -> Person:
    async with httpx.AsyncClient(base_url=origin, timeout=_REQUEST_S, verify=PLAIN) as nobody:
        response = await nobody.post("/v1/auth/login/json", json={"email": email, "password": password})
    assert response.status_code == 200, response.text
    return Person(origin, response.json()["access_token"])


async def until(condition: Callable[[], bool], seconds: float = REPLY_S) -> None:
    """Wait for it beside everything else; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen in {seconds} s"
        await asyncio.sleep(0.02)


def is_message(role: str) -> Callable[[Frame], bool]:
    """For :meth:`Socket.until`: a message of this role."""
    return lambda frame: frame["type"] == "message" and frame["data"]["role"] == role


def of_kind(kind: str) -> Callable[[Frame], bool]:
    return lambda frame: bool(frame["type"] == kind)
