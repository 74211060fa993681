"""What a file is, told from its content; the name only has to agree."""

import io
import re
import zipfile
from enum import StrEnum
from pathlib import PurePosixPath

from core.errors import UnreadableDocument, UnsupportedFormat


class Format(StrEnum):
    """Accepted formats by extension."""

    TEXT = "txt"
    MARKDOWN = "md"
    PDF = "pdf"
    DOCX = "docx"
    CSV = "csv"
    JSONL = "jsonl"


MIME_TYPES = {
    Format.TEXT: "text/plain",
    Format.MARKDOWN: "text/markdown",
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.CSV: "text/csv",
    Format.JSONL: "application/jsonl",
}
EXTENSIONS = {form.value: form for form in Format} | {"markdown": Format.MARKDOWN, "text": Format.TEXT}
UPLOADED = (Format.TEXT, Format.MARKDOWN, Format.PDF, Format.DOCX)
"""What the API takes; tables come in by the command line."""
ACCEPTED = ", ".join(f".{form.value}" for form in UPLOADED) + "; tables (.csv, .jsonl) by `opora kb import`"

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"RIFF", "a RIFF media file"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x7fELF", "an ELF program"),
    (b"\xcf\xfa\xed\xfe", "a Mach-O program"),
    (b"\xca\xfe\xba\xbe", "a compiled program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh91AY", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"OggS\x00", "an Ogg recording"),
    (b"ID3", "an MP3 recording"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript document"),
)
_MARKUP = (
    (re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE), "an HTML page"),
    (re.compile(rb"<\?xml\s|<svg[\s>]", re.IGNORECASE), "an XML document"),
)
_OFFICE_PARTS = (
    ("word/document.xml", "a Word document (.docx)"),
    ("xl/workbook.xml", "an Excel workbook"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("META-INF/container.xml", "an EPUB book"),
    ("content.xml", "an OpenDocument file"),
    ("META-INF/MANIFEST.MF", "a Java archive"),
)


def safe_name(name: str) -> str:
    """The last path part of a client's file name, printable, at most 200 characters, never empty."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(char for char in last if char.isprintable()).strip(" .")
    if len(printable) > 200:
        suffix = PurePosixPath(printable).suffix[:20]
        printable = printable[: 200 - len(suffix)] + suffix
    return printable or "document"


def named_format(name: str) -> Format:
    """The format that the extension claims. Raises UnsupportedFormat for any other extension."""
    extension = PurePosixPath(name).suffix.lower().removeprefix(".")
    if extension not in EXTENSIONS:
        shown = f"Files of type .{extension}" if extension else "Files without an extension"
        raise UnsupportedFormat(f"{shown} are not supported. Accepted: {ACCEPTED}", field="file")
    return EXTENSIONS[extension]


def check_agreement(claimed: Format, data: bytes) -> None:
    """Raise UnsupportedFormat for content of another kind than the name claims, UnreadableDocument for damage."""
    found = binary_kind(data)
    if found is None and claimed in {Format.PDF, Format.DOCX}:
        found = "plain text" if _mostly_text(data) else "not a document of a known kind"
    expected = {Format.PDF: "a PDF document", Format.DOCX: "a Word document (.docx)"}.get(claimed)
    if found == expected:
        return
    if claimed is Format.DOCX:
        _explain_docx(data, found)
    raise UnsupportedFormat(
        f"The file is named .{claimed.value} but its content is {found}. Accepted: {ACCEPTED}", field="file"
    )


def binary_kind(data: bytes) -> str | None:
    """The name of a recognised kind that is not plain text, else None."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf\x00 \t\r\n\f")
    if start.startswith(b"%PDF-") or (b"%PDF-" in data[:1024] and b"startxref" in data[-2048:]):
        return "a PDF document"
    if data.startswith(_ZIP):
        return _zip_kind(data)
    if data.startswith(_OLE):
        return "an old Microsoft Office document"
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data.startswith(b"MZ") and b"\x00" in data[:256]:
        return "a Windows program"
    return next((kind for pattern, kind in _MARKUP if pattern.match(start)), None)


def _zip_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except Exception:  # zipfile leaks struct, Unicode and value errors beside BadZipFile
        return "a damaged ZIP archive"
    return next((kind for part, kind in _OFFICE_PARTS if part in names), "a ZIP archive")


def _explain_docx(data: bytes, found: str | None) -> None:
    """Raise UnreadableDocument for the two ways in which a real Word file shows another signature."""
    if found == "a damaged ZIP archive":
        raise UnreadableDocument("The Word document is damaged and cannot be opened", field="file")
    if data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableDocument("The Word document is protected by a password; remove it first", field="file")


def _mostly_text(data: bytes) -> bool:
    sample = data[:4096]
    return b"\x00" not in sample and sum(byte < 9 or 13 < byte < 32 for byte in sample) * 100 <= len(sample)
