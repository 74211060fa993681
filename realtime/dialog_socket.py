"""``/ws/dialogs/{id}``: a dialog's events, what clients say in it, and a heartbeat."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket

from config.settings import get_settings
from core.actor import Actor
from core.errors import DomainError
from realtime.connection import LOGIN_S, Connection, Ear, closing, until_one_ends
from realtime.dialog_stream import present_seq, watch_dialog
from realtime.dialog_visits import NEW, Credentials, Visit, enter
from realtime.websocket import last_seq
from services.events import StoredEvent

PING = "__ping__"
PONG = "__pong__"
_MISSED = 2
"""Pings that a client may leave unanswered."""
_LARGEST_FRAME = 128 * 1024
"""Characters: the longest message, each of its characters escaped."""


@dataclass(frozen=True, slots=True)
class DialogDialect:
    """How a dialect speaks on the socket of a dialog.

    ``render`` and ``render_passing`` write a frame for the actor, or None; ``greet`` that for a guest who did not name
    a dialog; ``refuse`` writes a failure. ``admit`` raises RateLimited for who comes too often, ``listen`` gives what
    hears the client.
    """

    render: Callable[[StoredEvent, Actor], Awaitable[str | None]]
    render_passing: Callable[[Mapping[str, Any], Actor], str | None]
    greet: Callable[[Visit, int], str]
    refuse: Callable[[DomainError], str]
    admit: Callable[[Credentials], Awaitable[None]]
    listen: Callable[[Visit], Awaitable[Ear]]


async def serve_dialog_socket(websocket: WebSocket, dialect: DialogDialect) -> None:
    """Serve one socket until either side ends it; the path parameter is ``dialog_id``.

    Who comes is read from the query (:class:`realtime.dialog_visits.Credentials`). ``?last_seq=N`` first sends what
    came after event N. The connection is accepted when the subscription stands. What ends it is told by a frame before
    the close code, so that clients which see no codes know it too.
    """
    connection = Connection(websocket, largest_frame=_LARGEST_FRAME)
    async with closing(connection):
        try:
            async with asyncio.timeout(LOGIN_S):
                after = last_seq(websocket.query_params.get("last_seq"))
                asked = str(websocket.path_params["dialog_id"])
                credentials = Credentials.of(websocket.query_params, websocket.headers)
                await dialect.admit(credentials)
                visit = await enter(credentials, asked)
                if after is None:
                    after = await present_seq(visit.actor, visit.dialog_id)
            await _DialogSocket(connection, dialect, visit).serve(after, greeted=asked in NEW)
        except DomainError as error:
            await connection.accept()
            await connection.send(dialect.refuse(error))
            raise


class _DialogSocket:
    """One client at one dialog."""

    def __init__(self, connection: Connection, dialect: DialogDialect, visit: Visit) -> None:
        self._connection = connection
        self._dialect = dialect
        self._visit = visit
        self._unanswered = 0
        self._begun = False

    async def serve(self, after: int, *, greeted: bool) -> None:
        """Return when the client leaves. Raises the DomainError that ended it, TimeoutError for a client that hangs."""
        await until_one_ends([self._connection.listen(self._ear), self._send(after, greeted), self._beat()])

    async def _ear(self) -> Ear:
        return _Pulse(self, await self._dialect.listen(self._visit))

    def heard(self) -> None:
        """The client is alive."""
        self._unanswered = 0

    async def _beat(self) -> None:
        """Ping now and then. Raises TimeoutError for a client that stays silent."""
        await self._connection.accepted.wait()
        while True:
            await asyncio.sleep(get_settings().streams.heartbeat_s)
            if self._unanswered >= _MISSED:
                raise TimeoutError
            self._unanswered += 1
            await self._connection.send(PING)

    async def _send(self, after: int, greeted: bool) -> None:
        visit, dialect = self._visit, self._dialect

        async def started() -> None:
            await self._connection.accept()
            if greeted:
                await self._connection.send(dialect.greet(visit, after))
            self._begun = True

        stream = watch_dialog(visit.actor, visit.dialog_id, after=after, started=started)
        async with aclosing(stream) as items:
            async for item in items:
                text = (
                    await dialect.render(item, visit.actor)
                    if isinstance(item, StoredEvent)
                    else dialect.render_passing(item, visit.actor)
                )
                # Words that pass by before the subscription stands are not waited for.
                if text is not None and self._begun:
                    await self._connection.send(text)


class _Pulse:
    """Takes whatever a client says for a sign of life, and the answers to pings for nothing more."""

    def __init__(self, socket: _DialogSocket, ear: Ear) -> None:
        self._socket = socket
        self._ear = ear

    async def hear(self, said: str) -> str | None:
        self._socket.heard()
        if said == PONG:
            return None
        return PONG if said == PING else await self._ear.hear(said)

    async def leave(self) -> None:
        await self._ear.leave()
