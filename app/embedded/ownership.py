"""One owner for a data directory: a lock that dies with its holder, and says who holds it."""

import errno
import fcntl
import os
import secrets
import socket
from pathlib import Path

from app.embedded.process import ServerFailed


class DataDirInUse(ServerFailed):
    """Somebody else has this data directory. ``note`` is what the holder wrote about itself."""

    def __init__(self, path: Path, note: str) -> None:
        super().__init__(f"{path.parent.parent} is in use by {note or 'a process that is just starting'}")
        self.note = note


class Lock:
    """An exclusive flock(2) on a file; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, note: str) -> None:
        """Take the lock and leave ``note`` for others to read. Raises DataDirInUse."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held_by = os.pread(handle, 4096, 0).decode(errors="replace").strip()
            os.close(handle)
            raise DataDirInUse(self.path, held_by) from None
        self._handle = handle
        self.annotate(note)

    def is_held(self) -> bool:
        """Whether some process, this one included, holds the lock now."""
        if self._handle is not None:
            return True
        probe = Lock(self.path)
        try:
            probe.acquire("")
        except DataDirInUse:
            return True
        probe.release()
        return False

    def annotate(self, note: str) -> None:
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, note.encode(), 0)

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def kept_secret(path: Path) -> tuple[str, bool]:
    """The password in ``path``, made at the first call, and whether it was made just now. Mode 0600."""
    if path.exists():
        return path.read_text(encoding="ascii").strip(), False
    password = secrets.token_urlsafe(32)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(password)
    fresh.rename(path)
    return password, True


def kept_port(path: Path) -> int:
    """The port in ``path`` if it is free on the loopback address, else a new free one, which is written there."""
    kept = read_port(path)
    if kept is not None and is_free("127.0.0.1", kept):
        return kept
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{port}\n", encoding="ascii")
    return port


def is_free(host: str, port: int) -> bool:
    """Whether a server may listen there. Raises OSError (gaierror) for a host that is none of ours to name."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def is_listening(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


def read_port(path: Path) -> int | None:
    """The port that ``path`` holds, or None."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
