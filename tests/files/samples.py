"""Small files of each kind, made here."""

import io
import struct
import wave
import zipfile
import zlib

OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def png() -> bytes:
    """One red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!L", len(data)) + kind + data + struct.pack("!L", zlib.crc32(kind + data))

    header = struct.pack("!2L5B", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
        + chunk(b"IEND", b"")
    )


def archive(*names: str) -> bytes:
    """A ZIP file with these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "content")
    return buffer.getvalue()


def wav(samples: bytes = b"\0\0" * 16_000) -> bytes:
    """One channel of 16 kHz; a second of silence by default."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples)
    return buffer.getvalue()


def mp3(frames: int = 3) -> bytes:
    """Silent frames of MPEG-1 Layer III, 128 kbit/s, 44.1 kHz: 417 bytes each."""
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * frames


def ogg(codec: bytes = b"OpusHead") -> bytes:
    """The first page of an Ogg stream."""
    return b"OggS\x00\x02" + b"\0" * 20 + b"\x01\x13" + codec + b"\x01\x01" + b"\0" * 60


def webm(codec: bytes = b"A_OPUS") -> bytes:
    return b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 30 + b"\x86\x86" + codec + b"\0" * 100


def mp4(*handlers: bytes) -> bytes:
    """A file whose tracks have these handlers: ``vide``, ``soun``."""
    tracks = b"".join(b"\0\0\0\x20hdlr" + b"\0" * 8 + handler + b"\0" * 12 for handler in handlers)
    return b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + tracks + b"\0" * 40
