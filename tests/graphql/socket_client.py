"""A client of graphql-transport-ws, over a real connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PATIENCE_S = 10.0


class GraphQLSocket:
    """An open socket. Each subscription is read by its id."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._kept: list[dict[str, Any]] = []

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def init(self, token: str | None = None, key: str = "Authorization") -> None:
        payload = {key: f"Bearer {token}"} if token else {}
        await self.send(type="connection_init", payload=payload)
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, operation: str, query: str, **variables: Any) -> None:
        await self.send(id=operation, type="subscribe", payload={"query": query, "variables": variables})

    async def next(self, operation: str = "1") -> dict[str, Any]:
        """The next payload of an operation; of an ``error`` message, the errors."""
        message = next((kept for kept in self._kept if kept["id"] == operation), None)
        if message is not None:
            self._kept.remove(message)
        while message is None:
            received = await self.receive()
            if received["id"] == operation:
                message = received
            else:
                self._kept.append(received)
        if message["type"] == "error":
            return {"errors": message["payload"]}
        payload: dict[str, Any] = message.get("payload", {"completed": True})
        return payload

    async def closed(self) -> int:
        """The code with which the server closes; what it still sends is dropped."""
        async with asyncio.timeout(PATIENCE_S):
            with suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        assert self.connection.close_code is not None
        return self.connection.close_code


@asynccontextmanager
async def graphql_socket(address: str, **headers: str) -> AsyncIterator[GraphQLSocket]:
    """`async with graphql_socket(address) as socket: await socket.init(token)`"""
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(address, subprotocols=[protocol], additional_headers=headers) as connection:
        yield GraphQLSocket(connection)
