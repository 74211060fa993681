"""The commands of the README, pasted into a shell, do what the README says."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import Shared
from tests.system.installation import Installation

README = Path(__file__).parents[2] / "README.md"
ADDRESS = "API=http://127.0.0.1:8000\n"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes end with the test by a Linux feature"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="the README's commands are curl's"),
]


@pytest.fixture(scope="module")
def system(shared: Shared) -> Installation:
    return shared.system


def _blocks(section: str) -> list[str]:
    """What a section shows to be pasted, block by block."""
    found = re.search(rf"^## {section}\n(.*?)^## ", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    return re.findall(r"```console\n(.*?)```", found[1], re.DOTALL)


def _parted(block: str) -> tuple[str, str]:
    """A block's commands: all but the last one, and the last one, which reads the reply."""
    commands, separator, reading = block.rpartition("\ncurl ")
    assert separator
    return commands, f"curl {reading}"


def _until_there(reading: str, word: str) -> str:
    """People read the reply when it is there: the shell asks until it is."""
    return f"for try in $(seq 200); do\n{reading}\necho; sleep 0.1\ndone | grep -m 1 {word}"


def _paste(text: str) -> str:
    """What the shell prints."""
    done = subprocess.run(
        ["/bin/sh", "-c", text],
        cwd=README.parent,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _answers(system: Installation, block: int) -> list[dict[str, Any]]:
    """What the commands of a block print, after the sign-in that stands above them all."""
    signing_in, *blocks = _blocks("The documented APIs")
    # A line for each: the commands themselves print none.
    commands = blocks[block].replace("\ncurl ", "\necho; curl ")
    printed = _paste(f"API={system.origin}\n{signing_in}\n{commands}")
    return [json.loads(line) for line in printed.splitlines() if line]


def test_first_query_is_answered_with_a_source(system: Installation) -> None:
    writing, reading = _parted(_blocks("First query")[0])
    assert writing.startswith(ADDRESS)
    writing = writing.replace(ADDRESS, f"API={system.origin}\n")
    printed = _paste(f"{writing}\n{_until_there(reading, 'ASSISTANT')}")
    assert '"citations":[{"source":"en/error-codes.md"' in printed
    assert '"status":"open"' in printed.lower()


def test_the_interview_ends_with_a_lead(system: Installation) -> None:
    asked, registered, listed = _answers(system, 0)
    assert (asked["status"], asked["function_called"]) == ("success", None)
    assert registered["function_called"] == "register_lead"
    (lead,) = listed["leads"]
    assert (lead["name"], lead["phone"], lead["city"]) == ("Канат", "87768776637", "Алматы")


def test_the_desk_finds_a_category_and_an_answer(system: Installation) -> None:
    ticket, answer, health = _answers(system, 1)
    assert (ticket["category"], ticket["auto_categorized"]) == ("hardware_issue", True)
    assert "Guest network" in answer["response"]
    assert answer["was_escalated"] is False
    assert 0 <= health["memory_usage"] <= 100


def test_the_mini_app_shows_a_file_and_the_figures(system: Installation) -> None:
    message, figures = _answers(system, 2)
    assert message["attachments"][0]["filename"] == "README.md"
    assert figures["tickets"]["total"] > 0


def test_a_visitor_of_a_site_reads_an_answer_with_its_source(system: Installation) -> None:
    signing_in, *blocks = _blocks("The documented APIs")
    writing, reading = _parted(blocks[3])
    printed = _paste(f"API={system.origin}\n{signing_in}\n{writing}\necho\n{_until_there(reading, 'assistant')}")
    asked, read = (json.loads(line) for line in printed.splitlines())
    question, answer = read["messages"]
    assert question == asked
    assert answer["sender"] == "assistant"
    assert "Source: en/error-codes.md [1]" in answer["text"]
