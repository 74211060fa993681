"""Everything under load while its parts die: ``python -m benchmarks chaos [--seconds 180] [--seed 1] [--whole]``.

``opora up`` runs as ``make run`` starts it, with the demo tenant, doubles of a bank and a mail server beside it. Over
HTTP and WebSockets customers write and ask, an owner pays, strangers fill in the contact form; each keeps on with one
Idempotency-Key until it is told that its request was carried out. Sockets watch the tickets and the inbox, leave at
random and resume. Meanwhile the API, the worker, the scheduler (with its relay), Valkey with all that it holds, and
PostgreSQL are killed by turns, by ``kill -9`` and in random order; with ``--whole`` once everything at a time, the
supervisor included. In the end the database is compared with what was acknowledged. Prints what is wrong, and how long
people waited: from the first attempt to the acknowledgement. Exits 1 where anything is lost, there twice or late.
"""

import argparse
import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median, quantiles

import asyncpg
import httpx

from app.embedded.postgres import EmbeddedPostgres
from benchmarks.answers import running
from benchmarks.chaos.actors import TICKET, Scene, ask, pay, send_forms, write
from benchmarks.chaos.checks import OPEN_WORK, Finding, findings
from benchmarks.chaos.clients import Caller, Ledger
from benchmarks.chaos.system import System
from benchmarks.chaos.watchers import INBOX, Watcher
from benchmarks.chaos.watchers import TICKET as WATCHED_TICKET
from benchmarks.payments import credits_of
from benchmarks.proof import Figure, at_least, at_most, exactly, none_of
from core.events import queue_topic, ticket_topic
from tests.doubles.smtp import SmtpDouble, smtp_server
from tests.doubles.tbank import PASSWORD, TERMINAL, TbankDouble, tbank_server
from tests.system.people import sign_in

_TICKETS = 4
_WRITERS = 4
_MEAN_S = 6.0
_BETWEEN_S = (3.0, 8.0)
_PATIENCE_S = 150.0
_RECOVERY_S = 10.0
"""After a death: what is asked within it counts as asked during recovery."""
TARGET_P99_S = 15.0
LEAST_DEATHS, LEAST_ACKNOWLEDGED = 7, 200
"""In the minute of the proof, however busy the machine is: less would prove nothing."""


@dataclass(frozen=True)
class Outcome:
    findings: Sequence[Finding]
    ledger: Ledger
    system: System
    seconds: float

    def waited(self, *, recovering: bool) -> list[float]:
        """Seconds from the first attempt to the acknowledgement."""
        return [
            each.waited
            for each in self.ledger.acknowledged
            if recovering
            == any(
                0 <= each.began - death.at < _RECOVERY_S or each.began < death.at < each.began + each.waited
                for death in self.system.deaths
            )
        ]


@dataclass(frozen=True)
class Storm:
    """How long, from which seed, and whether everything dies at once in the middle."""

    seconds: float
    seed: int
    whole: bool


async def weather(storm: Storm) -> Outcome:
    """Start everything, live through the storm, compare."""
    async with AsyncExitStack() as stack:
        smtp = await stack.enter_async_context(smtp_server())
        bank = stack.enter_context(tbank_server())
        settings = {
            "OPORA_TBANK_TERMINAL_KEY": TERMINAL,
            "OPORA_TBANK_PASSWORD": PASSWORD,
            "OPORA_TBANK_API_URL": bank.url,
            "OPORA_TRUSTED_PROXIES": "127.0.0.1",
            "OPORA_SMTP_URL": f"smtp://127.0.0.1:{smtp.port}",
            "OPORA_CONTACT_EMAIL": "office@example.com",
            "OPORA_JOB_LEASE_S": "5",
        }
        origin, up = stack.enter_context(running(**settings))
        system = System(up, up.log.parent / "data")
        return await _live(storm, system, origin, bank, smtp)


async def _live(storm: Storm, system: System, origin: str, bank: TbankDouble, smtp: SmtpDouble) -> Outcome:
    ledger = Ledger()
    async with AsyncExitStack() as stack:
        customer = await stack.enter_async_context(await sign_in(origin, "customer@demo.example"))
        agent = await stack.enter_async_context(await sign_in(origin, "agent@demo.example"))
        admin = await stack.enter_async_context(await sign_in(origin, "admin@demo.example"))
        callers = [Caller(origin, token, ledger) for token in (customer.token, admin.token, None)]
        for caller in callers:
            stack.push_async_callback(caller.close)
        tickets = await _tickets(callers[0])
        inbox = queue_topic(int((await callers[0].query("{ tenant { id } }", {}))["tenant"]["id"]))
        watchers = _watchers(origin, agent.token, tickets, inbox)
        watching = [
            asyncio.create_task(each.run(random.Random(storm.seed + number), _MEAN_S))  # a storm that repeats
            for number, each in enumerate(watchers)
        ]
        try:
            scene = Scene(origin, ledger, bank, time.monotonic() + storm.seconds)
            await _storm(storm, scene, system, callers, tickets)
            url = EmbeddedPostgres(system.data).find_running()
            assert url is not None, "PostgreSQL does not run"
            connection = await asyncpg.connect(url)
            stack.push_async_callback(connection.close)
            await _until(lambda: _is_quiet(connection, watchers))
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)
        mails = [(str(one["subject"]), str(one["message-id"])) for one in smtp.received]
        credited = await _credited(origin, admin)
        found = await findings(connection, ledger, watchers, credited, mails)
    return Outcome(found, ledger, system, storm.seconds)


