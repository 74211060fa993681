"""The file stores under one contract: a directory, and S3 with its own faults."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from core.errors import NotFound, Unavailable
from core.network import NetworkInTransaction, forbidden
from integrations.storage.factory import make_file_store
from integrations.storage.port import FileStore
from tests.doubles.s3 import S3Double, running_s3
from tests.fixtures.database import variables

_LARGE = bytes(range(256)) * (9 * 4096)


@pytest.fixture(scope="module")
def served() -> Iterator[S3Double]:
    with running_s3() as double:
        yield double


@pytest.fixture
def double(served: S3Double, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Double]:
    for name, value in served.environment().items():
        monkeypatch.setenv(name, value)
    served.requests.clear()
    yield served
    served.statuses.clear()
    served.delay_s = 0.0


def settings_of(tmp_path: Path, **more: str) -> Settings:
    return load_settings(**{**variables("postgresql://x/y", "redis://x", tmp_path), **more}, _env_file=None)


@pytest.fixture
def s3(double: S3Double, tmp_path: Path) -> FileStore:
    return make_file_store(settings_of(tmp_path, OPORA_STORAGE_URL=f"s3://{double.bucket}/kept"))


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "s3":
        s3: FileStore = request.getfixturevalue("s3")
        return s3
    return make_file_store(settings_of(tmp_path))


async def _whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


@pytest.mark.parametrize("data", [b"x", b"small", _LARGE], ids=["byte", "small", "multipart"])
async def test_what_is_put_is_read(store: FileStore, data: bytes) -> None:
    await store.put("1/ab/key", data, mime_type="image/png")
    assert await _whole(store.read("1/ab/key")) == data


@pytest.mark.parametrize(("start", "end"), [(0, 3), (2, 5), (4, None), (9, 10)])
async def test_a_part_is_read_by_itself(store: FileStore, start: int, end: int | None) -> None:
    await store.put("1/ab/part", b"0123456789", mime_type="text/plain")
    assert await _whole(store.read("1/ab/part", start=start, end=end)) == b"0123456789"[start:end]


async def test_a_large_object_comes_in_pieces(store: FileStore) -> None:
    await store.put("1/ab/large", _LARGE, mime_type="text/plain")
    assert max([len(piece) async for piece in store.read("1/ab/large")]) <= 2 * 1024 * 1024


async def test_a_deleted_object_is_gone_and_may_be_deleted_again(store: FileStore) -> None:
    await store.put("1/ab/gone", b"data", mime_type="text/plain")
    await store.delete("1/ab/gone")
    await store.delete("1/ab/gone")
    with pytest.raises(NotFound):
        await _whole(store.read("1/ab/gone"))


async def test_a_probe_leaves_nothing(store: FileStore, double: S3Double, tmp_path: Path) -> None:
    await store.probe()
    assert not any("probe" in key for key in double.objects)
    assert list((tmp_path / "uploads").glob("probe/*")) == []


async def test_no_store_is_used_inside_a_transaction(store: FileStore) -> None:
    with forbidden(), pytest.raises(NetworkInTransaction):
        await store.put("1/ab/key", b"data", mime_type="text/plain")


async def test_a_passing_failure_of_s3_is_tried_again(s3: FileStore, double: S3Double) -> None:
    double.statuses.append(503)
    await s3.put("1/ab/retried", b"data", mime_type="text/plain")
    assert double.requests == [("PUT", "kept/1/ab/retried")] * 2


async def test_a_failing_s3_is_unavailable_and_quotes_nothing(s3: FileStore, double: S3Double) -> None:
    double.statuses.extend([500] * 3)
    with pytest.raises(Unavailable) as failed:
        await s3.put("1/ab/failing", b"data", mime_type="text/plain")
    assert failed.value.message == "The bucket opora-files does not answer; check OPORA_STORAGE_URL"
    assert failed.value.__cause__ is None


async def test_a_silent_s3_is_given_up_in_time(double: S3Double, tmp_path: Path) -> None:
    double.delay_s = 2.0
    store = make_file_store(settings_of(tmp_path, OPORA_STORAGE_URL="s3://opora-files", OPORA_STORAGE_TIMEOUT_S="0.2"))
    with pytest.raises(Unavailable):
        await store.put("1/ab/slow", b"data", mime_type="text/plain")


async def test_a_missing_bucket_is_unavailable(double: S3Double, tmp_path: Path) -> None:
    store = make_file_store(settings_of(tmp_path, OPORA_STORAGE_URL="s3://another"))
    with pytest.raises(Unavailable):
        await store.put("1/ab/key", b"data", mime_type="text/plain")
    with pytest.raises(Unavailable):
        await store.delete("1/ab/key")


async def test_a_refused_key_is_unavailable(double: S3Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    store = make_file_store(settings_of(tmp_path, OPORA_STORAGE_URL="s3://opora-files"))
    with pytest.raises(Unavailable):
        await store.put("1/ab/key", b"data", mime_type="text/plain")
    assert "1/ab/key" not in double.objects


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("url", ["file:///proc/nowhere", "s3://another"])
def test_a_process_ends_well_after_a_failure(url: str) -> None:
    code = (
        "import asyncio; from config.settings import load_settings as s; from integrations.storage.factory import *\n"
        f"store = make_file_store(s(OPORA_STORAGE_URL='{url}', _env_file=None))\n"
        "asyncio.run(store.delete('1/ab/key'))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert (ended.returncode, "Unavailable" in ended.stderr) == (1, True)


async def test_a_directory_that_cannot_be_made_says_so_when_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = make_file_store(settings_of(tmp_path, OPORA_STORAGE_URL=f"file://{tmp_path}/file/below"))
    with pytest.raises(Unavailable, match="OPORA_STORAGE_URL"):
        await store.put("1/ab/key", b"data", mime_type="text/plain")
