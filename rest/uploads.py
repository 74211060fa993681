"""One uploaded file, read from ``multipart/form-data`` (RFC 7578) within a limit of bytes."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from core.errors import BadRequest, TooLarge
from rest.bodies import limited_chunks
from rest.problems import BodyTooLarge, FieldError, UnsupportedMediaType, WrongFields

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "file"
_ENVELOPE_BYTES = 64 * 1024
"""What boundaries, headers of parts and other fields may take on top of the file."""
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the client sent it. ``name`` has no folders and no invisible characters."""

    name: str
    data: bytes


async def read_upload(request: Request, *, most: int) -> Upload:
    """The file in the field ``file``. Raises UnsupportedMediaType, BadRequest, WrongFields, TooLarge (``most`` bytes).

    Nothing beyond the limit is kept in memory, and nothing is written to disk.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise UnsupportedMediaType("Content-Type must be multipart/form-data")
    parts = _Parts(most)
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())
        async for chunk in limited_chunks(request, most + _ENVELOPE_BYTES):
            parser.write(chunk)
        parser.finalize()
    except BodyTooLarge:
        raise parts.too_large() from None
    except (FormParserError, UnicodeError, ValueError) as error:
        raise BadRequest("The body is not valid multipart/form-data") from error
    if parts.name is None or not parts.complete:
        raise WrongFields([FieldError(FIELD, "Field required: one file")])
    return Upload(plain_name(parts.name), bytes(parts.data))


def plain_name(name: str) -> str:
    """The last part of what may be a path of any system, without invisible characters, at most 255 characters."""
    last = _UNPRINTABLE.sub("", name).replace("\\", "/").rsplit("/", 1)[-1].strip(" .")
    if not last:
        raise WrongFields([FieldError(FIELD, "The file has no name")])
    return last[-255:]


class _Parts:
    """Keeps the file's bytes and drops every other part. The callbacks are those of python-multipart."""

    def __init__(self, most: int) -> None:
        self.data = bytearray()
        self.name: str | None = None
        self.complete = False
        self._most = most
        self._headers: dict[bytes, bytes] = {}
        self._header = self._value = b""
        self._keeping = False

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._take,
            "on_part_end": self._end,
        }

    def too_large(self) -> TooLarge:
        return TooLarge(f"The file is larger than {self._most // (1024 * 1024)} MB", field=FIELD)

    def _begin(self) -> None:
        self._headers.clear()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._keeping = options.get(b"name") == FIELD.encode() and b"filename" in options
        if self._keeping:
            if self.name is not None:
                raise WrongFields([FieldError(FIELD, "Only one file may be sent")])
            self.name = options[b"filename"].decode("utf-8", errors="replace")

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._keeping:
            self.data += data[start:end]
            if len(self.data) > self._most:
                raise self.too_large()

    def _end(self) -> None:
        self.complete = self.complete or self._keeping
