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
from app.openapi_shared import merged
from rest.bodies import FORM
from rest.idempotency import MUTATING
from rest.itdesk.dialect import ITDESK
from rest.leads.dialect import LEADS
from rest.operations import Dialect, Operation
from rest.replyx.dialect import REPLYX
from rest.support.dialect import SUPPORT
from rest.telegram.dialect import TELEGRAM

DIALECTS: Sequence[Dialect] = (SUPPORT, TELEGRAM, LEADS, ITDESK, REPLYX)
"""In the order in which they are asked whose path it is: `replyx` takes what is left of /api."""
VERSION = "1.0.0"

_DESCRIPTION = """\
The documented REST APIs that Opora speaks. Its first-class API is GraphQL, at `/graphql`.

Every POST, PUT, PATCH and DELETE may carry an `Idempotency-Key`, of 1 to 255 visible ASCII characters, a new one for
each thing to do: sent again with it within a day, the request is not carried out again but answered as the first time,
with `Idempotency-Replayed: true`. 422 says that the key was used for another request; 409 that the first one is still
at work (`Retry-After`), or that it was carried out and its answer was not kept.

WebSocket of a ticket: `/v1/ws/{ticket_id}?token=<access_token>`, optionally `&last_seq=<n>` to resume. Frames:
`{"type": "message", "data": {"id": 1, "content": "...", "role": "assistant"}, "seq": 7}`,
`{"type": "status_change", "data": {"status": "in_progress"}, "seq": 8}`,
`{"type": "escalation", "data": {"reason": "customer_request"}, "seq": 9}`.

WebSocket of a ticket in the mini app: `/ws/tickets/{ticket_id}?token=<jwt_token>`, optionally `&last_seq=<n>`. Frames:
`{"type": "new_message", "data": {"id": "uuid", "content": "...", "user": {}, "created_at": "..."}, "seq": 7}`,
`{"type": "status_changed", "data": {"ticket_id": "uuid", "old_status": "OPEN", "new_status": "IN_PROGRESS",
"changed_by": {}}, "seq": 8}`, `{"type": "typing", "data": {"user_id": "uuid", "is_typing": true}}`; clients send
`{"type": "typing", "data": {"is_typing": true}}`.

WebSocket of the IT desk: `/ws?token=<your-jwt-token>`. Frames: `{"type": "metrics", "data": {"cpu_usage": 45.2, ...}}`,
`{"type": "alert", "data": {"id": 1, "metric": "cpu", "severity": "warning", "state": "opened", ...}}`, `{"type":
"ticket_status", "data": {"ticket_id": 1, "old_status": "open", "new_status": "in_progress", ...}}`, `{"type":
"chatbot_message", "data": {"session_id": "...", "role": "assistant", "content": "...", ...}}`. Customers get those of
their own tickets and sessions, staff those of the tenant, figures and alerts.

WebSocket of a dialog: `/ws/dialogs/{dialog_id}?token={jwt_token}`, or for a visitor of a site `?site_token=` (with
the page's `Origin`, and the `guest_id` of one who was here before), optionally `&last_seq=<n>`. The visitor's
`dialog_id` may be `new`; then the first frame is `{"type": "connection.established", "dialog_id": 1, "guest_id": "...",
"seq": 1}`.
Frames: `{"type": "new_message", "dialog_id": 1, "message": {"id": 15, "sender": "assistant", "text": "...",
"created_at": "..."}, "seq": 1001, "timestamp": "..."}`, `handoff_requested`, `handoff_started`, `handoff_returned`,
`handoff_released`, `handoff_cancelled`, `dialog_archived`, `dialog_reopened`; without `seq`, because they are not
kept: `operator_typing`, `assistant_delta`, `assistant_done`, `assistant_failed`; and `{"type": "error", "error": {}}`.
Clients send `{"type": "send_message", "text": "..."}`, `{"type": "operator_typing"}`, and `__pong__` to `__ping__`.
Closing codes: 4401, 4403, 4404, 4408 (too slow, or silent), 4409 (`last_seq` is too old), 4422.
"""
_RATE_HEADERS = {
    "X-RateLimit-Limit": {"description": "Calls allowed in the time that is counted", "schema": {"type": "integer"}},
    "X-RateLimit-Remaining": {"description": "Calls left in it", "schema": {"type": "integer"}},
    "X-RateLimit-Reset": {"description": "Unix time at which all are allowed again", "schema": {"type": "integer"}},
}
_WITHOUT_SCHEMA = ("actor", "headers", "origin", "raw", "upload")
_MULTIPART = "multipart/form-data"
_COMPONENTS = "#/components/schemas/"


@cache
def document() -> str:
    """The document as JSON."""
    return orjson.dumps(build(DIALECTS), option=orjson.OPT_INDENT_2).decode() + "\n"


async def openapi_json(request: Request) -> Response:
    content = document().encode()
    headers = {"content-type": "application/json", "cache-control": REVALIDATE}
    return conditional_response(request, content, f'"{hashlib.sha256(content).hexdigest()[:32]}"', headers)


def build(dialects: Sequence[Dialect]) -> dict[str, Any]:
    """The whole document as a mapping. What several dialects offer at one path is one entry, with the forms of all."""
    entries: dict[str, dict[str, dict[str, Any]]] = {}
    components: dict[str, Any] = {}
    for dialect in dialects:
        schemas = Schemas(dialect)
        components |= schemas.components
        for operation in dialect.operations:
            template = re.sub(r"{(\w+):\w+}", r"{\1}", dialect.prefix + operation.path)
            forms = entries.setdefault(template, {}).setdefault(operation.method.lower(), {})
            forms[dialect.name] = _operation(dialect, operation, schemas)
    paths = {path: {method: merged(forms) for method, forms in methods.items()} for path, methods in entries.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Opora", "version": VERSION, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for d in dialects for one in d.operations)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "siteToken": {"type": "apiKey", "in": "header", "name": "X-Site-Token"},
            },
        },
    }


