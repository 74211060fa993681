"""By construction: no path that may change something forgets the header."""

import re

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from app.openapi import DIALECTS
from core.actor import Role
from models.tenants import Tenant
from rest.idempotency import MUTATING
from tests.fixtures.application import AsUser
from tests.fixtures.people import MakeUser

WITHOUT_KEYS = {("POST", "/telegram/webhook/{bot_id:int}")}
"""Telegram numbers its updates, and knows no other key."""
_UUID = "6f1f6c0e-5f86-4a3c-9d0e-000000000001"
_GRAPHQL = {"query": 'mutation { createTicket(input: {title: "x"}) { id } }'}


async def mutating_paths(app: Starlette, client: httpx.AsyncClient) -> set[tuple[str, str]]:
    """Method and path of everything that is routed and may change something; endpoints are asked what they take."""
    found = set()
    for route in app.routes:
        if isinstance(route, Route):
            allowed = (await client.options(address_of(route.path))).headers.get("allow", "")
            offered = route.methods or set(allowed.split(", "))
            found |= {(method, route.path) for method in offered & MUTATING}
    return found


def address_of(path: str) -> str:
    return re.sub(r"{[^}]*?(:uuid)?}", lambda found: _UUID if found[1] else "1", path)


def documented() -> set[tuple[str, str]]:
    of_dialects = {(one.method, dialect.prefix + one.path) for dialect in DIALECTS for one in dialect.operations}
    return {(method, path) for method, path in of_dialects if method in MUTATING} | {("POST", "/graphql")}


async def test_every_path_that_may_change_something_knows_the_header(
    application: Starlette, tenant: Tenant, make_user: MakeUser, as_user: AsUser
) -> None:
    client = await as_user(await make_user(tenant, Role.SUPERADMIN))
    paths = await mutating_paths(application, client) - WITHOUT_KEYS
    assert paths >= documented()
    deaf = {}
    for method, path in sorted(paths):
        response = await client.request(
            method, address_of(path), json=_GRAPHQL, headers={"idempotency-key": "two words"}
        )
        if response.status_code != 400 or "Idempotency-Key" not in response.text:
            deaf[f"{method} {path}"] = (response.status_code, response.text[:100])
    assert deaf == {}
