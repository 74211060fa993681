"""What an Idempotency-Key costs and promises: ``python -m benchmarks idempotency [--requests 200] [--kills 3]``.

Starts its own PostgreSQL (durable, as the product's) and an `opora api` process. Eight clients create tickets over
REST, by turns without a key, with a new key each, and with keys that were used before; the table has requests a second
and the API's processor time a request, medians of the rounds. Then the clients go on, each until it knows what became
of its request, while the API is killed (``kill -9``) and started again. In the end every title that was asked for must
be there once. Exits 1 where one is missing or twice, or an answer given again differs from the first.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx

from app.migrate import migrate
from benchmarks.latency import TENANT, servers
from benchmarks.processor_time import spent
from benchmarks.proof import Figure, at_most, none_of
from config.database import close_database, open_database
from config.settings import override_settings
from core.actor import Role, system_actor
from models.tickets import Ticket
from models.users import User
from services import identity, passwords
from services.unit_of_work import unit_of_work
from tests.embedded.running import free_port
from tests.system.installation import Service, eventually, status_of

TARGET_COST = 2.0
"""Times the processor time of a request without a key: two more transactions, and the answer sealed."""
_CLIENTS = 8
_PASSWORD = "Benchmark-1234"  # of a user of this run
_QUIET = {
    "OPORA_RATE_LIMITS": "off",
    "OPORA_LOG_LEVEL": "ERROR",
    "OPORA_LOG_FORMAT": "json",
    "OPORA_BCRYPT_ROUNDS": "4",
}
_PATH = "/v1/tickets"


@dataclass
class Round:
    """``cpu_ms`` is the API's processor time for one request."""

    per_second: float
    cpu_ms: float


@dataclass
class Found:
    """What came out; ``differing`` counts answers, of those ``compared``, that were not those of the first time."""

    rounds: dict[str, list[Round]] = field(default_factory=dict)
    compared: int = 0
    differing: int = 0
    titles: Counter[str] = field(default_factory=Counter)
    asked: set[str] = field(default_factory=set)
    lost: int = 0

    def cpu_ms(self, name: str) -> float:
        return median(one.cpu_ms for one in self.rounds[name])

    @property
    def repeated(self) -> int:
        return sum(count - 1 for count in self.titles.values())

    @property
    def missing(self) -> int:
        return len(self.asked - self.titles.keys())


class Api:
    """The process, and a client of it that is signed in."""

    def __init__(self, environment: dict[str, str], token: str, log: Path) -> None:
        self.port = free_port()
        self.service = Service(["api"], {**environment, "OPORA_PORT": str(self.port)}, log)
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", headers={"authorization": f"Bearer {token}"}, timeout=10.0
        )

    async def ready(self) -> None:
        """Raises RuntimeError where it does not come up."""
        if not await asyncio.to_thread(eventually, lambda: status_of(str(self.client.base_url)) == 200, 60.0):
            raise RuntimeError(self.service.text())

    async def post(self, title: str, key: str | None) -> httpx.Response:
        headers = {} if key is None else {"idempotency-key": key}
        return await self.client.post(_PATH, json={"title": title, "auto_respond": False}, headers=headers)


async def prepare() -> str:
    """A migrated database with one customer; their access token."""
    await migrate()
    await open_database()
    secret = await passwords.hash_password(_PASSWORD, account="customer@example.com")
    async with unit_of_work(system_actor(TENANT)):
        await User.create(tenant_id=TENANT, email="customer@example.com", role=Role.USER, password_hash=secret)
    token = (await identity.login(email="customer@example.com", password=_PASSWORD)).access_token
    await close_database()
    return token


@asynccontextmanager
async def serving(environment: dict[str, str], token: str) -> AsyncIterator[Api]:
    with tempfile.TemporaryDirectory(prefix="opora-benchmark-") as directory:
        api = Api(environment, token, Path(directory) / "api.log")
        try:
            await api.ready()
            yield api
        finally:
            await api.client.aclose()
            api.service.end()


async def by_turns(api: Api, found: Found, requests: int, rounds: int) -> None:
    """Each way once a round, the first round to warm up."""
    for number in range(rounds + 1):
        titles = [f"round {number} of {each}" for each in range(requests)]
        keys = [str(uuid4()) for _ in titles]
        plain, _ = await _measured(api, [(f"{title} without", None) for title in titles])
        keyed, first = await _measured(api, list(zip(titles, keys, strict=True)))
        again, second = await _measured(api, list(zip(titles, keys, strict=True)))
        found.compared += len(second)
        found.differing += sum(one != other for one, other in zip(first, second, strict=True))
        found.asked |= {*titles, *(f"{title} without" for title in titles)}
        if number:
            for name, one in (("without a key", plain), ("with a new key", keyed), ("sent again", again)):
                found.rounds.setdefault(name, []).append(one)


