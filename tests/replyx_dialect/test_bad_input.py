"""What no client should send, sent to every operation: a clear 4xx in the dialect's shape, and nothing happened."""

import json
from typing import Any

import httpx
import msgspec
import pytest

from core.actor import Role, system_actor
from models.assistants import Assistant
from rest.operations import JSON_LIMIT
from services import guests
from services.unit_of_work import unit_of_work
from tests.fixtures.application import bearer
from tests.fixtures.people import new_tenant, new_user, sign_in
from tests.graphql.snapshots import fingerprint
from tests.graphql.world import World, make_world
from tests.replyx_dialect.reach import BODIES, OPERATIONS, ask, ids_of

WITH_BODY = sorted(BODIES)
WITH_ID = sorted(name for name, operation in OPERATIONS.items() if operation.path_parameters)
WITH_PAGES = sorted(
    name
    for name, operation in OPERATIONS.items()
    if "query" in operation.parameters and "limit" in operation.parameters["query"].__struct_fields__
)
NOT_JSON = {
    "cut": b'{"title": "a',
    "broken UTF-8": b'{"title": "\xff\xfe", "email": "\xc3\x28"}',
    "UTF-16": '{"title": "a"}'.encode("utf-16"),
    "bare NUL": b'{"title": "a\x00"}',
    "NaN": b'{"amount": NaN}',
    "deep": b'{"properties":' + b"[" * 100_000,
}
WRONG: dict[str, Any] = {"object": {"a": {"b": []}}, "list": [[]], "huge": 2**70, "float": 1.5e300}
TEXTS = {
    "NUL": '"a\\u0000b"',
    "lone surrogate": '"\\ud800"',
    "line breaks": '"a\\r\\nBcc: victim@example.com"',
    "markup": '"<script>alert(1)</script>"',
    "long": json.dumps("x" * 900_000),
    "empty": '""',
    "blank": '"  \\u2028 "',
    "below zero": "-1",
    "2^63": str(2**63),
    "exponent": "1e400",
    "null": "null",
}
BAD_IDS = ("0", "-1", "abc", "1.5", str(2**63), "9" * 40, "1e400", "%00", "%FF", "1%2F2", "%20", "1;drop", "١")
BAD_PAGES = (
    {"limit": "0"}, {"limit": "-1"}, {"limit": "101"}, {"limit": "9" * 40}, {"limit": "1\0"}, {"limit": "١"},
    {"offset": "-1"}, {"offset": str(2**63)}, {"offset": "abc"}, {"offset": ""}, {"offset": "1.5"},
)  # fmt: skip
_FREE = {"properties", "current_load"}
"""What clients make of their own: the load that an operator's client reports counts for nothing."""
ODD = ("\0", "a\0b", "\U0001f600", "x" * 5_000, "-1", "9" * 40, "0" * 32 + ".\udcff", "1.2.3")
QUERIES = {
    "list_dialogs": ("status", "handoff_status", "platform", "assistant_id"),
    "list_documents": ("assistant_id",),
    "list_qa": ("assistant_id",),
    "payment_history": ("status",),
    "balance_transactions": ("type",),
    "list_support_tickets": ("status", "priority"),
    "analytics_overview": ("period", "from_date", "to_date"),
}


@pytest.fixture(scope="module")
async def world(database: None) -> World:
    """Its assistant serves a site, so that what guests present is looked at."""
    world = await make_world(await new_tenant(), new_user)
    async with unit_of_work(system_actor(world.tenant.id)):
        await Assistant.filter(id=world.assistant.id).update(allowed_domains=["shop.example"])
    return world


@pytest.fixture(scope="module")
async def headers(world: World) -> dict[str, str]:
    return bearer(await sign_in(await new_user(world.tenant, Role.SUPERADMIN)))


def assert_clear_error(response: httpx.Response, *allowed: int) -> None:
    """The dialect's shape, and nothing of our insides."""
    assert response.status_code in (allowed or (400, 401, 404, 409, 422)), response.text[:300]
    assert response.json()["error"].keys() == {"code", "message", "details"}
    assert "Traceback" not in response.text


async def send(client: httpx.AsyncClient, name: str, world: World, content: bytes, **headers: str) -> httpx.Response:
    operation = OPERATIONS[name]
    address = "/api" + operation.path.format(**ids_of(world))
    kind = {"content-type": "application/json", **headers}
    return await client.request(operation.method, address, content=content, headers=kind)


