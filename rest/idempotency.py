"""``Idempotency-Key`` over HTTP: what a key looks like, what a request asks, and the response that is given again.

Every operation that may change something goes through :func:`once` where its request has the header; without it
nothing of this happens.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response

from core.actor import Actor
from core.refusals.idempotency import IdempotencyKeyInvalid
from rest.bodies import once_more, read_body
from rest.uploads import Upload, is_multipart
from services import idempotency
from services.client_ip import client_ip
from services.idempotency import Answer, Caller, Keyed, fingerprint_of

KEY = "idempotency-key"
REPLAYED = "idempotency-replayed"
MUTATING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEY = re.compile("[!-~]{1,255}")
_ESCAPED = re.compile(r'\\(["\\])')
_NAMES_A_GUEST = ("authorization", "x-guest-id")

Perform = Callable[[], Awaitable[tuple[Response, bool]]]
"""Carries a request out: the response, and whether the operation ran at all. Raises nothing."""


def key_of(request: Request) -> str | None:
    """The key of a request that may change something; None without one. Raises IdempotencyKeyInvalid.

    The draft writes a key as a string of RFC 8941, in quotes; most clients send it bare. Both name the same key.
    """
    if KEY not in request.headers or request.method not in MUTATING:
        return None
    given = request.headers.getlist(KEY)
    key = given[0].strip()
    if key.startswith('"'):
        key = _ESCAPED.sub(r"\1", key[1:-1]) if key.endswith('"') else ""
    if len(given) > 1 or not _KEY.fullmatch(key):
        raise IdempotencyKeyInvalid
    return key


async def once(asked: Keyed, perform: Perform) -> Response:
    """The response of ``perform``, or the one that was given before, which a header tells.

    Raises IdempotencyKeyReused, IdempotentRequestInProgress, IdempotencyAnswerLost, Unavailable.
    """
    first: list[Response] = []

    async def carried_out() -> Answer:
        response, ran = await perform()
        first.append(response)
        headers = [(name, value) for name, value in response.headers.items() if name != "content-length"]
        return Answer(response.status_code, headers, bytes(response.body), ran)

    answer = await idempotency.once(asked, carried_out)
    return first[0] if first else _again(answer)


def keyed(request: Request, key: str, actor: Actor | None, content: bytes, *, resumes: bool = False) -> Keyed:
    """A request as its key stands for it: who asks, the method, the path with its query, and the content."""
    newcomer = not any(name in request.headers for name in _NAMES_A_GUEST)
    caller = Caller.of(actor, client_ip(request.scope), newcomer=newcomer)
    target = (request.method, request.url.path, request.url.query)
    return Keyed(caller, key, fingerprint_of(*(part.encode() for part in target), content), resumes)


async def again_readable(request: Request, most: int) -> tuple[Request, bytes | None]:
    """The request with its body read, to be read once more, and what the body says; a multipart body stays unread, and
    what it says is None. Raises BodyTooLarge where there are more than ``most`` bytes.
    """
    if is_multipart(request):
        return request, None
    body = await read_body(request, most)
    return Request(request.scope, once_more(body, request.receive)), json_content(body)


def json_content(body: bytes) -> bytes:
    """A JSON body whatever the order of its members and its white space; anything else as it is."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return body


def form_content(arguments: Mapping[str, Any]) -> bytes:
    """Decoded fields and files of a form: the boundary of a multipart body is another one at each attempt."""
    parts = [name.encode() + b"=" + _encoded(value) for name, value in arguments.items()]
    return fingerprint_of(*parts).encode()


def _encoded(value: Any) -> bytes:
    if isinstance(value, Upload):
        return fingerprint_of(value.name.encode(), value.data).encode()
    return msgspec.json.encode(value)


def _again(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    for name, value in answer.headers:
        response.headers.append(name, value)
    response.headers[REPLAYED] = "true"
    return response