async def _measured(api: Api, asked: list[tuple[str, str | None]]) -> tuple[Round, list[bytes]]:
    """Raises AssertionError for any answer but 201."""
    answers: list[bytes] = [b""] * len(asked)
    waiting = list(enumerate(asked))

    async def client() -> None:
        while waiting:
            index, (title, key) = waiting.pop()
            answer = await api.post(title, key)
            assert answer.status_code == 201, answer.text
            answers[index] = answer.content

    cpu, started = spent(api.service.pid), time.perf_counter()
    await asyncio.gather(*(client() for _ in range(_CLIENTS)))
    seconds, cpu = time.perf_counter() - started, spent(api.service.pid) - cpu
    return Round(len(asked) / seconds, cpu * 1000 / len(asked)), answers


async def under_kills(api: Api, found: Found, kills: int) -> None:
    """Clients insist on new tickets until the last kill is over, and then on the answers that they wait for."""
    over = asyncio.Event()

    async def client(number: int) -> None:
        count = 0
        while not over.is_set():
            count += 1
            title = f"client {number}, request {count}"
            found.asked.add(title)
            found.lost += await _insist(api, title)

    clients = [asyncio.create_task(client(number)) for number in range(_CLIENTS)]
    for _ in range(kills):
        await asyncio.sleep(random.uniform(0.3, 1.0))  # a moment like any other
        await asyncio.to_thread(api.service.kill)
        api.service.start_again()
        await api.ready()
    over.set()
    await asyncio.gather(*clients)


async def _insist(api: Api, title: str) -> bool:
    """Ask under one key until it is known what became of it; whether the answer was lost."""
    key = str(uuid4())
    while True:
        with suppress(httpx.TransportError):
            answer = await api.post(title, key)
            if answer.status_code == 201:
                return False
            if "answer was not kept" in answer.text:
                return True
        await asyncio.sleep(0.2)


async def count(found: Found) -> None:
    await open_database()
    async with unit_of_work(system_actor(TENANT)):
        found.titles.update(str(title) for title in await Ticket.all().values_list("title", flat=True))
    await close_database()


def measure(requests: int, rounds: int, kills: int) -> Found:
    """Everything, on servers of its own."""
    found = Found()

    async def run(environment: dict[str, str], token: str) -> None:
        async with serving(environment, token) as api:
            await by_turns(api, found, requests, rounds)
            if kills:
                await under_kills(api, found, kills)
        await count(found)

    with servers() as names:
        environment = {**names, **_QUIET, "OPORA_SECRET_KEY": uuid4().hex * 2}
        with override_settings(**environment):
            asyncio.run(run(environment, asyncio.run(prepare())))
    return found


def prove() -> Iterator[Figure]:
    """Without kills: an attempt that died is waited for longer than this may take (tests/idempotency has them)."""
    # Processor time is told in hundredths of a second: fewer requests would be a handful of them.
    found = measure(requests=300, rounds=3, kills=0)
    cost = found.cpu_ms("with a new key") / found.cpu_ms("without a key")
    yield none_of("requests that took effect twice, those with a key sent again", found.repeated, len(found.asked))
    yield none_of("requests answered with 201 that took no effect", found.missing, len(found.asked))
    yield none_of("answers under a known key that differ from the first", found.differing, found.compared)
    yield at_most("processor time of a request with an Idempotency-Key beside one without", cost, TARGET_COST, "times")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200, help="of each way in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=3)
    chosen = parser.parse_args()
    found = measure(chosen.requests, chosen.rounds, chosen.kills)
    print(f"{'':<18}{'requests/s':>12}{'ms of processor':>18}")
    for name, rounds in found.rounds.items():
        print(f"{name:<18}{median(one.per_second for one in rounds):>12.0f}{found.cpu_ms(name):>18.2f}")
    print(
        f"asked {len(found.asked)}, missing {found.missing}, twice {found.repeated}, other answers {found.differing},"
    )
    print(f"told that the answer was lost {found.lost}")
    return 1 if found.missing or found.repeated or found.differing else 0


if __name__ == "__main__":
    sys.exit(main())
