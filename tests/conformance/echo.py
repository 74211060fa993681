"""An application that sends back what it is sent."""

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends back what it is sent."""
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await socket.send({**message, "type": "websocket.send"})
    except WebSocketDisconnect:
        return
