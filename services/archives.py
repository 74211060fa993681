"""What a ZIP file is, told from its table of contents, which is read only where it is small."""

import io
import struct
import zipfile

from core.errors import UnreadableDocument, UnsupportedFormat

_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCUMENTS = (
    ("word/document.xml", f"{_OFFICE}.wordprocessingml.document", "docx"),
    ("xl/workbook.xml", f"{_OFFICE}.spreadsheetml.sheet", "xlsx"),
    ("ppt/presentation.xml", f"{_OFFICE}.presentationml.presentation", "pptx"),
)
_REFUSED = (
    ("META-INF/MANIFEST.MF", "a Java program"),
    ("AndroidManifest.xml", "an Android program"),
    ("META-INF/container.xml", "an EPUB book"),
    ("content.xml", "an OpenDocument file; save it as .docx, .xlsx or .pdf"),
)
_MOST_CONTENTS = 2 * 1024 * 1024
_END = b"PK\x05\x06"
_END_RECORD = struct.Struct("<4s4H2LH")
_TAIL = _END_RECORD.size + 65_535


def zip_kind(data: bytes) -> tuple[str, str]:
    """Media type and extension: an Office document, or a plain archive.

    Raises UnsupportedFormat for programs, documents with macros and oversized archives, UnreadableDocument for damage.
    """
    names = _names(data)
    for part, kind in _REFUSED:
        if part in names:
            raise UnsupportedFormat(f"The content is {kind}", field="file")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise UnsupportedFormat("The document holds macros; save it without them", field="file")
    for part, mime_type, extension in _DOCUMENTS:
        if part in names:
            return mime_type, extension
    return "application/zip", "zip"


def _names(data: bytes) -> set[str]:
    _check_contents_size(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return set(archive.namelist())
    except Exception as error:  # zipfile leaks struct, Unicode and value errors beside BadZipFile
        raise UnreadableDocument("The archive is damaged and cannot be opened", field="file") from error


def _check_contents_size(data: bytes) -> None:
    """Half a million entries fit in a small file and take a hundred times its size in memory."""
    at = data.rfind(_END, max(0, len(data) - _TAIL))
    if at < 0 or len(data) - at < _END_RECORD.size:
        raise UnreadableDocument("The archive is damaged and cannot be opened", field="file")
    size = _END_RECORD.unpack_from(data, at)[5]
    # A ZIP64 file says so by the highest number.
    if size > _MOST_CONTENTS:
        raise UnsupportedFormat("The archive holds too many files", field="file")
