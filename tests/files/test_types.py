"""What a file is taken for, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError, UnreadableDocument, UnsupportedFormat
from services.file_types import FileType, recognise, shown_name
from tests.files.samples import OFFICE, archive, mp3, mp4, ogg, png, wav, webm

_OFFICE_TYPE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (png(), "image/png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
        (b"GIF89a" + b"\0" * 20, "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (archive(OFFICE["docx"]), f"{_OFFICE_TYPE}.wordprocessingml.document"),
        (archive(OFFICE["xlsx"]), f"{_OFFICE_TYPE}.spreadsheetml.sheet"),
        (archive(OFFICE["pptx"]), f"{_OFFICE_TYPE}.presentationml.presentation"),
        (archive("a.txt"), "application/zip"),
        (ogg(), "audio/ogg"),
        (ogg(b"\x01vorbis"), "audio/ogg"),
        (mp3(), "audio/mpeg"),
        (b"ID3\x04" + b"\0" * 20, "audio/mpeg"),
        (wav(), "audio/wav"),
        (webm(), "audio/webm"),
        (mp4(b"soun"), "audio/mp4"),
        (mp4(b"vide", b"soun"), "video/mp4"),
    ],
)
@pytest.mark.parametrize("name", ["", "report.pdf.exe", "page.html"])
def test_the_content_alone_decides(data: bytes, mime_type: str, name: str) -> None:
    assert recognise(name, data).mime_type == mime_type


@pytest.mark.parametrize(
    ("name", "mime_type"),
    [("a.csv", "text/csv"), ("a.json", "application/json"), ("a.md", "text/markdown"), ("a", "text/plain")],
)
def test_a_text_is_of_the_kind_that_its_name_says(name: str, mime_type: str) -> None:
    assert recognise(name, "Счёт, 1, 2".encode()).mime_type == mime_type


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.png", b"MZ\x90\x00" + b"\0" * 100),
        ("photo.png", b"\x7fELF\x02\x01\x01" + b"\0" * 100),
        ("photo.png", b"\xcf\xfa\xed\xfe" + b"\0" * 100),
        ("a.txt", b"<!DOCTYPE html><html></html>"),
        ("a.txt", b"\xef\xbb\xbf \n<HTML><body>"),
        ("a.txt", b"<script>alert(1)</script>"),
        ("a.txt", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.png", b"<?xml version='1.0'?><svg/>"),
        ("a.txt", b"#!/bin/sh\nrm -rf /"),
        ("a.txt", b"<?php system($_GET[0]);"),
        ("a.js", b"alert(1)"),
        ("a.BAT", b"del *.*"),
        ("a.jar", archive("META-INF/MANIFEST.MF", "A.class")),
        ("a.docm", archive(OFFICE["docx"], "word/vbaProject.bin")),
        ("a.txt", b"\x00\x01\x02\x03binary"),
        ("a.mp4", mp4()),
        ("a.webm", webm(b"V_VP9")),
        ("a.gz", b"\x1f\x8b\x08" + b"\0" * 20),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100),
    ],
)
def test_what_could_run_or_is_unknown_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(UnsupportedFormat):
        recognise(name, data)


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf\n", b"PK\x03\x04" + b"x" * 50])
def test_empty_and_damaged_files_are_told_apart_from_unknown_ones(data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        recognise("a.txt", data)


def test_an_archive_with_a_huge_table_of_contents_is_not_opened() -> None:
    data = bytearray(archive("a.txt"))
    at = data.rfind(b"PK\x05\x06") + 12
    data[at : at + 4] = (50_000_000).to_bytes(4, "little")
    with pytest.raises(UnsupportedFormat, match="too many"):
        recognise("a.zip", bytes(data))


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_get_a_type_or_a_refusal(data: bytes, name: str) -> None:
    try:
        kind = recognise(name, data)
    except DomainError:
        return
    assert shown_name(name, kind).endswith(kind.extensions)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd.png"),
        ("C:\\photos\\снимок.PNG", "снимок.PNG"),
        ("evil.exe", "evil.exe.png"),
        ("a\u202egnp.exe", "agnp.exe.png"),
        ("", "document.png"),
    ],
)
def test_a_name_has_no_folders_and_an_honest_extension(name: str, shown: str) -> None:
    assert shown_name(name, FileType("image/png", ("png",))) == shown


def test_a_long_name_fits_its_column() -> None:
    assert len(shown_name("я" * 400 + ".jpeg", FileType("image/png", ("png",)))) <= 255
