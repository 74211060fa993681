"""``/ws`` of the `itdesk` dialect: figures, alerts, tickets and the chatbot, by what the caller may see.

Staff get the figures at once and every period, all alerts, and the tickets and chatbot messages of their tenant.
Customers get how their own tickets move, and the messages of their own sessions: what they watch holds nothing else.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from starlette.websockets import WebSocket

from core.actor import Actor
from core.events import own_tickets_topic, queue_topic
from core.facts.chatbot import chatbot_topic, own_chatbot_topic
from realtime.connection import LOGIN_S, Connection, closing, until_one_ends
from realtime.frames import itdesk
from realtime.merging import merged
from realtime.monitoring import watch_health
from realtime.subscription import watch
from realtime.topics import INSTALLATION

Authenticate = Callable[[str], Awaitable[Actor]]
Frames = AsyncGenerator[str, None]


async def serve_monitoring_socket(websocket: WebSocket, authenticate: Authenticate) -> None:
    """Serve one socket until either side ends it. The token comes as ``?token=`` or in the Authorization header.

    It is accepted when everything is watched: what happens after a client sees it open reaches it. Closing codes: 4401
    for a bad token and for access that was revoked, 4408 for a client that does not read, 1013 without a database.
    """
    connection = Connection(websocket)
    async with closing(connection):
        async with asyncio.timeout(LOGIN_S):
            actor = await authenticate(connection.token())
        await until_one_ends([connection.left(), _send(connection, actor)])


def topics_of(actor: Actor) -> tuple[str, ...]:
    """What a person's socket watches."""
    if actor.is_staff:
        return queue_topic(actor.tenant_id), chatbot_topic(actor.tenant_id), INSTALLATION
    # A person, or there would be no token.
    user_id = actor.user_id or 0
    return own_tickets_topic(user_id), own_chatbot_topic(user_id)


async def _send(connection: Connection, actor: Actor) -> None:
    """Raises the DomainError that ended a subscription, and as :meth:`Connection.send`."""
    topics = topics_of(actor)
    opened = asyncio.Barrier(len(topics))

    async def started() -> None:
        await opened.wait()
        await connection.accept()

    streams = [_events(actor, topic, started) for topic in topics]
    if actor.is_staff:
        streams.append(_figures(actor, connection))
    async with aclosing(merged(*streams)) as frames:
        async for frame in frames:
            await connection.send(frame)


async def _events(actor: Actor, topic: str, started: Callable[[], Awaitable[None]]) -> Frames:
    async with aclosing(watch(actor, topic, started=started)) as events:
        async for event in events:
            frame = await itdesk.render(event, actor)
            if frame is not None:
                yield frame


async def _figures(actor: Actor, connection: Connection) -> Frames:
    async with aclosing(watch_health(actor, connection.accepted)) as healths:
        async for health in healths:
            yield itdesk.metrics(health)
