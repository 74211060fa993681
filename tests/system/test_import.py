"""`opora kb import` of a folder: interrupted anywhere it goes on, and names what it cannot read."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.system.conftest import Installed
from tests.system.installation import Installation, Service
from tests.system.people import Person, until

ROWS = 70
"""More than the import stores in one step."""


@pytest.fixture(scope="module")
async def system(installed: Installed) -> AsyncIterator[Installation]:
    async with installed(jobs=False) as system:
        yield system


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


def _import(system: Installation, folder: Path) -> Service:
    return system.service("kb", "import", str(folder), "--tenant", "demo")


async def test_interrupted_import_goes_on_without_duplicates_and_names_bad_files(
    admin: Person, system: Installation, folder: Path
) -> None:
    first = _import(system, folder)
    while not (partial := await _imported(admin)):
        assert first.process.poll() is None, first.text()
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


async def test_folder_without_anything_readable_fails(system: Installation, directory: Path) -> None:
    nothing = directory / "nothing"
    nothing.mkdir()
    (nothing / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    failed = _import(system, nothing)
    await until(lambda: failed.process.poll() is not None, 60)
    assert failed.process.returncode == 1
    assert "No file could be read" in failed.text()
