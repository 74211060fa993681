"""/health and /ready: alive is not ready, and a third party that is down changes neither."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.embedded.valkey import EmbeddedValkey
from config.database import close_database, open_database
from config.settings import Settings
from core.errors import Unavailable
from services.providers import providers, use_providers
from tests.fixtures.application import client_of
from tests.fixtures.servers import with_database


async def test_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health")).json() == {"status": "ok"}
    response = await client.get("/ready")
    assert response.status_code == 200
    body = response.json()
    assert body["status"] == "ready"
    assert {name: body["parts"][name] for name in ("database", "redis", "vectors", "chat_model")} == {
        "database": "ok", "redis": "ok", "vectors": "ok", "chat_model": "not configured",
    }  # fmt: skip
    assert response.headers["cache-control"] == "no-store"


class DeadModel:
    """A chat endpoint that does not answer."""

    name = "dead"

    async def health(self) -> Any:
        raise Unavailable("connection refused by http://10.0.0.1/?key=sk-secret")


async def test_a_dead_model_keeps_nobody_from_being_ready(client: httpx.AsyncClient) -> None:
    present = providers()
    use_providers(replace(present, chat=DeadModel()))  # type: ignore[arg-type]
    try:
        response = await client.get("/ready")
    finally:
        use_providers(present)
    assert (response.status_code, response.json()["parts"]["chat_model"]) == (200, "down")
    assert "secret" not in response.text


async def test_without_redis_it_is_not_ready_and_recovers(client: httpx.AsyncClient, valkey: EmbeddedValkey) -> None:
    valkey.kill()
    try:
        response = await client.get("/ready")
        alive = await client.get("/health")
    finally:
        valkey.start()
    assert (response.status_code, response.json()["parts"]["redis"], alive.status_code) == (503, "down", 200)
    assert (await client.get("/ready")).status_code == 200


async def test_without_tables_it_is_not_ready(
    application: object, database_url: str, override: Any, settings: Settings
) -> None:
    await close_database()
    try:
        with override(OPORA_DATABASE_URL=with_database(database_url, "template1")) as empty:
            await open_database(empty)
            async with client_of(application) as client:  # type: ignore[arg-type]
                response = await client.get("/ready")
            await close_database()
    finally:
        await open_database(settings)
    assert (response.status_code, response.json()["parts"]["database"]) == (503, "down")


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/openapi.json"])
async def test_only_reading_is_allowed(path: str, client: httpx.AsyncClient) -> None:
    assert (await client.post(path)).status_code == 405
    head = await client.head(path)
    assert (head.status_code, head.content) == (200, b"")
