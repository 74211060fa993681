"""What the three products have in common here: how each is set up, filled, started and asked."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol
from urllib.parse import unquote, urlsplit

PAGE = 25
"""Tickets of a list, and of what a search finds."""
EACH_RARE_WORD = 20
"""Tickets that hold one and the same rare word, however many there are: what a search has to find stays alike."""
_COMMON = [
    a + b + c for a in "bdfglmnprt" for b in ("a", "e", "i", "o", "u") for c in ("lan", "ser", "tim", "dor", "ket")
]


class Texts:
    """What people write: common words, and in each ticket one rare word."""

    def __init__(self, tickets: int) -> None:
        self.tickets = tickets
        self._random = Random(tickets)

    def sentence(self, words: int) -> str:
        return " ".join(self._random.choices(_COMMON, k=words))

    def rare_word(self, ticket: int | None = None) -> str:
        """That of the ticket; without one that of any."""
        number = self._random.randrange(self.tickets) if ticket is None else ticket
        return f"zq{number % (self.tickets // EACH_RARE_WORD)}x"

    def rows(self) -> Iterator[tuple[int, str, str, str, str]]:
        """Number, title, what was asked, and two replies, of each ticket."""
        for number in range(1, self.tickets + 1):
            asked = f"{self.sentence(25)} {self.rare_word(number)} {self.sentence(15)}"
            yield number, self.sentence(6), asked, self.sentence(20), self.sentence(20)


@dataclass(frozen=True, slots=True)
class Request:
    """One request over HTTP; the answer has to hold ``expects``."""

    method: str
    path: str
    body: bytes | None = None
    content_type: str = "application/json"
    expects: bytes = b""


@dataclass(frozen=True)
class Database:
    """A PostgreSQL that all three use, each a database of its own; ``url`` is its owner's."""

    url: str

    def named(self, name: str) -> str:
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    @property
    def environment(self) -> dict[str, str]:
        """For programs that use libpq."""
        parts = urlsplit(self.url)
        return {
            "PGHOST": parts.hostname or "",
            "PGPORT": str(parts.port),
            "PGUSER": parts.username or "",
            "PGPASSWORD": unquote(parts.password or ""),
        }


@dataclass
class Running:
    """A product that serves: where, what its clients send in every request, and its processes."""

    port: int
    headers: Mapping[str, str]
    processes: Sequence["subprocess.Popen[bytes]"]
    last_ticket: int
    actions: Mapping[str, Callable[[], Request]] = field(default_factory=dict)


class Peer(Protocol):
    """A product. ``name`` is what the table calls it."""

    name: str

    def missing(self) -> str | None:
        """What this machine lacks for it, and how to get it; None where nothing."""

    def install(self, directory: Path) -> None:
        """What may be installed into the directory."""

    def prepare(self, database: Database, directory: Path) -> None:
        """Settings for a database."""

    def fill(self, database: Database, texts: Texts) -> None:
        """A database with an agent, and tickets with two replies each."""

    @contextmanager
    def serving(self, database: Database, texts: Texts) -> Iterator[Running]:
        """Its servers, as long as the block lasts, with :attr:`Running.actions` for each of ``ACTIONS``."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


ACTIONS = ("create a ticket", "list 25", "reply", "search")


@contextmanager
def processes(
    *commands: Sequence[str | Path], environment: Mapping[str, str], log: Path
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Programs that run as long as the block lasts, each with its children a group of its own."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        with log.open("ab") as output:
            for command in commands:
                started.append(
                    subprocess.Popen(  # noqa: S603  # our own commands
                        [str(word) for word in command],
                        env={**os.environ, **environment},
                        stdout=output,
                        stderr=output,
                        start_new_session=True,
                    )
                )
        yield started
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
