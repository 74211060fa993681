"""What an uploaded file is: told from its content. The name only says which kind of text a text is."""

import codecs
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.errors import UnreadableDocument, UnsupportedFormat
from services.archives import zip_kind
from services.documents.formats import binary_kind, safe_name

ACCEPTED = "images (PNG, JPEG, GIF, WebP), PDF, .docx, .xlsx, .pptx, text, .csv, .json, .md, audio, MP4 video, .zip"


@dataclass(frozen=True, slots=True)
class FileType:
    """A media type (RFC 6838) with the extensions that its files may have; the first is the usual one."""

    mime_type: str
    extensions: tuple[str, ...]


PNG = FileType("image/png", ("png",))
JPEG = FileType("image/jpeg", ("jpg", "jpeg"))
GIF = FileType("image/gif", ("gif",))
WEBP = FileType("image/webp", ("webp",))
PDF = FileType("application/pdf", ("pdf",))
OGG = FileType("audio/ogg", ("ogg", "oga", "opus"))
MP3 = FileType("audio/mpeg", ("mp3",))
WAV = FileType("audio/wav", ("wav",))
WEBM = FileType("audio/webm", ("webm", "weba"))
M4A = FileType("audio/mp4", ("m4a", "mp4"))
MP4 = FileType("video/mp4", ("mp4", "m4v"))
TEXT = FileType("text/plain", ("txt", "text", "log"))
_TEXTS = (
    TEXT,
    FileType("text/csv", ("csv",)),
    FileType("text/tab-separated-values", ("tsv",)),
    FileType("application/json", ("json",)),
    FileType("application/jsonl", ("jsonl",)),
    FileType("text/markdown", ("md", "markdown")),
)
_TEXT_OF = {extension: kind for kind in _TEXTS for extension in kind.extensions}
AUDIO = (OGG, MP3, WAV, WEBM, M4A)

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"ID3", MP3),
)
_OGG_AUDIO = re.compile(rb"OggS\x00.{20,300}?(OpusHead|\x01vorbis|Speex   |\x7fFLAC)", re.DOTALL)
_MP4_TRACK = re.compile(rb"hdlr.{8}(vide|soun)", re.DOTALL)
_WEBM_VIDEO = re.compile(rb"V_(VP8|VP9|AV1|MPEG)")
_ACTIVE = re.compile(
    rb"#!|<\?php|<script[\s>]|<!doctype\s|<html[\s>]|<svg[\s>]|<\?xml[\s]|<body[\s>]|@echo off", re.IGNORECASE
)
_SCRIPTS = re.compile(
    "bat|cmd|com|cpl|css|hta|html?|jar|jse?|lnk|mjs|msi|php|ps1|psm1|py|rb|reg|scr|sh|svg|vb[es]|wsf|xhtml|xml"
)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Bytes that no text of UTF-8 or of an 8-bit Cyrillic code page has.
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def recognise(name: str, data: bytes) -> FileType:
    """The type of a file. CPU only; call it off the event loop.

    Raises UnreadableDocument for an empty file, UnsupportedFormat for what is not accepted, as programs and pages.
    """
    if not data.strip(b" \t\r\n\f\x0b\x00\xef\xbb\xbf"):
        raise UnreadableDocument("The file is empty", field="file")
    found = _binary(data)
    if found is not None:
        return found
    extension = _extension(name)
    kind = binary_kind(data)
    if kind is None and _is_text(data):
        start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\f")
        if not _ACTIVE.match(start) and not _SCRIPTS.fullmatch(extension):
            return _TEXT_OF.get(extension, TEXT)
        kind = "a script or a page"
    raise UnsupportedFormat(f"The content is {kind or 'of an unknown kind'}. Accepted: {ACCEPTED}", field="file")


def shown_name(name: str, kind: FileType) -> str:
    """A client's file name without folders, with an extension of the file's real type."""
    cleaned = safe_name(name)
    return cleaned if _extension(cleaned) in kind.extensions else f"{cleaned}.{kind.extensions[0]}"


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def _binary(data: bytes) -> FileType | None:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(data[8:12])
    if data.startswith(b"PK\x03\x04"):
        mime_type, extension = zip_kind(data)
        return FileType(mime_type, (extension,))
    if _OGG_AUDIO.match(data):
        return OGG
    if data[4:8] == b"ftyp":
        return _mp4(data)
    if data.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in data[:64]:
        # Browsers record voice so; of video it is not known how to show it safely.
        return None if _WEBM_VIDEO.search(data[: 64 * 1024]) else WEBM
    return MP3 if _is_mpeg_audio(data) else None


def _mp4(data: bytes) -> FileType | None:
    """By its tracks (ISO/IEC 14496-12, handler types): brands do not tell voice from film."""
    tracks = set(_MP4_TRACK.findall(data))
    return MP4 if b"vide" in tracks else M4A if b"soun" in tracks else None


# ISO/IEC 11172-3 and 13818-3, Layer III: kbit/s and Hz by the header's indexes.
_BITRATES = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def _is_mpeg_audio(data: bytes) -> bool:
    """Whether two frames of Layer III stand one behind the other."""
    length = _frame_length(data[:4])
    return length is not None and _frame_length(data[length : length + 4]) is not None


def _frame_length(header: bytes) -> int | None:
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, bitrate, rate = (header[1] >> 3) & 3, header[2] >> 4, (header[2] >> 2) & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return None
    first = version == 3
    return (144_000 if first else 72_000) * _BITRATES[first][bitrate] // _SAMPLE_RATES[version][rate] + (
        header[2] >> 1 & 1
    )


def charset_of(beginning: bytes) -> str | None:
    """The charset (RFC 2978) of a text; None for a code page, which nothing in it names."""
    if beginning[:2] in _UTF16_MARKS:
        return "utf-16"
    try:
        # A letter may be cut at the end.
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _is_text(data: bytes) -> bool:
    if data[:2] in _UTF16_MARKS:
        try:
            return "\x00" not in data.decode("utf-16")
        except UnicodeDecodeError:
            return False
    return _CONTROLS.search(data) is None
