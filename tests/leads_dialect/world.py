"""A company as the dialect's clients make one."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.fixtures.people import unique

PASSWORD = "pass123"  # the document's own, 7 characters


@dataclass(frozen=True)
class Company:
    """``account`` is what registration answered; ``headers`` sign requests in."""

    email: str
    account: dict[str, Any]
    headers: dict[str, str]

    @classmethod
    async def make(cls, client: httpx.AsyncClient) -> "Company":
        body = registration()
        account = (await client.post("/api/auth/register", json=body)).json()
        token = (await log_in(client, body["email"])).json()["access_token"]
        return cls(body["email"], account, {"authorization": f"Bearer {token}"})


def registration(**changes: Any) -> dict[str, Any]:
    """A valid body for an e-mail that nobody has."""
    return {
        "email": f"{unique('manager')}@company.kz",
        "password": PASSWORD,
        "company_name": "Компания А",
        **changes,
    }


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/api/auth/login", data={"username": email, "password": password})
