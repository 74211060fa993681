"""Fixtures: a PostgreSQL of one test's own, which it may kill. A conftest.py imports them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.embedded.postgres import EmbeddedPostgres
from app.migrate import migrate
from config.database import close_database, open_database
from config.settings import Settings, override_settings
from tests.fixtures.clusters import seed
from tests.fixtures.servers import scratch_directory


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A server that a test may kill, durable as in production."""
    directory = scratch_directory()
    seed(directory)
    server = EmbeddedPostgres(directory)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def own_database(
    own_postgres: EmbeddedPostgres, settings: Settings, environment: dict[str, str], database: None
) -> AsyncIterator[Settings]:
    """The ORM open on a server of this test's own."""
    with override_settings(**{**environment, "OPORA_DATABASE_URL": own_postgres.url}, _env_file=None) as changed:
        await close_database()
        await migrate(changed)
        await open_database(changed)
        yield changed
        await close_database()
    await open_database(settings)
