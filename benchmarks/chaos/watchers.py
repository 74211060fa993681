"""Sockets that watch topics over graphql-transport-ws, are cut, and resume behind the last number they were given."""

import asyncio
import json
import random
from dataclasses import dataclass, field

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

TICKET = "subscription($id: ID!, $after: BigInt) { events: ticketEvents(id: $id, after: $after) { seq } }"
INBOX = "subscription($after: BigInt) { events: inboxEvents(after: $after) { seq } }"
_PROTOCOL = "graphql-transport-ws"
_PAUSE_S = 0.3


@dataclass
class Watcher:
    """``seqs`` is everything it was given, in order; ``topic`` is what the log calls it."""

    origin: str
    token: str
    topic: str
    query: str
    variables: dict[str, object]
    seqs: list[int] = field(default_factory=list)
    cuts: int = 0
    complaints: list[str] = field(default_factory=list)

    async def run(self, chance: random.Random, mean_s: float) -> None:
        """Watch until cancelled; leave without a word every ``mean_s`` seconds on average."""
        while True:
            try:
                async with asyncio.timeout(chance.expovariate(1 / mean_s)):
                    await self._watch()
            except (TimeoutError, OSError, WebSocketException):
                self.cuts += 1
            await asyncio.sleep(_PAUSE_S * chance.random())

    async def _watch(self) -> None:
        address = self.origin.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=[_PROTOCOL], open_timeout=10, close_timeout=1) as socket:  # type: ignore[list-item]
            await socket.send(
                json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {self.token}"}})
            )
            variables = {**self.variables, "after": self.seqs[-1] if self.seqs else 0}
            payload = {"query": self.query, "variables": variables}
            async for text in socket:
                told = json.loads(text)
                match told["type"]:
                    case "connection_ack":
                        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
                    case "next" if "errors" not in told["payload"]:
                        self.seqs.append(int(told["payload"]["data"]["events"]["seq"]))
                    case "next" | "error":
                        self._complain(told["payload"])
                        return
                    case "complete":
                        return
                    case "ping":
                        await socket.send(json.dumps({"type": "pong"}))

    def _complain(self, payload: object) -> None:
        """What the server has against it: asking it to resume is right, and so is being busy."""
        text = json.dumps(payload)
        if "RESUME_FROM" not in text and "UNAVAILABLE" not in text:
            self.complaints.append(text)
