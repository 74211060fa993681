"""clamd: verdicts, and every way in which there is none."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import Unavailable
from core.network import NetworkInTransaction, forbidden
from integrations.antivirus.clamd import ClamdScanner
from tests.doubles.clamd import EICAR, SIGNATURE, ClamdDouble, running_clamd


@pytest.fixture(params=["tcp", "unix"])
async def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ClamdDouble]:
    async with running_clamd(tmp_path / "clamd.sock" if request.param == "unix" else None) as double:
        yield double


def scanner_of(double: ClamdDouble, timeout_s: float = 5.0) -> ClamdScanner:
    return ClamdScanner(double.url, timeout_s=timeout_s)


async def test_a_clean_file_has_no_signature(clamd: ClamdDouble) -> None:
    data = bytes(range(256)) * 1000
    assert await scanner_of(clamd).scan(data) is None
    assert clamd.scanned == [data]


async def test_a_virus_is_named(clamd: ClamdDouble) -> None:
    assert await scanner_of(clamd).scan(b"before " + EICAR) == SIGNATURE


async def test_a_file_too_long_for_clamd_is_not_taken_for_clean(clamd: ClamdDouble) -> None:
    clamd.most_bytes = 100_000
    with pytest.raises(Unavailable, match=r"StreamMaxLength|does not answer"):
        await scanner_of(clamd).scan(b"x" * 5_000_000)


@pytest.mark.parametrize("reply", ["stream: Can't allocate memory ERROR", "", "HTTP/1.1 400 Bad Request"])
async def test_any_other_reply_is_no_verdict(clamd: ClamdDouble, reply: str) -> None:
    clamd.reply = reply or " "
    with pytest.raises(Unavailable):
        await scanner_of(clamd).scan(b"data")


async def test_a_silent_clamd_is_given_up_in_time(clamd: ClamdDouble) -> None:
    clamd.silent = True
    with pytest.raises(Unavailable):
        await scanner_of(clamd, 0.2).scan(b"data")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.sock"])
async def test_a_clamd_that_is_not_there_is_unavailable(address: str) -> None:
    with pytest.raises(Unavailable):
        await ClamdScanner(address, timeout_s=1.0).scan(b"data")


async def test_no_scan_inside_a_transaction(clamd: ClamdDouble) -> None:
    with forbidden(), pytest.raises(NetworkInTransaction):
        await scanner_of(clamd).scan(b"data")
    assert clamd.scanned == []
