"""The WebSocket transport of dialects: who asks, what they missed, what happens, and an orderly end.

The server underneath pings clients and ends the connection of one that is gone; a client that is there but does not
read is let go with close code 4408 and may resume with ``last_seq``.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket

from core.actor import Actor
from core.errors import InvalidInput, NotFound
from core.events import TicketDeleted, ticket_topic
from realtime.connection import LOGIN_S, Connection, Ear, Frames, closing, until_one_ends
from realtime.looks import text_look
from realtime.subscription import deliver, watch_ephemeral
from services.events import StoredEvent

Authenticate = Callable[[str], Awaitable[Actor]]


@dataclass(frozen=True, slots=True)
class TicketDialect:
    """How a dialect speaks on the socket of a ticket.

    ``render`` and ``render_passing`` write a frame for the actor, or None. ``find`` reads the path's ``ticket_id`` and
    raises NotFound. ``wants_passing`` says whether a client is sent what passes by. Without ``listen``, what clients
    say is not heard.
    """

    render: Callable[[StoredEvent, Actor], Awaitable[str | None]]
    render_passing: Callable[[Mapping[str, Any], Actor], str | None]
    find: Callable[[Actor, str], Awaitable[int]]
    wants_passing: Callable[[Mapping[str, str]], bool]
    listen: Callable[[Actor, int], Awaitable[Ear]] | None = None


async def serve_ticket_socket(websocket: WebSocket, authenticate: Authenticate, dialect: TicketDialect) -> None:
    """Serve the socket of one ticket until either side ends it; the path parameter is ``ticket_id``.

    The token comes as ``?token=`` or in the Authorization header. ``?last_seq=N`` first sends what came after event N.
    The connection is accepted when the subscription stands: what happens after a client sees it open reaches it. What
    is refused is accepted first and then closed, so that browsers see the close code.
    """
    connection = Connection(websocket)
    async with closing(connection):
        async with asyncio.timeout(LOGIN_S):
            actor = await authenticate(connection.token())
            ticket_id = await dialect.find(actor, str(websocket.path_params["ticket_id"]))
        socket = _TicketSocket(connection, dialect, actor, ticket_id)
        after = last_seq(websocket.query_params.get("last_seq"))
        await socket.serve(after, passing=dialect.wants_passing(websocket.query_params))


class _TicketSocket:
    """One client at one ticket."""

    def __init__(self, connection: Connection, dialect: TicketDialect, actor: Actor, ticket_id: int) -> None:
        self._connection = connection
        self._dialect = dialect
        self._actor = actor
        self._ticket_id = ticket_id
        self._topic = ticket_topic(ticket_id)

    async def serve(self, after: int | None, *, passing: bool) -> None:
        """Return when the client leaves. Raises the DomainError that ended it, TimeoutError for a client that hangs."""
        work = [self._listen(), self._send_events(after)]
        await until_one_ends([*work, self._send_passing()] if passing else work)

    async def _listen(self) -> None:
        """Return when the client leaves. Raises TooLarge."""
        listen = self._dialect.listen
        if listen is None:
            await self._connection.left()
        else:
            await self._connection.listen(lambda: listen(self._actor, self._ticket_id))

    async def _send_events(self, after: int | None) -> None:
        look = text_look(self._dialect.render, self._actor, last=frozenset({TicketDeleted.kind}))
        started = self._connection.accept
        await deliver(self._actor, self._topic, look, Frames(self._connection), after=after, started=started)
        raise NotFound("ticket")

    async def _send_passing(self) -> None:
        async with contextlib.aclosing(watch_ephemeral(self._actor, self._topic)) as frames:
            async for frame in frames:
                text = self._dialect.render_passing(frame, self._actor)
                # Words that pass by before the subscription stands are not waited for.
                if text is not None and self._connection.accepted.is_set():
                    await self._connection.send(text)


async def ticket_number(actor: Actor, text: str) -> int:
    """What dialects whose ids are numbers find a ticket by. Raises NotFound for what is no number."""
    if not is_number(text):
        raise NotFound("ticket", text[:20])
    return int(text)


def last_seq(text: str | None) -> int | None:
    """The number to resume after. Raises InvalidInput for what is no number."""
    if text is None:
        return None
    if not is_number(text):
        raise InvalidInput("last_seq must be a number", field="last_seq")
    return int(text)


def is_number(text: str) -> bool:
    """Whether it is one that PostgreSQL's bigint holds."""
    return text.isascii() and text.isdigit() and len(text) <= 18
