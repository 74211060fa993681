"""``opora up`` with everything it starts, and the ways in which its parts die."""

import asyncio
import random
import shutil
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.system.installation import Service

VICTIMS = ("api", "worker", "scheduler", "valkey", "postgres")
_COMMANDS = {"api": "app.cli api", "worker": "app.cli worker", "scheduler": "app.cli scheduler"}
_SERVERS = {"valkey": "valkey-server", "postgres": "postgres"}
_PAUSE_S = 1.0


@dataclass
class Death:
    """A part that was killed, and when by ``time.monotonic()``."""

    victim: str
    at: float


@dataclass
class System:
    """``up`` restarts what dies; only when all of it dies is it started anew from here."""

    up: Service
    data: Path
    deaths: list[Death] = field(default_factory=list)
    _next: list[str] = field(default_factory=list)

    async def kill_by_turns(self, chance: random.Random, until: float, pause_s: tuple[float, float]) -> None:
        """Kill a part, wait, kill the next: every part once, in random order, then again."""
        while True:
            await asyncio.sleep(chance.uniform(*pause_s))
            if time.monotonic() > until:
                return
            self._next = self._next or chance.sample(VICTIMS, len(VICTIMS))
            # One that is not back yet has its turn later.
            killed = next((victim for victim in self._next if self.kill(victim)), None)
            if killed is not None:
                self._next.remove(killed)

    def kill(self, victim: str) -> bool:
        """``kill -9``; whether it was there. Valkey loses all that it holds as well."""
        process = self._process(victim)
        if process is None:
            return False
        if victim == "valkey":
            shutil.rmtree((self.data / "valkey").resolve() / "appendonlydir", ignore_errors=True)
        with suppress(psutil.NoSuchProcess):
            process.kill()
            self.deaths.append(Death(victim, time.monotonic()))
            return True
        return False

    async def kill_everything(self) -> None:
        """As a power cut does, but for the disk: the supervisor and all below it at once; then start again."""
        for process in [*psutil.Process(self.up.pid).children(recursive=True), psutil.Process(self.up.pid)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.up.process.wait()
        self.deaths.append(Death("everything", time.monotonic()))
        await asyncio.sleep(_PAUSE_S)
        # From this thread: the kernel ends a process when the thread that started it ends.
        self.up.start_again()

    def counted(self) -> str:
        counts = Counter(death.victim for death in self.deaths)
        return ", ".join(f"{victim} {counts[victim]}" for victim in (*VICTIMS, "everything") if counts[victim])

    def _process(self, victim: str) -> psutil.Process | None:
        """That of a command below the supervisor, or of a server; None while it is not there."""
        with suppress(psutil.NoSuchProcess):
            for process in psutil.Process(self.up.pid).children():
                with suppress(psutil.NoSuchProcess, IndexError):
                    words = process.cmdline()
                    command = _COMMANDS.get(victim)
                    if command and command in " ".join(words):
                        return process
                    if not command and Path(words[0]).name == _SERVERS[victim]:
                        return process
        return None
