"""The Bot API server that the settings name."""

import asyncio
import importlib

from config.settings import Settings
from integrations.telegram.port import BotClient, Telegram


class LazyTelegram:
    """A :class:`integrations.telegram.port.Telegram` that costs nothing until a bot is asked for.

    The client library takes seconds to import: in a thread, and only in a process that talks to Telegram.
    """

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._opened: Telegram | None = None
        self._opening = asyncio.Lock()

    async def bot(self, token: str) -> BotClient:
        """See the port."""
        async with self._opening:
            if self._opened is None:
                module = await asyncio.to_thread(importlib.import_module, "integrations.telegram.bot_api")
                self._opened = module.BotApi(self._api_url)
        return await self._opened.bot(token)

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()
            self._opened = None


def make_telegram(settings: Settings) -> Telegram:
    """Nothing is connected or imported yet."""
    return LazyTelegram(settings.telegram.api_url)
