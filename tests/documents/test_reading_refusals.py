"""Bad files: each gets its own clear refusal, quickly, and no parser's exception escapes."""

import io
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import DomainError, TooLarge, UnreadableDocument, UnsupportedFormat
from services.documents.formats import safe_name
from services.documents.isolation import read_document_isolated
from services.documents.reading import read_document
from tests.documents import files

NAMES = ("a.txt", "a.md", "a.pdf", "a.docx", "a.csv", "a.jsonl")
GOOD_PDF = files.pdf("The router costs 34,900 tenge.")
GOOD_DOCX = files.word([("Heading 1", "Warranty"), ("Normal", "24 months.")])


def refused(error: type[DomainError], name: str, data: bytes, *, max_bytes: int = files.MAX) -> str:
    with pytest.raises(error) as caught:
        read_document(name, data, max_bytes=max_bytes)
    assert caught.value.field == "file"
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", files.PNG, "PNG"),
        ("a.txt", files.PNG, "PNG"),
        ("a.pdf", b"\x7fELF\x02\x01\x01" + bytes(60), "ELF"),
        ("a.docx", b"MZ\x90\x00\x03" + bytes(300), "Windows program"),
        ("a.pdf", b"<!DOCTYPE html><p>x", "HTML"),
        ("a.txt", b"\n<html><body>x</body></html>", "HTML"),
        ("a.md", b"<?xml version='1.0'?><a/>", "XML"),
        ("a.txt", GOOD_PDF, "PDF"),
        ("a.docx", GOOD_PDF, "PDF"),
        ("a.pdf", GOOD_DOCX, "Word"),
        ("a.csv", GOOD_DOCX, "Word"),
        ("a.docx", files.archive({"x.txt": "x"}), "ZIP"),
        ("a.docx", files.archive({"xl/workbook.xml": "x"}), "Excel"),
        ("a.pdf", b"plain words", "plain text"),
        ("a.txt", b"{\\rtf1 x}", "RTF"),
        ("a.jsonl", b"\x1f\x8b\x08\x00xx", "gzip"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Microsoft Office"),
        ("a.pdf", b"\x01\x00\x02", "known kind"),
    ],
)
def test_disguised_content_is_named_and_so_is_what_is_accepted(name: str, data: bytes, kind: str) -> None:
    message = refused(UnsupportedFormat, name, data)
    assert kind in message
    assert ".docx; tables (.csv, .jsonl)" in message


@pytest.mark.parametrize("name", ["a.exe", "a", "a.pdf.png", ".pdf", "", "a."])
def test_unknown_extensions_are_refused_with_the_accepted_ones(name: str) -> None:
    assert ".txt, .md, .pdf, .docx; tables (.csv, .jsonl)" in refused(UnsupportedFormat, name, b"words")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", "\ufeff \n".encode("utf-16")])
