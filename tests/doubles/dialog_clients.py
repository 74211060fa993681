"""What a page or a console does with a dialog's real time: a WebSocket, an event stream, resumed by their numbers."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

Frame = dict[str, Any]
PATIENCE_S = 10.0
PING = "__ping__"


class Ended(Exception):
    """The server ended it; ``code`` is a socket's."""

    def __init__(self, code: int = 1000) -> None:
        super().__init__(f"ended with {code}")
        self.code = code


class Client(Protocol):
    """Gives frames, until it is cut."""

    async def next(self, seconds: float = PATIENCE_S) -> Frame:
        """The next frame but pings. Raises TimeoutError, Ended."""

    def cut(self) -> None: ...


Connect = Callable[[int], AbstractAsyncContextManager[Client]]


class _Reading:
    frames: list[Frame]

    async def next(self, seconds: float = PATIENCE_S) -> Frame:
        raise NotImplementedError

    async def until(self, kind: str, seconds: float = PATIENCE_S) -> Frame:
        """Read on to a frame of that type."""
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.next(seconds)
                if frame["type"] == kind:
                    return frame

    async def rest(self, seconds: float = 0.4) -> list[Frame]:
        """What still comes within that time."""
        before = len(self.frames)
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.next(seconds)
        except TimeoutError:
            return self.frames[before:]


class DialogSocket(_Reading):
    """An open socket. ``pings`` counts heartbeats; with ``answering`` each is answered."""

    def __init__(self, connection: ClientConnection, *, answering: bool = True) -> None:
        self.connection = connection
        self.frames: list[Frame] = []
        self.pings = 0
        self.seq: int | None = None
        self._answering = answering

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str, *, origin: str | None = None, answering: bool = True) -> AsyncIterator[Self]:
        """``async with DialogSocket.open("ws://...") as socket:``"""
        headers = {} if origin is None else {"Origin": origin}
        async with connect(address, additional_headers=headers, compression=None, ping_interval=None) as connection:
            yield cls(connection, answering=answering)

    async def next(self, seconds: float = PATIENCE_S) -> Frame:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    said = await self.connection.recv()
                except ConnectionClosed as end:
                    raise Ended(1006 if end.rcvd is None else end.rcvd.code) from None
                if said != PING:
                    break
                self.pings += 1
                if self._answering:
                    await self.connection.send("__pong__")
        frame: Frame = json.loads(said)
        self.seq = frame.get("seq", self.seq)
        self.frames.append(frame)
        return frame

    async def say(self, text: str) -> None:
        await self.send({"type": "send_message", "text": text})

    async def send(self, frame: object) -> None:
        await self.connection.send(frame if isinstance(frame, str) else json.dumps(frame))

    def cut(self) -> None:
        """As a network does that is gone: without a word."""
        self.connection.transport.abort()

    async def closed(self) -> int:
        """Read on until the server closes; its code."""
        try:
            while True:
                await self.next()
        except Ended as end:
            return end.code


class DialogStream(_Reading):
    """An open event stream. ``retry_ms`` is what the server asks for, ``pings`` counts heartbeats."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.frames: list[Frame] = []
        self.pings = 0
        self.retry_ms: int | None = None
        self.seq: int | None = None
        self._lines = response.aiter_lines()

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str, **headers: str) -> AsyncIterator[Self]:
        """``async with DialogStream.open("http://...", origin="...") as stream:``; what is refused fails."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(timeout=60) as client, client.stream("GET", address, headers=named) as response:
            if response.status_code != 200:
                raise AssertionError((response.status_code, (await response.aread()).decode()))
            yield cls(response)

    async def next(self, seconds: float = PATIENCE_S) -> Frame:
        async with asyncio.timeout(seconds):
            while True:
                data = await self._event()
                if data != PING:
                    break
                self.pings += 1
        frame: Frame = json.loads(data)
        self.frames.append(frame)
        return frame

    def cut(self) -> None:
        """Nothing has to be said at the end of a stream."""

    async def ended(self) -> list[Frame]:
        """Read on until the server ends the stream in good order; all that it gave."""
        try:
            while True:
                await self.next()
        except Ended:
            return self.frames

    async def _event(self) -> str:
        """The data of the next event, as the HTML Standard parses it."""
        data: list[str] = []
        seq = self.seq
        async for line in self._lines:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            match name:
                case "" if data:
                    # Not before: what is cut in the middle of an event must come again.
                    self.seq = seq
                    return "\n".join(data)
                case "data":
                    data.append(value)
                case "id":
                    seq = int(value)
                case "retry":
                    self.retry_ms = int(value)
        raise Ended


class CutClient:
    """Comes and goes at random and resumes behind the last number that it was given, for as long as :meth:`run` runs.

    ``connect`` opens a connection behind a number. ``seqs`` are the numbers of all events that it got.
    """

    def __init__(self, connect: Connect, chance: random.Random, *, mean_s: float) -> None:
        self._connect = connect
        self._chance = chance
        self._mean_s = mean_s
        self.seqs: list[int] = []
        self.cuts = 0
        self.ends = 0

    async def run(self) -> None:
        """Raises CancelledError alone."""
        while True:
            try:
                async with self._connect(self.seqs[-1] if self.seqs else 0) as client:
                    await self._read(client)
            except (Ended, OSError, httpx.HTTPError, WebSocketException, AssertionError):
                # The server is away, or let go: any client tries again.
                self.ends += 1
                await asyncio.sleep(0.1 + self._chance.random() * 0.2)

    async def _read(self, client: Client) -> None:
        try:
            async with asyncio.timeout(self._chance.expovariate(1 / self._mean_s)):
                while True:
                    frame = await client.next(60)
                    if "seq" in frame and frame["type"] != "connection.established":
                        self.seqs.append(frame["seq"])
        except TimeoutError:
            self.cuts += 1
            if self._chance.random() < 0.5:
                client.cut()
