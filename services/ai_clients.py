"""Clients of the pool's tokens. Each keeps its connections; few are kept, and none is closed while it is in use."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from config.settings import get_settings
from core.errors import Unavailable
from integrations.llm.factory import make_chat_with
from integrations.llm.port import ChatModel
from services.ai_claims import Claim
from services.sealing import AI_TOKENS, unseal

_KEPT = 32
_Key = tuple[int, str, str | None]


@dataclass(slots=True)
class _Client:
    chat: ChatModel
    users: int = 0


class Clients:
    """For one event loop. A token whose key was changed has a new client."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._clients: OrderedDict[_Key, _Client] = OrderedDict()
        self._making = asyncio.Lock()

    @asynccontextmanager
    async def lent(self, claim: Claim, model: str) -> AsyncIterator[ChatModel]:
        """The client of a claimed token. Raises Unavailable where its key cannot be opened."""
        client = await self._client(claim)
        client.users += 1
        try:
            yield client.chat.named(model)
        finally:
            client.users -= 1
            await self._shrink()

    async def close(self) -> None:
        while self._clients:
            _, client = self._clients.popitem()
            await client.chat.close()

    async def _client(self, claim: Claim) -> _Client:
        key = (claim.token_id, claim.sealed_token, claim.base_url)
        async with self._making:
            if key not in self._clients:
                # In a thread: the first one imports the SDK, each reads the certificates.
                self._clients[key] = _Client(await asyncio.to_thread(_make, claim))
            self._clients.move_to_end(key)
            return self._clients[key]

    async def _shrink(self) -> None:
        idle = [key for key, client in self._clients.items() if not client.users]
        for key in idle[: max(0, len(self._clients) - self._kept)]:
            await self._clients.pop(key).chat.close()


def _make(claim: Claim) -> ChatModel:
    settings = get_settings()
    base_url = claim.base_url or settings.llm.base_url
    if base_url is None:
        raise Unavailable("The AI token names no endpoint: set OPORA_LLM_BASE_URL")
    # A try is counted once, so it is made once: the next one is another token's.
    key = unseal(claim.sealed_token, purpose=AI_TOKENS)
    return make_chat_with(settings, base_url, key, settings.llm.model or "", max_retries=0)


_installed: list[Clients] = []


def clients() -> Clients:
    """The clients of this process."""
    if not _installed:
        _installed.append(Clients())
    return _installed[0]


async def close_clients() -> None:
    """Let go of the connections to the pool's endpoints."""
    while _installed:
        await _installed.pop().close()
