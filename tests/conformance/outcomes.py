"""What others' suites found: a line of JSON a case, whatever language they are written in."""

import asyncio
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = HERE.parents[1] / "web" / "node_modules"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reason`` says what was wrong where it is not ``ok``."""

    name: str
    ok: bool
    reason: str | None = None


def node() -> str | None:
    """The Node of the environment, else of the machine; None where there is none, or no packages for it."""
    found = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    return found if (PACKAGES / "graphql-sse").is_dir() else None


async def run_script(script: str, *words: str, seconds: float = 100.0) -> list[Outcome]:
    """What a script of this folder says of each of its cases. Raises AssertionError where it breaks off."""
    program = node()
    assert program is not None
    process = await asyncio.create_subprocess_exec(
        program, str(HERE / script), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode == 0, errors.decode()
    return [Outcome(**json.loads(line)) for line in output.splitlines()]


def failed(outcomes: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if not outcome.ok]
