"""Where Telegram delivers updates: checked, stored, answered at once. What follows from them is a job's."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.errors import DomainError
from rest.bodies import read_body
from rest.problems import problem_of
from services import telegram_updates
from services.telegram_bots import WEBHOOK_PATH

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a name
_MOST_BYTES = 1024 * 1024
"""An update is a few kilobytes: Telegram's longest texts are 4096 characters."""


async def receive(request: Request) -> Response:
    """200 for what is stored, now or before; 403 for a wrong secret, 404 for a bot that is not connected."""
    try:
        body = await read_body(request, _MOST_BYTES)
        await telegram_updates.accept(
            request.path_params["bot_id"], request.headers.get(SECRET_HEADER.lower(), ""), body
        )
    except DomainError as error:
        # Telegram reads the status alone, and sends again what was not answered with 2xx.
        return Response(status_code=problem_of(error).status)
    return Response()


def webhook_routes() -> list[BaseRoute]:
    return [Route(f"{WEBHOOK_PATH}/{{bot_id:int}}", receive, methods=["POST"])]
