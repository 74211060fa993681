"""Fixtures of all tests. They stand in tests/fixtures, a file a subject."""

import gc
import os
import sys

import pytest
import structlog

from config.threads import one_thread_each
from tests.fixtures.scheduling import longest_first

# As `opora` does: the suite runs several processes beside each other.
one_thread_each()
# Every worker and every process that a test starts would compile the product and rewrite the tests' assertions anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Modules and tests stay until the end: looking through them for garbage again and again is a tenth of the time.
gc.disable()
# What the developer's shell has set for a running Opora is none of the tests' business.
for _name in [name for name in os.environ if name.startswith("OPORA_")]:
    del os.environ[_name]

# Through the standard library, so that `caplog` sees them and pytest shows them where a test fails.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)

pytest_plugins = (
    "tests.fixtures.servers",
    "tests.fixtures.one_up",
    "tests.fixtures.database",
    "tests.fixtures.people",
    "tests.fixtures.application",
    "tests.fixtures.work",
    "tests.fixtures.telegram",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


def pytest_collection_finish() -> None:
    gc.freeze()
    # Requests leave little behind in a ring: looking every 700 objects is a twentieth of the time.
    gc.set_threshold(20_000, 20, 50)
    gc.enable()
