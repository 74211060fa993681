"""The OpenAPI 3.1 document of the REST dialects, made from the same registration that routes them.

`opora openapi` prints it and ``/openapi.json`` serves it. WebSockets stand in its text: OpenAPI describes no frames.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.assets import REVALIDATE, conditional_response
from rest.bodies import FORM
from rest.operations import Dialect, Operation
from rest.support.dialect import SUPPORT

DIALECTS: Sequence[Dialect] = (SUPPORT,)
VERSION = "1.0.0"

_DESCRIPTION = """\
The documented REST APIs that Opora speaks. Its first-class API is GraphQL, at `/graphql`.

WebSocket of a ticket: `/v1/ws/{ticket_id}?token=<access_token>`, optionally `&last_seq=<n>` to resume. Frames:
`{"type": "message", "data": {"id": 1, "content": "...", "role": "assistant"}, "seq": 7}`,
`{"type": "status_change", "data": {"status": "in_progress"}, "seq": 8}`,
`{"type": "escalation", "data": {"reason": "customer_request"}, "seq": 9}`.
"""
_RATE_HEADERS = {
    "X-RateLimit-Limit": {"description": "Calls allowed in a minute", "schema": {"type": "integer"}},
    "X-RateLimit-Remaining": {"description": "Calls left in this minute", "schema": {"type": "integer"}},
    "X-RateLimit-Reset": {"description": "Unix time at which all are allowed again", "schema": {"type": "integer"}},
}
_REFERENCE = "#/components/schemas/{name}"


@cache
def document() -> str:
    """The document as JSON."""
    return orjson.dumps(build(DIALECTS), option=orjson.OPT_INDENT_2).decode() + "\n"


async def openapi_json(request: Request) -> Response:
    content = document().encode()
    headers = {"content-type": "application/json", "cache-control": REVALIDATE}
    return conditional_response(request, content, f'"{hashlib.sha256(content).hexdigest()[:32]}"', headers)


def build(dialects: Sequence[Dialect]) -> dict[str, Any]:
    """The whole document as a mapping."""
    schemas = Schemas(dialects)
    paths: dict[str, dict[str, Any]] = {}
    for dialect in dialects:
        for operation in dialect.operations:
            template = re.sub(r"{(\w+):\w+}", r"{\1}", dialect.prefix + operation.path)
            paths.setdefault(template, {})[operation.method.lower()] = _operation(dialect, operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Opora", "version": VERSION, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for d in dialects for one in d.operations)],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


class Schemas:
    """JSON Schemas of all types that operations name, as components."""

    def __init__(self, dialects: Sequence[Dialect]) -> None:
        kinds = list(dict.fromkeys(_kinds(dialects)))
        schemas, self.components = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
        self._schemas = dict(zip(kinds, schemas, strict=True))

    def of(self, kind: Any) -> dict[str, Any]:
        schema: dict[str, Any] = self._schemas[kind]
        return schema

    def members(self, struct: type[msgspec.Struct]) -> Iterator[tuple[str, dict[str, Any], bool]]:
        """Name, schema and whether it is required, of each field."""
        component = self.components[struct.__name__]
        for name, schema in component["properties"].items():
            yield name, schema, name in component.get("required", ())


def _kinds(dialects: Sequence[Dialect]) -> Iterator[Any]:
    for dialect in dialects:
        yield dialect.error_schema
        for operation in dialect.operations:
            yield from (
                kind for name, kind in operation.parameters.items() if name not in ("actor", "origin", "upload")
            )
            if operation.returns is not type(None):
                yield operation.returns


def _operation(dialect: Dialect, operation: Operation, schemas: Schemas) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "operationId": f"{dialect.name}.{operation.name}",
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation, schemas), *_query_parameters(operation, schemas)],
        "responses": {str(operation.status): _success(operation, schemas), **_failures(dialect, operation, schemas)},
        "security": [{"bearer": []}] if operation.role is not None else [],
    }
    description = _description(operation)
    if description:
        entry["description"] = description
    body = _body(operation, schemas)
    if body:
        entry["requestBody"] = body
    return entry


def _description(operation: Operation) -> str:
    role = f"Требуется роль: `{operation.role}` или выше." if operation.role not in (None, "user") else ""
    return "\n\n".join(part for part in (operation.handler.__doc__, role) if part)


def _path_parameters(operation: Operation, schemas: Schemas) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": schemas.of(kind)}
        for name, kind in operation.path_parameters.items()
    ]


def _query_parameters(operation: Operation, schemas: Schemas) -> list[dict[str, Any]]:
    query = operation.parameters.get("query")
    if query is None:
        return []
    return [
        {"name": name, "in": "query", "required": required, "schema": schema}
        for name, schema, required in schemas.members(query)
    ]


def _body(operation: Operation, schemas: Schemas) -> dict[str, Any] | None:
    example = {"example": operation.examples.request} if operation.examples.request is not None else {}
    if "body" in operation.parameters:
        content = {"application/json": {"schema": schemas.of(operation.parameters["body"]), **example}}
        return {"required": not operation.has_optional_body, "content": content}
    if "form" in operation.parameters:
        return {"required": True, "content": {FORM: {"schema": schemas.of(operation.parameters["form"]), **example}}}
    if "upload" in operation.parameters:
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        schema = {"type": "object", "required": ["file"], "properties": {"file": file}}
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    return None


def _success(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    response: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase, "headers": _RATE_HEADERS}
    if operation.returns is not type(None):
        example = {"example": operation.examples.response} if operation.examples.response is not None else {}
        response["content"] = {"application/json": {"schema": schemas.of(operation.returns), **example}}
    return response


def _failures(dialect: Dialect, operation: Operation, schemas: Schemas) -> dict[str, Any]:
    statuses = {429, 500, 503, *operation.errors}
    if operation.parameters.keys() - {"actor", "origin"}:
        statuses.add(dialect.validation_status)
    if operation.parameters.keys() & {"body", "form"}:
        statuses |= {400, 413, 415}
    if operation.role is not None:
        statuses |= {401, 403}
    return {str(status): _failure(dialect, status, schemas) for status in sorted(statuses)}


def _failure(dialect: Dialect, status: int, schemas: Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schemas.of(dialect.error_schema)}
    if status in dialect.error_examples:
        content["example"] = dialect.error_examples[status]
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": content}}
