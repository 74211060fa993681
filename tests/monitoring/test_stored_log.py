"""Lines of the log reach the database in batches, without secrets, whatever the database does meanwhile."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import orjson
import pytest
import structlog

from config.database import close_database, open_database
from config.log_buffer import LONGEST_MESSAGE, LogBuffer, unheard
from config.logging import configure_logging
from config.settings import Settings
from core.actor import Actor, Role
from core.errors import Forbidden, InvalidInput
from core.paging import CursorPage
from models.monitoring import LogLevel, LogRecord
from models.tenants import Tenant
from services import log_records, thinning
from services.log_records import LogFilter
from services.unit_of_work import SystemReason, system_unit_of_work, unit_of_work
from tests.fixtures.people import MakeTenant
from tests.monitoring.conftest import AGENT, START, Clock, rows


@pytest.fixture
def buffer(monkeypatch: pytest.MonkeyPatch) -> LogBuffer:
    """Of the test's own: from the process's, the writer that works beside all tests may take lines and still be storing
    them when the test looks.
    """
    own = LogBuffer()
    monkeypatch.setattr("config.logging.LOG_BUFFER", own)
    return own


@pytest.fixture
def logger(
    settings: Settings, buffer: LogBuffer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[structlog.stdlib.BoundLogger]:
    """A logger of the product's own logging, into nowhere but the buffer."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr("sys.stderr", io.StringIO())
    # On a busy machine the last lines of a process may need longer than one that ends should wait.
    monkeypatch.setattr(log_records, "_LAST_CHANCE_S", 30.0)
    configure_logging(settings, process="tests")
    # Loggers of the product that speak meanwhile would keep this configuration for the tests that follow.
    structlog.configure(cache_logger_on_first_use=False)
    yield structlog.stdlib.get_logger("tests.source")
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


async def stored(tenant_id: int = 1, source: str = "tests.source") -> list[LogRecord]:
    async with unit_of_work(Actor(tenant_id=tenant_id, role=Role.AGENT)) as uow:
        return list((await log_records.page_lines(uow, LogFilter(source=source), CursorPage(100))).rows)


@pytest.mark.usefixtures("installation")
async def test_a_line_is_stored_with_its_context(logger: structlog.stdlib.BoundLogger, buffer: LogBuffer) -> None:
    async with log_records.storing(buffer):
        with structlog.contextvars.bound_contextvars(request_id="r-1"):
            logger.info("ticket_answered", ticket_id=7)
        logger.debug("not_stored")
    line = (await stored())[0]
    assert (line.level, line.message, line.source) == ("INFO", "ticket_answered", "tests.source")
    assert line.metadata == {"ticket_id": 7, "request_id": "r-1", "process": "tests"}
    assert line.hostname
    assert len(await stored()) == 1


@pytest.mark.usefixtures("installation")
async def test_lines_of_the_standard_library_are_stored_too(
    logger: structlog.stdlib.BoundLogger, buffer: LogBuffer
) -> None:
    async with log_records.storing(buffer):
        logging.getLogger("a.library").warning("%s is late", "it")
    assert [line.message for line in await stored(source="a.library")] == ["it is late"]


@pytest.mark.usefixtures("installation")
async def test_a_line_belongs_to_the_tenant_it_is_about(
    logger: structlog.stdlib.BoundLogger, buffer: LogBuffer, make_tenant: MakeTenant
) -> None:
    first, second = await make_tenant(), await make_tenant()
    async with log_records.storing(buffer):
        for tenant in (first, second):
            with structlog.contextvars.bound_contextvars(tenant_id=tenant.id):
                logger.info("theirs", of=tenant.id)
        logger.info("nobodys")
        logger.info("of_a_tenant_that_is_gone", tenant_id=10**9)
    said = [[line.message for line in await stored(tenant_id)] for tenant_id in (1, first.id, second.id)]
    assert said == [["nobodys"], ["theirs"], ["theirs"]]
    assert (await stored(first.id))[0].metadata["of"] == first.id


@pytest.mark.usefixtures("installation")
async def test_no_secret_and_no_stack_trace_is_stored(logger: structlog.stdlib.BoundLogger, buffer: LogBuffer) -> None:
    async with log_records.storing(buffer):
        try:
            raise ValueError("Bearer abcdefghijkl was refused")
        except ValueError:
            logger.exception("it_failed", password="hunter-22", url="redis://u:hunter-22@h/0")
    text = orjson.dumps([row["row"] for row in await rows("SELECT t::text AS row FROM log_records t")]).decode()
    assert "it_failed" in text
    assert "ValueError" in text
    for hidden in ("hunter-22", "abcdefghijkl", "Traceback", "File "):
        assert hidden not in text


@pytest.mark.usefixtures("installation")
async def test_whatever_is_logged_can_be_stored(logger: structlog.stdlib.BoundLogger, buffer: LogBuffer) -> None:
    strange = {"a": "\ud800", "b": "\0", "c": 2**80, "d": float("nan"), "e": {"f": [object()]}, "g": "x" * 10_000}
    async with log_records.storing(buffer):
        logger.info("\ud800 x\0y zzz " * 1000, **strange)
        logger.info("many", **{f"key_{number}": "v" * 100 for number in range(100)})
    lines = await stored()
    assert [len(line.message) <= LONGEST_MESSAGE for line in lines] == [True, True]
    assert all(len(orjson.dumps(line.metadata)) < 8000 for line in lines)
    (many,) = (line for line in lines if line.message == "many")
    assert many.metadata["truncated"] is True


