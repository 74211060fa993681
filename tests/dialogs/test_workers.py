"""Each customer is answered once and charged once, also where workers die at work."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

import pytest

from models.conversations import AuthorKind
from models.dialogs import Dialog
from services import billing, dialogs
from services.unit_of_work import unit_of_work
from tests.dialogs.conftest import Shop, enter, kinds, say
from tests.workers.conftest import until
from tests.workers.processes import ROOT, end, running, workers_of

LONG = pytest.param(12, 4, marks=pytest.mark.proof)

pytestmark = [
    pytest.mark.timeout(90),
    pytest.mark.skipif(sys.platform != "linux", reason="processes end with the test by a Linux feature"),
]


@pytest.fixture
def workers(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Two worker processes, and the scheduler that sends them jobs and what others left."""
    changes = {"OPORA_JOB_LEASE_S": "2", "OPORA_WORKER_PROCESSES": "2", "OPORA_WORKER_THREADS": "2"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPORA_")}
    variables = {**kept, **environment, **changes}
    command = [sys.executable, "-m", "tests.dialogs.processes"]
    with running("scheduler", {**environment, **changes}):
        process = subprocess.Popen(command, cwd=ROOT, env=variables, start_new_session=True)  # noqa: S603
        try:
            yield process
        finally:
            end(process)


async def asking(shop: Shop) -> Dialog:
    """A dialog of a new guest who asks something that the shop knows."""
    guest = await enter(shop.assistant)
    async with unit_of_work(guest) as uow:
        dialog = await dialogs.open_for(uow)
    await say(guest, dialog)
    return dialog


async def open_jobs(shop: Shop) -> int:
    async with unit_of_work(shop.admin) as uow:
        (row,) = await uow.rows("SELECT count(*) AS n FROM jobs WHERE task LIKE 'dialogs.%' AND state <> 'done'")
    return int(row["n"])


async def any_running(shop: Shop) -> bool:
    async with unit_of_work(shop.admin) as uow:
        return bool(await uow.rows("SELECT id FROM jobs WHERE task = 'dialogs.reply' AND state = 'running'"))


async def kill_some(shop: Shop, process: "subprocess.Popen[bytes]", times: int) -> int:
    """Kill a worker again and again while it answers; returns how often one was at work."""
    struck = 0
    for _ in range(times):
        if not await open_jobs(shop):
            break
        await until(lambda: any_running(shop))
        # One that died by itself is no target: there is none while a new one starts.
        with suppress(ProcessLookupError, IndexError):
            os.kill(random.choice(workers_of(process)), signal.SIGKILL)
            struck += 1
        await asyncio.sleep(0.5)
    return struck


@pytest.mark.parametrize(("count", "kills"), [(6, 2), LONG])
async def test_each_customer_is_answered_and_charged_once_though_workers_are_killed(
    shop: Shop, workers: "subprocess.Popen[bytes]", count: int, kills: int
) -> None:
    asked = [await asking(shop) for _ in range(count)]
    assert await kill_some(shop, workers, kills) > 0

    async def nothing_open() -> bool:
        return not await open_jobs(shop)

    await until(nothing_open, 60)
    for dialog in asked:
        assert await kinds(shop, dialog) == [AuthorKind.CUSTOMER, AuthorKind.ASSISTANT]
    async with unit_of_work(shop.admin) as uow:
        assert (await billing.balance(uow)).balance == Decimal("100.00") - count * Decimal("5.00")
