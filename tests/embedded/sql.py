"""Statements over a connection of their own."""

from typing import Any

import asyncpg


async def value(url: str, statement: str) -> Any:
    """The first column of the first row."""
    connection = await asyncpg.connect(url, timeout=10, ssl=False)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
