"""WebSocket API: ``/ws/tickets/{ticket_id}?token=<jwt>``. Frames: :mod:`realtime.frames.telegram`."""

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from realtime.frames import telegram
from realtime.websocket import serve_ticket_socket
from services import identity


async def ticket_socket(websocket: WebSocket) -> None:
    """Serve one socket. What is no UUID closes it like that of a missing ticket."""
    await serve_ticket_socket(websocket, identity.authenticate, telegram.SOCKET)


def socket_routes() -> list[BaseRoute]:
    return [WebSocketRoute("/ws/tickets/{ticket_id}", ticket_socket)]
