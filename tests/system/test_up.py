"""`opora up`: its database killed, the API says so, recovers by itself and has kept what it acknowledged; and
`opora kb import` beside it, which goes on where it was interrupted and names what it cannot read.
"""

import asyncio
import re
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.embedded.running import Up
from tests.system.installation import Service, eventually, status_of
from tests.system.people import Person, until

# The first start, on a machine that has other work.
pytestmark = pytest.mark.timeout(240)

PATIENCE_S = 15.0
"""Longer than this no request may take, whatever the database does."""
ROWS = 70
"""More than the import stores in one step."""


@dataclass
class Tally:
    """What became of the requests of one phase."""

    acknowledged: list[int] = field(default_factory=list)
    refused: list[httpx.Response] = field(default_factory=list)
    slowest: float = 0.0


@pytest.fixture
def system(running: Up) -> Up:
    """The one that others share, see tests/fixtures/one_up.py: each test leaves it at work."""
    return running


def _until_ready(system: Up, status: int = 200) -> None:
    assert eventually(lambda: status_of(system.origin) == status, 40.0), system.text


async def _write(customer: Person, ticket_id: int, tally: Tally, until: asyncio.Event) -> None:
    while not until.is_set():
        began = time.monotonic()
        body = {"content": "Is anybody there?", "auto_respond": False}
        response = await customer.post(f"/v1/tickets/{ticket_id}/messages", json=body)
        tally.slowest = max(tally.slowest, time.monotonic() - began)
        if response.status_code == 201:
            tally.acknowledged.append(response.json()["id"])
        else:
            tally.refused.append(response)
        await asyncio.sleep(0.01)


async def _all_messages(customer: Person, ticket_id: int) -> list[int]:
    found: list[int] = []
    while True:
        path = f"/v1/tickets/{ticket_id}/messages?limit=100&skip={len(found)}"
        page = (await customer.get(path)).raise_for_status().json()
        if not page:
            return found
        found += [message["id"] for message in page]


def _assert_told_properly(tally: Tally) -> None:
    """No failure but 503, in the shape of the dialect, and none that kept its client waiting."""
    assert {response.status_code for response in tally.refused} <= {503}
    assert all(set(response.json()) == {"detail"} for response in tally.refused)
    assert tally.slowest < PATIENCE_S


async def test_acknowledged_writes_survive_and_no_request_fails_otherwise_than_with_503(
    customer: Person, system: Up
) -> None:
    ticket_id, tally, enough = await customer.open_ticket("Database", auto_respond=False), Tally(), asyncio.Event()
    writers = [asyncio.create_task(_write(customer, ticket_id, tally, enough)) for _ in range(6)]
    listener = asyncio.create_task(customer.hear(ticket_id, 60))
    for _ in range(2):
        await asyncio.sleep(0.5)
        system.kill_database()
        wanted = len(tally.acknowledged) + 30
        await until(lambda wanted=wanted: len(tally.acknowledged) >= wanted)  # type: ignore[misc]
    enough.set()
    await asyncio.gather(*writers)
    _assert_told_properly(tally)
    stored = await _all_messages(customer, ticket_id)
    assert set(tally.acknowledged) <= set(stored)
    assert await listener == stored[:60]
    assert await customer.hear(ticket_id, len(stored)) == stored


async def test_api_says_503_without_a_database_and_recovers_by_itself(customer: Person, system: Up) -> None:
    ticket_id, tally, enough = await customer.open_ticket("Database", auto_respond=False), Tally(), asyncio.Event()
    # The supervisor stands still, so that the database stays away.
    system.process.send_signal(signal.SIGSTOP)
    try:
        system.kill_database()
        writer = asyncio.create_task(_write(customer, ticket_id, tally, enough))
        await asyncio.to_thread(_until_ready, system, 503)
        await until(lambda: len(tally.refused) > 0)
    finally:
        system.process.send_signal(signal.SIGCONT)
    await asyncio.to_thread(_until_ready, system)
    await until(lambda: len(tally.acknowledged) > 0)
    enough.set()
    await writer
    _assert_told_properly(tally)


async def test_question_asked_as_the_database_dies_is_answered_once(customer: Person, system: Up) -> None:
    ticket_id = await customer.open_ticket("Home 300", "How much does the Home 300 plan cost?")
    system.kill_database()
    told = await customer.until_answered(ticket_id, 30)
    await asyncio.sleep(1)
    assert [each["role"] for each in told] == ["assistant"]
    assert await customer.answers(ticket_id) == told


@pytest.fixture
def folder(directory: Path) -> Path:
    """A table of many passages, a text that comes after it, and files that lie about themselves."""
    folder = directory / "knowledge"
    folder.mkdir()
    rows = [f"What does Aurora {n} cost?,Aurora {n} costs {n}00 tenge." for n in range(1, ROWS + 1)]
    (folder / "tariffs.csv").write_text("\n".join(["question,answer", *rows]) + "\n", encoding="utf-8")
    (folder / "tariffs.md").write_text("# Tariffs\n\nEach Aurora tariff includes a router.\n", encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    (folder / "disguised.docx").write_bytes(b"MZ\x90\x00 a program")
    (folder / "empty.txt").write_bytes(b"")
    return folder


async def _imported(admin: Person) -> Counter[tuple[str, str]]:
    """How often each passage of the tariffs is stored, by source and text, in any version."""
    found: Counter[tuple[str, str]] = Counter()
    skip = 0
    while page := (await admin.get(f"/v1/kb/chunks?limit=100&skip={skip}")).raise_for_status().json():
        skip += len(page)
        found.update((chunk["source"], chunk["chunk"]) for chunk in page if chunk["source"].startswith("tariffs"))
    return found


def _import(system: Up, folder: Path) -> Service:
    """Another command on the same data."""
    return Service(["kb", "import", str(folder), "--tenant", "demo"], system.variables, folder.with_suffix(".log"))


async def test_interrupted_import_goes_on_without_duplicates_and_names_bad_files(
    admin: Person, system: Up, folder: Path
) -> None:
    first = _import(system, folder)
    while not (partial := await _imported(admin)):
        assert first.process.poll() is None, first.text()
        await asyncio.sleep(0.02)
    first.kill()

    second = _import(system, folder)
    await until(lambda: second.process.poll() is not None, 60)
    assert second.process.returncode == 0, second.text()
    whole = await _imported(admin)
    assert len(whole) == whole.total() == ROWS + 1
    assert 0 < partial.total() < ROWS
    assert whole >= partial
    assert re.search(rf"2 of 5 files: {ROWS + 1 - partial.total()} passages created", second.text()), second.text()
    for bad in ("broken.pdf", "disguised.docx", "empty.txt"):
        assert bad in second.text()
    question = {"query": "What does Aurora 17 cost?", "limit": 3}
    found = (await admin.post("/v1/kb/search", json=question)).raise_for_status().json()
    assert "Aurora 17 costs 1700 tenge" in found[0]["chunk"]


async def test_folder_without_anything_readable_fails(system: Up, directory: Path) -> None:
    nothing = directory / "nothing"
    nothing.mkdir()
    (nothing / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    failed = _import(system, nothing)
    await until(lambda: failed.process.poll() is not None, 60)
    assert failed.process.returncode == 1
    assert "No file could be read" in failed.text()
