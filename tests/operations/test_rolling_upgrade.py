"""An upgrade under work: the release before goes on while tables change, both serve together, nobody is refused.

The release before is taken out of the repository's history and run as it was, its processes and its clients' sockets
included. `opora migrate` is today's, and so is what takes over.
"""

import asyncio
import io
import shutil
import signal
import subprocess
import tarfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.embedded.valkey import EmbeddedValkey
from tests.embedded.running import free_port
from tests.fixtures.database import variables
from tests.fixtures.servers import execute, scratch_directory, with_database
from tests.system.installation import Service, eventually, status_of
from tests.system.people import Person, is_message, sign_in

ROOT = Path(__file__).parents[2]
FIRST_SINCE = "migrations/0013_idempotency.py"
"""The first migration of today's release: the commit before it is the release before."""
SERVICE_RESTART = 1012
PATIENCE_S = 60.0

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def old_code(directory: Path) -> Path:
    """The release before, unpacked."""
    try:
        added = _git("log", "--diff-filter=A", "--format=%H", "--", FIRST_SINCE).decode().split()
        packed = _git("archive", f"{added[-1]}^" if added else "HEAD")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no history to take the release before from")
    code = directory / "before"
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(code, filter="data")
    assert not (code / FIRST_SINCE).exists()
    return code


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S603, S607


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Data and logs of all of them; other users may pass."""
    directory = scratch_directory()
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@dataclass
class Site:
    """Processes of two releases on one database; ``origins`` is what the balancer before them knows."""

    environment: dict[str, str]
    directory: Path
    url: str
    origins: list[str] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)

    def start(self, *words: str, code: Path | None = None, **changes: str) -> Service:
        path = {"PYTHONPATH": str(code)} if code is not None else {}
        log = self.directory / f"{words[0]}-{'before' if code else 'today'}.log"
        service = Service(words, {**self.environment, **changes, **path}, log)
        self.services.append(service)
        return service

    def run(self, *words: str, code: Path | None = None) -> None:
        service = self.start(*words, code=code)
        assert service.process.wait(PATIENCE_S) == 0, service.text()

    def start_api(self, code: Path | None = None) -> tuple[Service, str]:
        port = free_port()
        api, origin = self.start("api", code=code, OPORA_PORT=str(port)), f"http://127.0.0.1:{port}"
        assert eventually(lambda: status_of(origin) == 200, PATIENCE_S), api.text()
        return api, origin

    def stop(self) -> None:
        for service in self.services:
            service.end()


@pytest.fixture
async def site(template_url: str, directory: Path) -> AsyncIterator[Site]:
    """An empty database, and a Valkey."""
    server, name = with_database(template_url, "postgres"), "opora_rolling"
    await execute(server, f"CREATE DATABASE {name}")
    url = with_database(template_url, name)
    with EmbeddedValkey(directory) as valkey:
        site = Site(variables(url, valkey.url, directory), directory, url)
        try:
            yield site
        finally:
            site.stop()
            await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class Traffic:
    """A customer who writes all the time, through a balancer that leaves out whoever takes no connections."""

    site: Site
    token: str
    ticket_id: int
    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def write(self) -> None:
        number = 0
        while True:
            await self._say(f"Message {number}")
            number += 1

    async def _say(self, text: str) -> None:
        for origin in tuple(self.site.origins):
            body = {"content": text, "auto_respond": False}
            try:
                # A connection each: one that is kept may be closed in the very moment that it is used again.
                async with Person(origin, self.token) as person:
                    response = await person.post(f"/v1/tickets/{self.ticket_id}/messages", json=body)
            except httpx.ConnectError:
                continue
            except httpx.HTTPError as error:
                self.refused.append(repr(error))
                return
            (self.said if response.status_code == 201 else self.refused).append(text)
            return
        self.refused.append("nobody serves")


@asynccontextmanager
async def traffic(site: Site, person: Person) -> AsyncIterator[Traffic]:
    ticket_id = await person.open_ticket("Upgrade", auto_respond=False)
    flowing = Traffic(site, person.token, ticket_id)
    writing = asyncio.create_task(flowing.write())
    try:
        yield flowing
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


async def more_of(flowing: Traffic, count: int = 20) -> None:
    """Let so many more messages be written."""
    goal = len(flowing.said) + count
    async with asyncio.timeout(PATIENCE_S):
        while len(flowing.said) < goal:
            assert flowing.refused == []
            await asyncio.sleep(0.05)


@pytest.mark.timeout(400)
async def test_an_upgrade_interrupts_nobody(site: Site, old_code: Path) -> None:
    site.run("prepare", "--demo", code=old_code)
    before = [site.start(each, code=old_code) for each in ("worker", "scheduler")]
    old_api, old_origin = site.start_api(old_code)
    site.origins = [old_origin]
    async with await sign_in(old_origin) as person, traffic(site, person) as flowing:
        await more_of(flowing)
        async with held_for_a_while(site, "jobs"):
            await asyncio.to_thread(site.run, "migrate")
        await more_of(flowing)
        await answers_arrive(person)
        _, new_origin = site.start_api()
        site.origins = [new_origin, old_origin]
        await both_hear_each_other(person, new_origin)
        after = [site.start(each) for each in ("worker", "scheduler")]
        await stop_in_order(person, [old_api, *before])
        await more_of(flowing)
        async with person.at(new_origin) as there:
            await answers_arrive(there)
    assert flowing.refused == []
    await each_message_is_there_once(site, flowing)
    assert [service.process.poll() for service in after] == [None, None]


@asynccontextmanager
async def held_for_a_while(site: Site, table: str) -> AsyncIterator[None]:
    """A transaction of somebody's that reads the table: the migration has to wait for it, and may make nobody wait."""
    connection = await asyncpg.connect(site.url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")

    async def let_go() -> None:
        await asyncio.sleep(6)
        await transaction.rollback()

    letting_go = asyncio.create_task(let_go())
    yield
    await letting_go
    await connection.close()


async def answers_arrive(person: Person) -> None:
    ticket_id = await person.open_ticket("Home 300", "How much does the Home 300 plan cost?")
    await person.until_answered(ticket_id, 60)


async def both_hear_each_other(person: Person, new_origin: str) -> None:
    """A message to either release arrives on a socket of the other."""
    async with person.at(new_origin) as there:
        for writer, reader in ((person, there), (there, person)):
            ticket_id = await writer.open_ticket("Both", auto_respond=False)
            async with reader.watch(ticket_id, last_seq=0) as socket:
                said = await writer.say(ticket_id, "Is anybody there?", auto_respond=False)
                heard = await socket.until(is_message("user"))
            assert heard["data"]["id"] == said["id"]


async def stop_in_order(person: Person, services: list[Service]) -> None:
    """Whoever watches is told to connect again; what runs is finished."""
    ticket_id = await person.open_ticket("Watching", auto_respond=False)
    async with person.watch(ticket_id) as socket:
        for service in services:
            service.process.send_signal(signal.SIGTERM)
        assert await socket.closed(20) == SERVICE_RESTART
    for service in services:
        await asyncio.to_thread(service.process.wait, 30)


async def each_message_is_there_once(site: Site, flowing: Traffic) -> None:
    connection = await asyncpg.connect(site.url)
    try:
        rows = await connection.fetch("SELECT text FROM messages WHERE conversation_id = $1", flowing.ticket_id)
    finally:
        await connection.close()
    stored = Counter(row["text"] for row in rows)
    assert set(flowing.said) <= set(stored)
    assert set(stored.values()) == {1}
