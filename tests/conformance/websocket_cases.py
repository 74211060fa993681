"""Cases of Autobahn's test suite for servers that echo, under its numbers (version 25.10, groups 1 to 7, 9, 10).

https://github.com/crossbario/autobahn-testsuite. The suite itself runs on Python 2.7 alone; what each case sends and
awaits is written down anew. Left out: 9's messages above this server's bound of a megabyte ("9.beyond" sees that they
are refused with 1009), 12 and 13, because compression is off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.conformance.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Heard,
    RawSocket,
    Reply,
    close_frame,
    frame,
)

KNOWN = {"7.1.5"}
"""Where the `websockets` library closes with 1002 instead of 1000: a close frame amid the fragments of a message."""
NORMAL, PROTOCOL_ERROR, INVALID_PAYLOAD, TOO_BIG = 1000, 1002, 1007, 1009
HELLO = b"Hello, world!"
_GREEK = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"
_UTF8 = b"Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!"
_BEYOND_UNICODE = (_GREEK, b"\xf4\x90\x80\x80", b"edited")


@dataclass(frozen=True, slots=True)
class Case:
    """``codes``: any of them may be the server's, or none (it let go of the connection) where ``may_drop``.

    Where it fails the connection, of ``replies`` as many may have come as it liked.
    """

    number: str
    chunks: Sequence[bytes]
    replies: Sequence[Reply] = ()
    codes: Sequence[int] = (NORMAL,)
    may_drop: bool = False
    whole: bool = True
    end: bytes = b""
    """What we send when all replies are there."""

    def problem(self, heard: Heard) -> str | None:
        """What the server did wrong."""
        expected, told = list(self.replies), heard.replies
        if told != expected and (self.whole or told != expected[: len(told)]):
            return f"replied {told!r:.300}"
        if heard.code not in self.codes and not (heard.code is None and self.may_drop):
            return f"closed with {heard.code}"
        return None


async def run_case(case: Case, address: str) -> str | None:
    """What the server at ``host:port`` did wrong; None where it is right."""
    try:
        socket = await RawSocket.open(address)
        heard = await socket.exchange(case.chunks, replies=len(case.replies), end=case.end)
    except TimeoutError:
        return "never ended"
    return case.problem(heard)


def all_cases() -> list[Case]:
    """In the order of their numbers."""
    groups = (_sizes, _pings, _reserved_bits, _opcodes, _fragments, _broken_fragments, _utf8_fragments, _utf8, _closing)
    return [case for group in (*groups, _close_codes, _large) for case in group()]


def _good(number: str, chunks: Sequence[bytes], *replies: Reply) -> Case:
    """Answered, and closed by us in good order."""
    return Case(number, chunks, replies, end=close_frame())


def _bad(number: str, chunks: Sequence[bytes], *replies: Reply, code: int = PROTOCOL_ERROR) -> Case:
    """The server fails the connection."""
    return Case(number, chunks, replies, (code,), may_drop=True, whole=False)


def _chopped(*frames: bytes, size: int = 1) -> list[bytes]:
    joined = b"".join(frames)
    return [joined[start : start + size] for start in range(0, len(joined), size)]


def _fragmented(opcode: int, payload: bytes, size: int) -> list[bytes]:
    """A message in frames of at most ``size`` bytes."""
    pieces = [payload[start : start + size] for start in range(0, len(payload), size)] or [b""]
    last = len(pieces) - 1
    return [frame(CONTINUATION if at else opcode, piece, fin=at == last) for at, piece in enumerate(pieces)]


def _sizes() -> Iterator[Case]:
    sizes = (0, 125, 126, 127, 128, 65535, 65536)
    for group, opcode, kind, byte in ((1, TEXT, "text", b"*"), (2, BINARY, "binary", b"\xfe")):
        for at, size in enumerate(sizes, 1):
            yield _good(f"1.{group}.{at}", [frame(opcode, byte * size)], (kind, byte * size))
        large = byte * 65536
        yield _good(f"1.{group}.8", _chopped(frame(opcode, large), size=997), (kind, large))


def _pings() -> Iterator[Case]:
    binary = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"
    for number, payload in (("2.1", b""), ("2.2", HELLO), ("2.3", binary), ("2.4", b"\xfe" * 125)):
        yield _good(number, [frame(PING, payload)], ("pong", payload))
    yield _bad("2.5", [frame(PING, b"\xfe" * 126)])
    yield _good("2.6", _chopped(frame(PING, b"\xfe" * 125)), ("pong", b"\xfe" * 125))
    yield _good("2.7", [frame(PONG)])
    yield _good("2.8", [frame(PONG, b"unsolicited")])
    yield _good("2.9", [frame(PONG, b"unsolicited"), frame(PING, b"ping")], ("pong", b"ping"))
    ten = [b"payload-%d" % number for number in range(10)]
    pongs = [("pong", payload) for payload in ten]
    yield _good("2.10", [frame(PING, payload) for payload in ten], *pongs)
    yield _good("2.11", _chopped(*(frame(PING, payload) for payload in ten)), *pongs)


def _reserved_bits() -> Iterator[Case]:
    hello, echo, ping = frame(TEXT, HELLO), ("text", HELLO), frame(PING)
    yield _bad("3.1", [frame(TEXT, HELLO, rsv=1)])
    yield _bad("3.2", [hello, frame(TEXT, HELLO, rsv=2), ping], echo)
    yield _bad("3.3", [hello + frame(TEXT, HELLO, rsv=3) + ping], echo)
    yield _bad("3.4", _chopped(hello, frame(TEXT, HELLO, rsv=4), ping), echo)
    yield _bad("3.5", [frame(BINARY, b"\xff" * 8, rsv=5)])
    yield _bad("3.6", [frame(PING, HELLO, rsv=6)])
    yield _bad("3.7", [frame(CLOSE, rsv=7)])


def _opcodes() -> Iterator[Case]:
    hello, echo, ping = frame(TEXT, HELLO), ("text", HELLO), frame(PING)
    for group, first in ((1, 3), (2, 11)):
        yield _bad(f"4.{group}.1", [frame(first)])
        yield _bad(f"4.{group}.2", [frame(first + 1, b"reserved opcode payload")])
        yield _bad(f"4.{group}.3", [hello, frame(first + 2), ping], echo)
        yield _bad(f"4.{group}.4", [hello, frame(first + 3, HELLO), ping], echo)
        yield _bad(f"4.{group}.5", _chopped(hello, frame(first + 4, HELLO), ping), echo)


def _fragments() -> Iterator[Case]:
    two = [frame(TEXT, b"fragment1", fin=False), frame(CONTINUATION, b"fragment2")]
    whole = ("text", b"fragment1fragment2")
    yield _bad("5.1", [frame(PING, b"fragment1", fin=False), frame(CONTINUATION, b"fragment2")])
    yield _bad("5.2", [frame(PONG, b"fragment1", fin=False), frame(CONTINUATION, b"fragment2")])
    yield _good("5.3", [b"".join(two)], whole)
    yield _good("5.4", two, whole)
    yield _good("5.5", _chopped(*two), whole)
    with_ping = [two[0], frame(PING, b"ping payload"), two[1]]
    pong = ("pong", b"ping payload")
    yield _good("5.6", [b"".join(with_ping)], pong, whole)
    yield _good("5.7", with_ping, pong, whole)
    yield _good("5.8", _chopped(*with_ping), pong, whole)
    five = _fragmented(TEXT, b"fragment1fragment2fragment3fragment4fragment5", 9)
    parts = [*five[:2], frame(PING, b"pongme 1!"), *five[2:4], frame(PING, b"pongme 2!"), five[4]]
    heard = (("pong", b"pongme 1!"), ("pong", b"pongme 2!"), ("text", b"fragment1fragment2fragment3fragment4fragment5"))
    yield _good("5.19", [b"".join(parts)], *heard)
    yield _good("5.20", parts, *heard)


def _broken_fragments() -> Iterator[Case]:
    for at, fin in ((9, True), (12, False)):
        lost = [frame(CONTINUATION, b"non-continuation payload", fin=fin), frame(TEXT, HELLO)]
        yield _bad(f"5.{at}", [b"".join(lost)])
        yield _bad(f"5.{at + 1}", lost)
        yield _bad(f"5.{at + 2}", _chopped(*lost))
    two = [frame(TEXT, b"fragment1", fin=False), frame(CONTINUATION, b"fragment2")]
    whole = ("text", b"fragment1fragment2")
    yield _bad("5.15", [b"".join([*two, frame(CONTINUATION, b"fragment3", fin=False), frame(TEXT, HELLO)])], whole)
    for number, fin in (("5.16", False), ("5.17", True)):
        yield _bad(number, [frame(CONTINUATION, b"fragment1", fin=fin), *two] * 2)
    yield _bad("5.18", [two[0] + frame(TEXT, b"fragment2")])


def _utf8_fragments() -> Iterator[Case]:
    yield _good("6.1.1", [frame(TEXT)], ("text", b""))
    yield _good("6.1.2", _parts(b"", b"", b""), ("text", b""))
    yield _good("6.1.3", _parts(b"", b"middle frame payload", b""), ("text", b"middle frame payload"))
    yield _good("6.2.1", [frame(TEXT, _UTF8)], ("text", _UTF8))
    yield _good("6.2.2", _parts(_UTF8[:12], _UTF8[12:]), ("text", _UTF8))
    yield _good("6.2.3", _fragmented(TEXT, _UTF8, 1), ("text", _UTF8))
    yield _good("6.2.4", _fragmented(TEXT, _GREEK, 1), ("text", _GREEK))
    surrogate = _GREEK + b"\xed\xa0\x80edited"
    yield _bad("6.3.1", [frame(TEXT, surrogate)], code=INVALID_PAYLOAD)
    yield _bad("6.3.2", _fragmented(TEXT, surrogate, 1), code=INVALID_PAYLOAD)
    yield _bad("6.4.1", _parts(*_BEYOND_UNICODE), code=INVALID_PAYLOAD)
    yield _bad("6.4.2", _parts(_GREEK + b"\xf4", b"\x90", b"\x80\x80edited"), code=INVALID_PAYLOAD)
    one = frame(TEXT, b"".join(_BEYOND_UNICODE))
    yield _bad("6.4.3", [one[:17], one[17:21], one[21:]], code=INVALID_PAYLOAD)
    yield _bad("6.4.4", [one[:18], one[18:19], one[19:]], code=INVALID_PAYLOAD)


def _parts(*pieces: bytes) -> list[bytes]:
    last = len(pieces) - 1
    return [frame(CONTINUATION if at else TEXT, piece, fin=at == last) for at, piece in enumerate(pieces)]


def _utf8() -> Iterator[Case]:
    for group, payloads in enumerate(_sequences(), 5):
        for at, payload in enumerate(payloads, 1):
            number = f"6.{group}.{at}"
            try:
                payload.decode()
            except UnicodeDecodeError:
                yield _bad(number, [frame(TEXT, payload)], code=INVALID_PAYLOAD)
            else:
                yield _good(number, [frame(TEXT, payload)], ("text", payload))


def _sequences() -> Iterator[Sequence[bytes]]:
    """Markus Kuhn's UTF-8 decoder test; https://www.cl.cam.ac.uk/~mgk25/ucs/examples/UTF-8-test.txt."""
    yield [b"hello$world", b"hello\xc2\xa2world", b"hello\xe2\x82\xacworld", b"hello\xf0\xa4\xad\xa2world", _GREEK]
    yield [_GREEK[:size] for size in range(1, len(_GREEK) + 1)]
    yield [b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"]
    yield [b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"]
    yield [b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"]
    yield [b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf"]
    yield [b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf", b"\xf4\x90\x80\x80"]
    yield [b"\x80", b"\xbf", *((b"\x80\xbf" * 3)[:size] for size in range(2, 7)), bytes(range(0x80, 0xBF))]
    starts = ((0xC0, 0xDF), (0xE0, 0xEF), (0xF0, 0xF7), (0xF8, 0xFB), (0xFC, 0xFD))
    yield [b"".join(b"%c " % byte for byte in range(*ends)) for ends in starts]
    cut = [b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80"]
    cut += [b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf"]
    yield cut
    yield [b"".join(cut)]
    yield [b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"]
    for last in (b"\xaf", b"\x80"):
        overlong = [b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80"]
        yield [start + last for start in overlong]
        if last == b"\xaf":
            widest = [b"\xc1", b"\xe0\x9f", b"\xf0\x8f\xbf", b"\xf8\x87\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf"]
            yield [start + b"\xbf" for start in widest]
    yield [b"\xed" + rest for rest in (b"\xa0\x80", b"\xad\xbf", b"\xae\x80", b"\xaf\xbf", b"\xb0\x80", b"\xbe\x80")]
    high, low = (b"\xa0\x80", b"\xad\xbf", b"\xae\x80", b"\xaf\xbf"), (b"\xb0\x80", b"\xbf\xbf")
    yield [b"\xed" + first + b"\xed" + second for first in high for second in low]
    planes = [chr(plane << 16 | point).encode() for plane in range(17) for point in (0xFFFE, 0xFFFF)]
    yield planes
    yield [chr(point).encode() for point in range(0xFFF9, 0x10000)]


def _closing() -> Iterator[Case]:
    yield _good("7.1.1", [frame(TEXT, HELLO)], ("text", HELLO))
    yield Case("7.1.2", [close_frame(), close_frame()])
    yield Case("7.1.3", [close_frame(), frame(PING)])
    yield Case("7.1.4", [close_frame(), frame(TEXT, HELLO)])
    yield Case("7.1.5", [frame(TEXT, b"fragment1", fin=False), close_frame(), frame(CONTINUATION, b"fragment2")])
    big = b"BAsd7&jh23" * 26_215
    chunks = [frame(TEXT, big), frame(TEXT, HELLO), close_frame(), frame(PING)]
    yield Case("7.1.6", chunks, [("text", big), ("text", HELLO)], whole=False)
    yield Case("7.3.1", [close_frame(None)], codes=(NORMAL, 1005))
    yield _bad("7.3.2", [frame(CLOSE, b"a")])
    yield Case("7.3.3", [close_frame()])
    yield Case("7.3.4", [close_frame(reason=b"Hello World!")])
    yield Case("7.3.5", [close_frame(reason=b"*" * 123)])
    yield _bad("7.3.6", [close_frame(reason=b"*" * 124)])
    broken = close_frame(reason=_GREEK + b"\xed\xa0\x80edited")
    yield Case("7.5.1", [broken], codes=(PROTOCOL_ERROR, INVALID_PAYLOAD), may_drop=True)


def _close_codes() -> Iterator[Case]:
    good = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
    for at, code in enumerate(good, 1):
        yield Case(f"7.7.{at}", [close_frame(code)], codes=(NORMAL, code))
    for at, code in enumerate((0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999), 1):
        yield _bad(f"7.9.{at}", [close_frame(code)])
    for at, code in enumerate((5000, 65535), 1):
        yield Case(f"7.13.{at}", [close_frame(code)], codes=(NORMAL, code, PROTOCOL_ERROR), may_drop=True)


def _large() -> Iterator[Case]:
    for group, opcode, kind in ((1, TEXT, "text"), (2, BINARY, "binary")):
        for at, size in enumerate((2**16, 2**18, 999_999), 1):
            yield _good(f"9.{group}.{at}", [frame(opcode, b"*" * size)], (kind, b"*" * size))
        yield _bad(f"9.{group}.beyond", [frame(opcode, b"*" * 1_100_000)], code=TOO_BIG)
    for group, opcode, kind in ((3, TEXT, "text"), (4, BINARY, "binary")):
        for at, size in enumerate((64, 256, 1024, 4096, 16_384, 65_536), 1):
            message = b"*" * (2**17 if size < 1024 else 2**19)
            yield _good(f"9.{group}.{at}", _fragmented(opcode, message, size), (kind, message))
    for group, count in ((5, 64), (6, 128)):
        yield _good(f"9.{group}", _chopped(frame(TEXT, b"*" * 2**16), size=count), ("text", b"*" * 2**16))
    yield _good("10.1.1", _fragmented(TEXT, b"*" * 65536, 1300), ("text", b"*" * 65536))
    # RFC 6455, 5.1: a server closes upon a frame that is not masked.
    yield _bad("masking", [frame(TEXT, HELLO, masked=False)])
