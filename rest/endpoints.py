"""How an operation is served: who calls, may they, how often, what do they ask, and the answer or the failure.

Checks come in this order, so that a caller without rights learns nothing of the body and costs no parsing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from config.settings import get_settings
from core.actor import Actor
from core.errors import DomainError, Forbidden, InvalidInput, NotAuthenticated
from rest.bodies import read_body, require_form, require_json
from rest.decoding import decode_json, decode_parameter, decode_strings, form_fields
from rest.idempotency import again_readable, form_content, key_of, keyed, once
from rest.operations import JSON_LIMIT, Dialect, Operation, Origin
from rest.problems import FieldError, WrongFields, problem_of
from rest.uploads import Form, is_multipart, read_form, read_upload
from services.client_ip import client_ip
from services.rate_limits import RateLimiter, caller

_WRONG_VALUES = 422
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands before every operation: authentication (raises NotAuthenticated) and rate limits.

    ``admit`` knows guests too, and is asked for operations that are theirs as well.
    """

    authenticate: Callable[[Request], Awaitable[Actor]]
    limiter: RateLimiter
    admit: Callable[[Request], Awaitable[Actor]]


def dialect_routes(dialect: Dialect, gate: Gate) -> list[BaseRoute]:
    """One route a path, paths without parameters first, each answering for all its methods."""
    operations = sorted(dialect.operations, key=lambda operation: ("{" in operation.path, operation.path))
    return [
        Route(dialect.prefix + path, PathEndpoint(dialect, gate, list(of_path)))
        for path, of_path in groupby(operations, key=lambda operation: operation.path)
    ]


def failure(dialect: Dialect, error: Exception, headers: dict[str, str] | None = None) -> Response:
    """Any exception as a response in the dialect's shape."""
    problem = problem_of(error)
    if problem.status == _WRONG_VALUES and isinstance(error, InvalidInput | WrongFields):
        problem = replace(problem, status=dialect.validation_status)
    return Response(dialect.shape(problem), problem.status, {**(headers or {}), **problem.headers}, "application/json")


class PathEndpoint:
    """An ASGI application for one path: dispatches by method."""

    def __init__(self, dialect: Dialect, gate: Gate, operations: Sequence[Operation]) -> None:
        self._dialect = dialect
        self._gate = gate
        self._operations = {operation.method: operation for operation in operations}
        self._allow = ", ".join(_allowed(self._operations))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request)
        if request.method == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        operation = self._operations.get(method)
        if operation is None:
            if method == "OPTIONS":
                return Response(status_code=204, headers={"allow": self._allow})
            return failure(self._dialect, HTTPException(405, headers={"allow": self._allow}))
        headers: dict[str, str] = {}
        try:
            return await self._perform(operation, request, headers)
        except Exception as error:
            return failure(self._dialect, error, headers)

    async def _perform(self, operation: Operation, request: Request, headers: dict[str, str]) -> Response:
        origin = Origin(client_ip(request.scope), self._gate.limiter)
        actor = await self._caller(operation, request, origin, headers)
        key = key_of(request)
        if key is None:
            return await _answer(operation, await _arguments(operation, request, actor, origin), headers)
        response = await self._once(operation, request, actor, origin, key)
        response.headers.update(headers)
        return response

    async def _once(
        self, operation: Operation, request: Request, actor: Actor | None, origin: Origin, key: str
    ) -> Response:
        """As the first request with this key was answered. What cannot be read is refused before the key counts."""
        request, content = await again_readable(request, operation.body_limit)
        arguments = await _arguments(operation, request, actor, origin)
        if content is None:
            content = form_content({name: arguments[name] for name in ("form", "upload") if name in arguments})

        async def perform() -> tuple[Response, bool]:
            try:
                return await _answer(operation, arguments, {}), True
            except Exception as error:
                return failure(self._dialect, error), True

        return await once(keyed(request, key, actor, content, resumes=operation.resumes), perform)

    async def _caller(
        self, operation: Operation, request: Request, origin: Origin, headers: dict[str, str]
    ) -> Actor | None:
        """Who calls, None where nobody needs to be known. Raises NotAuthenticated, RateLimited, Forbidden."""
        actor: Actor | None = None
        refused: DomainError | None = None
        if operation.role is not None:
            try:
                actor = await (self._gate.admit if operation.guests else self._gate.authenticate)(request)
            except DomainError as error:
                # Counted all the same: guessing tokens is limited like anything else.
                refused = error
        decision = await self._gate.limiter.check(operation.bucket, caller(actor, origin.address))
        headers.update({name.lower(): value for name, value in decision.headers().items()})
        decision.enforce()
        if refused is not None:
            raise refused
        if actor is not None and not _may(actor, operation):
            raise Forbidden
        return actor if operation.role is not None else await self._known(operation, request)

    async def _known(self, operation: Operation, request: Request) -> Actor | None:
        """Who calls what anybody may, where that makes a difference. A token that is not good is as none."""
        if "actor" not in operation.parameters:
            return None
        try:
            return await self._gate.authenticate(request)
        except NotAuthenticated:
            return None


