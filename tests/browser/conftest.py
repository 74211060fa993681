"""One installation for all tests in a browser, and windows of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser import chromium, shop
from tests.browser.console import PATIENCE_MS, Seat, open_seat
from tests.browser.demo import Demo, demo
from tests.browser.visitors import OpenVisit, Visitor, leave
from tests.browser.wire import Wire, wire_to
from tests.browser.work import Desk

OpenSeat = Callable[..., Awaitable[Seat]]
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    for item in ours:
        item.add_marker(pytest.mark.timeout(240))
        if chromium.executable() is None:
            item.add_marker(pytest.mark.skip(reason=chromium.MISSING))


@pytest.fixture(scope="session")
def installation() -> Iterator[Demo]:
    """With the demo tenant; one for all tests, so each makes tickets and dialogs of its own."""
    with demo() as running:
        yield running


@pytest.fixture(scope="session")
def origin(installation: Demo) -> str:
    return installation.origin


@pytest.fixture(scope="session")
def desk(origin: str) -> Desk:
    return Desk(origin)


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The origin of a shop that has the widget."""
    with shop.running() as address:
        yield address


@pytest.fixture
async def wire(origin: str) -> AsyncIterator[Wire]:
    """A line to the installation that can be cut."""
    async with wire_to(origin) as line:
        yield line


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium.running(windowless=True) as running:
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


@pytest.fixture
async def visit(seat: OpenSeat, site: str, origin: str) -> AsyncIterator[OpenVisit]:
    """`await visit()`: a visitor on the shop's page; `line` is how they reach Opora, `language` the page's."""
    visitors: list[Visitor] = []

    async def arrive(*, line: str | None = None, language: str = "en", **wishes: object) -> Visitor:
        visitors.append(Visitor(await seat(language=language, **wishes), origin))
        await visitors[-1].arrive(site, line or origin, language)
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        if dialog_id := await visitor.dialog_id():
            leave(origin, dialog_id)
