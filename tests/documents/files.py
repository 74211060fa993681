"""Makers of real files, good and bad."""

import io
import zipfile
from collections.abc import Sequence

import docx
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

MB = 1_048_576
MAX = 20 * MB
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
CONTENT_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def pdf(*pages: str, header: str | None = None) -> bytes:
    """A PDF with a page for each text; ``header`` and the page number stand on each."""
    made = FPDF()
    made.set_auto_page_break(auto=False)
    for number, text in enumerate(pages, start=1):
        made.add_page()
        made.set_font("Helvetica", size=11)
        if header:
            made.cell(text=header, new_x="LMARGIN", new_y="NEXT")
        made.multi_cell(w=170, text=text)
        if header:
            made.set_y(-20)
            made.cell(text=f"Page {number} of {len(pages)}")
    return bytes(made.output())


def cyrillic_pdf(text: str) -> bytes:
    """A one-page PDF whose font has no glyphs but a ToUnicode map, as a reader of text needs it."""
    cmap = b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0400> <04FF> <0400> endbfrange "
    cmap += b"1 beginbfrange <0020> <007E> <0020> endbfrange"
    content = b"BT /F1 12 Tf 50 700 Td <" + text.encode("utf-16-be").hex().encode() + b"> Tj ET"
    return _pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R]"
        b" /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        b" /Supplement 0 >> /DW 600 >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
    )


def _pdf_of(*objects: bytes) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))


def recursive_pdf() -> bytes:
    """A page tree that holds itself."""
    return _pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>")


def form_bomb_pdf() -> bytes:
    """Forms that draw each other ten times at each of nine levels: a thousand million texts in two kilobytes."""
    resources = (
        b"/Resources << /XObject << /X %d 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /A >> >> >>"
    )
    pages = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R " + resources % 5 + b" /Contents 4 0 R >>",
        b"<< /Length 5 >>\nstream\n/X Do\nendstream",
    ]
    body = b"/X Do " * 10
    for following in range(6, 15):
        form = b"<< /Subtype /Form " + resources % following + b" /Length %d >>\nstream\n%s\nendstream"
        pages.append(form % (len(body), body))
    last = b"BT /F1 9 Tf (bomb) Tj ET"
    pages.append(b"<< /Subtype /Form " + resources % 14 + b" /Length %d >>\nstream\n%s\nendstream" % (len(last), last))
    return _pdf_of(*pages)


def encrypted_pdf(text: str, user_password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(text))))
    writer.encrypt(user_password=user_password, owner_password="owner", algorithm="AES-256")
    return _saved(writer)


def scanned_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    return _saved(writer)


def _saved(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word(blocks: Sequence[tuple[str, str]]) -> bytes:
    """A .docx of (style, text) paragraphs; the style ``table`` makes rows of ``a|b`` lines."""
    document = docx.Document()
    for style, text in blocks:
        if style == "table":
            rows = [line.split("|") for line in text.split("\n")]
            table = document.add_table(rows=len(rows), cols=len(rows[0]))
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, words in zip(row.cells, cells, strict=True):
                    cell.text = words
        else:
            document.add_paragraph(text, style=style)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def archive(parts: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def with_part(docx_bytes: bytes, name: str, content: bytes) -> bytes:
    """The archive with one part replaced or added."""
    with zipfile.ZipFile(io.BytesIO(docx_bytes)) as old:
        parts: dict[str, bytes | str] = {entry: old.read(entry) for entry in old.namelist()}
    return archive(parts | {name: content})
