"""The OpenAPI document: valid, complete, with every documented example, and what the routes really do."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.openapi import DIALECTS, document
from rest.operations import Dialect, Operation

SPEC: dict[str, Any] = json.loads(document())
DOCUMENTED = Path(__file__).parent / "documented_paths.txt"
OURS = {
    "GET /api/support/tickets/{ticket_id}",
    "PUT /api/qa-knowledge/{entry_id}",
    "DELETE /api/qa-knowledge/{entry_id}",
    "DELETE /api/admin/ai-tokens/{token_id}",
    "DELETE /api/chatbot/faqs/{faq_id}",
    "GET /api/assistants/{assistant_id}",
    "GET /api/dialogs/{dialog_id}/handoff/context",
    "PATCH /api/leads/{lead_id}",
    "POST /api/admin/ai-tokens/{token_id}/test",
    "POST /api/assistants/bulk",
    "POST /api/assistants/{assistant_id}/test",
    "POST /api/dialogs",
    "POST /api/dialogs/{dialog_id}/archive",
    "POST /api/payments/webhook/yookassa",
    "POST /v1/auth/logout",
    "PUT /api/admin/ai-tokens/{token_id}",
    "PUT /api/chatbot/faqs/{faq_id}",
}
"""Operations that the document does not have: docs/dialects says why."""


def entries() -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, entry) for path, methods in SPEC["paths"].items() for method, entry in methods.items()]


def unnamed(path: str) -> str:
    """Whatever its parameters are called."""
    return re.sub(r"{\w+}", "{}", path)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the components that it refers to."""
    return {**schema, "components": SPEC["components"]}


def test_it_is_valid_openapi() -> None:
    assert not list(OpenAPIV31SpecValidator(SPEC).iter_errors())


def test_every_documented_path_is_there_and_beyond_them_only_what_we_chose() -> None:
    listed = {unnamed(f"{method.upper()} {path}") for method, path, _ in entries()}
    assert listed - {unnamed(one) for one in OURS} == {
        unnamed(line) for line in DOCUMENTED.read_text(encoding="utf-8").splitlines()
    }


def test_operation_ids_are_unique() -> None:
    ids = [entry["operationId"] for _, _, entry in entries()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("dialect", "operation"),
    [(dialect, one) for dialect in DIALECTS for one in dialect.operations],
    ids=lambda one: one.name,
)
def test_examples_are_there_and_fit_their_schemas(dialect: Dialect, operation: Operation) -> None:
    path = re.sub(r"{(\w+):\w+}", r"{\1}", dialect.prefix + operation.path)
    entry = SPEC["paths"][path][operation.method.lower()]
    wanted = [(operation.examples.request, entry.get("requestBody", {}).get("content", {}))]
    wanted.append((operation.examples.response, entry["responses"][str(operation.status)].get("content", {})))
    for example, contents in wanted:
        if example is None:
            continue
        shown = [content for content in contents.values() if example in examples_of(content)]
        assert shown
        for content in shown:
            Draft202012Validator(resolved(content["schema"])).validate(example)


def examples_of(content: dict[str, Any]) -> list[Any]:
    """One, or one for each dialect that claims the path."""
    return (
        [content["example"]] if "example" in content else [one["value"] for one in content.get("examples", {}).values()]
    )


def test_who_needs_a_token() -> None:
    open_to_all = {path for _, path, entry in entries() if entry["security"] == []}
    assert open_to_all == {
        "/v1/auth/register",
        "/v1/auth/login",
        "/v1/auth/login/json",
        "/v1/auth/refresh",
        "/api/v1/auth/telegram",
        "/api/auth/register",
        "/api/auth/login",
        "/api/email/confirm_email",
        "/api/payments/webhook",
        "/api/payments/webhook/yookassa",
        "/api/email/contact-form",
        "/api/email/resend_confirmation",
        "/api/dialogs/{dialog_id}/events",
        "/api/start-analytics/event",
        "/api/system/health",
    }


async def test_it_is_served_and_revalidated(client: httpx.AsyncClient) -> None:
    response = await client.get("/openapi.json")
    assert (response.status_code, response.json()) == (200, SPEC)
    again = await client.get("/openapi.json", headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_pages_of_documentation_name_it(client: httpx.AsyncClient) -> None:
    for page in ("/docs", "/redoc"):
        response = await client.get(page, headers={"accept": "text/html"})
        assert response.status_code == 200
        assert "/openapi.json" in response.text or "assets" in response.text
        assert "https://" not in response.text


def test_the_command_line_prints_it(environment: dict[str, str]) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "app.cli", "openapi"],
        capture_output=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", **environment},
    )
    assert json.loads(printed.stdout) == SPEC
