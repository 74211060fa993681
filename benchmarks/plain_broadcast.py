"""The least that sends a text to many WebSockets: Starlette under uvicorn, configured as `opora api` is.

``/ws`` keeps whoever comes; ``POST /send`` sends its body to each of them in a loop, as tutorials show it. It checks
nobody, loses what a slow client does not take, and one client that does not read holds up the others.
"""

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from app.serve import configuration
from config.settings import get_settings

_sockets: set[WebSocket] = set()


async def keep(websocket: WebSocket) -> None:
    await websocket.accept()
    _sockets.add(websocket)
    try:
        while (await websocket.receive())["type"] != "websocket.disconnect":
            continue
    finally:
        _sockets.discard(websocket)


async def send(request: Request) -> Response:
    text = (await request.body()).decode()
    for websocket in _sockets:
        await websocket.send_text(text)
    return Response()


def create_app() -> Starlette:
    return Starlette(routes=[WebSocketRoute("/ws", keep), Route("/send", send, methods=["POST"])])


def main() -> None:
    ours = configuration(get_settings())
    theirs = uvicorn.Config(
        create_app,
        factory=True,
        host=ours.host,
        port=ours.port,
        loop=ours.loop,
        http=ours.http,
        ws="websockets-sansio",
        ws_max_size=ours.ws_max_size,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
    )
    uvicorn.Server(theirs).run()


if __name__ == "__main__":
    main()
