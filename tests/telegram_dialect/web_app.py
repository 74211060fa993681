"""Signing in as the mini app does."""

from collections.abc import Mapping
from typing import Any

import httpx

from core.actor import system_actor
from models.telegram import TelegramBot
from models.tenants import Tenant
from models.users import User
from services import sealing
from services.unit_of_work import unit_of_work
from tests.doubles.telegram_web_app import init_data
from tests.fixtures.people import unique


def new_token(tenant: Tenant) -> str:
    """The token of a bot of that tenant's; bots are numbered by their tenants here."""
    return f"{tenant.id}:{unique('secret')}"


async def connect_bot(tenant: Tenant, *, is_active: bool = True) -> str:
    """Give the tenant a bot; its token."""
    token = new_token(tenant)
    async with unit_of_work(system_actor(tenant.id)):
        await TelegramBot.create(
            id=tenant.id, tenant_id=tenant.id, username="bot", sealed_token=sealing.seal(token), is_active=is_active
        )
    return token


def somebody(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    """A person whom Telegram knows by a number that no other test has."""
    return {
        "id": 10_000_000 + tenant.id,
        "first_name": "John",
        "last_name": "Doe",
        "username": "john_doe",
        **changes,
    }


async def enter(client: httpx.AsyncClient, data: str, hash: str | None = None) -> httpx.Response:
    body = {"initData": data} if hash is None else {"initData": data, "hash": hash}
    return await client.post("/api/v1/auth/telegram", json=body)


async def entered(client: httpx.AsyncClient, user: Mapping[str, Any], token: str) -> httpx.Response:
    return await enter(client, init_data(user, token=token))


async def users_of(tenant: Tenant) -> list[User]:
    async with unit_of_work(system_actor(tenant.id)):
        return await User.all().order_by("id")
