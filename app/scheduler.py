"""`opora scheduler`: the relay and the clock, in one event loop."""

import asyncio
import contextlib
import signal

import structlog
import uvloop

from config.database import close_database, open_database
from config.logging import configure_logging
from config.redis import close_redis, open_redis
from config.settings import Settings, get_settings
from integrations.telegram.factory import make_telegram
from services import log_records
from workers.broker import make_broker
from workers.fanout import install_fanout
from workers.relay import Relay
from workers.schedule import Schedule
from workers.task import TASKS
from workers.telegram_polling import Polling

logger = structlog.get_logger(__name__)


def main() -> int:
    """Run until SIGTERM or SIGINT; returns the exit code. Raises SettingsError, Unavailable."""
    settings = get_settings()
    configure_logging(settings, process="scheduler")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))
    return 0


async def serve(settings: Settings) -> None:
    """Relay and schedule until a signal asks to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await open_database(settings)
    broker = make_broker(settings, TASKS)
    relay = Relay(open_redis(settings), broker, TASKS)
    install_fanout()
    telegram = make_telegram(settings)
    running = [asyncio.create_task(relay.run()), asyncio.create_task(Schedule(settings).run())]
    if settings.http.public_url is None:
        running.append(asyncio.create_task(Polling(settings, telegram).run()))
    asked = asyncio.create_task(stop.wait())
    logger.info("scheduler_ready")
    try:
        async with log_records.storing():
            done, _ = await asyncio.wait([*running, asked], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in [*running, asked]:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*running, asked, return_exceptions=True)
        await telegram.close()
        await close_redis()
        broker.close()
        await close_database()


if __name__ == "__main__":
    raise SystemExit(main())
