"""WebSocket API: ``/v1/ws/{ticket_id}?token=<access_token>``. Frames and close codes: :mod:`realtime.websocket`."""

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from realtime.frames import support
from realtime.websocket import serve_ticket_socket
from services import identity

_LARGEST_ID = 2**63 - 1
_NO_SUCH_TICKET = 4404


async def ticket_socket(websocket: WebSocket) -> None:
    """Serve one socket. A number that cannot be an id closes it like that of a missing ticket."""
    if websocket.path_params["ticket_id"] > _LARGEST_ID:
        await websocket.accept()
        await websocket.close(_NO_SUCH_TICKET, "Ticket not found")
    else:
        await serve_ticket_socket(websocket, identity.authenticate, support.SOCKET)


def socket_routes(prefix: str) -> list[BaseRoute]:
    return [WebSocketRoute(f"{prefix}/ws/{{ticket_id:int}}", ticket_socket)]
