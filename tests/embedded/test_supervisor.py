"""``opora up`` ends with everything that it started, and comes back after anything."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from app import demo, welcome
from tests.embedded.running import Up, eventually, free_port, processes_of

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
    # A first start on a machine that has other work.
    pytest.mark.timeout(240),
]


def _status(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
            return int(answer.status)
    except OSError:
        return 0


def _paste(text: str) -> dict[str, dict[str, dict[str, object]]]:
    done = subprocess.run(["/bin/sh", "-c", text], capture_output=True, text=True, check=True, timeout=60)
    answer: dict[str, dict[str, dict[str, object]]] = json.loads(done.stdout)
    assert "errors" not in answer
    return answer


def test_first_query_of_the_demo_is_answered_with_citations(running: Up) -> None:
    assert _paste(running.first_query())["data"]["ask"]["cited"]


def test_metrics_tell_of_the_workers_and_of_the_relay_too(running: Up) -> None:
    def counted(name: str) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    assert eventually(lambda: counted('opora_jobs_total{outcome="done"') > 0)
    assert eventually(lambda: counted("opora_events_published_total") > 0)


def test_second_start_on_the_same_data_names_the_first(running: Up) -> None:
    with Up(running.data_dir) as second:
        assert second.process.wait(30) == 1
        assert eventually(lambda: f"serves http://127.0.0.1:{running.port}" in second.text, 5), second.text
    assert _status(running.port) == 200


def test_killed_processes_are_started_again(running: Up) -> None:
    commands = ("api", "worker", "scheduler")
    assert eventually(lambda: all(running.child(command) for command in commands))
    before, told = {command: running.child(command) for command in commands}, len(running.text)
    for pid in before.values():
        os.kill(pid or 0, signal.SIGKILL)
    ends = [f"{command} ended with code -9" for command in commands]
    assert eventually(lambda: all(end in running.text[told:] for end in ends)), running.text
    assert eventually(lambda: all(running.child(name) not in (None, pid) for name, pid in before.items())), running.text
    assert eventually(lambda: _status(running.port) == 200)


def test_killed_database_is_started_again(running: Up) -> None:
    told = len(running.text)
    running.kill_database()
    word = "behind OPORA_DATABASE_URL had ended; it runs again"
    assert eventually(lambda: word in running.text[told:]), running.text
    assert eventually(lambda: _status(running.port) == 200)


def test_kill_9_leaves_no_process_and_blocks_no_start(running: Up) -> None:
    running.end(signal.SIGKILL)
    assert eventually(lambda: not processes_of(running.data_dir), 20), processes_of(running.data_dir)
    running.start()
    running.wait_until_ready()
    assert _paste(running.first_query())["data"]["ask"]["cited"]
    assert len(processes_of(running.data_dir)) >= 4


def test_ctrl_c_leaves_no_process(running: Up) -> None:
    """The last of those that share it: whoever follows has to wait for a new start."""
    assert running.end(signal.SIGINT) == 0
    assert processes_of(running.data_dir) == {}


def test_taken_port_is_named(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, Up(data_dir, taken.getsockname()[1]) as up:
        assert up.process.wait(30) == 1
        assert eventually(lambda: f"port {up.port} on 127.0.0.1 is in use" in up.text, 5), up.text
    assert processes_of(data_dir) == {}


def test_wrong_setting_is_named(data_dir: Path) -> None:
    with Up(data_dir, free_port(), OPORA_LLM_BASE_URL="somewhere") as up:
        assert up.process.wait(30) == 1
        assert eventually(lambda: "OPORA_LLM_BASE_URL: must start with http" in up.text, 5), up.text


def test_welcome_names_the_people_of_the_demo() -> None:
    assert set(welcome.DEMO_USERS) == set(demo.STAFF)
    assert welcome.DEMO_PASSWORD == demo.PASSWORD
