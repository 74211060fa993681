"""Reading a request's body: its declared type, and never more bytes than the operation allows."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.types import Message, Receive

from rest.problems import BodyTooLarge, UnsupportedMediaType

FORM = "application/x-www-form-urlencoded"


async def limited_chunks(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body in pieces. Raises BodyTooLarge as soon as it is known to be longer than ``most`` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > most:
        raise _too_large(most)
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > most:
            raise _too_large(most)
        yield chunk


async def read_body(request: Request, most: int) -> bytes:
    """The whole body. Raises BodyTooLarge."""
    return b"".join([chunk async for chunk in limited_chunks(request, most)])


def require_json(request: Request) -> None:
    """Accepts JSON of any dialect (RFC 6839) and a missing type. Raises UnsupportedMediaType."""
    kind = media_type(request)
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedMediaType("Content-Type must be application/json")


def require_form(request: Request, *others: str) -> None:
    """Raises UnsupportedMediaType where the body is not the form of OAuth 2.0 (RFC 6749, 4.3.2).

    ``others`` are types that the operation takes as well; they are named to the client.
    """
    if media_type(request) not in (FORM, ""):
        raise UnsupportedMediaType(f"Content-Type must be {' or '.join((*others, FORM))}")


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";", 1)[0].strip().lower()


def once_more(body: bytes, receive: Receive) -> Receive:
    """What was read, to be read once more."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {most} bytes")
