"""WebSocket Support: ``/ws?token=<token>``. Frames: :mod:`realtime.frames.itdesk`."""

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from realtime.monitoring_socket import serve_monitoring_socket
from services import identity


async def monitoring_socket(websocket: WebSocket) -> None:
    await serve_monitoring_socket(websocket, identity.authenticate)


def socket_routes() -> list[BaseRoute]:
    """Beside the dialect's prefix, as the document has it."""
    return [WebSocketRoute("/ws", monitoring_socket)]
