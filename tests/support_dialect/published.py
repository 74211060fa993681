"""Holds responses to the OpenAPI document: the status is documented, the body fits its schema."""

import json
import re
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from app.openapi import document

SPEC: dict[str, Any] = json.loads(document())
_PATHS = [
    # Fewest parameters first, as the routes are matched.
    (re.compile(re.sub(r"{\w+}", "([^/]+)", re.sub(r"{source}", "(.+)", path))), path)
    for path in sorted(SPEC["paths"], key=lambda path: path.count("{"))
]


@cache
def _validator(path: str, method: str, status: str) -> Draft202012Validator:
    content = SPEC["paths"][path][method]["responses"][status]["content"]["application/json"]
    return Draft202012Validator({**content["schema"], "components": SPEC["components"]})


async def hold_to_the_document(response: httpx.Response) -> None:
    """An event hook of httpx: fails the test that got a response which the document does not know."""
    request = response.request
    path = next((path for pattern, path in _PATHS if pattern.fullmatch(request.url.path)), None)
    method, status = request.method.lower(), str(response.status_code)
    if path is None or method not in SPEC["paths"][path]:
        return
    documented = SPEC["paths"][path][method]["responses"]
    assert status in documented, f"{method} {path} answered {status}, which is not documented"
    body = await response.aread()
    assert bool(body) is ("content" in documented[status]), f"{method} {path} {status}: {body!r}"
    if body and "application/json" in documented[status]["content"]:
        _validator(path, method, status).validate(json.loads(body))
