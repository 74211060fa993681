"""An account as the dialect's clients make one."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.fixtures.application import bearer
from tests.fixtures.people import unique

PASSWORD = "password123"  # the document's own


@dataclass(frozen=True)
class Account:
    """``shown`` is what registration answered; ``headers`` sign requests in."""

    email: str
    shown: dict[str, Any]
    headers: dict[str, str]

    @classmethod
    async def make(cls, client: httpx.AsyncClient, **changes: Any) -> "Account":
        body = registration(**changes)
        shown = (await client.post("/api/auth/register", json=body)).json()
        token = (await log_in(client, body["email"])).json()["access_token"]
        return cls(body["email"], shown, bearer(token))


def registration(**changes: Any) -> dict[str, Any]:
    """A valid body for an e-mail that nobody has."""
    given = {"email": f"{unique('john')}@example.com", "password": PASSWORD, "first_name": "John", "last_name": "Doe"}
    return {**given, **changes}


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return await client.post("/api/auth/login", json={"email": email, "password": password, **more})


def told(response: httpx.Response) -> tuple[int, str, str | None]:
    """Status, code and the field to blame, of a failure in the dialect's shape."""
    error = response.json()["error"]
    assert error.keys() == {"code", "message", "details"}
    assert error["details"].keys() in (set(), {"field", "issue"})
    return response.status_code, error["code"], error["details"].get("field")
