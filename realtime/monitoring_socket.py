"""``/ws`` of the `itdesk` dialect: figures, alerts, tickets and the chatbot, by what the caller may see.

Staff get the figures at once and every period, all alerts, and the tickets and chatbot messages of their tenant.
Customers get how their own tickets move, and the messages of their own sessions: what they watch holds nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from starlette.websockets import WebSocket

from core.actor import Actor
from core.events import own_tickets_topic, queue_topic
from core.facts.chatbot import chatbot_topic, own_chatbot_topic
from realtime.connection import LOGIN_S, Connection, Frames, closing, until_one_ends
from realtime.frames import itdesk
from realtime.looks import text_look
from realtime.monitoring import watch_health
from realtime.subscription import deliver
from realtime.topics import INSTALLATION

Authenticate = Callable[[str], Awaitable[Actor]]


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

    look, outlet = text_look(itdesk.render, actor), Frames(connection)
    work = [deliver(actor, topic, look, outlet, started=started) for topic in topics]
    if actor.is_staff:
        work.append(_send_figures(actor, connection))
    await until_one_ends(work)


async def _send_figures(actor: Actor, connection: Connection) -> None:
    async with aclosing(watch_health(actor, connection.accepted)) as healths:
        async for health in healths:
            await connection.send(itdesk.metrics(health))
