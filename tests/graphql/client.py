"""A client of the GraphQL API in tests: data, or the errors that it refused with."""

from typing import Any

import httpx

from tests.fixtures.application import bearer


class Refused(Exception):
    """The operation failed; ``code`` is that of the first error."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(body["errors"])
        self.errors: list[dict[str, Any]] = body["errors"]
        self.data = body.get("data")

    @property
    def code(self) -> str:
        return str(self.errors[0]["extensions"]["code"])

    @property
    def field(self) -> str | None:
        field: str | None = self.errors[0]["extensions"].get("field")
        return field


class GraphQLClient:
    """Sends operations over HTTP, signed in where it has a token."""

    def __init__(self, client: httpx.AsyncClient, token: str | None = None) -> None:
        self.client = client
        self.token = token
        self.headers = bearer(token) if token else {}

    async def post(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"query": query, "variables": variables}
        return await self.client.post("/graphql", json=body, headers={**self.headers, **named})

    async def __call__(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The data. Raises Refused where there is any error."""
        response = await self.post(query, variables or None)
        body = response.json()
        if "errors" in body:
            raise Refused(body)
        data: dict[str, Any] = body["data"]
        return data

    async def code(self, query: str, /, **variables: Any) -> str | None:
        """The code that the operation is refused with; None where it is not."""
        try:
            await self(query, **variables)
        except Refused as refused:
            return refused.code
        return None
