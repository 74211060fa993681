"""Texts in a table of the database that is filled: each product's own statements take them from there."""

import asyncpg

from benchmarks.peers.peer import Texts

_COLUMNS = ("number", "title", "asked", "first_reply", "second_reply")


async def stage(connection: asyncpg.Connection, texts: Texts) -> None:
    """Make ``staged``, a temporary table, of :meth:`Texts.rows`."""
    await connection.execute(
        "CREATE TEMPORARY TABLE staged (number bigint, title text, asked text, first_reply text, second_reply text)"
    )
    await connection.copy_records_to_table("staged", records=texts.rows(), columns=_COLUMNS)
    await connection.execute("ANALYZE staged")
