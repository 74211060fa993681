"""Files and fields of ``multipart/form-data`` (RFC 7578), read within limits of bytes."""

import re
from collections.abc import AsyncIterator
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
_MULTIPART = b"multipart/form-data"
_FIELD_BYTES = 256 * 1024
_FIELDS_BYTES = 1024 * 1024
_MOST_FIELDS = 50
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the client sent it. ``name`` has no folders and no invisible characters."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A form's fields, and its one file where it has any."""

    fields: dict[str, str]
    file: Upload | None


async def read_upload(request: Request, *, most: int) -> Upload:
    """The file in the field ``file``. Raises UnsupportedMediaType, BadRequest, WrongFields, TooLarge (``most`` bytes).

    Nothing beyond the limit is kept in memory, and nothing is written to disk.
    """
    parts = _Parts(FIELD, most)
    await _read(request, parts)
    upload = parts.upload()
    if upload is None:
        raise WrongFields([FieldError(FIELD, "Field required: one file")])
    return upload


async def read_form(request: Request, *, file_field: str, most: int) -> Form:
    """The fields of a form, at most 256 kB each, and the file in ``file_field``, at most ``most`` bytes.

    A file part without a name and without content, as browsers send where nothing was chosen, is none. Raises as
    :func:`read_upload`.
    """
    parts = _Parts(file_field, most, keeps_fields=True)
    await _read(request, parts)
    if not parts.ended:
        # Cut off: the last field may be half of what was meant.
        raise BadRequest("The body is not valid multipart/form-data")
    try:
        fields = {name: bytes(value).decode() for name, value in parts.fields.items()}
    except UnicodeDecodeError:
        raise BadRequest("The body is not a valid form in UTF-8") from None
    return Form(fields, parts.upload())


def is_multipart(request: Request) -> bool:
    """Whether the body says that it is ``multipart/form-data``."""
    return parse_options_header(request.headers.get("content-type"))[0] == _MULTIPART


async def _read(request: Request, parts: "_Parts") -> None:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != _MULTIPART:
        raise UnsupportedMediaType("Content-Type must be multipart/form-data")
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())
        async for chunk in parts.within(limited_chunks(request, parts.most_in_all)):
            parser.write(chunk)
        parser.finalize()
    except (FormParserError, UnicodeError, ValueError) as error:
        raise BadRequest("The body is not valid multipart/form-data") from error


def plain_name(name: str, field: str = FIELD) -> str:
    """The last part of what may be a path of any system, without invisible characters, at most 255 characters."""
    last = _UNPRINTABLE.sub("", name).replace("\\", "/").rsplit("/", 1)[-1].strip(" .")
    if not last:
        raise WrongFields([FieldError(field, "The file has no name")])
    return last[-255:]


class _Parts:
    """Keeps the file's bytes, and the other fields where they are asked for. The callbacks are python-multipart's."""

    def __init__(self, field: str, most: int, *, keeps_fields: bool = False) -> None:
        self.data = bytearray()
        self.name: str | None = None
        self.complete = self.ended = False
        self.fields: dict[str, bytearray] = {}
        self.most_in_all = most + (_FIELDS_BYTES if keeps_fields else _ENVELOPE_BYTES)
        self._field = field
        self._most = most
        self._keeps_fields = keeps_fields
        self._headers: dict[bytes, bytes] = {}
        self._header = self._value = b""
        self._keeping: bytearray | None = None

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._take,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def too_large(self) -> TooLarge:
        return TooLarge(f"The file is larger than {self._most // (1024 * 1024)} MB", field=self._field)

    async def within(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks. Raises TooLarge where there are more of them than the file may have."""
        try:
            async for chunk in chunks:
                yield chunk
        except BodyTooLarge:
            raise self.too_large() from None

    def upload(self) -> Upload | None:
        """The file, whole. Raises WrongFields for one without a name, unless it is the empty part of a browser."""
        if self.name is None or not self.complete or (self._keeps_fields and not self.name and not self.data):
            return None
        return Upload(plain_name(self.name, self._field), bytes(self.data))

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
        self._keeping = None
        name = options.get(b"name", b"").decode("utf-8", errors="replace")
        if name == self._field and b"filename" in options:
            if self.name is not None:
                raise WrongFields([FieldError(self._field, "Only one file may be sent")])
            self.name = options[b"filename"].decode("utf-8", errors="replace")
            self._keeping = self.data
        elif self._keeps_fields and b"filename" not in options and name:
            if len(self.fields) == _MOST_FIELDS:
                raise BadRequest(f"A form may have {_MOST_FIELDS} fields")
            # As in a urlencoded form, the last of several values counts.
            self._keeping = self.fields[name] = bytearray()

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._keeping is None:
            return
        self._keeping += data[start:end]
        if len(self.data) > self._most:
            raise self.too_large()
        if self._keeping is not self.data and len(self._keeping) > _FIELD_BYTES:
            raise BodyTooLarge(f"A field is longer than {_FIELD_BYTES} bytes")

    def _end(self) -> None:
        self.complete = self.complete or self._keeping is self.data

    def _finish(self) -> None:
        self.ended = True
