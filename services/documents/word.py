"""Word documents (.docx) to sections, through python-docx: headings, paragraphs, lists and tables in their order."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.styles.styles import Styles

from core.errors import TooLarge, UnreadableDocument, UnsupportedFormat
from services.documents.document import Section
from services.documents.limits import (
    MAX_XML_PART_BYTES,
    MAX_ZIP_ENTRIES,
    MAX_ZIP_RATIO,
    MAX_ZIP_TOTAL_BYTES,
    RATIO_MATTERS_FROM_BYTES,
    Budget,
)
from services.documents.plain_text import clean

_HEADING = re.compile(r"(?:heading|заголовок|тақырып)\s*([1-9])", re.IGNORECASE)
_TEXT, _TAB, _BREAK, _DELETED = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:del")
_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_CONTAINERS = {qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins"), qn("w:body")}
# A drawing with a fallback holds its text twice.
_SKIPPED = {
    _DELETED,
    qn("w:moveFrom"),
    qn("w:instrText"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}


@dataclass
class _Outline:
    """Sections as they grow: the open headings with their levels, and the blocks below the last of them."""

    done: list[Section] = field(default_factory=list)
    path: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)

    def open(self, level: int, words: str) -> None:
        self.close()
        self.path = [entry for entry in self.path if entry[0] < level] + [(level, words)]

    def close(self) -> None:
        heading_path = tuple(words for _, words in self.path)
        if self.blocks:
            self.done.append(Section(heading_path, None, "".join(self.blocks).strip()))
        self.blocks = []

    def add(self, block: str, *, item: bool = False) -> None:
        tight = item and self.blocks and self.blocks[-1].lstrip().startswith("- ")
        self.blocks.append(("\n" if tight else "\n\n") + block)


def sections(data: bytes, budget: Budget) -> list[Section]:
    """Sections in order. Raises UnreadableDocument for a protected file, TooLarge for a decompression bomb."""
    check_archive(data)
    document = docx.Document(io.BytesIO(data))
    outline = _Outline()
    for block in _blocks(document.element.body):
        budget.check()
        if block.tag == _TABLE:
            outline.add(budget.spend(_table_text(block, budget)))
        else:
            _add_paragraph(outline, block, document.styles, budget)
    outline.close()
    if not outline.done and outline.path:
        return [Section((), None, "\n\n".join(words for _, words in outline.path))]
    return outline.done


def check_archive(data: bytes) -> None:
    """Refuse, before anything is unpacked, what would unpack too far, is encrypted or declares XML entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if any(entry.flag_bits & 1 for entry in entries):
            raise UnreadableDocument("The Word document is protected by a password; remove it first", field="file")
        if _is_bomb(entries, len(data)):
            raise TooLarge("The Word document unpacks to more than is allowed", field="file")
        if b"macroEnabled" in archive.read("[Content_Types].xml"):
            raise UnsupportedFormat("The Word document holds macros; save it as .docx without them", field="file")
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                _check_no_doctype(archive, entry)


def _is_bomb(entries: list[zipfile.ZipInfo], size: int) -> bool:
    total = sum(entry.file_size for entry in entries)
    largest_xml = max((e.file_size for e in entries if e.filename.endswith((".xml", ".rels"))), default=0)
    stretched = total > RATIO_MATTERS_FROM_BYTES and total > MAX_ZIP_RATIO * size
    over = len(entries) > MAX_ZIP_ENTRIES or total > MAX_ZIP_TOTAL_BYTES or largest_xml > MAX_XML_PART_BYTES
    return over or stretched


def _check_no_doctype(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """OOXML forbids document type declarations (ECMA-376 part 2, 10.1.4.1); they are how entity bombs come in."""
    with archive.open(entry) as part:
        if b"<!DOCTYPE" in part.read(4096).replace(b"\x00", b""):
            raise UnreadableDocument("The Word document holds a forbidden XML declaration", field="file")


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, also those inside content controls and tracked insertions."""
    for child in parent:
        if child.tag in {_PARAGRAPH, _TABLE}:
            yield child
        elif child.tag in _CONTAINERS:
            yield from _blocks(child)


def _add_paragraph(outline: _Outline, paragraph: Any, styles: Styles, budget: Budget) -> None:
    words = clean(budget.spend(_paragraph_text(paragraph)))
    if not words:
        return
    style = _style_name(paragraph, styles)
    level = _heading_level(paragraph, style)
    if level is not None:
        outline.open(level, " ".join(words.split()))
    elif paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None or style.lower().startswith("list"):
        outline.add(f"- {words}", item=True)
    else:
        outline.add(words)


def _paragraph_text(element: Any) -> str:
    parts: list[str] = []
    for child in element:
        if child.tag == _TEXT:
            parts.append(child.text or "")
        elif child.tag == _TAB:
            parts.append(" ")
        elif child.tag == _BREAK:
            parts.append("\n")
        elif child.tag not in _SKIPPED and len(child):
            parts.append(_paragraph_text(child))
    return "".join(parts)


def _style_name(paragraph: Any, styles: Styles) -> str:
    style_id = paragraph.style
    if style_id is None:
        return ""
    element = styles.element.get_by_id(style_id)
    return (element.name_val or "") if element is not None else ""


def _heading_level(paragraph: Any, style: str) -> int | None:
    if style.lower() == "title":
        return 0
    named = _HEADING.match(style)
    if named:
        return int(named[1])
    outline_level = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    value = outline_level.get(qn("w:val")) if outline_level is not None else None
    return int(value) + 1 if value is not None and value.isdigit() and int(value) < 9 else None


def _table_text(table: Any, budget: Budget) -> str:
    """Rows as ``| cell | cell |``; the text of nested tables stays in its cell."""
    rows: list[str] = []
    for row in table.iter(_ROW):
        budget.check()
        if next(row.iterancestors(_TABLE)) is not table:
            continue
        cells = [_cell_text(cell) for cell in row.iterchildren(_CELL)]
        if any(cells):
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _cell_text(cell: Any) -> str:
    words = " ".join(_paragraph_text(paragraph) for paragraph in cell.iter(_PARAGRAPH))
    return clean(" ".join(words.split())).replace("|", "/")
