"""The embedded Valkey comes back after a kill, empty or not, and asks for a password."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app.embedded.valkey import EmbeddedValkey


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedValkey]:
    valkey = EmbeddedValkey(data_dir)
    valkey.start()
    yield valkey
    valkey.stop()


def _client(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(server.url, decode_responses=True, protocol=2)


def test_keys_survive_kill_9(server: EmbeddedValkey) -> None:
    with _client(server) as client:
        client.set("kept", "yes")
        # Its journal reaches the disk once a second.
        time.sleep(1.2)
        server.kill()
        server.start()
        assert client.get("kept") == "yes"


def test_wiped_server_starts_empty_at_the_same_address(server: EmbeddedValkey) -> None:
    before = server.url
    with _client(server) as client:
        client.set("kept", "yes")
        server.wipe()
        assert server.start() == before
        assert client.get("kept") is None


def test_damaged_journal_is_set_aside(server: EmbeddedValkey, data_dir: Path) -> None:
    with _client(server) as client:
        client.set("kept", "yes")
    server.stop()
    for part in (data_dir / "valkey" / "appendonlydir").glob("*.aof"):
        part.write_bytes(b"*3\r\n$3\r\nSET\r\ngarbage" + part.read_bytes())
    server.start()
    with _client(server) as client:
        assert client.ping()
    assert list((data_dir / "valkey").glob("appendonlydir.damaged-*"))


def test_password_is_needed_and_shown_nowhere(server: EmbeddedValkey) -> None:
    with redis.Redis(port=server.port, protocol=2) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    password = server.url.split(":")[2].split("@")[0]
    assert password not in Path(f"/proc/{server.pid}/cmdline").read_text()