def test_empty_and_blank_files_are_refused(name: str, data: bytes) -> None:
    refused(DomainError, name, data)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", files.encrypted_pdf("Secret.", "user"), "password"),
        ("a.pdf", files.scanned_pdf(), "scan"),
        ("a.pdf", GOOD_PDF[: len(GOOD_PDF) // 3], "damaged"),
        ("a.pdf", b"%PDF-1.7 nothing more", "damaged"),
        ("a.docx", GOOD_DOCX[: len(GOOD_DOCX) // 2], "damaged"),
        ("a.docx", files.word([]), "no text"),
        ("a.docx", files.archive({"word/document.xml": "<x", "[Content_Types].xml": files.CONTENT_TYPES}), "damaged"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("a.txt", b"words\x00more", "binary"),
        ("a.txt", bytes(range(1, 32)) * 9, "binary"),
        ("a.txt", b"\xff\xfea\x00b", "damaged"),
        ("a.txt", bytes(range(128, 256)) * 20, "encoding"),
        ("a.csv", b'question,answer\n"never closed,x\n', "line"),
        ("a.jsonl", b'{"text": "a"}\n{oops}\n', "Line 2"),
        ("a.jsonl", b"[1]\n", "Line 1"),
        ("a.jsonl", b'{"title": "x"}\n', "no text"),
        ("a.jsonl", b"[" * 100_000, "Line 1"),
        ("a.md", b"---\na: b\n---\n", "no text"),
        ("a.csv", b"question,answer\n", "no text"),
    ],
)
def test_unreadable_files_are_refused_with_their_reason(name: str, data: bytes, reason: str) -> None:
    assert reason in refused(UnreadableDocument, name, data)


def test_files_above_the_limit_are_refused_before_they_are_looked_at() -> None:
    assert "1 MB" in refused(TooLarge, "a.pdf", bytes(files.MB + 1), max_bytes=files.MB)


def test_zip_bombs_are_refused_before_they_are_unpacked() -> None:
    started = time.monotonic()
    bomb = files.with_part(GOOD_DOCX, "word/media/image1.bin", bytes(90 * files.MB))
    assert "unpacks" in refused(TooLarge, "a.docx", bomb)
    crowd: dict[str, bytes | str] = {f"word/{number}.txt": "" for number in range(6000)}
    refused(TooLarge, "a.docx", files.archive(crowd | {"word/document.xml": "x"}))
    assert time.monotonic() - started < 10


def test_entity_bombs_and_macros_are_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e0 "ha">{entities}]><b>&e9;</b>'.encode()
    assert "forbidden" in refused(UnreadableDocument, "a.docx", files.with_part(GOOD_DOCX, "word/document.xml", bomb))
    types = files.CONTENT_TYPES.replace("/>", '><Override PartName="/x" ContentType="macroEnabled"/></Types>')
    macros = files.with_part(GOOD_DOCX, "[Content_Types].xml", types.encode())
    assert "macros" in refused(UnsupportedFormat, "a.docx", macros)


def test_encrypted_archive_members_are_refused() -> None:
    data = bytearray(GOOD_DOCX)
    for at in [entry.header_offset for entry in zipfile.ZipFile(io.BytesIO(GOOD_DOCX)).infolist()]:
        data[at + 6] |= 1
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    assert "password" in refused(UnreadableDocument, "a.docx", bytes(data))


@pytest.mark.parametrize("bomb", [files.recursive_pdf(), files.form_bomb_pdf()])
def test_pdf_bombs_end_within_the_time_limit(bomb: bytes) -> None:
    started = time.monotonic()
    with suppress(DomainError):
        read_document("a.pdf", bomb, max_bytes=files.MAX, time_limit_s=2)
    assert time.monotonic() - started < 8


def test_reading_stops_when_the_time_is_over() -> None:
    with pytest.raises(UnreadableDocument, match="too long"):
        read_document("a.pdf", GOOD_PDF, max_bytes=files.MAX, time_limit_s=0)


async def test_isolated_reading_gives_the_same_answers_and_limits_memory() -> None:
    isolated = await read_document_isolated("a.pdf", GOOD_PDF, max_bytes=files.MAX)
    assert isolated == read_document("a.pdf", GOOD_PDF, max_bytes=files.MAX)
    with pytest.raises(UnsupportedFormat, match="PNG"):
        await read_document_isolated("a.pdf", files.PNG, max_bytes=files.MAX)
    with pytest.raises(DomainError, match="memory"):
        await read_document_isolated("a.pdf", GOOD_PDF, max_bytes=files.MAX, memory_bytes=1_000_000)


@given(st.text(max_size=400))
def test_names_lose_paths_and_control_characters(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 200
    assert not set("/\\") & set(safe)
    assert safe.isprintable()


HOSTILE_STARTS = st.sampled_from(
    [b"", b"%PDF-1.7\n", b"PK\x03\x04", GOOD_PDF[:600], GOOD_DOCX[:900], b'{"text":', b'"a","']
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), HOSTILE_STARTS, st.binary(max_size=3000))
def test_random_bytes_raise_nothing_but_domain_errors(name: str, start: bytes, rest: bytes) -> None:
    with suppress(DomainError):
        read_document(name, start + rest, max_bytes=files.MAX, time_limit_s=10)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([("a.pdf", GOOD_PDF), ("a.docx", GOOD_DOCX)]), st.data())
def test_flipped_bytes_raise_nothing_but_domain_errors(good: tuple[str, bytes], data: st.DataObject) -> None:
    name, damaged = good[0], bytearray(good[1])
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(DomainError):
        read_document(name, bytes(damaged), max_bytes=files.MAX, time_limit_s=10)
