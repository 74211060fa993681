"""Installations of a module: one is started for all of its tests."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.embedded.valkey import EmbeddedValkey
from tests.doubles.telegram import TelegramDouble, telegram_server
from tests.fixtures.database import copied_database, variables
from tests.fixtures.people import unique
from tests.fixtures.servers import scratch_directory
from tests.system.installation import Installation, installation
from tests.system.people import Person, sign_in

LEASE_S = 3
"""Seconds after which a killed worker's job is another's. In production it is 15, to forgive a pause of the machine."""

Installed = Callable[..., AbstractAsyncContextManager[Installation]]


@dataclass(frozen=True)
class Shared:
    """An installation of two APIs, with servers of its own; the default tenant's bot is in its settings."""

    system: Installation
    valkey: EmbeddedValkey
    telegram: TelegramDouble


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Data and logs; other users may pass: started by root, the servers run as another user."""
    directory = scratch_directory()
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def own_valkey(directory: Path) -> Iterator[EmbeddedValkey]:
    """A Valkey of this module, which its tests may kill."""
    with EmbeddedValkey(directory) as server:
        yield server


@pytest.fixture(scope="module")
def installed(template_url: str, own_valkey: EmbeddedValkey, directory: Path) -> Installed:
    """`async with installed(apis=2, OPORA_LLM_BASE_URL=...) as system:` on a fresh database, with the demo tenant."""

    return _installed(template_url, own_valkey, directory)


def _installed(template_url: str, valkey: EmbeddedValkey, directory: Path) -> Installed:
    @asynccontextmanager
    async def start(*, apis: int = 1, **changes: str) -> AsyncIterator[Installation]:
        name = unique("system").replace("-", "_")
        async with copied_database(template_url, name) as url:
            environment = variables(url, valkey.url, directory) | {"OPORA_JOB_LEASE_S": str(LEASE_S)} | changes
            # From the main thread, blocking: the kernel ends the processes when the thread that started them ends.
            with installation(environment, directory, apis=apis) as running:
                yield running

    return start


@pytest.fixture(scope="session")
async def shared(template_url: str) -> AsyncIterator[Shared]:
    """One for the modules of `ONE_INSTALLATION` (tests/fixtures/scheduling.py): each test leaves it at work."""
    directory = scratch_directory()
    with EmbeddedValkey(directory) as valkey, telegram_server() as telegram:
        bot = telegram.add_bot(600_001, "default_bot")
        settings = {"OPORA_TELEGRAM_API_URL": telegram.url, "OPORA_TELEGRAM_BOT_TOKEN": bot}
        async with _installed(template_url, valkey, directory)(apis=2, **settings) as system:
            yield Shared(system, valkey, telegram)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def customer(system: Installation) -> AsyncIterator[Person]:
    """The demo tenant's customer, in a session of this test; each module says what its ``system`` is."""
    async with await sign_in(system.origin) as person:
        yield person


@pytest.fixture
async def admin(system: Installation) -> AsyncIterator[Person]:
    async with await sign_in(system.origin, "admin@demo.example") as person:
        yield person
