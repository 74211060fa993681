"""Another process of Opora: answers each access token on standard input with the role it speaks for, or with a dash."""

import asyncio
import sys

from config.database import close_database, open_database
from config.logging import configure_logging
from core.errors import NotAuthenticated
from services.identity import authenticate


async def _answer(token: str) -> str:
    try:
        return str((await authenticate(token)).role)
    except NotAuthenticated:
        return "-"


async def _run() -> None:
    configure_logging(process="test")
    await open_database()
    while token := (await asyncio.to_thread(sys.stdin.readline)).strip():
        sys.stdout.write(f"{await _answer(token)}\n")
        sys.stdout.flush()
    await close_database()


if __name__ == "__main__":
    asyncio.run(_run())
