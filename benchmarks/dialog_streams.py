"""Clients that are cut while processes die: ``python -m benchmarks dialog_streams [--seconds 60] [--clients 16]``.

Starts its own PostgreSQL and Valkey, two `opora api`, an `opora worker` and an `opora scheduler` (the relay). WebSocket
and event stream clients of four dialogs, staff and guests, come and go at random times, half of them without a word,
and resume behind the last number that they were given, at either API. Meanwhile guests ask, operators write, notes are
made; and by turns the worker, the relay, Valkey (with all that it holds) and an API are killed and started again. In
the end each client must have every event of the log that is for its eyes once, in order. Prints a table; exits 1 where
one has not.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from app.embedded.postgres import EmbeddedPostgres
from app.embedded.valkey import EmbeddedValkey
from app.migrate import migrate
from config.database import close_database, open_database
from config.logging import configure_logging
from config.redis import close_redis, open_redis
from config.settings import override_settings
from core.actor import Actor
from core.facts.dialogs import dialog_topic
from models.dialogs import Dialog
from models.jobs import Job, JobState
from realtime.frames.replyx import NAMES
from services import events, guests
from services.events import StoredEvent
from services.unit_of_work import unit_of_work
from tests.doubles.dialog_clients import Client, CutClient, DialogSocket, DialogStream
from tests.fixtures.dialogs import PAGE, Site, new_site, say
from tests.system.installation import Installation
from workers.fanout import install_fanout

DIALOGS = 4
_MEAN_S = 2.0
"""How long a connection lasts on average."""
_WRITERS = 4
_PAUSE_S = 0.25
_BETWEEN_S = 4.0
"""From the return of a process that was killed to the death of the next."""
_PAGE = 1000
_ENDED = (JobState.DONE, JobState.DEAD)
_PATIENCE_S = 60.0
_QUIET_S = 2.0


@dataclass(frozen=True)
class Watched:
    """A client, the dialog that it watches, and whether it is of staff."""

    client: CutClient
    dialog: Dialog
    staff: bool
    name: str


@dataclass(frozen=True)
class Scene:
    site: Site
    visits: Sequence[tuple[Actor, Dialog]]
    watched: Sequence[Watched]


@contextmanager
def servers() -> Iterator[tuple[EmbeddedValkey, dict[str, str], Path]]:
    """PostgreSQL and Valkey of this run, the environment that names them, and a directory."""
    with tempfile.TemporaryDirectory(prefix="opora-benchmark-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        postgres, valkey = EmbeddedPostgres(directory), EmbeddedValkey(directory)
        try:
            urls = {"OPORA_DATABASE_URL": postgres.start(), "OPORA_REDIS_URL": valkey.start()}
            common = {"OPORA_DATA_DIR": name, "OPORA_BCRYPT_ROUNDS": "4", "OPORA_JOB_LEASE_S": "3"}
            quiet = {"OPORA_LOG_LEVEL": "WARNING", "OPORA_RATE_LIMITS": "off", "OPORA_SSE_PER_ADDRESS": "1000"}
            yield valkey, {**urls, **common, **quiet}, directory
        finally:
            valkey.stop()
            postgres.stop()


def connections(
    origins: Sequence[str], chance: random.Random, dialog: Dialog, words: dict[str, str]
) -> Iterator[tuple[str, Callable[[int], AbstractAsyncContextManager[Client]]]]:
    """How a client of either kind connects, at one of the APIs."""

    def socket(after: int) -> AbstractAsyncContextManager[Client]:
        host = chance.choice(origins).replace("http", "ws", 1)
        return DialogSocket.open(
            f"{host}/ws/dialogs/{dialog.id}?{urlencode({**words, 'last_seq': after})}", origin=PAGE
        )

    def stream(after: int) -> AbstractAsyncContextManager[Client]:
        address = f"{chance.choice(origins)}/api/dialogs/{dialog.id}/events?{urlencode(words)}"
        return DialogStream.open(address, origin=PAGE, last_event_id=str(after))

    yield "websocket", socket
    yield "stream", stream


async def prepare(origins: Sequence[str], clients: int, seed: int) -> Scene:
    """A site with dialogs, and so many clients for each of them."""
    site = await new_site()
    visits = [(guest, await site.open(guest)) for guest in [await site.guest() for _ in range(DIALOGS)]]
    watched = []
    for number in range(clients):
        guest, dialog = visits[number % DIALOGS]
        staff = number // DIALOGS % 2 == 0
        page = {"site_token": site.assistant.site_token, "guest_id": guests.guest_id_of(guest)}
        chance = random.Random(seed + number)
        kinds = list(connections(origins, chance, dialog, {"token": site.token} if staff else page))
        kind, connect = kinds[number // DIALOGS // 2 % 2]
        watched.append(Watched(CutClient(connect, chance, mean_s=_MEAN_S), dialog, staff, kind))
    return Scene(site, visits, watched)


async def write(scene: Scene, until: float, chance: random.Random) -> int:
    """Guests and operators write by turns; how many messages were committed."""
    count = 0
    while time.monotonic() < until:
        guest, dialog = chance.choice(scene.visits)
        if chance.random() < 0.3:
            await say(guest, dialog, f"Когда привезут заказ номер {count}?")
        else:
            await say(scene.site.agent, dialog, f"Строка {count}", internal=chance.random() < 0.2)
        count += 1
        await asyncio.sleep(_PAUSE_S * 2 * chance.random())
    return count


async def kill(system: Installation, valkey: EmbeddedValkey, until: float) -> list[str]:
    """Kill one part after the other, each for a moment; the names of those that were."""
    services = {"worker": system.worker, "relay": system.scheduler, "api": system.apis[1]}
    killed = []
    while time.monotonic() < until:
        for name in ("worker", "relay", "valkey", "api"):
            await asyncio.sleep(_BETWEEN_S)
            if time.monotonic() > until:
                break
            gone, back = (valkey.wipe, valkey.start) if name == "valkey" else _of(services[name])
            await asyncio.to_thread(gone)
            await asyncio.sleep(0.7)
            # From this thread: the kernel ends a process when the thread that started it ends.
            back()
            killed.append(name)
    return killed


def _of(service: object) -> tuple[Callable[[], object], Callable[[], object]]:
    return service.kill, service.start_again  # type: ignore[attr-defined]  # one of tests.system.installation


async def log_of(site: Site, dialog: Dialog) -> list[StoredEvent]:
    """All events that have frames."""
    found: list[StoredEvent] = []
    while True:
        async with unit_of_work(site.agent) as uow:
            page = await events.replay(uow, dialog_topic(dialog.id), after=found[-1].seq if found else 0, limit=_PAGE)
        found += page
        if len(page) < _PAGE:
            return [event for event in found if event.kind in NAMES]


async def until_idle(site: Site) -> None:
    """Return when no job of the dialogs waits or runs any more. Raises TimeoutError."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            async with unit_of_work(site.agent):
                if not await Job.filter(tenant_id=site.tenant.id, state__not_in=_ENDED).exists():
                    return
            await asyncio.sleep(0.5)


