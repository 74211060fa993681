"""Files that would fill memory, disk or time, or pass for what they are not.

What each reader refuses is tested in tests/documents/test_reading_refusals.py, types of files in tests/files.
"""

import io
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress

import httpx
import pytest
from starlette.applications import Starlette

from core.actor import Role
from core.errors import DomainError, UnsupportedFormat
from services.documents.isolation import DEFAULT_MEMORY_BYTES, read_document_isolated
from services.file_types import recognise
from tests.documents import files
from tests.files.samples import png
from tests.fixtures.application import bearer, client_of
from tests.fixtures.people import new_tenant, new_user, sign_in

_MOST_S = 12
"""Processor time of a reading process: its limit is lower."""
GOOD = files.word([("Heading 1", "Warranty"), ("Normal", "24 months.")])


def stored(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def nested_zip(levels: int = 5) -> bytes:
    """Ten copies of itself at each level, a hundred thousand million bytes below."""
    inner = stored({"zeros": bytes(1_000_000)})
    for _ in range(levels):
        inner = stored({f"{n}.zip": inner for n in range(10)})
    return inner


def with_size(data: bytes, told: int) -> bytes:
    """The archive's first entry tells another unpacked size than it has."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = changed.index(mark) + offset
        changed[at : at + 4] = told.to_bytes(4, "little")
    return bytes(changed)


def overlapping_zip() -> bytes:
    """Two thousand names for the same packed bytes."""
    packed = zlib.compress(bytes(4_000_000), 9)[2:-4]
    head = struct.pack("<4sHHHHHLLLHH", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), 4_000_000, 4, 0) + b"name"
    central = b"".join(
        struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 8, 0, 0, 0, len(packed), 4_000_000,
                    9, 0, 0, 0, 0, 0, 0) + b"word/%04d" % n
        for n in range(2000)
    )  # fmt: skip
    start = len(head) + len(packed)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2000, 2000, len(central), start, 0)
    return head + packed + central + end


def pdf_stream(unpacked: int) -> bytes:
    """A page whose content unpacks to so many bytes."""
    packed = zlib.compress(b"(x) Tj " * (unpacked // 7), 9)
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
    )


def pdf_filters() -> bytes:
    """A stream packed by the same filter a few times over."""
    packed = bytes(50_000_000)
    for _ in range(3):
        packed = zlib.compress(packed, 9)
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode /FlateDecode] >>\nstream\n%s\nendstream"
        % (len(packed), packed),
    )


def pdf_pages(count: int) -> bytes:
    """One page that is there so many times."""
    kids = b"3 0 R " * count
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
        b"<< /Length 22 >>\nstream\nBT /F1 9 Tf (x) Tj ET \nendstream",
    )


def pdf_nested(levels: int) -> bytes:
    return pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * levels + b"]" * levels)


def pdf_of(*objects: bytes) -> bytes:
    return files._pdf_of(*objects)


def docx_deep() -> bytes:
    deep = b"<w:p>" * 200_000 + b"</w:p>" * 200_000
    space = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return files.with_part(
        GOOD, "word/document.xml", b"<w:document %s><w:body>%s</w:body></w:document>" % (space, deep)
    )


def docx_entity(target: str) -> bytes:
    text = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "{target}">]><d>&x;</d>'
    return files.with_part(GOOD, "word/document.xml", text.encode())


def docx_attributes() -> bytes:
    many = b" ".join(b'a%d="x"' % n for n in range(100_000))
    return files.with_part(GOOD, "word/document.xml", b"<d %s/>" % many)


BOMBS: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "nested zip": ("a.docx", nested_zip),
    "zip that lies about its size": ("a.docx", lambda: with_size(stored({"word/document.xml": bytes(50_000_000)}), 10)),
    "zip whose entries overlap": ("a.docx", overlapping_zip),
    "zip by ratio": ("a.docx", lambda: files.with_part(GOOD, "word/media/a.bin", bytes(80_000_000))),
    "document of xml alone": ("a.docx", lambda: files.with_part(GOOD, "word/document.xml", b" " * 60_000_000)),
    "deep xml": ("a.docx", docx_deep),
    "many attributes": ("a.docx", docx_attributes),
    "a file by entity": ("a.docx", lambda: docx_entity("file:///etc/passwd")),
    "an address by entity": ("a.docx", lambda: docx_entity("http://169.254.169.254/latest/meta-data")),
    "stream of a hundred megabytes": ("a.pdf", lambda: pdf_stream(100_000_000)),
    "filters upon filters": ("a.pdf", pdf_filters),
    "pages without end": ("a.pdf", lambda: pdf_pages(200_000)),
    "nested arrays": ("a.pdf", lambda: pdf_nested(100_000)),
    "page tree in a circle": ("a.pdf", files.recursive_pdf),
    "forms that draw each other": ("a.pdf", files.form_bomb_pdf),
}


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_goes_off_in_bounds(bomb: str) -> None:
    name, make = BOMBS[bomb]
    data = make()
    own, started = _memory(), _child_seconds()
    with suppress(DomainError):
        await read_document_isolated(name, data, max_bytes=files.MAX, time_limit_s=6)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < DEFAULT_MEMORY_BYTES
    assert _child_seconds() - started < _MOST_S
    assert _memory() - own < 200_000_000


def _memory() -> int:
    """The most that this process ever held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _child_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def png_bomb(side: int) -> bytes:
    """A picture of ``side`` by ``side`` points in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!L", len(data)) + kind + data + struct.pack("!L", zlib.crc32(kind + data))

    head = struct.pack("!2L5B", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="module")
async def client(application: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    token = await sign_in(await new_user(await new_tenant(), Role.ADMIN))
    async with client_of(application, headers=bearer(token)) as client:
        yield client


async def _sent(client: httpx.AsyncClient, name: str, data: bytes, said: str = "image/png") -> httpx.Response:
    return await client.post("/api/v1/files/upload", files={"file": (name, data, said)})


async def test_a_picture_is_never_unpacked(client: httpx.AsyncClient) -> None:
    own, started = _memory(), time.process_time()
    sent = await _sent(client, "huge.png", png_bomb(60_000))
    assert sent.status_code in (200, 201)
    assert _memory() - own < 50_000_000
    assert time.process_time() - started < 2


POLYGLOTS = {
    "picture and page": png() + b"<script>alert(1)</script>",
    "GIF and script": b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)",
    "PDF and script": b"%PDF-1.7\n<script>alert(1)</script>",
    "picture and archive": png() + stored({"a.class": b"\xca\xfe\xba\xbe"}),
}


@pytest.mark.parametrize("polyglot", POLYGLOTS)
@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.js", "a.php", "a.jar"])
async def test_what_is_two_things_is_served_as_the_harmless_one(
    polyglot: str, name: str, client: httpx.AsyncClient
) -> None:
    sent = await _sent(client, name, POLYGLOTS[polyglot], "text/html")
    assert sent.status_code in (200, 201), sent.text
    served = await client.get(f"/uploads/files/{sent.json()['id']}" if "id" in sent.json() else sent.json()["url"])
    headers = served.headers
    assert headers["content-type"].split("/")[0] in ("image", "application")
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert not headers["content-disposition"].split('filename="')[1].startswith((name + '"',))


@pytest.mark.parametrize(
    "data", [b"<svg onload=alert(1)>", b"#!/bin/sh\n", b"MZ\x90\x00" + bytes(90), b"<?php x", b"<html>"]
)
@pytest.mark.parametrize("said", ["image/png", "application/pdf", "text/plain"])
async def test_the_clients_word_for_the_type_is_not_taken(data: bytes, said: str, client: httpx.AsyncClient) -> None:
    assert (await _sent(client, "a.png", data, said)).status_code in (400, 415, 422)
    with pytest.raises(UnsupportedFormat):
        recognise("a.png", data)


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/evil", "..\\..\\windows\\system32\\evil.dll", "/etc/passwd", "C:\\evil.png", "a\x00.png",
        "a\r\nset-cookie: x=1.png", "....//....//evil", "\u202egnp.exe", "con", "." * 300, "%2e%2e%2fevil", "a/b/c.png",
    ],
)  # fmt: skip
async def test_a_name_leads_nowhere(name: str, client: httpx.AsyncClient) -> None:
    body = (
        b'--x\r\ncontent-disposition: form-data; name="file"; filename="'
        + name.replace("\r\n", "%0d%0a").encode()
        + b'"\r\ncontent-type: image/png\r\n\r\n' + png() + b"\r\n--x--\r\n"
    )  # fmt: skip
    sent = await client.post(
        "/api/v1/files/upload", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    if sent.status_code in (200, 201):
        kept = sent.text
        assert not any(part in kept for part in ("..\\\\", "../", "\\u0000", "\\u202e", "C:"))
        path = sent.json()["url"].split("?")[0] if "url" in sent.json() else ""
        assert path.count("/") <= 4
    else:
        assert sent.status_code in (400, 415, 422)


async def test_a_body_beyond_the_limit_is_cut_off_while_it_comes(client: httpx.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(2000):
            read += 1_000_000
            yield b"x" * 1_000_000

    own = _memory()
    try:
        sent = await client.post(
            "/api/v1/files/upload", content=endless(), headers={"content-type": "multipart/form-data; boundary=x"}
        )
        assert sent.status_code == 413
    finally:
        assert read < 200_000_000
        assert _memory() - own < 300_000_000