@pytest.mark.parametrize("kind", NOT_JSON)
@pytest.mark.parametrize("name", WITH_BODY)
async def test_what_is_no_json(
    name: str, kind: str, world: World, headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    allowed = (400, 413) if kind == "deep" else (400,)
    assert_clear_error(await send(client, name, world, NOT_JSON[kind], **headers), *allowed)


def _fields() -> list[tuple[str, str]]:
    return [
        (name, info.encode_name)
        for name in WITH_BODY
        for info in msgspec.structs.fields(OPERATIONS[name].parameters["body"])
    ]


@pytest.mark.parametrize(("name", "field"), _fields())
async def test_a_wrong_value_is_told_by_its_field(
    name: str, field: str, world: World, headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    before = await fingerprint(world.tenant.id)
    for wrong in WRONG.values():
        if field in _FREE:
            continue
        response = await send(client, name, world, json.dumps(BODIES[name](world) | {field: wrong}).encode(), **headers)
        assert_clear_error(response, 400, 422)
        assert response.json()["error"]["details"]["field"].split(".")[0] == field
    assert await fingerprint(world.tenant.id) == before


@pytest.mark.parametrize(("name", "field"), _fields())
async def test_no_text_breaks_anything(
    name: str, field: str, headers: dict[str, str], world: World, client: httpx.AsyncClient
) -> None:
    for kind, text in TEXTS.items():
        body = json.dumps(BODIES[name](world) | {field: "@"}).replace('"@"', text).encode()
        response = await send(client, name, world, body, **headers)
        assert response.status_code < 500 or response.status_code == 503, (kind, response.text[:300])
        if kind in ("NUL", "lone surrogate"):
            assert_clear_error(response, 400, 422)
        if response.status_code < 300 and kind == "markup":
            assert response.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("name", WITH_BODY)
async def test_a_huge_body_is_refused_unread(
    name: str, world: World, headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    limit = OPERATIONS[name].body_limit
    declared = await send(client, name, world, b"{}", **headers, **{"content-length": str(10 * JSON_LIMIT)})
    assert_clear_error(declared, 413)
    assert_clear_error(await send(client, name, world, b" " * (limit + 1), **headers), 413)


@pytest.mark.parametrize("bad", BAD_IDS)
@pytest.mark.parametrize("name", WITH_ID)
async def test_what_is_no_id(
    name: str, bad: str, world: World, headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    (parameter,) = OPERATIONS[name].path_parameters
    response = await ask(client, name, world, headers, ids={parameter: bad})
    assert_clear_error(response, 400, 404, 405, 422, *((401,) if name == "dialog_events" else ()))


@pytest.mark.parametrize("bad", BAD_PAGES, ids=str)
@pytest.mark.parametrize("name", WITH_PAGES)
async def test_pages_out_of_bounds(
    name: str, bad: dict[str, str], world: World, headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    response = await ask(client, name, world, headers, changes={"params": bad})
    assert_clear_error(response, 400, 422)
    assert response.json()["error"]["details"]["field"] in bad


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, fields in QUERIES.items() for field in fields])
async def test_filters_that_the_document_does_not_know(
    name: str, field: str, world: World, headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    for value in ("bogus", "", "a\0", "'; --", "-1", "9" * 40):
        response = await ask(client, name, world, headers, changes={"params": {field: value}})
        assert_clear_error(response, 400, 422)


@pytest.mark.parametrize("search", ["%", "_", "\\", "a\0", "x" * 50_000, "'; --", "%%%%", "\\%"])
@pytest.mark.parametrize(("name", "field"), [("list_dialogs", "search"), ("list_qa", "q"), ("list_all_users", "q")])
async def test_no_search_breaks_anything(
    name: str, field: str, search: str, world: World, headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    response = await ask(client, name, world, headers, changes={"params": {field: search}})
    assert response.status_code in (200, 400, 422), response.text[:300]


@pytest.mark.parametrize("name", ["site_token", "guest_id", "guest_token", "token", "assistant_id", "last_event_id"])
@pytest.mark.parametrize("value", ODD)
async def test_no_credentials_break_the_stream(name: str, value: str, world: World, client: httpx.AsyncClient) -> None:
    asked = httpx.URL(f"/api/dialogs/{world.dialog.id}/events").copy_set_param(name, value.encode("utf-8", "replace"))
    query = {"site_token": str(world.assistant.site_token)} if name == "guest_id" else {}
    response = await client.get(asked.copy_merge_params(query), headers={"origin": "https://shop.example"})
    assert_clear_error(response, 400, 401, 403, 422)


@pytest.mark.parametrize("value", [b"\xff\xfe", b"a" * 5_000, "ё.ё".encode(), b"0" * 32 + b".\xff"])
@pytest.mark.parametrize("name", ["x-site-token", "x-guest-id", "authorization", "origin", "last-event-id"])
async def test_no_header_breaks_anything(name: str, value: bytes, world: World, client: httpx.AsyncClient) -> None:
    given = {
        b"x-site-token": str(world.assistant.site_token).encode(),
        b"origin": b"https://shop.example",
        name.encode(): value,
    }
    for path in (f"/api/dialogs/{world.dialog.id}", f"/api/dialogs/{world.dialog.id}/events"):
        assert_clear_error(await client.get(path, headers=list(given.items())), 400, 401, 403, 404)


async def test_a_cut_guest_token_is_none(world: World, client: httpx.AsyncClient) -> None:
    token = guests.token_of(guests.guest_of(world.dialog)).token
    header, claims, signature = token.split(".")
    cut = (
        f"{header}.{claims}.",
        f"{header}.{claims}",
        f"{header}.{claims}.{signature[::-1]}",
        claims,
        "..",
        "a",
    )
    for forged in cut:
        response = await client.get(f"/api/dialogs/{world.dialog.id}", headers=bearer(forged))
        assert_clear_error(response, 401)


@pytest.mark.parametrize("value", [2**70, json.loads("[" * 400 + "]" * 400), "x" * 9_000, "a\0"])
async def test_properties_that_no_store_holds(value: object, world: World, client: httpx.AsyncClient) -> None:
    body = json.dumps({"event_type": "opened", "properties": {"a": value}}).encode()
    response = await send(client, "send_analytics_event", world, body)
    assert response.status_code in (201, 400, 413, 422), response.text[:300]
