"""Clients as they are outside: each keeps on with the same key until it is told that its request was carried out."""

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

_PATIENCE_S = 120.0
_TIMEOUT_S = 15.0
_PAUSE_S = 0.2
_LOST = "IDEMPOTENCY_ANSWER_LOST"
_NOT_NOW = frozenset({"UNAVAILABLE", "SERVICE_UNAVAILABLE", "IDEMPOTENCY_IN_PROGRESS"})
_TEMPORARY = frozenset({409, 425, 429, 500, 502, 503, 504})


class Refused(Exception):
    """An answer that no repetition changes."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """``waited`` is from the first attempt on, in seconds; ``data`` is None where the answer was lost on the way."""

    kind: str
    text: str
    data: dict[str, Any] | None
    began: float
    waited: float


@dataclass
class Ledger:
    """What the system has promised to clients, and how it answered."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    """By status, or by the name of the failure of the connection."""

    def promise(self, kind: str, text: str, began: float) -> None:
        """Write down what was acknowledged outside GraphQL."""
        self.acknowledged.append(Acknowledged(kind, text, None, began, time.monotonic() - began))

    def of(self, kind: str) -> list[Acknowledged]:
        return [each for each in self.acknowledged if each.kind == kind]


class Caller:
    """One person's GraphQL over HTTP."""

    def __init__(self, origin: str, token: str | None, ledger: Ledger) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(base_url=origin, headers=headers, timeout=_TIMEOUT_S)
        self._ledger = ledger

    async def close(self) -> None:
        await self._client.aclose()

    async def mutate(self, kind: str, text: str, query: str, variables: dict[str, Any]) -> Acknowledged:
        """Ask until it is acknowledged, and write that down. Raises Refused, TimeoutError."""
        body = {"query": query, "variables": variables}
        began, key = time.monotonic(), str(uuid4())
        async with asyncio.timeout(_PATIENCE_S):
            data = await self._until_done(body, {"idempotency-key": key})
        done = Acknowledged(kind, text, data, began, time.monotonic() - began)
        self._ledger.acknowledged.append(done)
        return done

    async def query(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Raises Refused, TimeoutError."""
        async with asyncio.timeout(_PATIENCE_S):
            found = await self._until_done({"query": query, "variables": variables}, {})
        return found or {}

    async def _until_done(self, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any] | None:
        for attempt in itertools.count():
            if attempt:
                await asyncio.sleep(_PAUSE_S)
            try:
                response = await self._client.post("/graphql", json=body, headers=headers)
            except httpx.HTTPError as error:
                self._ledger.attempts[type(error).__name__] += 1
                continue
            told = _body(response)
            codes = {one.get("extensions", {}).get("code") for one in told.get("errors", ())}
            self._ledger.attempts[f"{response.status_code} {' '.join(sorted(map(str, codes)))}".strip()] += 1
            if _LOST in codes:
                return None
            if response.status_code in _TEMPORARY or codes & _NOT_NOW:
                continue
            if codes or not response.is_success:
                raise Refused(f"{response.status_code} {response.text[:500]}")
            data: dict[str, Any] = told["data"]
            return data
        raise AssertionError("unreachable")


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