class Schemas:
    """JSON Schemas of all types that a dialect's operations name, as components under the dialect's name."""

    def __init__(self, dialect: Dialect) -> None:
        kinds = list(dict.fromkeys(_kinds(dialect)))
        schemas, components = msgspec.json.schema_components(
            kinds, ref_template=f"{_COMPONENTS}{dialect.name}.{{name}}"
        )
        self.components = {f"{dialect.name}.{name}": _numbers(component) for name, component in components.items()}
        self._schemas = dict(zip(kinds, map(_numbers, schemas), strict=True))

    def of(self, kind: Any) -> dict[str, Any]:
        schema: dict[str, Any] = self._schemas[kind]
        return schema

    def members(self, struct: type[msgspec.Struct]) -> Iterator[tuple[str, dict[str, Any], bool]]:
        """Name, schema and whether it is required, of each field."""
        component = self.components[self.of(struct)["$ref"].removeprefix(_COMPONENTS)]
        for name, schema in component["properties"].items():
            yield name, schema, name in component.get("required", ())


def _numbers(schema: Any) -> Any:
    """With decimals as JSON numbers, which is how the dialects read and show money: msgspec says strings."""
    if isinstance(schema, dict):
        if schema.get("format") == "decimal":
            return {**schema, "type": "number", "format": "double"}
        return {name: _numbers(value) for name, value in schema.items()}
    return [_numbers(each) for each in schema] if isinstance(schema, list) else schema


def _kinds(dialect: Dialect) -> Iterator[Any]:
    yield dialect.error_schema
    for operation in dialect.operations:
        yield from (kind for name, kind in operation.parameters.items() if name not in _WITHOUT_SCHEMA)
        if operation.returns is not type(None) and not _is_binary(operation):
            yield operation.returns


def _is_binary(operation: Operation) -> bool:
    return isinstance(operation.returns, type) and issubclass(operation.returns, Response)


def _operation(dialect: Dialect, operation: Operation, schemas: Schemas) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "operationId": f"{dialect.name}.{operation.name}",
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation, schemas), *_query_parameters(operation, schemas)],
        "responses": {str(operation.status): _success(operation, schemas), **_failures(dialect, operation, schemas)},
        "security": _security(operation),
    }
    description = _description(operation)
    if description:
        entry["description"] = description
    body = _body(operation, schemas)
    if body:
        entry["requestBody"] = body
    return entry


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    """What a caller has to present: one of these."""
    if operation.role is None:
        return []
    schemes = ("bearer", "siteToken") if operation.guests else ("bearer",)
    return [{scheme: []} for scheme in schemes]


def _description(operation: Operation) -> str:
    guests = ", или посетитель сайта" if operation.guests else ""
    role = f"Требуется роль: `{operation.role}` или выше{guests}." if operation.role not in (None, "user") else ""
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
    if "raw" in operation.parameters:
        return {"required": True, "content": {"application/json": {"schema": {"type": "object"}, **example}}}
    if {"form", "upload"} <= operation.parameters.keys():
        return {"required": True, "content": _mixed_form(operation, schemas, example)}
    if "form" in operation.parameters:
        fields = {"schema": schemas.of(operation.parameters["form"]), **example}
        return {"required": True, "content": {FORM: fields, _MULTIPART: fields}}
    if "upload" in operation.parameters:
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        schema = {"type": "object", "required": ["file"], "properties": {"file": file}}
        return {"required": True, "content": {_MULTIPART: {"schema": schema}}}
    return None


def _mixed_form(operation: Operation, schemas: Schemas, example: dict[str, Any]) -> dict[str, Any]:
    """Fields alone as a urlencoded form, or with the file as a multipart one."""
    fields = schemas.of(operation.parameters["form"])
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    part: dict[str, Any] = {"type": "object", "properties": {operation.file_field: file}}
    if operation.requires_file:
        return {_MULTIPART: {"schema": {"allOf": [fields, part | {"required": [operation.file_field]}]}, **example}}
    with_file = {"allOf": [fields, part]}
    return {_MULTIPART: {"schema": with_file, **example}, FORM: {"schema": fields, **example}}


def _success(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    response: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase, "headers": _RATE_HEADERS}
    if _is_binary(operation):
        response["content"] = {operation.returns.media_type or "application/octet-stream": {}}
    elif operation.returns is not type(None):
        example = {"example": operation.examples.response} if operation.examples.response is not None else {}
        response["content"] = {"application/json": {"schema": schemas.of(operation.returns), **example}}
    return response


def _failures(dialect: Dialect, operation: Operation, schemas: Schemas) -> dict[str, Any]:
    statuses = {429, 500, 503, *operation.errors}
    if operation.parameters.keys() - {"actor", "headers", "origin"}:
        statuses.add(dialect.validation_status)
    if operation.parameters.keys() & {"body", "form"}:
        statuses |= {400, 413, 415}
    if operation.role is not None:
        statuses |= {401, 403}
    if operation.method in MUTATING:
        statuses |= {400, 409, 413, 422}
    return {str(status): _failure(dialect, status, schemas) for status in sorted(statuses)}


def _failure(dialect: Dialect, status: int, schemas: Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schemas.of(dialect.error_schema)}
    if status in dialect.error_examples:
        content["example"] = dialect.error_examples[status]
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": content}}
