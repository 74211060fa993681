"""Updates of a bot a second: ``python -m benchmarks.telegram_bot [--updates 600] [--chats 300]``.

Starts ``opora up`` on a scratch directory with a double of the Bot API in this process, connects a bot, and delivers
updates to its webhook, as Telegram does, over 16 connections. Measured: how many are stored and answered with 200 a
second, how many are handled to their end (the update's job, the reply's job, the reply at Telegram) a second from the
first delivery on, and how long a lone customer waits for a reply once the queue is empty. Exits 1 where a reply is
missing, comes twice or breaks the order of its chat.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from itertools import count, cycle, islice
from statistics import median
from typing import Any

import httpx
import orjson

from benchmarks.answers import running
from rest.telegram_webhook import SECRET_HEADER
from tests.doubles.telegram import BotDouble, TelegramDouble, telegram_server
from tests.system.people import sign_in
from tests.telegram_bot.updates import text

TOGETHER = 16
_PATIENCE_S = 40.0
_LONE = 10
_CONNECT = "mutation($token: String!) { connectTelegramBot(token: $token) { username } }"
_COMMANDS = ("/help", "/language")
Update = dict[str, Any]
_lone_chats = count(800_001)


async def connected(origin: str, telegram: TelegramDouble) -> BotDouble:
    """The demo tenant's bot, once Telegram knows its webhook."""
    token = telegram.add_bot(700_000_001)
    async with await sign_in(origin, "admin@demo.example") as admin:
        response = await admin.post("/graphql", json={"query": _CONNECT, "variables": {"token": token}})
        assert "errors" not in response.json(), response.text
    bot = telegram.bots[token]
    await until(lambda: bool(bot.webhook))
    return bot


async def until(condition: Any) -> None:
    """Raises AssertionError where it does not come true in time."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


async def deliver(origin: str, bot: BotDouble, updates: Sequence[Update]) -> float:
    """Post all to the webhook; returns the seconds that it took."""
    left = iter(updates)
    path = f"{origin}/telegram/webhook/{bot.id}"
    async with httpx.AsyncClient(headers={SECRET_HEADER: bot.secret}, timeout=30) as client:

        async def go_on() -> None:
            for update in left:
                (await client.post(path, content=orjson.dumps(update))).raise_for_status()

        began = time.monotonic()
        await asyncio.gather(*(go_on() for _ in range(TOGETHER)))
        return time.monotonic() - began


async def lone_waits(origin: str, bot: BotDouble, telegram: TelegramDouble) -> list[float]:
    """Seconds from the delivery of a command to the reply at Telegram, one customer at a time."""
    waits = []
    for chat in islice(_lone_chats, _LONE):
        began = time.monotonic()
        await deliver(origin, bot, [text(chat, "/help")])
        await until(lambda chat=chat: telegram.sent(chat))
        waits.append(time.monotonic() - began)
    return waits


def in_order(telegram: TelegramDouble, chats: Sequence[int], each: int) -> bool:
    """Whether every chat was answered command by command, once."""
    words = [[call.text[:8] for call in telegram.sent(chat)] for chat in chats]
    first = words[0]
    return all(said == first for said in words) and len(first) == each and len(set(first)) == min(each, len(_COMMANDS))


async def measure(origin: str, telegram: TelegramDouble, total: int, chats: int) -> bool:
    """Print the figures; whether every reply came once and in order."""
    bot = await connected(origin, telegram)
    # The worker imports the client when it is first asked to send.
    await lone_waits(origin, bot, telegram)
    numbers = list(range(900_000, 900_000 + chats))
    each = total // chats
    updates = [text(chat, command) for command in islice(cycle(_COMMANDS), each) for chat in numbers]
    before = len(telegram.sent())
    began = time.monotonic()
    storing = await deliver(origin, bot, updates)
    await until(lambda: len(telegram.sent()) >= before + len(updates))
    handling = time.monotonic() - began
    waits = await lone_waits(origin, bot, telegram)
    right = in_order(telegram, numbers, each)
    print(f"{len(updates)} updates of {chats} chats, {TOGETHER} connections")
    print(f"stored by the webhook   {len(updates) / storing:8.0f} a second")
    print(f"handled and answered    {len(updates) / handling:8.0f} a second")
    print(
        f"a lone customer waits   {median(waits) * 1000:8.0f} ms (median of {_LONE}), {max(waits) * 1000:.0f} at most"
    )
    print(f"replies: {'each once, in the order of its chat' if right else 'MISSING, TWICE OR OUT OF ORDER'}")
    return right


def main() -> int:
    """Parse, run; 1 where replies are wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=600)
    parser.add_argument("--chats", type=int, default=300)
    arguments = parser.parse_args()
    with telegram_server() as telegram:
        addresses = {"OPORA_TELEGRAM_API_URL": telegram.url, "OPORA_PUBLIC_URL": "https://bot.example.com"}
        with running(**addresses) as (origin, _):
            right = asyncio.run(measure(origin, telegram, arguments.updates, arguments.chats))
    return 0 if right else 1


if __name__ == "__main__":
    raise SystemExit(main())
