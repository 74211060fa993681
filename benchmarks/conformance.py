"""Others' suites against a running Opora: ``python -m benchmarks.conformance [--examples 10] [--all-phases]``.

Starts PostgreSQL, Valkey, `opora api`, worker and scheduler with the demo tenant, and beside them:

- npm `graphql-http`: all its audits of the GraphQL over HTTP specification;
- the clients of npm `graphql-ws` and `graphql-sse`: queries, subscriptions, resuming, errors, pings, closing codes;
- Schemathesis with every check on /openapi.json and on /graphql, as an admin and as a customer, ``--examples`` cases an
  operation; tests/conformance/schemathesis.toml says which refusals no schema can foretell;
- Autobahn's cases of RFC 6455, sent byte by byte to the server of `opora api` around an application that echoes
  (tests/conformance/websocket_cases.py; the suite itself runs on Python 2.7 alone);
- what Opora's outgoing webhooks are signed with, verified by the library of Standard Webhooks.

Prints a line a suite, and what failed. Exits 1 where anything did. Speed plays no part here.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import httpx
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from benchmarks.proof import Figure, at_least, exactly
from config.settings import override_settings
from core import clock
from integrations.webhooks import new_secret, signature
from tests.conformance.echo import echo
from tests.conformance.outcomes import Outcome, failed, run_script
from tests.conformance.running import DEMO_PASSWORD, PEOPLE, Run, conforming, run_schemathesis
from tests.conformance.websocket_cases import KNOWN, all_cases, run_case
from tests.fixtures.listening import listening

_SHORT = ("--phases", "examples,fuzzing", "--no-shrink")
_SHORTEST = ("--phases", "fuzzing", "--no-shrink", "--workers", "2")
_ACTORS = ("customer@demo.example", "admin@demo.example")
"""The admin last: what admins are asked to do may close the others' accounts."""
_DOCUMENTS = {"graphql": "GraphQL", "openapi.json": "REST"}
_LEAST = {
    "WebSocket cases": 268,
    "Standard Webhooks": 8,
    "graphql-http audits": 61,
    "graphql-ws client": 22,
    "graphql-sse client": 16,
}
"""Cases of each suite: one that ends early has passed nothing."""


@dataclass(frozen=True, slots=True)
class Suite:
    """``passed`` of ``total`` cases; ``problems`` in words."""

    name: str
    passed: int
    total: int
    problems: Sequence[str] = ()

    @classmethod
    def of(cls, name: str, outcomes: Sequence[Outcome]) -> "Suite":
        bad = failed(list(outcomes))
        return cls(name, len(outcomes) - len(bad), len(outcomes), [f"{one.name}: {one.reason}" for one in bad])


async def node_suites(address: str) -> Iterator[Suite]:
    """Audits and clients of npm, against ``host:port``."""
    token = await _token(address)
    audits = await run_script("audits.mjs", f"http://{address}/graphql")
    sockets = await run_script("graphql_ws.mjs", address, token)
    streams = await run_script("graphql_sse.mjs", address, token)
    return iter(
        [
            Suite.of("graphql-http audits", audits),
            Suite.of("graphql-ws client", sockets),
            Suite.of("graphql-sse client", streams),
        ]
    )


async def schemathesis(address: str, person: str, examples: int, *options: str) -> tuple[Run, ...]:
    """What each of the documents promises that person, both at once."""
    asked = ("-n", str(examples), *options)
    runs = (run_schemathesis(f"http://{address}/{what}", person, DEMO_PASSWORD, *asked) for what in _DOCUMENTS)
    return tuple(await asyncio.gather(*runs))


async def websocket_suite() -> Suite:
    """Autobahn's cases against the server with its settings."""
    with override_settings(OPORA_ENV="test"):
        async with listening(echo) as address:
            cases = all_cases()
            problems = [(case.number, await run_case(case, address)) for case in cases]
    outcomes = [Outcome(number, problem is None, problem) for number, problem in problems if number not in KNOWN]
    return Suite.of("WebSocket cases", outcomes)


def webhook_suite() -> Suite:
    """What the library of Standard Webhooks says of our signatures: good ones pass, changed ones do not."""
    outcomes = []
    for size in (0, 1, 1000, 100_000):
        secret, body = new_secret(), b'{"type":"ticket.created","data":"' + b"x" * size + b'"}'
        headers = signed(secret, body)
        for what, sent, wanted in (("as sent", body, True), ("changed", body + b" ", False)):
            outcomes.append(Outcome(f"{size} bytes {what}", _verifies(secret, sent, headers) is wanted))
    return Suite.of("Standard Webhooks", outcomes)


def signed(secret: str, body: bytes) -> dict[str, str]:
    """The headers of a delivery."""
    moment = int(clock.now().timestamp())
    told = signature(secret, "msg_1", moment, body)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(moment), "webhook-signature": told}


def _verifies(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


async def _token(address: str) -> str:
    person = {"email": PEOPLE[-1], "password": DEMO_PASSWORD}
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=30) as client:
        answer = await client.post("/v1/auth/login/json", json=person)
        return str(answer.raise_for_status().json()["access_token"])


def prove() -> Iterator[Figure]:
    """In the short form: a case an operation, by an admin."""
    yield from figures(asyncio.run(websocket_suite()), webhook_suite())
    with conforming() as installation:
        address = installation.origin.removeprefix("http://")
        yield from figures(*asyncio.run(node_suites(address)))
        runs = asyncio.run(schemathesis(address, _ACTORS[-1], 1, *_SHORTEST))
        for name, run in zip(_DOCUMENTS.values(), runs, strict=True):
            print(*run.failures, run.output, sep="\n")
            yield at_least(f"Schemathesis on {name}, cases", run.cases, 100)
            yield exactly(f"Schemathesis on {name}, failures", len(run.failures), 0)


def figures(*suites: Suite) -> Iterator[Figure]:
    for suite in suites:
        print(*suite.problems, sep="\n")
        yield exactly(f"{suite.name} passed, of {suite.total}", suite.passed, max(suite.total, _LEAST[suite.name]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=10, help="cases an operation")
    parser.add_argument("--all-phases", action="store_true", help="coverage and stateful tests too: half an hour")
    options = parser.parse_args()
    suites = [asyncio.run(websocket_suite()), webhook_suite()]
    runs: dict[str, tuple[Run, ...]] = {}
    with conforming() as installation:
        address = installation.origin.removeprefix("http://")
        suites += asyncio.run(node_suites(address))
        phases = ("--no-shrink",) if options.all_phases else _SHORT
        for person in _ACTORS:
            runs[person] = asyncio.run(schemathesis(address, person, options.examples, *phases))
    for suite in suites:
        print(f"{suite.name}: {suite.passed} of {suite.total}", *suite.problems, sep="\n  ")
    for person, both in runs.items():
        for name, run in zip(_DOCUMENTS.values(), both, strict=True):
            found = f"{run.operations} operations, {run.cases} cases, {len(run.failures)} failures"
            print(f"Schemathesis on {name} as {person}: {found}", *run.failures, sep="\n  ")
    good = all(suite.passed == suite.total for suite in suites)
    return 0 if good and not any(run.failures for both in runs.values() for run in both) else 1


if __name__ == "__main__":
    raise SystemExit(main())
