"""After the storm: what the database holds against what clients were promised."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from benchmarks.chaos.clients import Ledger
from benchmarks.chaos.watchers import Watcher

OPEN_WORK = """
    SELECT (SELECT count(*) FROM event_outbox) + (
        SELECT count(*) FROM jobs WHERE state NOT IN ('done', 'dead') AND run_after < now() + interval '5 minutes')
"""
_COPIES = {
    "message": "SELECT text AS said, count(*) AS copies FROM messages WHERE text = ANY ($1) GROUP BY text",
    "ticket": "SELECT title AS said, count(*) AS copies FROM tickets WHERE title = ANY ($1) GROUP BY title",
    "question": "SELECT title AS said, count(*) AS copies FROM tickets WHERE title = ANY ($1) GROUP BY title",
    "e-mail": "SELECT said, count(m.id) AS copies FROM unnest($1::text[]) said LEFT JOIN mail m"
    " ON position(said IN m.subject) > 0 GROUP BY said",
}
_ANSWERS = """SELECT t.title, count(m.id) AS answers FROM tickets t
    LEFT JOIN messages m ON m.conversation_id = t.id AND m.author_kind IN ('assistant', 'system')
    WHERE t.title = ANY ($1) GROUP BY t.title"""
_LOG = "SELECT topic, seq FROM events WHERE topic = ANY ($1) ORDER BY topic, seq"


@dataclass(frozen=True, slots=True)
class Finding:
    """How many of ``total`` are wrong, and examples of them."""

    what: str
    wrong: int
    total: int
    examples: Sequence[str] = ()


async def findings(
    connection: asyncpg.Connection,
    ledger: Ledger,
    watchers: Sequence[Watcher],
    payments: Counter[str],
    mails: Sequence[tuple[str, str]],
) -> list[Finding]:
    """``payments``: how often each order was credited; ``mails``: subject and Message-ID of each that was delivered."""
    found = [await _copies(connection, ledger, kind) for kind in _COPIES]
    found.append(await _answers(connection, ledger))
    found.append(await _logs(connection))
    found += await _watched(connection, watchers)
    found.append(
        _wrong("payments not credited exactly once", {one.text: payments[one.text] for one in ledger.of("payment")})
    )
    counts = {one.text: len({sent for subject, sent in mails if one.text in subject}) for one in ledger.of("e-mail")}
    found.append(_wrong("e-mails not delivered under exactly one Message-ID", counts))
    dead = await connection.fetch("SELECT task, last_error FROM jobs WHERE state <> 'done' AND run_after < now()")
    jobs = await connection.fetchval("SELECT count(*) FROM jobs")
    found.append(Finding("jobs not done", len(dead), jobs, [f"{row['task']}: {row['last_error']}" for row in dead[:3]]))
    return found


async def _copies(connection: asyncpg.Connection, ledger: Ledger, kind: str) -> Finding:
    texts = [one.text for one in ledger.of(kind)]
    rows = {row["said"]: row["copies"] for row in await connection.fetch(_COPIES[kind], texts)}
    return _wrong(f"{kind}s not stored exactly once", {text: rows.get(text, 0) for text in texts})


async def _answers(connection: asyncpg.Connection, ledger: Ledger) -> Finding:
    titles = [one.text for one in ledger.of("question")]
    rows = {row["title"]: row["answers"] for row in await connection.fetch(_ANSWERS, titles)}
    return _wrong("questions not answered exactly once", {title: rows.get(title, 0) for title in titles})


async def _logs(connection: asyncpg.Connection) -> Finding:
    """Topics whose numbers have a gap or a repetition."""
    rows = await connection.fetch(
        "SELECT topic FROM events GROUP BY tenant_id, topic HAVING count(*) <> max(seq) - min(seq) + 1"
        " OR count(DISTINCT seq) <> count(*)"
    )
    total = await connection.fetchval("SELECT count(DISTINCT (tenant_id, topic)) FROM events")
    return Finding("topics with gaps in their log", len(rows), total, [row["topic"] for row in rows[:3]])


async def _watched(connection: asyncpg.Connection, watchers: Sequence[Watcher]) -> list[Finding]:
    logs: dict[str, list[int]] = {}
    for row in await connection.fetch(_LOG, list({each.topic for each in watchers})):
        logs.setdefault(row["topic"], []).append(row["seq"])
    wrong = [each for each in watchers if not each.seqs or each.seqs != logs.get(each.topic, [])]
    examples = [f"{each.topic}: {_difference(each.seqs, logs.get(each.topic, []))}" for each in wrong[:3]]
    complaints = [text for each in watchers for text in each.complaints]
    return [
        Finding("sockets without every event once, in order", len(wrong), len(watchers), examples),
        Finding("refusals that a socket should not have had", len(complaints), len(watchers), complaints[:3]),
    ]


def _difference(given: Sequence[int], log: Sequence[int]) -> str:
    missing, extra = sorted(set(log) - set(given)), Counter(given) - Counter(log)
    order = "" if list(given) == sorted(given) else ", out of order"
    return f"missing {missing[:5]}, too often {list(extra)[:5]}{order}"


def _wrong(what: str, counts: dict[str, int]) -> Finding:
    wrong = {text: count for text, count in counts.items() if count != 1}
    return Finding(what, len(wrong), len(counts), [f"{text}: {count}" for text, count in list(wrong.items())[:3]])