async def _credited(origin: str, admin: httpx.AsyncClient) -> Counter[str]:
    return await credits_of(origin, admin)


async def _tickets(customer: Caller) -> list[str]:
    """Those that are watched."""
    made = []
    for number in range(_TICKETS):
        done = await customer.mutate(
            "ticket", f"Тикет {number}", TICKET, {"input": {"title": f"Тикет {number}", "autoRespond": False}}
        )
        assert done.data is not None
        made.append(str(done.data["createTicket"]["id"]))
    return made


def _watchers(origin: str, token: str, tickets: Sequence[str], inbox: str) -> list[Watcher]:
    """An operator's: a third of them at the inbox, the others at a ticket each."""
    at_tickets = [
        Watcher(origin, token, ticket_topic(int(ticket)), WATCHED_TICKET, {"id": ticket})
        for ticket in tickets
        for _ in range(2)
    ]
    return at_tickets + [Watcher(origin, token, inbox, INBOX, {}) for _ in tickets]


async def _storm(storm: Storm, scene: Scene, system: System, callers: Sequence[Caller], tickets: Sequence[str]) -> None:
    customer, owner, stranger = callers
    chance = random.Random(storm.seed)  # a storm that repeats
    async with asyncio.TaskGroup() as group:
        for number in range(_WRITERS):
            group.create_task(write(scene, customer, tickets, random.Random(storm.seed + number)))
        group.create_task(ask(scene, customer, chance))
        group.create_task(pay(scene, owner, chance))
        group.create_task(send_forms(scene, stranger, chance))
        group.create_task(_kill(storm, scene, system, chance))


async def _kill(storm: Storm, scene: Scene, system: System, chance: random.Random) -> None:
    if storm.whole:
        middle = time.monotonic() + (scene.until - time.monotonic()) / 2
        await system.kill_by_turns(chance, middle, _BETWEEN_S)
        await system.kill_everything()
    await system.kill_by_turns(chance, scene.until, _BETWEEN_S)


async def _is_quiet(connection: asyncpg.Connection, watchers: Sequence[Watcher]) -> bool:
    """Nothing waits any more, and every socket has been given the last event of its topic."""
    if await connection.fetchval(OPEN_WORK):
        return False
    rows = await connection.fetch("SELECT topic, max(seq) AS last FROM events GROUP BY topic")
    last = {row["topic"]: row["last"] for row in rows}
    return all(max(each.seqs, default=0) >= last.get(each.topic, 0) for each in watchers)


async def _until(reached: Callable[[], object]) -> None:
    """Or until patience ends: what is still open then is found to be wrong."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if await reached():  # type: ignore[misc]
            return
        await asyncio.sleep(0.5)


def _p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else math.nan


def report(outcome: Outcome) -> bool:
    """Print what was done, what is wrong, and how long people waited; whether all is right."""
    ledger = outcome.ledger
    done = Counter(each.kind for each in ledger.acknowledged)
    print(f"killed in {outcome.seconds:.0f} s: {outcome.system.counted()}")
    print("acknowledged: " + ", ".join(f"{kind} {count}" for kind, count in done.items()))
    print("attempts: " + ", ".join(f"{what} {count}" for what, count in ledger.attempts.most_common()))
    for finding in outcome.findings:
        print(f"{finding.what:<55}{finding.wrong:>6} of {finding.total}", *finding.examples, sep="\n    ")
    for name, recovering in (("in recovery", True), ("else", False)):
        waited = outcome.waited(recovering=recovering)
        p50 = median(waited) if waited else 0.0
        print(f"waited {name:<12} p50 {p50:6.2f} s, p99 {_p99(waited):6.2f} s, {len(waited)} requests")
    return not any(finding.wrong for finding in outcome.findings)


def prove() -> Iterator[Figure]:
    """A minute of it, with everything killed once at the same time."""
    outcome = asyncio.run(weather(Storm(60.0, 1, whole=True)))
    report(outcome)
    deaths = outcome.system.deaths
    yield at_least("kill -9, all in all", len(deaths), LEAST_DEATHS)
    yield exactly("parts that died, everything at once among them", len({death.victim for death in deaths}), 6)
    yield at_least("requests acknowledged under fire", len(outcome.ledger.acknowledged), LEAST_ACKNOWLEDGED)
    for finding in outcome.findings:
        yield none_of(finding.what, finding.wrong, finding.total)
    waited = outcome.waited(recovering=True)
    yield at_most("wait for an acknowledgement in recovery, p99", _p99(waited), TARGET_P99_S, "s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    return 0 if report(asyncio.run(weather(Storm(options.seconds, options.seed, options.whole)))) else 1


if __name__ == "__main__":
    raise SystemExit(main())
