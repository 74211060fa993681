"""Processes that hold thousands of WebSockets and note when each has which event.

A reader does as little as it can (raw sockets, epoll, no decoding of JSON), because it shares the processors with what
is measured. It checks all the same: numbers in a socket's frames have to rise by one, or the socket counts as wrong.
"""

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
_BATCH = 8
"""Sockets that a reader opens at the same time."""
_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A
_MASK = bytes(4)
_SEQ = b'"seq":'
_DIGITS = b"0123456789"
Arrivals = dict[int, list[float]]
"""When each socket had an event, on the machine's monotonic clock, by the event's number."""


@dataclass
class Client:
    """One socket of a reader."""

    socket: socket.socket
    group: str
    buffer: bytearray = field(default_factory=bytearray)
    seq: int | None = None


class Reader:
    """What runs in a process of its own: takes a command a line, and answers each by a line."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._clients: dict[int, Client] = {}
        self._arrivals: dict[str, Arrivals] = defaultdict(lambda: defaultdict(list))
        self._wrong: dict[str, int] = defaultdict(int)
        self._closed: dict[str, Counter[str]] = defaultdict(Counter)
        self._frames: dict[str, str] = {}

    def run(self) -> None:
        self._poll.register(sys.stdin, select.EPOLLIN)
        waiting = b""
        while True:
            for number, _ in self._poll.poll():
                if number != sys.stdin.fileno():
                    self._hear(number)
                    continue
                waiting += (data := os.read(number, 65536))
                if not data:
                    return
                *commands, waiting = waiting.split(b"\n")
                for command in commands:
                    sys.stdout.buffer.write(orjson.dumps(self._obey(orjson.loads(command)), option=_KEYS) + b"\n")
                    sys.stdout.buffer.flush()

    def _obey(self, command: dict[str, object]) -> object:
        if command["do"] == "open":
            return self._open(command)
        if command["do"] == "close":
            return self._close(str(command["group"]))
        group = str(command["group"])
        return {
            "arrivals": self._arrivals.pop(group, {}),
            "wrong": self._wrong.pop(group, 0),
            "closed": self._closed[group],
            "frame": self._frames.get(group, ""),
            "open": sum(client.group == group for client in self._clients.values()),
        }

    def _open(self, command: dict[str, object]) -> object:
        count, sayings = int(str(command["count"])), command["say"]
        assert isinstance(sayings, list)
        for begin in range(0, count, _BATCH):
            said = [sayings[number % len(sayings)] for number in range(begin, min(count, begin + _BATCH))]
            opened = [(_shaken(command), frames) for frames in said]
            for client, frames in opened:
                _finish_handshake(client.socket)
                client.socket.sendall(b"".join(_masked(_TEXT, text.encode()) for text in frames))
            for client, frames in opened:
                if frames:
                    # Its first answer is awaited, so that no more of them ask at a time than a server has to bear.
                    client.socket.recv(1, socket.MSG_PEEK)
                client.socket.setblocking(False)
                self._clients[client.socket.fileno()] = client
                self._poll.register(client.socket, select.EPOLLIN)
            # Those that are open are pinged meanwhile, and let go where they do not answer.
            for number, _ in self._poll.poll(0):
                self._hear(number)
        return count

    def _hear(self, number: int) -> None:
        if number in self._clients:
            self._read(self._clients[number])

    def _close(self, group: str) -> object:
        closing = [client for client in self._clients.values() if client.group == group]
        for client in closing:
            self._drop(client)
        return len(closing)

    def _drop(self, client: Client) -> None:
        self._poll.unregister(client.socket)
        del self._clients[client.socket.fileno()]
        client.socket.close()

    def _read(self, client: Client) -> None:
        try:
            data = client.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._closed[client.group]["lost"] += 1
            self._drop(client)
            return
        now = time.monotonic()
        client.buffer += data
        for opcode, payload in _frames(client.buffer):
            if opcode == _TEXT:
                self._note(client, payload, now)
            elif opcode == _CLOSE:
                code, reason = int.from_bytes(payload[:2], "big"), payload[2:].decode()
                self._closed[client.group][f"{code} {reason}"] += 1
            elif opcode == _PING:
                client.socket.send(_masked(_PONG, payload))

    def _note(self, client: Client, payload: bytes, now: float) -> None:
        seq = _seq(payload)
        if seq is None:
            return
        if client.seq is not None and seq != client.seq + 1:
            self._wrong[client.group] += 1
        client.seq = seq
        self._frames[client.group] = payload.decode()
        self._arrivals[client.group][seq].append(now)


_KEYS = orjson.OPT_NON_STR_KEYS


def _shaken(command: dict[str, object]) -> Client:
    port, path, protocol = (command[name] for name in ("port", "path", "protocol"))
    connection = socket.create_connection(("127.0.0.1", int(str(port))), timeout=60)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {_KEY}",
        *([f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []),
    ]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    return Client(connection, str(command["group"]))


def _finish_handshake(connection: socket.socket) -> None:
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        # Byte by byte at its end: a first frame may follow at once.
        answer += connection.recv(1)
    assert answer.startswith(b"HTTP/1.1 101"), answer


def _masked(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return bytes([opcode]) + length + _MASK + payload


def _frames(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Whole frames of a server (RFC 6455, section 5.2), taken out of the buffer."""
    while len(buffer) >= 2:
        length, begin = buffer[1], 2
        if length == 126:
            length, begin = int.from_bytes(buffer[2:4], "big"), 4
        elif length == 127:
            length, begin = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < begin + length:
            return
        frame = bytes(buffer[begin : begin + length])
        opcode = buffer[0]
        del buffer[: begin + length]
        yield opcode, frame