@pytest.mark.usefixtures("installation")
async def test_lines_are_stored_while_the_process_works(
    logger: structlog.stdlib.BoundLogger, buffer: LogBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_records, "_EVERY_S", 0.05)
    async with log_records.storing(buffer):
        for number in range(1200):
            logger.info("line", number=number)
        async with asyncio.timeout(10):
            while (await rows("SELECT count(*) AS n FROM log_records"))[0]["n"] < 1200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert len(await rows("SELECT DISTINCT metadata->>'number' FROM log_records")) == 1200


@pytest.fixture
async def away(override: Any, settings: Settings) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """No database answers until this is called."""

    async def come_back() -> None:
        await close_database()
        await open_database(settings)

    with override(OPORA_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none") as unreachable:
        await close_database()
        await open_database(unreachable)
        yield come_back
    await come_back()


@pytest.mark.usefixtures("installation")
async def test_while_the_database_is_away_nothing_waits_and_little_is_lost(
    logger: structlog.stdlib.BoundLogger,
    buffer: LogBuffer,
    monkeypatch: pytest.MonkeyPatch,
    away: Callable[[], Awaitable[None]],
) -> None:
    monkeypatch.setattr(log_records, "_EVERY_S", 0.05)
    monkeypatch.setattr("config.connections._BEGIN_PATIENCE_S", 0.2)
    monkeypatch.setattr(buffer, "_length", 100)
    async with log_records.storing(buffer):
        started = asyncio.get_running_loop().time()
        for number in range(150):
            logger.info("line", number=number)
        assert asyncio.get_running_loop().time() - started < 1
        await asyncio.sleep(0.6)
        await away()
        async with asyncio.timeout(20):
            while len(buffer) or not await stored():  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    assert len(await stored()) == 100
    notice = await stored(source="services.log_records")
    assert [(line.level, line.metadata) for line in notice] == [("WARNING", {"dropped": 50})]


@pytest.mark.usefixtures("installation")
async def test_its_own_failures_are_not_stored(
    logger: structlog.stdlib.BoundLogger, buffer: LogBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(lines: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(log_records, "_store", fail)
    async with log_records.storing(buffer):
        logger.info("lost")
        await asyncio.sleep(0)
    assert len(buffer) == 0
    monkeypatch.undo()
    with unheard():
        logger.info("unheard")
    assert len(buffer) == 0


def test_put_back_lines_stay_the_oldest_and_the_buffer_bounded() -> None:
    buffer = LogBuffer(length=3)
    buffer.open("INFO")
    for number in range(3):
        buffer(None, "info", {"event": str(number), "level": "info"})
    taken = buffer.take(2)
    for number in (3, 4):
        buffer(None, "info", {"event": str(number), "level": "info"})
    buffer.put_back(taken)
    assert [line.message for line in buffer.take(9)] == ["2", "3", "4"]
    assert buffer.dropped == 2


@pytest.mark.parametrize(("least", "kept"), [("INFO", ["info", "error"]), ("ERROR", ["error"]), ("off", [])])
def test_the_level_from_which_lines_are_kept(least: str, kept: list[str]) -> None:
    buffer = LogBuffer()
    buffer.open(least)
    for level in ("debug", "info", "error"):
        buffer(None, level, {"event": level, "level": level})
    assert [line.message for line in buffer.take(9)] == kept


async def _say(tenant: Tenant, *levels: str) -> None:
    for level in levels:
        async with system_unit_of_work(SystemReason.MONITORING) as statements:
            await statements.rows(
                "INSERT INTO log_records (tenant_id, level, message, source, hostname, metadata, logged_at)"
                " VALUES ($1, $2, '', $3, 'h', '{}', now())",
                tenant.id, level, f"source.{level.lower()}",
            )  # fmt: skip


async def test_filters_and_pages(tenant: Tenant) -> None:
    await _say(tenant, "INFO", "ERROR", "INFO")
    async with unit_of_work(Actor(tenant_id=tenant.id, role=Role.AGENT)) as uow:
        everything = (await log_records.page_lines(uow, LogFilter(), CursorPage(9))).rows
        errors = (await log_records.page_lines(uow, LogFilter(LogLevel.ERROR), CursorPage(9))).rows
        of_source = (await log_records.page_lines(uow, LogFilter(source="source.info"), CursorPage(1))).rows
        older = (await log_records.page_lines(uow, LogFilter(), CursorPage(9, everything[0].id))).rows
    assert [line.level for line in everything] == ["INFO", "ERROR", "INFO"]
    assert [line.id for line in errors] == [everything[1].id]
    assert [line.id for line in of_source] == [everything[0].id]
    assert older == everything[1:]


async def test_customers_read_no_lines(tenant: Tenant) -> None:
    async with unit_of_work(Actor(tenant_id=tenant.id, role=Role.USER, user_id=1)) as uow:
        with pytest.raises(Forbidden):
            await log_records.page_lines(uow, LogFilter(), CursorPage(9))


def test_levels_are_known_in_any_case() -> None:
    assert log_records.level_named("warning") is LogLevel.WARNING
    with pytest.raises(InvalidInput, match="DEBUG, INFO, WARNING, ERROR, CRITICAL"):
        log_records.level_named("loud")


@pytest.mark.usefixtures("installation")
async def test_old_lines_are_forgotten(moved: Clock) -> None:
    for days in (1, 13, 15, 400):
        await rows(
            "INSERT INTO log_records (tenant_id, level, message, source, hostname, metadata, logged_at)"
            " VALUES (1, 'INFO', $2, '', '', '{}', $1::timestamptz - make_interval(days => $3))",
            START, str(days), days,
        )  # fmt: skip
    assert await thinning.forget_log_records() == 2
    async with unit_of_work(AGENT) as uow:
        left = (await log_records.page_lines(uow, LogFilter(), CursorPage(9))).rows
    assert [line.message for line in left] == ["13", "1"]
