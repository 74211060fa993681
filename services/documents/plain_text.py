"""Bytes of a text file to clean Unicode."""

import codecs
import re
import unicodedata

from core.errors import UnreadableDocument

# UTF-32 stands before UTF-16: its little-endian mark begins with the other's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = ["cp1251", "kz1048", "koi8_r", "cp866", "cp1252"]
_SAMPLE_BYTES = 262_144
_CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n\r\f\x0b\x1b")
_REMOVED = dict.fromkeys((*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_REMOVED |= dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF))
_CLEAN: dict[int, str | None] = _REMOVED | {
    0x09: "\t", 0x0A: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n\n", 0xA0: " ", 0x202F: " ", 0x2007: " ",
}  # fmt: skip
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# Begun at the first space alone and never given back: a megabyte of spaces would else take hours.
_TRAILING_SPACE = re.compile(r"(?<![ \t])[ \t]++(?=\n)")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Text fit for storing and quoting: NFC, ``\\n`` line ends, no control, bidirectional or unpaired characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEAN)
    text = unicodedata.normalize("NFC", _SURROGATES.sub("", text))
    return _BLANK_LINES.sub("\n\n", _TRAILING_SPACE.sub("", text)).strip()


def decode(data: bytes) -> str:
    """Decode a text file: byte order mark, else UTF-8, else a Cyrillic or Western code page that fits with confidence.

    Raises UnreadableDocument when the bytes are no text in any of these encodings.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_strictly(data[len(mark) :], encoding)
    controls = len(data) - len(data.translate(None, _CONTROL_BYTES))
    if b"\x00" in data or controls * 200 > len(data):
        raise UnreadableDocument("The file holds binary data, not text", field="file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_strictly(data, _guess_encoding(data))


def _decode_strictly(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableDocument(f"The file is damaged: it is not valid {encoding} text", field="file") from error
    if text.count("\x00"):
        raise UnreadableDocument("The file holds binary data, not text", field="file")
    return text


def _guess_encoding(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES], cp_isolation=_LEGACY, threshold=0.15, enable_fallback=False).best()
    if best is None:
        raise UnreadableDocument("The encoding of the text is not recognised; save the file as UTF-8", field="file")
    return best.encoding