def _seq(payload: bytes) -> int | None:
    at = payload.find(_SEQ)
    if at < 0:
        return None
    begin = end = at + len(_SEQ)
    while payload[end : end + 1] in (b'"',) or payload[end] in _DIGITS:
        end += 1
    return int(payload[begin:end].strip(b'"'))


class Readers:
    """The readers as the benchmark sees them. Groups of sockets are told apart by name."""

    def __init__(self, processes: "Sequence[subprocess.Popen[bytes]]") -> None:
        self._processes = processes

    @property
    def pids(self) -> set[int]:
        return {process.pid for process in self._processes}

    def open(
        self, group: str, count: int, port: int, path: str, say: Sequence[Sequence[str]], protocol: str = ""
    ) -> float:
        """Open sockets, each saying one of ``say``; the seconds that it took."""
        started = time.monotonic()
        share, more = divmod(count, len(self._processes))
        for number, process in enumerate(self._processes):
            own = share + (number < more)
            told = {"do": "open", "group": group, "count": own, "port": port, "path": path, "protocol": protocol}
            _tell(process, {**told, "say": list(say[number :: len(self._processes)]) or list(say)})
        for process in self._processes:
            _answer(process)
        return time.monotonic() - started

    def close(self, group: str) -> None:
        self._all({"do": "close", "group": group})

    def collect(self, group: str) -> "Collected":
        """What came since the last time."""
        collected = Collected()
        for told in self._all({"do": "collect", "group": group}):
            for seq, times in told["arrivals"].items():
                collected.arrivals[int(seq)] += times
            collected.wrong += told["wrong"]
            collected.open += told["open"]
            collected.closed.update(told["closed"])
            collected.frame = collected.frame or told["frame"]
        return collected

    def _all(self, command: dict[str, object]) -> list[Any]:
        for process in self._processes:
            _tell(process, command)
        return [_answer(process) for process in self._processes]


@dataclass
class Collected:
    """``wrong`` counts gaps and repetitions, ``closed`` what the server closed; ``frame`` is the last of any socket."""

    arrivals: Arrivals = field(default_factory=lambda: defaultdict(list))
    wrong: int = 0
    open: int = 0
    closed: Counter[str] = field(default_factory=Counter)
    frame: str = ""


@contextlib.contextmanager
def readers(count: int) -> Iterator[Readers]:
    """So many processes, until the block ends."""
    command = [sys.executable, "-m", "benchmarks.socket_readers"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    started = [subprocess.Popen(command, **pipes) for _ in range(count)]  # type: ignore[call-overload]  # noqa: S603
    try:
        yield Readers(started)
    finally:
        for process in started:
            process.kill()
            process.wait()


def _tell(process: "subprocess.Popen[bytes]", command: object) -> None:
    assert process.stdin is not None
    process.stdin.write(orjson.dumps(command) + b"\n")
    process.stdin.flush()


def _answer(process: "subprocess.Popen[bytes]") -> Any:
    assert process.stdout is not None
    return orjson.loads(process.stdout.readline())


if __name__ == "__main__":
    Reader().run()
