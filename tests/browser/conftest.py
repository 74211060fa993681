"""One installation for all tests in a browser, and windows of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser import chromium
from tests.browser.console import Seat, open_seat
from tests.browser.demo import demo

OpenSeat = Callable[..., Awaitable[Seat]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium.executable() is None:
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent):
                item.add_marker(pytest.mark.skip(reason=chromium.MISSING))


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """The address of an installation with the demo tenant."""
    with demo() as installation:
        yield installation.origin


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium.running() as running:
        yield running


@pytest.fixture
async def seat(browser: Browser, origin: str) -> AsyncIterator[OpenSeat]:
    """`await seat("agent@demo.example")`: a window of theirs; without an address one of a stranger."""
    opened: list[Seat] = []

    async def open_one(email: str | None = None, **wishes: object) -> Seat:
        opened.append(await open_seat(browser, origin, email, **wishes))  # type: ignore[arg-type]  # checked there
        return opened[-1]

    yield open_one
    for each in opened:
        await each.context.close()
