"""What no client should send, sent to every operation: a clear 4xx in the dialect's shape, and nothing happened."""

import json
from typing import Any

import httpx
import msgspec
import pytest

from core.actor import Role
from rest.operations import JSON_LIMIT
from tests.support_dialect.world import OPERATIONS, SAMPLES, World

WITH_BODY = sorted(name for name, operation in OPERATIONS.items() if "body" in operation.parameters)
WITH_ID = sorted(
    name for name, operation in OPERATIONS.items() if {"ticket_id", "user_id"} & operation.path_parameters.keys()
)
WITH_PAGES = ("list_tickets", "list_messages", "list_chunks", "list_users", "list_tenants")
NOT_JSON = {
    "cut": b'{"title": "a',
    "words": b"title=a",
    "broken UTF-8": b'{"title": "\xff\xfe", "email": "\xc3\x28"}',
    "UTF-16": '{"title": "a"}'.encode("utf-16"),
    "lone surrogate": b'{"title": "\\ud800", "content": "\\udc00x"}',
    "bare NUL": b'{"title": "a\x00"}',
    "NaN": b'{"title": NaN}',
    "deep": b'{"title":' + b"[" * 100_000,
    "two values": b"{} {}",
}
NOT_OBJECTS = {"null": b"null", "list": b"[]", "text": b'"a"', "number": b"1", "huge number": b"1" * 400}
WRONG_VALUES: dict[str, Any] = {
    "object": {"a": {"b": []}},
    "list": [[]],
    "NUL": "a\0b",
    "huge": 2**70,
    "float": 1.5e300,
}
BAD_IDS = ("0", "-1", "abc", "1.5", str(2**63), "9" * 40, "1e400", "0x1", "%00", "%FF", "1%2F2", "%20", "1;drop", "١")
BAD_PAGES = (
    {"skip": "-1"}, {"limit": "0"}, {"limit": "-5"}, {"limit": "1001"}, {"skip": "abc"}, {"skip": str(2**63)},
    {"limit": "9" * 40}, {"skip": ""}, {"limit": "1\0"}, {"skip": "1.5"}, {"limit": "١"},
)  # fmt: skip


def assert_clear_error(response: httpx.Response, *allowed: int) -> None:
    """The dialect's shape, and nothing of our insides."""
    assert response.status_code in (allowed or (400, 404, 422)), response.text
    body = response.json()
    assert isinstance(body["detail"], str)
    if response.status_code == 422:
        assert (body["type"], body["title"], body["status"]) == ("validation_error", "Validation Error", 422)
        assert body["errors"]
        assert all(error["field"] and error["message"] for error in body["errors"])
    assert "Traceback" not in response.text


async def send(client: httpx.AsyncClient, name: str, world: World, content: bytes, **headers: str) -> httpx.Response:
    operation = OPERATIONS[name]
    return await client.request(
        operation.method,
        SAMPLES[name].address(operation, world),
        content=content,
        headers={**world.headers(Role.ADMIN), "content-type": "application/json", **headers},
    )


@pytest.mark.parametrize("kind", NOT_JSON)
@pytest.mark.parametrize("name", WITH_BODY)
async def test_what_is_no_json(name: str, kind: str, common_world: World, client: httpx.AsyncClient) -> None:
    assert_clear_error(await send(client, name, common_world, NOT_JSON[kind]), 400)


@pytest.mark.parametrize("kind", NOT_OBJECTS)
@pytest.mark.parametrize("name", WITH_BODY)
async def test_what_is_no_object(name: str, kind: str, common_world: World, client: httpx.AsyncClient) -> None:
    assert_clear_error(await send(client, name, common_world, NOT_OBJECTS[kind]), 422)


def _wrong_fields() -> list[tuple[str, str, str]]:
    return [
        (name, info.encode_name, kind)
        for name in WITH_BODY
        for info in msgspec.structs.fields(OPERATIONS[name].parameters["body"])
        for kind in WRONG_VALUES
    ]


@pytest.mark.parametrize(("name", "field", "kind"), _wrong_fields())
async def test_a_wrong_value_is_told_by_its_field(
    name: str, field: str, kind: str, common_world: World, client: httpx.AsyncClient
) -> None:
    sample = SAMPLES[name].body
    assert sample is not None
    before = await common_world.contents()
    body = sample(common_world) | {field: WRONG_VALUES[kind]}
    response = await send(client, name, common_world, json.dumps(body).encode())
    assert_clear_error(response, 422)
    assert response.json()["errors"][0]["field"].split(".")[0] == field
    assert await common_world.contents() == before


