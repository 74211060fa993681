"""What the long forms and `python -m benchmarks conformance` ask: a whole installation, and Schemathesis beside it."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.latency import servers
from tests.conformance.outcomes import HERE
from tests.doubles.tbank import PASSWORD as BANK_PASSWORD
from tests.doubles.tbank import TERMINAL, tbank_server
from tests.doubles.telegram import telegram_server
from tests.doubles.yookassa import KEY, SHOP, yookassa_server
from tests.fixtures.clusters import SECRET_KEY
from tests.system.installation import Installation, Service, installation

DEMO_PASSWORD = "opora-demo-1"
_PREPARED_S = 150.0
PEOPLE = ("customer@demo.example", "agent@demo.example", "moderator@demo.example", "admin@demo.example")


@contextmanager
def conforming() -> Iterator[Installation]:
    """An installation with the demo tenant, banks and a Telegram that are doubles, and no limits of rate."""
    with servers() as environment, telegram_server() as telegram, tbank_server() as bank, yookassa_server() as shop:
        settings = {
            "OPORA_SECRET_KEY": SECRET_KEY,
            "OPORA_BCRYPT_ROUNDS": "4",
            "OPORA_RATE_LIMITS": "off",
            "OPORA_TELEGRAM_API_URL": telegram.url,
            "OPORA_TBANK_API_URL": bank.url,
            "OPORA_TBANK_TERMINAL_KEY": TERMINAL,
            "OPORA_TBANK_PASSWORD": BANK_PASSWORD,
            "OPORA_YOOKASSA_API_URL": shop.url,
            "OPORA_YOOKASSA_SHOP_ID": SHOP,
            "OPORA_YOOKASSA_SECRET_KEY": KEY,
        }
        everything = {**environment, **settings}
        with tempfile.TemporaryDirectory(prefix="opora-conformance-") as logs:
            _prepare(everything, Path(logs))
            with installation(everything, Path(logs)) as running:
                yield running


def _prepare(environment: Mapping[str, str], logs: Path) -> None:
    """Migrations and the demo on an empty database, which takes longer than an installation waits."""
    preparation = Service(["prepare", "--demo"], environment, logs / "preparation.log")
    assert preparation.process.wait(_PREPARED_S) == 0, preparation.text()


@dataclass(frozen=True, slots=True)
class Run:
    """What Schemathesis did: operations with at least one case, cases, and its failures, one for each operation."""

    operations: int
    cases: int
    failures: Sequence[str]
    output: str = ""
    """What it printed in the end, where anything failed."""


async def run_schemathesis(address: str, email: str, password: str, *options: str) -> Run:
    """Ask all of ``address``, ``http://host:port/openapi.json`` or ``/graphql``, as that person, with all checks."""
    origin = address.rsplit("/", 1)[0]
    environment = {
        "CONFORMANCE_ORIGIN": origin,
        "CONFORMANCE_EMAIL": email,
        "CONFORMANCE_PASSWORD": password,
        "SCHEMATHESIS_HOOKS": "tests.conformance.schemathesis_hooks",
        "PYTHONPATH": str(HERE.parents[1]),
    }
    with tempfile.TemporaryDirectory(prefix="schemathesis-") as folder:
        report = Path(folder) / "report.json"
        command = ["--no-color", "--config-file", str(HERE / "schemathesis.toml"), "run", address]
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("schemathesis")),
            *(*command, "--report", "json", "--report-json-path", str(report), *options),
            cwd=folder,
            env={**os.environ, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        assert report.exists(), output.decode()
        told = json.loads(report.read_text())
    failures = [f"{operation}: {one['title']}" for one in told["failures"] for operation in one["operations"]]
    failures += [one["title"] for one in told["errors"] for _ in range(one["count"])]
    said = output.decode()[-8000:] if failures else ""
    return Run(told["operations"]["tested"], told["test_cases"]["generated"], failures, said)