def _may(actor: Actor, operation: Operation) -> bool:
    if actor.guest is not None:
        return operation.guests
    return operation.role is None or actor.role.includes(operation.role)


async def _answer(operation: Operation, arguments: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    answer = await operation.handler(**arguments)
    if isinstance(answer, Response):
        answer.headers.update(headers)
        return answer
    if answer is None:
        return Response(status_code=operation.status, headers=headers)
    return Response(_encoder.encode(answer), operation.status, headers, "application/json")


async def _arguments(operation: Operation, request: Request, actor: Actor | None, origin: Origin) -> dict[str, Any]:
    """What the handler's signature asks for. Raises WrongFields, BadRequest and the other failures of reading."""
    arguments: dict[str, Any] = {}
    known: dict[str, Any] = {"actor": actor, "origin": origin, "headers": request.headers}
    if {"form", "upload"} <= operation.parameters.keys():
        mixed = await _whole_form(operation, request)
        known |= {"form": decode_strings(mixed.fields, operation.parameters["form"]), "upload": mixed.file}
    for name, kind in operation.parameters.items():
        match name:
            case _ if name in known:
                arguments[name] = known[name]
            case "query":
                arguments[name] = decode_strings(dict(request.query_params), kind)
            case "body":
                require_json(request)
                arguments[name] = decode_json(await read_body(request, operation.body_limit), kind)
            case "raw":
                arguments[name] = await read_body(request, operation.body_limit)
            case "form":
                arguments[name] = decode_strings(await _form(operation, request), kind)
            case "upload":
                arguments[name] = await read_upload(request, most=get_settings().limits.max_upload_bytes)
            case _:
                arguments[name] = decode_parameter(name, request.path_params[name], kind)
    return arguments


async def _form(operation: Operation, request: Request) -> dict[str, str]:
    """Fields alone, in either encoding: browsers' FormData is multipart."""
    if is_multipart(request):
        return (await read_form(request, file_field=operation.file_field, most=operation.body_limit)).fields
    require_form(request)
    return form_fields(await read_body(request, operation.body_limit))


async def _whole_form(operation: Operation, request: Request) -> Form:
    """Fields, and the file where there has to be one. Raises WrongFields."""
    form = await _mixed_form(operation, request)
    if form.file is None and operation.requires_file:
        raise WrongFields([FieldError(operation.file_field, "Field required: one file")])
    return form


async def _mixed_form(operation: Operation, request: Request) -> Form:
    """Fields and an optional file: multipart, or urlencoded where there is no file."""
    if is_multipart(request):
        stated = operation.body_limit != JSON_LIMIT
        most = operation.body_limit if stated else get_settings().limits.max_upload_bytes
        return await read_form(request, file_field=operation.file_field, most=most)
    require_form(request, "multipart/form-data")
    return Form(form_fields(await read_body(request, JSON_LIMIT)), None)


def _allowed(methods: Iterable[str]) -> list[str]:
    return sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})