def expected(log: Sequence[StoredEvent], *, staff: bool) -> list[int]:
    return [event.seq for event in log if staff or event.visibility == "public"]


async def until_read(scene: Scene) -> dict[int, list[StoredEvent]]:
    """The logs, once each client has the last event for its eyes and nothing more came; or when patience ends."""
    deadline = time.monotonic() + _PATIENCE_S
    logs: dict[int, list[StoredEvent]] = {}
    while time.monotonic() < deadline:
        await asyncio.sleep(_QUIET_S)
        before, logs = logs, {dialog.id: await log_of(scene.site, dialog) for _, dialog in scene.visits}
        wanted = [expected(logs[w.dialog.id], staff=w.staff)[-1:] for w in scene.watched]
        if logs == before and wanted == [w.client.seqs[-1:] for w in scene.watched]:
            break
    return logs


def report(scene: Scene, logs: dict[int, list[StoredEvent]]) -> bool:
    """Print a line for each kind of client; whether every client has what it must."""
    print(f"{'clients':<22}{'count':>6}{'events':>9}{'cuts':>7}{'refused':>9}{'right':>7}")
    whole = True
    for name, staff in sorted({(w.name, w.staff) for w in scene.watched}):
        group = [w for w in scene.watched if (w.name, w.staff) == (name, staff)]
        right = sum(w.client.seqs == expected(logs[w.dialog.id], staff=staff) for w in group)
        whole = whole and right == len(group)
        read, cuts, ends = (
            sum(figures)
            for figures in zip(*((len(w.client.seqs), w.client.cuts, w.client.ends) for w in group), strict=True)
        )
        who = f"{name}, {'staff' if staff else 'guests'}"
        print(f"{who:<22}{len(group):>6}{read:>9}{cuts:>7}{ends:>9}{right:>7}")
    return whole


async def measure(system: Installation, valkey: EmbeddedValkey, seconds: float, clients: int, seed: int) -> bool:
    scene = await prepare(system.origins, clients, seed)
    running = [asyncio.create_task(w.client.run()) for w in scene.watched]
    until = time.monotonic() + seconds
    try:
        killing = asyncio.create_task(kill(system, valkey, until))
        writers = (write(scene, until, random.Random(seed + number)) for number in range(_WRITERS))
        count = sum(await asyncio.gather(*writers))
        killed = await killing
        await until_idle(scene.site)
        logs = await until_read(scene)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    deaths = ", ".join(f"{name} {killed.count(name)}" for name in dict.fromkeys(killed))
    print(f"{count} messages in {seconds:.0f} s, {sum(map(len, logs.values()))} events; killed: {deaths}")
    return report(scene, logs)


async def run(
    environment: dict[str, str], valkey: EmbeddedValkey, directory: Path, options: argparse.Namespace
) -> bool:
    """Open what this process writes with, start the others, and measure."""
    await migrate()
    await open_database()
    open_redis()
    install_fanout()
    system = Installation(environment, directory, apis=2)
    try:
        system.wait_until_ready()
        return await measure(system, valkey, options.seconds, options.clients, options.seed)
    finally:
        system.stop()
        await close_redis()
        await close_database()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with servers() as (valkey, environment, directory), override_settings(**environment):
        configure_logging(process="benchmark")
        whole = asyncio.run(run(environment, valkey, directory, options))
    print(f"target: every client has every event once, in order: {'met' if whole else 'missed'}")
    return 0 if whole else 1


if __name__ == "__main__":
    raise SystemExit(main())