async def test_all_wrong_fields_are_told_at_once(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/auth/register", json={"email": 5, "full_name": ["x"], "tenant_id": "one"})
    assert_clear_error(response, 422)
    assert [error["field"] for error in response.json()["errors"]] == ["email", "password", "full_name", "tenant_id"]


async def test_wrong_values_inside_lists_are_told_by_their_place(
    common_world: World, client: httpx.AsyncClient
) -> None:
    chunks = [{"content": "good"}, {"content": 7}]
    body = json.dumps({"source": "a.md", "chunks": chunks}).encode()
    response = await send(client, "add_chunks", common_world, body)
    assert response.json()["errors"][0]["field"] == "chunks.1.content"


@pytest.mark.parametrize(
    "metadata",
    [
        {"page": 2**64},
        {"a": json.loads("[" * 40 + "]" * 40)},
        {"key": "a\0"},
        {"a\0": 1},
        {"deep": [{"n": -(2**63) - 1}]},
    ],
)
async def test_metadata_that_no_store_holds(metadata: object, common_world: World, client: httpx.AsyncClient) -> None:
    before = await common_world.contents()
    body = json.dumps({"source": "a.md", "chunks": [{"content": "good", "metadata": metadata}]}).encode()
    assert_clear_error(await send(client, "add_chunks", common_world, body), 422)
    assert await common_world.contents() == before


@pytest.mark.parametrize("name", WITH_BODY)
async def test_unknown_members_are_ignored(name: str, world: World, client: httpx.AsyncClient) -> None:
    sample = SAMPLES[name].body
    assert sample is not None
    body = sample(world) | {"unknown": {"a\0": "\0", "b": 2**80}, "__proto__": 1, "id": 5, "tenant_id_": 7}
    response = await send(client, name, world, json.dumps(body).encode())
    assert response.status_code == (401 if name == "refresh" else OPERATIONS[name].status), response.text


@pytest.mark.parametrize("name", WITH_BODY)
async def test_a_huge_body_is_refused_unread(name: str, common_world: World, client: httpx.AsyncClient) -> None:
    limit = OPERATIONS[name].body_limit
    declared = await send(client, name, common_world, b"{}", **{"content-length": str(limit + 1)})
    assert_clear_error(declared, 413)
    if limit == JSON_LIMIT:
        assert_clear_error(await send(client, name, common_world, b" " * (limit + 1)), 413)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("name", WITH_BODY)
async def test_another_content_type_is_refused(
    name: str, kind: str, common_world: World, client: httpx.AsyncClient
) -> None:
    assert_clear_error(await send(client, name, common_world, b"{}", **{"content-type": kind}), 415)


@pytest.mark.parametrize("bad", BAD_IDS)
@pytest.mark.parametrize("name", WITH_ID)
async def test_what_is_no_id(name: str, bad: str, common_world: World, client: httpx.AsyncClient) -> None:
    operation = OPERATIONS[name]
    (parameter,) = operation.path_parameters
    address = SAMPLES[name].address(operation, common_world, **{parameter: bad})
    arguments = SAMPLES[name].arguments(common_world)
    response = await client.request(operation.method, address, headers=common_world.headers(Role.ADMIN), **arguments)
    assert_clear_error(response, 404, 422)


@pytest.mark.parametrize("bad", BAD_PAGES, ids=str)
@pytest.mark.parametrize("name", WITH_PAGES)
async def test_pages_out_of_bounds(
    name: str, bad: dict[str, str], common_world: World, client: httpx.AsyncClient
) -> None:
    address = SAMPLES[name].address(OPERATIONS[name], common_world)
    response = await client.get(address, params=bad, headers=common_world.headers(Role.ADMIN))
    assert_clear_error(response, 422)
    assert response.json()["errors"][0]["field"] in bad


@pytest.mark.parametrize("status", ["bogus", "", "OPEN", "cancelled", "null", "open\0", "'; --"])
async def test_a_status_that_the_document_does_not_know(
    status: str, common_world: World, client: httpx.AsyncClient
) -> None:
    response = await client.get("/v1/tickets", params={"status": status}, headers=common_world.headers(Role.USER))
    assert_clear_error(response, 422)


@pytest.mark.parametrize(
    "form", [b"", b"username=a", b"username=%FF&password=b", b"username=a%00&password=b", b"\xff=\xfe", b"&=" * 2000]
)
async def test_a_login_form_that_is_none(form: bytes, client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/v1/auth/login", content=form, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert_clear_error(response, 400, 422)


@pytest.mark.parametrize("source", ["%00", "a%00b", "x" * 256, "%FF%FE", "..%2F..%2Fetc%2Fpasswd", "%20"])
async def test_names_of_sources_that_cannot_be(source: str, common_world: World, client: httpx.AsyncClient) -> None:
    before = await common_world.contents()
    response = await client.delete(f"/v1/kb/sources/{source}", headers=common_world.headers(Role.ADMIN))
    assert_clear_error(response, 404, 422)
    assert await common_world.contents() == before


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"priority": "urgent"}, "must be one of: critical, high, medium, low"),
        ({"title": ""}, "must not be empty"),
        ({"title": "x" * 256}, "must be at most 255 characters long"),
        ({"title": 5}, "must be text"),
        ({"auto_respond": "yes"}, "must be true or false"),
    ],
)
async def test_a_wrong_field_is_told_what_would_be_right(
    value: dict[str, Any], message: str, common_world: World, client: httpx.AsyncClient
) -> None:
    response = await send(client, "create_ticket", common_world, json.dumps({"title": "a", **value}).encode())
    assert response.json()["errors"] == [{"field": next(iter(value)), "message": message}]


async def test_a_page_beyond_the_bounds_is_told_the_bound(common_world: World, client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/tickets?limit=1001", headers=common_world.headers(Role.ADMIN))
    assert response.json()["errors"] == [{"field": "limit", "message": "must be at most 1000"}]
