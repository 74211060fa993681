"""Benchmarks: ``python -m benchmarks`` lists them and runs one after another; ``python -m benchmarks NAME ...`` one.

Each is a process of its own, so that none warms up another. ``--data PATH`` names the folder with the data sets' files
(docs/quality.md says which); without it, what needs them is left out.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Benchmark:
    """``module`` is called with ``--data PATH`` where ``needs_data``."""

    says: str
    needs_data: bool = False


BENCHMARKS = {
    "latency": Benchmark("from the commit of a message to its subscribers, in milliseconds"),
    "fanout": Benchmark("one event to thousands of sockets, beside a bare loop; memory of an idle socket"),
    "ticket_list": Benchmark("fifty tickets over GraphQL, beside a handler by hand with the same SQL, and an ORM"),
    "dialog_list": Benchmark("fifty of 100,000 dialogs with the total, by each filter, in milliseconds"),
    "answers": Benchmark("answers a second, from the request to the reply on the customer's socket"),
    "first_token": Benchmark("from the model's first token to the customer's socket, and what is shown unchecked"),
    "embeddings": Benchmark("import of knowledge in passages a second, by what computes the embedded model"),
    "conformance": Benchmark("suites of others: GraphQL over HTTP, sockets and streams, Schemathesis, WebSocket cases"),
    "dialog_streams": Benchmark("sockets and streams of dialogs, cut at random while processes are killed"),
    "console": Benchmark("bytes of console and widget, and from a message's commit to its pixel in another browser"),
    "itdesk_ws": Benchmark("from the change of a ticket to 500 dashboards on /ws, in milliseconds"),
    "telegram_bot": Benchmark("updates of a bot a second: stored by its webhook, and handled to the last reply"),
    "jobs": Benchmark("durable jobs a second, done exactly once, beside bare Dramatiq; what the relay adds"),
    "idempotency": Benchmark("what an Idempotency-Key costs, and that nothing is done twice while the API is killed"),
    "payments": Benchmark("notifications of payments, repeated, shuffled and forged: each payment credited once"),
    "operations": Benchmark("a trace from message to reply, backup and restore, in seconds"),
    "chaos": Benchmark("everything under load while its parts are killed: nothing acknowledged is lost or there twice"),
    "peers": Benchmark("the same work on Opora, django-helpdesk and Request Tracker, by 8 and 32 clients"),
    "vector_search": Benchmark("recall and time of the search among 100,000 vectors of 32 tenants"),
    "search": Benchmark("the whole search among 100,000 passages of one tenant: time, and recall of reading them all"),
    "knowledge_search": Benchmark("each lane of a search among 100,000 passages of a tenant and two assistants"),
    "grounding": Benchmark("which hand-written answers the grounding check passes, case by case"),
    "triage": Benchmark("categories and tones of new tickets, on texts that the examples do not hold"),
    "grouping": Benchmark("which questions ask the same: groups of unanswered ones", needs_data=True),
    "quality": Benchmark("retrieval, refusals, triage and grounding, with the embedded model", needs_data=True),
    "confidence": Benchmark("fits the curve of confidence, and shows it on what it has not seen", needs_data=True),
    "plots": Benchmark(
        "draws docs/images/coverage.svg: what is answered against how much of it is right", needs_data=True
    ),
}


def listing() -> str:
    """A line for each benchmark."""
    return "\n".join(
        f"  {name:<14} {each.says}{' (--data PATH)' if each.needs_data else ''}" for name, each in BENCHMARKS.items()
    )


def run(name: str, arguments: Sequence[str]) -> int:
    """Run one, and wait; its exit code."""
    print(f"\n== python -m benchmarks {' '.join([name, *arguments])}", flush=True)
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], check=False).returncode  # noqa: S603


def run_all(data: Sequence[str]) -> int:
    """Each in turn; 1 where any failed. ``data`` is empty, or ``--data PATH``."""
    failed = []
    for name, benchmark in BENCHMARKS.items():
        if benchmark.needs_data and not data:
            print(f"\n== {name}: left out, it needs --data PATH")
        elif run(name, data if benchmark.needs_data else []) != 0:
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


def main(words: Sequence[str]) -> int:
    """What the command line asks for; the exit code."""
    if words and words[0] in BENCHMARKS:
        return run(words[0], words[1:])
    print(f"python -m benchmarks [--data PATH] | NAME ...\n\n{listing()}")
    if not words or (words[0] == "--data" and len(words) == 2):
        return run_all(words)
    return 0 if words[0] in ("-h", "--help") else 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
