"""Read binary documents in a process of their own, which the operating system bounds in time and memory.

The limits inside the parsers stop what is known to be hostile; this stops the rest: a parser that loops between two
checks, a crash in native code, a file that eats all memory. Text formats need none of it and are read in a thread.
"""

import asyncio
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec import msgpack

from core.errors import DomainError, TooLarge, UnreadableDocument, UnsupportedFormat
from services.documents.document import Document
from services.documents.formats import Format, named_format, safe_name
from services.documents.reading import DEFAULT_TIME_LIMIT_S, read_document

DEFAULT_MEMORY_BYTES = 1_500_000_000
_ROOT = Path(__file__).resolve().parents[2]
_START_S = 10.0
_SPARE_BYTES = 64 * 1024 * 1024
"""Too large for what the allocator may have kept aside, so it asks the operating system."""
_ERRORS = {error.code: error for error in (TooLarge, UnsupportedFormat, UnreadableDocument)}


@dataclass(frozen=True, slots=True)
class _Request:
    name: str
    data: bytes
    max_bytes: int
    time_limit_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class _Answer:
    document: Document | None = None
    code: str = ""
    message: str = ""


async def read_document_isolated(
    name: str,
    data: bytes,
    *,
    max_bytes: int,
    time_limit_s: float = DEFAULT_TIME_LIMIT_S,
    memory_bytes: int = DEFAULT_MEMORY_BYTES,
) -> Document:
    """:func:`read_document` for the event loop, with hard limits. Raises the same errors.

    ``time_limit_s`` is wall time of reading, ``memory_bytes`` the address space of the process.
    """
    if len(data) > max_bytes or named_format(safe_name(name)) not in {Format.PDF, Format.DOCX}:
        return await asyncio.to_thread(read_document, name, data, max_bytes=max_bytes, time_limit_s=time_limit_s)
    request = _Request(name, data, max_bytes, time_limit_s, memory_bytes)
    answer = await _ask_child(msgpack.encode(request), time_limit_s + _START_S)
    if answer.document is None:
        raise _ERRORS[answer.code](answer.message, field="file")
    return answer.document


async def _ask_child(request: bytes, timeout_s: float) -> _Answer:
    # No environment: settings and keys are none of a parser's business.
    command = (sys.executable, "-m", "services.documents.isolation")
    child = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, env={}, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    try:
        answer, _ = await asyncio.wait_for(child.communicate(request), timeout_s)
    except TimeoutError as error:
        raise UnreadableDocument("The file takes too long to read; split it or save it anew", field="file") from error
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if child.returncode != 0 or not answer:
        raise UnreadableDocument("The file is damaged, or needs too much memory to be read", field="file")
    return msgpack.decode(answer, type=_Answer)


def main() -> None:
    """The child: one request on standard input, one answer on standard output."""
    request = msgpack.decode(sys.stdin.buffer.read(), type=_Request)
    cpu_s = int(request.time_limit_s) + 5
    resource.setrlimit(resource.RLIMIT_AS, (request.memory_bytes, request.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    try:
        document = read_document(
            request.name, request.data, max_bytes=request.max_bytes, time_limit_s=request.time_limit_s
        )
        answer = _Answer(document)
    except DomainError as error:
        answer = _refusal(error)
    sys.stdout.buffer.write(msgpack.encode(answer))


def _refusal(error: DomainError) -> _Answer:
    # A parser that meets the end of memory may report it as any damage of the file.
    if isinstance(error, UnreadableDocument) and not _has_memory():
        error = TooLarge("The file needs too much memory to be read; split it", field="file")
    return _Answer(code=error.code, message=error.message)


def _has_memory() -> bool:
    try:
        bytearray(_SPARE_BYTES)
    except MemoryError:
        return False
    return True


if __name__ == "__main__":
    main()
